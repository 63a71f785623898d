"""The process in which the ledger is timed: it fills the home that DUECARE_HOME names, then asks of it.

Run by `ledger.py`, after Django has been set up.

A tenth of the entries make books, nine tenths change them in turn, a thousand an act; so there are as many
live records as a tenth of the entries. The middle of three is told where something is done once only.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models import F

from bench.figures import middle
from duecare.ledger import asof, duecare_verify, export, merkle, proving, sealing, verifying
from duecare.ledger.models import Entry, Head
from duecare.ledger.rebuild import rebuild
from duecare.ledger.recording import recording
from tests.testapp.models import Book, Shelf

ACTOR = "person:bench"
ACT = 1000
PROOFS = 500


def main(entries: int) -> None:
    call_command("migrate", verbosity=0)
    sealing.create_log("localhost")
    found = _fill(entries)
    sealing.checkpoint()
    home: Path = settings.DUECARE_HOME.path
    size = Head.objects.get().size
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found["bytes"] = (home / "duecare.db").stat().st_size / size
    found["single_ms"] = 1000 * middle([_single(turn) for turn in range(30)])
    found["path_ms"], found["proof_ms"] = _proofs(size)
    found["tree"] = middle([_took(verifying.verify_tree) for _ in range(3)])
    found["verify"] = _took(_verify)
    found["first"], found["again"] = _past(size // 2)
    found["first_newest"], _ = _past(size - 10 * ACT)
    zipped = home / "record.zip"
    found["export"] = _took(lambda: export.export(zipped))
    found["export_bytes"] = zipped.stat().st_size / size
    found["duecare_verify"] = middle([_took(lambda: _check(zipped)) for _ in range(3)])
    found["rebuild"] = _took(lambda: _rebuild(home / "rebuilt"))
    found["contended"] = _contend()
    print(json.dumps(found))


def _took(do: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def _fill(entries: int) -> dict[str, float]:
    with recording(ACTOR, "a shelf"):
        shelf = Shelf.objects.create(name="history")
    keys: list[str] = []
    rates: list[float] = []
    longest = 0.0
    begun = time.perf_counter()

    def act(write: Callable[[], None]) -> None:
        nonlocal longest
        start = time.perf_counter()
        with recording(ACTOR, "fill") as made:
            write()
        took = time.perf_counter() - start
        rates.append((made.count + 1) / took)
        longest = max(longest, took)

    def create() -> None:
        books = [
            Book(shelf=shelf, title=f"volume {len(keys) + n} of a long history", pages=n) for n in range(ACT)
        ]
        Book.objects.bulk_create(books)
        keys.extend(book.pk for book in books)

    def change(start: int) -> None:
        Book.objects.filter(pk__in=keys[start : start + ACT]).update(pages=F("pages") + 1)

    for turn in range(entries // ACT):
        if turn < entries // ACT // 10:
            act(create)
        else:
            start = turn * ACT % len(keys)
            act(lambda start=start: change(start))  # type: ignore[misc]
        if turn % 100 == 99:
            print(
                f"  {(turn + 1) * ACT:,} entries, {middle(rates[-100:]):,.0f}/s", file=sys.stderr, flush=True
            )
    return {
        "rate": Head.objects.get().size / (time.perf_counter() - begun),
        "median_rate": middle(rates),
        "longest": longest,
    }


def _single(turn: int) -> float:
    def act() -> None:
        with recording(ACTOR, "one"):
            Shelf.objects.create(name=f"single {turn}")

    return _took(act)


def _proofs(size: int) -> tuple[float, float]:
    """Milliseconds of an inclusion proof alone, and of one with the opened entry and its checkpoint."""
    checkpoint = sealing.checkpoint()
    indexes = random.Random(1).sample(range(size), min(PROOFS, size))
    paths = [
        _took(lambda index=index: merkle.inclusion_proof(index, size, sealing.reader().node))  # type: ignore[misc]
        for index in indexes
    ]
    whole = [_took(lambda index=index: proving.prove(index, checkpoint)) for index in indexes]  # type: ignore[misc]
    return 1000 * middle(paths), 1000 * middle(whole)


def _verify() -> None:
    verified = verifying.verify(live=True)
    assert verified.ok, verified.faults[:3]


def _past(index: int) -> tuple[float, float]:
    """Seconds until a page of a past day could be read, first and then."""
    instant = Entry.objects.get(index=index).time

    def read() -> None:
        with asof.viewing(asof.view_at(instant)):
            assert len(Book.objects.order_by("id")[:50]) == 50

    return _took(read), middle([_took(read) for _ in range(5)])


def _check(zipped: Path) -> None:
    subprocess.run(
        [sys.executable, "-I", duecare_verify.__file__, str(zipped), "--key", sealing.signer().vkey],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _rebuild(into: Path) -> None:
    assert rebuild(into).differences == ()


def _contend() -> float:
    """Seconds of the longest act while four threads, a worker and an import of 2,000 a time write."""
    code = "import django, sys; django.setup(); from bench.ledger_times import beside; beside(*sys.argv[1:])"
    beside = [
        subprocess.Popen(
            [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for words in (("50", "20"), ("5", "2000"))
    ]
    for each in beside:
        assert each.stdout is not None
        each.stdout.readline()
    took: list[float] = []

    def web() -> None:
        took.extend(_acts(50, 5))
        connections.close_all()

    threads = [threading.Thread(target=web) for _ in range(4)]
    for each in beside:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in beside:
        out, _ = each.communicate()
        took += json.loads(out)
    return max(took)


def beside(count: str, records: str) -> None:
    """The body of a writer in a process of its own."""
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(_acts(int(count), int(records))), flush=True)


def _acts(count: int, records: int) -> list[float]:
    def act() -> None:
        with recording(ACTOR, "one of many"):
            Shelf.objects.bulk_create([Shelf(name=f"{os.getpid()} {n}") for n in range(records)])

    return [_took(act) for _ in range(count)]
