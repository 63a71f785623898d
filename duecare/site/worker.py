"""The worker: what has to happen by itself, each job when it is due.

When a job last ran is read from the record, where each run leaves a note; so a restart neither skips nor
repeats one, and a night without a verification shows.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duecare.ledger.models import Entry

logger = logging.getLogger("duecare.worker")
JOB = "site.job"
FETCH = "fetch feeds of advisories"
ACTOR = "worker"
TOLD = "site.told"
"""The kind of the note that people and webhooks are told of something at once."""
SUPERVISOR = "DUECARE_SUPERVISOR"
"""Environment variable: the process id of whoever started the worker and must outlive it."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is due again some time after it last ran."""

    name: str
    every: timedelta
    run: Callable[[], dict[str, Any]]
    """Does it and returns what to note: text, whole numbers, truth values."""
    when: Callable[[datetime], bool] | None = None
    """Whether it is due at a moment, where that is not told by how long ago it ran."""

    def is_due(self, now: datetime) -> bool:
        """Whether it is due, by what it says itself or by the note that its last run left."""
        if self.when is not None:
            return self.when(now)
        last = last_run(self.name)
        return last is None or now - last >= self.every


def every_job() -> list[Job]:
    """All that the worker knows to do."""
    return [
        Job("look at our names", timedelta(days=1), _look),
        Job("bring the tables of software up to date", timedelta(hours=6), _follow_software),
        Job(FETCH, timedelta(days=1), _fetch_feeds, _feeds_are_due),
        Job("assess this machine", timedelta(days=1), _assess),
        Job(ORDER, timedelta(days=1), _reorder, _order_is_due),
        Job("see what the law asks of us", timedelta(days=1), _follow_law, _law_is_due),
        Job("make tasks for what expires", timedelta(days=1), _remind),
        Job("make tasks of duties", timedelta(days=1), _make_duty_tasks),
        Job("compare what insurers were told with evidence", timedelta(days=1), _watch_insurers),
        Job("give late tasks to the managers", timedelta(days=1), _escalate),
        Job("remind of limits", timedelta(minutes=1), _remind_of_limits, _limits_are_due),
        Job("daily digest", timedelta(days=1), _digest, _digest_is_due),
        Job("remove lists that nobody took in", timedelta(days=1), _forget_lists),
        Job(READ_AGAIN, timedelta(days=7), _rehash, _rehash_is_due),
        Job("verify the record", timedelta(days=1), _verify),
        Job("sign a checkpoint", timedelta(hours=6), _checkpoint),
    ]


def jobs() -> list[Job]:
    """The jobs of this home. In a demonstration nothing real is looked at, neither names, feeds nor this
    machine, and nobody is written to."""
    from duecare.ledger.models import Head

    made_up = Head.objects.get().demonstration
    real = (_look, _fetch_feeds, _assess, _remind_of_limits, _digest)
    return [job for job in every_job() if not (made_up and job.run in real)]


def last_run(name: str) -> datetime | None:
    """When a job last left its note."""
    from duecare.ledger.models import Entry

    entry = Entry.objects.filter(kind=JOB, subject=name).order_by("-index").first()
    return entry.time if entry else None


def run_due(now: datetime) -> list[str]:
    """Run every job that is due and note each; a job that fails is noted with its error. Their names.

    One of which it cannot even be told whether it is due is noted as failed, once an hour; the others run.
    """
    from duecare.ledger.recording import record_note

    ran = []
    for job in jobs():
        try:
            if not job.is_due(now):
                continue
        except Exception as error:
            logger.exception("whether %s is due cannot be told", job.name)
            if not _broke_off(job.name, now - timedelta(hours=1)):
                record_note(ACTOR, job.name, JOB, job.name, _failed(error))
            continue
        try:
            content = {"done": True, **job.run()}
        except Exception as error:
            logger.exception("%s failed", job.name)
            content = _failed(error)
        record_note(ACTOR, job.name, JOB, job.name, content)
        ran.append(job.name)
    return ran


def _failed(error: Exception) -> dict[str, Any]:
    return {"done": False, "error": _plain(f"{type(error).__name__}: {error}")}


def _plain(text: str) -> str:
    """Text that can be recorded, whatever it quotes: a note that fails would repeat its job every minute."""
    return text[:300].encode("ascii", "backslashreplace").decode()


def _look() -> dict[str, Any]:
    """Only at the names for which somebody asked it daily."""
    from duecare.ledger.records import utc_now
    from duecare.systems.name_actions import look_at_daily_names

    return {"looked": look_at_daily_names(ACTOR, utc_now)}


def _feeds_are_due(now: datetime) -> bool:
    from duecare.patching.feeds.actions import due_feeds

    return bool(due_feeds(now)) and not _broke_off(FETCH, now - timedelta(hours=1))


def _broke_off(name: str, since: datetime) -> bool:
    """Whether a job's last run failed and was no earlier: what takes too much is not tried each minute."""
    ran = _last_note(name)
    return ran is not None and ran[0].time >= since and ran[1].get("done") is False


def _last_note(name: str) -> tuple[Entry, dict[str, Any]] | None:
    """The entry of a job's last run, and what it noted, if that is still there; None if it never ran."""
    from duecare.ledger.models import Entry, Payload

    last = Entry.objects.filter(kind=JOB, subject=name).order_by("-index").first()
    if last is None:
        return None
    data = Payload.objects.filter(pk=last.index).values_list("data", flat=True).first()
    return last, {} if data is None else json.loads(bytes(data))["note"]


def _fetch_feeds() -> dict[str, Any]:
    """In a process of its own: feeds are large, and the worker runs for months."""
    from django.utils.translation import gettext as _

    from duecare.program.apart import run_apart

    told: dict[str, Any] = run_apart(
        "duecare.site.worker:fetch_feeds", {}, _("Not all feeds of advisories were fetched.")
    )
    return told


def fetch_feeds() -> dict[str, Any]:
    """Fetch those that somebody switched on, and hold software against what came."""
    from duecare.ledger.records import utc_now
    from duecare.patching.feeds.actions import update_due
    from duecare.patching.weaknesses.actions import match_if_due

    done = update_due(ACTOR, utc_now)
    fetched = sum(one.snapshot is not None for one in done)
    if fetched:
        match_if_due(ACTOR, utc_now())
    return {
        "fetched": fetched,
        "unchanged": sum(one.unchanged for one in done),
        "failed": [_plain(f"{one.feed}: {one.fault}") for one in done if one.fault],
    }


def _assess() -> dict[str, Any]:
    from duecare.site import terminal

    done = terminal.assess(ACTOR, collect=True, progress=lambda count: None, say=logger.warning)
    return {"opened": done.opened, "closed": done.closed}


def _follow_software() -> dict[str, Any]:
    """Reports and bills whose taking in was interrupted, or that were written in bulk."""
    from duecare.patching.bills.following import catch_up as catch_up_with_products
    from duecare.patching.software.following import catch_up

    return {"added": catch_up() + catch_up_with_products()}


ORDER = "put weaknesses into the order of work"


def _order_is_due(now: datetime) -> bool:
    """After somebody said what hosts are exposed to, or said it while the last run was going. An assessment
    does it as well."""
    from duecare.patching.weaknesses.placing import is_due

    ran = _last_note(ORDER)
    if ran is None:
        return is_due(None)
    entry, note = ran
    return is_due(note.get("began", entry.index + 1) - 1)


def _reorder() -> dict[str, Any]:
    """Notes the size of the record when it began: what is said while it runs, it may have read before."""
    from duecare.ledger.models import Head
    from duecare.patching.weaknesses.placing import reorder

    began = Head.objects.get().size
    return {"began": began, "changed": reorder()}


READ_AGAIN = "read evidence again"


def _rehash_is_due(now: datetime) -> bool:
    """Each week, and at once where the last run left some: it stops early, so that nothing waits for it."""
    ran = _last_note(READ_AGAIN)
    return ran is None or bool(ran[1].get("left")) or ran[0].time <= now - timedelta(days=7)


def _rehash() -> dict[str, Any]:
    """Every file that is kept as evidence, to see that it is what it was."""
    from duecare.incidents.evidence.rehashing import rehash
    from duecare.ledger.records import utc_now

    return rehash(ACTOR, utc_now())


def _law_is_due(now: datetime) -> bool:
    """After new content came, an override ran out, or a change was not followed."""
    from duecare.law.following.actions import is_due

    return is_due(now)


def _follow_law() -> dict[str, Any]:
    from duecare.law.following.actions import follow
    from duecare.ledger.records import utc_now

    return {"changed": len(follow(ACTOR, utc_now()))}


def _remind() -> dict[str, Any]:
    from duecare.ledger.records import utc_now
    from duecare.program.task_actions import remind_of_statements

    made, ended = remind_of_statements(ACTOR, utc_now())
    return {"made": made, "ended": ended}


def _make_duty_tasks() -> dict[str, Any]:
    from duecare.law.duties.actions import make_duty_tasks
    from duecare.ledger.records import utc_now

    made, ended = make_duty_tasks(ACTOR, utc_now())
    return {"made": made, "ended": ended}


def _watch_insurers() -> dict[str, Any]:
    from duecare.ledger.records import utc_now
    from duecare.risk.insurance.statements.watching import watch

    opened, closed = watch(ACTOR, utc_now())
    return {"opened": opened, "closed": closed}


def _escalate() -> dict[str, Any]:
    """Tell the webhooks as well; the managers see it at home and in their digest."""
    from django.urls import reverse
    from django.utils.translation import ngettext

    from duecare.ledger.records import utc_now
    from duecare.program.escalations import AFTER, escalate
    from duecare.program.mail.letters import Letter, Row
    from duecare.program.mail.server import mail_server
    from duecare.program.mail.webhooks import ESCALATED, tell_webhooks

    now, server = utc_now(), mail_server()
    given = escalate(ACTOR, now, server.late_days if server else AFTER)
    if given:
        words = ngettext(
            "%s late task has gone to the managers", "%s late tasks have gone to the managers", len(given)
        )
        letter = Letter(words % len(given), link=Row("Duecare", reverse("home")))
        tell_webhooks(ESCALATED, f"{ESCALATED}:{now.isoformat()}", letter, now)
    return {"given": len(given)}


def _limits_are_due(now: datetime) -> bool:
    from duecare.incidents.notices import jobs as notices

    return notices.is_due(now)


def _remind_of_limits() -> dict[str, Any]:
    """Begin the clocks of cases in which something happened, remind of those that run, and note which notices
    the mail server took."""
    from duecare.incidents.notices import jobs as notices
    from duecare.ledger.records import utc_now

    return notices.run(ACTOR, utc_now())


def _digest_is_due(now: datetime) -> bool:
    from duecare.site import digest

    return digest.is_due(now)


def _digest() -> dict[str, Any]:
    from duecare.ledger.records import utc_now
    from duecare.site import digest

    return dict(digest.make_digests(utc_now()))


def _forget_lists() -> dict[str, Any]:
    """Files that were brought for a list and not confirmed within a day."""
    from duecare.ledger.records import utc_now
    from duecare.program.imports import waiting

    return {"removed": waiting.forget_old(utc_now())}


def _verify() -> dict[str, Any]:
    from duecare.ledger import verifying
    from duecare.ledger.records import utc_now

    found = verifying.verify(live=True)
    if found.count:
        _tell_of_faults(found.count, [_plain(str(fault)) for fault in found.faults[:5]], utc_now())
    return {
        "entries": found.size,
        "faults": found.count,
        "first": [_plain(verifying.for_readers(fault)) for fault in found.faults[:5]],
    }


def _tell_of_faults(count: int, first: list[str], now: datetime) -> None:
    """At once: a record that is not what it was is the one thing today that cannot wait for the morning."""
    from django.urls import reverse
    from django.utils.translation import gettext as _

    from duecare.ledger.recording import recording
    from duecare.program.mail.notices import notify_now

    with recording(ACTOR, "tell of faults of the record") as act:
        words = [
            _("Run “duecare ledger verify --live” and read docs/operations.md before anything else."),
            *first,
        ]
        subject = _("The record is not what it was: %s faults") % count
        told = notify_now(f"fault:{now.date().isoformat()}", subject, words, reverse("ledger"), now)
        if told:
            act.note(TOLD, "faults", {"faults": count, "told": told})


def _checkpoint() -> dict[str, Any]:
    from duecare.ledger import sealing

    return {"size": sealing.checkpoint().size}


def meet_the_deployer(now: datetime) -> None:
    """Hand over what two people signed, take in what came of it. What it changes is on the record itself."""
    from django.conf import settings

    from duecare.patching.runs import exchange

    if settings.DUECARE_DEPLOYMENT is None:
        return
    orders, results = settings.DUECARE_DEPLOYMENT
    exchange.hand_over(orders, now)
    for fault in exchange.take_in(results).faults:
        logger.warning("the deployer's results: %s", _plain(fault))


def meet_the_puller(now: datetime) -> None:
    """Take in what was fetched from hosts over SSH. What it changes is on the record itself."""
    from django.conf import settings

    from duecare.systems import pull_actions

    if settings.DUECARE_PULLING is None:
        return
    for fault in pull_actions.take_in(settings.DUECARE_PULLING, now).faults:
        logger.warning("the puller: %s", _plain(fault))


def main() -> None:
    """Run until told to stop, or until the process that started this one is gone.

    Both can happen while the program is still loading, so that comes after.
    """
    parent, stop = int(os.environ.get(SUPERVISOR) or os.getppid()), threading.Event()

    def request_stop(number: int, frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, request_stop)
    signal.signal(signal.SIGINT, request_stop)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duecare.site.settings")
    django.setup()
    from django.db import close_old_connections

    from duecare.ledger.records import utc_now
    from duecare.site.mailing import send_until

    sending = threading.Thread(target=send_until, args=(stop, ACTOR), daemon=True)
    sending.start()
    tick = 0
    while not stop.is_set() and os.getppid() == parent:
        if tick % 60 == 30:
            for work in (run_due, meet_the_deployer, meet_the_puller):
                try:
                    work(utc_now())
                except Exception:
                    logger.exception("the worker could not %s", work.__name__.replace("_", " "))
            close_old_connections()
        tick += 1
        stop.wait(1)
    # A mail that is on its way is worth waiting for; the supervisor has patience for ten seconds.
    stop.set()
    sending.join(6)


if __name__ == "__main__":
    main()
