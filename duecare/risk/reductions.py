"""What a measure takes away of the yearly loss, as a distribution: estimates at the nodes of a quadrature.

A safeguard leaves 1 - efficacy x reach of a rate or a loss. Estimates are independent of each other, and one
that stands in both worlds, with the measure and without, is the same number in both. So the share that is
taken away is a polynomial in the estimates, of which n Gauss nodes keep every moment up to 2 n - 1 in each.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from scipy import fft

from duecare.errors import BadInput
from duecare.risk.severities import Array
from duecare.risk.uncertain import Belief, Uncertain

NODES, MOST_NODES = 64, 1 << 10
"""Of one estimate at most; of all safeguards of one scenario together, unless two each are more."""
MOST_CUTS = 16
NEGLIGIBLE = 1e-13
"""Weights that are left aside, so that one far node does not stretch the grid."""


@dataclass(frozen=True)
class Cut:
    """What one safeguard takes away of a scenario's rate or of its losses, where it reaches."""

    safeguard: str
    efficacy: Uncertain
    """Share that it takes away where it works: least, likely, most."""
    reach: float
    """Coverage x reliability."""
    on: str = "frequency"
    """Or "magnitude"; both lower the expected loss alike."""

    def __post_init__(self) -> None:
        if not (self.efficacy.most <= 1 and 0 <= self.reach <= 1):
            raise BadInput(
                f"{self.safeguard}: more than all cannot be taken away.", "Give shares from 0 to 1."
            )

    @property
    def same(self) -> tuple[object, ...]:
        """Two cuts that have this in common rest on one estimate, which is the same in both worlds."""
        return self.safeguard, self.on, self.efficacy


@dataclass(frozen=True)
class Part:
    """One scenario with and without a measure."""

    name: str
    rate: Belief
    """Events a year without any safeguard."""
    mean_loss: float
    """Of one event, without any safeguard."""
    before: tuple[Cut, ...] = ()
    after: tuple[Cut, ...] = ()

    @property
    def reduction(self) -> float:
        """The expected yearly loss that it takes away."""
        return self.rate.mean * self.mean_loss * (_mean_left(self.before) - _mean_left(self.after))

    def at(self, cut: Cut, efficacy: float) -> Part:
        """The same if the efficacy on which a cut rests were known to be this."""
        return replace(self, before=_with(self.before, cut, efficacy), after=_with(self.after, cut, efficacy))


def _with(cuts: tuple[Cut, ...], of: Cut, efficacy: float) -> tuple[Cut, ...]:
    return tuple(
        replace(one, efficacy=Uncertain.known(efficacy)) if one.same == of.same else one for one in cuts
    )


def _mean_left(cuts: Iterable[Cut]) -> float:
    return prod((1 - one.efficacy.mean * one.reach for one in cuts), start=1.0)


def reduction_of(one: Part, nodes: int) -> tuple[Array, Array]:
    """Values and weights of the yearly loss that is taken away of one scenario."""
    rates, of_rates = one.rate.nodes(nodes)
    taken, of_taken = share_taken(one, nodes)
    return (
        one.mean_loss * np.multiply.outer(rates, taken).ravel(),
        np.multiply.outer(of_rates, of_taken).ravel(),
    )


def share_taken(one: Part, nodes: int) -> tuple[Array, Array]:
    """Values and weights of the share that is left before, less what is left after.

    An estimate that stands in both worlds is one number, and has one axis.
    """
    axes: dict[object, Uncertain] = {each.same: each.efficacy for each in (*one.before, *one.after)}
    if len(axes) > MOST_CUTS:
        raise BadInput(
            f"{one.name}: {len(axes)} safeguards on one scenario are too many to tell their doubts apart.",
            f"Keep the {MOST_CUTS} that matter most, or split the scenario.",
        )
    doubtful = sum(each.variance > 0 for each in axes.values())
    most = min(NODES, max(2, int(MOST_NODES ** (1 / max(doubtful, 1)) + 1e-9)))
    count = max(most * nodes // NODES, 1)
    before, after, weights = np.ones(1), np.ones(1), np.ones(1)
    for same, efficacy in axes.items():
        values, of_values = efficacy.nodes(count)
        before, after = (
            np.multiply.outer(found, _left(same, values, cuts)).ravel()
            for found, cuts in ((before, one.before), (after, one.after))
        )
        weights = np.multiply.outer(weights, of_values).ravel()
    return before - after, weights


def _left(same: object, efficacy: Array, cuts: Iterable[Cut]) -> Array:
    """What the cuts that rest on this estimate leave, at each of its values."""
    found = np.ones_like(efficacy)
    for one in cuts:
        if one.same == same:
            found = found * (1 - efficacy * one.reach)
    return found


def added(parts: Sequence[tuple[Array, Array]], points: int) -> tuple[Array, Array]:
    """Values and weights of the sum of independent parts, on a grid; each part's mean is kept."""
    trimmed = [
        (values[kept], weights[kept]) for values, weights in parts if (kept := weights > NEGLIGIBLE).any()
    ]
    lows = [float(values.min()) for values, _weights in trimmed]
    width = sum(float(values.max()) - low for (values, _weights), low in zip(trimmed, lows, strict=True))
    if width == 0:
        return np.asarray([sum(lows)]), np.ones(1)
    step = width / (points - len(parts) - 1)
    total = np.ones(points + 1, dtype=np.complex128)
    for (values, weights), low in zip(trimmed, lows, strict=True):
        place = (values - low) / step
        below = np.floor(place).astype(np.int64)
        above = place - below
        masses = np.bincount(below, weights * (1 - above), points) + np.bincount(
            below + 1, weights * above, points
        )
        total = total * fft.rfft(masses / masses.sum(), 2 * points)
    masses = np.maximum(fft.irfft(total, 2 * points)[:points], 0)
    return np.asarray(sum(lows) + step * np.arange(points)), np.asarray(masses / masses.sum())
