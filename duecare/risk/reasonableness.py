"""Was it reasonable to leave a measure out? The marginal test of Learned Hand and Sedona, on estimates.

A measure is owed when its burden is below the expected harm that it takes away: B2 - B1 < (P x H)1 - (P x
H)2. P is a yearly rate, H the mean loss of one event, and a safeguard leaves 1 - efficacy x reach of their
product, reach being coverage x reliability. All of these are estimates, so the test has two answers that may
point apart: that of the expected values, and how probable it is that the test is met.

Estimates are independent of each other, so expected values multiply. The probability rests on no draws: the
reduction is spread over the nodes of a Gauss quadrature (several scenarios are added on a grid by FFT), and
that the burden lies below each is an exact beta probability. It is computed twice, the second time with half
as many nodes; how far the two are apart is `error`.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from duecare.errors import BadInput
from duecare.risk.reductions import NODES, Cut, Part, added, reduction_of, share_taken
from duecare.risk.severities import Array
from duecare.risk.uncertain import Belief, Uncertain

POINTS = 1 << 13
"""Of the grid on which several scenarios are added."""

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Flip:
    """What one input would have to be for the verdict to turn, with all others at their means."""

    what: str
    """`rate`, `loss`, `efficacy` or `burden`."""
    at: float | None
    """None if no value in its range turns it."""
    mean: float
    least: float
    most: float
    """`inf` where the input has no end."""
    end: str = ""
    """Which end of the range has the other verdict: "least" or "most"; empty for neither."""
    scenario: str = ""
    safeguard: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class HandResult:
    """Both answers of the marginal test, for one year."""

    expected_reduction: float
    expected_burden: float
    expected_margin: float
    """Reduction less burden: above 0 the test is met on expected values, and the measure was owed."""
    probability_met: float
    """P(reduction > burden)."""
    break_even_burden: float
    """The burden at which the verdict on expected values turns."""
    flips: Mapping[str, Flip]
    """By input: `rate`, `loss`, `efficacy`, `burden`; the names of scenario and safeguard, if they have one,
    stand before it ("Ransomware: rate", "Ransomware: MFA on frequency: efficacy")."""
    error: float
    """How far `probability_met` is from that of a computation half as fine."""
    method: str = "quadrature"
    """`quadrature`, or `quadrature and convolution` where several scenarios are added."""

    @property
    def met(self) -> bool:
        """The verdict of the expected values."""
        return self.expected_margin > 0


def hand(
    rate: Belief | Three, efficacy: Three, reach: float, mean_loss: float, burden: Belief | Three
) -> HandResult:
    """The test for a measure that lowers one scenario, which nothing lowered before.

    `rate` in events a year, `efficacy` and `reach` in shares, `mean_loss` and `burden` in one unit of money.
    Raises BadInput for numbers out of order or shares above 1.
    """
    cut = Cut("", Uncertain(*efficacy), reach)
    return hand_of([Part("", _belief(rate), mean_loss, (), (cut,))], burden)


def hand_of(parts: Sequence[Part], burden: Belief | Three) -> HandResult:
    """The test for a measure that changes several scenarios at once. Raises BadInput for none."""
    if not parts:
        raise BadInput("A measure that changes no scenario has nothing to be tested on.", "Add an effect.")
    cost = _belief(burden)
    reduction = sum(one.reduction for one in parts)
    fine, rough = (_probability(parts, cost, nodes) for nodes in (NODES, NODES // 2))
    return HandResult(
        expected_reduction=reduction,
        expected_burden=cost.mean,
        expected_margin=reduction - cost.mean,
        probability_met=fine,
        break_even_burden=reduction,
        flips=_flips(parts, cost),
        error=abs(fine - rough),
        method="quadrature" if len(parts) == 1 else "quadrature and convolution",
    )


def _belief(told: Belief | Three) -> Belief:
    return Uncertain(*told) if isinstance(told, tuple) else told


def _probability(parts: Sequence[Part], burden: Belief, nodes: int) -> float:
    """P(the sum of all reductions > burden)."""
    if len(parts) > 1:
        values, weights = added([reduction_of(one, nodes) for one in parts], POINTS * nodes // NODES)
        if burden.variance > 0:
            return _share(weights * burden.cdf(values))
        # A point of the grid stands for half a step to either side, which a step function would not see.
        return 1 - float(np.interp(burden.mean, values, np.cumsum(weights) - weights / 2, 0, 1))
    one = parts[0]
    if burden.variance > 0:
        values, weights = reduction_of(one, nodes)
        return _share(weights * burden.cdf(values))
    # A known burden is a step among nodes as well; the distribution of another estimate takes its place.
    if one.rate.variance > 0:
        taken, weights = share_taken(one, nodes)
        return _share(weights * _beyond(one.rate, np.zeros_like(taken), one.mean_loss * taken, burden.mean))
    doubtful = [cut for cut in (*one.before, *one.after) if cut.efficacy.variance > 0]
    cut = max(doubtful, key=lambda cut: cut.efficacy.variance, default=None)
    if cut is None:
        return float(one.reduction > burden.mean)
    (none, weights), (whole, _weights) = (share_taken(one.at(cut, e), nodes) for e in (0.0, 1.0))
    worth = one.rate.mean * one.mean_loss
    return _share(weights * _beyond(cut.efficacy, worth * none, worth * (whole - none), burden.mean))


def _share(chances: Array) -> float:
    return float(np.clip(chances.sum(), 0, 1))


def _beyond(belief: Belief, start: Array, slope: Array, bound: float) -> Array:
    """P(start + slope x > bound) of a number x that is believed so."""
    with np.errstate(divide="ignore", invalid="ignore"):
        below = belief.cdf(np.where(slope != 0, (bound - start) / slope, 0.0))
    return np.where(slope > 0, 1 - below, np.where(slope < 0, below, start > bound))


def _flips(parts: Sequence[Part], burden: Belief) -> dict[str, Flip]:
    """The margin is linear in each input while the others stand at their means."""
    reduction = sum(one.reduction for one in parts)
    found = []
    for one in parts:
        others = reduction - one.reduction - burden.mean
        for what, mean, range in (
            ("rate", one.rate.mean, one.rate.range),
            ("loss", one.mean_loss, (0.0, float("inf"))),
        ):
            slope = one.reduction / mean if mean > 0 else 0.0
            found.append(replace(_turning(what, mean, range, others, slope), scenario=one.name))
        for cut in {each.same: each for each in (*one.before, *one.after)}.values():
            none, whole = (one.at(cut, e).reduction for e in (0.0, 1.0))
            flip = _turning("efficacy", cut.efficacy.mean, cut.efficacy.range, others + none, whole - none)
            found.append(replace(flip, scenario=one.name, safeguard=cut.safeguard, on=cut.on))
    found.append(_turning("burden", burden.mean, burden.range, reduction, -1.0))
    return {_name(one): one for one in found}


def _name(flip: Flip) -> str:
    safeguard = f"{flip.safeguard} on {flip.on}" if flip.safeguard else ""
    return ": ".join(filter(None, (flip.scenario, safeguard, flip.what)))


def _turning(what: str, mean: float, range: tuple[float, float], start: float, slope: float) -> Flip:
    """Where start + slope x is 0."""
    least, most = range
    at = -start / slope if slope else None
    if at is None or not least <= at <= most or least == most:
        return Flip(what, None, mean, least, most)
    return Flip(what, at, mean, least, most, "least" if at < mean else "most")
