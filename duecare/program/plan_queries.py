"""What pages and actions read of the first ninety days: what to choose from, and the plan as it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min, Q

from duecare.ledger.viewers import Viewer
from duecare.program.models import DataSet, Ending, Finding, Setup, Task
from duecare.program.ninety import MOST, PREFIX, WEEKS, Chore, Known, Planned, choose, rank
from duecare.program.queries import profile, required_by, standings
from duecare.program.setup_queries import services_of
from duecare.program.tasks import WEEK

SHOWN = 3
"""Tasks of the plan that the home page shows."""
OF_PLAN = Q(origin__startswith=PREFIX)
"""Which tasks the plan has made."""

Chores = Callable[[Viewer, datetime], Iterable[Chore]]
_chores: list[Chores] = []


def register_chores(function: Chores) -> None:
    """Let something above say what is still to be arranged at a moment."""
    _chores.append(function)


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the plan; number 0 holds what has no day."""

    number: int
    first: date | None
    last: date | None
    tasks: tuple[Task, ...]
    current: bool

    @property
    def minutes(self) -> int:
        """What is still to be done takes so long."""
        return sum(task.minutes or 0 for task in self.tasks if task.ended_at is None)


@dataclass(frozen=True, slots=True)
class Plan:
    """The first ninety days as they stand."""

    first: date
    last: date
    week: int
    """In which week the day lies; WEEKS + 1 and more once they are over."""
    weeks: tuple[Week, ...]
    open: int
    done: int
    dropped: int

    @property
    def over(self) -> bool:
        return self.week > WEEKS


def known(viewer: Viewer, now: datetime, arranged: Setup, approver: bool) -> Known:
    """All that the choice of tasks rests on; `approver` is whether somebody approves."""
    findings = Finding.objects.all().visible_to(viewer).filter(closed_at=None)
    oldest = findings.values_list("safeguard").annotate(first=Min("id"))  # keys begin with the time
    asked = required_by(profile())
    sets = DataSet.objects.all().visible_to(viewer)
    return Known(
        standings=tuple(standings(viewer, now)),
        asked_by={id: sum(asker.certain for asker in askers) for id, askers in asked.items()},
        findings={safeguard: f"program.finding:{key}" for safeguard, key in oldest},
        services=services_of(arranged),
        data_of=sum(number or 0 for one in sets for number in one.people.values()),
        approver=approver,
        chores=tuple(chore for function in _chores for chore in function(viewer, now)),
    )


def proposed(
    viewer: Viewer, now: datetime, today: date, arranged: Setup, tasks: Sequence[Task], approver: bool
) -> tuple[Planned, ...]:
    """The tasks that would be made today: of a new plan, or more of one that is under way.

    `tasks` are those that the plan has made, `approver` is whether somebody approves.
    """
    first = 1 if arranged.plan_from is None else week_of(today, arranged.plan_from)
    room = MOST - sum(task.ended_at is None for task in tasks)
    if first > WEEKS or room <= 0:
        return ()
    return choose(
        known(viewer, now, arranged, approver),
        had=[task.origin for task in tasks],
        most=room,
        first_week=first,
        taken={} if arranged.plan_from is None else _taken(tasks, arranged.plan_from),
    )


def plan_tasks(viewer: Viewer) -> list[Task]:
    """The tasks that the plan has made, in the order of their days, the heaviest of a day first."""
    rows = Task.objects.all().visible_to(viewer).filter(OF_PLAN).select_related("owner")
    return sorted(rows, key=_order)


def next_of_plan(viewer: Viewer) -> list[Task]:
    """The open tasks of the plan that come first, at most SHOWN."""
    return [task for task in plan_tasks(viewer) if task.ended_at is None][:SHOWN]


def plan(arranged: Setup, tasks: Sequence[Task], today: date) -> Plan | None:
    """The plan on a day, by its weeks; None while there is none."""
    first = arranged.plan_from
    if first is None:
        return None
    now = week_of(today, first)
    by_week: dict[int, list[Task]] = defaultdict(list)
    for task in tasks:
        by_week[0 if task.due is None else week_of(task.due, first)].append(task)
    return Plan(
        first=first,
        last=first + WEEKS * WEEK - timedelta(days=1),
        week=now,
        weeks=tuple(_week(number, first, by_week[number], now) for number in sorted(by_week, key=_last)),
        open=sum(task.ended_at is None for task in tasks),
        done=sum(task.ended_as == Ending.DONE for task in tasks),
        dropped=sum(task.ended_as == Ending.DROPPED for task in tasks),
    )


def week_of(day: date, first: date) -> int:
    """The week of a plan that begins on `first`, in which a day lies; 1 for what lies before it."""
    return max((day - first) // WEEK + 1, 1)


def _week(number: int, first: date, tasks: list[Task], now: int) -> Week:
    if number == 0:
        return Week(0, None, None, tuple(tasks), False)
    begins = first + (number - 1) * WEEK
    return Week(number, begins, begins + WEEK - timedelta(days=1), tuple(tasks), number == now)


def _last(number: int) -> int:
    """So that what has no day comes last."""
    return number or 10_000


def _taken(tasks: Iterable[Task], first: date) -> dict[int, tuple[int, int]]:
    """By week: how many open tasks, and how many minutes."""
    found: dict[int, tuple[int, int]] = {}
    for task in tasks:
        if task.ended_at is None and task.due is not None:
            count, minutes = found.get(week := week_of(task.due, first), (0, 0))
            found[week] = (count + 1, minutes + (task.minutes or 0))
    return found


def _order(task: Task) -> tuple[date, int, str]:
    return task.due or date.max, -rank(task.origin), task.origin
