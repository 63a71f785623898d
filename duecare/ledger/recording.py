"""Acts: the only way in which a record changes.

    with recording("person:k3...", "adopt the target", note=...) as act:
        target.save()

Inside, the triggers note every row that changes. At the end the noted rows are read again from the
database, whatever wrote them, and become entries in the same transaction: the head of the act, then one
entry for each record that really changed. The head row is locked last and for the shortest time, so that
indexes have no gaps and their order is the order of commits.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, Refused, Tampered
from duecare.ledger import asof, blobs, canonical, sealing
from duecare.ledger.appending import append_entries, append_payloads, supersede
from duecare.ledger.leaves import MAX_ENTRY, commit, leaf_bytes
from duecare.ledger.models import (
    ACT,
    CLOCK,
    KIND_LENGTH,
    NAME_LENGTH,
    Head,
    Noted,
    OpenAct,
    Payload,
    from_microseconds,
    to_microseconds,
)
from duecare.ledger.records import KEYS, Shape, confined_kinds, shapes, utc_now
from duecare.words import number

logger = logging.getLogger(__name__)

STEP = 2_000_000
"""Microseconds by which the clock may step back (a time service slewing it) without an entry."""


@dataclass(frozen=True, slots=True)
class _Note:
    kind: str
    subject: str
    data: bytes


@dataclass(slots=True)
class Act:
    """An act under way. Its numbers are known once it has committed."""

    id: str
    actor: str
    reason: str
    valid_at: datetime | None
    notes: list[_Note] = field(default_factory=list)
    head: int | None = None
    """Index of the act's first entry; None while under way, or if nothing changed."""
    count: int = 0
    """Entries after the head."""
    _frames: dict[tuple[str, str], tuple[bytes, bytes]] = field(default_factory=dict, repr=False)

    def note(self, kind: str, subject: str, content: dict[str, Any], *, blobs: Sequence[str] = ()) -> None:
        """Record something that is no change of a record: a sign-in, a denial, a check that started.

        Raises CanonicalError if the content cannot be recorded, BadInput if the kind is taken.
        """
        if kind in (ACT, CLOCK) or kind in shapes():
            raise BadInput(
                _("%(kind)s is not a kind of note.") % {"kind": repr(kind)},
                _("Use `<area>.<what happened>`."),
            )
        _demand_name(kind, "kind", KIND_LENGTH)
        _demand_name(subject, "subject", NAME_LENGTH)
        data = canonical.encode({"blobs": sorted(set(blobs)), "note": content})
        self.notes.append(_Note(kind, subject, data))

    def meta(self, kind: str, action: str, subject: str) -> bytes:
        """The canonical meta of an entry of this act. Only the subject differs among thousands."""
        frame = self._frames.get((kind, action))
        if frame is None:
            whole = canonical.encode(
                {
                    "act": self.id,
                    "action": action,
                    "actor": self.actor,
                    "kind": kind,
                    "subject": "",
                    "valid_at": self.valid_at,
                }
            )
            before, mark, after = whole.partition(b'"subject":')  # a quote within a text is escaped
            frame = self._frames[kind, action] = before + mark, after[2:]
        plain = _PLAIN.fullmatch(subject)
        return b"".join((frame[0], f'"{subject}"'.encode() if plain else canonical.encode(subject), frame[1]))


_PLAIN = re.compile(r"[\w.:-]*", re.ASCII)


class _Drafted(NamedTuple):  # a thousand at a time: a frozen dataclass takes four times as long to make
    """An entry all but its time and number."""

    kind: str
    subject: str
    action: str
    meta_salt: bytes
    meta: bytes
    salt: bytes
    data: bytes
    supersedes: int | None
    holds: bool
    """Whether the payload describes what holds from now on."""


@contextmanager
def recording(
    actor: str, reason: str, *, valid_at: datetime | None = None, using: str = "default"
) -> Iterator[Act]:
    """Change records, all or nothing, as one act of `actor` for `reason`.

    Always outermost: its end is the commit. `valid_at` is when the facts are said to have held, a claim.
    Nothing that changed nothing is recorded: an act without changes and notes leaves no entry.

    Raises Refused inside another transaction or while a past day is read, Tampered if an act stands open in
    the database, and whatever the body raises; then nothing has happened.
    """
    connection = connections[using]
    if connection.in_atomic_block or not connection.get_autocommit():
        raise Refused(_("recording() was entered inside a transaction."), _("Make it the outermost block."))
    if asof.current() is not None:
        # What is read now is old: writing it back would undo all that came since.
        raise Refused(_("A past day is being read; it cannot be changed."), _("Go back to today first."))
    _demand_name(actor, "actor", NAME_LENGTH)
    if not reason:
        raise BadInput(_("An act needs its reason."), _("Say in a few words why it is done."))
    act = Act(secrets.token_hex(16), actor, reason, valid_at)
    with transaction.atomic(using=using, durable=True):
        _open(act, connection)
        yield act
        _close(act, connection)
        if act.head is not None and connection.vendor == "sqlite":
            _seal_now(using)  # nobody else can write meanwhile, and one transaction is cheaper than two
    if act.head is not None and connection.vendor != "sqlite":
        _seal_now(using)


def record_note(actor: str, reason: str, kind: str, subject: str, content: dict[str, Any]) -> Act:
    """An act of a single note."""
    with recording(actor, reason) as act:
        act.note(kind, subject, content)
    return act


def _demand_name(name: str, what: str, length: int) -> None:
    if not 0 < len(name) <= length:
        raise BadInput(
            _("The %(what)s %(value)s of an entry has 1 to %(length)s characters, got %(count)s.")
            % {"what": what, "value": repr(name[:20]), "length": length, "count": len(name)}
        )


_OPEN = OpenAct._meta.db_table
_NOTED = Noted._meta.db_table
_HEAD = Head._meta.db_table
_PAYLOAD = Payload._meta.db_table


def _open(act: Act, connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT COUNT(*) FROM "{_OPEN}"')  # noqa: S608
        if cursor.fetchone()[0]:
            # Acts remove their mark before they commit, so somebody else put this one there: while it
            # stands, the triggers would let everybody write.
            raise Tampered(
                _("The database holds the mark of an act that is none."),
                _("Run `duecare ledger verify --live` to see what was written under it."),
            )
        cursor.execute(f'INSERT INTO "{_OPEN}" ("id") VALUES (%s)', [act.id])  # noqa: S608


def _seal_now(using: str) -> None:
    """Extend the tiles. The act stands without them: what fails here is left to the next act or reader."""
    try:
        sealing.seal(wait=False, using=using)
    except (DatabaseError, DuecareError) as error:
        logger.warning("The tiles could not be extended just now: %s", error)


def _close(act: Act, connection: BaseDatabaseWrapper) -> None:
    """Turn what the act touched into entries, and clear its marks."""
    drafted = [*_changed_records(act, connection), *(_drafted_note(act, note) for note in act.notes)]
    _demand_one_side(drafted)
    with connection.cursor() as cursor:
        if drafted:
            _append(act, drafted, connection)
        cursor.execute(f'DELETE FROM "{_NOTED}"')  # noqa: S608
        cursor.execute(f'DELETE FROM "{_OPEN}" WHERE "id" = %s', [act.id])  # noqa: S608


def _demand_one_side(drafted: Sequence[_Drafted]) -> None:
    """Refuse an act that is partly confined: its head, and who acted, would be withheld or told for both."""
    confined = {entry.kind in confined_kinds() for entry in drafted}
    if len(confined) > 1:
        kinds = ", ".join(sorted({entry.kind for entry in drafted}))
        raise DuecareError(
            f"One act would change what is confined and what is not: {kinds}.",
            "Make it two acts. Nothing was written.",
        )


def _changed_records(act: Act, connection: BaseDatabaseWrapper) -> Iterator[_Drafted]:
    """An entry for each noted row whose snapshot differs from the one that holds, in order of first touch."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "record", "key" FROM "{_NOTED}" GROUP BY "record", "key" ORDER BY MIN("id")'  # noqa: S608
        )
        touched: dict[str, list[str]] = {}
        for table, key in cursor.fetchall():
            touched.setdefault(table, []).append(key)
    by_table = {shape.table: shape for shape in shapes().values()}
    for table, keys in touched.items():
        shape = by_table.get(table)
        if shape is None:
            raise DuecareError(
                _("The table %(table)s notes its changes, but holds no record of this release.")
                % {"table": table},
                _("Run `duecare migrate`, or remove its triggers if it is no longer used."),
            )
        live = shape.rows(keys, connection.alias)
        holding = _holding(connection, shape.kind, keys)
        for key in keys:
            row = live.get(key)
            before = holding.get(key)
            if row is None and before is None:
                continue  # made and removed within the act
            try:
                data = shape.payload(row)
            except canonical.CanonicalError as error:
                raise DuecareError(
                    _("%(kind)s %(key)s cannot be recorded: %(what)s")
                    % {"kind": shape.kind, "key": key, "what": error.what},
                    error.next_step or "Change that value. Nothing was written.",
                ) from error
            if before is not None and before[1] == data:
                continue
            if row is not None and shape.blobs:
                _demand_blobs(shape, key, row, b"" if before is None else before[1])
            action = "deleted" if row is None else "created" if before is None else "changed"
            yield _draft(
                act,
                shape.kind,
                key,
                action,
                data,
                supersedes=None if before is None else before[0],
                holds=row is not None,
            )


def _demand_blobs(shape: Shape, key: str, row: Sequence[Any], before: bytes) -> None:
    """Refuse a record that names a blob nobody kept: its entry could never be verified."""
    for position in shape.blobs:
        digest = row[position]
        if digest and digest.encode() not in before and not blobs.stored(digest):
            raise DuecareError(
                _("%(kind)s %(key)s names the blob %(value)s, which is not stored.")
                % {"kind": shape.kind, "key": key, "value": digest[:80]},
                _("Keep the content with blobs.keep() first. Nothing was written."),
            )


def _holding(connection: BaseDatabaseWrapper, kind: str, keys: list[str]) -> dict[str, tuple[int, bytes]]:
    """Index and bytes of the payloads that hold now for these records."""
    found: dict[str, tuple[int, bytes]] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(keys), KEYS):
            part = keys[start : start + KEYS]
            cursor.execute(
                f'SELECT "subject", "index", "data" FROM "{_PAYLOAD}" '  # noqa: S608
                f'WHERE "kind" = %s AND "until" IS NULL AND "subject" IN ({", ".join(["%s"] * len(part))})',
                [kind, *part],
            )
            found.update((subject, (index, bytes(data))) for subject, index, data in cursor.fetchall())
    return found


def _drafted_note(act: Act, note: _Note) -> _Drafted:
    return _draft(act, note.kind, note.subject, "noted", note.data, supersedes=None, holds=False)


def _draft(
    act: Act, kind: str, subject: str, action: str, data: bytes, *, supersedes: int | None, holds: bool
) -> _Drafted:
    meta = act.meta(kind, action, subject)
    if len(meta) + len(data) > MAX_ENTRY:
        raise DuecareError(
            _("%(kind)s %(subject)s is too large for one entry: %(value)s of %(max_entry)s bytes.")
            % {
                "kind": kind,
                "subject": subject,
                "value": number(len(meta) + len(data)),
                "max_entry": number(MAX_ENTRY),
            },
            _("Shorten it or attach the long part as a file. Nothing was written."),
        )
    salts = secrets.token_bytes(64)
    return _Drafted(kind, subject, action, salts[:32], meta, salts[32:], data, supersedes, holds)


def _append(act: Act, drafted: list[_Drafted], connection: BaseDatabaseWrapper) -> None:
    """Lock the head, number the entries, insert them. The last statements of the transaction."""
    committed = [_commit(entry) for entry in drafted]
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "log", "size", "last_at" FROM "{_HEAD}" WHERE "id" = 1{lock}')  # noqa: S608
        log, size, last_at = cursor.fetchone()
        now = to_microseconds(utc_now())
        if last_at - STEP <= now < last_at:
            now = last_at
        elif now < last_at:
            committed.append(_commit(_clock_stepped(act, last_at, now)))
        committed.insert(0, _commit(_head(act, len(committed))))
        at = canonical.utc_text(from_microseconds(now))
        entry_rows, payload_rows, superseded = [], [], []
        for index, (entry, meta, payload) in enumerate(committed, size):
            leaf = leaf_bytes(log, at, meta, payload)
            named = (entry.kind, entry.action, act.actor, entry.subject)
            entry_rows.append((index, now, size, *named, leaf, entry.meta_salt, entry.meta))
            until = None if entry.holds else index
            payload_rows.append((index, entry.kind, entry.subject, until, entry.salt, entry.data))
            if entry.supersedes is not None:
                superseded.append((index, entry.supersedes))
        supersede(cursor, superseded)
        append_entries(cursor, entry_rows)
        append_payloads(cursor, payload_rows)
        cursor.execute(
            f'UPDATE "{_HEAD}" SET "size" = %s, "last_at" = %s WHERE "id" = 1',  # noqa: S608
            [size + len(committed), now],
        )
    act.head, act.count = size, len(committed) - 1


def _commit(entry: _Drafted) -> tuple[_Drafted, bytes, bytes]:
    return entry, commit("meta", entry.meta_salt, entry.meta), commit("payload", entry.salt, entry.data)


def _head(act: Act, count: int) -> _Drafted:
    data = canonical.encode({"count": count, "reason": act.reason})
    return _draft(act, ACT, act.id, "act", data, supersedes=None, holds=False)


def _clock_stepped(act: Act, last_at: int, now: int) -> _Drafted:
    """The note that the server's clock went back (SECURITY.md 1: clock steps are entries)."""
    content = {"from": from_microseconds(last_at), "to": from_microseconds(now)}
    data = canonical.encode({"blobs": [], "note": content})
    return _draft(act, CLOCK, "server", "noted", data, supersedes=None, holds=False)
