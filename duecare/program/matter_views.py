"""Pages of matters, for their members alone and of today alone: to others they are not there."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.ledger import asof, proving
from duecare.ledger.browsing import newest_checkpoint
from duecare.ledger.viewers import Request, Viewer
from duecare.program import matter_actions, matter_forms, matter_queries
from duecare.program.matter_actions import Draft
from duecare.program.matter_models import MatterMember
from duecare.program.matter_queries import WORDS, MatterTold, PaperTold
from duecare.program.remarks import SIZE_LIMIT
from duecare.program.subjects import address_of
from duecare.program.task_queries import today_at
from duecare.web.uploads import demand_size, keep_in_memory


def _changer(request: Request) -> Viewer:
    """The viewer, if they may have matters, on a page of today. Raises NotFound otherwise."""
    if not request.viewer.changes:
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    if asof.current() is not None:
        raise NotFound(_("A matter is not shown as of a past day."), _("Go back to today."))
    return request.viewer


def _told(request: Request, key: str) -> MatterTold:
    """The matter, opened, if the viewer is a member of it. Raises NotFound otherwise."""
    viewer = _changer(request)
    return matter_queries.tell_matter(matter_queries.find_matter(key, viewer), viewer)


def _page(request: Request, form: Any, title: str, button: str, back: str, **more: Any) -> HttpResponseBase:
    context = {"form": form, "title": title, "button": button, "back": back, **more}
    return render(request, "program/matter_form.html", context, status=400 if form.errors else 200)


def _sent(request: Request) -> Any:
    """What a form was sent with; None while it is only shown."""
    return request.POST if request.method == "POST" else None


@require_safe
def matters(request: Request) -> HttpResponseBase:
    """The viewer's own matters. That there are others is not told."""
    viewer = _changer(request)
    return render(request, "program/matters.html", {"matters": matter_queries.matters_of(viewer)})


@require_http_methods(["GET", "HEAD", "POST"])
def matter_new(request: Request) -> HttpResponseBase:
    """Open a matter."""
    viewer = _changer(request)
    people = matter_queries.eligible(today_at(request.now)).visible_to(viewer)
    form = matter_forms.OpenMatterForm(people, _sent(request))
    if form.is_valid():
        try:
            made = matter_actions.open_matter(viewer, now=request.now, **form.cleaned_data)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The matter is open, for its members alone."))
            return redirect("matter", made.pk)
    return _page(request, form, _("Open a matter"), _("Open it"), reverse("matters"))


@require_safe
def matter(request: Request, key: str) -> HttpResponseBase:
    """One matter: its papers, who reads it, and its entries in the record."""
    told, viewer = _told(request, key), request.viewer
    papers = matter_queries.papers_of(told.record, viewer)
    context = {
        "matter": told,
        "papers": papers,
        "members": matter_queries.members_of(told.record, viewer, today_at(request.now)),
        "history": matter_queries.history_of(told.record, viewer),
        "leads": matter_queries.leads(told.record, viewer),
        "may_release": matter_queries.may_release(told.record, viewer)
        and any(_releasable(paper) for paper in papers),
    }
    return render(request, "program/matter.html", context)


@require_POST
def matter_close(request: Request, key: str) -> HttpResponseBase:
    """Take no more papers into a matter."""
    viewer = _changer(request)
    matter_actions.close_matter(viewer, matter_queries.find_matter(key, viewer).pk, request.now)
    messages.success(request, _("The matter is closed. Its members still read it."))
    return redirect("matter", key)


# ── Members ──────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def member_add(request: Request, key: str) -> HttpResponseBase:
    """Let somebody else read a matter."""
    told, viewer = _told(request, key), request.viewer
    if not matter_queries.leads(told.record, viewer):
        raise Refused(_("Only counsel or who opened the matter does that."), _("Ask one of them."))
    day = today_at(request.now)
    inside = [one.record.person_id for one in matter_queries.members_of(told.record, viewer, day)]
    people = matter_queries.eligible(day).visible_to(viewer).exclude(pk__in=inside)
    form = matter_forms.MemberForm(people, _sent(request))
    if form.is_valid():
        try:
            matter_actions.add_member(viewer, key, now=request.now, **form.cleaned_data)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The member was added, and reads the whole matter from now on."))
            return redirect("matter", key)
    back = reverse("matter", args=[key])
    return _page(request, form, _("Add a member"), _("Add them"), back, text=told.title)


@require_POST
def member_end(request: Request, key: str, member: str) -> HttpResponseBase:
    """End somebody's part in a matter, or one's own."""
    viewer = _changer(request)
    found = matter_queries.find_matter(key, viewer)
    matter_actions.end_member(viewer, found.pk, member, request.now)
    messages.success(request, _("They read the matter no more. What they have seen, they have seen."))
    left = member in _own(found.pk, viewer)
    return redirect("matters") if left else redirect("matter", key)


def _own(key: str, viewer: Viewer) -> list[str]:
    """The keys of the viewer's own memberships of a matter, ended ones too."""
    rows = MatterMember.objects.all().visible_to(viewer).filter(matter_id=key)
    return list(rows.filter(person_id=viewer.person).values_list("pk", flat=True))


@require_POST
def member_counsel(request: Request, key: str, member: str) -> HttpResponseBase:
    """Name another member as counsel."""
    viewer = _changer(request)
    found = matter_queries.find_matter(key, viewer)
    matter_actions.name_counsel(viewer, found.pk, member, request.now)
    messages.success(request, _("The matter has another counsel."))
    return redirect("matter", key)


# ── Papers ───────────────────────────────────────────────────────────────────────────────────────────────


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def paper_add(request: Request, key: str) -> HttpResponseBase:
    """Put a note or a file into a matter."""
    _changer(request)
    demand_size(request, SIZE_LIMIT, _("Split it."))
    keep_in_memory(request)  # the disk sees it sealed only
    return _paper_add(request, key)


@csrf_protect
def _paper_add(request: Request, key: str) -> HttpResponseBase:
    told, viewer = _told(request, key), request.viewer
    back = reverse("matter", args=[key])
    form = matter_forms.PaperForm(_sent(request), request.FILES or None)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        draft = Draft(
            form.cleaned_data["title"],
            form.cleaned_data["words"],
            name=upload.name if upload else "",
            data=upload.read() if upload else b"",
        )
        try:
            matter_actions.add_paper(viewer, key, draft, request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The paper is in the matter, sealed."))
            return redirect("matter", key)
    return _page(request, form, _("Add a paper"), _("Add it"), back, text=told.title, upload=True)


@require_http_methods(["GET", "HEAD", "POST"])
def paper_copy(request: Request, reference: str) -> HttpResponseBase:
    """Copy what a record says into a matter. The record itself stays as it is, and is not made privileged."""
    viewer = _changer(request)
    matters = matter_queries.open_matters_of(viewer)
    if not matters:
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    found = matter_queries.copied(reference, viewer)
    form = matter_forms.CopyForm(matters, _sent(request), initial={"title": found.title})
    if form.is_valid():
        values = form.cleaned_data
        said = values["words"].strip()
        room = WORDS - len(said) - 2
        draft = Draft(
            values["title"], f"{said}\n\n{found.words[:room]}" if said else found.words, about=reference
        )
        if not draft.words:
            draft = Draft(values["title"], values["title"], about=reference)
        try:
            matter_actions.add_paper(viewer, values["matter"], draft, request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The copy is in the matter, sealed."))
            return redirect("matter", values["matter"])
    back = address_of(reference)
    return _page(request, form, _("Copy into a matter"), _("Copy it"), back, text=found.title, copied=found)


@require_safe
def paper(request: Request, key: str, paper: str) -> HttpResponseBase:
    """One paper of a matter."""
    told, viewer = _told(request, key), request.viewer
    found = matter_queries.find_paper(told.record, paper, viewer)
    about, about_url = matter_queries.about_words(found.about, viewer)
    entry, _payload = matter_queries.entry_of(found.record)
    checkpoint = newest_checkpoint()
    context = {
        "matter": told,
        "paper": found,
        "about": about,
        "about_url": about_url,
        "entry": entry.index,
        "commitment": matter_queries.commitment_of(entry),
        "provable": checkpoint is not None and entry.index < checkpoint.size,
    }
    return render(request, "program/matter_paper.html", context)


@require_safe
def paper_file(request: Request, key: str, paper: str) -> HttpResponseBase:
    """The file of a paper, opened; always a download, never shown by the browser."""
    told = _told(request, key)
    found = matter_queries.find_paper(told.record, paper, request.viewer)
    return download(matter_queries.content_of(found), found.name)


@require_safe
def paper_proof(request: Request, key: str, paper: str) -> HttpResponseBase:
    """The proof of the entry that holds a paper. It opens the entry, not what is sealed in it."""
    told = _told(request, key)
    found = matter_queries.find_paper(told.record, paper, request.viewer)
    index = matter_queries.entry_of(found.record)[0].index
    checkpoint = newest_checkpoint()
    if checkpoint is None or index >= checkpoint.size:
        raise BadInput(
            _("No checkpoint covers entry %s yet.") % index, _("Sign one on the page of the ledger.")
        )
    made = proving.prove(index, checkpoint, confined=True).as_json()
    text = json.dumps(made, indent=2, ensure_ascii=False)
    return download(text.encode(), f"entry-{index}-proof.json", "application/json")


def download(data: bytes, name: str, kind: str = "application/octet-stream") -> HttpResponse:
    """A file that a browser keeps and never shows."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


# ── Release ──────────────────────────────────────────────────────────────────────────────────────────────


def _releasable(paper: PaperTold) -> bool:
    return not paper.released and not paper.fault


@require_http_methods(["GET", "HEAD", "POST"])
def matter_release(request: Request, key: str) -> HttpResponseBase:
    """Release papers into the open record: chosen, shown once more, and only then done."""
    told, viewer = _told(request, key), request.viewer
    if not matter_queries.may_release(told.record, viewer):
        raise Refused(
            _("Only counsel, or a member who is an approver, releases from a matter."), _("Ask counsel.")
        )
    papers = [one for one in matter_queries.papers_of(told.record, viewer) if _releasable(one)]
    form = matter_forms.ReleaseForm(papers, _sent(request))
    back = reverse("matter", args=[key])
    if form.is_valid() and request.POST.get("sure") == "yes":
        try:
            made = matter_actions.release(viewer, key, now=request.now, **form.cleaned_data)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Released: %s, for everybody who reads the record.") % len(made))
            return redirect("matter", key)
    elif form.is_valid():
        chosen = [one for one in papers if one.key in form.cleaned_data["papers"]]
        context = {"matter": told, "chosen": chosen, "reason": form.cleaned_data["reason"]}
        return render(request, "program/matter_release.html", context)
    title = _("Release papers")
    return _page(request, form, title, _("Show what will be released"), back, text=told.title, releasing=True)
