"""A choice under a budget as `duecare risk choose` reads and answers it: JSON, version 1.

docs/risk-method.md shows both. What is chosen is found on expected losses (`choosing.py`) and then computed
again on full curves, before and after, on one grid.

Pure: pydantic at the edge; no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from duecare.errors import BadInput
from duecare.risk import curve_files
from duecare.risk.choosing import Measure, Option, Step, choose, frontier
from duecare.risk.curve_files import EventFields, Factor, Number, SeverityFields

FORMAT = 1
CURVE_FIELDS = ("dependence", "quantiles", "cap", "seed")
"""What a choice has in common with a curve file."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Scenario(EventFields):
    severity: SeverityFields | None = None
    others: SeverityFields | None = None

    @model_validator(mode="after")
    def _some(self) -> _Scenario:
        if self.severity is None and self.others is None:
            raise ValueError("give severity (own loss), others (harm to others) or both")
        return self


class _Effect(_Strict):
    scenario: str
    on: Literal["frequency", "magnitude"]
    left: Factor


Ids = Annotated[list[str], Field(max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Measure(_Strict):
    id: Name
    name: Name | None = None
    cost: Annotated[Number, Field(ge=0)]
    effects: Annotated[list[_Effect], Field(max_length=5_000)] = []
    needs: Ids = []
    excludes: Ids = []
    must: bool = False


class _Choice(_Strict):
    format: int = FORMAT
    scenarios: Annotated[list[_Scenario], Field(min_length=1, max_length=curve_files.MOST_SCENARIOS)]
    measures: Annotated[list[_Measure], Field(min_length=1)]
    budget: Annotated[Number, Field(ge=0)]
    budgets: Annotated[list[Annotated[Number, Field(ge=0)]], Field(max_length=50)] = []
    objective: Literal["own", "others", "both"] = "both"
    runners_up: Annotated[int, Field(ge=0, le=20)] = 3
    dependence: dict[str, Any] | None = None
    quantiles: list[Any] | None = None
    cap: Any = None
    seed: Any = None


def answer(written: object, progress: Callable[[Step], None] | None = None) -> dict[str, Any]:
    """What to do, by a file: the best set, those next best, and the curves without and with it.

    Raises BadInput naming the field.
    """
    read = _read(written)
    losses = _losses(read)
    measures = [_measure(one, losses) for one in read.measures]
    found = choose(losses, measures, read.budget, runners_up=read.runners_up, progress=progress)
    told: dict[str, Any] = {
        "format": FORMAT,
        "objective": read.objective,
        "budget": read.budget,
        "chosen": list(found.best.chosen),
        "cost": found.best.cost,
        "loss_before": found.before,
        "loss_after": found.best.loss,
        "bound": found.bound,
        "gap": found.gap,
        "cuts": found.cuts,
        "runners_up": [_option(one) for one in found.runners_up],
        "curves": _curves(read, found.best),
    }
    if read.budgets:
        told["frontier"] = [
            {"budget": budget, **(_option(one) if one else {"chosen": None})}
            for budget, one in frontier(losses, measures, read.budgets)
        ]
    return told


def _read(written: object) -> _Choice:
    try:
        read = _Choice.model_validate(written)
    except ValidationError as error:
        raise curve_files.fault(error) from error
    if read.format != FORMAT:
        raise BadInput(f"format: {read.format} is not known.", f"This release reads format {FORMAT}.")
    names = [one.name for one in read.scenarios]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BadInput(
            f"scenarios: the name '{twice}' stands twice.", "Measures name scenarios: give each its own."
        )
    known = set(names)
    if read.cap is not None and any(
        each.on == "magnitude" and each.left < 1 for one in read.measures for each in one.effects
    ):
        # The mean of min(X f, cap) is not f times that of min(X, cap), by which sets are compared.
        raise BadInput(
            "cap: it cannot stand beside measures that lower the magnitude of losses.",
            "Leave the cap out, or give severities that have an end.",
        )
    for number, one in enumerate(read.measures, start=1):
        if lost := next((each.scenario for each in one.effects if each.scenario not in known), None):
            raise BadInput(
                f"measures, number {number} ({one.id}): there is no scenario '{lost}'.",
                "Name one of the scenarios.",
            )
    return read


def _losses(read: _Choice) -> dict[str, float]:
    """The expected yearly loss of each scenario on the side that counts."""
    found = {one.name: 0.0 for one in read.scenarios}
    document = _document(read, read.objective, {})
    if document is not None:
        portfolio = curve_files.portfolio_of(document)
        found |= {one.name: portfolio.rate(one) * one.moments[0] for one in portfolio.scenarios}
    return found


def _measure(one: _Measure, losses: Mapping[str, float]) -> Measure:
    left: dict[str, float] = {}
    for effect in one.effects:
        left[effect.scenario] = left.get(effect.scenario, 1.0) * effect.left
    return Measure(one.id, one.cost, left, tuple(one.needs), tuple(one.excludes), one.must)


def _document(read: _Choice, side: str, taken: Mapping[tuple[str, str], float]) -> dict[str, Any] | None:
    """The curve file of a side once these factors are in; None if nobody has a loss on it."""
    scenarios = []
    for one in read.scenarios:
        losses = _side(one, side)
        if not losses:
            continue
        # A secondary loss is one's own: harm to others has its own severity.
        apart = {"severity", "others", "effect", *(["secondary"] if side == "others" else [])}
        made = one.model_dump(exclude=apart, exclude_unset=True)
        made["severity"] = losses[0] if len(losses) == 1 else {"together": losses}
        made["effect"] = {
            "frequency": one.effect.frequency * taken.get((one.name, "frequency"), 1.0),
            "magnitude": one.effect.magnitude * taken.get((one.name, "magnitude"), 1.0),
        }
        scenarios.append(made)
    if not scenarios:
        return None
    written = {name: getattr(read, name) for name in CURVE_FIELDS if getattr(read, name) is not None}
    return {"scenarios": scenarios, **written}


def _side(one: _Scenario, side: str) -> list[dict[str, Any]]:
    """What one of its events costs on a side, by those who bear it."""
    return [
        each.model_dump(exclude_unset=True)
        for each, counts in ((one.severity, side != "others"), (one.others, side != "own"))
        if counts and each is not None
    ]


def _curves(read: _Choice, best: Option) -> dict[str, Any]:
    """By side, the full curves without any measure and with those chosen."""
    taken: dict[tuple[str, str], float] = {}
    for measure in read.measures:
        if measure.id in best.chosen:
            for effect in measure.effects:
                key = effect.scenario, effect.on
                taken[key] = taken.get(key, 1.0) * effect.left
    told: dict[str, Any] = {}
    for side in ("own", "others", "both"):
        before, after = _document(read, side, {}), _document(read, side, taken)
        if before is not None and after is not None:
            without, with_them = curve_files.answers([before, after])
            told[side] = {"before": without, "after": with_them}
    return told


def _option(one: Option) -> dict[str, Any]:
    return {"chosen": list(one.chosen), "cost": one.cost, "loss_after": one.loss}
