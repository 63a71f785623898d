"""The choice under a budget: the same as by trying every set, whatever measures need and exclude."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.choosing import Measure, NotWithin, Step, choose, frontier
from duecare.risk.programmes import GAP

CLOSE = 3 * GAP
"""The gap, and what the solver's own tolerances add."""


def problem(seed: int, count: int, scenarios: int) -> tuple[dict[str, float], list[Measure], float]:
    """Measures that lower some scenarios, with needs, exclusions and must-haves by chance, and a budget."""
    chance = np.random.default_rng(seed)
    losses = {f"s{i}": float(chance.lognormal(11, 1)) for i in range(scenarios)}
    measures = []
    for j in range(count):
        hit = [i for i in range(scenarios) if chance.random() < 0.4]
        needs = (f"m{chance.integers(j)}",) if j and chance.random() < 0.2 else ()
        excludes = (f"m{chance.integers(j)}",) if j and chance.random() < 0.15 else ()
        measures.append(
            Measure(
                f"m{j}",
                float(round(chance.lognormal(10, 0.7))),
                {f"s{i}": float(1 - chance.beta(2, 3)) for i in hit},
                needs,
                tuple(set(excludes) - set(needs)),
                bool(chance.random() < 0.1),
            )
        )
    return losses, measures, float(round(sum(one.cost for one in measures) * chance.uniform(0.1, 0.6)))


def left_by(losses: dict[str, float], taken: list[Measure]) -> float:
    return sum(loss * prod(one.left.get(name, 1.0) for one in taken) for name, loss in losses.items())


def possible(measures: list[Measure], taken: list[Measure], budget: float) -> bool:
    ids = {one.id for one in taken}
    if sum(one.cost for one in taken) > budget or any(one.must and one.id not in ids for one in measures):
        return False
    if any(set(one.needs) - ids or set(one.excludes) & ids for one in taken):
        return False
    # What lowers nothing is taken only where it must be or is needed.
    needed = {id for one in taken for id in one.needs}
    return all(one.left or one.must or one.id in needed for one in taken)


def brute(losses: dict[str, float], measures: list[Measure], budget: float) -> list[tuple[float, set[str]]]:
    """Every possible set and what it leaves, best first."""
    found = []
    for size in range(len(measures) + 1):
        for taken in combinations(measures, size):
            if possible(measures, list(taken), budget):
                found.append((left_by(losses, list(taken)), {one.id for one in taken}))
    return sorted(found, key=lambda one: one[0])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), count=st.integers(1, 9), scenarios=st.integers(1, 4))
def test_it_is_the_same_as_by_trying_every_set(seed: int, count: int, scenarios: int) -> None:
    losses, measures, budget = problem(seed, count, scenarios)
    every = brute(losses, measures, budget)
    if not every:
        with pytest.raises(NotWithin):
            choose(losses, measures, budget)
        return
    found = choose(losses, measures, budget)
    assert found.best.loss == pytest.approx(every[0][0], rel=CLOSE)
    assert found.bound <= every[0][0] * (1 + CLOSE)
    assert found.gap <= GAP
    taken = [one for one in measures if one.id in found.best.chosen]
    assert possible(measures, taken, budget)
    assert found.best.cost == sum(one.cost for one in taken)
    assert found.best.loss == pytest.approx(left_by(losses, taken))
    assert found.before == pytest.approx(sum(losses.values()))


@pytest.mark.parametrize("seed", [3, 11])
def test_twelve_measures_with_the_sets_next_best(seed: int) -> None:
    losses, measures, _budget = problem(seed, 12, 6)
    measures = [Measure(one.id, one.cost, one.left, one.needs, one.excludes) for one in measures]
    budget = 0.35 * sum(one.cost for one in measures)
    every = brute(losses, measures, budget)
    found = choose(losses, measures, budget)
    ranked = [found.best, *found.runners_up]
    assert len(ranked) == 4
    for option, (loss, ids) in zip(ranked, every, strict=False):
        assert option.loss == pytest.approx(loss, rel=2e-3)
        assert option.loss >= every[0][0] * (1 - CLOSE)
        assert len(option.chosen) == len(set(option.chosen))
        assert set(option.chosen) == ids or option.loss == pytest.approx(loss, rel=2e-3)
    assert len({option.chosen for option in ranked}) == 4


@pytest.mark.slow
def test_twenty_measures_are_the_same_as_by_trying_a_million_sets() -> None:
    losses, measures, _budget = problem(5, 20, 6)
    budget = 0.3 * sum(one.cost for one in measures)
    measures = [Measure(one.id, one.cost, one.left) for one in measures]
    places = np.arange(1 << 20)
    cost, logs = np.zeros(1 << 20), np.zeros((6, 1 << 20))
    for j, one in enumerate(measures):
        taken = (places >> j) & 1
        cost += one.cost * taken
        for i, name in enumerate(losses):
            logs[i] += np.log(one.left.get(name, 1.0)) * taken
    left = np.asarray(list(losses.values())) @ np.exp(logs)
    left[cost > budget] = np.inf
    assert choose(losses, measures, budget, runners_up=0).best.loss == pytest.approx(left.min(), rel=CLOSE)


def test_a_larger_budget_never_leaves_more() -> None:
    losses, measures, _budget = problem(2, 14, 5)
    measures = [Measure(one.id, one.cost, one.left, one.needs) for one in measures]
    whole = sum(one.cost for one in measures)
    found = frontier(losses, measures, [whole * share for share in (0, 0.1, 0.3, 0.6, 1)])
    left = [option.loss for _budget, option in found if option]
    assert len(left) == 5
    assert left[0] == sum(losses.values())
    assert all(later <= earlier * (1 + CLOSE) for earlier, later in pairwise(left))
    assert found[2][1] == choose(losses, measures, whole * 0.3).best
    must = [Measure("must", 10.0, {"s0": 0.5}, must=True)]
    assert frontier(losses, must, [5, 10])[0] == (5, None)


def test_it_says_how_far_it_is() -> None:
    losses, measures, budget = problem(4, 10, 4)
    steps: list[Step] = []
    choose(losses, measures, budget, progress=steps.append)
    assert [one.place for one in steps] == sorted(one.place for one in steps)
    assert {one.places for one in steps} == {4}
    assert steps[-1].place == 3


def test_rounding_does_not_spend_more_than_the_budget() -> None:
    """One unit in a thousand million lies within the solver's tolerance, not within the budget."""
    losses = {"s": 1e6}
    measures = [Measure("dear", 1_000_000_001.0, {"s": 0.1}), Measure("cheap", 1_000_000_000.0, {"s": 0.2})]
    assert choose(losses, measures, 1_000_000_000.0).best.chosen == ("cheap",)


LOSSES = {"a": 100.0, "b": 50.0}


@pytest.mark.parametrize(
    ("measures", "budget", "words"),
    [
        ([Measure("m", 5, {"c": 0.5})], 10, "no scenario c"),
        ([Measure("m", 5, {"a": 0.0})], 10, "cannot be left"),
        ([Measure("m", -5, {"a": 0.5})], 10, "no cost"),
        ([Measure("m", 5, {"a": 0.5}, needs=("n",))], 10, "no measure n"),
        ([Measure("m", 5, {"a": 0.5}, excludes=("m",))], 10, "excludes itself"),
        ([Measure("m", 5, {}), Measure("m", 5, {})], 10, "there twice"),
        ([Measure("m", 5, {})], -1, "no budget"),
        ([], 10, "0 measures"),
        ([Measure("m", 50, {}, must=True)], 10, "costs 50.00"),
        ([Measure("m", 5, {}, ("n",), must=True), Measure("n", 50, {})], 10, r"costs 55.00.*\(m, n\)"),
        (
            [Measure("m", 5, {}, (), ("n",), must=True), Measure("n", 1, {}, must=True)],
            10,
            "excludes itself",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(
    measures: list[Measure], budget: float, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        choose(LOSSES, measures, budget)
