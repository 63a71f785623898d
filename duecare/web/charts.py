"""Charts as plain numbers: scales, paths and gaps for SVG that needs no script and no inline style.

The line chart's plot is drawn in a square of `SIDE` units that the page stretches to its width; texts are
placed in per cent beside it, so that they keep their size on a phone. A missing value is a gap, drawn
hatched, never bridged: what is not known must not look like what is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

SIDE = 1000
"""Units of the plot, across and down."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a day; None where it is not known."""

    day: date
    value: float | None


@dataclass(frozen=True, slots=True)
class LineChart:
    """Values over days."""

    name: str
    """For element ids; unique on the page."""
    title: str
    description: str
    """What the chart shows, in a sentence, for those who do not see it."""
    unit: str
    """Of the values, plural: "days"."""
    points: tuple[Point, ...]
    """In order of their days, each day once."""
    target: float | None = None
    """A line to hold the values against."""
    step: bool = False
    """Whether a value holds until the next one (a state), rather than lying on a slope (a measure)."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a bar chart."""

    label: str
    value: float
    hue: str = "plain"
    """`plain`, or a hue of `words.STATUSES`."""
    url: str = ""
    """The rows behind the figure."""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Values of named things, as a table whose bars are a help to the eye."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    """No value is negative."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale: where it stands, 0 to 100 per cent from the start or the top, and its value."""

    at: float
    value: float | date


@dataclass(frozen=True, slots=True)
class Drawing:
    """A line chart worked out."""

    path: str
    """The line, in units of the plot; gaps are moves."""
    dots: tuple[tuple[float, float], ...]
    """Known values that no line reaches, with the last one: (x, y) in per cent."""
    gaps: tuple[tuple[float, float], ...]
    """Stretches without a value: (start, width) in per cent."""
    across: tuple[Tick, ...]
    down: tuple[Tick, ...]
    target: float | None
    """Per cent from the top."""


def scale(low: float, high: float, steps: int = 4) -> tuple[float, ...]:
    """Round values (1, 2 or 5 times a power of ten apart) from at or below `low` to at or above `high`.

    Zero is always among them: a scale that begins elsewhere exaggerates. At most `steps` + 2 values.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    raw = (high - low) / steps
    power = 10.0 ** math.floor(math.log10(raw))
    width = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / width + 1e-9), math.ceil(high / width - 1e-9)
    return tuple(place * width for place in range(first, last + 1))


def draw(chart: LineChart) -> Drawing:
    """Work out a line chart.

    Raises ValueError when days are out of order or repeated: the caller built it wrongly.
    """
    days = [point.day for point in chart.points]
    if any(one >= other for one, other in pairwise(days)):
        raise ValueError(f"chart {chart.name}: days must rise")
    known = [point.value for point in chart.points if point.value is not None]
    bounds = [*known, *([] if chart.target is None else [chart.target]), 0.0]
    marks = scale(min(bounds), max(bounds))

    def x(day: date) -> float:
        span = (days[-1] - days[0]).days
        return 100 * (day - days[0]).days / span if span else 50.0

    def y(value: float) -> float:
        return 100 * (marks[-1] - value) / (marks[-1] - marks[0])

    runs = [
        (is_known, list(run))
        for is_known, run in groupby(chart.points, lambda point: point.value is not None)
    ]
    drawn = [
        [(x(p.day), y(p.value)) for p in run if p.value is not None] for is_known, run in runs if is_known
    ]
    ends = [run[0] for run in drawn if len(run) == 1] + [run[-1] for run in drawn[-1:] if len(run) > 1]
    return Drawing(
        path=" ".join(_line(run, chart.step) for run in drawn if len(run) > 1),
        dots=tuple(ends),
        gaps=_gaps(chart.points, [x(day) for day in days]),
        across=tuple(Tick(x(day), day) for day in _spread(days)),
        down=tuple(Tick(y(value), value) for value in marks),
        target=None if chart.target is None else y(chart.target),
    )


def _line(run: Sequence[tuple[float, float]], step: bool) -> str:
    unit = SIDE / 100
    parts = [f"M{run[0][0] * unit:.1f} {run[0][1] * unit:.1f}"]
    for x, y in run[1:]:
        parts.append(f"H{x * unit:.1f}V{y * unit:.1f}" if step else f"L{x * unit:.1f} {y * unit:.1f}")
    return "".join(parts)


def _gaps(points: Sequence[Point], places: Sequence[float]) -> tuple[tuple[float, float], ...]:
    gaps = []
    for is_missing, run in groupby(range(len(points)), lambda place: points[place].value is None):
        if is_missing:
            held = list(run)
            start, end = places[max(held[0] - 1, 0)], places[min(held[-1] + 1, len(points) - 1)]
            if end > start:
                gaps.append((start, end - start))
    return tuple(gaps)


def _spread(days: Sequence[date]) -> list[date]:
    """First day, the one midway, last day; fewer where there are fewer."""
    return sorted({days[0], days[0] + (days[-1] - days[0]) // 2, days[-1]}) if days else []
