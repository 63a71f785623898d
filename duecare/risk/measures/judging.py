"""Was it reasonable to leave a measure out? What each test is asked, built from the register.

Every figure rests on what stands in the register on the day that is viewed: estimates pooled as in its
curves, safeguards in place with what checks measured of them. With and without the measure the estimates are
the same numbers, and curves share one grid, so that differences carry no noise. The tests stay apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duecare.risk import effects
from duecare.risk.ceilings import bound, floor
from duecare.risk.criteria import DutyOfCare, Judged, duty_of_care
from duecare.risk.curve_files import portfolio_of
from duecare.risk.curves import NoCertificate, curve
from duecare.risk.measures.costs import Three
from duecare.risk.measures.models import Measure
from duecare.risk.measures.queries import cost_of
from duecare.risk.measures.working import SIDES, Register
from duecare.risk.money import from_units, shown
from duecare.risk.reasonableness import HandResult, hand_of
from duecare.risk.reductions import Cut, Part
from duecare.risk.register.forms_of_loss import RATE
from duecare.risk.register.portfolios import Row, Stage, in_place, pooled_rate, write
from duecare.risk.uncertain import Belief, Gamma, Uncertain

BAD_YEAR, PROBABLE = 0.95, 0.99
"""Of a bad year, 1 in 20, and of the year that is taken for the maximum probable loss, 1 in 100."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A year of one side over the whole register, without measures and with them, in whole units of money."""

    mean: tuple[float, float]
    bad: tuple[float, float]
    """1 in 20."""
    lacking: int = 0
    """Scenarios of the register that are not in it, or with one side alone: nobody estimated them."""


@dataclass(frozen=True, slots=True)
class Tests:
    """All tests of one measure, each by itself."""

    burden: Three
    """Of a year, in whole units of money."""
    hands: Mapping[str, HandResult | None]
    """By side; None where nothing that it changes is estimated on that side."""
    lacking: Mapping[str, Sequence[str]]
    """By side, what the scenarios are called that it changes and nobody estimated on that side."""
    pairs: Mapping[str, Pair | None]
    """By side; None if nothing is estimated, or the curve cannot be had exactly."""
    duty: DutyOfCare
    ceiling: float | None
    """Gordon and Loeb: of the own loss that is expected without it of the scenarios that it changes."""
    probable: float | None
    """The own loss of a year that 1 year in 100 exceeds, over the whole register."""
    floor: Judged | None


def tests_of(register: Register, row: Measure) -> Tests:
    """The tests of a measure. Raises BadInput where estimates cannot be told apart."""
    currency = register.terms.currency
    unit = 10**register.digits
    least, likely, most = (one / unit for one in cost_of(row))
    said = register.terms.programme
    programme = None if said is None else said / unit
    touched = register.only(one["scenario"] for one in row.effects).with_measures(row)
    hands: dict[str, HandResult | None] = {}
    lacking = {}
    for side in SIDES:
        parts, missing = parts_of(touched, side)
        lacking[side] = missing
        hands[side] = hand_of(parts, (least, likely, most)) if parts else None
    pairs = {side: pair(register.with_measures(row), side) for side in SIDES}
    both, own, others = hands["both"], hands["own"], pairs["others"]
    probable = quantile(register, "own", PROBABLE)
    return Tests(
        burden=(least, likely, most),
        hands=hands,
        lacking=lacking,
        pairs=pairs,
        duty=duty_of_care(
            harm_left=others.bad[1] if others else None,
            harm_unknown=others.lacking if others else 0,
            reduction_partial=bool(lacking["both"]),
            tolerable_harm=None if register.terms.remedy is None else register.terms.remedy / unit,
            reduction=both.expected_reduction if both else None,
            burden=(least + 4 * likely + most) / 6,
            curtails=row.curtails.strip().rstrip("."),
            say=lambda amount: shown(from_units(amount, currency), currency),
        ),
        ceiling=bound(sum(_expected(one) for one in parts_of(touched, "own")[0])) if own else None,
        probable=probable,
        floor=None if probable is None else floor(programme, probable),
    )


def _expected(one: Part) -> float:
    """The expected yearly loss of a scenario with the safeguards of today."""
    left = 1.0
    for cut in one.before:
        left *= 1 - cut.efficacy.mean * cut.reach
    return one.rate.mean * one.mean_loss * left


def parts_of(register: Register, side: str) -> tuple[list[Part], list[str]]:
    """The scenarios as the marginal test takes them, and what those are called that lack estimates."""
    found, lacking = [], []
    for row in register.rows:
        written = write([row], side, Stage.INHERENT, digits=register.digits)
        if not written.keys or written.partly:
            lacking.append(register.names[row.key])
        if not written.keys:
            continue
        (bare,) = portfolio_of(written.document).scenarios
        found.append(
            Part(
                row.name,
                _rate(row),
                bare.moments[0],
                _cuts(row, Stage.TODAY),
                _cuts(row, Stage.AFTER),
            )
        )
    return found, lacking


def _rate(row: Row) -> Belief:
    """The rate without safeguards, pooled as in every curve."""
    pooled = pooled_rate([one for one in row.told if one.what == RATE])
    if "pert" in pooled:
        return Uncertain(*pooled["pert"])
    return Gamma(pooled["gamma"]["mean"], pooled["gamma"]["variance"])


def _cuts(row: Row, stage: Stage) -> tuple[Cut, ...]:
    return tuple(
        Cut(one.safeguard, Uncertain(*one.efficacy), one.coverage * one.reliability, one.on)
        for one in in_place(row, stage)
    )


def pair(register: Register, side: str) -> Pair | None:
    """A year without and with what `after` holds of the register, on one grid."""
    today, after = (
        write(register.rows, side, stage, digits=register.digits) for stage in (Stage.TODAY, Stage.AFTER)
    )
    if not today.keys:
        return None
    try:
        found = effects.pair(today.document, after.document, [BAD_YEAR])
    except NoCertificate:
        return None
    return Pair(
        (found.before.mean, found.after.mean),
        (found.before.var(BAD_YEAR), found.after.var(BAD_YEAR)),
        len(today.lacking) + len(today.partly),
    )


def quantile(register: Register, side: str, p: float) -> float | None:
    """The loss of a year today that is not exceeded with probability p; None as for `pair`."""
    written = write(register.rows, side, Stage.TODAY, digits=register.digits)
    if not written.keys:
        return None
    try:
        return curve(portfolio_of(written.document), [p]).var(p)
    except NoCertificate:
        return None
