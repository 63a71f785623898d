"""Reading one field of a content file: of the right type, with a known word, and with nothing beside it.

Every fault is BadInput that names file, entry and field, and what to write instead. A field that nobody reads
is a fault as well: it is nearly always a word misspelt, and what it was meant to say would be lost in
silence.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from duecare.errors import BadInput
from duecare.words import Text

Entry = Mapping[str, Any]
Word = TypeVar("Word", bound=StrEnum)

ID, LONGEST_ID = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*"), 40
"""Of obligations, duties and clocks: what addresses, references and records take."""

_TYPES: Mapping[type, str] = {
    str: "text",
    list: "a list",
    dict: "a mapping",
    int: "a number",
    bool: "true or false",
}


def known(entry: object, place: str, fields: Iterable[str]) -> dict[str, Any]:
    """The entry, a mapping with no fields but these."""
    if not isinstance(entry, dict):
        raise BadInput(f"{place} is not a mapping.", "Write its fields as 'name: value'.")
    names = tuple(fields)
    for name in entry:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            raise BadInput(
                f"{place}: the field '{name}' is not known.",
                f"Did you mean '{near[0]}'?" if near else f"Use only {', '.join(names)}.",
            )
    return entry


def get(entry: Entry, name: str, kind: type, place: str, default: Any = None) -> Any:
    """The field's value, of this type; `default` where the field is not there."""
    value = entry.get(name, default)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadInput(
            f"{place}: the field '{name}' must be {_TYPES[kind]}, not {value!r}.",
            "Add it." if name not in entry else "Put it into quotes." if kind is str else "Correct it.",
        )
    return value


def id_of(entry: Entry, place: str) -> str:
    """The field `id`, in the form that all ids have."""
    id: str = get(entry, "id", str, place)
    if not ID.fullmatch(id) or len(id) > LONGEST_ID:
        raise BadInput(
            f"{place}: the field 'id' holds '{id[:60]}', which is no id.",
            f"Use small letters and digits, with single dots, hyphens or underscores between them, and at "
            f"most {LONGEST_ID} characters.",
        )
    return id


def said(entry: Entry, name: str, place: str, default: str | None = None) -> Text:
    """A text that people read."""
    return Text(get(entry, name, str, place, default))


def word(entry: Entry, name: str, words: type[Word], place: str, default: str | None = None) -> Word:
    value = get(entry, name, str, place, default)
    try:
        return words(value)
    except ValueError as error:
        raise BadInput(
            f"{place}: the field '{name}' holds '{value}'.", f"Use one of {', '.join(words)}."
        ) from error


def day(entry: Entry, name: str, place: str) -> date | None:
    """A day written as text, or None where the field is not there."""
    value = get(entry, name, str, place, default="")
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise BadInput(
            f"{place}: the field '{name}' holds '{value}', which is no day.", 'Write it as "2026-11-28".'
        ) from error


def refer(id: object, existing: Iterable[str], what: str, place: str) -> None:
    """That something of this id exists."""
    names = tuple(existing)
    if id not in names:
        near = difflib.get_close_matches(str(id), names, n=1)
        raise BadInput(
            f"{place} names the {what} '{id}', which does not exist.",
            f"Did you mean '{near[0]}'?" if near else "Correct or define it.",
        )


def rows(entry: Entry, name: str, place: str, fields: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
    """(place, row) of each mapping of a list; where rows have ids, each its own."""
    names = tuple(fields)
    found: list[tuple[str, dict[str, Any]]] = []
    seen: set[object] = set()
    for number, row in enumerate(get(entry, name, list, place), start=1):
        where = f"{place}: {name}, number {number}"
        if not isinstance(row, dict):
            raise BadInput(f"{where} is not a mapping.", "Write it as {name: value, ...}.")
        if "id" in names:
            id = get(row, "id", str, where)
            if id in seen:
                raise BadInput(f"{place}: {name} has the id '{id}' twice.", "Give each its own.")
            seen.add(id)
            where = f"{where} ({id})"
        found.append((where, known(row, where, names)))
    return found


def texts(entry: Entry, name: str, place: str, default: list[str] | None = None) -> tuple[str, ...]:
    values = get(entry, name, list, place, default=default)
    if not all(isinstance(each, str) for each in values):
        raise BadInput(f"{place}: the field '{name}' must list texts only.", "Put each into quotes.")
    return tuple(values)


def glossary(entry: Entry, name: str, place: str) -> Mapping[str, str]:
    """Words with what each means."""
    words = get(entry, name, dict, place)
    return MappingProxyType({each: said(words, each, f"{place}, {name}") for each in words})
