"""Indicators for programs: the list, one of them, adding many, taking one off."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Router
from pydantic import Field, StringConstraints

from duecare.errors import BadInput
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import find_case
from duecare.incidents.indicators import actions, lists, views
from duecare.incidents.indicators.kinds import LONGEST, read
from duecare.incidents.indicators.models import Indicator
from duecare.ledger.viewers import Request, Scope
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason, Words

router = Router(tags=["Incidents: indicators"])
_LISTING = lists.listing(Case(zone="UTC"))
Kinds = Literal[
    "", "ipv4", "ipv6", "domain", "url", "email", "md5", "sha1", "sha256", "file name", "user agent",
    "account", "other",
]  # fmt: skip
Tlp = Literal["clear", "green", "amber", "amber+strict", "red"]
AT_ONCE = 500
"""Signs in one request: as many as a body of usual length holds."""
Sign = Annotated[str, StringConstraints(max_length=LONGEST)]


class IndicatorAnswer(Answer):
    """One indicator, and where else its value occurs."""

    id: str
    kind: str
    value: str
    tlp: str
    words: str
    source: str
    added_at: Moment
    added_by: str
    removed_at: Moment | None
    removed_because: str
    cases: list[str]
    """Keys of the other cases in which it stands, of the newest fifty."""
    alerts: list[str]
    """Keys of the alerts that name it, of the newest fifty."""


class AddIndicators(Body):
    """Signs of one kind, or of the kinds that they look like; made harmless or not."""

    values: Annotated[list[Sign], Field(min_length=1, max_length=AT_ONCE)]
    tlp: Tlp
    kind: Kinds = ""
    words: Words = ""
    source: Line = ""


class Added(Answer):
    """How many indicators were new."""

    added: int


def told(indicator: Indicator, request: Request) -> IndicatorAnswer:
    """An indicator as it is answered."""
    names = set(IndicatorAnswer.model_fields) - {"cases", "alerts"}
    also = lists.elsewhere(indicator, request.viewer)
    values = {name: getattr(indicator, name) for name in names}
    return IndicatorAnswer.model_validate(
        {
            **values,
            "cases": [one.case_id for one in also.indicators],
            "alerts": [one.pk for one in also.alerts],
        }
    )


@endpoint(router, "GET", "/cases/{key}/indicators", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_indicators(request: Request, key: Key) -> Any:
    """The indicators of a case; values are in their plain form."""
    case = find_case(key, request.viewer)
    return list_rows(request, lists.listing(case), lists.rows_of(case, request.viewer))


@endpoint(router, "POST", "/cases/{key}/indicators", Scope.INCIDENTS, Added, status=201)
def add_indicators(request: Request, key: Key, body: AddIndicators) -> Any:
    """Add signs to a case; all of them, or none if one cannot be used. What is there is passed over."""
    case = views.worked_on(request, key)
    found = []
    for place, value in enumerate(body.values):
        try:
            found.append(read(value, body.kind))
        except BadInput as error:
            raise BadInput(error.what, error.next_step, f"values.{place}") from error
    made = actions.add(
        request.viewer.actor, case, found, body.tlp, request.now, words=body.words, source=body.source
    )
    return {"added": made}


@endpoint(router, "GET", "/cases/{key}/indicators/{indicator}", Scope.READ, IndicatorAnswer)
def one_indicator(request: Request, key: Key, indicator: Key) -> Any:
    """One indicator, and where else its value occurs."""
    case = find_case(key, request.viewer)
    return told(actions.find_indicator(case, indicator, request.viewer), request)


@endpoint(router, "POST", "/cases/{key}/indicators/{indicator}/remove", Scope.INCIDENTS, IndicatorAnswer)
def remove_indicator(request: Request, key: Key, indicator: Key, body: Reason) -> Any:
    """Take an indicator off; it stays to be read."""
    case = views.worked_on(request, key)
    actions.find_indicator(case, indicator, request.viewer)
    return told(actions.remove(request.viewer.actor, case, indicator, body.reason, request.now), request)
