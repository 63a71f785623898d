"""The 5 x 5 view as rows of a table, read off the numbers of the register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from duecare.risk import money
from duecare.risk.curve_files import portfolio_of
from duecare.risk.heat import LEVELS, LIKELIHOODS, Bands, Cell, Level, bands, cell, level
from duecare.risk.picture.exceedance import short
from duecare.risk.picture.frame import scenario_url
from duecare.risk.picture.queries import Ground
from duecare.risk.register.models import Scenario
from duecare.risk.register.portfolios import Stage
from duecare.web.figures import number

PLACES = range(1, 6)


@dataclass(frozen=True, slots=True)
class Placed:
    """A scenario with the cell that its numbers put it into."""

    scenario: Scenario
    cell: Cell

    @property
    def url(self) -> str:
        return scenario_url(self.scenario.pk)

    @property
    def level_words(self) -> str:
        return str(LEVELS[self.cell.level])

    @property
    def yearly(self) -> float:
        """What it costs in a year on average, in whole units."""
        return self.cell.rate * self.cell.loss

    @property
    def often(self) -> str:
        """How often it comes, in words."""
        return often(self.cell.rate)


@dataclass(frozen=True, slots=True)
class Square:
    """One cell of the 25."""

    impact: int
    level: Level
    words: str
    """Of the level."""
    held: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One likelihood, with its five cells."""

    words: str
    squares: tuple[Square, ...]


def scale(ground: Ground, side: str) -> Bands:
    """What places of a loss are measured by.

    Of our own: the tolerance, else the turnover, else units of money. Of others: what needs remedy, else
    units of money. Of both together nobody says what may be: the turnover, else units of money.
    """
    unit = 10 ** money.digits(ground.currency)
    if side == "others":
        remedy: int | None = ground.terms.remedy
        return bands(remedy=None if remedy is None else remedy / unit)
    turnover: int | None = ground.terms.turnover
    return bands(ground.tolerance if side == "own" else None, None if turnover is None else turnover / unit)


def placed(ground: Ground, side: str, of: Bands) -> tuple[Placed, ...]:
    """Every scenario that has numbers, with its cell, the costliest first."""
    written = ground.written(side, Stage.TODAY)
    if not written.keys:
        return ()
    portfolio = portfolio_of(written.document)
    rows: Mapping[str, Scenario] = {one.pk: one for one in ground.scenarios}
    found = [
        Placed(rows[key], cell(portfolio.rate(one), one.moments[0], of))
        for key, one in zip(written.keys, portfolio.scenarios, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one.yearly, one.scenario.number)))


def rows(found: tuple[Placed, ...]) -> Iterator[Row]:
    """The matrix, the most likely on top."""
    for likelihood in reversed(PLACES):
        yield Row(
            str(LIKELIHOODS[likelihood - 1]),
            tuple(
                Square(
                    impact,
                    level(likelihood, impact),
                    str(LEVELS[level(likelihood, impact)]),
                    tuple(
                        one for one in found if (one.cell.likelihood, one.cell.impact) == (likelihood, impact)
                    ),
                )
                for impact in PLACES
            ),
        )


def heads(of: Bands) -> tuple[str, ...]:
    """What the places of a loss begin with, short."""
    first, *rest = of.edges
    return (_("below %s") % short(first), *(_("from %s") % short(edge) for edge in (first, *rest)))


def often(rate: float) -> str:
    """A rate in words: "2.5 times a year", "once in 8 years"."""
    if rate >= 1:
        return _("%s times a year") % number(round(rate, 1))
    years = 1 / rate
    return _("once in %s years") % number(round(years, 1) if years < 10 else round(years))


def flat(ground: Ground, found: tuple[Placed, ...], side: str) -> Iterator[dict[str, Any]]:
    """The numbers and what was read off them, as rows of a file."""
    for one in found:
        yield {
            "scenario": str(one.scenario),
            "side": side,
            "events_a_year": one.cell.rate,
            "loss_of_one": one.cell.loss,
            "loss_of_a_year": one.yearly,
            "currency": ground.currency,
            "likelihood": one.cell.likelihood,
            "impact": one.cell.impact,
            "level": one.cell.level.value,
        }
