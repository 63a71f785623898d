"""A ceiling and a floor of what is spent: Gordon and Loeb, and Iowa's maximum probable loss. Shown apart.

Gordon and Loeb ("The economics of information security investment", 2002) ask what a firm that weighs only
its own expected loss would spend at most. With vulnerability v, loss L, and S(z) of v left once z is spent,
the best z* is at most v L / e for both of their classes of S:

    I   S = v / (a z + 1)^b    z* = ((v a b L)^(1 / (b + 1)) - 1) / a
    II  S = v^(a z + 1)        z* = ln(1 / (-a v L ln v)) / (a ln v)

Iowa (Code ch. 554G) goes the other way: a programme's scale is adequate when it costs at least the most
recent maximum probable loss, which is a floor.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import e, isfinite, log

from duecare.errors import BadInput
from duecare.risk.criteria import Answer, Judged
from duecare.words import gettext as _


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What would be spent at most."""

    best: float
    """z*: where a unit more lowers the expected loss by a unit. 0 if the first unit already does not."""
    bound: float
    """v L / e, whatever a and b are."""
    left: float
    """The vulnerability that is left at z*."""


def bound(expected_loss: float) -> float:
    """v L / e of the yearly loss that is expected without the spending."""
    return expected_loss / e


def class_one(vulnerability: float, loss: float, a: float, b: float = 1.0) -> Ceiling:
    """S = v / (a z + 1)^b. `a` is per unit of money. Raises BadInput outside 0 < v < 1, b >= 1."""
    _demand(vulnerability, loss, a)
    if not (isfinite(b) and b >= 1):
        raise BadInput(f"{b:g} is no exponent of the first class.", "Give one from 1 on.")
    best = max(((vulnerability * a * b * loss) ** (1 / (b + 1)) - 1) / a, 0.0)
    return Ceiling(best, bound(vulnerability * loss), vulnerability / (a * best + 1) ** b)


def class_two(vulnerability: float, loss: float, a: float) -> Ceiling:
    """S = v^(a z + 1). `a` is per unit of money. Raises BadInput outside 0 < v < 1."""
    _demand(vulnerability, loss, a)
    steep = -a * vulnerability * loss * log(vulnerability)
    best = max(log(1 / steep) / (a * log(vulnerability)), 0.0)
    return Ceiling(best, bound(vulnerability * loss), vulnerability ** (a * best + 1))


def _demand(vulnerability: float, loss: float, a: float) -> None:
    if not 0 < vulnerability < 1:
        raise BadInput(f"{vulnerability:g} is no vulnerability.", "Give a share between 0 and 1.")
    if not all(isfinite(one) and one > 0 for one in (loss, a)):
        raise BadInput(f"Loss {loss:g} and productivity {a:g} are none of this model.", "Give both above 0.")


def floor(programme_cost: float | None, maximum_probable_loss: float) -> Judged:
    """Whether a programme that costs so much a year has at least the scale of the maximum probable loss.

    That loss is a quantile of the year's curve; which one was taken is said beside it, because the law does
    not name one.
    """
    if programme_cost is None:
        return Judged(Answer.CANNOT_SAY, _("Nobody has said what the security programme costs in a year."))
    if programme_cost >= maximum_probable_loss:
        return Judged(Answer.MET, _("The programme costs at least the maximum probable loss."))
    return Judged(Answer.NOT_MET, _("The programme costs less than the maximum probable loss."))
