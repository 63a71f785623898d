"""What people and jobs do with tasks: make, change, hand over, end. Each is one act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program import tasks
from duecare.program.models import Comment, Ending, Person, Repeats, Statement, Task
from duecare.program.task_queries import TASK, holding_people, today_at
from duecare.web.recorded import recorded
from duecare.words import Text, day

YEARS = range(2000, 2201)
"""Years in which a task can be due."""
REMINDED = timedelta(days=30)
"""How long before a statement expires its task is made."""
CHANGEABLE = ("title", "why", "due", "minutes", "repeats", "safeguard")
LONGEST = 200
"""Characters of a title."""


def make_task(
    actor: str, now: datetime, *, title: str, owner: str | None = None, about: str = "", **values: Any
) -> Task:
    """Make a task; `values` are fields of CHANGEABLE, `owner` the key of a person or None for nobody yet.

    Raises BadInput naming the value that cannot be, NotFound for no such owner. Nothing is made then.
    """
    task = Task(id=new_key(), about=about, made_by=actor, made_at=now)
    _describe(task, {"title": title, **values})
    with recording(actor, recorded("make the task %(title)s", title=task.title)):
        task.owner = _owner(owner, now)
        task.save(force_insert=True)
    return task


def change_task(actor: str, key: str, **values: Any) -> Task:
    """Change what a task is: fields of CHANGEABLE. Who does it changes by `hand_over`.

    Raises NotFound for no such task, Refused if it has ended, BadInput naming a value that cannot be.
    """
    with recording(actor, "change a task") as act:
        task = _open(key)
        act.reason = recorded("change the task %(title)s", title=task.title)
        _describe(task, values)
        task.save()
    return task


def hand_over(actor: str, key: str, owner: str | None, words: str, now: datetime) -> Task:
    """Give a task to somebody else, or with None to nobody yet. The words are kept as a comment to them.

    Raises NotFound for no such task or person, Refused if it has ended, BadInput without words or if it is
    theirs already.
    """
    if not words.strip():
        raise BadInput(
            _("A task is not handed over without a word."), _("Say why, or what they need to know.")
        )
    with recording(actor, "hand over a task") as act:
        task = _open(key)
        act.reason = recorded("hand over the task %(title)s", title=task.title)
        if task.owner_id == owner:
            raise BadInput(_("The task is with them already."), _("Choose somebody else."))
        task.owner = _owner(owner, now)
        task.save()
        Comment.objects.create(
            id=new_key(),
            about=f"{TASK}:{task.pk}",
            words=words.strip(),
            mentions=[] if owner is None else [owner],
            made_by=actor,
            made_at=now,
        )
    return task


def end_task(
    actor: str, key: str, ending: Ending, words: str, now: datetime, *, last: bool = False
) -> Task | None:
    """End a task as done or dropped. One that repeats is followed by the next, unless this was the `last`.

    Returns the next task, or None. Raises NotFound for no such task, Refused if it has ended before,
    BadInput if it is dropped without a reason.
    """
    if ending is Ending.DROPPED and not words.strip():
        raise BadInput(_("A task is not dropped without a reason."), _("Say why it need not be done."))
    with recording(actor, "end a task") as act:
        task = _open(key)
        act.reason = recorded(
            "end the task %(title)s as %(ending)s", title=task.title, ending=Text(ending.value)
        )
        _end(task, actor, ending, words, now)
        return None if last or not task.repeats else _follow(task, actor, now)


def remind_of_statements(actor: str, now: datetime) -> tuple[int, int]:
    """Make a task for each statement that expires within REMINDED, and end those that are answered again.

    One task a statement, ever: what a person drops does not come back. One act, and no entry if nothing is
    due. Returns how many tasks were made and ended.
    """
    today = today_at(now)
    with recording(actor, "make tasks for statements that expire"):
        holding = set(holding_people(today).values_list("pk", flat=True))
        expiring = list(_expiring(today))
        for statement in expiring:
            person = statement.made_by.removeprefix("person:")
            Task.objects.create(
                id=new_key(),
                title=_cut(_("Answer again: %s") % _(statement.asked)),
                why=_("What was stated counts until %s only.") % day(statement.expires),
                about=f"program.statement:{statement.pk}",
                safeguard=statement.safeguard,
                origin=_origin(statement.pk),
                owner_id=person if person in holding else None,
                due=statement.expires,
                made_by=actor,
                made_at=now,
            )
        answered = list(_answered())
        for task, statement in answered:
            words = _("The statement has ended: %s") % statement.ended_because
            _end(task, actor, Ending.DONE, words, now)
    return len(expiring), len(answered)


def _expiring(today: date) -> Iterator[Statement]:
    """The statements that expire soon and never had a task for it."""
    soon = Statement.objects.filter(ended_at=None, expires__lte=today + REMINDED).order_by("expires", "id")
    for statement in soon:
        if not Task.objects.filter(origin=_origin(statement.pk)).exists():
            yield statement


def _answered() -> Iterator[tuple[Task, Statement]]:
    """The open tasks of statements that have ended."""
    for task in Task.objects.filter(ended_at=None, origin__startswith="statement:"):
        key = task.about.partition(":")[2]
        statement = Statement.objects.filter(pk=key).exclude(ended_at=None).first()
        if statement is not None:
            yield task, statement


def _origin(statement: str) -> str:
    return f"statement:{statement}:expires"


def _open(key: str) -> Task:
    """The task, locked until the act ends, so that it cannot end twice."""
    task: Task | None = Task.objects.select_for_update().filter(pk=key).first()
    if task is None:
        raise NotFound(_("There is no such task."), _("Look in the list of tasks."))
    if task.ended_at is not None:
        raise Refused(_("This task has ended already."), _("Make a new one if there is more to do."))
    return task


def _owner(key: str | None, now: datetime) -> Person | None:
    """Who is to do a task; only somebody who holds a right can."""
    if key is None:
        return None
    found: Person | None = holding_people(today_at(now)).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such person who may sign in."), _("Choose one from the list."))
    return found


def _describe(task: Task, values: dict[str, Any]) -> None:
    """Set fields of CHANGEABLE. Raises BadInput naming the first that cannot be."""
    for name, value in values.items():
        if name not in CHANGEABLE:
            raise BadInput(
                _("%(name)s is not changed like this.") % {"name": repr(name)},
                _("Give %(names)s.") % {"names": ", ".join(CHANGEABLE)},
            )
        setattr(task, name, value.strip() if isinstance(value, str) else value)
    if not 0 < len(task.title) <= LONGEST:
        raise BadInput(
            _("A task needs a title of at most %s characters.") % LONGEST, _("Say what is to be done.")
        )
    if task.repeats not in Repeats.values:
        raise BadInput(
            _("A task cannot repeat “%s”.") % task.repeats,
            _("Choose one of %s.") % ", ".join(filter(None, Repeats.values)),
        )
    if task.due is not None and task.due.year not in YEARS:
        raise BadInput(_("%s is no day for a task.") % task.due, _("Choose one from %s on.") % YEARS.start)
    if task.repeats and task.due is None:
        raise BadInput(_("A task that repeats needs a day."), _("Say when it is due for the first time."))
    if task.minutes is not None and task.minutes < 1:
        raise BadInput(_("A task takes at least one minute."), _("Give a number, or leave it empty."))


def _end(task: Task, actor: str, ending: Ending, words: str, now: datetime) -> None:
    task.ended_at, task.ended_as, task.ended_by = now, ending.value, actor
    task.ended_words = words.strip()
    task.save()


def _follow(task: Task, actor: str, now: datetime) -> Task:
    """The task after one that repeats. Its owner stays, if they still hold a right."""
    if task.due is None:
        raise BadInput(_("A task that repeats needs a day."), _("Say when it is due, then end it."))
    due = tasks.next_due(task.due, task.repeats, today_at(now), tasks.day_kept(_dues(task)))
    following = Task(id=new_key(), due=due, after=task, made_by=actor, made_at=now)
    for name in ("title", "why", "about", "safeguard", "minutes", "repeats"):
        setattr(following, name, getattr(task, name))
    following.owner = holding_people(today_at(now)).filter(pk=task.owner_id).first()
    following.save(force_insert=True)
    return following


def _dues(task: Task) -> Iterator[date]:
    """The days on which the tasks of a series were due, newest first."""
    one: Task | None = task
    while one is not None and one.due is not None:
        yield one.due
        one = one.after


def _cut(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"
