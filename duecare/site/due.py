"""What wants doing, for the home page: open tasks, and what follows from the record itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from duecare.law.obligations import profile_facts
from duecare.ledger.browsing import newest_checkpoint
from duecare.ledger.viewers import Viewer
from duecare.program.models import Assessment, Profile, Task
from duecare.program.posture import Standing, State
from duecare.program.queries import current_targets
from duecare.program.task_queries import due_tasks, is_late
from duecare.words import number

DUE = 8
"""Things that the home page lists."""
SOON = timedelta(days=7)


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
    rows: list[Standing], last: Assessment | None, here: Profile | None, viewer: Viewer, now: datetime
) -> list[Due]:
    """At most DUE things that want doing: open tasks, soonest first, then what follows from the record.

    However many tasks there are, half of the places are kept for the others.
    """
    others = _of_record(rows, last, here, viewer, now)[:DUE]
    return [*_of_tasks(viewer, now, max(DUE - len(others), DUE // 2)), *others][:DUE]


def _of_tasks(viewer: Viewer, now: datetime, most: int) -> list[Due]:
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
        for task in due_tasks(viewer, today, most)
    ]


def _owner(task: Task) -> str:
    return task.owner.name if task.owner else _("nobody’s yet")


def _of_record(
    rows: list[Standing], last: Assessment | None, here: Profile | None, viewer: Viewer, now: datetime
) -> list[Due]:
    """What follows from the record itself, soonest first."""
    found: list[Due] = []
    if last is None:
        found.append(Due(_("Assess this machine: run “duecare assess”"), reverse("hosts"), None, False))
    elif last.finished_at is None and last.started_at < now - timedelta(hours=1):
        found.append(
            Due(
                _("The last assessment never finished: run it again"), reverse("hosts"), last.started_at, True
            )
        )
    newest = newest_checkpoint()
    if newest is None or newest.time < now - SOON:
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
        found.append(Due(text, reverse("hosts"), soonest, late))
    found.sort(key=lambda one: (not one.late, one.at is None, one.at))
    failing = sum(row.state is State.FAILING for row in rows)
    if failing:
        text = _("Mend what fails: start with the findings of %s safeguards")
        found.append(Due(text % number(failing), reverse("findings") + "?state=open", None, False))
    open_targets = sum(target.adopted is None for target in current_targets().values())
    if open_targets and viewer.changes:
        text = _("Adopt or change the numbers we hold ourselves to: %s are shipped defaults")
        found.append(Due(text % number(open_targets), reverse("settings") + "#targets", None, False))
    if here is not None and viewer.changes:
        unanswered = len(profile_facts()) - len(here.facts)
        if unanswered:
            text = _("Answer which laws may apply: %s questions are open")
            found.append(Due(text % number(unanswered), reverse("settings-facts"), None, False))
    return found
