"""The whole rebuilt from the ledger alone: a database that holds it, and every record made anew from it.

`duecare ledger rebuild --into DIR` writes `DIR/duecare.db`: a migrated SQLite database with the ledger's own
tables copied up to a size, and every record as the payloads give it, through the tables' own constraints and
triggers. Of the whole log, it is compared with the live rows, field for field. Beside the blobs and the keys
it is all that a home needs to go on; what is not a record (sign-in above all) starts empty. `NOT_RECORDS`
says of every such table why it may.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, Tampered
from duecare.home import sync_directory
from duecare.ledger import canonical, models, sealing
from duecare.ledger.appending import append_entries, append_payloads
from duecare.ledger.merkle import leaf_hashes
from duecare.ledger.reading import one_moment
from duecare.ledger.records import Shape, Snapshot, read_payload, shapes
from duecare.ledger.replay import holding
from duecare.ledger.tiles import grow
from duecare.words import number

CHUNK = 2000
LISTED = 100

NOT_RECORDS: dict[str, str] = {
    "ledger.head": "the ledger itself: copied",
    "ledger.entry": "the ledger itself: copied",
    "ledger.payload": "the ledger itself: copied",
    "ledger.tile": "the ledger itself: computed again from the leaves",
    "ledger.checkpoint": "the ledger itself: copied; the newest is kept outside the database too",
    "ledger.openact": "empty except within an act",
    "ledger.noted": "empty except within an act",
    "contenttypes.contenttype": "Django's list of models, made by migrate",
    "auth.permission": "made by migrate; Duecare's rights are records (program.right)",
    "auth.group": "unused: Duecare's rights are records (program.right)",
    "site.user": "a password's hash: secrets are never in the record; the person is one (program.person)",
    "site.feedtoken": "the digest of an address that is a secret; making and ending one are entries",
    "site.apitoken": "the digest of a token that is a secret; making and ending one are entries",
    "site.openidaccount": "sign-in: who somebody is to a provider; the rights that it gave are records",
    "site.signinrequest": "sign-in: a secret that lasts minutes; asking, use and refusal are entries",
    "site.mailchoice": "a preference of one person: how often they want mail",
    "site.ownview": "a preference of one person: lists that they named; shared ones are records",
    "program.mailserver": "how this server sends mail, no fact about the organisation; changes are entries",
    "program.outboxmessage": "mail on its way; what it tells of is in the record, itself it soon goes",
    "patching.software": "made from the reports of hosts: `duecare patching rebuild`",
    "patching.installed": "made from the reports of hosts: `duecare patching rebuild`",
    "patching.reflected": "which entries those tables tell of, made with them",
    "patching.contained": "made from bills of products: `duecare patching rebuild`",
    "patching.billreflected": "which entries that table tells of, made with it",
    "patching.advisory": "made by holding software against the feeds' snapshots",
    "patching.advisoryname": "made with it",
    "patching.rating": "made with it: how grave an advisory was known to be, since when",
    "patching.sighting": "made with it: when a snapshot first named a fix",
    "patching.weak": "made with it: `duecare patching rebuild --weaknesses`",
    "patching.matching": "what it last rested on",
    "systems.enrolmenttoken": "the digest of a token that is a secret and lasts an hour; offers are records",
    "systems.usedchallenge": "a challenge that lasts minutes; the signature over it is a record",
    "account.emailaddress": "sign-in: follows from the user",
    "account.emailconfirmation": "sign-in: a secret that lasts minutes",
    "mfa.authenticator": "the seeds of second factors: secrets are never in the record",
    "sessions.session": "who is signed in just now; signing in and out are entries",
}
"""Every installed model that is not a record, with the reason why a rebuild may leave it empty or copy it."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild made and found."""

    file: Path
    size: int
    """Entries of the ledger that it holds."""
    records: int
    """Records made from them."""
    compared: bool
    """Whether they were compared with the live rows: only the whole log can be."""
    differences: tuple[str, ...]
    """Records that differ from their live rows, at most LISTED; empty if all are equal."""


Progress = Callable[[int, int], None]


def _quiet(done: int, total: int) -> None:
    return None


def rebuild(
    into: Path, size: int | None = None, *, progress: Progress = _quiet, using: str = "default"
) -> Rebuilt:
    """Rebuild the records at `size` (by default the whole log) into a new database in the directory `into`.

    Raises BadInput if there is a database already, or no such size; DuecareError if the records break a rule
    of this release's tables. Then nothing is left behind.
    """
    file = into / "duecare.db"
    if file.exists():
        raise BadInput(
            _("There is a database in %(into)s already.") % {"into": into},
            _("Choose an empty or new directory."),
        )
    whole = models.Head.objects.using(using).get().size
    if size is not None and not 0 <= size <= whole:
        raise BadInput(
            _("The ledger holds %(whole)s entries; there is no size %(size)s.")
            % {"whole": number(whole), "size": number(size)},
            _("Give a smaller one."),
        )
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    building = into / f".building-{secrets.token_hex(6)}.db"
    try:
        with _database(building) as target, one_moment(using):
            head = models.Head.objects.using(using).get()
            upto = head.size if size is None else size
            records = _fill(target, head, upto, progress, using)
            compared = upto == head.size
            differences = tuple(islice(_differences(using, target), LISTED)) if compared else ()
        _sync(building)
        building.replace(file)
        sync_directory(into)
    except DatabaseError as error:
        raise DuecareError(
            _("The records do not fit this release's tables: %(error)s.") % {"error": error},
            _("Run `duecare ledger verify --live` first."),
        ) from error
    finally:
        for leftover in into.glob(f"{building.name}*"):
            leftover.unlink()
    return Rebuilt(file, upto, records, compared, differences)


def _sync(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())


@contextmanager
def _database(file: Path) -> Iterator[str]:
    """A migrated SQLite database under an alias of its own, closed and whole in its one file at the end."""
    alias = f"rebuilt-{file.stem}"
    connections.settings[alias] = connections.settings["default"] | {
        "ENGINE": "duecare.ledger.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            # Until it is whole it may be lost: it is synced at the end, and removed if something fails.
            "init_command": "PRAGMA recursive_triggers=ON; PRAGMA journal_mode=MEMORY; "
            "PRAGMA synchronous=OFF; PRAGMA cache_size=-262144",
        },
        "CONN_HEALTH_CHECKS": False,
    }
    try:
        call_command("migrate", database=alias, verbosity=0)
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


def _fill(target: str, head: models.Head, size: int, progress: Progress, using: str) -> int:
    """Copy the ledger and make the records, under the guard of the new database's own triggers."""
    connection = connections[target]
    with transaction.atomic(using=target), connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{_table(models.OpenAct)}" ("id") VALUES (%s)', ["rebuild"])  # noqa: S608
        _copy_ledger(target, head, size, progress, using)
        count = _make_records(target, size)
        cursor.execute(f'DELETE FROM "{_table(models.Noted)}"')  # noqa: S608
        cursor.execute(f'DELETE FROM "{_table(models.OpenAct)}"')  # noqa: S608
        connection.check_constraints()
    return count


def _table(model: type[Model]) -> str:
    return model._meta.db_table


_COPIED: dict[type[Model], str] = {
    models.Entry: '"index", "at", "head", "kind", "action", "actor", "subject", "leaf", "meta_salt", "meta"',
    models.Payload: '"index", "kind", "subject", "until", "salt", "data"',
}


def _copy_ledger(target: str, head: models.Head, size: int, progress: Progress, using: str) -> None:
    """Copy entries and payloads before `size` as they stood then, and compute the tiles anew."""
    hashes: list[bytes] = []
    last_at = 0
    for start in range(0, size, CHUNK):
        end = min(size, start + CHUNK)
        for model, columns in _COPIED.items():
            rows = _copied(model, columns, start, end, using)
            if len(rows) != end - start:
                raise Tampered(
                    _("Of the entries %(start)s to %(value)s some are missing.")
                    % {"start": number(start), "value": number(end - 1)},
                    _("Run `duecare ledger verify`."),
                )
            with connections[target].cursor() as cursor:
                if model is models.Entry:
                    append_entries(cursor, rows)
                    hashes += leaf_hashes(row[7] for row in rows)
                    last_at = rows[-1][1]
                else:
                    append_payloads(cursor, [_held_at(size, row) for row in rows])
        progress(end, size)
    models.Head.objects.using(target).create(
        log=head.log, origin=head.origin, size=size, last_at=last_at, sealed=size
    )
    sealing.write_tiles(grow(0, hashes, lambda level, number: b"").items(), target)
    models.Checkpoint.objects.using(target).bulk_create(
        models.Checkpoint.objects.using(using).filter(size__lte=size)
    )


def _held_at(size: int, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A payload as it stood when the ledger had `size` entries: what superseded it later is not there yet."""
    until = row[3]
    return (*row[:3], None if until is not None and until >= size else until, *row[4:])


def _copied(model: type[Model], columns: str, start: int, end: int, using: str) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(
            f'SELECT {columns} FROM "{_table(model)}" WHERE "index" >= %s AND "index" < %s ORDER BY "index"',  # noqa: S608
            [start, end],
        )
        return [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in cursor.fetchall()
        ]


def _make_records(target: str, size: int) -> int:
    """Make every record from the payloads that were copied; returns how many."""
    known = shapes()
    waiting: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in known}
    for kind, _key, data in holding(size, target):
        if kind in known and (snapshot := read_payload(known[kind], data)) is not None:
            waiting[kind].append(_stored(known[kind], snapshot, target))
    with connections[target].cursor() as cursor:
        for kind, rows in waiting.items():
            fields = known[kind].model._meta.concrete_fields
            columns = ", ".join(f'"{field.column}"' for field in fields)
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f'INSERT OR FAIL INTO "{known[kind].table}" ({columns}) VALUES ({marks})',  # noqa: S608
                rows,
            )
    return sum(map(len, waiting.values()))


def _stored(shape: Shape, snapshot: Snapshot, target: str) -> tuple[Any, ...]:
    fields = shape.model._meta.concrete_fields
    values = shape.values(snapshot)
    connection = connections[target]
    return tuple(
        field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)
    )


def _differences(using: str, target: str) -> Iterator[str]:
    for kind, shape in shapes().items():
        manager = shape.model._base_manager
        left = set(manager.using(target).values_list("pk", flat=True))
        live = manager.using(using).values_list(*shape.columns).iterator(chunk_size=CHUNK)
        while rows := list(islice(live, CHUNK)):
            rebuilt = shape.rows((row[0] for row in rows), target)
            for row in rows:
                left.discard(row[0])
                other = rebuilt.get(row[0])
                if other is None:
                    yield f"{kind} {row[0]} is in its table, but not in the record"
                    continue
                pairs = zip(shape.columns, row, other, strict=True)
                names = [name for name, mine, its in pairs if not _same(mine, its)]
                if names:
                    yield f"{kind} {row[0]} differs in {', '.join(names)}"
        yield from (f"{kind} {key} is in the record, but its row is gone" for key in sorted(left))


def _same(mine: Any, its: Any) -> bool:
    """Whether two values are recorded alike; to Python, 1 and true are equal."""
    try:
        return canonical.encode(mine) == canonical.encode(its)
    except canonical.CanonicalError:
        return False
