"""What the register says of scenarios in money: the expected loss of a year, and of a bad one. Pure.

All figures come from the document that `duecare risk curve` reads, so that each can be computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from duecare.errors import DuecareError
from duecare.risk.curve_files import answer, portfolio_of
from duecare.risk.register.forms_of_loss import RATE, SIDE_WORDS, SIDES
from duecare.risk.register.portfolios import Row, Stage, Told, in_place, left, pooled_rate, write

BAD_YEAR = 0.95
"""The loss that one year in twenty exceeds."""
ONCE = Told(RATE, "history", (1, 1_000_000))
"""Stands in for a rate where only the loss is asked for."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One side of a scenario, or of several together, in units of money a year."""

    side: str
    mean: float
    bad: float
    """Exceeded by one year in twenty."""
    worst: float
    """Exceeded by one year in a hundred."""
    none: float
    """Chance of a year without such a loss."""
    inherent: float
    """The mean without any safeguard."""
    drawn: bool
    """Whether it was drawn by chance because an exact curve could not be certified."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a row of the list tells; None where nothing is estimated."""

    rate: float | None
    """Events a year, with the safeguards of today."""
    own: float | None
    """Units of money an event."""
    others: float | None
    why: str = ""
    """Why something that is estimated cannot be computed; empty if all can."""

    @property
    def own_year(self) -> float | None:
        return None if self.rate is None or self.own is None else self.rate * self.own

    @property
    def others_year(self) -> float | None:
        return None if self.rate is None or self.others is None else self.rate * self.others


def means(row: Row, digits: int) -> Means:
    """Averages of one scenario, without its curve. What cannot be computed is None, and `why` says so: one
    scenario must not take a list of all down."""
    found: list[float | None] = []
    why: list[str] = []
    asked: Sequence[Callable[[], float | None]] = (
        lambda: _rate(row),
        lambda: _loss(row, "own", digits),
        lambda: _loss(row, "others", digits),
    )
    for one in asked:
        try:
            found.append(one())
        except DuecareError as error:
            found.append(None)
            why.append(str(error))
    rate, own, others = found
    return Means(rate, own, others, " ".join(dict.fromkeys(why)))


def _rate(row: Row) -> float | None:
    rates = [one for one in row.told if one.what == RATE]
    if not rates:
        return None
    pooled: dict[str, Any] = pooled_rate(rates)
    if "pert" in pooled:
        least, likely, most = pooled["pert"]
        mean: float = (least + 4 * likely + most) / 6
    else:
        mean = pooled["gamma"]["mean"]
    return mean * left(in_place(row, Stage.TODAY), "frequency")


def _loss(row: Row, side: str, digits: int) -> float | None:
    told = [one for one in row.told if one.what in SIDES[side]]
    if not told:
        return None
    document = write([Row(row.key, row.name, (ONCE, *told), row.holds)], side, Stage.TODAY, digits=digits)
    (scenario,) = portfolio_of(document.document).scenarios
    return scenario.severity.moments[0]


def figure(rows: Sequence[Row], side: str, digits: int) -> Figure | None:
    """The curve's figures of one side today; None if nothing of it is estimated.

    Raises DuecareError with the reason if there is no curve.
    """
    today = write(rows, side, Stage.TODAY, digits=digits, quantiles=(BAD_YEAR, 0.99))
    if not today.keys:
        return None
    told = answer(today.document)
    inherent = portfolio_of(write(rows, side, Stage.INHERENT, digits=digits).document)
    return Figure(
        side,
        told["mean"],
        told["var"][repr(BAD_YEAR)],
        told["var"]["0.99"],
        told["probability_of_no_loss"],
        inherent.mean,
        told["method"] != "fft",
    )


def figures(rows: Sequence[Row], digits: int) -> tuple[list[Figure], str]:
    """Own loss and harm to others, each where it is estimated; and of each that cannot be computed why, in
    words that name it."""
    found: list[Figure] = []
    why: list[str] = []
    for side in ("own", "others"):
        try:
            one = figure(rows, side, digits)
        except DuecareError as error:
            why.append(f"{SIDE_WORDS[side]}: {error}")
            continue
        if one is not None:
            found.append(one)
    return found, " ".join(why)
