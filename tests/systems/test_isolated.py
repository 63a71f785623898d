"""A report is read by a process that can do nothing else, and what goes wrong there is told here."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from duecare.errors import BadInput
from duecare.systems.isolated import Summary, read_isolated
from duecare.systems.reports import SIZE_LIMIT
from duecare.words import LONGEST, unpacked
from tests.pseudo import CODE
from tests.site.words import outside
from tests.systems.healthy import NOW, Changes, changed, healthy

ROOT = Path(__file__).parents[2]


def report(facts: Changes | None = None, **changes: Any) -> bytes:
    """A report about a healthy computer as bytes, with changes by path to its facts and to its head."""
    whole: Mapping[str, Any] = {
        "format": "duecare-report/1",
        "collector": {
            "name": "duecare-collect",
            "version": "1",
            "as_root": True,
            "root": "/",
            "live": True,
            "took_ms": 5,
        },
        "collected_at": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "host": {"name": "web-1", "key": "a" * 64, "kind": "server"},
        "facts": healthy(facts),
        "more_as_root": [],
    }
    paths = {path.replace("__", "."): value for path, value in changes.items()}
    return json.dumps(changed(whole, paths)).encode()


def test_a_sound_report_comes_back_as_its_summary() -> None:
    assert read_isolated(report(), NOW) == Summary(
        name="web-1",
        key="a" * 64,
        kind="server",
        collected_at=NOW,
        live=True,
        as_root=True,
        version="1",
        family="debian",
        system="Debian GNU/Linux 12",
        support_end=date(2027, 6, 10),
        unreadable=0,
    )


def test_what_was_not_learnt_and_not_read_shows_in_the_summary() -> None:
    found = read_isolated(
        report({"os.family": None, "os.name": None, "os.support_end": None, "sudo.state": "unreadable"}), NOW
    )
    assert (found.family, found.system, found.support_end, found.unreadable) == ("other", "", None, 1)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "empty"),
        (report()[:200], "breaks off after byte 200"),
        (b"\xff" + report(), "Byte 1 is not UTF-8"),
        (b"[" * 100_000, "nested deeper"),
        (report(format="duecare-report/2"), "newer format"),
        (report({"sudo.state": "guessed"}), "$.facts.sudo.state"),
        (report(collected_at=(NOW + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")), "$.collected_at"),
        (report(host__name="x" * 256), "$.host.name"),
        (report({"os.name": "x" * 256}), "$.facts.os.name"),
        (report(collector__version="1" * 61), "$.collector.version"),
        (b'{"format": "duecare-report/1", "format": "duecare-report/1"}', "twice"),
        (report({"os.kernel": "\ud800"}), "surrogate"),
        (report({"os.kernel": "e\u0301"}), "NFC"),
        (report({"os.kernel": "a\0b"}), "NUL"),
        (report({"time.offset_ms": 0.5}), "not a whole number"),
        (report({"time.offset_ms": 2**60}), "too large"),
        (report({"time.offset_ms": float("nan")}), "NaN"),
        (report().replace(b"web-1", b"web\n1"), "not as JSON demands"),
        (report({"os.support_end": "2027-02-31"}), "$.facts.os.support_end"),
        (report({"updates.metadata_at": "yesterday"}), "$.facts.updates.metadata_at"),
    ],
)
def test_a_report_that_cannot_be_used_is_refused_with_its_place(data: bytes, place: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_isolated(data, NOW)
    assert place in refused.value.what
    assert refused.value.next_step


def test_an_oversized_report_is_refused_before_a_process_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent")
    with pytest.raises(BadInput, match="more than"):
        read_isolated(b" " * (SIZE_LIMIT + 1), NOW)


def test_a_report_that_takes_too_much_memory_is_refused() -> None:
    with pytest.raises(BadInput, match="200 MiB of memory"):
        read_isolated(b"[" + b"[]," * 4_000_000 + b"[]]", NOW, memory=200 << 20)


def test_a_report_that_takes_too_long_is_refused() -> None:
    with pytest.raises(BadInput, match="within 1 seconds"):
        read_isolated(b"[" + b"[]," * 8_000_000 + b"[]]", NOW, seconds=1)


FORBIDDEN = {
    "open a file": "open('/etc/hostname')",
    "open a key of ours": "open(sys.argv[1])",
    "write a file": "open('/tmp/duecare-test', 'w')",
    "reach the network": "socket.socket()",
    "make a pipe": "os.pipe()",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_whoever_takes_over_the_reader_cannot(what: str, tmp_path: Path) -> None:
    secret = tmp_path / "ledger.key"
    secret.write_text("secret")
    program = f"""
import os, socket, sys
from duecare.confined import give_up_all_else
give_up_all_else(10, 1 << 30)
try:
    {FORBIDDEN[what]}
except OSError as error:
    os._exit(24 if error.errno == 24 else 1)
os._exit(0)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(secret)], env=environment, timeout=60, check=False
    )
    assert done.returncode == 24, "it could"


def test_the_reader_inherits_neither_environment_nor_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    run = subprocess.run

    def spy(*words: Any, **options: Any) -> Any:
        seen.update(options, words=words[0])
        return run(*words, **options)

    monkeypatch.setenv("DUECARE_DATABASE", "postgresql://user:secret@db.example/duecare")
    monkeypatch.setattr(subprocess, "run", spy)
    read_isolated(report(), datetime(2026, 11, 23, 16, tzinfo=UTC))
    assert seen["env"] == {}
    assert seen["cwd"] == "/"
    assert "secret" not in repr(seen["words"])


def test_a_refusal_is_said_in_the_language_of_whoever_hands_the_report_in() -> None:
    for data in (b"", report()[:200], report({"sudo.state": "guessed"}), report(format="duecare-report/2")):
        with translation.override(CODE), pytest.raises(BadInput) as refusal:
            read_isolated(data, NOW)
        assert not re.search(r"\b(expected|the|is|at|after)\b", outside(str(refusal.value))), refusal.value
        assert "⟦" in refusal.value.what
        assert "⟦" in refusal.value.next_step


def test_a_child_that_was_taken_over_fills_nothing_but_named_places() -> None:
    told = {
        "text": "%(a)999999999s %s %(b)s",
        "values": {"b": {"text": "%(a)s", "values": {"a": "x" * 9000}}},
    }
    assert unpacked(told) == "%(a)999999999s %s " + "x" * (LONGEST - 18)
