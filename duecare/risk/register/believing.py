"""What one person may believe of a rate or a loss: what is refused, and what is asked about twice. Pure.

Numbers are as the record keeps them: millionths of events a year for a rate, minor units for a loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from duecare.errors import BadInput
from duecare.risk.amounts import MOST as MOST_MONEY
from duecare.risk.frequencies import MOST as MOST_EVENTS_A_YEAR
from duecare.risk.money import shown
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.risk.register.portfolios import gamma_of_range
from duecare.risk.register.rates import MILLION
from duecare.risk.register.rates import MOST as MOST_RATE
from duecare.risk.severities import Z90, Lognormal, Pert
from duecare.words import Text
from duecare.words import gettext as _

RANGE, PERT, HISTORY, DATA = "range", "pert", "history", "data"
KINDS: Mapping[str, str] = {
    RANGE: Text("A range that holds in nine cases of ten"),
    PERT: Text("Least, most likely, most"),
    HISTORY: Text("Counted from our own history"),
    DATA: Text("A list of losses that happened"),
}
FIELDS: Mapping[str, Sequence[str]] = {
    RANGE: ("low", "high"),
    PERT: ("least", "likely", "most"),
    HISTORY: ("events", "years"),
    DATA: ("losses",),
}
"""The fields of a form or body that hold the numbers of a kind, in their order."""
CONFIDENCES: Mapping[str, str] = {"low": Text("Low"), "medium": Text("Medium"), "high": Text("High")}
MOST_LISTED = 10_000
"""Losses of a list,"""
MOST_DIGITS = 50_000
"""and characters that they take: the list is part of one entry of the record."""
MOST_YEARS, MOST_EVENTS = 1000, 1_000_000
TIMES = 10
"""A loss above so many times the turnover is asked about twice."""
WIDEST = 6.0
"""Of a range: the standard deviation of its logarithm. At 6 the most is some 400 million times the least."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What one person believes of one thing."""

    what: str
    """`rate`, or a form of loss."""
    kind: str
    numbers: tuple[int, ...]


def kinds_of(what: str) -> Sequence[str]:
    """In which ways it can be told."""
    return (RANGE, PERT, HISTORY) if what == RATE else (RANGE, PERT, DATA)


def demand_belief(belief: Belief) -> None:
    """Raises BadInput, naming the field, for what nobody can believe."""
    if belief.what != RATE and belief.what not in FORMS:
        raise BadInput(
            _("“%s” is no form of loss.") % belief.what[:40], _("It is rate, %s.") % ", ".join(FORMS), "what"
        )
    if belief.kind not in kinds_of(belief.what):
        raise BadInput(
            _("“%s” is no way to tell it.") % belief.kind[:40],
            _("It is one of %s.") % ", ".join(kinds_of(belief.what)),
            "kind",
        )
    if belief.kind == DATA:
        return _demand_data(belief.numbers)
    names = FIELDS[belief.kind]
    if len(belief.numbers) != len(names):
        raise BadInput(_("This takes %s numbers.") % len(names), _("Give them all."), names[-1])
    if belief.kind == HISTORY:
        return _demand_history(*belief.numbers)
    return _demand_numbers(belief, names)


def _demand_numbers(belief: Belief, names: Sequence[str]) -> None:
    most = MOST_RATE * MILLION if belief.what == RATE else MOST_MONEY
    for name, number in zip(names, belief.numbers, strict=True):
        if number < 0 or (number == 0 and name != "least"):
            raise BadInput(_("This has to be above zero."), _("Give a small number if it is seldom."), name)
        if number > most:
            raise BadInput(_("This is more than can be kept."), _("Check its zeros."), name)
    for (_before, low), (name, high) in pairwise(zip(names, belief.numbers, strict=True)):
        if high < low:
            raise BadInput(_("The range is upside down."), _("Swap the numbers, or correct one."), name)
    if belief.numbers[0] == belief.numbers[-1]:
        raise BadInput(
            _("From and to are the same, so that nothing is open."),
            _("Say how far it may lie off: nobody knows such a number exactly."),
            names[-1],
        )
    low, high = belief.numbers[0], belief.numbers[-1]
    if belief.kind == RANGE and (log(high) - log(low)) / Z90 > WIDEST:
        raise BadInput(
            _("From the least to the most is a step that no curve can hold."),
            _("Narrow the range, or make two scenarios of it: a usual one and a rare one."),
            names[-1],
        )


def _demand_history(events: int, years: int) -> None:
    if not 0 <= events <= MOST_EVENTS:
        raise BadInput(_("This is no count of events."), _("Give 0 or more."), "events")
    if not 0 < years <= MOST_YEARS * MILLION:
        raise BadInput(
            _("This is no number of years."), _("Say over how many years you looked back."), "years"
        )
    mean = mean_of(Belief(RATE, HISTORY, (events, years)))
    if mean > MOST_RATE * MILLION:
        raise BadInput(
            _("On average that is %(rate)s times a year, and at most %(most)s can be kept.")
            % {"rate": f"{mean / MILLION:,.0f}", "most": f"{MOST_RATE:,}"},
            _("Check the numbers, or take such events together as one that is worth a scenario."),
            "events",
        )


def demand_bearable(belief: Belief, frequency_left: float) -> None:
    """Raises BadInput for a rate that, without the safeguards that leave this share of it, is more than a
    curve takes."""
    if belief.what != RATE:
        return
    # Of least, likely and most the curve takes the most too.
    rate = (max(belief.numbers) if belief.kind == PERT else mean_of(belief)) / MILLION / frequency_left
    if rate > MOST_EVENTS_A_YEAR:
        raise BadInput(
            _("Without its safeguards it would happen %(rate)s times a year, and a curve takes %(most)s.")
            % {"rate": f"{rate:,.0f}", "most": f"{MOST_EVENTS_A_YEAR:,.0f}"},
            _("Check the numbers, and what its safeguards are said to take away."),
            FIELDS[belief.kind][-1],
        )


def _demand_data(losses: Sequence[int]) -> None:
    if not 0 < len(losses) <= MOST_LISTED:
        raise BadInput(
            _("A list holds from 1 to %(most)s losses, and this one %(count)s.")
            % {"most": f"{MOST_LISTED:,}", "count": f"{len(losses):,}"},
            _("Leave out the oldest, or give a range."),
            "losses",
        )
    for number, loss in enumerate(losses, start=1):
        if not 0 < loss <= MOST_MONEY:
            raise BadInput(
                _("Number %s of the list is no loss.") % number, _("Each is above zero."), "losses"
            )
    if sum(len(str(loss)) + 1 for loss in losses) > MOST_DIGITS:
        raise BadInput(
            _("The list is longer than one entry of the record takes."),
            _("Round the losses to whole units, or leave out the oldest."),
            "losses",
        )


def doubts(belief: Belief, turnover: int | None, currency: str) -> Iterator[str]:
    """What of a good belief is to be confirmed, in words: a slip of the finger more often than not."""
    top = max(belief.numbers)
    if belief.what != RATE and turnover and top > TIMES * turnover:
        yield _("A loss of %(loss)s is more than %(times)s times the turnover of a year, %(turnover)s.") % {
            "loss": shown(top, currency),
            "times": TIMES,
            "turnover": shown(turnover, currency),
        }
    if belief.kind == RANGE and mean_of(belief) > top:
        words = _(
            "So wide is this range that its average, %s, lies above its upper end: the rare worst decides it."
        )
        mean = mean_of(belief)
        yield words % (f"{mean / MILLION:,.2f}" if belief.what == RATE else shown(round(mean), currency))


def mean_of(belief: Belief) -> float:
    """The average of what somebody believes, in the units of its numbers; of a history, millionths a year."""
    if belief.kind == HISTORY:
        events, years = belief.numbers
        return (events + 0.5) / (years / MILLION) * MILLION
    numbers = [float(number) for number in belief.numbers]
    if belief.kind == DATA:
        return sum(numbers) / len(numbers)
    if belief.kind == PERT:
        return Pert(*numbers).moments[0]
    if belief.what == RATE:
        # As the pool takes it: a range of a rate is a gamma, one of a loss a lognormal.
        return gamma_of_range(*(number / MILLION for number in numbers)).mean * MILLION
    return Lognormal.from_range(*numbers).moments[0]
