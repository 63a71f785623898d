"""Pages of obligations of one's own: add one, change it, end it, bring and take a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import BadInput, DuecareError, Refused
from duecare.law.following.actions import told_in_short
from duecare.law.models import OwnObligation
from duecare.law.own import actions
from duecare.law.own.entries import as_yaml, one_as_yaml, taken_in
from duecare.law.own.forms import BringForm, ChangeOwnForm, OwnForm, YamlForm
from duecare.law.own.guided import of_entry, to_entry
from duecare.law.own.isolated import LARGEST, read_file
from duecare.law.queries import AREA, find_own, keeper
from duecare.law.rulings.forms import ReasonForm
from duecare.ledger.viewers import Request, demand_area
from duecare.program.unchanged import draw_anew, seen_entry
from duecare.web.uploads import demand_size


def _sent(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _form_page(
    request: Request, form: Any, title: str, button: str, back: str, **more: Any
) -> HttpResponseBase:
    context = {"form": form, "title": title, "button": button, "back": back, **more}
    return render(request, "law/form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponseBase:
    """Add a contract, a standard or a policy of the group by the guided form."""
    viewer = keeper(request)
    form = OwnForm(_sent(request))
    if form.is_valid():
        try:
            entry = taken_in(to_entry(form.guided(), None, ""), form.cleaned_data["name"])
            done = actions.add(viewer.actor, entry, request.now)
        except DuecareError as error:
            _refused(form, error)
        else:
            messages.success(request, _("Added. Its duties and clocks count like those of a law."))
            return redirect("obligation", done.rows[0].pk)
    return _form_page(
        request,
        form,
        _("Add an obligation of our own"),
        _("Add it"),
        reverse("obligations"),
        text=_(
            "A contract, a standard or a policy of your group, in the form of the laws that ship. What the "
            "form does not ask for can be written as YAML afterwards."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, id: str) -> HttpResponseBase:
    """Say anew what one asks for, by the guided form."""
    viewer = keeper(request)
    row = find_own(id, viewer)
    form = ChangeOwnForm(_sent(request), shown=of_entry(row.body), seen=seen_entry(row))
    stands: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            entry = taken_in(to_entry(form.guided(), row.body, id), row.name)
            values = form.cleaned_data
            done = actions.change(
                viewer.actor, id, entry, values["why"], request.now, seen=values["seen"] or 0
            )
        except DuecareError as error:
            if isinstance(error, Refused):
                row.refresh_from_db()
                stands = draw_anew(form, row, ChangeOwnForm(None, shown=of_entry(row.body)).initial)
            _refused(form, error)
        else:
            _told(request, done)
            return redirect("obligation", id)
    return _form_page(
        request,
        form,
        _("Change “%s”") % row.name,
        _("Save"),
        reverse("obligation", args=[id]),
        text=_("What was written as YAML and is not asked for here stays as it is."),
        other=(reverse("own-obligation-yaml", args=[id]), _("Change it as YAML")),
        stands=stands,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def change_yaml(request: Request, id: str) -> HttpResponseBase:
    """The same as YAML, whole."""
    viewer = keeper(request)
    row = find_own(id, viewer)
    initial = {"text": one_as_yaml(row.body), "seen": seen_entry(row)}
    form = YamlForm(_sent(request), initial=initial)
    stands: list[tuple[str, str]] = []
    if form.is_valid():
        values = form.cleaned_data
        try:
            entries = read_file(values["text"].encode(), row.name)
            if len(entries) != 1:
                raise BadInput(_("This is more than one obligation."), _("Bring several as a file."), "text")
            done = actions.change(
                viewer.actor, id, entries[0], values["why"], request.now, seen=values["seen"]
            )
        except DuecareError as error:
            if isinstance(error, Refused):
                row.refresh_from_db()
                stands = draw_anew(form, row, {"text": one_as_yaml(row.body)})
            _refused(form, error, "text")
        else:
            _told(request, done)
            return redirect("obligation", id)
    return _form_page(
        request,
        form,
        _("Change “%s” as YAML") % row.name,
        _("Save"),
        reverse("obligation", args=[id]),
        text=_("Its fields are those of the laws that ship; docs/obligations.md describes each."),
        stands=stands,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, id: str) -> HttpResponseBase:
    """It binds no longer."""
    viewer = keeper(request)
    row = find_own(id, viewer)
    form = ReasonForm(_sent(request))
    if form.is_valid():
        try:
            actions.end(viewer.actor, id, form.cleaned_data["reason"], request.now)
        except DuecareError as error:
            _refused(form, error)
        else:
            messages.success(request, _("Ended. It asks for nothing from now on; its past stays."))
            return redirect("obligation", id)
    return _form_page(request, form, _("End “%s”") % row.name, _("End it"), reverse("obligation", args=[id]))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: Request) -> HttpResponseBase:
    """Take in a file of them."""
    keeper(request)
    demand_size(request, LARGEST, _("Bring it in parts."))
    return _bring(request)


@csrf_protect
def _bring(request: Request) -> HttpResponseBase:
    viewer = request.viewer
    form = BringForm(_sent(request), request.FILES or None)
    if form.is_valid():
        try:
            data, place = form.data_given()
            done = actions.bring(viewer.actor, read_file(data, place), form.cleaned_data["why"], request.now)
        except DuecareError as error:
            _refused(form, error)
        else:
            _told(request, done)
            return redirect("obligations")
    return _form_page(
        request,
        form,
        _("Bring obligations as YAML"),
        _("Take them in"),
        reverse("obligations"),
        upload=True,
        text=_(
            "Those with a new id are added; of the others this becomes a new version, for which you say why. "
            "All of it or none."
        ),
    )


@require_safe
def save(request: Request) -> HttpResponseBase:
    """All that hold, as a file that `bring` takes."""
    viewer = demand_area(request, AREA)
    found = list(OwnObligation.objects.all().visible_to(viewer).filter(ended_at=None).order_by("id"))
    text = as_yaml([row.body for row in found], {row.pk: row.number for row in found})
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="own-obligations.yaml"'
    return answer


def _refused(form: Any, error: DuecareError, usual: str = "") -> None:
    """Beside the field that the error names, if the form has it."""
    place = error.place if error.place in form.fields else usual
    form.add_error(place or None, str(error))


def _told(request: Request, done: actions.Done) -> None:
    if not done.rows:
        messages.info(request, _("Nothing was changed: it says the same as before."))
        return
    count = len(done.rows)
    messages.success(
        request,
        ngettext("Recorded: %(n)s obligation.", "Recorded: %(n)s obligations.", count) % {"n": count},
    )
    if changed := told_in_short(done.changes):
        messages.info(request, _("What applies has changed. %s") % changed)
