"""What a policy would pay of a year's losses, and what it leaves to us.

The covered forms of loss of the register, with the safeguards of today, are written as a curve file with a
tower (docs/risk-method.md), so that whoever doubts a figure can compute it again from the file alone. Parts
that share their terms are one layer; parts with terms of their own are computed each for itself: means add
up, quantiles do not, and are never added.

What is not in the figures: exclusions, conditions, waiting periods (state one as a retention if it is to
count), whether an insurer pays. Money here is in whole units, not in minor ones. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from duecare.errors import DuecareError
from duecare.risk.curve_files import answer, portfolio_of
from duecare.risk.curves import NoCertificate, curve
from duecare.risk.insurance.policies.terms import Group, Layer, least
from duecare.risk.register.forms_of_loss import OWN, RATE
from duecare.risk.register.portfolios import Row, Stage, write

YEARS = (5, 10, 20, 100)
"""A year in so many is looked at."""
QUANTILES = tuple(1 - 1 / years for years in YEARS)
SIDE = "both"
"""Liability covers what others lose, too, where a part says that it pays for it."""
DAYS = 365.25
"""Of a year."""


@dataclass(frozen=True, slots=True)
class Line:
    """One year in so many."""

    years: int
    loss: float
    """Of the covered forms in the year, that is not exceeded but in one year of so many."""
    largest: float
    """The same of the year's largest single event."""
    retained: float
    ceded: float
    enough: bool
    """Whether the layer pays the largest event to its top, and has not paid all it may in the year."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What parts under the same terms pay."""

    group: Group
    gross: float
    """Of the covered forms in a year, on average."""
    ceded: float
    retained: float
    lines: tuple[Line, ...]
    beyond: float | None
    """Chance that a year's loss exceeds retention and limit together; None without a limit, or where no
    exact curve was to be had."""
    exact: bool
    """Whether all of it comes from exact sums; otherwise a million years were drawn by chance."""
    scenarios: int
    document: Mapping[str, Any]
    """The curve file that gives these figures."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No figures, and why."""

    group: Group
    why: str
    """`no scenarios` with a rate and a covered loss, or in words what is wrong with one."""


def document(group: Group, rows: Sequence[Row], digits: int) -> tuple[dict[str, Any], Mapping[str, str]]:
    """The curve file of what the group covers, with its tower; without `scenarios` if there are none. And
    which scenarios of the register are not in it, by key: `rate` or `loss`."""
    written = write(rows, SIDE, Stage.TODAY, digits=digits, quantiles=QUANTILES, forms=group.forms)
    return {**written.document, "tower": [_tower(group.layer, 10**digits)]}, written.lacking


def _tower(layer: Layer, unit: int) -> dict[str, float]:
    found = {"retention": layer.retention / unit}
    if layer.limit is not None:
        found["limit"] = layer.limit / unit
    if layer.aggregate is not None:
        found["aggregate"] = layer.aggregate / unit
    return found


def figures(group: Group, rows: Sequence[Row], digits: int) -> Figures | Nothing:
    """What the group pays of what the register expects."""
    asked, _lacking = document(group, rows, digits)
    if "scenarios" not in asked:
        return Nothing(group, "no scenarios")
    try:
        told = json.loads(_answered(json.dumps(asked, sort_keys=True)))
    except DuecareError as error:
        return Nothing(group, error.what)
    unit = 10**digits
    return Figures(
        group,
        gross=told["mean"],
        ceded=told["ceded"]["mean"],
        retained=told["retained"]["mean"],
        lines=tuple(
            _line(years, p, told, group.layer, unit) for years, p in zip(YEARS, QUANTILES, strict=True)
        ),
        beyond=told["beyond"],
        exact=told["method"] == "fft" and told["tower"]["method"] == "fft",
        scenarios=len(asked["scenarios"]),
        document=asked,
    )


def _line(years: int, p: float, told: Mapping[str, Any], layer: Layer, unit: int) -> Line:
    name = repr(p)
    largest, ceded = told["oep"][name], told["ceded"]["var"][name]
    one_event = layer.limit is None or largest <= (layer.retention + layer.limit) / unit
    whole_year = layer.aggregate is None or ceded < layer.aggregate / unit * (1 - 1e-9)
    return Line(
        years, told["var"][name], largest, told["retained"]["var"][name], ceded, one_event and whole_year
    )


@lru_cache(maxsize=128)
def _answered(asked: str) -> str:
    """The answer to a curve file, with the chance of a year beyond the layer: the same file, the same."""
    given = json.loads(asked)
    told = answer(given)
    layer = given["tower"][0]
    most = least(*(layer.get(name) for name in ("limit", "aggregate")))
    told["beyond"] = None
    if most is not None and told["method"] == "fft":
        try:
            whole = curve(portfolio_of(given), QUANTILES)
        except NoCertificate:
            pass
        else:
            told["beyond"] = whole.exceeded(layer["retention"] + most)
    return json.dumps(told)


@dataclass(frozen=True, slots=True)
class Price:
    """The premium against what it buys on average."""

    premium: float
    ceded: float
    """Expected over the policy's period."""

    @property
    def ratio(self) -> float | None:
        """Premium to expected ceded loss; None where nothing is ceded."""
        return self.premium / self.ceded if self.ceded > 0 else None


def price(premium: int, digits: int, first: date, last: date, ceded: float) -> Price:
    """`ceded` is what all parts pay in a year on average; the premium is that of the period."""
    return Price(premium / 10**digits, ceded * ((last - first).days + 1) / DAYS)


def lacking(found: Sequence[Group], rows: Sequence[Row]) -> list[str]:
    """Names of the scenarios that cost something of the covered forms, and of which nobody said how often."""
    forms = {form for group in found for form in group.forms}
    return [
        row.name
        for row in rows
        if any(one.what in forms for one in row.told) and not any(one.what == RATE for one in row.told)
    ]


def uncovered(found: Sequence[Group], rows: Sequence[Row], digits: int) -> float:
    """What a year costs us on average of forms of loss of our own that no group covers."""
    covered = {form for group in found for form in group.forms}
    left = [form for form in OWN if form not in covered]
    written = write(rows, "own", Stage.TODAY, digits=digits, forms=left).document
    return portfolio_of(written).mean if "scenarios" in written else 0.0
