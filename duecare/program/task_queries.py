"""What pages and jobs read of tasks: one of them, a person's duties, those that are due, who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.ledger.browsing import entries_about
from duecare.ledger.models import Payload
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.proving import opened
from duecare.ledger.viewers import Role, Viewer, VisibleQuerySet
from duecare.program.models import Person, Task
from duecare.program.queries import live_profile, zone_of
from duecare.program.subjects import referred, register_reference
from duecare.program.tasks import WEEK, Band, band

TASK = "program.task"
LISTED = 100
"""Tasks that the page of a person's duties lists in each part."""
HISTORY = 20
"""Entries that the page of a task lists."""
LATELY = timedelta(days=14)
"""How long what was done, and who mentioned somebody, stays on their page."""
ACTORS = (Role.OWNER, Role.MANAGER, Role.APPROVER, Role.MEMBER)
"""Roles that can do a task; an auditor changes nothing."""

register_reference(TASK, lambda key: reverse("task", args=[key]))


@dataclass(frozen=True, slots=True)
class Duties:
    """One person's work."""

    late: tuple[Task, ...]
    soon: tuple[Task, ...]
    """Due within seven days."""
    later: tuple[Task, ...]
    """Due after that, then those without a day."""
    done: tuple[Task, ...]
    """Ended within LATELY, newest first."""


@dataclass(frozen=True, slots=True)
class Passed:
    """One entry of a task's history."""

    index: int
    at: datetime
    who: str
    what: str
    """The act's reason."""


def today_at(moment: datetime) -> date:
    """The day of the organisation at a moment, for actions and jobs; tasks are due at its end.

    Pages ask `timezone.localdate`: the doors have set the organisation's zone.
    """
    return moment.astimezone(zone_of(live_profile())).date()


def holding_people(day: date) -> VisibleQuerySet[Person]:
    """The people who hold a right with which they can do a task on a day."""
    roles = [role.value for role in ACTORS]
    holding = Q(rights__ended_at=None, rights__role__in=roles) & (
        Q(rights__until=None) | Q(rights__until__gte=day)
    )
    found: VisibleQuerySet[Person] = Person.objects.filter(holding).distinct()
    return found


def may_end(task: Task, viewer: Viewer) -> bool:
    """Whether the viewer may end the task or hand it on: those who change things any, a member their own."""
    mine = bool(viewer.person) and task.owner_id == viewer.person
    return task.ended_at is None and (viewer.changes or (viewer.has(Role.MEMBER) and mine))


def find_task(key: str, viewer: Viewer) -> Task:
    """The task, if the viewer may see it. Raises NotFound otherwise."""
    tasks = Task.objects.all().visible_to(viewer).select_related("owner", "after")
    found: Task | None = tasks.filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such task, or none that you may see."), _("Look in the list of tasks."))
    return found


def duties(viewer: Viewer, today: date, now: datetime) -> Duties:
    """The viewer's own tasks on a day and at a moment of it, sorted by how near they are."""
    mine = Task.objects.all().visible_to(viewer).filter(owner=viewer.person or None)
    dated = mine.filter(ended_at=None).exclude(due=None).order_by("due", "id")
    undated = mine.filter(ended_at=None, due=None).order_by("id")
    done = mine.filter(ended_at__gte=now - LATELY).order_by("-ended_at", "id")
    return Duties(
        late=tuple(dated.filter(due__lt=today)[:LISTED]),
        soon=tuple(dated.filter(due__gte=today, due__lt=today + WEEK)[:LISTED]),
        later=(*dated.filter(due__gte=today + WEEK)[:LISTED], *undated[:LISTED]),
        done=tuple(done[:LISTED]),
    )


def due_tasks(viewer: Viewer, today: date, most: int) -> list[Task]:
    """At most so many open tasks for the home page: the viewer's own, and all that are due within a week.

    Soonest first; those without a day last.
    """
    visible = Task.objects.all().visible_to(viewer).filter(ended_at=None).select_related("owner")
    wanted = visible.filter(Q(due__lt=today + WEEK) | Q(owner=viewer.person or None))
    return list(wanted.order_by(F("due").asc(nulls_last=True), "id")[:most])


def history(task: Task, viewer: Viewer) -> list[Passed]:
    """The newest entries about a task, newest first; none for those who may not read the record."""
    entries = entries_about(TASK, [task.pk], viewer).filter(kind=TASK)
    rows = list(entries.annotate(actor_name=name_of(OuterRef("actor"))).order_by("-index")[:HISTORY])
    heads = Payload.objects.filter(index__in=[row.head for row in rows])
    reasons = {head.index: opened(head)["reason"] for head in heads}
    return [
        Passed(row.index, row.time, actor_words(row.actor, row.actor_name), reasons.get(row.head, ""))
        for row in rows
    ]


def is_late(task: Task, today: date) -> bool:
    """Whether the task is open and its day has passed."""
    return task.ended_at is None and band(task.due, today) is Band.LATE


def safeguard_of(reference: str, viewer: Viewer) -> str:
    """The safeguard that a reference belongs to; empty if it is none's."""
    kind, _sep, key = reference.partition(":")
    return key if kind == "program.safeguard" else getattr(referred(reference, viewer), "safeguard", "")
