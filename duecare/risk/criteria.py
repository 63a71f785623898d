"""The duty-of-care criteria: three separate answers, each with its reason, and no score of them.

The idea is that of the Duty of Care Risk Analysis standard and of settlements that follow it, in our own
words: a safeguard was enough if no harm is left that would need remedy, if the burden does not exceed the
risk that it lowers, and if what the organisation is for was not curtailed. The people who can be harmed count
as much as the organisation does.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from duecare.words import gettext as _
from duecare.words import ngettext


class Answer(StrEnum):
    """How one criterion, or one condition, stands."""

    MET = "met"
    NOT_MET = "not met"
    CANNOT_SAY = "cannot say"


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer, and why."""

    answer: Answer
    reason: str


@dataclass(frozen=True, slots=True)
class DutyOfCare:
    """The three criteria, apart."""

    harm: Judged
    """No harm that would need remedy is left."""
    burden: Judged
    """The burden does not exceed the risk that it lowers."""
    objectives: Judged
    """Legitimate objectives are not curtailed."""


def duty_of_care(
    *,
    harm_left: float | None,
    tolerable_harm: float | None,
    reduction: float | None,
    burden: float,
    curtails: str,
    harm_unknown: int = 0,
    reduction_partial: bool = False,
    say: Callable[[float], str] = "{:,.0f}".format,
) -> DutyOfCare:
    """The criteria for a measure, or for all that is done if that is what the figures are of.

    `harm_left` is what others lose in a bad year (1 in 20) once the measure is in place, None if nobody
    estimated it; `tolerable_harm` what the organisation says others may lose without need of remedy, None if
    it has not said. `reduction` and `burden` are expected values of a year, own loss and others' harm
    together. `curtails` names the objectives that it hinders, in words. `harm_unknown` says of how many
    scenarios nobody estimated the harm to others, `reduction_partial` whether the reduction lacks a side of
    one: what is unknown is never taken for nothing. `say` writes an amount of money.
    """
    return DutyOfCare(
        _harm(harm_left, tolerable_harm, harm_unknown, say),
        _burden(reduction, burden, reduction_partial, say),
        _objectives(curtails),
    )


def _harm(left: float | None, tolerable: float | None, unknown: int, say: Callable[[float], str]) -> Judged:
    if left is None:
        return Judged(
            Answer.CANNOT_SAY,
            _("There is no exact curve of the harm to others, or nobody has estimated it."),
        )
    if tolerable is None:
        return Judged(
            Answer.CANNOT_SAY,
            _("In 1 year of 20 others lose more than %(left)s. The organisation has not said which harm to "
              "others would need remedy.") % {"left": say(left)},
        )  # fmt: skip
    values = {"left": say(left), "tolerable": say(tolerable)}
    if left <= tolerable and unknown:
        return Judged(
            Answer.CANNOT_SAY,
            ngettext(
                "In 19 years of 20 others lose at most %(left)s; of %(count)s scenario nobody estimated it.",
                "In 19 years of 20 others lose at most %(left)s; of %(count)s scenarios nobody estimated it.",
                unknown,
            ) % {**values, "count": unknown},
        )  # fmt: skip
    if left <= tolerable:
        return Judged(
            Answer.MET,
            _("In 19 years of 20 others lose at most %(left)s; up to %(tolerable)s needs no remedy, the "
              "organisation says.") % values,
        )  # fmt: skip
    return Judged(
        Answer.NOT_MET,
        _("In 1 year of 20 others lose more than %(left)s; above %(tolerable)s harm needs remedy, the "
          "organisation says.") % values,
    )  # fmt: skip


def _burden(reduction: float | None, burden: float, partial: bool, say: Callable[[float], str]) -> Judged:
    if reduction is None:
        return Judged(Answer.CANNOT_SAY, _("Nobody has estimated what it would lower."))
    values = {"burden": say(burden), "reduction": say(reduction)}
    if burden <= reduction:
        return Judged(
            Answer.MET, _("It costs %(burden)s a year and takes away %(reduction)s on average.") % values
        )
    if partial:
        return Judged(
            Answer.CANNOT_SAY,
            _("It costs %(burden)s a year, more than the %(reduction)s that it takes away on average of what "
              "is estimated; nobody estimated a side of what it lowers.") % values,
        )  # fmt: skip
    return Judged(
        Answer.NOT_MET,
        _("It costs %(burden)s a year, more than the %(reduction)s that it takes away on average.") % values,
    )


def _objectives(curtails: str) -> Judged:
    if not curtails.strip():
        return Judged(Answer.MET, _("No objective is named that it would hinder."))
    return Judged(
        Answer.CANNOT_SAY,
        _("It hinders something: %(what)s. A person must judge whether that weighs more.")
        % {"what": curtails.strip()},
    )
