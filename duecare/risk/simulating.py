"""The losses of a year by chance: seeded, vectorised, with standard errors; for what no exact curve covers.

Each scenario draws from a stream of its own (`SeedSequence.spawn`), so that equal scenarios are not the same
one twice, and adding a scenario does not change what others drew.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, sqrt

import numpy as np

from duecare.errors import BadInput
from duecare.risk.scenarios import Portfolio, Scenario
from duecare.risk.severities import Array
from duecare.risk.towers import Layer, shares

YEARS, LEAST_YEARS = 1_000_000, 10_000
CHUNK = 100_000
MOST_EVENTS = 2e9
"""Events that are drawn in all: more would take hours."""
WAITED = 1e7
"""Events that are drawn while somebody waits for an answer, mostly in seconds."""


@dataclass(frozen=True, slots=True)
class Years:
    """So many years as they could be."""

    losses: Array
    """Of each year, in the order drawn."""
    largest: Array
    """The largest single loss of each."""
    retained: Array
    """What is left to us of each, once the layers of a tower have paid; the losses themselves without one."""

    def var(self, p: float) -> tuple[float, float]:
        """The quantile of p and its standard error, by order statistics."""
        return quantile(self.losses, p)

    def tvar(self, p: float) -> tuple[float, float]:
        """The mean of the worst 1 - p of years and its standard error."""
        return tail_mean(self.losses, p)


def quantile(values: Array, p: float) -> tuple[float, float]:
    """The quantile of p, and half the distance of the order statistics one deviation to either side."""
    ordered, count = np.sort(values), len(values)
    off = sqrt(count * p * (1 - p))
    low, high = max(floor(count * p - off), 0), min(ceil(count * p + off), count - 1)
    place = min(ceil(count * p) - 1, count - 1)
    return float(ordered[place]), float(ordered[high] - ordered[low]) / 2


def tail_mean(values: Array, p: float) -> tuple[float, float]:
    """The mean of the largest 1 - p of values, with its standard error."""
    ordered = np.sort(values)
    tail = ordered[min(ceil(len(values) * p), len(values) - 1) :]
    value = float(tail.mean())
    # The tail's own spread, and that of where it begins (Manistre and Hancock, 2005).
    spread = float(tail.var()) + p * (value - float(tail[0])) ** 2
    return value, sqrt(spread / len(tail))


def years_of(portfolio: Portfolio, wanted: int = YEARS) -> int:
    """So many years, or as many fewer as keep within WAITED; standard errors are larger then, and stated.

    Raises BadInput if they would be fewer than LEAST_YEARS.
    """
    often = sum(portfolio.rate(one) for one in portfolio.scenarios)
    if not isfinite(often) or often * min(wanted, LEAST_YEARS) > WAITED:
        raise BadInput(
            f"No exact curve can be had, and {often:,.0f} events a year are too many to draw by chance.",
            "Narrow the ranges of the losses, or cap them.",
        )
    return wanted if often * wanted <= WAITED else int(WAITED / often)


def simulate(portfolio: Portfolio, seed: int, years: int = YEARS, layers: Sequence[Layer] = ()) -> Years:
    """So many years. Raises BadInput if that would be too many events."""
    expected = years * sum(portfolio.rate(one) for one in portfolio.scenarios)
    if not isfinite(expected) or expected > MOST_EVENTS:
        raise BadInput(f"{expected:.2g} events are too many to draw.", "Ask for fewer years.")
    streams = np.random.SeedSequence(seed).spawn(len(portfolio.scenarios) + 1)
    chances = [np.random.default_rng(one) for one in streams]
    parts = []
    for start in range(0, years, CHUNK):
        parts.append(_years(portfolio, chances, min(CHUNK, years - start), layers))
    return Years(*(np.concatenate(each) for each in zip(*parts, strict=True)))


@dataclass(frozen=True, slots=True)
class Alone:
    """The years of one scenario, and what each layer of a tower would pay of it before its aggregate."""

    losses: Array
    largest: Array
    ceded: Array
    """A row a layer."""


def alone(one: Scenario, chance: np.random.Generator, years: int, layers: Sequence[Layer]) -> Alone:
    """So many years of one scenario, drawn from one stream. Raises BadInput if that would be too many
    events."""
    expected = years * one.frequency.mean * one.vulnerability
    if not isfinite(expected) or expected > MOST_EVENTS:
        raise BadInput(f"{expected:.2g} events are too many to draw.", "Ask for fewer years.")
    parts = []
    for start in range(0, years, CHUNK):
        count = min(CHUNK, years - start)
        parts.append(_of_one(one, chance, np.ones(count), layers))
    return Alone(*(np.concatenate(each, axis=-1) for each in zip(*parts, strict=True)))


def _years(
    portfolio: Portfolio, chances: Sequence[np.random.Generator], count: int, layers: Sequence[Layer]
) -> tuple[Array, Array, Array]:
    v = portfolio.gamma_variance
    factor = chances[-1].gamma(1 / v, v, count) if v else np.ones(count)
    losses, largest = np.zeros(count), np.zeros(count)
    ceded = np.zeros((len(layers), count))
    for one, chance in zip(portfolio.scenarios, chances, strict=False):
        its_losses, its_largest, its_ceded = _of_one(one, chance, factor, layers)
        losses += its_losses
        largest = np.maximum(largest, its_largest)
        ceded += its_ceded
    paid = sum(
        (np.minimum(each, layer.aggregate) for each, layer in zip(ceded, layers, strict=True)),
        np.zeros(count),
    )
    return losses, largest, losses - paid


def _of_one(
    one: Scenario, chance: np.random.Generator, factor: Array, layers: Sequence[Layer]
) -> tuple[Array, Array, Array]:
    """Of each year its loss, its largest single one, and what each layer pays before its aggregate."""
    count = len(factor)
    events = chance.poisson(one.frequency.draw(chance, count) * one.vulnerability * factor)
    of_year = np.repeat(np.arange(count), events)
    cost = _costs(one, chance, len(of_year))
    largest = np.zeros(count)
    np.maximum.at(largest, of_year, cost)
    ceded = np.zeros((len(layers), count))
    for place, layer in enumerate(layers):
        ceded[place] = np.bincount(of_year, shares(layer, cost), count)
    return np.asarray(np.bincount(of_year, cost, count), dtype=np.float64), largest, ceded


def _costs(one: Scenario, chance: np.random.Generator, count: int) -> Array:
    # Never 0 or 1, where quantiles may be infinite.
    cost = one.severity.at(chance.integers(1, 1 << 53, count) / (1 << 53))
    if one.secondary is not None:
        hit = chance.random(count) < one.secondary_chance
        cost = cost + np.where(hit, one.secondary.at(chance.integers(1, 1 << 53, count) / (1 << 53)), 0)
    return cost
