"""With and without: curves that share one grid, what each safeguard is worth, and what each doubt is worth.

Two curves on different grids differ by their grids as well. Here those that are compared have the same step
and end, so that what differs between them is what was changed and no noise.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from duecare.risk import curve_files
from duecare.risk.curves import Curve, NoCertificate, curve, curves, on_one_grid
from duecare.risk.scenarios import Scenario
from duecare.risk.uncertain import Uncertain, belief_of

Document = Mapping[str, Any]
"""A curve file (docs/risk-method.md)."""
BAD_YEAR = 0.95
"""1 in 20."""
LOW, HIGH = 0.05, 0.95
SELDOM = 1e-6
"""Of its mean a rate is at least this at its low point: a wide belief would be nothing there."""
"""Points of an input's own distribution at which it is tried."""
ON = {"rate": "frequency", "loss": "magnitude"}
MOST_BARS = 24
"""Inputs of which the quantile is computed: those that move the mean most."""
WIDER = 4
"""How often the grid is doubled for a quantile that lies beyond it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The curve with what is changed and the one without it."""

    before: Curve
    after: Curve

    @property
    def mean(self) -> float:
        """How much less a year costs on average."""
        return self.before.mean - self.after.mean

    def var(self, p: float) -> float:
        """By how much the quantile of p falls."""
        return self.before.var(p) - self.after.var(p)

    def tvar(self, p: float) -> float:
        """By how much the mean of the worst 1 - p of years falls."""
        return self.before.tvar(p) - self.after.tvar(p)


def pair(before: Document, after: Document, quantiles: Sequence[float]) -> Pair:
    """Two curve files on one grid, good for these quantiles.

    Raises NoCertificate where one of them has no exact curve (`curve_files.answer` then draws both by chance
    from the same streams), BadInput naming the field.
    """
    one, other = curves([curve_files.portfolio_of(each) for each in (before, after)], quantiles)
    return Pair(one, other)


@dataclass(frozen=True, slots=True)
class Stair:
    """One step of a waterfall: the loss of a year once this document's changes are in."""

    name: str
    mean: float
    var: float
    tvar: float
    mean_change: float
    """Against the step before; 0 for the first."""
    var_change: float


def waterfall(documents: Sequence[tuple[str, Document]], quantile: float = BAD_YEAR) -> list[Stair]:
    """What each of several documents in a row changes, all on one grid: name and curve file of each.

    A safeguard's worth depends on those that came before it; the order is the caller's. Raises as `pair`.
    """
    found: list[Stair] = []
    made = curves([curve_files.portfolio_of(each) for _name, each in documents], [quantile])
    for (name, _document), each in zip(documents, made, strict=True):
        var, last = each.var(quantile), found[-1] if found else None
        found.append(
            Stair(
                name,
                each.mean,
                var,
                each.tvar(quantile),
                each.mean - last.mean if last else 0.0,
                var - last.var if last else 0.0,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is not known of a safeguard's effect on one scenario of a document."""

    scenario: int
    """Its place in the document."""
    on: str
    """`frequency` or `magnitude`."""
    name: str
    low: float
    """What the rate, or each loss, is multiplied by where the safeguard does much: at most 1."""
    high: float
    """The same where it does little: at least 1."""


def doubt(scenario: int, on: str, name: str, efficacy: Uncertain, reach: float) -> Doubt:
    """Of a safeguard whose mean efficacy is in the document; `reach` is coverage x reliability."""
    at_mean = max(1 - efficacy.mean * reach, 1e-3)
    much, little = (max(1 - efficacy.at(p) * reach, 1e-3) / at_mean for p in (HIGH, LOW))
    return Doubt(scenario, on, name, much, little)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a tornado: a year's loss with one input low and high, all others unchanged."""

    scenario: str
    what: str
    """`rate`, `loss` or `effect`."""
    name: str
    """Of the safeguard; empty for a rate or a loss."""
    on: str
    """`frequency` or `magnitude`: what the input bears on."""
    low: float
    """The input at its 5 % point: events a year, money, or the factor of a `Doubt`."""
    high: float
    mean_low: float
    mean_high: float
    var_low: float | None = None
    """The quantile; None where it was not computed (not among the widest, or no exact curve)."""
    var_high: float | None = None

    @property
    def swing(self) -> float:
        """How far the mean moves: bars are sorted by it."""
        return abs(self.mean_high - self.mean_low)


def sensitivities(
    document: Document,
    doubts: Sequence[Doubt] = (),
    *,
    quantile: float = BAD_YEAR,
    most: int = MOST_BARS,
) -> list[Bar]:
    """What each input alone does to a year's loss, at the 5 % and 95 % point of what is believed of it.

    A rate is tried as known to be low or high; a loss as if each event cost the low or the high end of its
    range. Means are exact; quantiles are read on the document's own grid. Raises BadInput naming the field.
    """
    whole = curve_files.portfolio_of(document)
    bars: list[tuple[Bar, Document, Document]] = []
    for place, one in enumerate(whole.scenarios):
        for what, name, low, high in _inputs(document, place, one, doubts):
            made = [_changed(document, place, what, each) for each in (low, high)]
            # What a scenario adds to the mean does not depend on the others.
            rest = whole.mean - whole.rate(one) * one.moments[0]
            means = [rest + _alone(each, place) for each in made]
            kind = what if what in ON else "effect"
            on = ON.get(what, what)
            bars.append((Bar(one.name, kind, name, on, low, high, means[0], means[1]), made[0], made[1]))
    bars.sort(key=lambda bar: -bar[0].swing)
    if most <= 0:
        return [bar for bar, _low, _high in bars]
    try:
        base = curve(whole, [quantile])
    except NoCertificate:
        return [bar for bar, _low, _high in bars]
    return [
        replace(bar, var_low=_var(low, base, quantile), var_high=_var(high, base, quantile))
        if rank < most
        else bar
        for rank, (bar, low, high) in enumerate(bars)
    ]


def _inputs(
    document: Document, place: int, one: Scenario, doubts: Sequence[Doubt]
) -> list[tuple[str, str, float, float]]:
    """(what, safeguard's name, low, high) of each input that is in doubt, as the document writes it."""
    effect = document["scenarios"][place].get("effect", {})
    found = []
    believed = belief_of(one.frequency)
    if believed.variance > 0:
        factor = effect.get("frequency", 1.0)
        least = max(believed.at(LOW), believed.mean * SELDOM)
        found.append(("rate", "", least / factor, believed.at(HIGH) / factor))
    low, high = (float(each) for each in one.severity.at(np.asarray([LOW, HIGH])))
    if low < high:
        factor = effect.get("magnitude", 1.0)
        found.append(("loss", "", low / factor, high / factor))
    return found + [(each.on, each.name, each.low, each.high) for each in doubts if each.scenario == place]


def _changed(document: Document, place: int, what: str, value: float) -> Document:
    """The document with one input of one scenario at this value."""
    scenarios = list(document["scenarios"])
    one = dict(scenarios[place])
    if what == "rate":
        one["frequency"] = {"rate": value}
    elif what == "loss":
        one["severity"] = {"empirical": [value]}
    else:
        effect = one.get("effect", {})
        one["effect"] = {**effect, what: effect.get(what, 1.0) * value}
    scenarios[place] = one
    return {**document, "scenarios": scenarios}


def _alone(document: Document, place: int) -> float:
    """The mean of one scenario of a document."""
    return curve_files.portfolio_of({**document, "scenarios": [document["scenarios"][place]]}).mean


def _var(document: Document, base: Curve, quantile: float) -> float | None:
    portfolio, points = curve_files.portfolio_of(document), len(base.below)
    for _ in range(WIDER):
        try:
            return on_one_grid(portfolio, base.step, points).var(quantile)
        except NoCertificate:
            points *= 2
    return None
