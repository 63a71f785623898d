"""Tasks for programs: the list, one of them, and what can be done with it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import Refused
from duecare.ledger.viewers import Request, Scope, Viewer
from duecare.program import remarks, task_actions, task_forms, task_views
from duecare.program.models import Ending, Task
from duecare.program.task_queries import find_task, holding_people
from duecare.web.api import cleaned, endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Reference, Words

router = Router(tags=["Tasks"])
_LISTING = task_views.listing(Viewer("", ""), date.min)
Repeating = Literal["", "weekly", "monthly", "quarterly", "yearly"]


class Named(Answer):
    """Somebody, by key and name."""

    id: str
    name: str


class TaskAnswer(Answer):
    """One task."""

    id: str
    title: str
    why: str
    about: str
    safeguard: str
    owner: Named | None
    due: date | None
    minutes: int | None
    repeats: str
    made_by: str
    made_at: Moment
    after: str | None
    """The task that this one repeats."""
    ended_at: Moment | None
    ended_as: str
    ended_by: str
    ended_words: str


class ChangeTask(Body):
    """Fields of a task; those that are left out stay."""

    title: Line | None = None
    why: Words | None = None
    due: Day | None = None
    minutes: int | None = None
    repeats: Repeating | None = None
    safeguard: Line | None = None


class MakeTask(ChangeTask):
    """A new task."""

    title: Line
    owner: Key | None = None
    """Key of a person; nobody yet without one."""
    about: Reference | Literal[""] = ""


class HandOver(Body):
    """Who does a task from now on, and a word with it. A member hands back, and names nobody."""

    words: Words
    owner: Key | None = None


class EndTask(Body):
    """How a task ended."""

    ending: Literal["done", "dropped"]
    words: Words = ""
    last: bool = False
    """It need not come again."""


class Ended(Answer):
    """A task that has ended, and the one that follows it."""

    task: TaskAnswer
    next: TaskAnswer | None


def told(task: Task) -> TaskAnswer:
    """A task as it is answered."""
    values = {name: getattr(task, name) for name in TaskAnswer.model_fields if name != "after"}
    return TaskAnswer.model_validate({**values, "after": task.after_id})


def _given(body: Body) -> dict[str, Any]:
    """The fields that were sent; null means empty."""
    return {
        name: "" if value is None else value for name, value in body.model_dump(exclude_unset=True).items()
    }


@endpoint(router, "GET", "/tasks", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_tasks(request: Request) -> Any:
    """Tasks: a member's own, everyone's for who reads all, soonest due first."""
    listing = task_views.listing(request.viewer, timezone.localdate(request.view_now))
    rows = Task.objects.all().visible_to(request.viewer).select_related("owner")
    return list_rows(request, listing, rows)


@endpoint(router, "POST", "/tasks", Scope.TASKS, TaskAnswer, status=201)
def make_task(request: Request, body: MakeTask) -> Any:
    """Make a task."""
    viewer = task_views.changer(request)
    if body.about:
        remarks.demand_visible(body.about, viewer)
    today = timezone.localdate(request.view_now)
    people = holding_people(today).visible_to(viewer)
    given = _given(body)
    given.pop("about", None)
    values = cleaned(task_forms.MakeTaskForm(given, people=people, today=today))
    return told(task_actions.make_task(viewer.actor, request.now, about=body.about, **values))


@endpoint(router, "GET", "/tasks/{key}", Scope.READ, TaskAnswer)
def one_task(request: Request, key: Key) -> Any:
    """One task."""
    return told(find_task(key, request.viewer))


@endpoint(router, "PATCH", "/tasks/{key}", Scope.TASKS, TaskAnswer)
def change_task(request: Request, key: Key, body: ChangeTask) -> Any:
    """Change what a task is."""
    viewer = task_views.changer(request)
    found = task_views.ender(request, key)
    form = task_forms.ChangeTaskForm(
        {**task_forms.ChangeTaskForm.of(found), **_given(body)},
        today=timezone.localdate(request.view_now),
        before=found.due,
    )
    return told(task_actions.change_task(viewer.actor, key, **cleaned(form)))


@endpoint(router, "POST", "/tasks/{key}/hand-over", Scope.TASKS, TaskAnswer)
def hand_over_task(request: Request, key: Key, body: HandOver) -> Any:
    """Give a task to somebody else; a member gives it back to whoever it came from."""
    viewer, found = request.viewer, task_views.ender(request, key)
    holding = holding_people(timezone.localdate(request.view_now)).visible_to(viewer)
    if viewer.changes:
        form = task_forms.HandOverForm(_given(body), people=holding.exclude(pk=found.owner_id))
        owner = cleaned(form)["owner"]
    elif body.owner is None:
        giver = task_views.giver_of(found, viewer, holding)
        owner = giver.pk if giver else None
    else:
        raise Refused(_("A member hands a task back, to nobody of their choice."), _("Name no owner."))
    return told(task_actions.hand_over(viewer.actor, key, owner, body.words, request.now))


@endpoint(router, "POST", "/tasks/{key}/end", Scope.TASKS, Ended)
def end_task(request: Request, key: Key, body: EndTask) -> Any:
    """End a task as done or dropped; one that repeats is followed by the next."""
    viewer = request.viewer
    task_views.ender(request, key)
    following = task_actions.end_task(
        viewer.actor, key, Ending(body.ending), body.words, request.now, last=body.last
    )
    after = Task.objects.all().visible_to(viewer).filter(pk=following.pk).first() if following else None
    return {"task": told(find_task(key, viewer)), "next": told(after) if after else None}
