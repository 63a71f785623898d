"""Loss curves: ten and a thousand scenarios, exactly, beside years drawn by chance and pyfair; and a choice.

Drawn by chance is our own vectorised Monte Carlo, as many years as bring its standard error at the 1 in 100
year near the error that our certificate allows. pyfair (MIT) has an environment of its own; it multiplies how
often by one magnitude, which is not a sum of events, and so understates the tail: by how much stands beside
its time.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.figures import Figure, at_least, at_most
from bench.peers import PYTHON, has
from duecare.risk.choosing import Measure, choose
from duecare.risk.curves import Curve, curve, on_one_grid
from duecare.risk.frequencies import Rate
from duecare.risk.scenarios import Portfolio, Scenario
from duecare.risk.severities import Lognormal, Pert
from duecare.risk.simulating import simulate

ROOT = Path(__file__).parents[1]
QUANTILES = (0.5, 0.8, 0.9, 0.95, 0.99, 0.995)
YEARS, FEW = 1_000_000, 20_000
TIMES = 21


def portfolio(count: int) -> Portfolio:
    """So many scenarios: rates from 0.05 to 3 a year, ranges of one event of factors of 20 to 400."""
    chance = np.random.default_rng(5)
    rates, lows, factors = (
        chance.uniform(0.05, 3, count),
        chance.uniform(2e3, 8e4, count),
        chance.uniform(20, 400, count),
    )
    return Portfolio(
        tuple(
            Scenario(
                f"scenario {n}", Rate(float(rate)), Lognormal.from_range(float(low), float(low * factor))
            )
            for n, (rate, low, factor) in enumerate(zip(rates, lows, factors, strict=True))
        )
    )


def run(small: bool) -> list[Figure]:
    """The times of a curve, with and without its certificate, and how far the tail is off."""
    ten, years = portfolio(10), FEW if small else YEARS
    plain, _ = _timed(lambda: curve(ten, QUANTILES, certify=False))
    whole, found = _timed(lambda: curve(ten, QUANTILES))
    finest = _finest(ten, found)
    error = max(abs(found.var(p) - finest.var(p)) / finest.var(p) for p in QUANTILES)
    thousand, _ = _timed(lambda: curve(portfolio(100 if small else 1000), QUANTILES), times=3)
    begun = time.perf_counter()
    drawn = simulate(ten, seed=1, years=years)
    chance = time.perf_counter() - begun
    value, off = drawn.var(0.99)
    figures = [
        *_choice(small),
        at_most("10 scenarios: the full curve", 1000 * plain, 10, "ms"),
        at_most("the same with its certificate", 1000 * whole, 25, "ms"),
        at_most("its largest error, against a grid eight times as fine", 100 * error, 0.1, "%"),
        at_most("1,000 scenarios, with certificate", thousand, 1, "s"),
        Figure(
            f"{years:,} years of the 10 drawn by chance, vectorised",
            f"{chance:.2f} s, {chance / whole:,.0f} times ours; its 1 in 100 year is "
            f"{value / found.var(0.99) - 1:+.2%} off ours, its standard error {off / found.var(0.99):.2%}",
        ),
    ]
    ranges = [
        (one.frequency.mean, *(float(x) for x in one.severity.at(np.asarray([0.05, 0.5, 0.95]))))
        for one in ten.scenarios
    ]
    peer = _pyfair(ranges, years)
    if peer is None:
        return [*figures, Figure("pyfair", "could not be installed here")]
    # It takes PERT ranges only: so that the models are compared and not the tails, ours has them here too.
    same = Portfolio(
        tuple(Scenario(str(n), Rate(rate), Pert(*loss)) for n, (rate, *loss) in enumerate(ranges))
    )
    ours = curve(same, [0.99]).var(0.99)
    return [
        *figures,
        at_least(
            f"pyfair, {years:,} iterations of the 10, as many times as ours",
            peer["seconds"] / whole,
            200,
            "times",
        ),
        Figure(
            "its 1 in 100 year, of the same ranges as PERT",
            f"{peer['quantile']:,.0f}; the sum of events has {ours:,.0f}, "
            f"{ours / peer['quantile']:.2f} times that",
        ),
    ]


def measures(count: int, scenarios: int, seed: int) -> tuple[dict[str, float], list[Measure], float]:
    """So many measures, each lowering about a quarter of the scenarios, some needing or excluding another;
    and a budget of three tenths of what all of them cost."""
    chance = np.random.default_rng(seed)
    losses = {f"scenario {i}": float(chance.lognormal(11, 1)) for i in range(scenarios)}
    made = []
    for j in range(count):
        left = {name: float(1 - chance.beta(2, 3)) for name in losses if chance.random() < 0.25}
        needs = (f"measure {chance.integers(j)}",) if j and chance.random() < 0.15 else ()
        excludes = (f"measure {chance.integers(j)}",) if j and chance.random() < 0.1 else ()
        cost = float(round(chance.lognormal(10, 0.7)))
        made.append(Measure(f"measure {j}", cost, left, needs, tuple(set(excludes) - set(needs))))
    return losses, made, 0.3 * sum(one.cost for one in made)


def _choice(small: bool) -> list[Figure]:
    """The time of a choice with its three runners-up: the longest of three of them."""
    count, scenarios = (20, 8) if small else (60, 20)
    took, gaps = [], []
    for seed in range(3):
        losses, made, budget = measures(count, scenarios, seed)
        begun = time.perf_counter()
        found = choose(losses, made, budget)
        took.append(time.perf_counter() - begun)
        gaps.append(found.gap)
    return [
        at_most(
            f"the best of {count} measures against {scenarios} scenarios, and the three next best",
            max(took),
            10,
            "s",
        ),
        Figure("how far the best set can be from the bound", f"{max(gaps):.1e} of its loss"),
    ]


def _timed(work: Callable[[], Curve], times: int = TIMES) -> tuple[float, Curve]:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        found = work()
        took.append(time.perf_counter() - begun)
    return median(took), found


def _finest(of: Portfolio, found: Curve) -> Curve:
    return on_one_grid(of, found.step / 8, 8 * len(found.below))


def _pyfair(ranges: list[tuple[float, ...]], years: int) -> dict[str, Any] | None:
    """Of [rate, low, middle, high] of each scenario."""
    if not has("pyfair", "pyfair"):
        return None
    done = subprocess.run(
        [str(PYTHON), str(ROOT / "bench" / "peers" / "pyfair_curve.py"), str(years)],
        input=json.dumps(ranges),
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout) if not done.returncode else None
