"""The export: a zip from which anyone can check the record (docs/ledger-format.md, Export)."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connections
from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError
from duecare.ledger import blobs, models, sealing
from duecare.ledger.models import ACT
from duecare.ledger.records import confined_kinds
from duecare.ledger.tiles import WIDTH, bundle, entries_path, openings_path, tile_path

README = """\
This is a record kept by Duecare. It can be checked without Duecare and without trusting whoever sent it.

Do not use a verifier that came with this file: get duecare-verify from its publisher, compare its hash with
the published one, and read it (it is short). Then:

    duecare-verify THIS.zip --key VERIFIER-KEY --held CHECKPOINT

Bring the verifier key and any checkpoint from your own papers, not from this file's sender. The format is
described in docs/ledger-format.md of Duecare.

A record proves what was recorded, in what order, and no later than when. It does not prove that a record is
true or complete, or that nothing was recorded late.
"""

Progress = Callable[[int, int], None]


def _quiet(done: int, total: int) -> None:
    return None


def export(
    target: Path,
    *,
    disclose: Callable[[str], bool] = lambda kind: True,
    reason: str = "not part of this export",
    progress: Progress = _quiet,
    using: str = "default",
) -> models.Checkpoint:
    """Write the whole log to a zip at `target`, disclosing the entries of the kinds that `disclose` accepts.

    Every leaf is in it, disclosed, withheld (with `reason`) or erased. Confined records and their acts are
    always withheld, for the same reason as all else, so that it tells nothing apart. The file is made beside
    its place and moved there whole. Returns the checkpoint that covers it.

    Raises DuecareError if a blob is missing or the place cannot be written.
    """
    if not reason.isprintable():
        raise BadInput(
            _("The reason %(value)s is not one line of text.") % {"value": repr(reason[:40])},
            _("Write it without line breaks."),
        )
    checkpoint = sealing.checkpoint(using)
    part = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("README.txt", README)
            archive.writestr("checkpoint", bytes(checkpoint.note))
            _write_tiles(archive, checkpoint.size, using)
            _write_entries(archive, checkpoint.size, disclose, reason, progress, using)
        part.replace(target)
    except OSError as error:
        raise DuecareError(
            _("%(target)s cannot be written: %(strerror)s.") % {"target": target, "strerror": error.strerror},
            _("Choose another place."),
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return checkpoint


def _write_tiles(archive: zipfile.ZipFile, size: int, using: str) -> None:
    level, width = 0, size
    while width:
        for number in range((width + WIDTH - 1) // WIDTH):
            here = min(WIDTH, width - number * WIDTH)
            data = sealing.fetch_tile(level, number, using)[: here * 32]
            archive.writestr(tile_path(level, number, here), data, zipfile.ZIP_STORED)  # hashes do not shrink
        level, width = level + 1, width // WIDTH


def _write_entries(
    archive: zipfile.ZipFile,
    size: int,
    disclose: Callable[[str], bool],
    reason: str,
    progress: Progress,
    using: str,
) -> None:
    named: set[str] = set()
    for number in range((size + WIDTH - 1) // WIDTH):
        first, end = number * WIDTH, min(size, (number + 1) * WIDTH)
        leaves, lines = [], io.BytesIO()
        for index, leaf, opening, digests in _openings(first, end, disclose, reason, using):
            leaves.append(leaf)
            named.update(digests)
            lines.write(b"%d\t%s\n" % (index, opening))
        archive.writestr(entries_path(number, end - first), bundle(leaves))
        archive.writestr(openings_path(number), lines.getvalue())
        progress(end, size)
    for digest in sorted(named):
        archive.writestr(f"blobs/{digest}", blobs.fetch(digest))


def _openings(
    first: int, end: int, disclose: Callable[[str], bool], reason: str, using: str
) -> Iterator[tuple[int, bytes, bytes, list[str]]]:
    """Index, leaf, the line's rest, and the digests it names, for each entry of a bundle."""
    entry, payload = models.Entry._meta.db_table, models.Payload._meta.db_table
    with connections[using].cursor() as cursor:
        cursor.execute(
            'SELECT e."index", e."kind", f."kind", e."leaf", e."meta_salt", e."meta", p."salt", p."data" '  # noqa: S608
            f'FROM "{entry}" e LEFT JOIN "{payload}" p ON p."index" = e."index" '
            f'LEFT JOIN "{entry}" f ON f."index" = e."head" + 1 '  # what the act is about
            'WHERE e."index" >= %s AND e."index" < %s ORDER BY e."index"',
            [first, end],
        )
        rows = cursor.fetchall()
    confined = confined_kinds()
    for index, kind, first_kind, leaf, meta_salt, meta, salt, data in rows:
        digests: list[str] = []
        if first_kind in confined or (kind != ACT and not disclose(kind)):
            opening = b"withheld\t" + reason.encode()
        elif data is None:
            opening = b"\t".join((b"erased", bytes(meta_salt).hex().encode(), bytes(meta), b"erased"))
        else:
            opening = b"\t".join(
                (
                    b"disclosed",
                    bytes(meta_salt).hex().encode(),
                    bytes(meta),
                    bytes(salt).hex().encode(),
                    bytes(data),
                )
            )
            if b'"blobs":["' in bytes(data):
                digests = json.loads(bytes(data))["blobs"]
        yield index, bytes(leaf), opening, digests
