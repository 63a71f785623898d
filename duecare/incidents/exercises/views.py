"""Pages of exercises: all of them, the stories that ship, one as it is played, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.incidents.cases.models import ROOM
from duecare.incidents.cases.naming import kind_name, severity_name
from duecare.incidents.exercises import actions, forms, lists
from duecare.incidents.exercises.models import Inject
from duecare.incidents.exercises.queries import (
    EXERCISE,
    Condition,
    condition_of,
    find_exercise,
    played,
    result,
    scenario_of,
)
from duecare.incidents.exercises.scenarios import Scenario, shipped, source_of
from duecare.incidents.lessons.forms import WordsForm
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.plans.queries import plan_content
from duecare.law.obligations import register
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks
from duecare.program.statement_queries import names_of
from duecare.program.unchanged import seen_entry
from duecare.web.views import show


def runner(request: Request) -> Viewer:
    """The viewer, if they may lead exercises. Raises Refused for who may only read, else NotFound."""
    viewer = demand_area(request, ROOM)
    if not viewer.changes:
        raise Refused(_("Only an owner, a manager or an approver leads exercises."), _("Ask one of them."))
    return viewer


@require_safe
def exercises(request: Request) -> HttpResponseBase:
    """All exercises, newest first, and the stories that ship."""
    viewer = demand_area(request, ROOM)
    may_plan = viewer.changes and asof.current() is None
    today, plan = timezone.localdate(request.view_now), plan_content(None)
    context = {"may_plan": may_plan, "stories": [_story(one) for one in shipped().values()]}
    return show(
        request,
        lists.listing(today, plan, may_plan),
        lists.rows(viewer),
        template="incidents/exercises.html",
        context=context,
    )


def _story(one: Scenario) -> dict[str, Any]:
    turns = len(one.injects)
    return {
        "one": one,
        "length": ngettext(
            "%(turns)s turn, about %(minutes)s minutes", "%(turns)s turns, about %(minutes)s minutes", turns
        )
        % {"turns": turns, "minutes": one.minutes},
    }


@require_safe
def scenario(request: Request, id: str) -> HttpResponseBase:
    """A story that ships, for whoever will lead it."""
    demand_area(request, ROOM)
    one = _shipped(id)
    plan = plan_content(None)
    context = {
        **_story(one),
        "kind": kind_name(plan, one.kind),
        "severity": severity_name(plan, one.severity),
        "questions": _questions(one),
        "may_plan": request.viewer.changes and asof.current() is None,
    }
    return render(request, "incidents/scenario.html", context)


@require_safe
def scenario_file(request: Request, id: str) -> HttpResponseBase:
    """The file of a story that ships, as an example for one's own."""
    demand_area(request, ROOM)
    one = _shipped(id)
    response = HttpResponse(source_of(one.id), content_type="application/yaml")
    response["Content-Disposition"] = f'attachment; filename="{one.id}.yaml"'
    return response


def _shipped(id: str) -> Scenario:
    one = shipped().get(id)
    if one is None:
        raise NotFound(_("There is no such story."), _("Choose one on the page of the exercises."))
    return one


def _questions(one: Scenario) -> dict[str, list[str]]:
    """What each turn brings for the clocks, in words, by the turn's id."""
    law = register()
    return {
        turn.id: [
            *(
                _("It happens that %s.") % _(law.events[event])
                for event in turn.events
                if event in law.events
            ),
            *(
                f"{_(law.incident_facts[fact].asks)} {_value(value)}"
                for fact, value in turn.facts.items()
                if fact in law.incident_facts
            ),
        ]
        for turn in one.injects
    }


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes.") if value else _("No.")
    return f"{value}."


# ── One exercise ─────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def exercise(request: Request, key: str) -> HttpResponseBase:
    """One exercise: what comes next while it is played, what was done, how it went, and what it showed."""
    viewer = demand_area(request, ROOM)
    row = find_exercise(key, viewer)
    state = condition_of(row, timezone.localdate(request.view_now))
    turns, one, plan = played(row, viewer), scenario_of(row), plan_content(row.case)
    brings = _questions(one)
    given = sorted((each for each in turns if each.given), key=lambda each: (each.given_at, each.number))
    left = [each for each in turns if not each.given]
    lessons = (
        Lesson.objects.all().visible_to(viewer).filter(case=row.case).order_by("made_at", "id")
        if row.case
        else []
    )
    unscored = [each for each in given if not each.score]
    live = asof.current() is None
    people = names_of({row.made_by, *filter(None, [row.ended_by])}, viewer)
    context = {
        "row": row,
        "state": state.value,
        "story": one,
        "kind": kind_name(plan, one.kind),
        "severity": severity_name(plan, one.severity),
        "given": [{"turn": each, "brings": brings[each.turn.id]} for each in given],
        "next": left[0] if left and state is Condition.RUNNING else None,
        "next_brings": brings[left[0].turn.id] if left else [],
        "later": left[1:] if state is Condition.RUNNING else left,
        "result": result(turns) if given else "",
        "unscored": len(unscored),
        "lessons": lessons,
        "maker": people[row.made_by],
        "ender": people.get(row.ended_by, ""),
        "may_lead": viewer.changes and live,
        "running": state is Condition.RUNNING,
        "waiting": state in (Condition.PLANNED, Condition.LATE),
        **remarks.context(f"{EXERCISE}:{row.pk}", viewer),
    }
    return render(request, "incidents/exercise.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def exercise_new(request: Request) -> HttpResponseBase:
    """Plan an exercise; `?scenario=` chooses its story."""
    viewer = runner(request)
    sent = request.method == "POST"
    initial = {"scenario": request.GET.get("scenario", "")}
    form = forms.PlanForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        today=timezone.localdate(request.view_now),
        initial=initial,
    )
    if form.is_valid():
        values, story = form.cleaned_data, form.story()
        try:
            made = actions.plan_exercise(
                viewer.actor,
                story,
                values["title"] or str(story.title),
                values["day"],
                values["people"],
                request.now,
            )
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("The exercise is planned."))
            return redirect("exercise", made.pk)
    return _page(request, form, _("Plan an exercise"), _("Plan it"), reverse("exercises"), upload=True)


@require_http_methods(["GET", "HEAD", "POST"])
def exercise_change(request: Request, key: str) -> HttpResponseBase:
    """Move an exercise, or change who takes part."""
    viewer = runner(request)
    row = find_exercise(key, viewer)
    form = forms.ChangeForm(
        _sent(request),
        today=timezone.localdate(request.view_now),
        before=row.planned_for,
        initial={**forms.ChangeForm.of(row), "seen": seen_entry(row)},
    )
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.change_exercise(
                viewer.actor,
                key,
                title=values["title"] or scenario_of(row).title,
                day=values["day"],
                people=values["people"],
                seen=values["seen"],
                now=request.now,
            )
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("The exercise was changed."))
            return redirect("exercise", key)
    return _page(
        request, form, _("Change the exercise"), _("Save"), reverse("exercise", args=[key]), row.title
    )


@require_http_methods(["GET", "HEAD", "POST"])
def exercise_drop(request: Request, key: str) -> HttpResponseBase:
    """Say that a planned exercise is not held."""
    viewer = runner(request)
    row = find_exercise(key, viewer)
    form = WordsForm(_sent(request), label=_("Why it is not held"))
    if form.is_valid():
        try:
            actions.drop_exercise(viewer.actor, key, form.cleaned_data["words"], request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The exercise is dropped; it stays in the record."))
            return redirect("exercise", key)
    return _page(
        request, form, _("Drop the exercise"), _("Drop it"), reverse("exercise", args=[key]), row.title
    )


@require_POST
def exercise_begin(request: Request, key: str) -> HttpResponseBase:
    """Begin an exercise: its case opens, marked as one."""
    viewer = runner(request)
    find_exercise(key, viewer)
    actions.begin_exercise(viewer.actor, key, request.now)
    messages.success(
        request, _("The exercise has begun. Its case is open, and nothing of it is sent outside.")
    )
    return redirect("exercise", key)


@require_POST
def exercise_give(request: Request, key: str, inject: str) -> HttpResponseBase:
    """Put a turn of the story to those who take part."""
    viewer = runner(request)
    find_exercise(key, viewer)
    actions.give(viewer.actor, key, inject, request.now)
    return redirect("exercise", key)


@require_http_methods(["GET", "HEAD", "POST"])
def exercise_score(request: Request, key: str, inject: str) -> HttpResponseBase:
    """Record what was done in a turn, and how that compares with the plan."""
    viewer = runner(request)
    row = find_exercise(key, viewer)
    given = Inject.objects.all().visible_to(viewer).filter(exercise=row, inject=inject).first()
    turn = next((one for one in scenario_of(row).injects if one.id == inject), None)
    if given is None or turn is None:
        raise NotFound(_("This was not given yet."), _("Give it first, on the page of the exercise."))
    form = forms.ScoreForm(_sent(request), initial={**forms.ScoreForm.of(given), "seen": seen_entry(given)})
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.answer(
                viewer.actor,
                key,
                inject,
                values["words"],
                values["score"],
                values["score_words"],
                request.now,
                seen=values["seen"],
            )
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("Recorded."))
            return redirect("exercise", key)
    context = {"form": form, "row": row, "turn": turn}
    return render(request, "incidents/exercise_score.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def exercise_end(request: Request, key: str) -> HttpResponseBase:
    """End an exercise; its gaps become lessons."""
    viewer = runner(request)
    row = find_exercise(key, viewer)
    form = WordsForm(
        _sent(request),
        label=_("What those who took part make of it"),
        help_text=_(
            "What went well, what was missing. What fell short of the plan becomes lessons by itself."
        ),
    )
    if form.is_valid():
        try:
            made = len(actions.end_exercise(viewer.actor, key, form.cleaned_data["words"], request.now))
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                ngettext(
                    "The exercise has ended. It showed %(n)s gap, which is a lesson now.",
                    "The exercise has ended. It showed %(n)s gaps, which are lessons now.",
                    made,
                )
                % {"n": made},
            )
            return redirect("exercise", key)
    return _page(
        request, form, _("End the exercise"), _("End it"), reverse("exercise", args=[key]), row.title
    )


def _sent(request: Request) -> Any:
    """What a form was sent with; None while it is only shown."""
    return request.POST if request.method == "POST" else None


def _page(
    request: Request, form: Any, title: str, button: str, back: str, about: str = "", *, upload: bool = False
) -> HttpResponseBase:
    context = {"form": form, "title": title, "button": button, "back": back, "about": about, "upload": upload}
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)
