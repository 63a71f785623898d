"""What pages and the worker read of duties: those that bind, how each stands, who sees to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.law.applicable import answers, facts_now, register_now, unreadable
from duecare.law.applies import Answer
from duecare.law.duties.models import DutyOwner
from duecare.law.duties.standing import Evidence, Stands, State, Work, stand
from duecare.law.following.models import Applying
from duecare.law.obligations import Duty, Obligation
from duecare.law.terms import PROFILE
from duecare.ledger.naming import PERSON
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import catalogue
from duecare.program.models import Ending, Person, Task
from duecare.program.posture import Standing
from duecare.program.posture import State as Posture
from duecare.program.queries import live_profile, standings, zone_of
from duecare.program.subjects import register_name, register_reference, register_visible
from duecare.program.task_models import OF_DUTIES
from duecare.program.task_queries import holding_people

DUTY = OF_DUTIES.rstrip(":")
"""The kind of a reference to a duty: `law.duty:eu-gdpr.ropa`; a task that one made has it as its origin."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A duty of an obligation that applies and binds."""

    obligation: Obligation
    duty: Duty
    binds: bool | None
    """None while the fact is open on which the duty itself turns."""

    @property
    def reference(self) -> str:
        return f"{OF_DUTIES}{self.duty.key}"


@dataclass(frozen=True, slots=True)
class Row:
    """A duty as it stands, with its work."""

    of: Binding
    stands: Stands
    evidence: tuple[Evidence, ...]
    person: Person | None
    """Who was said to see to it, as far as the viewer may see them."""
    holds: bool
    """Whether they hold a right with which they can."""
    task: Task | None
    """The open one."""
    done: Task | None
    """The one that somebody ended last as done."""

    @property
    def state(self) -> State:
        return self.stands.state

    @property
    def url(self) -> str:
        return reverse("law-duty", args=[self.of.duty.key])


def binding_duties() -> Iterator[Binding]:
    """The duties of the obligations that apply and bind on the day in view, in the register's order.

    What is only proposed, what another obligation displaces, and duties of which the profile says that they
    do not bind are left out.
    """
    found, facts = answers(), facts_now()
    for one in register_now().obligations.values():
        if found[one.id].answer is not Answer.APPLIES or found[one.id].displaced_by or not one.binding:
            continue
        for duty in one.duties:
            binds = facts.get(duty.only_if.removeprefix(PROFILE)) if duty.only_if else True
            if binds is not False:
                yield Binding(one, duty, binds)


def may_bind() -> frozenset[str]:
    """The duties, by key, of which it cannot be told now whether they bind: a fact is open on which their
    obligation turns. With a dot and nothing behind it: all of an obligation of one's own that cannot be
    read."""
    found, facts = answers(), facts_now()
    keys = {f"{row.pk}." for row, _fault in unreadable()}
    for one in register_now().obligations.values():
        if found[one.id].answer is Answer.CANNOT_TELL and not found[one.id].displaced_by and one.binding:
            keys |= {
                duty.key
                for duty in one.duties
                if not duty.only_if or facts.get(duty.only_if.removeprefix(PROFILE)) is not False
            }
    return frozenset(keys)


def open_obligations() -> int:
    """Of how many obligations that would bind it cannot be told whether they apply: their duties may come."""
    found, register = answers(), register_now().obligations
    return sum(found[id].answer is Answer.CANNOT_TELL and one.binding for id, one in register.items())


def duty_rows(viewer: Viewer, now: datetime, today: date, key: str = "") -> list[Row]:
    """How every duty that binds stands on a day, or the one of that key; as far as the viewer may see."""
    bound = [one for one in binding_duties() if key in ("", one.duty.key)]
    found = {row.safeguard.id: row for row in standings(viewer, now)}
    references = [one.reference for one in bound]
    work = _works(viewer, references)
    owners = {
        row.duty: row.person for row in DutyOwner.objects.all().visible_to(viewer).select_related("person")
    }
    holding = set(holding_people(today).values_list("pk", flat=True))
    since = _applying_since()
    seen = set(Person.objects.all().visible_to(viewer).values_list("pk", flat=True))
    rows = []
    for one in bound:
        evidence = tuple(_evidence(id, found) for id in one.duty.safeguards)
        tasks = work.get(one.reference, ())
        person = owners.get(one.duty.key)
        rows.append(
            Row(
                one,
                stand(one.duty, one.binds, evidence, _work(tasks), _begun(one, since, today), today),
                evidence,
                person if person is not None and person.pk in seen else None,
                person is not None and person.pk in holding,
                next((task for task in tasks if task.ended_at is None), None),
                next((task for task in tasks if _by_person(task, Ending.DONE)), None),
            )
        )
    return rows


def find_duty(key: str, viewer: Viewer, now: datetime, today: date) -> Row:
    """The duty of that key. Raises NotFound if there is none, or if its obligation does not bind here."""
    for row in duty_rows(viewer, now, today, key):
        return row
    raise NotFound(
        _("There is no such duty, or its obligation does not apply."), _("Look in the list of duties.")
    )


def name_of_duty(key: str) -> str:
    """What a duty is called, whether it binds or not; its key where there is none."""
    obligation, _dot, id = key.partition(".")
    one = register_now().obligations.get(obligation)
    for duty in one.duties if one else ():
        if duty.id == id:
            return f"{one.name if one else ''}: {duty.what}"
    return key


def _applying_since() -> dict[str, date]:
    """Since which day each obligation applies, by its id."""
    zone = zone_of(live_profile())
    rows = Applying.objects.filter(answer=Answer.APPLIES.value).values_list("pk", "since")
    return {id: at.astimezone(zone).date() for id, at in rows}


def _begun(of: Binding, since: Mapping[str, date], today: date) -> date:
    """Since when a duty is asked for: since its obligation applies, but not before it binds itself."""
    begun = min(since.get(of.obligation.id, today), today)
    return max(begun, date.fromisoformat(of.duty.since)) if of.duty.since else begun


def _evidence(id: str, found: Mapping[str, Standing]) -> Evidence:
    title = str(catalogue()[id].title)
    if id not in found:
        return Evidence(id, title, None)
    row = found[id]
    days = []
    if row.state is Posture.STATED:
        zone = zone_of(live_profile())
        days = [said.made_at.astimezone(zone).date() for said in row.said]
    return Evidence(id, title, row.state, min(days, default=None))


def _works(viewer: Viewer, origins: Sequence[str]) -> dict[str, list[Task]]:
    """The tasks of each duty, the open one and the newest first."""
    rows = Task.objects.all().visible_to(viewer).filter(origin__startswith=OF_DUTIES)
    if len(origins) == 1:
        rows = rows.filter(origin=origins[0])
    found: dict[str, list[Task]] = {}
    for task in rows.select_related("owner").order_by("-ended_at", "-id"):
        found.setdefault(task.origin, []).append(task)
    return found


def _by_person(task: Task, ending: Ending) -> bool:
    """Whether a person ended a task so. What ended by itself tells nothing of what was done."""
    return task.ended_as == ending and task.ended_by.startswith(PERSON)


def _work(tasks: Sequence[Task]) -> Work:
    opened = next((task for task in tasks if task.ended_at is None), None)
    done = next((task for task in tasks if _by_person(task, Ending.DONE)), None)
    dropped = next((task for task in tasks if _by_person(task, Ending.DROPPED)), None)
    if done and dropped and done.ended_at and dropped.ended_at and done.ended_at >= dropped.ended_at:
        dropped = None
    return Work(
        open=opened is not None,
        due=opened.due if opened else None,
        done_on=_day_of(done),
        done_due=done.due if done else None,
        dropped_on=_day_of(dropped),
        dropped_due=dropped.due if dropped else None,
    )


def _day_of(task: Task | None) -> date | None:
    if task is None or task.ended_at is None:
        return None
    return task.ended_at.astimezone(zone_of(live_profile())).date()


def _visible(key: str, viewer: Viewer) -> bool:
    return viewer.reads and viewer.covers("law") and any(one.duty.key == key for one in binding_duties())


register_reference(DUTY, lambda key: reverse("law-duty", args=[key]))
register_visible(DUTY, _visible)
register_name(DUTY, name_of_duty)
