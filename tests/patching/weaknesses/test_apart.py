"""Software is held against the feeds in a process of its own: killed, it leaves what was known."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from duecare.errors import DuecareError
from duecare.ledger import verifying
from duecare.patching.feeds.actions import take_in_by_hand
from duecare.patching.software.models import Installed
from duecare.patching.weaknesses import actions, judging
from duecare.patching.weaknesses.models import Advisory, Matching, Weak
from duecare.patching.weaknesses.queries import clocks
from duecare.patching.weaknesses.subjects import unseen
from duecare.program.apart import run_apart
from tests.ledger.library import environment
from tests.patching.fleet import ACTOR, facts, host, report

ROOT = Path(__file__).parents[3]
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = "tests.patching.weaknesses.test_apart"
pytestmark = pytest.mark.usefixtures("the_same_database")


@pytest.fixture
def the_same_database(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own opens this test's database, also where that is PostgreSQL's."""
    for name in ("DUECARE_HOME", "DUECARE_DATABASE"):
        if name in environment():
            monkeypatch.setenv(name, environment()[name])


def bring(place: Path, *packages: str) -> None:
    """Advisories about these packages, brought by hand."""
    lines = [
        json.dumps(
            {
                "id": f"CVE-2026-{number}",
                "modified": "2026-02-01T00:00:00Z",
                "affected": [
                    {
                        "package": {"ecosystem": "PyPI", "name": name},
                        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
                    }
                ],
            }
        )
        for number, name in enumerate(packages, 1)
    ]
    place.mkdir(exist_ok=True)
    (place / "made.jsonl").write_text("\n".join(lines) + "\n")
    (done,) = take_in_by_hand(ACTOR, place, lambda: START)
    assert done.fault == ""


def found() -> list[tuple[str, str, datetime]]:
    """What is open, with its first sight."""
    told = clocks(Installed.objects.all(), START + 5 * DAY)
    return sorted((one.clock.of.advisory, one.clock.of.package, one.clock.of.weak_since) for one in told)


def die_at(where: str, actor: str, now: str) -> Any:
    """What the process of its own does when it is ended in the midst of it: called there, by its name."""

    def die(*words: Any, **named: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(judging, where, die)
    return actions.match_as_ordered(actor, now)


def wait_for_ever(mark: str) -> None:
    Path(mark).write_text(str(os.getpid()))
    time.sleep(120)


def test_a_process_that_is_killed_leaves_what_was_known_and_the_next_makes_it_whole(tmp_path: Path) -> None:
    web = host("web", START)
    report(web, facts((), [("PyPI", "one", "1.0")]), START)
    assert actions.match_apart(ACTOR, START) is None, "without a feed no process is started"
    bring(tmp_path / "feeds", "one")
    done = actions.match_if_due(ACTOR, START + DAY)
    assert done is not None
    assert (done.software, done.new) == (Installed.objects.count(), 1)
    before, matching = found(), Matching.objects.get()
    report(web, facts((), [("PyPI", "one", "1.0"), ("PyPI", "two", "1.0")]), START + 2 * DAY)
    bring(tmp_path / "feeds", "one", "two")
    # Ended in the midst of writing: what is known of advisories is there, what is weak is not.
    orders = {"where": "keep", "actor": ACTOR, "now": (START + 3 * DAY).isoformat()}
    with pytest.raises(DuecareError, match="Look whether memory suffices"):
        run_apart(f"{HERE}:die_at", orders, "It was not done.")
    assert found() == before
    assert unseen(), "it is still to be done"
    assert Matching.objects.get().index == matching.index
    done = actions.match_apart(ACTOR, START + 4 * DAY)
    assert done is not None
    assert not unseen()
    assert [one[:2] for one in found()] == [("CVE-2026-1", "one"), ("CVE-2026-2", "two")]
    assert Weak.objects.count() == Advisory.objects.count() == 2
    assert verifying.verify(live=True).count == 0


def test_what_it_says_is_said_here_and_it_ends_with_whoever_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(DuecareError, match="There is no directory"):
        run_apart(f"{HERE}:refuse", {}, "It was not done.")
    mark = tmp_path / "mark"
    code = (
        "import django; django.setup()\n"
        "from duecare.program.apart import run_apart\n"
        f"run_apart('{HERE}:wait_for_ever', {{'mark': {str(mark)!r}}}, 'never')\n"
    )
    asker = subprocess.Popen([sys.executable, "-c", code], env=environment(), cwd=ROOT)
    try:
        _until(lambda: mark.exists() and bool(mark.read_text()))
        process = int(mark.read_text())
        asker.kill()
        asker.wait()
        _until(lambda: not _runs(process))
    finally:
        asker.kill()
        asker.wait()


def refuse() -> None:
    from duecare.patching.advisories.loading import load_directory

    load_directory(Path("/nonexistent"))


def _until(true: Callable[[], bool]) -> None:
    for _ in range(1200):  # two minutes: a new Python begins slowly beside other work
        if true():
            return
        time.sleep(0.1)
    raise TimeoutError


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
