"""Reading the clocks of an obligation: their tests, their counting, and what states count otherwise.

Beside what `fields.py` refuses: a fact, event or counting rule that is not defined, an operator or value that
does not go with a fact's answers, a unit that a rule cannot count, and more than one number for the same
thing.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from duecare.errors import BadInput
from duecare.law import fields
from duecare.law.counting import COUNTS
from duecare.law.obligations import Confidence, IncidentFact
from duecare.law.terms import (
    LATEST,
    PROFILE,
    SUBMISSION,
    YEAR_END,
    Backstop,
    Change,
    Clock,
    CountingRule,
    Extension,
    Override,
    Test,
    Unit,
    Variant,
)
from duecare.words import Text

NOTES = (
    "trigger_note", "note", "late", "also", "also_when", "alternative", "ongoing", "threshold_note",
    "counting_note", "backstop_exception", "confidence_note",
)  # fmt: skip
CLOCK = (
    "id", "recipient", "trigger", "start_from", "amount", "unit", "counting", "when", "when_any", "unless",
    "override", "backstop", "extension", "no_relief_if", "without_delay", "soft", "kind", "binding",
    "binding_from", "delay", *NOTES, "citation", "confidence",
)  # fmt: skip
VARIANT = ("moves", "act", "in_force", "note", "trigger", "clocks")
CHANGE = ("trigger", "amount", "unit", "counting")
OPERATORS = ("==", ">", ">=", "<", "<=")
MOST, MOST_BUSINESS_DAYS = 9999, 999
"""What a clock counts at most: what is longer is a slip of the pen, and leaves the calendars that we know."""


@dataclass(frozen=True, slots=True)
class Known:
    """What clocks may refer to."""

    version: str
    profile: Mapping[str, str]
    facts: Mapping[str, IncidentFact]
    events: Mapping[str, str]
    rules: Mapping[str, CountingRule]


def clocks(
    entry: Mapping[str, Any], place: str, obligation: str, reporting: date | None, known: Known
) -> tuple[Clock, ...]:
    """The clocks of an obligation; `reporting` is the day from which its notices bind."""
    rows = fields.rows(entry, "clocks", place, CLOCK)
    own = {row["id"] for _where, row in rows}
    return tuple(_clock(row, where, obligation, reporting, own, known) for where, row in rows)


def _clock(
    row: Mapping[str, Any], where: str, obligation: str, reporting: date | None, own: set[str], known: Known
) -> Clock:
    unit = fields.word(row, "unit", Unit, where)
    amount = _amount(row, unit, where)
    counting = fields.get(row, "counting", str, where)
    _counts(counting, unit, where, known)
    _event(row, "trigger", where, own, known)
    if "start_from" in row:
        _event(row, "start_from", where, own, known)
    if kind := fields.get(row, "kind", str, where, default=""):
        fields.refer(kind, ("internal_limit",), "kind", f"{where}: the field 'kind'")
    no_relief_if = fields.get(row, "no_relief_if", str, where, default="")
    if no_relief_if:
        _fact(no_relief_if, f"{where}: the field 'no_relief_if'", known)
    return Clock(
        obligation=obligation,
        id=fields.id_of(row, where),
        recipient=fields.said(row, "recipient", where),
        trigger=row["trigger"],
        start_from=row.get("start_from", ""),
        amount=amount,
        unit=unit,
        counting=counting,
        when=_tests(row, "when", where, known),
        when_any=_tests(row, "when_any", where, known),
        unless=_tests(row, "unless", where, known),
        override=_override(row, where, unit, counting, known),
        backstop=_backstop(row, where, own, counting, known),
        extension=_extension(row, where, unit),
        no_relief_if=no_relief_if,
        without_delay=fields.get(row, "without_delay", bool, where, default=False),
        soft=fields.get(row, "soft", bool, where, default=False),
        internal=kind == "internal_limit",
        binding=fields.get(row, "binding", bool, where, default=True),
        binding_from=fields.day(row, "binding_from", where) or reporting,
        delay=fields.said(row, "delay", where, default=""),
        notes=tuple(fields.said(row, name, where) for name in NOTES if name in row),
        citation=fields.get(row, "citation", str, where),
        confidence=fields.word(row, "confidence", Confidence, where).value,
        version=known.version,
    )


def _amount(row: Mapping[str, Any], unit: Unit, where: str) -> int | None:
    if unit is Unit.UNDELAYED:
        if "amount" in row:
            raise BadInput(
                f"{where}: the field 'amount' stands beside the unit 'undelayed', which has no number.",
                "Take the amount out, or name its unit.",
            )
        return None
    return _number(row, unit, where)


def _number(row: Mapping[str, Any], unit: Unit, where: str) -> int:
    amount: int = fields.get(row, "amount", int, where)
    most = MOST_BUSINESS_DAYS if unit is Unit.BUSINESS_DAYS else MOST
    if not 1 <= amount <= most:
        raise BadInput(f"{where}: the field 'amount' holds {amount}.", f"Write a number from 1 to {most}.")
    return amount


def _counts(counting: str, unit: Unit, where: str, known: Known) -> None:
    fields.refer(counting, known.rules, "counting rule", f"{where}: the field 'counting'")
    units = COUNTS.get(counting, ())
    if unit not in units:
        raise BadInput(
            f"{where}: the rule '{counting}' does not count in '{unit}'.",
            f"Use {' or '.join(units)}, or another rule."
            if units
            else "Use a rule that the program can count.",
        )


def _event(row: Mapping[str, Any], name: str, where: str, own: set[str], known: Known) -> None:
    type = fields.get(row, name, str, where)
    plain = type.removeprefix(LATEST)
    if plain.startswith(SUBMISSION):
        fields.refer(plain.removeprefix(SUBMISSION), own, "clock", f"{where}: the field '{name}'")
    else:
        fields.refer(type.removeprefix(YEAR_END), known.events, "event", f"{where}: the field '{name}'")


def _fact(fact: str, place: str, known: Known) -> str | tuple[str, ...]:
    """The answers that a fact can have."""
    if fact.startswith(PROFILE):
        fields.refer(fact.removeprefix(PROFILE), known.profile, "profile fact", place)
        return "yes_no"
    fields.refer(fact, known.facts, "incident fact", place)
    return known.facts[fact].answer


def _tests(row: Mapping[str, Any], name: str, where: str, known: Known) -> tuple[Test, ...]:
    return tuple(
        _test(each, f"{where}: the field '{name}'", known)
        for each in fields.get(row, name, list, where, default=[])
    )


def _test(written: object, place: str, known: Known) -> Test:
    match written:
        case [str(fact), str(operator), bool() | int() | str() as value] if operator in OPERATORS:
            answer = _fact(fact, place, known)
            fits = (
                isinstance(value, bool)
                if answer == "yes_no"
                else isinstance(value, int) and not isinstance(value, bool)
                if answer == "number"
                else value in answer
            )
            if fits and (answer == "number" or operator == "=="):
                return Test(fact, operator, value)
            raise BadInput(
                f"{place} compares {fact} with {value!r} by {operator}.",
                f"Its answer is {answer if isinstance(answer, str) else ' or '.join(answer)}.",
            )
    raise BadInput(
        f"{place} holds {written!r}, which is no test.",
        f'Write [fact, "operator", value] with {", ".join(OPERATORS)}.',
    )


def _override(row: Mapping[str, Any], where: str, unit: Unit, counting: str, known: Known) -> Override | None:
    if "override" not in row:
        return None
    place = f"{where}: override"
    one = fields.known(row["override"], place, ("named", "fact", "amount", "unit"))
    _fact(fields.get(one, "fact", str, place), place, known)
    own = fields.word(one, "unit", Unit, place)
    _counts(counting, own, place, known)
    return Override(fields.get(one, "named", str, place), one["fact"], _number(one, own, place), own)


def _backstop(
    row: Mapping[str, Any], where: str, own: set[str], counting: str, known: Known
) -> Backstop | None:
    if "backstop" not in row:
        return None
    place = f"{where}: backstop"
    one = fields.known(row["backstop"], place, ("trigger", "amount", "unit"))
    _event(one, "trigger", place, own, known)
    unit = fields.word(one, "unit", Unit, place)
    _counts(counting, unit, place, known)
    return Backstop(one["trigger"], _number(one, unit, place), unit)


def _extension(row: Mapping[str, Any], where: str, unit: Unit) -> Extension | None:
    if "extension" not in row:
        return None
    place = f"{where}: extension"
    one = fields.known(row["extension"], place, ("amount", "unit", "condition"))
    if fields.word(one, "unit", Unit, place) is not unit:
        raise BadInput(f"{place}: its unit is not that of the clock.", f"Write it in {unit}.")
    return Extension(_number(one, unit, place), unit, fields.said(one, "condition", place))


def variants(entry: Mapping[str, Any], place: str, known: Known) -> tuple[str, Mapping[str, Variant]]:
    """(source, what states count otherwise); both empty where an obligation has no such table."""
    table = fields.get(entry, "national_variants", dict, place, default={})
    own = {row["id"]: row for row in entry.get("clocks", ()) if isinstance(row, dict) and "id" in row}
    found = {}
    for country in table:
        if country == "source":
            continue
        where = f"{place}: national_variants, {country}"
        row = fields.known(table[country], where, VARIANT)
        moves = row.get("moves")
        if not (isinstance(moves, bool) or moves in ("unsettled", "none")):
            raise BadInput(
                f"{where}: the field 'moves' holds {moves!r}.", "Write true, false, unsettled or none."
            )
        found[country] = Variant(
            country=country,
            moves=moves if isinstance(moves, bool) else None,
            act=fields.get(row, "act", str, where, default=""),
            in_force=fields.get(row, "in_force", str, where, default=""),
            note=Text(fields.get(row, "note", str, where, default="")),
            clocks=MappingProxyType(dict(_change(row, where, own, known))),
        )
    return fields.get(table, "source", str, place, default=""), MappingProxyType(found)


def _change(row: Mapping[str, Any], where: str, own: Mapping[str, Any], known: Known) -> Any:
    for clock, written in fields.get(row, "clocks", dict, where, default={}).items():
        place = f"{where}, clock {clock}"
        fields.refer(clock, own, "clock", place)
        one = fields.known(written, place, CHANGE)
        merged = {**own[clock], **one}
        unit = fields.word(merged, "unit", Unit, place)
        _counts(merged["counting"], unit, place, known)
        _event(merged, "trigger", place, set(own), known)
        yield (
            clock,
            Change(
                trigger=one.get("trigger"),
                amount=_amount(merged, unit, place) if "amount" in one else None,
                unit=unit if "unit" in one else None,
                counting=one.get("counting"),
            ),
        )
