"""The best use of a budget, computed: what was chosen, what it comes to on full curves, and what was not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.ledger.viewers import Viewer
from duecare.risk import choice_files
from duecare.risk.choosing import Step
from duecare.risk.measures.models import Measure
from duecare.risk.measures.offering import Offer, offer
from duecare.risk.measures.queries import on_the_table
from duecare.risk.measures.working import Register, register_now
from duecare.risk.register.models import RiskTerms

MOST_HERE = 25
"""Measures of which the choice is computed while somebody waits."""
LONGEST = 10.0
"""Seconds for it."""
MOST = 60
"""Measures among which the choice can be taken away and computed at the command line."""


class TooLong(BadInput):
    """It was not found within the time for which a page can wait."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a budget is to be spent on."""

    budget: int
    """Of a year, in minor units."""
    objective: str
    """`own`, `others` or `both`."""
    wanted: frozenset[str] | None
    """Keys of the measures that count; None for all that stand. Those that must be count anyway."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The answer."""

    asked: Asked
    inputs: str
    """JSON: what it was computed from, as `duecare risk choose` reads it."""
    answer: Mapping[str, Any]
    """What `duecare risk choose` answers."""
    told: Mapping[str, Any]
    """What the page says besides: titles and costs by key, what must be, what cannot be chosen (`impossible`)
    and what was not (`why_not`) with the reasons, and the scenarios that are left out (`lacking`)."""

    @property
    def result(self) -> str:
        """Both as they are kept: JSON."""
        return written({"answer": self.answer, "told": self.told})


@dataclass(frozen=True, slots=True)
class Table:
    """What lies on the table: the register, and its measures."""

    register: Register
    rows: tuple[Measure, ...]
    ended: tuple[Measure, ...]
    """Measures that have ended and that some of `rows` need."""

    def offer(self, asked: Asked) -> Offer:
        """What there is to choose from. Raises BadInput if there is nothing, or too much."""
        wanted = frozenset(row.pk for row in self.rows) if asked.wanted is None else asked.wanted
        if lost := wanted - {row.pk for row in self.rows}:
            raise BadInput(
                _("“%s” is no measure that is on the table.") % min(lost)[:60],
                _("Choose from the list of measures."),
                "measures",
            )
        found = offer(self.register, self.rows, self.ended, wanted, asked.objective)
        if not found.options:
            raise BadInput(
                _("There is no measure that could be chosen."),
                _("Put down what could be done, and let at least one count."),
                "measures",
            )
        if len(found.options) > MOST:
            raise BadInput(
                _("%(count)s measures are too many to choose from; at most %(most)s are taken.")
                % {"count": len(found.options), "most": MOST},
                _("Let fewer of them count."),
                "measures",
            )
        return found


def table(viewer: Viewer, terms: RiskTerms) -> Table:
    """What lies on the table on the day that is viewed."""
    rows = on_the_table(viewer)
    named = {key for row in rows for key in row.needs} - {row.pk for row in rows}
    ended = Measure.objects.all().visible_to(viewer).filter(pk__in=named)
    return Table(register_now(viewer, terms), tuple(rows), tuple(ended))


def weigh(on: Table, asked: Asked, clock: Callable[[], float]) -> Weighed:
    """The best use of a budget. `clock` counts seconds.

    Raises BadInput, NotWithin if what must be costs more than the budget, TooLong if it is not found in time.
    """
    there = on.offer(asked)
    if len(there.options) > MOST_HERE:
        raise TooLong(
            _("Of more than %s measures the best set is not looked for while you wait.") % MOST_HERE,
            _("Let fewer measures count, or take the inputs away and run “duecare risk choose” on them."),
            "measures",
        )
    budget = asked.budget / 10**on.register.digits
    document = there.document(budget, asked.objective)
    until = clock() + LONGEST

    def told(_step: Step) -> None:
        if clock() > until:
            raise TooLong(
                _("The best set was not found within %s seconds.") % int(LONGEST),
                _("Let fewer measures count, or take the inputs away and run “duecare risk choose” on them."),
                "measures",
            )

    answer = _named(there, lambda: choice_files.answer(document, told))
    return Weighed(
        asked,
        written(document),
        answer,
        {
            "titles": dict(there.titles),
            "costs": {one.key: one.cost for one in there.options},
            "must": [one.key for one in there.options if one.must],
            "impossible": dict(there.impossible),
            "why_not": _why_not(there, frozenset(answer["chosen"]), budget - answer["cost"]),
            "lacking": list(there.lacking),
        },
    )


def _named(there: Offer, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer; where it is refused, measures are called by their titles."""
    try:
        return ask()
    except TooLong:
        raise
    except BadInput as error:
        what = error.what
        for key, title in there.titles.items():
            what = what.replace(key, f"“{title}”")
        raise BadInput(what, error.next_step, error.place or "measures") from error


def _why_not(there: Offer, chosen: frozenset[str], rest: float) -> dict[str, str]:
    """For each measure that was not chosen, what kept it out: the first of what applies. `rest` is what is
    left of the budget."""
    told = {}
    for one in there.options:
        if one.key in chosen:
            continue
        beside = [key for key in one.excludes if key in chosen]
        needs = [key for key in one.needs if key not in chosen]
        if beside:
            told[one.key] = _("It cannot be beside “%s”, which was chosen.") % there.titles[beside[0]]
        elif not any(share < 1 for share in one.left.values()):
            told[one.key] = _("It lowers nothing by itself.")
        elif needs:
            told[one.key] = _("It needs “%s”, which was not chosen.") % there.titles[needs[0]]
        elif one.cost > rest:
            told[one.key] = _("What is left of the budget does not pay for it, and no exchange does more.")
        else:
            told[one.key] = _("It lowers nothing on the side that counts.")
    return told


def written(document: Mapping[str, Any]) -> str:
    """JSON whose bytes depend on its content alone."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
