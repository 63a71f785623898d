"""What a budget may be spent on: measures of the register as the choice takes them, and those that cannot be.

A measure costs what it is expected to cost a year, and leaves of a scenario's expected loss what it leaves
against today with all that it needs. So what several leave multiplies, also where one goes on from another.
Two measures of the same safeguard on the same side of one scenario, of which neither needs the other, exclude
each other: the effect of the one would take the place of the other's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.risk.choice_files import FORMAT
from duecare.risk.measures.costs import expected
from duecare.risk.measures.depending import all_needed
from duecare.risk.measures.models import Measure
from duecare.risk.measures.queries import End, cost_of
from duecare.risk.measures.working import Register
from duecare.risk.register.portfolios import Stage, in_place, left, write

ON = ("frequency", "magnitude")


@dataclass(frozen=True, slots=True)
class Option:
    """A measure that can be chosen."""

    key: str
    cost: float
    """Expected, of a year, in whole units of money."""
    left: Mapping[tuple[str, str], float]
    """By scenario (its name) and side of it, the share that it leaves against today with what it needs."""
    needs: tuple[str, ...]
    excludes: tuple[str, ...]
    must: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """All that a choice is computed from."""

    scenarios: Sequence[Mapping[str, Any]]
    """As a choice file has them."""
    options: tuple[Option, ...]
    titles: Mapping[str, str]
    """What measures are called, by key, those that cannot be chosen too."""
    impossible: Mapping[str, str]
    """Why a measure cannot be chosen, by its key."""
    lacking: Sequence[str]
    """What the scenarios are called that are left out: nobody estimated them on the side that counts."""

    def document(self, budget: float, objective: str) -> dict[str, Any]:
        """The choice as `duecare risk choose` reads it (docs/risk-method.md)."""
        measures = [
            {
                "id": one.key,
                "name": self.titles[one.key],
                "cost": one.cost,
                "effects": [
                    {"scenario": name, "on": on, "left": share} for (name, on), share in one.left.items()
                ],
                "needs": list(one.needs),
                "excludes": list(one.excludes),
                "must": one.must,
            }
            for one in self.options
        ]
        return {
            "format": FORMAT,
            "scenarios": list(self.scenarios),
            "measures": measures,
            "budget": budget,
            "objective": objective,
        }


def offer(
    register: Register, rows: Sequence[Measure], ended: Sequence[Measure], wanted: Collection[str], side: str
) -> Offer:
    """What there is to choose from: of the measures that stand (`rows`) those that are wanted, and those that
    must be. `ended` are the others that they name. Raises BadInput if there is nothing to lower."""
    written = write(register.rows, side, Stage.TODAY, digits=register.digits)
    if not written.keys:
        raise BadInput(
            _("No scenario is estimated on this side, so there is nothing to lower."),
            _("Estimate how often scenarios come, and what they cost, first."),
            "objective",
        )
    scenarios = _scenarios(register)
    candidates = {row.pk: row for row in rows if row.pk in wanted or row.must}
    done = {row.pk for row in ended if row.ended_as == End.DONE}
    impossible = _impossible(candidates, rows, ended, done)
    taken = [row for key, row in candidates.items() if key not in impossible]
    needs = {row.pk: [key for key in row.needs if key not in done] for row in taken}
    excludes = excluding(taken, needs)
    return Offer(
        list(scenarios.values()),
        tuple(
            Option(
                row.pk,
                expected(cost_of(row)) / 10**register.digits,
                _left(
                    register, row, [one for one in taken if one.pk in all_needed(needs, row.pk)], scenarios
                ),
                tuple(needs[row.pk]),
                tuple(sorted(excludes[row.pk])),
                bool(row.must),
            )
            for row in taken
        ),
        {row.pk: row.title for row in (*rows, *ended)},
        impossible,
        [register.names[key] for key in written.lacking],
    )


def _scenarios(register: Register) -> dict[str, dict[str, Any]]:
    """By key, scenarios as a choice file has them: own loss and harm to others apart."""
    found: dict[str, dict[str, Any]] = {}
    for side, place in (("own", "severity"), ("others", "others")):
        written = write(register.rows, side, Stage.TODAY, digits=register.digits)
        for key, one in zip(written.keys, written.document.get("scenarios", ()), strict=True):
            rest = {name: value for name, value in one.items() if name != "severity"}
            found.setdefault(key, rest)[place] = one["severity"]
    return {row.key: found[row.key] for row in register.rows if row.key in found}


def _impossible(
    candidates: Mapping[str, Measure], rows: Sequence[Measure], ended: Sequence[Measure], done: set[str]
) -> dict[str, str]:
    """Those whose needs are not among what can be chosen, with the reason; also what needs those."""
    titles = {row.pk: row.title for row in (*rows, *ended)}
    standing = {row.pk for row in rows}
    found: dict[str, str] = {}
    while True:
        before = len(found)
        for key, row in candidates.items():
            for needed in row.needs:
                if key in found or needed in done:
                    continue
                title = titles.get(needed, needed)
                if needed not in standing:
                    found[key] = _("It needs “%s”, which is off the table.") % title
                elif needed not in candidates:
                    found[key] = _("It needs “%s”, which was left out.") % title
                elif needed in found:
                    found[key] = _("It needs “%s”, which cannot be chosen.") % title
        if len(found) == before:
            return found


def excluding(rows: Sequence[Measure], needs: Mapping[str, Sequence[str]]) -> Mapping[str, set[str]]:
    """Which exclude each other: as was said, from whichever side, and for the same safeguard."""
    found: dict[str, set[str]] = {row.pk: set() for row in rows}
    places: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        for key in row.excludes:
            if key in found:
                found[row.pk].add(key)
                found[key].add(row.pk)
        for one in row.effects:
            places.setdefault((row.safeguard, one["scenario"], one["on"]), set()).add(row.pk)
    for together in places.values():
        for key in together:
            with_it = set(all_needed(needs, key))
            apart = {other for other in together - {key} - with_it if key not in all_needed(needs, other)}
            found[key] |= apart
    return found


def _left(
    register: Register, row: Measure, needed: Sequence[Measure], scenarios: Mapping[str, Mapping[str, Any]]
) -> Mapping[tuple[str, str], float]:
    """What it leaves of each side of each scenario, against today with what it needs."""
    touched = register.only({one["scenario"] for one in row.effects} & scenarios.keys())
    before, after = touched.with_measures(*needed), touched.with_measures(*needed, row)
    found = {}
    for one, other in zip(before.rows, after.rows, strict=True):
        for on in ON:
            share = left(in_place(other, Stage.AFTER), on) / left(in_place(one, Stage.AFTER), on)
            if share != 1:
                found[str(scenarios[one.key]["name"]), on] = share
    return found
