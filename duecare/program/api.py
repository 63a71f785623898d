"""The spine for programs: safeguards and their states, what checks found, findings, and who is who."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router

from duecare.errors import NotFound
from duecare.ledger.viewers import Request, Scope, Viewer, demand_reader
from duecare.program import exception_api, remark_api, statement_api, task_api
from duecare.program.assessing import Lines
from duecare.program.catalogue import areas
from duecare.program.exception_queries import FINDING, holding, standing_exceptions
from duecare.program.judgement import Check, find_check
from duecare.program.judgement import checks as registered_checks
from duecare.program.models import Finding, Person
from duecare.program.posture import Found, Standing, State
from duecare.program.queries import (
    found_outcomes,
    profile,
    required_by,
    safeguards_for,
    standing_of,
    standings,
)
from duecare.program.staff import api as staff_api
from duecare.program.views import find_finding, findings_listing
from duecare.web.api import PLACE, choice, endpoint, list_rows, number_rows, page_of, rows_of
from duecare.web.api_shapes import Answer, Key, Moment
from duecare.web.listing import Column, Empty, Filter, FilterKind, Listing

router = Router(tags=["Posture"])
ROUTERS = (
    router,
    task_api.router,
    statement_api.router,
    exception_api.router,
    remark_api.router,
    staff_api.router,
)


# ── Safeguards ───────────────────────────────────────────────────────────────────────────────────────────


class SafeguardRow(Answer):
    """A safeguard and what can be said of it."""

    id: str
    title: str
    area: str
    state: str
    since: Moment | None
    why: str
    required_by: list[str]
    """Ids of the obligations that certainly ask for it."""


class Safeguards(Answer):
    """All safeguards that were asked for; there are some dozens."""

    rows: list[SafeguardRow]


class CheckRow(Answer):
    """A check, and what it found; nulls before it has ever run."""

    id: str
    safeguard: str
    question: str
    verdict: str
    words: str
    population: int | None
    subjects: int | None
    unmet: int | None
    unknown: int | None
    measure: int | None
    unit: str
    target: int | None
    grade: str
    evidence_at: Moment | None
    judged_at: Moment | None
    since: Moment | None


class Checks(Answer):
    """All checks; there are some dozens."""

    rows: list[CheckRow]


class SafeguardAnswer(SafeguardRow):
    """One safeguard with the checks and questions behind its state."""

    aim: str
    reasonable_because: str
    evidence: str
    first_step: str
    checks: list[CheckRow]
    questions: list[str]
    """Ids of the questions that people are asked about it."""
    exceptions: list[str]
    """Keys of the exceptions that hold or wait for a decision."""


_FILTERS = {"parameters": [choice("state", State), choice("area", [one.id for one in areas()])]}


def _row(standing: Standing, asked: dict[str, list[Any]]) -> dict[str, Any]:
    safeguard = standing.safeguard
    return {
        "id": safeguard.id,
        "title": safeguard.title,
        "area": safeguard.area,
        "state": standing.state.value,
        "since": standing.since,
        "why": standing.why,
        "required_by": [one.id for one in asked.get(safeguard.id, []) if one.certain],
    }


def _check(check: Check, found: Found | None, request: Request) -> dict[str, Any]:
    now = request.view_now
    told = ("population", "subjects", "unmet", "unknown", "measure", "target", "evidence_at", "judged_at")
    return {
        "id": check.id,
        "safeguard": check.safeguard,
        "question": check.question,
        "verdict": found.verdict_at(now).value if found else "unknown",
        "words": found.words(now) if found else _("It has never run."),
        "unit": check.unit,
        "grade": found.grade if found else "",
        **{name: getattr(found, name, None) for name in (*told, "since")},
    }


@endpoint(router, "GET", "/safeguards", Scope.READ, Safeguards, extra=_FILTERS)
def list_safeguards(request: Request) -> Any:
    """All safeguards with their states."""
    viewer = demand_reader(request)
    state, area = request.GET.get("state", ""), request.GET.get("area", "")
    asked = required_by(profile())
    return {
        "rows": [
            _row(one, asked)
            for one in standings(viewer, request.view_now)
            if state in ("", one.state) and area in ("", one.safeguard.area)
        ]
    }


@endpoint(router, "GET", "/safeguards/{id}", Scope.READ, SafeguardAnswer)
def one_safeguard(request: Request, id: Key) -> Any:
    """One safeguard: why it is reasonable, and what its checks found."""
    viewer = demand_reader(request)
    found = safeguards_for(viewer).get(id)
    if found is None:
        raise NotFound(_("There is no such safeguard."), _("Look in the list of safeguards."))
    standing = standing_of(found, viewer, request.view_now)
    held = standing_exceptions(viewer, request.view_now, safeguard=id)
    judged = [(one.check, one) for one in standing.found] + [(one, None) for one in standing.unjudged]
    return {
        **_row(standing, required_by(profile())),
        "aim": found.aim,
        "reasonable_because": found.why,
        "evidence": found.evidence,
        "first_step": found.first_step,
        "checks": [_check(check, outcome, request) for check, outcome in judged],
        "questions": [one.question.id for one in standing.asked],
        "exceptions": [row.pk for row, _condition in held],
    }


# ── Checks and their exceptions ──────────────────────────────────────────────────────────────────────────


class ExceptionLine(Answer):
    """One thing that a check looked at and that is not met, or not known."""

    subject: str
    name: str
    item: str
    verdict: str
    reason: str


@endpoint(router, "GET", "/checks", Scope.READ, Checks)
def list_checks(request: Request) -> Any:
    """All checks with what they found."""
    viewer = demand_reader(request)
    found, mine = found_outcomes(viewer), safeguards_for(viewer)
    shown = [one for one in registered_checks() if one.safeguard in mine]
    return {"rows": [_check(one, found.get(one.id), request) for one in shown]}


@endpoint(router, "GET", "/checks/{id}", Scope.READ, CheckRow)
def one_check(request: Request, id: Key) -> Any:
    """One check with what it found."""
    viewer = demand_reader(request)
    return _check(_find_check(id, viewer), found_outcomes(viewer).get(id), request)


@endpoint(router, "GET", "/checks/{id}/exceptions", Scope.READ, page_of("Lines", ExceptionLine), extra=PLACE)
def list_check_exceptions(request: Request, id: Key) -> Any:
    """Every exception to a check's answer, by name and reason."""
    viewer = demand_reader(request)
    _find_check(id, viewer)
    found = found_outcomes(viewer).get(id)
    return number_rows(Lines(found.exceptions if found else ""), int(request.GET.get("after", "0")))


def _find_check(id: str, viewer: Viewer) -> Check:
    found = find_check(id)
    if found is None or found.safeguard not in safeguards_for(viewer):
        raise NotFound(_("There is no such check."), _("Look in the list of checks."))
    return found


# ── Findings ─────────────────────────────────────────────────────────────────────────────────────────────


class FindingAnswer(Answer):
    """One gap."""

    id: str
    check_id: str
    safeguard: str
    subject: str
    subject_name: str
    item: str
    reason: str
    opened_at: Moment
    closed_at: Moment | None
    closed_because: str
    exception: str | None
    """Key of the exception that covers it, or is asked for."""


_FINDINGS = findings_listing({})


@endpoint(router, "GET", "/findings", Scope.READ, rows_of(_FINDINGS), listing=_FINDINGS)
def list_findings(request: Request) -> Any:
    """All gaps, newest first."""
    viewer = demand_reader(request)
    until: dict[str, date] = {one.finding: one.until for one in holding(viewer, request.view_now)}
    return list_rows(request, findings_listing(until), Finding.objects.all().visible_to(viewer))


@endpoint(router, "GET", "/findings/{key}", Scope.READ, FindingAnswer)
def one_finding(request: Request, key: Key) -> Any:
    """One gap: what, where, since when."""
    viewer = demand_reader(request)
    row = find_finding(key, viewer)
    held = standing_exceptions(viewer, request.view_now, about=f"{FINDING}:{key}")
    told = {name: getattr(row, name) for name in FindingAnswer.model_fields if name != "exception"}
    return {**told, "exception": held[0][0].pk if held else None}


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────

PEOPLE: Listing[Person] = Listing(
    name="people",
    caption=gettext_lazy("People"),
    columns=(Column("name", gettext_lazy("Name"), lambda row: row.name, order="name"),),
    sort=("name",),
    filters=(Filter("name", gettext_lazy("Name begins with"), "name__istartswith", FilterKind.TEXT),),
    empty=Empty(gettext_lazy("Nobody yet"), gettext_lazy("Let somebody sign in, in the settings.")),
)


@endpoint(router, "GET", "/people", Scope.READ, rows_of(PEOPLE), listing=PEOPLE)
def list_people(request: Request) -> Any:
    """The people who are named in the record, by key and name."""
    return list_rows(request, PEOPLE, Person.objects.all().visible_to(demand_reader(request)))
