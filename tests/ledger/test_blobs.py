"""Blobs are named by their content, durable before their entry, and never trusted unread."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from duecare.errors import DuecareError, NotFound, Tampered
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from tests.ledger.library import ACTOR, library, size
from tests.testapp.models import Book


def place(home: Path, digest: str) -> Path:
    return home / "blobs" / digest[:2] / digest[2:]


@pytest.mark.parametrize("data", [b"", b"a", bytes(range(256)) * 5000])
def test_a_blob_comes_back_by_its_sha256(home: Path, data: bytes) -> None:
    digest = blobs.keep(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert blobs.fetch(digest) == data
    assert blobs.stored(digest)
    assert place(home, digest).stat().st_mode & 0o777 == 0o600
    assert list(place(home, digest).parent.iterdir()) == [place(home, digest)]


def test_keeping_a_blob_again_leaves_it_and_mends_a_damaged_one(home: Path) -> None:
    digest = blobs.keep(b"scan")
    before = place(home, digest).stat().st_mtime_ns
    assert blobs.keep(b"scan") == digest
    assert place(home, digest).stat().st_mtime_ns == before
    place(home, digest).write_bytes(b"scam")
    with pytest.raises(Tampered, match="altered on disk"):
        blobs.fetch(digest)
    blobs.keep(b"scan")
    assert blobs.fetch(digest) == b"scan"


@pytest.mark.parametrize("digest", ["", "00", "../" * 21 + "x", "A" * 64, "/etc/passwd", "0" * 63 + "\n"])
def test_what_is_no_digest_names_no_file(home: Path, digest: str) -> None:
    for function in (blobs.fetch, blobs.stored):
        with pytest.raises(NotFound, match="not the name of a blob"):
            function(digest)


def test_a_missing_blob_is_said_to_be_missing(home: Path) -> None:
    with pytest.raises(NotFound, match="is missing"):
        blobs.fetch("0" * 64)
    assert not blobs.stored("0" * 64)


def test_a_record_that_names_a_blob_nobody_kept_is_refused(home: Path) -> None:
    _, books = library()
    then = size()
    with pytest.raises(DuecareError, match="is not stored"), recording(ACTOR, "scan"):
        Book.objects.filter(pk=books[0].pk).update(scan="0" * 64)
    assert size() == then
    assert Book.objects.get(pk=books[0].pk).scan == ""


def test_a_record_whose_blob_was_lost_can_still_change_in_other_fields(home: Path) -> None:
    _, books = library()
    digest = blobs.keep(b"scan")
    with recording(ACTOR, "scan"):
        Book.objects.filter(pk=books[0].pk).update(scan=digest)
    place(home, digest).unlink()
    with recording(ACTOR, "read"):
        Book.objects.filter(pk=books[0].pk).update(lent=True)
    assert Book.objects.get(pk=books[0].pk).lent
