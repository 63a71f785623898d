"""Reports and cases for programs: what the pages can do, by the same actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router

from duecare.errors import BadInput
from duecare.incidents.cases import (
    actions,
    affected_actions,
    link_actions,
    merge_actions,
    report_actions,
    role_actions,
    triage_actions,
)
from duecare.incidents.cases.lists import affected_listing, cases_listing
from duecare.incidents.cases.models import Affected, Case, CaseLink, CaseRole, IncidentReport
from duecare.incidents.cases.pages import worked
from duecare.incidents.cases.queries import demand_triager, find_case, find_report
from duecare.incidents.cases.report_views import state_of
from duecare.incidents.cases.triage_actions import Waiting
from duecare.incidents.plans.queries import plan_content
from duecare.incidents.plans.shipped import shipped
from duecare.law.moments import moment
from duecare.ledger.viewers import Request, Scope, Viewer
from duecare.program.unchanged import seen_entry
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason, Reference, Words
from duecare.web.listing import Column, Empty, Filter, Kind, Listing

router = Router(tags=["Incidents"])
_CASES = cases_listing(shipped(), closed_choices=False)
_AFFECTED = affected_listing(Viewer("", ""), "")
_REPORTS: Listing[IncidentReport] = Listing(
    name="incident-reports",
    caption=gettext_lazy("Reports"),
    columns=(
        Column("words", gettext_lazy("What was seen"), lambda row: row.words),
        Column("kind", gettext_lazy("It looks like"), lambda row: row.kind),
        Column("reported_at", gettext_lazy("Reported"), lambda row: row.reported_at, Kind.DATE),
        Column("reported_by", gettext_lazy("Who"), lambda row: row.reported_by),
        Column("state", gettext_lazy("State"), lambda row: state_of(row)[0]),
        Column("case", gettext_lazy("Incident"), lambda row: row.case_id),
        Column("triage_words", gettext_lazy("Looked at"), lambda row: row.triage_words),
    ),
    sort=("-reported_at",),
    filters=(
        Filter(
            "state",
            gettext_lazy("State"),
            lambda value: Q(triaged_at__isnull=value == "waiting"),
            choices=(("waiting", gettext_lazy("Waiting")), ("settled", gettext_lazy("Settled"))),
        ),
    ),
    empty=Empty(gettext_lazy("No reports yet"), gettext_lazy("Send one.")),
)
What = Literal["new", "case", "none"]
Status = Literal["suspected", "affected", "contained", "recovered", "clean"]
Phase = Literal["identify", "contain", "eradicate", "recover", "lessons"]


class RoleAnswer(Answer):
    """Who has a role in a case."""

    id: str
    role: str
    person: str | None
    name: str
    since: Moment


class LinkAnswer(Answer):
    """A record that belongs to a case."""

    id: str
    about: str
    why: str
    attached_by: str
    attached_at: Moment


class CaseAnswer(Answer):
    """One case. `seen` is the entry as of which it stands so: sent along with a change, it guards it."""

    id: str
    number: int
    title: str
    summary: str
    kind: str
    severity: str
    phase: str
    country: str
    zone: str
    exercise: bool
    plan_entry: int | None
    opened_at: Moment
    opened_by: str
    closed_at: Moment | None
    closed_as: str
    closed_by: str
    closed_words: str
    merged_into: str | None
    roles: list[RoleAnswer]
    links: list[LinkAnswer]
    seen: int


class IncidentReportAnswer(Answer):
    """One report, and what became of it."""

    id: str
    words: str
    kind: str
    noticed_at: Moment | None
    reported_by: str
    reported_at: Moment
    case: str | None
    triaged_at: Moment | None
    triaged_by: str
    triage_words: str


class AffectedAnswer(Answer):
    """Something that an incident touches."""

    id: str
    about: str
    name: str
    status: str
    words: str
    said_by: str
    said_at: Moment


class ReportIncident(Body):
    """What somebody saw."""

    words: Words
    kind: Key | Literal[""] = ""
    noticed_at: Line = ""
    """ISO 8601 with its offset; just now without."""


class SettleReport(Body):
    """What becomes of a report."""

    what: What
    title: Line = ""
    kind: Key | Literal[""] = ""
    severity: Key | Literal[""] = ""
    case: Key | Literal[""] = ""
    words: Words = ""


class OpenCase(Body):
    """A new case."""

    title: Line
    kind: Key | Literal[""] = ""
    severity: Key | Literal[""] = ""
    summary: Words = ""


class ChangeCase(Body):
    """What is to change of a case: title and summary, severity, kind, or phase. What is left out stays.

    `words` says why, where severity, kind or phase change.
    """

    title: Line | None = None
    summary: Words | None = None
    severity: Key | None = None
    kind: Key | None = None
    phase: Phase | None = None
    words: Words = ""
    seen: int | None = None


class CloseCase(Body):
    """That a case is no incident."""

    reason: Words
    seen: int | None = None


class MergeCase(Body):
    """Into which case one goes up."""

    into: Key
    reason: Words


class GiveRole(Body):
    """Who has a role from now on: the key of a person, or the name of somebody from outside."""

    role: Key
    person: Key | Literal[""] = ""
    name: Line = ""
    instead: Key | Literal[""] = ""
    """Key of the role that ends with it."""


class AddAffected(Body):
    """What else is affected: a reference, or a name."""

    about: Reference | Literal[""] = ""
    name: Line = ""
    status: Status = "suspected"
    words: Words = ""


class ChangeAffected(Body):
    """How it stands now. `words` that are left out stay; `seen` guards it as with a case."""

    status: Status
    words: Words | None = None
    seen: int | None = None


class AttachRecord(Body):
    """A record that belongs to a case, and why."""

    about: Reference
    why: Words


def _told(case: Case, viewer: Viewer) -> CaseAnswer:
    fields = set(CaseAnswer.model_fields) - {"roles", "links", "merged_into", "seen"}
    roles = CaseRole.objects.all().visible_to(viewer).filter(case=case, ended_at=None).order_by("since", "id")
    links = CaseLink.objects.all().visible_to(viewer).filter(case=case, detached_at=None)
    return CaseAnswer.model_validate(
        {
            **{name: getattr(case, name) for name in fields},
            "merged_into": case.merged_into_id,
            "roles": [_role(row) for row in roles],
            "links": [LinkAnswer.model_validate(row) for row in links.order_by("attached_at", "id")],
            "seen": seen_entry(case),
        }
    )


def _role(row: CaseRole) -> RoleAnswer:
    return RoleAnswer(id=row.pk, role=row.role, person=row.person_id, name=row.name, since=row.since)


def _report(row: IncidentReport) -> IncidentReportAnswer:
    values = {name: getattr(row, name) for name in IncidentReportAnswer.model_fields if name != "case"}
    return IncidentReportAnswer.model_validate({**values, "case": row.case_id})


@endpoint(router, "GET", "/incident-reports", Scope.READ, rows_of(_REPORTS), listing=_REPORTS)
def list_incident_reports(request: Request) -> Any:
    """Reports: one's own, everybody's for who reads the area, newest first."""
    rows = IncidentReport.objects.all().visible_to(request.viewer).select_related("case")
    return list_rows(request, _REPORTS, rows)


@endpoint(router, "POST", "/incident-reports", Scope.INCIDENTS, IncidentReportAnswer, status=201)
def make_incident_report(request: Request, body: ReportIncident) -> Any:
    """Report what may be an incident."""
    noticed: datetime | None = None
    if body.noticed_at:
        found = moment(body.noticed_at, None, "noticed_at")
        noticed = found.at
    made = report_actions.report(
        request.viewer.actor, body.words, request.now, kind=body.kind, noticed_at=noticed
    )
    return _report(made)


@endpoint(router, "GET", "/incident-reports/{key}", Scope.READ, IncidentReportAnswer)
def one_incident_report(request: Request, key: Key) -> Any:
    """One report, and what became of it."""
    return _report(find_report(key, request.viewer))


@endpoint(router, "POST", "/incident-reports/{key}/settle", Scope.INCIDENTS, IncidentReportAnswer)
def settle_incident_report(request: Request, key: Key, body: SettleReport) -> Any:
    """Say what becomes of a report: a new case, a part of an open one, or no incident."""
    demand_triager(request.viewer)
    found = find_report(key, request.viewer)
    settle(request, Waiting(reports=[found.pk]), body)
    return _report(find_report(key, request.viewer))


def settle(request: Request, waiting: Waiting, body: SettleReport) -> Case | None:
    """Do what a body says becomes of what waits; the case that it is of now."""
    actor, now = request.viewer.actor, request.now
    if body.what == "none":
        triage_actions.set_aside(actor, waiting, body.words, now)
        return None
    if body.what == "case":
        if not body.case:
            raise BadInput(_("Which case it belongs to is missing."), _("Send its key as case."), "case")
        worked(request, body.case)
        return triage_actions.put_to(actor, waiting, body.case, body.words, now)
    return triage_actions.take_up(
        actor, waiting, now, title=body.title, kind=body.kind, severity=body.severity, words=body.words
    )


@endpoint(router, "GET", "/incidents", Scope.READ, rows_of(_CASES), listing=_CASES)
def list_incidents(request: Request) -> Any:
    """Cases: all for who reads the area, else those in which one has a role, newest first."""
    listing = cases_listing(plan_content(None), closed_choices=False)
    return list_rows(request, listing, Case.objects.all().visible_to(request.viewer))


@endpoint(router, "POST", "/incidents", Scope.INCIDENTS, CaseAnswer, status=201)
def open_incident(request: Request, body: OpenCase) -> Any:
    """Open a case."""
    demand_triager(request.viewer)
    made = actions.open_case(request.viewer.actor, request.now, **body.model_dump())
    return _told(made, request.viewer)


@endpoint(router, "GET", "/incidents/{key}", Scope.READ, CaseAnswer)
def one_incident(request: Request, key: Key) -> Any:
    """One case, with who has which role and what is attached."""
    return _told(find_case(key, request.viewer), request.viewer)


@endpoint(router, "PATCH", "/incidents/{key}", Scope.INCIDENTS, CaseAnswer)
def change_incident(request: Request, key: Key, body: ChangeCase) -> Any:
    """Change what is known of a case, its severity, kind or phase."""
    worked(request, key)
    actor, now, seen = request.viewer.actor, request.now, body.seen
    asked = [name for name in ("severity", "kind", "phase") if getattr(body, name) is not None]
    told = body.title is not None or body.summary is not None
    if len(asked) + told > 1:
        raise BadInput(
            _("One thing at a time: each is an act of its own."),
            _("Send title and summary, severity, kind, and phase apart."),
        )
    if told:
        actions.describe(actor, key, title=body.title, summary=body.summary, seen=seen, now=now)
    if body.severity is not None:
        actions.set_severity(actor, key, body.severity, body.words, seen, now)
    if body.kind is not None:
        actions.set_kind(actor, key, body.kind, body.words, seen, now)
    if body.phase is not None:
        actions.move_phase(actor, key, body.phase, body.words, seen, now)
    return _told(find_case(key, request.viewer), request.viewer)


@endpoint(router, "POST", "/incidents/{key}/no-incident", Scope.INCIDENTS, CaseAnswer)
def close_as_no_incident(request: Request, key: Key, body: CloseCase) -> Any:
    """Close a case as no incident."""
    worked(request, key)
    case = actions.end_as_none(request.viewer.actor, key, body.reason, body.seen, request.now)
    return _told(case, request.viewer)


@endpoint(router, "POST", "/incidents/{key}/open-again", Scope.INCIDENTS, CaseAnswer)
def open_incident_again(request: Request, key: Key, body: Reason) -> Any:
    """Open a closed case again."""
    find_case(key, request.viewer)
    demand_triager(request.viewer)
    return _told(actions.open_again(request.viewer.actor, key, body.reason, request.now), request.viewer)


@endpoint(router, "POST", "/incidents/{key}/merge", Scope.INCIDENTS, CaseAnswer)
def merge_incident(request: Request, key: Key, body: MergeCase) -> Any:
    """Merge a case into another, which is answered."""
    worked(request, key)
    worked(request, body.into)
    into = merge_actions.merge(request.viewer.actor, key, body.into, body.reason, request.now)
    return _told(into, request.viewer)


@endpoint(router, "POST", "/incidents/{key}/roles", Scope.INCIDENTS, RoleAnswer, status=201)
def give_incident_role(request: Request, key: Key, body: GiveRole) -> Any:
    """Give a role, or hand it over."""
    worked(request, key)
    made = role_actions.give_role(request.viewer.actor, key, now=request.now, **body.model_dump())
    return _role(made)


@endpoint(router, "POST", "/incidents/{key}/roles/{row}/end", Scope.INCIDENTS, CaseAnswer)
def end_incident_role(request: Request, key: Key, row: Key) -> Any:
    """End somebody's role."""
    worked(request, key)
    role_actions.end_role(request.viewer.actor, key, row, request.now)
    return _told(find_case(key, request.viewer), request.viewer)


@endpoint(router, "GET", "/incidents/{key}/affected", Scope.READ, rows_of(_AFFECTED), listing=_AFFECTED)
def list_affected(request: Request, key: Key) -> Any:
    """What a case affects."""
    case = find_case(key, request.viewer)
    rows = Affected.objects.all().visible_to(request.viewer).filter(case=case, removed_at=None)
    return list_rows(request, _AFFECTED, rows)


@endpoint(router, "POST", "/incidents/{key}/affected", Scope.INCIDENTS, AffectedAnswer, status=201)
def add_affected(request: Request, key: Key, body: AddAffected) -> Any:
    """Say what else is affected."""
    worked(request, key)
    if bool(body.about) == bool(body.name.strip()):
        raise BadInput(_("Give a reference or a name: one of both."), _("Leave the other out."), "about")
    made = affected_actions.add_affected(request.viewer, key, now=request.now, **body.model_dump())
    return AffectedAnswer.model_validate(made)


@endpoint(router, "PATCH", "/incidents/{key}/affected/{row}", Scope.INCIDENTS, AffectedAnswer)
def change_affected(request: Request, key: Key, row: Key, body: ChangeAffected) -> Any:
    """Say how something stands now."""
    worked(request, key)
    made = affected_actions.change_affected(
        request.viewer.actor, key, row, body.status, body.words, request.now, seen=body.seen
    )
    return AffectedAnswer.model_validate(made)


@endpoint(router, "POST", "/incidents/{key}/links", Scope.INCIDENTS, LinkAnswer, status=201)
def attach_to_incident(request: Request, key: Key, body: AttachRecord) -> Any:
    """Put a record to a case."""
    worked(request, key)
    return LinkAnswer.model_validate(
        link_actions.attach(request.viewer, key, body.about, body.why, request.now)
    )


@endpoint(router, "POST", "/incidents/{key}/links/{link}/detach", Scope.INCIDENTS, CaseAnswer)
def detach_from_incident(request: Request, key: Key, link: Key, body: Reason) -> Any:
    """Take a record from a case, with the reason."""
    worked(request, key)
    link_actions.detach(request.viewer, key, link, body.reason, request.now)
    return _told(find_case(key, request.viewer), request.viewer)
