"""Measures for programs: the list, one of them, putting down, changing and ending one; choices among them.

Money is in minor units of the currency of the terms of risk; shares are in thousandths.
"""

from __future__ import annotations

import json
from time import monotonic
from typing import Annotated, Any, Literal

from ninja import Router
from pydantic import Field

from duecare.ledger import blobs
from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.measures import actions
from duecare.risk.measures.choice_actions import keep_choice
from duecare.risk.measures.models import Choice, Measure
from duecare.risk.measures.queries import CHOICES, LISTING, find_choice, find_measure, terms_of_choice
from duecare.risk.measures.weighing import Asked, Weighed, table, weigh
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


class MeasureEffect(Answer):
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
    effects: list[MeasureEffect]
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
    into_register: bool = False
    """Whether what it changes, being done, stands on its scenarios from now on."""
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
    ended = actions.end_measure(
        viewer, key, body.how, body.reason, seen, request.now, into_register=body.into_register
    )
    return ended.row


Objective = Literal["own", "others", "both"]


class WeighedAnswer(Answer):
    """What a budget is best spent on."""

    inputs: dict[str, Any]
    """What it was computed from, as `duecare risk choose` reads it."""
    answer: dict[str, Any]
    """What `duecare risk choose` answers."""
    why_not: dict[str, str]
    """By key, why a measure that could be chosen was not."""
    impossible: dict[str, str]
    """By key, why a measure cannot be chosen."""
    lacking: list[str]
    """Scenarios that are left out, because nobody estimated them on the side that counts."""


class ChoiceAnswer(Answer):
    """A choice that was kept."""

    id: str
    name: str
    objective: str
    currency: str
    budget: int
    chosen: list[str]
    program: str
    reason: str
    made_at: Moment
    made_by: str


class KeptAnswer(ChoiceAnswer, WeighedAnswer):
    """The same with what it was computed from and came to."""


class KeepChoice(Body):
    """What a budget is to be spent on, and under which name the answer is kept."""

    name: Line
    budget: Minor
    """Of a year, in minor units."""
    objective: Objective
    measures: Annotated[list[Key], Field(max_length=200)] = []
    """Those that count; none for all that stand."""
    reason: Words = ""


@endpoint(router, "GET", "/risk/choice", Scope.READ, WeighedAnswer)
def best_choice(request: Request, budget: Minor, objective: Objective, measures: Line = "") -> Any:
    """The best use of a budget of a year; `measures` are the keys that count, parted by commas."""
    viewer = demand_area(request, ROOM)
    return _told(_weigh(viewer, budget, objective, [key for key in measures.split(",") if key]))


@endpoint(router, "GET", "/risk/choices", Scope.READ, rows_of(CHOICES), listing=CHOICES)
def list_choices(request: Request) -> Any:
    """Choices that were kept, the newest first."""
    return list_rows(request, CHOICES, Choice.objects.all().visible_to(demand_area(request, ROOM)))


@endpoint(router, "POST", "/risk/choices", Scope.RISK, ChoiceAnswer, status=201)
def make_choice(request: Request, body: KeepChoice) -> Any:
    """Find the best use of a budget, and keep the answer."""
    viewer = changer(request)
    weighed = _weigh(viewer, body.budget, body.objective, body.measures)
    currency = terms_of_choice(viewer).currency
    return keep_choice(viewer, weighed, currency, body.name, body.reason, request.now)


@endpoint(router, "GET", "/risk/choices/{key}", Scope.READ, KeptAnswer)
def one_choice(request: Request, key: Key) -> Any:
    """One choice that was kept, with what it was computed from."""
    row = find_choice(key, demand_area(request, ROOM))
    result = json.loads(blobs.fetch(row.result))
    fields = {name: getattr(row, name) for name in ChoiceAnswer.model_fields}
    inputs = json.loads(blobs.fetch(row.inputs))
    return {**fields, "inputs": inputs, "answer": result["answer"], **result["told"]}


def _weigh(viewer: Viewer, budget: int, objective: str, wanted: list[str]) -> Weighed:
    on = table(viewer, terms_of_choice(viewer))
    return weigh(on, Asked(budget, objective, frozenset(wanted) or None), monotonic)


def _told(weighed: Weighed) -> dict[str, Any]:
    return {"inputs": json.loads(weighed.inputs), "answer": weighed.answer, **weighed.told}
