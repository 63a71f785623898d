"""The library: scenarios that ship, to begin from, and what others found, to estimate against. Pure.

Read from `content/scenarios.yaml` and `content/base_rates.yaml`. A mistake in a file is BadInput that names
file, entry and field.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from duecare.errors import BadInput
from duecare.program.catalogue import catalogue, read_yaml
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.words import Text

CONTENT = Path(__file__).parents[1] / "content"
INDUSTRIES: Mapping[str, str] = {
    "all": Text("Every organisation"),
    "health": Text("Health"),
    "manufacturing": Text("Manufacturing"),
    "retail": Text("Retail"),
    "professional": Text("Professional services"),
    "public": Text("Public bodies"),
    "education": Text("Education"),
    "finance": Text("Finance"),
    "nonprofit": Text("Nonprofit"),
}
SIDES_HELD = ("frequency", "magnitude")
_TEXTS = {"title": 200, "who": 300, "does": 300, "to": 300, "harm": 1000}
_FIELDS = ("id", *_TEXTS, "industries", "forms", "safeguards", "think")
_OF_RATE = ("id", "name", "date", "about", "says", "limits")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Bearing:
    """A safeguard that bears on a scenario."""

    safeguard: str
    """Id of the catalogue."""
    side: str
    """`frequency` or `magnitude`."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A scenario to begin from."""

    id: str
    """Lower-case words joined by hyphens; never reused for another."""
    title: str
    who: str
    does: str
    to: str
    harm: str
    industries: tuple[str, ...]
    """Ids of INDUSTRIES; "all" stands alone."""
    forms: tuple[str, ...]
    """The forms of loss that usually come of it, in the order of FORMS."""
    safeguards: tuple[Bearing, ...]
    think: tuple[str, ...]
    """Questions that help to estimate it."""

    def fits(self, industry: str) -> bool:
        """Whether it is of an industry, or of every one; all do if none is named."""
        return not industry or industry in self.industries or "all" in self.industries


@dataclass(frozen=True, slots=True)
class BaseRate:
    """What others found. Never a fact about whoever reads it."""

    id: str
    name: str
    date: str
    about: tuple[str, ...]
    """`rate`, and forms of loss."""
    says: str
    limits: str
    """Why it need not hold here."""

    @property
    def cited(self) -> str:
        """As a source names it."""
        return f"{self.name}, {self.date}"


@cache
def library() -> Mapping[str, Shipped]:
    """All scenarios that ship, by id, in the order in which they are offered."""
    name = "scenarios.yaml"
    return parse_scenarios((CONTENT / name).read_text("utf-8"), name)


@cache
def base_rates() -> Mapping[str, BaseRate]:
    """All that others found, by id."""
    name = "base_rates.yaml"
    return parse_rates((CONTENT / name).read_text("utf-8"), name)


def rates_about(what: str) -> Sequence[BaseRate]:
    """What others found of a rate or a form of loss."""
    return [one for one in base_rates().values() if what in one.about]


def parse_scenarios(text: str, place: str) -> Mapping[str, Shipped]:
    """The scenarios of a file. Raises BadInput naming file, entry and field."""
    found: dict[str, Shipped] = {}
    for where, entry in _entries(text, "scenarios", place, _FIELDS, found):
        texts = {name: Text(_text(entry, name, where, most)) for name, most in _TEXTS.items()}
        industries = _ids(entry, "industries", where, INDUSTRIES)
        if "all" in industries and len(industries) > 1:
            raise BadInput(f"{where}: 'all' stands beside others in 'industries'.", "Keep 'all' alone.")
        forms = _ids(entry, "forms", where, FORMS)
        if list(forms) != [form for form in FORMS if form in forms]:
            raise BadInput(f"{where}: the forms are out of order.", f"Their order is {', '.join(FORMS)}.")
        think = _list(entry, "think", where)
        if not all(isinstance(one, str) and one.strip().endswith((".", "?")) for one in think):
            raise BadInput(f"{where}: 'think' holds what is no sentence.", "Write questions.")
        found[entry["id"]] = Shipped(
            entry["id"],
            **texts,
            industries=industries,
            forms=forms,
            safeguards=_bearings(entry, where),
            think=tuple(Text(one.strip()) for one in think),
        )
    return MappingProxyType(found)


def parse_rates(text: str, place: str) -> Mapping[str, BaseRate]:
    """What others found, of a file. Raises BadInput naming file, entry and field."""
    found: dict[str, BaseRate] = {}
    for where, entry in _entries(text, "base_rates", place, _OF_RATE, found):
        if not re.fullmatch(r"20\d\d(-\d\d){0,2}", _text(entry, "date", where, 10)):
            raise BadInput(f"{where}: 'date' is no year or day.", 'Write it in quotes: "2025".')
        found[entry["id"]] = BaseRate(
            entry["id"],
            Text(_text(entry, "name", where, 150)),
            entry["date"],
            _ids(entry, "about", where, (RATE, *FORMS)),
            Text(_text(entry, "says", where, 1000)),
            Text(_text(entry, "limits", where, 1000)),
        )
    return MappingProxyType(found)


def _entries(text: str, key: str, place: str, names: Sequence[str], found: Collection[str]) -> Any:
    """(place, entry) for each entry of a file, its fields those that are known and its id a new one."""
    rows = read_yaml(text, place).get(key)
    if not isinstance(rows, list):
        raise BadInput(f"{place} has no list of {key}.", f"Begin the list with the line '{key}:'.")
    for number, entry in enumerate(rows, start=1):
        where = f"{place}, entry {number}"
        if not isinstance(entry, dict):
            raise BadInput(f"{where} is not a mapping.", "Write its fields as 'name: value'.")
        where = f"{where} ({entry.get('id', 'without an id')})"
        for name in names:
            if name not in entry:
                raise BadInput(f"{where}: the field '{name}' is missing.", "Add it.")
        for name in entry:
            if name not in names:
                raise BadInput(f"{where}: there is no field '{name}'.", f"Use only {', '.join(names)}.")
        if not _ID.fullmatch(str(entry["id"])) or len(entry["id"]) > 60:
            raise BadInput(f"{where}: the id is no short name.", "Write lower-case words joined by '-'.")
        if entry["id"] in found:
            raise BadInput(f"{where}: the id is used twice.", "Give each entry its own.")
        yield where, entry


def _bearings(entry: Mapping[str, Any], where: str) -> tuple[Bearing, ...]:
    found = []
    for one in _list(entry, "safeguards", where):
        if not isinstance(one, dict) or set(one) != {"id", "side"}:
            raise BadInput(
                f"{where}: a safeguard is not 'id' and 'side'.", "Write {id: mfa, side: frequency}."
            )
        if one["id"] not in catalogue():
            raise BadInput(f"{where}: there is no safeguard '{one['id']}'.", "Take one of safeguards.yaml.")
        if one["side"] not in SIDES_HELD:
            raise BadInput(f"{where}: '{one['side']}' is no side.", f"Use {' or '.join(SIDES_HELD)}.")
        found.append(Bearing(one["id"], one["side"]))
    if len(set(found)) < len(found):
        raise BadInput(f"{where}: a safeguard stands twice on one side.", "Keep one of them.")
    return tuple(found)


def _list(entry: Mapping[str, Any], name: str, where: str) -> Sequence[Any]:
    found = entry[name]
    if not isinstance(found, list) or not found:
        raise BadInput(f"{where}: '{name}' is no list with something in it.", "Write one or more.")
    return found


def _ids(entry: Mapping[str, Any], name: str, where: str, known: Collection[str]) -> tuple[str, ...]:
    found = _list(entry, name, where)
    for one in found:
        if one not in known:
            raise BadInput(f"{where}: '{name}' holds '{one}'.", f"Use {', '.join(known)}.")
    if len(set(found)) < len(found):
        raise BadInput(f"{where}: '{name}' holds something twice.", "Keep one of them.")
    return tuple(found)


def _text(entry: Mapping[str, Any], name: str, where: str, most: int) -> str:
    found = entry[name]
    if not isinstance(found, str) or not 0 < len(found.strip()) <= most:
        raise BadInput(f"{where}: '{name}' is no text of at most {most} characters.", "Correct it.")
    return found.strip()
