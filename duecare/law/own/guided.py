"""What the guided form asks of an obligation of one's own, and how its answers become an entry.

The form asks for the usual and leaves alone what it does not ask for: what was written as YAML stays when
somebody changes the name through the form.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from duecare.law.own.entries import slug

ALWAYS, ANY, ALL, KEPT = "always", "any", "all", "as written"
"""When it applies: always, if one of the facts is true, if all are, or by a condition that the form cannot
show."""
FACTS = 3
"""Facts that the form asks for."""
COUNTED = {
    "hours": ("hours", "ELAPSED_HOURS"),
    "eu hours": ("hours", "EU_HOURS"),
    "days": ("calendar_days", "CAL_DAYS_EXCL"),
    "eu days": ("calendar_days", "EU_DAYS_MONTHS"),
    "working days": ("business_days", "BUSINESS_DAYS_LOCAL"),
    "months": ("months", "CAL_DAYS_EXCL"),
    "undelayed": ("undelayed", "UNDELAYED"),
}
"""Each way to count that the form offers: unit and counting rule."""


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty as the form has it."""

    id: str
    """Empty for a new one."""
    what: str
    cadence: str
    citation: str


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock as the form has it."""

    id: str
    recipient: str
    trigger: str
    amount: int | None
    counted: str
    """A key of COUNTED, or KEPT for another way of counting."""
    fact: str
    """An incident fact that must be true; empty for none, KEPT for conditions that the form cannot show."""
    citation: str


@dataclass(frozen=True, slots=True)
class Guided:
    """The answers of the form."""

    name: str
    kind: str
    asked_by: str
    citation: str
    jurisdiction: str
    since: str
    applies: str
    """ALWAYS, ANY, ALL or KEPT."""
    facts: tuple[str, ...]
    safeguards: tuple[str, ...]
    duties: tuple[DutyRow, ...]
    clocks: tuple[ClockRow, ...]
    penalties: str
    confidence: str
    source: str


def of_entry(entry: Mapping[str, Any]) -> Guided:
    """What the form shows of an entry."""
    applies, facts = _condition(entry["applies_when"])
    return Guided(
        name=entry["name"],
        kind=entry["kind"],
        asked_by=entry.get("asked_by", ""),
        citation=entry["citation"],
        jurisdiction=entry["jurisdiction"],
        since=entry["status"].get("since", ""),
        applies=applies,
        facts=facts,
        safeguards=tuple(dict.fromkeys(row["use"] for row in entry["measures"])),
        duties=tuple(
            DutyRow(row["id"], row["what"], row["cadence"], row["citation"]) for row in entry["duties"]
        ),
        clocks=tuple(_clock(row) for row in entry["clocks"]),
        penalties=entry["penalties_max"],
        confidence=entry["confidence"],
        source=entry["sources"][0] if entry["sources"] else "",
    )


def to_entry(given: Guided, before: Mapping[str, Any] | None, id: str) -> dict[str, Any]:
    """The entry with the answers of the form; `before` is what it was, None for a new one."""
    was = dict(before or {"id": id, "status": {"state": "in_force"}})
    status = {**was["status"], "since": given.since}
    if not given.since:
        del status["since"]
    entry = {
        **was,
        "name": given.name,
        "kind": given.kind,
        "citation": given.citation,
        "jurisdiction": given.jurisdiction,
        "status": status,
        "applies_when": _written(given, was.get("applies_when")),
        "asked_by": given.asked_by,
        "duties": _duties(given, was.get("duties", ())),
        "measures": _measures(given, was.get("measures", ())),
        "clocks": _clocks(given, was.get("clocks", ())),
        "records": was.get("records", []),
        "penalties_max": given.penalties,
        "confidence": given.confidence,
        "sources": [*filter(None, (given.source,)), *was.get("sources", [])[1:]],
    }
    if not given.asked_by:
        del entry["asked_by"]
    return entry


def _condition(tree: object) -> tuple[str, tuple[str, ...]]:
    match tree:
        case "always":
            return ALWAYS, ()
        case str(fact):
            return ANY, (fact,)
        case {"any": [*facts]} if _few(facts):
            return ANY, tuple(facts)
        case {"all": [*facts]} if _few(facts):
            return ALL, tuple(facts)
    return KEPT, ()


def _few(facts: list[object]) -> bool:
    return len(facts) <= FACTS and all(isinstance(one, str) for one in facts)


def _written(given: Guided, before: object) -> object:
    if given.applies == KEPT and before is not None:
        return before
    return ALWAYS if given.applies == ALWAYS or not given.facts else {given.applies: list(given.facts)}


def _duties(given: Guided, before: Any) -> list[dict[str, Any]]:
    was = {row["id"]: row for row in before}
    found: list[dict[str, Any]] = []
    for row in given.duties:
        id = row.id or _short(row.what, [*was, *(one["id"] for one in found)])
        found.append(
            {**was.get(row.id, {}), "id": id, "what": row.what, "cadence": row.cadence,
             "citation": row.citation or given.citation}
        )  # fmt: skip
    return found


def _measures(given: Guided, before: Any) -> list[dict[str, Any]]:
    """Those chosen, each with the places that were cited before; a new one with the obligation's own."""
    found = [dict(row) for row in before if row["use"] in given.safeguards]
    cited = {row["use"] for row in found}
    return found + [{"use": id, "citation": given.citation} for id in given.safeguards if id not in cited]


def _clock(row: Mapping[str, Any]) -> ClockRow:
    how = (row["unit"], row["counting"])
    counted = next((name for name, way in COUNTED.items() if way == how), KEPT)
    match row.get("when", []):
        case []:
            fact = ""
        case [[str(one), "==", True]] if not one.startswith("profile."):
            fact = one
        case _:
            fact = KEPT
    return ClockRow(
        row["id"], row["recipient"], row["trigger"], row.get("amount"), counted, fact, row["citation"]
    )


def _clocks(given: Guided, before: Any) -> list[dict[str, Any]]:
    was = {row["id"]: row for row in before}
    found: list[dict[str, Any]] = []
    for row in given.clocks:
        entry = dict(was.get(row.id, {}))
        entry["id"] = row.id or _short(row.recipient, [*was, *(one["id"] for one in found)])
        entry |= {"recipient": row.recipient, "trigger": row.trigger}
        if row.counted != KEPT:
            entry["unit"], entry["counting"] = COUNTED[row.counted]
        if row.amount is not None and entry["unit"] != "undelayed":
            entry["amount"] = row.amount
        elif entry["unit"] == "undelayed":
            entry.pop("amount", None)
        if row.fact != KEPT:
            entry.pop("when", None)
            entry |= {"when": [[row.fact, "==", True]]} if row.fact else {}
        entry["citation"] = row.citation or given.citation
        entry.setdefault("confidence", given.confidence)
        found.append(entry)
    return found


def _short(words: str, taken: list[str]) -> str:
    """An id for a duty or a clock, of its first words."""
    first = " ".join(re.findall(r"\w+", words)[:4])
    return slug(first, (f"own-{one}" for one in taken)).removeprefix("own-")
