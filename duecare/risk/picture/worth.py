"""What each doubt moves, and what each safeguard takes away: kept as long as the documents are the same.

Means come from formulas and at once. The bad year of each step or bar is a curve of its own, which takes
seconds where scenarios are many: it is computed for who asks. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from duecare.risk import curve_files, effects
from duecare.risk.curves import NoCertificate
from duecare.risk.effects import Bar, Doubt
from duecare.risk.picture.answers import BAD, canonical

KEPT = 64
MOST_BARS, FEWEST_BARS, WORK = 24, 3, 240
"""Bars whose bad years are computed: so many, or fewer where there are many scenarios, but some always."""
MOST_CURVES = 600
"""Scenarios times steps of which bad years are computed at once: more would keep others waiting."""


@dataclass(frozen=True, slots=True)
class Step:
    """The loss of a year once one more safeguard counts, in whole units of money."""

    mean: float
    bad: float | None = None
    """A bad year, 1 in 20; None where it was not asked for, or `lacks` says why."""
    lacks: str = ""
    """`many`: too many scenarios to compute it at once; `exact`: it has no exact curve."""


def bars(document: Mapping[str, Any], doubts: Sequence[Doubt], *, bad: bool = False) -> tuple[Bar, ...]:
    """What each input alone does to a year's loss, the widest first. Raises BadInput naming the field."""
    return _bars(canonical(document), tuple(doubts), bad)


@lru_cache(maxsize=KEPT)
def _bars(text: str, doubts: tuple[Doubt, ...], bad: bool) -> tuple[Bar, ...]:
    document = json.loads(text)
    most = max(FEWEST_BARS, min(MOST_BARS, WORK // len(document["scenarios"]))) if bad else 0
    return tuple(effects.sensitivities(document, doubts, quantile=BAD, most=most))


def steps(documents: Sequence[Mapping[str, Any]], *, bad: bool = False) -> tuple[Step, ...]:
    """The loss of a year by each of several documents in a row. Raises BadInput naming the field."""
    return _steps(tuple(canonical(one) for one in documents), bad)


@lru_cache(maxsize=KEPT)
def _steps(texts: tuple[str, ...], bad: bool) -> tuple[Step, ...]:
    documents = [json.loads(text) for text in texts]
    lacks = ""
    if bad and sum(len(one["scenarios"]) for one in documents) > MOST_CURVES:
        lacks = "many"
    elif bad:
        try:
            stairs = effects.waterfall([(str(place), one) for place, one in enumerate(documents)], BAD)
        except NoCertificate:
            lacks = "exact"  # means alone: bad years drawn by chance would differ from step to step by chance
        else:
            return tuple(Step(one.mean, one.var) for one in stairs)
    return tuple(Step(curve_files.portfolio_of(one).mean, lacks=lacks) for one in documents)
