"""What taking a list in would change: added, changed, gone, unchanged; pure.

Only the fields that a file tells are compared. What it does not tell stays as it is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from duecare.program.imports.mapping import Fault, Wanted
from duecare.words import gettext as _

Values = Mapping[str, Any]


class Kind(StrEnum):
    """What becomes of a record."""

    ADDED = "added"
    CHANGED = "changed"
    GONE = "gone"
    """It is not in a file that is the whole list."""
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Existing:
    """A record as it is now."""

    key: str
    values: Values
    listed: bool = True
    """Whether a whole list would name it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one record."""

    kind: Kind
    name: str
    row: int | None
    """Of the file; None for what is not in it."""
    key: str
    """Of the record; empty for one that is added."""
    before: Values
    """The fields that differ, as they are; empty for one that is added."""
    after: Values
    """The fields that differ, as they will be; for one that is added all that is told."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that would become of it."""

    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]
    counts: Mapping[Kind, int] = field(default_factory=dict)

    def of(self, kind: Kind) -> Iterator[Change]:
        return (one for one in self.changes if one.kind is kind)

    @property
    def acting(self) -> tuple[Change, ...]:
        """Those that are to be written."""
        return tuple(one for one in self.changes if one.kind is not Kind.UNCHANGED)

    @property
    def digest(self) -> str:
        """What tells this plan from another."""
        lines = [
            repr((one.kind.value, one.key, one.row, sorted(one.before.items()), sorted(one.after.items())))
            for one in self.acting
        ]
        return hashlib.sha256("\n".join([*lines, str(len(self.faults))]).encode()).hexdigest()


Refuse = Callable[[Values], Iterator[tuple[str, str]]]
"""Gives (field, reason) for values that each fit but not together or not here."""


def compare(
    wanted: Sequence[Wanted],
    existing: Sequence[Existing],
    *,
    keys: Sequence[str],
    called: Callable[[Values], str],
    lacking: Values | None = None,
    refuse: Refuse = lambda values: iter(()),
    faults: Sequence[Fault] = (),
) -> Plan:
    """The plan of taking in what rows want.

    `keys` are the fields by which a row finds its record, the surest first. `lacking` is what becomes of
    records that no row names: None if the file is not the whole list, and in any case if a row has a fault,
    since that row may be the one that names them.
    """
    known = _Known(existing, keys)
    found: list[Change] = []
    bad = list(faults)
    seen: dict[str, int] = {}
    for row in wanted:
        record, fault = known.look(row)
        fault = fault or next(refuse(row.values), None)
        if not fault:
            identity = known.identity(row, record)
            if identity in seen:
                fault = ("", _("it is about the same as row %(row)s") % {"row": seen[identity]})
        if fault:
            bad.append(Fault(row.row, row.column, fault[0], "", fault[1]))
            continue
        seen[identity] = row.row
        found.append(_change(row, record, called))
    if lacking is not None and not bad:
        found.extend(
            _lack(one, lacking, called) for one in existing if one.listed and f"record {one.key}" not in seen
        )
    counts = Counter(one.kind for one in found)
    return Plan(tuple(found), tuple(bad), {kind: counts[kind] for kind in Kind})


def _change(row: Wanted, record: Existing | None, called: Callable[[Values], str]) -> Change:
    if record is None:
        return Change(Kind.ADDED, called(row.values), row.row, "", {}, dict(row.values))
    before, after = _difference(record.values, row.values)
    kind = Kind.CHANGED if after else Kind.UNCHANGED
    return Change(kind, called({**record.values, **row.values}), row.row, record.key, before, after)


def _lack(one: Existing, lacking: Values, called: Callable[[Values], str]) -> Change:
    before, after = _difference(one.values, lacking)
    kind = Kind.UNCHANGED if not after else Kind.GONE if "gone" in after else Kind.CHANGED
    return Change(kind, called(one.values), None, one.key, before, after)


def _difference(now: Values, then: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    differing = [name for name, value in then.items() if now.get(name) != value]
    return {name: now.get(name) for name in differing}, {name: then[name] for name in differing}


class _Known:
    """The records by each of their keys.

    A record is found by the surest key that the row has. By a lesser one it is found only if it does not
    differ in a surer: two devices of one name and with two ids are two devices.
    """

    def __init__(self, existing: Sequence[Existing], keys: Sequence[str]) -> None:
        self._keys = keys
        self._by: dict[str, dict[str, list[Existing]]] = {name: {} for name in keys}
        for one in existing:
            for name in keys:
                if text := _spelled(one.values.get(name)):
                    self._by[name].setdefault(text, []).append(one)

    def look(self, row: Wanted) -> tuple[Existing | None, tuple[str, str] | None]:
        """The record that a row means, if there is one; and (field, reason) if that cannot be told."""
        texts = {name: _spelled(row.values.get(name)) for name in self._keys}
        if not any(texts.values()):
            return None, (self._keys[-1], _("it does not say which one it is about"))
        for place, name in enumerate(self._keys):
            surer = self._keys[:place]
            found = [
                one
                for one in self._by[name].get(texts[name], ())
                if not any(texts[key] and _spelled(one.values.get(key)) for key in surer)
            ]
            if len(found) > 1:
                words = _("%(count)s records are called that; change them by hand")
                return None, (name, words % {"count": len(found)})
            if found:
                return found[0], None
        return None, None

    def identity(self, row: Wanted, record: Existing | None) -> str:
        """By what another row would be known to be about the same."""
        if record is not None:
            return f"record {record.key}"
        name = next(name for name in self._keys if _spelled(row.values.get(name)))
        return f"{name} {_spelled(row.values[name])}"


def _spelled(value: Any) -> str:
    return "" if value is None else str(value).strip().casefold()
