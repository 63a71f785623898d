"""The figures of a document, kept as long as the document is the same.

What a page draws is what `duecare risk curve` answers to the file that the page hands out: the same function,
asked the same. An answer is kept by the document's canonical text and by nothing else, so no reader gets a
figure of scenarios that they could not write down themselves. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from duecare.risk import curve_files

KEPT = 1024
"""Answers that are kept: the sides and stages of many a choice of scenarios, and of each scenario alone; each
has a few kilobytes."""
TOLD = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
"""Quantiles of which tables tell."""
QUANTILES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995)
"""Those, and others between them that lines are drawn through."""
BAD = 0.95
"""A bad year is one in twenty."""


@dataclass(frozen=True, slots=True)
class Point:
    """What one quantile answers, in whole units of money."""

    p: float
    year: float
    """With probability p a year costs no more."""
    beyond: float
    """The mean of the years that cost more."""
    largest: float
    """With probability p no single loss of the year is larger."""
    year_error: float | None = None
    """Standard error of `year`; None where the curve is exact."""
    beyond_error: float | None = None

    @property
    def one_in(self) -> int:
        """Of so many years one costs more."""
        return round(1 / (1 - self.p))


@dataclass(frozen=True, slots=True)
class Figures:
    """The losses of a year."""

    mean: float
    variance: float | None
    """None where it has none: the tail is too heavy."""
    none: float
    """The probability of a year without any loss."""
    points: tuple[Point, ...]
    """By quantile, rising."""
    exact: bool
    error: float
    """How far an exact figure can be off, relatively."""
    grid: int
    """Points of the grid, or years drawn."""
    why: str
    """Why the curve could not be had exactly; empty where it could."""
    seed: int | None

    def at(self, p: float) -> Point:
        """The answer to one of the quantiles that were asked for."""
        return next(one for one in self.points if one.p == p)

    @property
    def bad(self) -> Point:
        """A bad year, one in twenty."""
        return self.at(BAD)


def canonical(document: Mapping[str, Any]) -> str:
    """A document as text: the same for the same content."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def figures(document: Mapping[str, Any]) -> Figures:
    """What the document's year costs. Raises BadInput where it says what cannot be."""
    return _figures(canonical(document))


@lru_cache(maxsize=KEPT)
def _figures(text: str) -> Figures:
    document = json.loads(text)
    told = curve_files.answer(document)
    certificate, exact = told["certificate"], told["method"] == "fft"
    errors = {} if exact else certificate["standard_error"]
    return Figures(
        told["mean"],
        told["variance"],
        told["probability_of_no_loss"],
        tuple(
            Point(
                float(name),
                year,
                told["tvar"][name],
                told["oep"][name],
                None if exact else errors["var"][name],
                None if exact else errors["tvar"][name],
            )
            for name, year in told["var"].items()
        ),
        exact,
        max(certificate["step_error"], certificate["moment_error"]) if exact else 0.0,
        certificate["points"] if exact else certificate["years"],
        "" if exact else certificate["why"],
        None if exact else certificate["seed"],
    )
