"""What wants doing, for the home page: open tasks, and what follows from the record itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.incidents.cases.models import IncidentReport
from duecare.incidents.cases.queries import waiting_reports
from duecare.law.obligations import profile_facts
from duecare.ledger import asof
from duecare.ledger.browsing import newest_checkpoint
from duecare.ledger.viewers import Role, Viewer
from duecare.program.mail.outbox import not_arrived
from duecare.program.models import Assessment, Profile, Task
from duecare.program.ninety import MOST, PREFIX
from duecare.program.posture import Standing, State
from duecare.program.queries import current_targets
from duecare.program.task_queries import due_tasks, is_late
from duecare.words import number

DUE = 8
"""Things that the home page lists."""
SOON = timedelta(days=7)
DAY = timedelta(days=1)
"""After which a report that waits is late."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something that wants doing, and by when."""

    what: str
    url: str
    at: date | datetime | None
    late: bool
    who: str = ""
    """Of a task: whose it is, in words."""


def due(
    rows: list[Standing],
    last: Assessment | None,
    here: Profile | None,
    viewer: Viewer,
    now: datetime,
    shown: Collection[str] = (),
) -> list[Due]:
    """At most DUE things that want doing: open tasks, soonest first, then what follows from the record.

    However many tasks there are, half of the places are kept for the others. `shown` are the keys of tasks
    that the page shows elsewhere.
    """
    others = _of_record(rows, last, here, viewer, now)[:DUE]
    return [*_of_tasks(viewer, now, max(DUE - len(others), DUE // 2), shown), *others][:DUE]


def _of_tasks(viewer: Viewer, now: datetime, most: int, shown: Collection[str]) -> list[Due]:
    """Open tasks: the viewer's own, and everyone's that are due within a week."""
    today = timezone.localdate(now)
    return [
        Due(
            task.title,
            reverse("task", args=[task.pk]),
            task.due,
            is_late(task, today),
            _("yours") if task.owner_id == viewer.person else _owner(task),
        )
        for task in due_tasks(viewer, today, most + MOST)
        if task.pk not in shown and not _waits(task, today)
    ][:most]


def _waits(task: Task, today: date) -> bool:
    """Whether a task of the plan has its week still to come: the plan shows it."""
    return task.origin.startswith(PREFIX) and task.due is not None and task.due >= today + SOON


def _owner(task: Task) -> str:
    return task.owner.name if task.owner else _("nobody’s yet")


def _reports(viewer: Viewer, now: datetime) -> list[Due]:
    """Reports of what may be an incident that nobody has judged: before all else."""
    if not viewer.reads or not viewer.covers(IncidentReport.room):
        return []
    rows = waiting_reports(viewer).aggregate(count=Count("pk"), oldest=Min("reported_at"))
    count, oldest = rows["count"], rows["oldest"]
    if not count:
        return []
    words = ngettext(
        "%(count)s report waits since %(time)s", "%(count)s reports wait, the oldest since %(time)s", count
    ) % {"count": number(count), "time": date_format(timezone.localtime(oldest), "SHORT_DATETIME_FORMAT")}
    return [Due(words, reverse("incidents-waiting"), oldest, oldest < now - DAY)]


def _of_record(
    rows: list[Standing], last: Assessment | None, here: Profile | None, viewer: Viewer, now: datetime
) -> list[Due]:
    """What follows from the record itself, soonest first."""
    found: list[Due] = []
    hosts = reverse("hosts") if viewer.covers("systems") else reverse("safeguards")
    if last is None:
        found.append(Due(_("Assess this machine: run “duecare assess”"), hosts, None, False))
    elif last.finished_at is None and last.started_at < now - timedelta(hours=1):
        found.append(Due(_("The last assessment never finished: run it again"), hosts, last.started_at, True))
    newest = newest_checkpoint()
    if viewer.areas is None and (newest is None or newest.time < now - SOON):
        at = newest.time + SOON if newest else None
        found.append(
            Due(_("Sign a checkpoint and give it to somebody outside"), reverse("ledger"), at, at is not None)
        )
    moments = [one.stale_at for row in rows for one in row.found if one.stale_at]
    stale = [moment for moment in moments if moment < now + SOON]
    if stale:
        soonest = min(stale)
        late = soonest < now
        text = (
            _("Evidence is too old: collect again")
            if late
            else _("Evidence goes stale: collect again before")
        )
        found.append(Due(text, hosts, soonest, late))
    found.sort(key=lambda one: (not one.late, one.at is None, one.at))
    found[:0] = _reports(viewer, now)
    if viewer.has(Role.OWNER) and asof.current() is None and not_arrived().exists():
        found.append(
            Due(_("Mail or a webhook did not arrive: see which and why"), reverse("mail"), None, True)
        )
    failing = sum(row.state is State.FAILING for row in rows)
    if failing:
        text = _("Mend what fails: start with the findings of %s safeguards")
        found.append(Due(text % number(failing), reverse("findings") + "?state=open", None, False))
    open_targets = sum(target.adopted is None for target in current_targets().values())
    sets = viewer.changes and viewer.areas is None
    if open_targets and sets:
        text = _("Adopt or change the numbers we hold ourselves to: %s are shipped defaults")
        found.append(Due(text % number(open_targets), reverse("settings") + "#targets", None, False))
    if here is not None and sets:
        unanswered = len(profile_facts()) - len(here.facts)
        if unanswered:
            text = _("Answer which laws may apply: %s questions are open")
            found.append(Due(text % number(unanswered), reverse("settings-facts"), None, False))
    return found
