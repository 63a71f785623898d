"""Many writers at once, and writers that die: no fork, no gap, no lost act, no long wait."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from duecare.ledger import sealing, verifying
from duecare.ledger.models import Checkpoint, Entry, Head, Noted, OpenAct
from duecare.ledger.recording import recording
from tests.ledger.library import ACTOR, ROOT, environment, library, size
from tests.testapp.models import Book, Shelf

pytestmark = pytest.mark.usefixtures("home")

LIMIT = 2.0
"""Seconds that no write act may take."""


def acts(name: str, count: int, records: int) -> list[float]:
    """Make `count` acts of `records` records, each changing a shared record too; seconds of each."""
    took = []
    for turn in range(count):
        start = time.perf_counter()
        with recording(ACTOR, f"{name} {turn}"):
            shelf = Shelf.objects.create(name=f"{name} {turn}")
            Book.objects.bulk_create(
                Book(shelf=shelf, title=f"{name} {turn} {n}") for n in range(records - 1)
            )
            Shelf.objects.filter(pk="shared").update(name=f"{name} {turn}")
        took.append(time.perf_counter() - start)
    return took


def main(name: str, count: int, records: int) -> None:
    """The body of a writer that is a process of its own."""
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(acts(name, count, records)), flush=True)


def process(name: str, count: int, records: int) -> subprocess.Popen[str]:
    code = (
        f"import django; django.setup(); from tests.ledger.test_concurrency import main; "
        f"main({name!r}, {count}, {records})"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment(),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def go(processes: Iterable[subprocess.Popen[str]]) -> None:
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()


def whole(expected: int) -> None:
    """The log has exactly these acts, each whole, and tiles, checkpoint and rows agree with it."""
    assert Entry.objects.filter(kind="ledger.act").count() == expected
    indexes = list(Entry.objects.order_by("index").values_list("index", flat=True))
    assert indexes == list(range(size()))
    times = list(Entry.objects.order_by("index").values_list("at", flat=True))
    assert times == sorted(times)
    assert sealing.checkpoint().size == size() == Head.objects.get().sealed
    assert verifying.verify(live=True).faults == []
    assert not OpenAct.objects.exists()
    assert not Noted.objects.exists()


def shared() -> None:
    with recording(ACTOR, "a record that all change"):
        Shelf.objects.create(id="shared", name="shared")


def test_web_threads_a_worker_and_an_import_write_at_once() -> None:
    """Four threads here, two processes beside; on PostgreSQL two more, which makes eight."""
    shared()
    beside = [process("worker", 12, 20), process("import", 2, 2000)]
    if connection.vendor == "postgresql":
        beside += [process("second worker", 12, 20), process("third worker", 12, 20)]
    took: list[float] = []

    def web(name: str) -> None:
        took.extend(acts(name, 10, 5))
        connections.close_all()

    threads = [threading.Thread(target=web, args=(f"web {n}",)) for n in range(4)]
    go(beside)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in beside:
        out, _ = each.communicate(timeout=120)
        assert each.returncode == 0
        took += json.loads(out)
    expected = 1 + len(took)
    assert len(took) == 4 * 10 + 12 + 2 + (24 if connection.vendor == "postgresql" else 0)
    whole(expected)
    names = set(Shelf.objects.values_list("name", flat=True))
    assert {f"web {n} {turn}" for n in range(4) for turn in range(10)} <= names
    assert {f"import {turn}" for turn in range(2)} <= names
    print(f"longest act {max(took):.2f} s, median {sorted(took)[len(took) // 2] * 1000:.0f} ms")
    assert max(took) < LIMIT * slowness()


def slowness() -> float:
    """How much slower this machine is just now than when nothing else runs on it: at least 1.

    The limit is for the program, not for what else the test machine is doing.
    """
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.mark.parametrize("after", [0.0, 0.15, 0.4])
def test_a_writer_killed_in_the_middle_of_an_act_leaves_the_log_whole(after: float) -> None:
    shared()
    writer = process("killed", 1000, 150)
    go([writer])
    deadline = time.monotonic() + 60
    while Entry.objects.filter(kind="ledger.act").count() < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after)
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    assert writer.returncode == -signal.SIGKILL
    done = Entry.objects.filter(kind="ledger.act").count()
    assert done >= 3
    with recording(ACTOR, "go on"):
        Shelf.objects.create(name="after the kill")
    whole(done + 1)
    assert Book.objects.count() % 149 == 0


def test_an_act_killed_before_its_commit_has_not_happened_and_blocks_nobody() -> None:
    shared()
    code = (
        "import django, os, signal; django.setup()\n"
        "from duecare.ledger.recording import recording\n"
        "from tests.testapp.models import Shelf\n"
        "with recording('person:test', 'never'):\n"
        "    Shelf.objects.create(name='never')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    before = size()
    ran = subprocess.run([sys.executable, "-c", code], env=environment(), cwd=ROOT, check=False)
    assert ran.returncode == -signal.SIGKILL
    start = time.monotonic()
    library()
    assert time.monotonic() - start < 10
    assert not Shelf.objects.filter(name="never").exists()
    assert Entry.objects.get(index=before).kind == "ledger.act"
    whole(2)


def test_two_acts_that_change_one_record_both_count_and_follow_each_other(tmp_path: Path) -> None:
    shared()
    together = threading.Barrier(2)

    def add() -> None:
        together.wait()
        for _ in range(10):
            with recording(ACTOR, "add one"):
                book = Book.objects.select_for_update().filter(title="counter").get()
                book.pages += 1
                book.save()
        connections.close_all()

    with recording(ACTOR, "a counter"):
        Book.objects.create(title="counter", shelf_id="shared")
    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Book.objects.get(title="counter").pages == 20
    whole(22)


def test_readers_do_not_wait_for_a_writer() -> None:
    library()
    seen: list[int] = []

    def read() -> None:
        seen.append(Book.objects.count())
        connections.close_all()

    with recording(ACTOR, "a slow act"):
        Book.objects.all().delete()
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=10)
    assert seen == [3]


def test_who_waits_to_write_does_not_hold_on_to_their_connection(home: Path) -> None:
    """Else a writer whose garbage collection meets a dead cursor of theirs would wait for them, for ever."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL waits in its server")
    waiting = threading.Event()
    waited: list[Any] = []

    def write() -> None:
        mine = connections["default"]
        mine.ensure_connection()
        waited.append(mine.connection.execute("VALUES (1), (2)"))  # read to its middle
        waiting.set()
        try:
            Checkpoint.objects.create(size=1, at=1, note=b"outside a transaction")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Checkpoint.objects.create(size=2, at=1, note=b"inside one")
            writing = pool.submit(write)
            assert waiting.wait(10)
            time.sleep(0.3)  # by now it has found the database locked
            before = time.monotonic()
            waited[0].close()
            assert time.monotonic() - before < 5
            assert not writing.done()
        writing.result(timeout=20)
    assert set(Checkpoint.objects.values_list("size", flat=True)) == {1, 2}
