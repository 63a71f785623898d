"""Pages of what the law asks for on ordinary days: duties, the crosswalk, what is to be kept."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.law.applicable import register_now
from duecare.law.duties import actions, cadence, keeping, listing
from duecare.law.duties import crosswalk as crossing
from duecare.law.duties.forms import OwnerForm, PlaceForm
from duecare.law.duties.queries import duty_rows, find_duty, open_obligations
from duecare.law.duties.standing import State
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Role, Viewer, demand_area
from duecare.program.catalogue import areas, catalogue
from duecare.program.models import Person
from duecare.program.task_queries import holding_people

AREA = "law"
CHANGERS = (Role.OWNER, Role.MANAGER)


def changer(request: Request) -> Viewer:
    """The viewer, if they may say who sees to what. Raises Refused for who may only read, else NotFound."""
    viewer = demand_area(request, AREA)
    if not viewer.has(*CHANGERS):
        raise Refused(_("Only an owner or a manager changes this."), _("Ask one of them."))
    return viewer


def _today(request: Request) -> date:
    return timezone.localdate(request.view_now)


# ── Duties ───────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def duties(request: Request) -> HttpResponseBase:
    """The duties of the obligations that apply, those that need somebody first."""
    viewer = demand_area(request, AREA)
    every = duty_rows(viewer, request.view_now, _today(request))
    asking = {row.of.obligation.id: row.of.obligation for row in every}
    asked = listing.read(request.GET, list(register_now().obligations))
    rows = listing.narrowed(every, asked, viewer)
    if format := _format(request):
        return listing.exported(format, "law-duties", listing.FIELDS, [listing.told(row) for row in rows])
    counts = {state: sum(row.state is state for row in every) for state in State}
    context = {
        "rows": [(row, cadence.told(row.of.duty.cadence)) for row in rows],
        "total": len(every),
        "wanting": sum(counts[one] for one in (State.FAILING, State.LATE, State.DROPPED)),
        "kept": sum(counts[one] for one in (State.PROVEN, State.STATED, State.DONE)),
        "open": open_obligations(),
        "states": [state for state in State if counts[state] or state == asked.get("state")],
        "obligations": list(asking.values()),
        "asked": asked,
        "narrowed": any(asked.values()),
    }
    return render(request, "law/duties.html", context)


def _format(request: Request) -> str:
    """The file that is asked for; empty for the page."""
    format = request.GET.get("format", "")
    if format not in ("", "csv", "json"):
        raise BadInput(_("There is no format “%s”.") % format[:40], _("Ask for csv or json."))
    return format


@require_safe
def duty(request: Request, key: str) -> HttpResponseBase:
    """One duty: what is asked for and where, how it stands, who sees to it, what keeps it."""
    viewer = demand_area(request, AREA)
    row = find_duty(key, viewer, request.view_now, _today(request))
    live = asof.current() is None
    context = {
        "row": row,
        "duty": row.of.duty,
        "obligation": row.of.obligation,
        "cadence": cadence.told(row.of.duty.cadence),
        "question": register_now().profile_facts.get(row.of.duty.only_if.removeprefix("profile."), ""),
        "confidence": register_now().confidence_levels.get(row.of.duty.confidence.value, ""),
        "disclaimer": register_now().disclaimer,
        "evidence": [
            (one, one.state is not None and viewer.covers(catalogue()[one.safeguard].area))
            for one in row.evidence
        ],
        "may_choose": viewer.has(*CHANGERS) and live,
    }
    return render(request, "law/duty.html", context)


def people_for(viewer: Viewer, today: date) -> list[Person]:
    """Who can be chosen to see to a duty."""
    return list(holding_people(today).visible_to(viewer).order_by("name", "id"))


@require_http_methods(["GET", "HEAD", "POST"])
def owner(request: Request, key: str) -> HttpResponseBase:
    """Say who sees to a duty."""
    viewer = changer(request)
    today = _today(request)
    row = find_duty(key, viewer, request.view_now, today)
    form = OwnerForm(
        request.POST if request.method == "POST" else None,
        people=people_for(viewer, today),
        initial={"person": row.person.pk if row.person else ""},
    )
    if form.is_valid():
        actions.choose_owner(viewer.actor, key, form.cleaned_data["person"] or None, request.now)
        messages.success(request, _("Noted. Its open task goes to them, and so do those that come."))
        return redirect("law-duty", key)
    return _page(request, form, _("Who sees to it"), str(row.of.duty.what), row.url)


# ── The crosswalk ────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def crosswalk(request: Request) -> HttpResponseBase:
    """Which obligation asks for which safeguard, and where."""
    viewer = demand_area(request, AREA)
    obligation, area = request.GET.get("obligation", ""), request.GET.get("area", "")
    known = [one for one in areas() if viewer.covers(one.id)]
    found = crossing.crosswalk(viewer, request.view_now, obligation, area)
    if format := _format(request):
        return listing.exported(format, "crosswalk", _CROSSED, crossing.told(found))
    context = {"found": found, "areas": known, "obligation": obligation, "area": area}
    return render(request, "law/crosswalk.html", context)


_CROSSED = ("safeguard", "title", "state", "obligation", "name", "applies", "citation", "confidence")


# ── What is to be kept ───────────────────────────────────────────────────────────────────────────────────


@require_safe
def records(request: Request) -> HttpResponseBase:
    """What obligations want kept, by kind: where it lies, for how long, and which rule wins."""
    viewer = demand_area(request, AREA)
    lines = keeping.keeping_lines(viewer, request.view_now)
    if format := _format(request):
        return listing.exported(format, "law-records", _KEPT, told_keeping(lines))
    context = {
        "lines": lines,
        "may_say": viewer.has(*CHANGERS) and asof.current() is None,
        "may_hold": viewer.changes,
    }
    return render(request, "law/records.html", context)


_KEPT = (
    "kind", "name", "what", "keep", "term", "obligation", "citation", "applies", "longest", "place", "until",
)  # fmt: skip


def told_keeping(lines: list[keeping.Line]) -> list[dict[str, object]]:
    """A row a rule, for files and programs."""
    return [
        {
            "kind": line.kind,
            "name": str(line.name),
            "what": str(rule.keeping.what),
            "keep": str(rule.keeping.keep),
            "term": rule.keeping.term,
            "obligation": rule.obligation.id,
            "citation": rule.keeping.citation,
            "applies": "applies" if rule.certain else "cannot tell",
            "longest": rule is line.longest,
            "place": line.place.place if line.place else None,
            "until": line.until,
        }
        for line in lines
        for rule in line.rules
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: Request, kind: str) -> HttpResponseBase:
    """Say where a kind of records lies."""
    viewer = changer(request)
    line = next(
        (one for one in keeping.keeping_lines(viewer, request.view_now) if kind and one.kind == kind), None
    )
    if line is None:
        raise NotFound(_("There is no such kind of records."), _("Look in the list of what is to be kept."))
    initial = {"place": line.place.place if line.place else ""}
    form = PlaceForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            actions.say_where_kept(viewer.actor, kind, form.cleaned_data["place"], request.now)
        except DuecareError as error:
            form.add_error("place", str(error))
        else:
            messages.success(request, _("Noted."))
            return redirect("law-records")
    return _page(request, form, _("Where these records lie"), str(line.name), reverse("law-records"))


def _page(
    request: Request, form: OwnerForm | PlaceForm, title: str, text: str, back: str
) -> HttpResponseBase:
    context = {"form": form, "title": title, "text": text, "button": _("Save"), "back": back}
    return render(request, "law/form.html", context, status=400 if form.errors else 200)
