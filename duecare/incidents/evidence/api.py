"""Evidence for programs: the list, one piece with its custody, bringing some, and taking it out."""

from __future__ import annotations

from typing import Any, Literal

from django.http.response import HttpResponseBase
from ninja import Router

from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import find_case
from duecare.incidents.evidence import actions, forms, lists, views
from duecare.incidents.evidence.models import Custody, Evidence
from duecare.incidents.evidence.queries import find_evidence, taken_from
from duecare.ledger.viewers import Request, Scope
from duecare.web.api import cleaned, download, endpoint, list_rows, rows_of, sent_file, upload
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Words

router = Router(tags=["Incidents: evidence"])
_LISTING = lists.listing(Case(zone="UTC"))
BYTES = "application/octet-stream"


class CustodyAnswer(Answer):
    """What was done with a piece of evidence."""

    kind: str
    at: Moment
    who: str
    words: str
    digest: str
    intact: bool | None
    recorded_at: Moment
    recorded_by: str


class EvidenceAnswer(Answer):
    """A piece of evidence with its custody, oldest first, at most two thousand."""

    id: str
    number: int
    what: str
    file_name: str
    given_name: str
    size: int
    content: str
    """SHA-256 of the file, 64 hex; empty for what is kept elsewhere."""
    place: str
    stated_digest: str
    source: str
    collected_at: Moment
    collected_by: str
    added_at: Moment
    added_by: str
    custody: list[CustodyAnswer]


class Collected(Body):
    """What every piece of evidence has. The time is a local one of `zone`, or has an offset."""

    what: Line
    collected: Line
    collected_by: Line
    zone: Line = ""
    """The case's own without one."""
    source: Line = ""


class Elsewhere(Collected):
    """Evidence that is kept elsewhere."""

    place: Line
    stated_digest: Line = ""


class Handed(Body):
    """What was done with evidence."""

    kind: Literal["accessed", "handed over", "returned"]
    who: Line
    when: Line
    zone: Line = ""
    words: Words = ""


def told(evidence: Evidence, request: Request) -> EvidenceAnswer:
    """A piece of evidence as it is answered."""
    names = set(EvidenceAnswer.model_fields) - {"custody"}
    kept = Custody.objects.all().visible_to(request.viewer).filter(evidence=evidence)
    rows = list(kept.order_by("-at", "-id")[: views.MOST_CUSTODY])[::-1]
    values = {name: getattr(evidence, name) for name in names}
    return EvidenceAnswer.model_validate({**values, "custody": rows})


@endpoint(router, "GET", "/cases/{key}/evidence", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_evidence(request: Request, key: Key) -> Any:
    """The evidence of a case."""
    case = find_case(key, request.viewer)
    return list_rows(request, lists.listing(case, request.view_now), lists.rows_of(case, request.viewer))


@endpoint(
    router, "POST", "/cases/{key}/evidence/files", Scope.INCIDENTS, EvidenceAnswer, status=201,
    extra=upload(BYTES),
)  # fmt: skip
def add_evidence_file(
    request: Request,
    key: Key,
    name: str,
    what: Line,
    collected: Line,
    collected_by: Line,
    zone: Line = "",
    source: Line = "",
) -> Any:
    """Keep a file as evidence: its bytes are the body, what is known of it the parameters."""
    case = views.worked_on(request, key)
    given = {"what": what, "collected": collected, "collected_by": collected_by, "source": source}
    form = forms.EvidenceForm({**given, "zone": zone or case.zone}, case=case, now=request.now)
    cleaned(form)
    views.demand_announced_room(request)
    with sent_file(request, actions.MOST_BYTES, actions.next_step()) as file:
        made = actions.add_file(request.viewer.actor, case, file, name, request.now, **form.told())
    return told(made, request)


@endpoint(router, "GET", "/cases/{key}/evidence/{evidence}", Scope.READ, EvidenceAnswer)
def one_piece_of_evidence(request: Request, key: Key, evidence: Key) -> Any:
    """One piece of evidence with its custody."""
    case = find_case(key, request.viewer)
    return told(find_evidence(case, evidence, request.viewer), request)


@endpoint(router, "POST", "/cases/{key}/evidence", Scope.INCIDENTS, EvidenceAnswer, status=201)
def add_evidence_elsewhere(request: Request, key: Key, body: Elsewhere) -> Any:
    """Say that there is evidence elsewhere."""
    case = views.worked_on(request, key)
    given = {**body.model_dump(), "zone": body.zone or case.zone}
    form = forms.ElsewhereForm(given, case=case, now=request.now)
    cleaned(form)
    return told(actions.add_elsewhere(request.viewer.actor, case, request.now, **form.told()), request)


@endpoint(
    router, "POST", "/cases/{key}/evidence/{evidence}/custody", Scope.INCIDENTS, EvidenceAnswer, status=201
)
def write_custody(request: Request, key: Key, evidence: Key, body: Handed) -> Any:
    """Write down that somebody used evidence, took it over or gave it back; also of a closed case."""
    case = taken_from(request, key)
    found = find_evidence(case, evidence, request.viewer)
    form = forms.HandForm({**body.model_dump(), "zone": body.zone or case.zone}, case=case, now=request.now)
    cleaned(form)
    actions.hand(request.viewer.actor, found, body.kind, form.at(), body.who, body.words, request.now)
    return told(found, request)


@endpoint(router, "POST", "/cases/{key}/evidence/{evidence}/download", Scope.INCIDENTS, extra=download(BYTES))
def take_out_evidence(request: Request, key: Key, evidence: Key) -> HttpResponseBase:
    """The file of a piece of evidence; that it was taken out is written into its custody."""
    case = taken_from(request, key)
    return views.taken_out(request, find_evidence(case, evidence, request.viewer))
