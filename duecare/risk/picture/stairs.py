"""The waterfall: from a world without safeguards, one safeguard after the other, to today and beyond.

What a safeguard takes away depends on those that count before it: together they take less than each alone.
So the order is told: by how much each would take away alone, the most first; measures follow as they stand in
their list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from duecare.program.exception_queries import safeguard_title
from duecare.risk import money
from duecare.risk.curve_files import portfolio_of
from duecare.risk.picture.queries import Ground, safeguards_of, with_measures
from duecare.risk.picture.spans import Span, spans
from duecare.risk.picture.worth import Step, steps
from duecare.risk.register.portfolios import Row, Stage, write


@dataclass(frozen=True, slots=True)
class Stair:
    """One step: a world, and what is less in it than in the one before."""

    kind: str
    """`start`, `safeguard`, `today`, `measure` or `after`."""
    name: str
    step: Step
    before: Step | None
    """None for a world as a whole: the first, today, and after."""

    @property
    def change(self) -> float:
        """By how much the average year changes."""
        return 0.0 if self.before is None else self.step.mean - self.before.mean

    @property
    def bad_change(self) -> float | None:
        if self.before is None or self.before.bad is None or self.step.bad is None:
            return None
        return self.step.bad - self.before.bad


@dataclass(frozen=True, slots=True)
class Shown:
    """A step in words."""

    stair: Stair
    mean: str
    change: str
    bad: str
    bad_change: str
    span: Span

    @property
    def worse(self) -> bool:
        """Whether the step makes an average year or a bad one cost more."""
        return self.stair.change > 0 or (self.stair.bad_change or 0.0) > 0

    @property
    def look(self) -> str:
        """The name of the bar's style: a year that costs more is never drawn like one that costs less."""
        if self.stair.before is None or not self.stair.change:
            return "plain"
        return "bad" if self.stair.change > 0 else "good"


def waterfall(ground: Ground, side: str, *, bad: bool = False) -> tuple[Stair, ...]:
    """The steps of a side; none where nothing is estimated."""
    worlds = list(_worlds(ground, side))
    documents = [_document(ground, rows, side, stage) for _kind, _name, rows, stage in worlds]
    if not documents or "scenarios" not in documents[0]:
        return ()
    found = steps(documents, bad=bad)
    whole = ("start", "today", "after")
    return tuple(
        Stair(kind, name, step, None if kind in whole else found[place - 1])
        for place, ((kind, name, _rows, _stage), step) in enumerate(zip(worlds, found, strict=True))
    )


def _worlds(ground: Ground, side: str) -> Iterator[tuple[str, str, tuple[Row, ...], Stage]]:
    rows = ground.rows
    yield "start", _("Without safeguards"), rows, Stage.INHERENT
    counted: set[str] = set()
    for safeguard in _order(ground, side):
        counted.add(safeguard)
        yield "safeguard", safeguard_title(safeguard), _only(rows, counted), Stage.TODAY
    yield "today", _("Today"), rows, Stage.TODAY
    for place, measure in enumerate(ground.measures, start=1):
        brought = tuple(with_measures(rows, ground.measures[:place]))
        yield "measure", measure.title, brought, Stage.AFTER
    if ground.measures:
        yield "after", _("With the measures"), rows, Stage.AFTER


def _order(ground: Ground, side: str) -> list[str]:
    """Safeguards by what each would take away alone, the most first."""
    means: Mapping[str, float] = {
        one: _mean(_document(ground, _only(ground.rows, {one}), side, Stage.TODAY))
        for one in safeguards_of(ground.rows, Stage.TODAY)
    }
    return sorted(means, key=lambda one: (means[one], one))


def _only(rows: tuple[Row, ...], counted: set[str]) -> tuple[Row, ...]:
    """Rows in which only these safeguards are in place."""
    return tuple(
        replace(row, holds=tuple(hold for hold in row.holds if hold.safeguard in counted)) for row in rows
    )


def _document(ground: Ground, rows: tuple[Row, ...], side: str, stage: Stage) -> dict[str, Any]:
    return write(rows, side, stage, digits=money.digits(ground.currency)).document


def _mean(document: Mapping[str, Any]) -> float:
    return portfolio_of(document).mean if "scenarios" in document else 0.0


def shown(ground: Ground, found: tuple[Stair, ...]) -> Iterator[Shown]:
    """The steps as rows of a table with bars: worlds from zero, changes where they happen."""
    ends = [(0.0 if one.before is None else one.before.mean, one.step.mean) for one in found]
    for one, span in zip(found, spans(ends), strict=True):
        yield Shown(
            one,
            ground.figure(one.step.mean),
            "" if one.before is None else _signed(ground, one.change),
            "" if one.step.bad is None else ground.figure(one.step.bad),
            "" if one.bad_change is None else _signed(ground, one.bad_change),
            span,
        )


def _signed(ground: Ground, change: float) -> str:
    """A change with its sign, so that what is more is not read as what is less."""
    told = ground.figure(change)
    return f"+{told}" if change > 0 else told


def flat(ground: Ground, found: tuple[Stair, ...], side: str) -> Iterator[dict[str, Any]]:
    """Every step as a row of a file, unrounded."""
    for one in found:
        yield {
            "side": side,
            "kind": one.kind,
            "name": one.name,
            "mean": one.step.mean,
            "change_of_mean": None if one.before is None else one.change,
            "bad_year": one.step.bad,
            "change_of_bad_year": one.bad_change,
            "currency": ground.currency,
        }
