"""What leaves the house can be checked with the verifier alone, and discloses only what it should."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from duecare.errors import BadInput, DuecareError, NotFound
from duecare.ledger import blobs, duecare_verify, export, sealing
from duecare.ledger.recording import record_note, recording
from tests.ledger.library import ACTOR, library, size, sql, unguarded
from tests.ledger.test_verifying import forge
from tests.testapp.models import Book

pytestmark = pytest.mark.usefixtures("home")


def stocked(books: int = 300) -> str:
    """More than a tile of entries, with a note and a blob; the blob's digest."""
    _, made = library(books)
    digest = blobs.keep(b"a scan")
    with recording(ACTOR, "scan"):
        Book.objects.filter(pk=made[0].pk).update(scan=digest)
    record_note(ACTOR, "look", "test.note", "x", {"said": "Ünïcode"})
    return digest


def check(file: Path, *held: Path, key: str = "") -> tuple[int, dict[str, Any]]:
    """Exit code and report of duecare-verify, run as a reader runs it: a file, without our packages."""
    words = ["--held", *map(str, held)] if held else []
    ran = subprocess.run(
        [
            sys.executable,
            "-I",
            duecare_verify.__file__,
            str(file),
            "--key",
            key or sealing.signer().vkey,
            "--json",
            *words,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in (0, 1), ran.stderr
    report: dict[str, Any] = json.loads(ran.stdout)
    return ran.returncode, report


@pytest.mark.parametrize("books", [0, 3, 251, 300])
def test_an_export_of_any_size_satisfies_the_verifier(books: int, tmp_path: Path) -> None:
    if books:
        stocked(books)
    made = export.export(tmp_path / "record.zip")
    code, report = check(tmp_path / "record.zip")
    assert (code, report["faults"], report["size"]) == (0, [], size())
    assert made.size == size()
    assert list(tmp_path.glob(".*")) == []


def test_it_extends_a_checkpoint_held_since_earlier_and_a_rewrite_does_not(tmp_path: Path) -> None:
    stocked(10)
    held = tmp_path / "held"
    held.write_bytes(bytes(sealing.checkpoint().note))
    record_note(ACTOR, "later", "test.note", "y", {})
    export.export(tmp_path / "record.zip")
    assert check(tmp_path / "record.zip", held)[0] == 0
    # Whoever holds the key and the house rewrites all of it; the paper outside still tells.
    with unguarded():
        forge()
        sql("DELETE FROM ledger_checkpoint")
    (sealing._kept_file()).unlink()
    export.export(tmp_path / "rewritten.zip")
    assert check(tmp_path / "rewritten.zip")[0] == 0
    code, report = check(tmp_path / "rewritten.zip", held)
    assert code == 1
    assert "but not these" in str(report["faults"])


def test_what_is_not_disclosed_is_withheld_with_its_reason_and_nothing_of_it_is_inside(
    tmp_path: Path,
) -> None:
    digest = stocked(5)
    export.export(tmp_path / "record.zip", disclose=lambda kind: kind == "test.note", reason="not asked for")
    code, report = check(tmp_path / "record.zip")
    assert (code, report["disclosed"], report["withheld"]) == (0, 4, 7)
    with zipfile.ZipFile(tmp_path / "record.zip") as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
        assert f"blobs/{digest}" not in archive.namelist()
    assert b"not asked for" in inside
    assert b"volume 1" not in inside
    assert b"testapp.book" not in inside
    assert b"\xc3\x9cn\xc3\xafcode" in inside


def test_an_erased_payload_leaves_its_meta(tmp_path: Path) -> None:
    stocked(3)
    with unguarded():
        sql('DELETE FROM ledger_payload WHERE "index" = 2')
    export.export(tmp_path / "record.zip")
    code, report = check(tmp_path / "record.zip")
    assert (code, report["erased"]) == (0, 1)


@pytest.mark.parametrize("reason", ["two\nlines", "a\ttab", "\0"])
def test_a_reason_that_would_break_a_line_is_refused(reason: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="one line"):
        export.export(tmp_path / "record.zip", reason=reason)


def test_a_missing_blob_stops_the_export_and_leaves_what_was_there(tmp_path: Path) -> None:
    digest = stocked(3)
    target = tmp_path / "record.zip"
    target.write_bytes(b"yesterday's")
    sealing._home().blobs.joinpath(digest[:2], digest[2:]).unlink()
    with pytest.raises(NotFound, match=digest):
        export.export(target)
    assert target.read_bytes() == b"yesterday's"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == [target.name]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(DuecareError, match=r"nowhere/record\.zip cannot be written"):
        export.export(tmp_path / "nowhere" / "record.zip")


def test_two_exports_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    stocked(3)
    done: list[int] = []

    def another(at: int, total: int) -> None:
        if not done:
            done.append(at)
            export.export(tmp_path / "record.zip")

    export.export(tmp_path / "record.zip", progress=another)
    assert check(tmp_path / "record.zip")[0] == 0
