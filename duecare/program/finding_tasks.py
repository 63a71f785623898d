"""The tasks that findings make by themselves, for who answers for what they are about (`owners.py`).

Of each subject and safeguard at most one task is open, whatever the number of findings: its page lists them
as they stand. Nobody is flooded: where more than FEW tasks of one person would be about the same safeguard,
the rest is one task about all of it. What nobody answers for makes tasks without an owner, by the same rule.

A task about one subject follows who answers for it: where somebody else was said to, it goes to them, unless
a person handed it on after that was said. Where nobody answers any more it stays with whoever has it.

When the findings are closed or excepted, the task ends by itself and names the entry. What a person ends
stays ended: only a finding that opened later makes a task again. A task about all of somebody's subjects ends
for those alone for which they answered at that time: what was given to them later makes a task again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.ledger.changing import last_changes
from duecare.ledger.models import Entry
from duecare.ledger.naming import PERSON
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.program.assessing import alone
from duecare.program.catalogue import catalogue
from duecare.program.exception_queries import holding
from duecare.program.judgement import checks
from duecare.program.models import Ending, Finding, Task
from duecare.program.owners import answered_since, owned_kinds
from duecare.program.queries import current_targets
from duecare.program.task_actions import LONGEST
from duecare.program.task_queries import today_at
from duecare.web.recorded import in_the_records_language
from duecare.words import number

FEW = 5
"""Tasks of one person about one safeguard, before the rest becomes one."""
GAP_DAYS = "gap_days"
"""The target for what has no days of its own."""
ORIGIN, OF_ALL = "findings", "findings of all"
NOBODY = "nobody"
ACT_SIZE = 200
"""Most tasks that one act writes."""
NAMED = 3
"""Findings that a new task names; its page lists all."""
LISTED = 100
FINDING = Finding._meta.label_lower


@dataclass(frozen=True, slots=True)
class Gap:
    """What is open of one safeguard on one subject."""

    safeguard: str
    subject: str
    name: str
    first: datetime
    """When its oldest finding opened."""
    last: datetime
    count: int
    late: bool
    """Whether the days that were promised for it are over, so that it was found at all."""
    owner: str
    """Key of who answers for it; empty for nobody."""

    @property
    def kind(self) -> str:
        return self.subject.partition(":")[0]

    @property
    def origin(self) -> str:
        """Of the task about this alone."""
        return f"{ORIGIN}:{self.safeguard}:{self.subject}"

    @property
    def shared(self) -> str:
        """Of the task about all of its owner's."""
        return f"{OF_ALL}:{self.safeguard}:{self.kind}:{self.owner or NOBODY}"


def make_finding_tasks(actor: str, now: datetime) -> tuple[int, int]:
    """Make the tasks that open findings need, and end those whose findings are gone; how many of each.

    Waits for an assessment that another process runs: two would make the same tasks.
    """
    with alone(), in_the_records_language():
        owners = {kind: dict(of(now)) for kind, of in owned_kinds().items()}
        gaps = [gap for kind, of in owners.items() for gap in _gaps(kind, of, now)]
        tasks = list(Task.objects.filter(origin__startswith=ORIGIN, ended_at=None).order_by("id"))
        ended = _end(actor, tasks, gaps, owners, now)
        running = [task for task in tasks if task.pk not in ended]
        _give(actor, running, gaps)
        made = list(_needed(actor, running, gaps, now))
        for part in _parts(made):
            with recording(actor, "make tasks for findings"):
                Task.objects.bulk_create(part)
    return len(made), len(ended)


# ── What is open ─────────────────────────────────────────────────────────────────────────────────────────


def _gaps(kind: str, owners: Mapping[str, str], now: datetime) -> Iterator[Gap]:
    """What is open on every subject of a kind; what an approved exception covers is left out."""
    excused = holding(Viewer("worker", "", frozenset({Role.AUDITOR})), now)
    dated = {check.id for check in checks() if check.target and check.unit == "days"}
    rows = (
        Finding.objects.filter(closed_at=None, subject__startswith=f"{kind}:")
        .exclude(pk__in=[one.finding for one in excused if one.finding])
        .exclude(safeguard__in=[one.safeguard for one in excused if not one.finding])
        .order_by()
        .values("safeguard", "subject", "check_id")
        .annotate(name=Max("subject_name"), first=Min("opened_at"), last=Max("opened_at"), n=Count("pk"))
    )
    found: dict[tuple[str, str], Gap] = {}
    for row in rows.iterator(chunk_size=2000):
        place = row["safeguard"], row["subject"]
        old, late = found.get(place), row["check_id"] in dated
        found[place] = Gap(
            *place,
            row["name"],
            row["first"] if old is None else min(old.first, row["first"]),
            row["last"] if old is None else max(old.last, row["last"]),
            row["n"] + (old.count if old else 0),
            late or (old is not None and old.late),
            owners.get(row["subject"].partition(":")[2], ""),
        )
    yield from sorted(found.values(), key=lambda gap: (gap.safeguard, gap.name, gap.subject))


# ── Ending ───────────────────────────────────────────────────────────────────────────────────────────────


def _end(
    actor: str,
    tasks: Sequence[Task],
    gaps: Iterable[Gap],
    owners: Mapping[str, Mapping[str, str]],
    now: datetime,
) -> set[str]:
    """End the tasks of which nothing is open; their keys."""
    left = {origin for gap in gaps for origin in (gap.origin, gap.shared)}
    over = [task for task in tasks if task.origin not in left]
    ended: set[str] = set()
    for part in _parts(over):
        words = {task.pk: _gone(task, owners) for task in part}
        with recording(actor, "end tasks whose findings closed"):
            for task in Task.objects.select_for_update().filter(pk__in=list(words), ended_at=None):
                task.ended_at, task.ended_as, task.ended_by = now, Ending.DONE.value, actor
                task.ended_words = words[task.pk]
                task.save()
        ended |= words.keys()
    return ended


def _gone(task: Task, owners: Mapping[str, Mapping[str, str]]) -> str:
    """Why a task ends by itself, with the entry by which the last of its findings closed."""
    still = about(task, owners).filter(closed_at=None).exists()
    closed = about(task, owners).filter(closed_at__gte=task.made_at).order_by("-closed_at", "-id")
    for finding in closed[:0] if still else closed[:1]:
        entry = Entry.objects.filter(kind=FINDING, subject=finding.pk).order_by("-index").first()
        if entry is not None:
            return _("The findings closed, the last of them with entry %s.") % entry.index
    return _("No finding of it is open any more: an exception covers them, or somebody else answers.")


def about(task: Task, owners: Mapping[str, Mapping[str, str]]) -> QuerySet[Finding]:
    """The findings that a task of this module is about, closed ones too; none for any other task."""
    what, _sep, rest = task.origin.partition(":")
    safeguard, _sep, subject = rest.partition(":")
    of_safeguard = Finding.objects.filter(safeguard=safeguard)
    if what == ORIGIN:
        return of_safeguard.filter(subject=subject)
    if what != OF_ALL:
        return Finding.objects.none()
    kind, _sep, owner = subject.partition(":")
    answered = owners.get(kind, {})
    if owner == NOBODY:
        keys = [f"{kind}:{key}" for key in answered]
        return of_safeguard.filter(subject__startswith=f"{kind}:").exclude(subject__in=keys)
    return of_safeguard.filter(subject__in=[f"{kind}:{key}" for key, who in answered.items() if who == owner])


# ── Making ───────────────────────────────────────────────────────────────────────────────────────────────


def _give(actor: str, running: Iterable[Task], gaps: Iterable[Gap]) -> None:
    """Give tasks about one subject to who answers for it by now, unless a person handed them on since."""
    of = {gap.origin: gap for gap in gaps if gap.owner}
    others = [task for task in running if task.origin in of and task.owner_id != of[task.origin].owner]
    handed = last_changes(Task, [task.pk for task in others], "owner_id")
    said = answered_since(of[task.origin].subject for task in others)
    given = [
        task
        for task in others
        # Where the entry was erased it cannot be told who handed it on: then it stays where it is.
        if (last := handed.get(task.pk)) is not None
        and (not last.actor.startswith(PERSON) or said.get(of[task.origin].subject, -1) > last.index)
    ]
    for part in _parts(given):
        with recording(actor, "give tasks to who is responsible"):
            owner_of = {task.pk: task.owner_id for task in part}
            for task in Task.objects.select_for_update().filter(pk__in=list(owner_of), ended_at=None):
                if task.owner_id == owner_of[task.pk]:
                    task.owner_id = of[task.origin].owner
                    task.save()


def _needed(actor: str, running: Iterable[Task], gaps: Sequence[Gap], now: datetime) -> Iterator[Task]:
    """The tasks that are still to be made, not saved."""
    there = {task.origin for task in running}
    settled = _settled(gaps)
    own: Counter[tuple[str, str]] = Counter()
    wanting: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        own[gap.safeguard, gap.owner] += gap.origin in there
        if there.isdisjoint((gap.origin, gap.shared)) and gap.origin not in settled:
            wanting.setdefault((gap.safeguard, gap.owner), []).append(gap)
    for place, some in wanting.items():
        if own[place] + len(some) > FEW:
            yield _task(actor, some, some[0].shared, "", _of_several(some[0].safeguard), now)
        else:
            for gap in some:
                yield _task(actor, [gap], gap.origin, gap.subject, _of_one(gap), now)


def _settled(gaps: Sequence[Gap]) -> set[str]:
    """Origins of the gaps whose task a person ended after the last finding had opened."""
    ended: dict[str, Task] = {}
    rows = Task.objects.filter(origin__startswith=ORIGIN, ended_by__startswith=PERSON)
    for task in rows.order_by("ended_at", "id").only("id", "origin", "ended_at"):
        ended[task.origin] = task

    def over(origin: str, last: datetime) -> bool:
        at = ended[origin].ended_at if origin in ended else None
        return at is not None and at >= last

    alone = {gap.origin for gap in gaps if over(gap.origin, gap.last)}
    among = [gap for gap in gaps if gap.origin not in alone and over(gap.shared, gap.last)]
    said = answered_since(gap.subject for gap in among)
    ends = last_changes(Task, [ended[gap.shared].pk for gap in among], "ended_at")

    def ended_by_entry(gap: Gap) -> int:
        """0 where the entry was erased: then whatever was said of the subject came after."""
        end = ends.get(ended[gap.shared].pk)
        return 0 if end is None else end.index

    return alone | {gap.origin for gap in among if said.get(gap.subject, -1) < ended_by_entry(gap)}


def _task(actor: str, gaps: Sequence[Gap], origin: str, subject: str, title: str, now: datetime) -> Task:
    return Task(
        id=new_key(),
        title=title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…",
        why=_why(gaps),
        about=subject,
        safeguard=gaps[0].safeguard,
        origin=origin,
        owner_id=gaps[0].owner or None,
        due=min(_due(gap, now) for gap in gaps),
        made_by=actor,
        made_at=now,
    )


def _due(gap: Gap, now: datetime) -> date:
    """By the promise; what is late when it is found is due on that day."""
    today = today_at(now)
    if gap.late:
        return today
    days: int = current_targets()[GAP_DAYS].value
    return max(today, today_at(gap.first) + timedelta(days=days))


def _title(safeguard: str) -> str:
    return _(catalogue()[safeguard].title) if safeguard in catalogue() else safeguard


def _of_one(gap: Gap) -> str:
    return _("Mend what was found on %(name)s: %(safeguard)s") % {
        "name": gap.name,
        "safeguard": _title(gap.safeguard),
    }


def _of_several(safeguard: str) -> str:
    return _("Mend what was found in many places: %(safeguard)s") % {"safeguard": _title(safeguard)}


def _why(gaps: Sequence[Gap]) -> str:
    """What there was when the task was made, with the first findings: who does it may not read the others."""
    count = sum(gap.count for gap in gaps)
    head = ngettext(
        "The checks found %(n)s gap when this was made. It ends by itself when all are gone.",
        "The checks found %(n)s gaps when this was made. It ends by itself when all are gone.",
        count,
    ) % {"n": number(count)}
    subjects = [gap.subject for gap in gaps[:NAMED]]
    found = Finding.objects.filter(safeguard=gaps[0].safeguard, subject__in=subjects, closed_at=None)
    return "\n".join([head, *(str(one)[:300] for one in found.order_by("opened_at", "id")[:NAMED])])


def _parts(tasks: Sequence[Task]) -> Iterator[Sequence[Task]]:
    for start in range(0, len(tasks), ACT_SIZE):
        yield tasks[start : start + ACT_SIZE]


# ── The page of such a task ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Listed:
    """The findings of a task that are open on the day in view, as far as its reader may see them."""

    findings: tuple[Finding, ...]
    more: int
    several: bool
    """Whether they may be about several subjects."""


def open_findings(task: Task, viewer: Viewer, now: datetime) -> Listed | None:
    """What is open of a task that findings made; None for any other task, or one that has ended."""
    if not task.origin.startswith(ORIGIN) or task.ended_at is not None or not viewer.reads:
        return None
    several = task.origin.startswith(OF_ALL)
    owners = {kind: of(now) for kind, of in owned_kinds().items()} if several else {}
    mine = about(task, owners).filter(closed_at=None).values("pk")
    rows = Finding.objects.all().visible_to(viewer).filter(pk__in=mine).order_by("subject_name", "item", "id")
    found = list(rows[: LISTED + 1])
    more = rows.count() - LISTED if len(found) > LISTED else 0
    return Listed(tuple(found[:LISTED]), more, several)
