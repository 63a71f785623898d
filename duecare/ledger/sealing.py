"""Tiles and checkpoints: derived from committed entries, and can be rebuilt from them.

A checkpoint is signed only if the tree extends the newest checkpoint that is kept as a file outside the
database and its backups (SECURITY.md 2): a database that was rolled back or rewritten gets no signature.
"""

from __future__ import annotations

import fcntl
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from duecare.errors import DuecareError, Tampered
from duecare.home import Home, write_private
from duecare.ledger import merkle, models, notes
from duecare.ledger.merkle import leaf_hashes
from duecare.ledger.records import utc_now
from duecare.ledger.tiles import TileReader, grow
from duecare.words import number

LEVEL = 48
"""A tile's key is its level shifted by this many bits, plus its number."""
BATCH = 65_536


def create_log(domain: str, using: str = "default") -> models.Head:
    """Make the empty log of a new home, with a random id and a signing key; the existing one if there is one.

    Raises DuecareError if the key of a log that was signed before is gone: a new one would be another's.
    """
    head = models.Head.objects.using(using).first()
    if head is None:
        log = secrets.token_hex(16)
        head = models.Head.objects.using(using).create(log=log, origin=f"{domain}/duecare/{log}")
    if not _key_file().exists():
        if models.Checkpoint.objects.using(using).exists() or newest_kept() is not None:
            raise DuecareError(
                _("The signing key %(key_file)s is gone.") % {"key_file": _key_file()},
                _("Put it back from where it was escrowed."),
            )
        key = Ed25519PrivateKey.generate()
        write_private(_key_file(), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return head


def _home() -> Home:
    home: Home = settings.DUECARE_HOME
    return home


def _key_file() -> Path:
    return _home().keys / "ledger.key"


def seal(*, wait: bool = True, using: str = "default") -> int:
    """Extend the tiles to the newest committed entry and return the sealed size.

    With `wait` false, does nothing on PostgreSQL if another process is sealing just now: the next act or
    reader will. Raises Tampered if an entry or tile that is needed is missing.
    """
    connection = connections[using]
    heads = models.Head.objects.using(using)
    while True:
        size, sealed = heads.values_list("size", "sealed").get()
        if sealed == size:
            return sealed
        with transaction.atomic(using=using):
            if connection.vendor == "postgresql":
                # Not the head's row: an act must be able to lock that while tiles are computed.
                with connection.cursor() as cursor:
                    lock = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
                    cursor.execute(f"SELECT {lock}(%s)", [_SEALING])
                    if not wait and not cursor.fetchone()[0]:
                        return sealed
            size, sealed = heads.values_list("size", "sealed").get()
            upto = min(size, sealed + BATCH)
            _extend(sealed, upto, using)
        if upto == size:
            return upto


_SEALING = 0x6475_6563  # an advisory lock number of our own


def _extend(sealed: int, upto: int, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(_LEAVES, [sealed, upto])
        hashes = leaf_hashes(bytes(leaf) for (leaf,) in cursor.fetchall())
    if len(hashes) != upto - sealed:
        raise Tampered(
            _("Of the entries %(sealed)s to %(value)s, %(value2)s are missing.")
            % {
                "sealed": number(sealed),
                "value": number(upto - 1),
                "value2": number(upto - sealed - len(hashes)),
            },
            _("Run `duecare ledger verify` to find them."),
        )
    changed = grow(sealed, hashes, lambda level, number: fetch_tile(level, number, using))
    write_tiles(changed.items(), using)
    models.Head.objects.using(using).filter(id=1).update(sealed=upto)


def write_tiles(tiles: Iterable[tuple[tuple[int, int], bytes]], using: str) -> None:
    """Store tiles, given as ((level, number), data), over what was there."""
    models.Tile.objects.using(using).bulk_create(
        [models.Tile(id=(level << LEVEL) + number, data=data) for (level, number), data in tiles],
        update_conflicts=True,
        update_fields=["data"],
        unique_fields=["id"],
        batch_size=500,
    )


def fetch_tile(level: int, number: int, using: str = "default") -> bytes:
    """The stored bytes of a tile. Raises Tampered if it is missing."""
    with connections[using].cursor() as cursor:  # the ORM would take longer than all else in a proof
        return _fetched(cursor, level, number)


def _fetched(cursor: CursorWrapper, level: int, number: int) -> bytes:
    cursor.execute(_FETCH, [(level << LEVEL) + number])
    rows = cursor.fetchall()  # a statement that is not read to its end would hold on to its snapshot
    if not rows:
        raise Tampered(
            _("The tile %(level)s/%(number)s is missing.") % {"level": level, "number": number},
            _("Run `duecare ledger verify`."),
        )
    return bytes(rows[0][0])


_LEAVES = (
    f'SELECT "leaf" FROM "{models.Entry._meta.db_table}" '  # noqa: S608
    'WHERE "index" >= %s AND "index" < %s ORDER BY "index"'
)
_FETCH = f'SELECT "data" FROM "{models.Tile._meta.db_table}" WHERE "id" = %s'  # noqa: S608


def reader(using: str = "default") -> TileReader:
    """Reads nodes of the sealed tree for one proof or root."""
    cursor = connections[using].cursor()
    return TileReader(lambda level, number: _fetched(cursor, level, number))


def root(size: int, using: str = "default") -> bytes:
    """The root of the tree of the first `size` sealed entries, from the tiles."""
    return merkle.root_at(size, reader(using).node)


def signer(using: str = "default") -> notes.Signer:
    """The ledger's own signing key. Raises DuecareError if it cannot be read, or others could."""
    head = models.Head.objects.using(using).get()
    try:
        if _key_file().stat().st_mode & 0o077:
            raise DuecareError(
                _("Others on this machine can read the signing key %(key_file)s.")
                % {"key_file": _key_file()},
                _("Find out who had access. Then run: chmod 600 '%(key_file)s'") % {"key_file": _key_file()},
            )
        key = load_pem_private_key(_key_file().read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise DuecareError(
            _("The signing key %(key_file)s cannot be read: %(error)s.")
            % {"key_file": _key_file(), "error": error},
            _("Put it back from where it was escrowed."),
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise DuecareError(
            _("%(key_file)s is not an Ed25519 key.") % {"key_file": _key_file()},
            _("Put the ledger's own key back."),
        )
    return notes.Signer(head.origin, key)


def newest_kept() -> bytes | None:
    """The newest checkpoint kept outside the database, as its signed note; None before the first."""
    place = _kept_file()
    return place.read_bytes() if place.exists() else None


def _kept_file() -> Path:
    return _home().keys / "newest-checkpoint"


@contextmanager
def _one_signer() -> Iterator[None]:
    """One signer at a time: of two, the later could keep the older checkpoint as the newest."""
    with (_home().keys / "signing.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def checkpoint(using: str = "default") -> models.Checkpoint:
    """Sign the sealed tree as it stands, or return the checkpoint already signed for it.

    Raises Tampered if the tree does not extend the newest checkpoint kept outside the database, or if the one
    stored for this size is not its own.
    """
    mine = signer(using)
    with _one_signer():
        size = seal(using=using)
        kept = newest_kept()
        if kept is not None:
            demand_extends(kept, mine.verifier, size, using)
        stored = models.Checkpoint.objects.using(using).filter(size=size).first()
        if stored is not None and kept == bytes(stored.note):
            return stored
        # Ed25519 signs the same text with the same bytes, so this is the stored one too, if that is sound.
        note = mine.sign(notes.Checkpoint(mine.name, size, root(size, using)).text())
        if stored is not None and bytes(stored.note) != note:
            raise Tampered(
                _("The checkpoint stored for %(size)s entries is not what this ledger signs.")
                % {"size": number(size)},
                _("Run `duecare ledger verify`, and find out who changed it."),
            )
        write_private(_kept_file(), note)
        return stored or models.Checkpoint.objects.using(using).create(
            size=size, at=models.to_microseconds(utc_now()), note=note
        )


def demand_extends(
    held: bytes, verifier: notes.Verifier, size: int, using: str = "default"
) -> notes.Checkpoint:
    """Check that the sealed tree of `size` entries extends a checkpoint held elsewhere, and return that.

    Raises Tampered with the reason if it does not, NoteError if it is no checkpoint of this ledger.
    """
    text, _signers = notes.open_note(held, [verifier])
    then = notes.Checkpoint.parse(text)
    if then.origin != verifier.name:
        raise notes.NoteError(
            f"This checkpoint is of {then.origin}, not of {verifier.name}.", "Bring one of this ledger."
        )
    if then.size > size:
        raise Tampered(
            _("The record holds %(size)s entries, but a checkpoint held outside says %(size2)s.")
            % {"size": number(size), "size2": number(then.size)},
            _(
                "The database was rolled back or cut. Restore the newest backup; nothing is signed "
                "until then."
            ),
        )
    if root(then.size, using) != then.root:
        raise Tampered(
            _("The first %(size)s entries are not those of the checkpoint held outside.")
            % {"size": number(then.size)},
            _(
                "The record was rewritten. Keep this database as evidence and restore a backup; "
                "nothing is signed until then."
            ),
        )
    return then
