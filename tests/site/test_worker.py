"""The worker: each job when it is due, a note of each run, and a job that fails repeats no sooner."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from duecare.ledger.models import Checkpoint, Entry, Payload
from duecare.ledger.recording import record_note, recording
from duecare.ledger.records import utc_now
from duecare.program.models import Profile, Statement, Task
from duecare.site import terminal, worker
from duecare.site.worker import JOB, ORDER, Job, jobs, last_run, run_due
from tests.ledger.library import environment, sql, unguarded
from tests.site.past import report

pytestmark = pytest.mark.usefixtures("home")
HOUR = timedelta(hours=1)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two jobs in place of the real ones; the names of those that ran."""
    ran: list[str] = []

    def often() -> dict[str, Any]:
        ran.append("often")
        return {"count": len(ran)}

    def broken() -> dict[str, Any]:
        ran.append("broken")
        raise OSError("no space left on \ud800 \u0065\u0301 " + "x" * 999)

    made = [Job("often", HOUR, often), Job("broken", timedelta(days=1), broken)]
    monkeypatch.setattr(worker, "jobs", lambda: made)
    return ran


def notes(name: str) -> list[dict[str, Any]]:
    entries = Entry.objects.filter(kind=JOB, subject=name).order_by("index")
    return [json.loads(bytes(Payload.objects.get(index=one.index).data))["note"] for one in entries]


def test_what_never_ran_is_due_and_what_ran_just_now_is_not(runs: list[str]) -> None:
    now = utc_now()
    assert run_due(now) == ["often", "broken"]
    assert run_due(now + timedelta(minutes=59)) == []
    assert run_due(now + timedelta(hours=2)) == ["often"]
    assert run_due(now + timedelta(days=1, minutes=1)) == ["often", "broken"]


def test_each_run_leaves_a_note_of_what_it_did(runs: list[str]) -> None:
    run_due(utc_now())
    assert notes("often") == [{"done": True, "count": 1}]
    assert Entry.objects.get(kind=JOB, subject="often").actor == "worker"


def test_a_job_that_fails_is_noted_with_its_error_and_does_not_stop_the_others(runs: list[str]) -> None:
    run_due(utc_now())
    (note,) = notes("broken")
    assert note["done"] is False
    assert note["error"].startswith("OSError: no space left on")
    assert run_due(utc_now() + timedelta(minutes=5)) == []


def test_when_a_job_last_ran_is_read_from_the_record_so_a_restart_repeats_nothing() -> None:
    assert last_run("sign a checkpoint") is None
    record_note("worker", "sign a checkpoint", JOB, "sign a checkpoint", {"done": True})
    at = last_run("sign a checkpoint")
    assert at is not None
    assert abs(at - utc_now()) < timedelta(minutes=1)
    assert last_run("verify the record") is None


def test_the_real_jobs_assess_verify_and_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "collect_here", lambda state, now: report(now, "here"))
    with recording("terminal:test", "begin"):
        Profile.objects.create(id="profile", name="Clinic")
    # Without a mail server there is no digest, no feed is switched on, nothing was said of hosts, and there
    # is no incident.
    idle = ("daily digest", "fetch feeds of advisories", "remind of limits", ORDER)
    daily = [job.name for job in jobs() if job.name not in idle]
    assert run_due(utc_now()) == daily
    (looked,), (followed,), (assessed,), (law,), *others = map(notes, daily)
    (reminded,), (worked,), (watched,), (given,), (forgot,), (reread,), (verified,), (signed,) = others
    assert reread == {"done": True, "read": 0, "changed": 0, "failed": 0, "left": 0}
    assert worked == {"done": True, "made": 0, "ended": 0}
    assert watched == {"done": True, "opened": 0, "closed": 0}
    assert followed == {"done": True, "added": 0}
    assert law == {"done": True, "changed": 0}  # the first time there is nothing to compare with
    assert given == {"done": True, "given": 0}
    assert forgot == {"done": True, "removed": 0}
    assert looked == {"done": True, "looked": 0}  # nobody asked for it
    assert assessed["done"] is reminded["done"] is verified["done"] is signed["done"] is True
    assert assessed["opened"] > 0
    assert (verified["faults"], verified["first"]) == (0, [])
    assert Checkpoint.objects.filter(size=signed["size"]).exists()


def test_a_statement_that_expires_becomes_a_task_once_and_the_note_says_so() -> None:
    now = utc_now()
    with recording("terminal:test", "state"):
        Profile.objects.create(id="profile", name="Clinic")
        Statement.objects.create(
            safeguard="patching", question="patching.x", asked="Is it so?", answer="yes", words="It is.",
            period_from=now.date(), period_to=now.date(), expires=now.date() + timedelta(days=9),
            made_by="terminal:test", made_at=now,
        )  # fmt: skip
    remind = next(job for job in jobs() if job.name == "make tasks for what expires")
    assert remind.run() == {"made": 1, "ended": 0}
    assert remind.run() == {"made": 0, "ended": 0}
    assert Task.objects.get().due == now.date() + timedelta(days=9)
    assert remind.every == timedelta(days=1)


def test_a_verification_that_finds_a_fault_says_which_in_its_note() -> None:
    with recording("terminal:test", "begin"):
        Profile.objects.create(id="profile", name="Clinic")
    with unguarded():
        sql("UPDATE program_profile SET name = 'Other' WHERE id = 'profile'")
    found = next(job for job in jobs() if job.name == "verify the record").run()
    assert found["faults"] == 1
    assert "profile" in found["first"][0]


STARTER = """
import os, subprocess, sys, time
told = {**os.environ, "DUECARE_SUPERVISOR": str(os.getpid())}
print(subprocess.Popen([sys.executable, "-m", "duecare.site.worker"], stdout=2, env=told).pid, flush=True)
time.sleep(1)
"""


def test_the_process_ends_when_it_is_told_to() -> None:
    process = subprocess.Popen([sys.executable, "-m", "duecare.site.worker"], env=environment())
    status = Path(f"/proc/{process.pid}/status")
    caught = 1 << (signal.SIGTERM - 1)
    until = time.monotonic() + 30
    while (
        time.monotonic() < until
        and not int(re.findall(r"SigCgt:\s*(\w+)", status.read_text())[0], 16) & caught
    ):
        time.sleep(0.05)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_the_process_ends_when_who_started_it_is_gone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTER],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    orphan = Path(f"/proc/{int(done.stdout)}/cmdline")
    until = time.monotonic() + 60
    while time.monotonic() < until and orphan.exists() and orphan.read_bytes():
        time.sleep(0.1)
    assert not orphan.exists() or not orphan.read_bytes(), "nothing is left but what nobody waits for"
