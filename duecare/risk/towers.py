"""What an insurance tower pays of a year's losses, and what is left to us.

A layer pays of each loss what exceeds its retention, at most its limit, and in the year at most its
aggregate. Without aggregates both parts are sums like any other: each is a curve of its own severity. With
one layer that has an aggregate, losses kept and losses ceded are followed together by a two-dimensional
transform up to the aggregate; beyond it everything is kept, so that the curve of the whole gives the rest.
Several aggregates are left to chance (`simulating.py`).

Retention and limit fall on the grid: a layer that begins between two points would pay for losses that it does
not see.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf, isfinite

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from duecare.errors import BadInput
from duecare.risk.curves import TILT, Curve, NoCertificate, distribution, lattice, of_event, summed
from duecare.risk.scenarios import Portfolio, Scenario
from duecare.risk.severities import Array

Places = NDArray[np.int64]
MOST_CELLS = 1 << 23
FINEST = 8
"""Steps into which a retention is divided at least, if the grid has room."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a tower."""

    retention: float
    """What is kept of each loss before it pays."""
    limit: float = inf
    """What it pays of each loss at most."""
    aggregate: float = inf
    """What it pays in the year at most."""

    def __post_init__(self) -> None:
        if not (self.retention >= 0 and isfinite(self.retention) and self.limit > 0 and self.aggregate > 0):
            raise BadInput(
                f"A layer from {self.retention:g} with limit {self.limit:g} is none.",
                "Give a retention from 0 on, and a limit and an aggregate above 0.",
            )


def demand_apart(layers: Sequence[Layer]) -> None:
    """Raises BadInput if two layers would pay for the same part of a loss."""
    ordered = sorted(layers, key=lambda layer: layer.retention)
    for lower, upper in pairwise(ordered):
        if lower.retention + lower.limit > upper.retention:
            raise BadInput(
                f"The layer from {lower.retention:g} reaches into the one from {upper.retention:g}.",
                "Let each begin where the one below it ends, or above.",
            )


def shares(layer: Layer, losses: Array) -> Array:
    """What the layer pays of each loss, its aggregate left aside."""
    return np.clip(losses - layer.retention, 0, layer.limit)


@dataclass(frozen=True, slots=True)
class Parts:
    """What is kept and what is ceded in a year, on a grid."""

    step: float
    kept: Array
    """P(what is kept <= step * j)."""
    ceded: Array
    """P(what is ceded <= step * j)."""
    kept_mean: float
    ceded_mean: float
    most: float = inf
    """What is ceded in a year at most."""
    short_of_most: float = 1.0
    """P(less than that is ceded)."""

    def kept_at(self, p: float) -> float:
        """The quantile of p of what is kept. Raises NoCertificate beyond the grid."""
        return _at(self.kept, self.step, p)

    def ceded_at(self, p: float) -> float:
        """The quantile of p of what is ceded. Raises NoCertificate beyond the grid."""
        return self.most if p > self.short_of_most else min(_at(self.ceded, self.step, p), self.most)


def parts(portfolio: Portfolio, layers: Sequence[Layer], whole: Curve) -> Parts:
    """What layers pay of a portfolio with this curve, and what they leave.

    Raises NoCertificate where the exact way does not reach: several layers of which one has an aggregate,
    or a grid of more than MOST_CELLS. Raises BadInput for layers that overlap.
    """
    demand_apart(layers)
    limited = [layer for layer in layers if isfinite(layer.aggregate)]
    if limited and len(layers) > 1:
        raise NoCertificate(
            "Several layers with a yearly aggregate have no exact curve here.",
            "It is drawn by chance instead.",
        )
    if limited:
        return _with_aggregate(portfolio, limited[0], whole)
    step, points = _grid(layers, whole.end, 1 << 14)
    x = lattice(step, points + 1)
    events = [of_event(one, x, step) for one in portfolio.scenarios]
    paid = sum((shares(layer, x[:-1]) for layer in layers), np.zeros(points))
    most = sum(layer.limit for layer in layers)
    ceded = [_placed(each, paid, step, points) for each in events]
    if isfinite(most) and most < step * (points - 1):
        for masses, each in zip(ceded, events, strict=True):  # beyond the grid they pay in full
            masses += _placed(np.asarray([max(1 - float(each.sum()), 0.0)]), np.asarray([most]), step, points)
    kept = [_placed(each, x[:-1] - paid, step, points) for each in events]
    least = min(layer.retention for layer in layers)
    nothing = portfolio.transform(
        [
            np.asarray([-_above(one, least, step, each)])
            for one, each in zip(portfolio.scenarios, events, strict=True)
        ]
    )
    ceded_mean = sum(
        portfolio.rate(one) * _mean_paid(one, layers, step, each)
        for one, each in zip(portfolio.scenarios, events, strict=True)
    )
    return Parts(
        step,
        distribution(summed(portfolio, kept), portfolio.none),
        distribution(summed(portfolio, ceded), float(nothing[0])),
        portfolio.mean - ceded_mean,
        ceded_mean,
    )


def _with_aggregate(portfolio: Portfolio, layer: Layer, whole: Curve) -> Parts:
    """One layer with an aggregate A. Below A it pays what it pays; once it has paid A, all else is kept.

    P(kept <= k) = P(kept of each loss <= k, ceded <= A) + P(S <= k + A, ceded > A).
    """
    reach = whole.end + layer.aggregate
    step, points = _grid([layer], reach, 1 << 11, finest=4)
    across = ceil(layer.aggregate / step) + 2
    if points * across * 4 > MOST_CELLS:
        raise NoCertificate(
            f"A grid of {points:,} by {across:,} points is too large.", "It is drawn by chance instead."
        )
    x = lattice(step, points + 1)
    paid = shares(layer, x[:-1])
    size = (2 * points, 2 * across)
    damped = np.exp(-TILT / size[0] * np.arange(points))[:, None] * np.exp(
        -TILT / size[1] * np.arange(across)
    )
    transforms = []
    for one in portfolio.scenarios:
        masses = of_event(one, x, step)
        both = np.zeros((points, across))
        for mass, row, column in _split(masses, (x[:-1] - paid) / step, paid / step, points, across):
            np.add.at(both, (row, column), mass)
        transforms.append(fft.rfft2(both * damped, size) - 1)
    joint = np.maximum(fft.irfft2(portfolio.transform(transforms), size)[:points, :across] / damped, 0)
    places = np.arange(points)
    cut = layer.aggregate / step
    within = np.clip(cut + 0.5 - np.arange(across), 0, 1)  # a point stands for half a step to either side
    inside = joint * within
    kept_inside = np.cumsum(inside.sum(axis=1)) - inside.sum(axis=1) / 2
    kept_inside[0] = min(portfolio.none, 1.0)
    # P(S <= k + A, ceded <= A): of what was ceded c, all that was kept up to k + A - c.
    under = np.cumsum(inside, axis=0)
    sums = np.zeros(points)
    for ceded_place in range(across):
        if within[ceded_place] > 0:
            up = np.clip(places + round(cut) - ceded_place, 0, points - 1)
            sums += under[up, ceded_place]
    total = np.interp(step * places + layer.aggregate, lattice(whole.step, len(whole.below)), whole.below)
    kept = np.maximum.accumulate(np.clip(kept_inside + np.maximum(total - sums, 0), 0, 1))
    free = parts(portfolio, [Layer(layer.retention, layer.limit)], whole)
    grid = lattice(free.step, len(free.ceded))
    ceded = np.interp(step * places, grid, free.ceded)
    ceded[step * places >= layer.aggregate] = 1.0
    fine = np.linspace(0, layer.aggregate, 4001)
    survival = 1 - np.interp(fine, grid, free.ceded)
    ceded_mean = float(np.sum((survival[:-1] + survival[1:]) / 2) * (fine[1] - fine[0]))
    short = float(np.interp(layer.aggregate, grid, free.ceded))
    return Parts(step, kept, ceded, portfolio.mean - ceded_mean, ceded_mean, layer.aggregate, short)


def _grid(layers: Sequence[Layer], end: float, points: int, finest: int = FINEST) -> tuple[float, int]:
    """A step on which the smallest boundary of the layers falls, and how many points reach the end."""
    edges = [edge for layer in layers for edge in (layer.retention, layer.limit) if 0 < edge < inf]
    least = min(edges, default=end)
    step = least / max(1, round(least / (end / points)), finest if least / finest >= end / points / 4 else 1)
    return step, ceil(end / step) + 1


def _placed(masses: Array, values: Array, step: float, points: int) -> Array:
    """Masses at values, on the grid: each between its two neighbours, so that the mean is kept."""
    found = np.zeros(points)
    for mass, place, _column in _split(masses, values / step, np.zeros_like(values), points, 1):
        found += np.bincount(place, mass, points)
    return found


def _split(
    masses: Array, rows: Array, columns: Array, height: int, width: int
) -> list[
    tuple[
        Array,
        np.ndarray[tuple[int, ...], np.dtype[np.int64]],
        np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    ]
]:
    """Masses between points, shared out to those around them; what lies beyond the grid is left out."""
    found = []
    row, column = np.floor(rows + 1e-9).astype(np.int64), np.floor(columns + 1e-9).astype(np.int64)
    down, right = np.clip(rows - row, 0, 1), np.clip(columns - column, 0, 1)
    for dr, dc in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share = (down if dr else 1 - down) * (right if dc else 1 - right) * masses
        inside = (row + dr < height) & (column + dc < width) & (share > 0)
        found.append((share[inside], row[inside] + dr, column[inside] + dc))
    return found


def _above(one: Scenario, loss: float, step: float, masses: Array) -> float:
    """P(an event costs more than `loss`)."""
    if one.secondary is None:
        return float(1 - one.severity.cdf(np.asarray([loss]))[0])
    below = np.cumsum(masses) - masses / 2
    return float(1 - np.interp(loss, lattice(step, len(masses)), below))


def _mean_paid(one: Scenario, layers: Sequence[Layer], step: float, masses: Array) -> float:
    """E[what the layers pay of one event]."""
    found = 0.0
    for layer in layers:
        if one.secondary is None and isfinite(layer.limit):
            upto = one.severity.limited(np.asarray([layer.retention, layer.retention + layer.limit]))
            found += float(upto[1] - upto[0])
        elif one.secondary is None:
            found += one.severity.moments[0] - float(one.severity.limited(np.asarray([layer.retention]))[0])
        else:
            x = lattice(step, len(masses))
            beyond = max(1 - float(masses.sum()), 0.0)
            most = layer.limit if isfinite(layer.limit) else float(shares(layer, x[-1:])[0])
            found += float(np.sum(masses * shares(layer, x))) + beyond * most
    return found


def _at(below: Array, step: float, p: float) -> float:
    if not 0 < p < 1:
        raise BadInput(f"{p:g} is no probability of a quantile.", "Give one between 0 and 1: 0.95.")
    if p <= below[0]:
        return 0.0
    place = int(np.searchsorted(below, p, side="left"))
    if place >= len(below):
        raise NoCertificate(f"The grid ends below the {p:g} quantile.", "It is drawn by chance instead.")
    before, after = below[place - 1], below[place]
    return float(step * (place - 1 + (p - before) / (after - before)))
