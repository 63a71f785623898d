"""Measures for programs: the list, one of them, putting down, changing and ending one.

Money is in minor units of the currency of the terms of risk; shares are in thousandths.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Router
from pydantic import Field

from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.measures import actions
from duecare.risk.measures.models import Measure
from duecare.risk.measures.queries import LISTING, find_measure
from duecare.risk.register.doors import changer
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Words

router = Router(tags=["Risk"])

Minor = Annotated[int, Field(ge=0, le=actions.MOST_MONEY)]
Share = Annotated[int, Field(ge=0, le=actions.THOUSAND)]
Money = Annotated[list[Minor], Field(min_length=3, max_length=3)]
"""Least, likely, most."""
Shares = Annotated[list[Share], Field(min_length=3, max_length=3)]


class EffectAnswer(Answer):
    """What a measure would change of one scenario."""

    scenario: str
    on: str
    efficacy: list[int]
    coverage: int
    reliability: int


class MeasureAnswer(Answer):
    """One measure."""

    id: str
    title: str
    safeguard: str
    about: str
    once: list[int]
    yearly: list[int]
    years: int
    effects: list[EffectAnswer]
    needs: list[str]
    excludes: list[str]
    must: str
    curtails: str
    owner_id: str | None
    made_at: Moment
    made_by: str
    ended_at: Moment | None
    ended_by: str
    ended_as: str
    ended_because: str


class EffectBody(Body):
    """What it would change of one scenario; shares in thousandths."""

    scenario: Key
    on: Literal["frequency", "magnitude"]
    efficacy: Shares
    """Least, likely and most share that it takes away where it works."""
    coverage: Share
    reliability: Share

    def change(self) -> actions.Change:
        least, likely, most = self.efficacy
        return actions.Change(self.scenario, self.on, (least, likely, most), self.coverage, self.reliability)


class AddMeasure(Body):
    """What a measure says."""

    title: Line
    safeguard: Key
    once: Money = [0, 0, 0]
    yearly: Money = [0, 0, 0]
    years: int = 1
    about: Words = ""
    effects: Annotated[list[EffectBody], Field(max_length=actions.MOST_EFFECTS)] = []
    needs: list[Key] = []
    excludes: list[Key] = []
    must: Line = ""
    """The obligation that leaves no choice, in words."""
    curtails: Words = ""
    owner: Key | None = None

    def draft(self) -> actions.Draft:
        once, yearly = ((three[0], three[1], three[2]) for three in (self.once, self.yearly))
        return actions.Draft(
            title=self.title,
            safeguard=self.safeguard,
            once=once,
            yearly=yearly,
            years=self.years,
            about=self.about,
            effects=tuple(one.change() for one in self.effects),
            needs=tuple(self.needs),
            excludes=tuple(self.excludes),
            must=self.must,
            curtails=self.curtails,
            owner=self.owner or "",
        )


class ChangeMeasure(AddMeasure):
    """What a measure says from now on, whole."""

    seen: int | None = None
    """Index of the newest entry about it that you know; a newer one refuses the change."""


class EndMeasure(Body):
    """How a measure leaves the table."""

    how: Literal["done", "refused", "dropped"]
    reason: Words
    seen: int | None = None


@endpoint(router, "GET", "/risk/measures", Scope.READ, rows_of(LISTING), listing=LISTING)
def list_measures(request: Request) -> Any:
    """Measures, by title."""
    viewer = demand_area(request, ROOM)
    return list_rows(request, LISTING, Measure.objects.all().visible_to(viewer).select_related("owner"))


@endpoint(router, "POST", "/risk/measures", Scope.RISK, MeasureAnswer, status=201)
def add_measure(request: Request, body: AddMeasure) -> Any:
    """Put down what could be done."""
    return actions.add_measure(changer(request), body.draft(), request.now)


@endpoint(router, "GET", "/risk/measures/{key}", Scope.READ, MeasureAnswer)
def one_measure(request: Request, key: Key) -> Any:
    """One measure."""
    return find_measure(key, demand_area(request, ROOM))


@endpoint(router, "PUT", "/risk/measures/{key}", Scope.RISK, MeasureAnswer)
def change_measure(request: Request, key: Key, body: ChangeMeasure) -> Any:
    """Change what a measure says."""
    viewer = changer(request)
    row = find_measure(key, viewer)
    seen = seen_entry(row) if body.seen is None else body.seen
    return actions.change_measure(viewer, key, body.draft(), seen, request.now)


@endpoint(router, "POST", "/risk/measures/{key}/end", Scope.RISK, MeasureAnswer)
def end_measure(request: Request, key: Key, body: EndMeasure) -> Any:
    """Take a measure off the table."""
    viewer = changer(request)
    row = find_measure(key, viewer)
    seen = seen_entry(row) if body.seen is None else body.seen
    return actions.end_measure(viewer, key, body.how, body.reason, seen, request.now)
