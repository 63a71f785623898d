"""Every stored entry against its own leaf: the part of a verification that reads all there is.

The tree proves the leaves (`verifying.py`); here each leaf proves what is stored beside it: time, columns,
meta, payload, the act it belongs to, and the `until` from which past days are made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.db import DatabaseError, connections

from duecare.errors import DuecareError
from duecare.ledger import canonical, models
from duecare.ledger.leaves import SALT_SIZE, commit, parse_leaf
from duecare.ledger.merkle import HASH_SIZE, leaf_hash
from duecare.ledger.models import ACT
from duecare.ledger.recording import Act
from duecare.ledger.verified import Verified

Progress: TypeAlias = Callable[[int, int], None]
"""Called with entries done and entries in all."""

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class State:
    """The newest state of a record that exists."""

    index: int
    until: int | None
    data: bytes


@dataclass(slots=True)
class Entries:
    """What the entries say, for the checks that follow."""

    hashes: list[bytes] = field(default_factory=list)
    """Of all leaves, in order; zeros in the place of a missing one."""
    missing: set[int] = field(default_factory=set)
    states: dict[str, dict[str, State]] = field(default_factory=dict)
    """By kind and key."""
    blobs: dict[str, int] = field(default_factory=dict)
    """The last entry that names each blob."""


def check_entries(head: models.Head, found: Verified, progress: Progress, using: str) -> Entries:
    """Check every entry by itself and in its act; faults go to `found`."""
    entries = Entries()
    walk = _Walk(head, entries, found)
    for row in _rows(found, using):
        index = row[0]
        expected = len(entries.hashes)
        if index > expected:
            others = f", and the {index - expected - 1} after it" if index - expected > 1 else ""
            found.add(expected, f"is missing{others}")
            entries.missing.update(range(expected, index))
            entries.hashes += [bytes(HASH_SIZE)] * (index - expected)
        if index < 0:
            found.add(index, "entries count from 0")
            continue
        try:
            walk.take(*row)
        except (TypeError, ValueError, OverflowError) as error:  # SQLite stores any type in any column
            found.add(index, f"what is stored cannot be read: {error}")
        if index % CHUNK == 0:
            progress(index, head.size)
    walk.end()
    _check_orphans(found, using)
    return entries


_SELECT = (
    'SELECT e."index", e."at", e."head", e."kind", e."action", e."actor", e."subject", e."leaf", '  # noqa: S608
    'e."meta_salt", e."meta", p."until", p."salt", p."data", p."kind", p."subject" '
    f'FROM "{models.Entry._meta.db_table}" e '
    f'LEFT JOIN "{models.Payload._meta.db_table}" p ON p."index" = e."index" '
    'WHERE e."index" >= %s ORDER BY e."index" LIMIT %s'
)


def _rows(found: Verified, using: str) -> Iterator[tuple[Any, ...]]:
    """Every entry with its payload. One that the database cannot even hand out is named and passed over."""
    start, limit = -(2**62), CHUNK
    while True:
        try:
            with connections[using].cursor() as cursor:
                cursor.execute(_SELECT, [start, limit])
                rows = cursor.fetchall()
        except DatabaseError as error:
            if limit > 1:
                limit = 1
                continue
            found.add(max(start, 0), f"cannot be read: {error}")
            start, limit = start + 1, CHUNK
            continue
        yield from rows
        if len(rows) < limit:
            return
        start = rows[-1][0] + 1


class _Walk:
    """Goes through the entries in order, and knows the act under way."""

    def __init__(self, head: models.Head, entries: Entries, found: Verified) -> None:
        self._log = head.log
        self._entries = entries
        self._found = found
        self._at = -1
        self._at_text = ""
        self._head = -1
        self._left = 0
        self._act = Act("", "", "", None)

    def take(
        self,
        index: int,
        at: int,
        head: int,
        kind: str,
        action: str,
        actor: str,
        subject: str,
        leaf: Any,
        meta_salt: Any,
        meta: Any,
        until: int | None,
        salt: Any,
        data: Any,
        payload_kind: str | None,
        payload_subject: str | None,
    ) -> None:
        leaf, meta_salt, meta = _bytes(leaf), _bytes(meta_salt), _bytes(meta)
        salt, data = _bytes(salt), _bytes(data)
        self._entries.hashes.append(leaf_hash(leaf))
        if kind == ACT:
            self._begin(index, actor, subject, meta, data)
        else:
            self._left -= 1
            if self._left == -1:
                self._found.add(index, f"is more than the act at {self._head} counts")
        if head != self._head:
            self._found.add(index, f"is filed under the act at {head}, but follows that at {self._head}")
        self._check_leaf(index, at, leaf, meta_salt, meta, salt, data)
        if meta != self._act.meta(kind, action, subject) or actor != self._act.actor:
            self._explain(index, meta, {"kind": kind, "action": action, "actor": actor, "subject": subject})
        if payload_kind is None and payload_subject is None:
            return
        if (payload_kind, payload_subject) != (kind, subject):
            self._found.add(index, "its payload is filed under another record")
        self._follow(index, kind, action, subject, until, data)

    def _check_leaf(
        self, index: int, at: int, leaf: bytes, meta_salt: bytes, meta: bytes, salt: bytes, data: bytes
    ) -> None:
        if at != self._at:
            self._at, self._at_text = at, canonical.utc_text(models.from_microseconds(at))
        try:
            parsed = parse_leaf(leaf)
        except DuecareError as error:
            self._found.add(index, f"its leaf was changed: {error.what}")
            return
        if parsed.log != self._log:
            self._found.add(index, "its leaf belongs to another ledger")
        if parsed.at != self._at_text:
            self._found.add(index, f"the stored time differs from the leaf's, {parsed.at}")
        if len(meta_salt) != SALT_SIZE or commit("meta", meta_salt, meta) != parsed.meta:
            self._found.add(index, "its meta or its salt was changed")
        if not salt and not data:
            self._found.add(index, "its payload is missing")
        elif len(salt) != SALT_SIZE or commit("payload", salt, data) != parsed.payload:
            self._found.add(index, "its payload or its salt was changed")

    def _begin(self, index: int, actor: str, subject: str, meta: bytes, data: bytes) -> None:
        self.end()
        self._head, self._left = index, 0
        self._act = Act(subject, actor, "", None)
        try:
            self._left = int(json.loads(data)["count"])
            valid_at = json.loads(meta)["valid_at"]
            self._act.valid_at = None if valid_at is None else canonical.parse_utc(valid_at)
        except (ValueError, KeyError, TypeError, DuecareError):
            self._found.add(index, "the head of its act cannot be read")

    def end(self) -> None:
        """The act under way ends here."""
        if self._left > 0:
            self._found.add(self._head, f"the act lacks {self._left} of its entries")
        self._left = 0

    def _explain(self, index: int, meta: bytes, columns: dict[str, str]) -> None:
        """Say how columns, meta and act disagree."""
        try:
            told = canonical.decode(meta)
            names = [name for name, value in columns.items() if told.get(name) != value]
        except (DuecareError, AttributeError):
            self._found.add(index, "its meta cannot be read")
            return
        for name in names:
            self._found.add(index, f"the column {name} differs from its meta, which says {told.get(name)!r}")
        if not names:
            self._found.add(index, f"it belongs to another act than the one at {self._head} that it follows")

    def _follow(
        self, index: int, kind: str, action: str, subject: str, until: int | None, data: bytes
    ) -> None:
        """Follow each record through the log, and check that each state says where it was superseded."""
        if b'"blobs":["' in data:
            self._entries.blobs.update((digest, index) for digest in json.loads(data)["blobs"])
        if action not in ("created", "changed"):
            if until != index:
                self._found.add(index, f"it holds nothing, but is marked as if it did until {until}")
            if action != "deleted":
                return
        states = self._entries.states.setdefault(kind, {})
        before = states.pop(subject, None)
        if before is not None and before.until != index:
            self._found.add(
                before.index,
                f"was superseded by entry {index}, but is marked otherwise: a past day would be wrong",
            )
        if action != "deleted":
            states[subject] = State(index, until, data)


def check_ends(entries: Entries, found: Verified) -> None:
    """The newest state of each record still holds."""
    for states in entries.states.values():
        for state in states.values():
            if state.until is not None:
                found.add(state.index, f"is marked as superseded by entry {state.until}, but still holds")


def _check_orphans(found: Verified, using: str) -> None:
    entry, payload = models.Entry._meta.db_table, models.Payload._meta.db_table
    with connections[using].cursor() as cursor:
        cursor.execute(
            f'SELECT p."index" FROM "{payload}" p WHERE NOT EXISTS '  # noqa: S608
            f'(SELECT 1 FROM "{entry}" e WHERE e."index" = p."index") ORDER BY p."index" LIMIT 100'
        )
        for (index,) in cursor.fetchall():
            found.add(index, "has a payload, but there is no such entry")


def _bytes(value: Any) -> bytes:
    """What a binary column holds; empty for null, or for what SQLite took in spite of the column's type."""
    if isinstance(value, bytes):
        return value
    return bytes(value) if isinstance(value, memoryview) else b""
