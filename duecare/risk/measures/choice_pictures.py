"""What pages show of a choice, from the result that is kept: a kept one reads as on the day it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from duecare.risk.money import from_units, shown
from duecare.risk.register.forms_of_loss import SIDE_WORDS

BAD_YEAR = "0.95"
"""1 in 20, as the curves of an answer name it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of a choice."""

    key: str
    title: str
    cost: str
    must: bool
    why: str = ""
    """Why it was not chosen; empty for those that were."""


@dataclass(frozen=True, slots=True)
class Set:
    """A set that was weighed and not taken."""

    titles: Sequence[str]
    cost: str
    loss: str
    more: str
    """How much more it leaves than the set that was chosen."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A choice in words and with units."""

    chosen: Sequence[Line]
    others: Sequence[Line]
    impossible: Sequence[Line]
    cost: str
    budget: str
    before: str
    after: str
    bound: str
    gap: str
    sides: Sequence[tuple[str, Sequence[str]]]
    """Whose loss; average and bad year, each today and with the set."""
    sets: Sequence[Set]
    lacking: Sequence[str]


def picture(result: Mapping[str, Any], budget: int, currency: str) -> Picture:
    """What a result says; `budget` in minor units."""

    def money(amount: float) -> str:
        return shown(from_units(amount, currency), currency)

    answer, told = result["answer"], result["told"]
    titles, costs, must = told["titles"], told["costs"], set(told["must"])

    def line(key: str, why: str = "") -> Line:
        cost = money(costs[key]) if key in costs else "–"
        return Line(key, titles.get(key, key), cost, key in must, why)

    return Picture(
        chosen=[line(key) for key in answer["chosen"]],
        others=[line(key, why) for key, why in told["why_not"].items()],
        impossible=[line(key, why) for key, why in told["impossible"].items()],
        cost=money(answer["cost"]),
        budget=shown(budget, currency),
        before=money(answer["loss_before"]),
        after=money(answer["loss_after"]),
        bound=money(answer["bound"]),
        gap=_("%s %%") % f"{100 * answer['gap']:.2g}",
        sides=[(_(words), _side(answer["curves"].get(side), money)) for side, words in SIDE_WORDS.items()],
        sets=[
            Set(
                [titles.get(key, key) for key in one["chosen"]],
                money(one["cost"]),
                money(one["loss_after"]),
                money(one["loss_after"] - answer["loss_after"]),
            )
            for one in answer["runners_up"]
        ],
        lacking=told["lacking"],
    )


def _side(one: Mapping[str, Any] | None, money: Callable[[float], str]) -> list[str]:
    """Average and bad year, each today and with the set; dashes where nobody has estimated that side."""
    if one is None:
        return ["–"] * 4
    before, after = one["before"], one["after"]
    figures = (before["mean"], after["mean"], before["var"][BAD_YEAR], after["var"][BAD_YEAR])
    return [money(each) for each in figures]
