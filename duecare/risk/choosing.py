"""Which measures to take under a budget, so that the expected loss of a year is least.

Measures that do not fit together are refused; how the best set is found is told in `programmes.py`.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from duecare.errors import BadInput
from duecare.risk.programmes import GAP, Found, Programme, Rules

MOST_MEASURES = 500
NEXT_GAP = 1e-3
"""Relative: within it a set counts as that next best."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that could be done."""

    id: str
    cost: float
    """Of a year, in the unit of the budget."""
    left: Mapping[str, float]
    """By scenario, the share that it leaves of the expected loss; scenarios without it stay as they are."""
    needs: tuple[str, ...] = ()
    """Ids of those without which it cannot be."""
    excludes: tuple[str, ...] = ()
    must: bool = False
    """Whether there is no choice."""


@dataclass(frozen=True, slots=True)
class Option:
    """One set of measures."""

    chosen: tuple[str, ...]
    """Ids, in the order in which the measures were given."""
    cost: float
    loss: float
    """The expected yearly loss that it leaves."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The best set, and how sure that is."""

    best: Option
    before: float
    """The expected yearly loss without any of the measures."""
    bound: float
    """No set that the budget allows leaves less."""
    gap: float
    """How far above the bound the best set is, relatively."""
    cuts: int
    """Tangents that were used in all."""
    runners_up: tuple[Option, ...]
    """The sets next best, which were weighed and not taken; best first, each within NEXT_GAP."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far the search is."""

    place: int
    """0: it looks for the best set; 1: for that next best..."""
    places: int
    rounds: int
    gap: float
    """Between what is known and what is possible; it falls."""


class NotWithin(BadInput):
    """What must be cannot be had within the budget."""


def choose(
    losses: Mapping[str, float],
    measures: Sequence[Measure],
    budget: float,
    *,
    runners_up: int = 3,
    gap: float = GAP,
    progress: Callable[[Step], None] | None = None,
) -> Choice:
    """The set of measures that leaves least of the expected yearly `losses` (by scenario).

    A measure that lowers nothing is taken only if it must be, or another that is taken needs it. Raises
    BadInput for measures that do not fit together, NotWithin if what must be costs more than the budget.
    """
    demand_sound(losses, measures, budget)
    programme = _programme(losses, measures)
    forbidden: list[frozenset[int]] = []
    found: list[Found] = []
    for place in range(runners_up + 1):

        def tell(rounds: int, reached: float, place: int = place) -> None:
            if progress is not None:
                progress(Step(place, runners_up + 1, rounds, reached))

        one = programme.best(budget, forbidden, gap if place == 0 else max(gap, NEXT_GAP), tell)
        if one is None:
            break
        found.append(one)
        forbidden.append(one.taken)
    if not found:
        raise _not_within(measures, budget)
    options = [_option(measures, one) for one in found]
    return Choice(
        best=options[0],
        before=sum(losses.values()),
        bound=found[0].bound,
        gap=found[0].gap,
        cuts=programme.cuts,
        runners_up=tuple(sorted(options[1:], key=lambda one: one.loss)),
    )


def frontier(
    losses: Mapping[str, float], measures: Sequence[Measure], budgets: Iterable[float], *, gap: float = GAP
) -> list[tuple[float, Option | None]]:
    """The best set of each of several budgets, least first; None where what must be costs more than that."""
    programme, told = None, []
    for budget in sorted(set(budgets)):
        demand_sound(losses, measures, budget)
        programme = programme or _programme(losses, measures)
        one = programme.best(budget, [], gap)
        told.append((budget, _option(measures, one) if one else None))
    return told


def demand_sound(losses: Mapping[str, float], measures: Sequence[Measure], budget: float) -> None:
    """Raises BadInput naming the measure and what is wrong with it."""
    if not (isfinite(budget) and budget >= 0):
        raise BadInput(f"{budget:g} is no budget.", "Give an amount from 0 on.", "budget")
    if not measures or len(measures) > MOST_MEASURES:
        raise BadInput(
            f"{len(measures)} measures cannot be chosen from.", f"Give from 1 to {MOST_MEASURES}.", "measures"
        )
    if not losses or not all(isfinite(one) and one >= 0 for one in losses.values()):
        raise BadInput("There is no loss that could be lowered.", "Give each scenario an expected loss.")
    ids = {one.id for one in measures}
    if len(ids) < len(measures):
        twice = next(one.id for n, one in enumerate(measures) if one.id in {m.id for m in measures[:n]})
        raise BadInput(f"The measure {twice} is there twice.", "Give each an id of its own.", "measures")
    for one in measures:
        if not (isfinite(one.cost) and one.cost >= 0):
            raise BadInput(f"Measure {one.id}: {one.cost:g} is no cost.", "Give an amount from 0 on.")
        for scenario, left in one.left.items():
            if scenario not in losses:
                raise BadInput(
                    f"Measure {one.id}: there is no scenario {scenario}.", "Name one of the scenarios."
                )
            if not (isfinite(left) and 0 < left <= 1e6):
                raise BadInput(
                    f"Measure {one.id}: {left:g} of {scenario} cannot be left.",
                    "Give a share above 0: 0.4 if it takes away 60 of 100.",
                )
        for other in (*one.needs, *one.excludes):
            if other not in ids:
                raise BadInput(f"Measure {one.id}: there is no measure {other}.", "Name one of the measures.")
        if one.id in one.excludes or set(one.needs) & set(one.excludes):
            raise BadInput(f"Measure {one.id} excludes itself or what it needs.", "Take one of the two away.")


def _programme(losses: Mapping[str, float], measures: Sequence[Measure]) -> Programme:
    place = {one.id: n for n, one in enumerate(measures)}
    scenarios = [name for name, loss in losses.items() if loss > 0]
    return Programme(
        [losses[name] for name in scenarios],
        [[one.left.get(name, 1.0) for name in scenarios] for one in measures],
        [one.cost for one in measures],
        Rules(
            needs=tuple((n, place[other]) for n, one in enumerate(measures) for other in one.needs),
            excludes=tuple((n, place[other]) for n, one in enumerate(measures) for other in one.excludes),
            must=frozenset(n for n, one in enumerate(measures) if one.must),
        ),
    )


def _option(measures: Sequence[Measure], found: Found) -> Option:
    taken = [one for n, one in enumerate(measures) if n in found.taken]
    return Option(tuple(one.id for one in taken), sum(one.cost for one in taken), found.loss)


def _not_within(measures: Sequence[Measure], budget: float) -> NotWithin:
    """Why nothing is possible: what must be, and what that needs, costs too much or excludes itself."""
    by_id = {one.id: one for one in measures}
    needed = [one.id for one in measures if one.must]
    for id in needed:
        needed += [other for other in by_id[id].needs if other not in needed]
    cost = sum(by_id[id].cost for id in needed)
    if cost > budget:
        return NotWithin(
            f"What must be done, with what that needs, costs {cost:,.2f}: more than the budget of "
            f"{budget:,.2f} ({', '.join(needed)}).",
            "Raise the budget.",
            "budget",
        )
    return NotWithin(
        f"What must be done excludes itself ({', '.join(needed)}).", "Look at what these exclude.", "measures"
    )
