"""Timelines for programs: reading one, writing into it, striking."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import Refused
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.incidents.timeline import actions, forms, lists, queries, telling
from duecare.incidents.timeline.models import TimelineEntry
from duecare.ledger.viewers import Request, Scope
from duecare.web.api import cleaned, endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason, Words

router = Router(tags=["Incidents: timeline"])
_LISTING = lists.listing(Case(zone="UTC"))


class TimelineEntryAnswer(Answer):
    """One entry of a timeline."""

    id: str
    happened_at: Moment
    """Of a whole day, its first moment in `zone`."""
    whole_day: bool
    zone: str
    observed_at: Moment | None
    recorded_at: Moment
    recorded_by: str
    late: bool
    words: str
    kind: str
    mark: str
    trigger: str
    obligation: str
    techniques: list[str]
    source: str
    imported: str
    """What identifies the file from which it came, 64 hex: its SHA-256; where a sheet, or a zone that is not
    the case's own, was chosen, that of the SHA-256, the sheet and the zone, with zero bytes between."""
    struck_at: Moment | None
    struck_because: str
    instead_of: str | None
    """Key of the struck entry that it tells anew."""


class WriteEntry(Body):
    """What happened. Times are local ones of `zone` or have an offset; `happened` may be a day."""

    happened: Line
    words: Words
    zone: Line = ""
    """The case's own without one."""
    observed: Line = ""
    kind: Literal["event", "action", "decision", "notice", "note"] = "event"
    mark: Literal["", "started", "detected", "reported", "contained", "eradicated", "recovered"] = ""
    trigger: Line = ""
    """An event of the law, as docs/obligations.md names them."""
    obligation: Line = ""
    techniques: list[Line] = []
    source: Line = ""


class Strike(Reason):
    """Why an entry is struck."""

    confirmed: list[Line] = []
    """Ids of clocks that run and would stop by it: without them it is refused, naming them."""


class TimesAnswer(Answer):
    """How long a case took until something; minutes between which it lies, or why that is unknown."""

    id: str
    least: int | None
    most: int | None
    why: str


def told(entry: TimelineEntry) -> TimelineEntryAnswer:
    """An entry as it is answered."""
    names = set(TimelineEntryAnswer.model_fields) - {"late", "instead_of"}
    values = {name: getattr(entry, name) for name in names}
    return TimelineEntryAnswer.model_validate(
        {**values, "late": telling.lateness(entry) is not None, "instead_of": entry.instead_of_id}
    )


def worked_on(request: Request, key: str) -> Case:
    """The case, if whoever asks may change it. Raises NotFound, or Refused saying why not."""
    found = find_case(key, request.viewer)
    demand_worker(found, request.viewer)
    return found


@endpoint(router, "GET", "/cases/{key}/timeline", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_timeline(request: Request, key: Key) -> Any:
    """The timeline of a case, first what happened first."""
    case = find_case(key, request.viewer)
    return list_rows(request, lists.listing(case), lists.rows_of(case, request.viewer))


@endpoint(router, "POST", "/cases/{key}/timeline", Scope.INCIDENTS, TimelineEntryAnswer, status=201)
def write_timeline_entry(request: Request, key: Key, body: WriteEntry) -> Any:
    """Write down what happened in a case."""
    case = worked_on(request, key)
    given = {**body.model_dump(), "techniques": ",".join(body.techniques)}
    form = forms.EntryForm({**given, "zone": body.zone or case.zone}, case=case, now=request.now)
    cleaned(form)
    return told(actions.add_entry(request.viewer.actor, case, form.draft(), request.now))


@endpoint(router, "GET", "/cases/{key}/timeline/{entry}", Scope.READ, TimelineEntryAnswer)
def one_timeline_entry(request: Request, key: Key, entry: Key) -> Any:
    """One entry of a timeline."""
    return told(queries.find_entry(find_case(key, request.viewer), entry, request.viewer))


@endpoint(router, "POST", "/cases/{key}/timeline/{entry}/strike", Scope.INCIDENTS, TimelineEntryAnswer)
def strike_timeline_entry(request: Request, key: Key, entry: Key, body: Strike) -> Any:
    """Say that an entry was wrong; it stays, struck."""
    case = worked_on(request, key)
    found = queries.find_entry(case, entry, request.viewer)
    if found.struck_at is not None:
        raise Refused(_("This entry is struck already."), _("Look at it for the reason."))
    struck = actions.strike_entry(
        request.viewer.actor, case, found.pk, body.reason, request.now, confirmed=body.confirmed
    )
    return told(struck)


@endpoint(router, "GET", "/cases/{key}/times", Scope.READ, list[TimesAnswer])
def times_of_case(request: Request, key: Key) -> Any:
    """How long a case took until it was detected, contained and recovered, counted from its milestones."""
    case = find_case(key, request.viewer)
    return [
        {
            "id": one.of.id,
            "least": None if one.least is None else int(one.least.total_seconds()) // 60,
            "most": None if one.most is None else int(one.most.total_seconds()) // 60,
            "why": one.why,
        }
        for one in queries.times_of(case)
    ]
