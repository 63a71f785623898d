"""Pages of tasks: the list, one of them, what can be done with it, and everybody's own duties."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.ledger.naming import PERSON, actor_words
from duecare.ledger.viewers import Request, Viewer
from duecare.program import remarks, task_actions, task_forms
from duecare.program.catalogue import area_of, catalogue
from duecare.program.finding_tasks import open_findings
from duecare.program.models import Ending, Person, Repeats, Task
from duecare.program.plan_queries import OF_PLAN
from duecare.program.queries import safeguards_for
from duecare.program.subjects import address_of, name_of
from duecare.program.task_queries import (
    TASK,
    duties,
    find_task,
    history,
    holding_people,
    is_late,
    may_end,
    safeguard_of,
)
from duecare.web.figures import sort_key
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

REPEATS_WORDS = dict(task_forms.REPEATS)


def changer(request: Request) -> Viewer:
    """The viewer, if they may make and change tasks. Raises Refused for who only reads, else NotFound."""
    viewer = request.viewer
    if viewer.changes:
        return viewer
    if viewer.reads:
        raise Refused(_("An auditor changes nothing."), _("Ask an owner or a manager."))
    raise NotFound(_("There is no such page, or none that you may see."), _("Begin at your duties."))


def ender(request: Request, key: str) -> Task:
    """The task, if the viewer may end it or hand it on. Raises NotFound or Refused otherwise."""
    task = find_task(key, request.viewer)
    if task.ended_at is not None:
        raise Refused(_("This task has ended already."), _("Make a new one if there is more to do."))
    if not may_end(task, request.viewer):
        raise Refused(_("You may read this task, and change nothing."), _("Ask an owner or a manager."))
    return task


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────


def state_of(task: Task, today: date) -> str:
    """A word of `web/words.py`."""
    if task.ended_at is not None:
        return task.ended_as
    return "late" if is_late(task, today) else "to do"


def listing(viewer: Viewer, today: date) -> Listing[Task]:
    """The list of tasks as a viewer sees it on a day; those that are due first come first."""
    states = {
        "open": Q(ended_at=None),
        "late": Q(ended_at=None, due__lt=today),
        "ended": Q(ended_at__isnull=False),
        Ending.DONE.value: Q(ended_as=Ending.DONE),
        Ending.DROPPED.value: Q(ended_as=Ending.DROPPED),
    }
    whose = {"mine": Q(owner=viewer.person or None), "nobody": Q(owner=None)}
    offered = [one for one in catalogue().values() if viewer.covers(one.area)]
    titles = sorted(((one.id, str(one.title)) for one in offered), key=lambda choice: sort_key(choice[1]))
    return Listing(
        name="tasks",
        caption=gettext_lazy("Tasks"),
        columns=(
            Column("state", gettext_lazy("State"), lambda row: state_of(row, today), Kind.STATUS),
            Column(
                "title",
                gettext_lazy("What"),
                lambda row: row.title,
                link=lambda row: reverse("task", args=[row.pk]),
            ),
            Column("owner", gettext_lazy("Who"), lambda row: row.owner.name if row.owner else None),
            Column("due", gettext_lazy("Last day"), lambda row: row.due, Kind.DATE, order="due"),
            Column(
                "repeats",
                gettext_lazy("Comes again"),
                lambda row: REPEATS_WORDS[Repeats(row.repeats)] if row.repeats else None,
                export=lambda row: row.repeats,
            ),
            Column(
                "safeguard",
                gettext_lazy("Safeguard"),
                lambda row: (
                    catalogue()[row.safeguard].title if row.safeguard in catalogue() else row.safeguard
                ),
                link=lambda row: (
                    reverse("safeguard", args=[row.safeguard])
                    if viewer.reads and row.safeguard in catalogue() and viewer.covers(area_of(row.safeguard))
                    else ""
                ),
                export=lambda row: row.safeguard,
            ),
            Column("ended", gettext_lazy("Ended"), lambda row: row.ended_at, Kind.DATE, order="ended_at"),
        ),
        sort=("due",),
        filters=(
            Filter(
                "state",
                gettext_lazy("State"),
                lambda value: states[value],
                choices=(
                    ("open", gettext_lazy("Open")),
                    ("late", gettext_lazy("Late")),
                    ("ended", gettext_lazy("Ended")),
                    (Ending.DONE.value, gettext_lazy("Done")),
                    (Ending.DROPPED.value, gettext_lazy("Dropped")),
                ),
            ),
            Filter(
                "whose",
                gettext_lazy("Whose"),
                lambda value: whose[value],
                choices=(("mine", gettext_lazy("Mine")), ("nobody", gettext_lazy("Nobody’s yet"))),
            ),
            Filter(
                "plan",
                gettext_lazy("Plan"),
                lambda value: OF_PLAN,
                choices=(("first-90-days", gettext_lazy("First 90 days")),),
            ),
            Filter("owner", gettext_lazy("Who (name)"), "owner__name__icontains", FilterKind.TEXT),
            Filter("safeguard", gettext_lazy("Safeguard"), "safeguard", choices=titles),
            Filter("about", gettext_lazy("About (reference)"), "about", FilterKind.TEXT),
            Filter("until", gettext_lazy("Due until"), "due", FilterKind.UNTIL),
        ),
        empty=Empty(
            gettext_lazy("No tasks yet"),
            gettext_lazy("Make one: what is to be done, by whom and by when."),
            reverse("task-new") if viewer.changes else "",
        ),
    )


@require_safe
def tasks(request: Request) -> HttpResponseBase:
    """The tasks that the viewer may see: a member's own, everyone's for who reads all."""
    viewer = request.viewer
    rows = Task.objects.all().visible_to(viewer).select_related("owner")
    return show(
        request, listing(viewer, timezone.localdate(request.view_now)), rows, template="program/tasks.html"
    )


@require_safe
def my_duties(request: Request) -> HttpResponseBase:
    """What waits for the viewer: late, soon, later, done lately, and who mentioned them."""
    context = {
        "duties": duties(request.viewer, timezone.localdate(request.view_now), request.view_now),
        "mentions": remarks.mentions_of(request.viewer, request.view_now),
    }
    return render(request, "program/duties.html", context)


# ── One task ─────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def task(request: Request, key: str) -> HttpResponseBase:
    """One task: what, why, who, until when; what can be done with it; remarks and history."""
    viewer = request.viewer
    found = find_task(key, viewer)
    following = Task.objects.all().visible_to(viewer).filter(after=found).first()
    context = {
        "task": found,
        "state": state_of(found, timezone.localdate(request.view_now)),
        "repeats": REPEATS_WORDS[Repeats(found.repeats)],
        "safeguard": catalogue().get(found.safeguard) if viewer.covers(area_of(found.safeguard)) else None,
        "about": name_of(found.about, viewer),
        "about_url": address_of(found.about),
        "made_by": _who(found.made_by, viewer),
        "ended_by": _who(found.ended_by, viewer),
        "before": found.after if found.after_id and _sees(found.after_id, viewer) else None,
        "following": following,
        "may_end": may_end(found, viewer),
        "history": history(found, viewer),
        "listed": open_findings(found, viewer, request.view_now),
        **remarks.context(f"{TASK}:{found.pk}", viewer),
    }
    return render(request, "program/task.html", context)


def _who(actor: str, viewer: Viewer) -> str:
    """An actor in words."""
    people = Person.objects.all().visible_to(viewer).filter(pk=actor.removeprefix(PERSON))
    return actor_words(actor, people.values_list("name", flat=True).first())


def _sees(key: str, viewer: Viewer) -> bool:
    return Task.objects.all().visible_to(viewer).filter(pk=key).exists()


def _sent(request: Request) -> Any:
    """What a form was sent with; None while it is only shown."""
    return request.POST if request.method == "POST" else None


def _page(
    request: Request, form: Any, title: str, button: str, back: str, about: str = ""
) -> HttpResponseBase:
    context = {"form": form, "title": title, "button": button, "back": back, "about": about}
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)


def _offer(form: task_forms.MakeTaskForm | task_forms.ChangeTaskForm, viewer: Viewer, has: str = "") -> None:
    """Let whose right is limited to areas choose among their safeguards, and the one that the task has."""
    if viewer.areas is not None:
        mine = safeguards_for(viewer)
        form.offer([one for id, one in catalogue().items() if id in mine or id == has])


@require_http_methods(["GET", "HEAD", "POST"])
def task_new(request: Request) -> HttpResponseBase:
    """Make a task; `?about=` names what it is about."""
    viewer = changer(request)
    about = request.GET.get("about", "")
    if about:
        remarks.demand_visible(about, viewer)
    today, called = timezone.localdate(request.view_now), name_of(about, viewer)
    initial = {"title": called[: task_actions.LONGEST], "safeguard": safeguard_of(about, viewer)}
    people = holding_people(today).visible_to(viewer).order_by("name", "id")
    form = task_forms.MakeTaskForm(
        _sent(request), people=people, today=today, initial={**initial, "owner": viewer.person}
    )
    _offer(form, viewer)
    if form.is_valid():
        try:
            made = task_actions.make_task(viewer.actor, request.now, about=about, **form.cleaned_data)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The task was made."))
            return redirect("task", made.pk)
    back = address_of(about) or reverse("tasks")
    return _page(request, form, _("Make a task"), _("Make the task"), back, called)


@require_http_methods(["GET", "HEAD", "POST"])
def task_change(request: Request, key: str) -> HttpResponseBase:
    """Change what a task is."""
    viewer = changer(request)
    found = ender(request, key)
    form = task_forms.ChangeTaskForm(
        _sent(request),
        initial=task_forms.ChangeTaskForm.of(found),
        today=timezone.localdate(request.view_now),
        before=found.due,
    )
    _offer(form, viewer, found.safeguard)
    if form.is_valid():
        try:
            task_actions.change_task(viewer.actor, found.pk, **form.cleaned_data)
        except BadInput as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The task was changed."))
            return redirect("task", found.pk)
    return _page(request, form, _("Change the task"), _("Save"), reverse("task", args=[key]), found.title)


def giver_of(task: Task, viewer: Viewer, holding: QuerySet[Person]) -> Person | None:
    """Whom a member's task goes back to: who gave it to them, if somebody else did who can still do it."""
    return holding.exclude(pk=viewer.person).filter(pk=task.made_by.removeprefix(PERSON)).first()


@require_http_methods(["GET", "HEAD", "POST"])
def task_hand_over(request: Request, key: str) -> HttpResponseBase:
    """Give a task to somebody else; a member gives it back to whoever it came from."""
    viewer = request.viewer
    found = ender(request, key)
    holding = holding_people(timezone.localdate(request.view_now)).visible_to(viewer)
    form: task_forms.HandBackForm
    if viewer.changes:
        form = task_forms.HandOverForm(
            _sent(request), people=holding.exclude(pk=found.owner_id).order_by("name", "id")
        )
        title, button, about = _("Hand over the task"), _("Hand it over"), found.title
    else:
        form = task_forms.HandBackForm(_sent(request))
        giver = giver_of(found, viewer, holding)
        whom = giver.name if giver else _("nobody yet; a manager sees it in the list of tasks")
        title, button = _("Hand back the task"), _("Hand it back")
        about = _("%(task)s. It goes to: %(whom)s.") % {"task": found.title, "whom": whom}
    if form.is_valid():
        owner = form.cleaned_data["owner"] if viewer.changes else giver.pk if giver else None
        try:
            task_actions.hand_over(viewer.actor, found.pk, owner, form.cleaned_data["words"], request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The task was handed over."))
            return redirect("task", found.pk) if viewer.changes else redirect("duties")
    return _page(request, form, title, button, reverse("task", args=[key]), about)


@require_http_methods(["GET", "HEAD", "POST"])
def task_end(request: Request, key: str) -> HttpResponseBase:
    """End a task as done or dropped."""
    viewer = request.viewer
    found = ender(request, key)
    form = task_forms.EndForm(_sent(request), repeats=bool(found.repeats))
    if form.is_valid():
        values = form.cleaned_data
        following = task_actions.end_task(
            viewer.actor,
            found.pk,
            Ending(values["ending"]),
            values["words"],
            request.now,
            last=values.get("last", False),
        )
        messages.success(request, _("Ended. Thank you."))
        if following is not None:
            messages.info(request, _("It comes again: the next one is due on %s.") % following.due)
        return redirect("task", found.pk)
    return _page(request, form, _("End the task"), _("End it"), reverse("task", args=[key]), found.title)
