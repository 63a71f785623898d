"""Figures of incidents for programs, and one case in the names of VERIS."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Router

from duecare.incidents.cases.models import ROOM
from duecare.incidents.cases.queries import find_case
from duecare.incidents.figures.actions import classify
from duecare.incidents.figures.classes import veris
from duecare.incidents.figures.queries import figures, flat, opened_in
from duecare.incidents.figures.views import demand_classer
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.web.api import endpoint
from duecare.web.api_shapes import Answer, Body, Key

router = Router(tags=["Incidents"])


class FigureAnswer(Answer):
    """One number."""

    figure: str
    value: str
    number: int | None
    """Null where nothing is known to count."""
    of: int
    """How many it rests on."""
    unit: str


class FiguresAnswer(Answer):
    """All figures; exercises are left out."""

    incidents: int
    figures: list[FigureAnswer]


class ClassifyCase(Body):
    """How a case is classed; what is left out is not said."""

    actor: list[Literal["external", "internal", "partner", "unknown"]] = []
    motive: Literal[
        "", "Financial", "Espionage", "Grudge", "Ideology", "Fun", "Convenience", "NA", "Unknown"
    ] = ""
    action: list[
        Literal["malware", "hacking", "social", "misuse", "physical", "error", "environmental", "unknown"]
    ] = []
    asset: list[Literal["S", "N", "U", "T", "P", "M", "E", "unknown"]] = []
    attribute: list[Literal["confidentiality", "integrity", "availability", "unknown"]] = []
    discovery: Literal["", "internal", "external", "partner", "other", "unknown"] = ""
    seen: int | None = None


class VerisAnswer(Answer):
    """A case as a record of VERIS 1.3.7."""

    schema_version: str
    incident_id: str
    security_incident: str
    timeline: dict[str, Any]
    actor: dict[str, Any]
    action: dict[str, Any]
    asset: dict[str, Any]
    attribute: dict[str, Any]
    discovery_method: dict[str, Any]


def _told(key: str, request: Request) -> dict[str, Any]:
    case = find_case(key, request.viewer)
    year, month = opened_in(case.opened_at)
    confirmed = case.closed_as == "resolved"
    return veris(case.classified, id=str(case.number), year=year, month=month, confirmed=confirmed)


@endpoint(router, "GET", "/incident-figures", Scope.READ, FiguresAnswer)
def incident_figures(request: Request) -> Any:
    """How many incidents of which kind, how grave and when; how long they took; how they are classed."""
    found = figures(demand_area(request, ROOM))
    return {"incidents": found.incidents, "figures": list(flat(found))}


@endpoint(router, "GET", "/cases/{key}/veris", Scope.READ, VerisAnswer)
def case_as_veris(request: Request, key: Key) -> Any:
    """One case in the names of VERIS; what was not said is Unknown."""
    return _told(key, request)


@endpoint(router, "PUT", "/cases/{key}/classes", Scope.INCIDENTS, VerisAnswer)
def classify_case(request: Request, key: Key, body: ClassifyCase) -> Any:
    """Class a case for later statistics; it may be closed."""
    demand_classer(request, key)
    classify(request.viewer.actor, key, body.model_dump(exclude={"seen"}), seen=body.seen)
    return _told(key, request)
