"""Exceedance curves as plain numbers for SVG: a logarithmic axis of money, one of chances.

As in `web/charts.py` the plot is a square of `SIDE` units that the page stretches, and texts stand in per
cent beside it. Chances run from every second year at the top to one year in two hundred at the bottom, in
equal ratios: the years that matter are the rare ones, and an even axis would press them into a line. A loss
of nothing has no place on a logarithmic axis: where some years cost nothing a curve comes in from the left
edge at the chance of any loss at all, which is where it goes to as losses get smaller.

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from duecare.web.charts import SIDE
from duecare.words import gettext as _
from duecare.words import number

OFTEN, SELDOM = 0.5, 0.005
"""Chances at the top and at the bottom."""
YEARS = (2, 5, 10, 20, 50, 100, 200)
"""One year in so many: the marks of the axis of chances."""
BAD_YEAR = 20
DECADES = 4.0
"""Of money that are shown at most: what lies further to the left is no loss to speak of."""
MARKS = 5
"""Marks of the axis of money at most, so that they do not touch on a phone."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a curve that can be asked for its figures."""

    loss: float
    chance: float
    """That a year costs more."""
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One line."""

    look: str
    """`inherent`, `today` or `after`: the name of the style, and of the stage."""
    label: str
    points: tuple[tuple[float, float], ...]
    """(loss, chance of more), losses rising."""
    begins: float
    """The chance of any loss at all."""
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """A layer of insurance: what it pays lies between two losses."""

    label: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of an axis, in per cent from the left or the top."""

    at: float
    label: str
    anchor: str = "middle"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class DrawnSpot:
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    look: str
    label: str
    places: tuple[tuple[float, float], ...]
    """The line, in per cent from the left and the top; it may begin left of the plot, and is cut there."""
    spots: tuple[DrawnSpot, ...]

    @property
    def path(self) -> str:
        """The line in units of the plot."""
        unit = SIDE / 100
        return "M" + "L".join(f"{x * unit:.1f} {y * unit:.1f}" for x, y in self.places)


@dataclass(frozen=True, slots=True)
class DrawnBand:
    label: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a template draws, in per cent."""

    curves: tuple[DrawnCurve, ...]
    bands: tuple[DrawnBand, ...]
    across: tuple[Mark, ...]
    down: tuple[Mark, ...]
    tolerance: float | None
    """From the left; None without one, or where it lies outside."""
    outside: bool
    """Whether there is a tolerance that lies outside of the picture."""


def draw(
    curves: Sequence[Curve], tolerance: float | None = None, bands: Sequence[Band] = ()
) -> Drawing | None:
    """Work out the picture; None where no curve has a loss that could be drawn."""
    losses = [loss for one in curves for loss, _chance in one.points if loss > 0]
    if not losses:
        return None
    low, high = _ends(losses, tolerance)
    width = math.log(high / low)

    def x(loss: float) -> float:
        return 100 * math.log(loss / low) / width

    inside = tolerance is not None and low <= tolerance <= high
    return Drawing(
        tuple(_drawn(one, x) for one in curves if any(loss > 0 for loss, _chance in one.points)),
        tuple(
            DrawnBand(one.label, left, right - left)
            for one in bands
            if (left := x(min(max(one.begins, low), high))) < (right := x(min(max(one.ends, low), high)))
        ),
        tuple(Mark(x(value), short(value), _anchor(x(value))) for value in marks(low, high)),
        tuple(
            Mark(down(1 / years), _("1 in %(years)s") % {"years": number(years)}, strong=years == BAD_YEAR)
            for years in YEARS
        ),
        x(tolerance) if inside and tolerance is not None else None,
        tolerance is not None and not inside,
    )


def down(chance: float) -> float:
    """Per cent from the top."""
    return 100 * math.log(OFTEN / chance) / math.log(OFTEN / SELDOM)


def marks(low: float, high: float) -> tuple[float, ...]:
    """Round amounts between two others: powers of ten, and 2 and 5 times them where there is room."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for factors in ((1, 2, 5), (1, 3), (1,)):
        found = [
            factor * 10.0**power
            for power in range(first, last + 1)
            for factor in factors
            if low * (1 - 1e-9) <= factor * 10.0**power <= high * (1 + 1e-9)
        ]
        if len(found) <= MARKS:
            return tuple(found)
    return tuple(found)


def short(amount: float) -> str:
    """A round amount where room is short: "500", "20 k", "1,500 k", "5 M", "1 bn"."""
    for unit, words in ((1e9, _("%(n)s bn")), (1e6, _("%(n)s M")), (1e3, _("%(n)s k"))):
        if amount >= unit and abs(amount / unit - round(amount / unit)) < 1e-6:
            return words % {"n": number(round(amount / unit))}
    return number(round(amount)) if amount >= 1 else f"{amount:g}"


def _ends(losses: Sequence[float], tolerance: float | None) -> tuple[float, float]:
    """Round amounts around what is to be seen; a tolerance is, if it lies within ten times of it."""
    high, low = max(losses), min(losses)
    if tolerance is not None and low / 10 <= tolerance <= high * 10:
        high, low = max(high, tolerance), min(low, tolerance)
    low = max(low, high / 10**DECADES)
    return max(one for one in _round(low) if one <= low * 0.999), min(
        one for one in _round(high) if one >= high * 1.001
    )


def _round(amount: float) -> list[float]:
    """1, 2 and 5 times the powers of ten around an amount."""
    power = math.floor(math.log10(amount))
    return [factor * 10.0**each for each in (power - 1, power, power + 1) for factor in (1, 2, 5)]


def _drawn(one: Curve, x: Callable[[float], float]) -> DrawnCurve:
    places = tuple((x(loss), down(chance)) for loss, chance in one.points if loss > 0)
    if one.begins < OFTEN:
        places = ((min(-SIDE / 100, places[0][0]), down(one.begins)), *places)
    spots = tuple(
        DrawnSpot(at, down(spot.chance), spot.words)
        for spot in one.spots
        if spot.loss > 0 and 0 <= (at := x(spot.loss)) <= 100
    )
    return DrawnCurve(one.look, one.label, places, spots)


def _anchor(at: float) -> str:
    return "start" if at < 6 else "end" if at > 94 else "middle"
