"""Years in which scenarios go together by a copula: by chance only, since no curve of such a sum is exact.

Each scenario's years are drawn alone, from a stream of its own, and then put in the order of correlated
scores: the k-th smallest loss of a scenario goes to the year in which its score is the k-th smallest. So each
scenario keeps its own years to the last digit, and only which of them fall together changes (Iman and
Conover, "A distribution-free approach to inducing rank correlation among input variables", 1982). Scores are
Gaussian, or those of Student's t, whose extremes come together more often (McNeil, Frey, Embrechts,
"Quantitative Risk Management", 2015, 7.3).

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from duecare.errors import BadInput
from duecare.risk.scenarios import Portfolio
from duecare.risk.severities import Array
from duecare.risk.simulating import Years, alone
from duecare.risk.towers import Layer

YEARS = 500_000
MOST_SCENARIOS = 30
"""Whose scores are held at once: four megabytes each."""
LEAST_DEGREES = 2.0


@dataclass(frozen=True)
class Copula:
    """How strongly the years of scenarios go together."""

    correlation: tuple[tuple[float, ...], ...]
    """Of the scores; as many rows and columns as scenarios."""
    degrees: float | None = None
    """Degrees of freedom of Student's t; None for Gaussian scores."""

    def __post_init__(self) -> None:
        if self.degrees is not None and not (isfinite(self.degrees) and self.degrees > LEAST_DEGREES):
            raise BadInput(
                f"{self.degrees:g} are no degrees of freedom here.", "Give more than 2; 4 is a usual choice."
            )
        if any(len(row) != len(self.correlation) for row in self.correlation):
            raise BadInput("The correlations are no square table.", "Give a row and a column a scenario.")
        matrix = np.asarray(self.correlation, dtype=np.float64)
        if not np.allclose(matrix, matrix.T) or not np.allclose(np.diag(matrix), 1):
            raise BadInput(
                "The correlations do not mirror each other, or one with itself is not 1.",
                "Correct the table.",
            )
        if np.linalg.eigvalsh(matrix).min() < -1e-9:
            raise BadInput(
                "No losses can be correlated like that: the table is not positive semidefinite.",
                "Weaken the correlations that contradict each other.",
            )

    @classmethod
    def alike(cls, correlation: float, count: int, degrees: float | None = None) -> Copula:
        """The same correlation between any two of so many scenarios. Raises BadInput outside 0 to 1."""
        if not 0 <= correlation <= 1:
            raise BadInput(f"{correlation:g} is no correlation here.", "Give a number from 0 to 1.")
        rows = (tuple(1.0 if i == j else correlation for j in range(count)) for i in range(count))
        return cls(tuple(rows), degrees)

    def scores(self, chance: np.random.Generator, years: int) -> Array:
        """So many years of scores, a row a scenario."""
        values, vectors = np.linalg.eigh(np.asarray(self.correlation))
        root = vectors * np.sqrt(np.maximum(values, 0))
        found = root @ chance.standard_normal((len(self.correlation), years))
        if self.degrees is not None:
            found /= np.sqrt(chance.chisquare(self.degrees, years) / self.degrees)
        return np.asarray(found)


def joined(
    portfolio: Portfolio, copula: Copula, seed: int, years: int = YEARS, layers: Sequence[Layer] = ()
) -> Years:
    """So many years of a portfolio whose scenarios go together by the copula.

    Raises BadInput for a common factor beside it, for another number of scenarios than it has rows, and for
    too many of them or of events.
    """
    count = len(portfolio.scenarios)
    if portfolio.gamma_variance:
        raise BadInput("A common factor and a copula both say what goes together.", "Give one of them.")
    if len(copula.correlation) != count:
        raise BadInput(
            f"The correlations are of {len(copula.correlation)} scenarios, and there are {count}.",
            "Give a row and a column a scenario, in their order.",
        )
    if count > MOST_SCENARIOS:
        raise BadInput(
            f"{count} scenarios are too many for a copula.", f"Take at most {MOST_SCENARIOS} of them."
        )
    streams = np.random.SeedSequence(seed).spawn(count + 1)
    scores = copula.scores(np.random.default_rng(streams[-1]), years)
    losses, largest, ceded = np.zeros(years), np.zeros(years), np.zeros((len(layers), years))
    for one, stream, score in zip(portfolio.scenarios, streams, scores, strict=False):
        own = alone(one, np.random.default_rng(stream), years, layers)
        place = np.empty(years, dtype=np.int64)
        place[np.argsort(score, kind="stable")] = np.argsort(own.losses, kind="stable")
        losses += own.losses[place]
        largest = np.maximum(largest, own.largest[place])
        ceded += own.ceded[:, place]
    paid = sum(
        (np.minimum(each, layer.aggregate) for each, layer in zip(ceded, layers, strict=True)),
        np.zeros(years),
    )
    return Years(losses, largest, losses - paid)
