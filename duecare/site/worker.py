"""The worker: what has to happen by itself, each job when it is due.

When a job last ran is read from the record, where each run leaves a note; so a restart neither skips nor
repeats one, and a night without a verification shows.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

logger = logging.getLogger("duecare.worker")
JOB = "site.job"
ACTOR = "worker"
SUPERVISOR = "DUECARE_SUPERVISOR"
"""Environment variable: the process id of whoever started the worker and must outlive it."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is due again some time after it last ran."""

    name: str
    every: timedelta
    run: Callable[[], dict[str, Any]]
    """Does it and returns what to note: text, whole numbers, truth values."""


def jobs() -> list[Job]:
    """All jobs."""
    return [
        Job("look at our names", timedelta(days=1), _look),
        Job("assess this machine", timedelta(days=1), _assess),
        Job("make tasks for what expires", timedelta(days=1), _remind),
        Job("verify the record", timedelta(days=1), _verify),
        Job("sign a checkpoint", timedelta(hours=6), _checkpoint),
    ]


def last_run(name: str) -> datetime | None:
    """When a job last left its note."""
    from duecare.ledger.models import Entry

    entry = Entry.objects.filter(kind=JOB, subject=name).order_by("-index").first()
    return entry.time if entry else None


def run_due(now: datetime) -> list[str]:
    """Run every job that is due and note each; a job that fails is noted with its error. Their names."""
    from duecare.ledger.recording import record_note

    ran = []
    for job in jobs():
        last = last_run(job.name)
        if last is not None and now - last < job.every:
            continue
        try:
            content = {"done": True, **job.run()}
        except Exception as error:
            logger.exception("%s failed", job.name)
            content = {"done": False, "error": _plain(f"{type(error).__name__}: {error}")}
        record_note(ACTOR, job.name, JOB, job.name, content)
        ran.append(job.name)
    return ran


def _plain(text: str) -> str:
    """Text that can be recorded, whatever it quotes: a note that fails would repeat its job every minute."""
    return text[:300].encode("ascii", "backslashreplace").decode()


def _look() -> dict[str, Any]:
    """Only at the names for which somebody asked it daily."""
    from duecare.ledger.records import utc_now
    from duecare.systems.name_actions import look_at_daily_names

    return {"looked": look_at_daily_names(ACTOR, utc_now)}


def _assess() -> dict[str, Any]:
    from duecare.site import terminal

    done = terminal.assess(ACTOR, collect=True, progress=lambda count: None, say=logger.warning)
    return {"opened": done.opened, "closed": done.closed}


def _remind() -> dict[str, Any]:
    from duecare.ledger.records import utc_now
    from duecare.program.task_actions import remind_of_statements

    made, ended = remind_of_statements(ACTOR, utc_now())
    return {"made": made, "ended": ended}


def _verify() -> dict[str, Any]:
    from duecare.ledger import verifying

    found = verifying.verify(live=True)
    return {
        "entries": found.size,
        "faults": found.count,
        "first": [_plain(verifying.for_readers(fault)) for fault in found.faults[:5]],
    }


def _checkpoint() -> dict[str, Any]:
    from duecare.ledger import sealing

    return {"size": sealing.checkpoint().size}


def main() -> None:
    """Run until told to stop, or until the process that started this one is gone.

    Both can happen while the program is still loading, so that comes after.
    """
    parent, stop = int(os.environ.get(SUPERVISOR) or os.getppid()), False

    def request_stop(number: int, frame: object) -> None:
        nonlocal stop
        stop = True

    signal.signal(signal.SIGTERM, request_stop)
    signal.signal(signal.SIGINT, request_stop)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duecare.site.settings")
    django.setup()
    from django.db import close_old_connections

    from duecare.ledger.records import utc_now

    tick = 0
    while not stop and os.getppid() == parent:
        if tick % 60 == 30:
            try:
                run_due(utc_now())
            except Exception:
                logger.exception("the worker could not look for what is due")
            close_old_connections()
        tick += 1
        time.sleep(1)


if __name__ == "__main__":
    main()
