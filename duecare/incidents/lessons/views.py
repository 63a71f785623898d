"""Pages of lessons: all of them, those of a case, one of them, and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, Refused
from duecare.incidents.cases.closing import hindrances
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.models import ROOM, Case
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.incidents.lessons import actions, forms, lists
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.lessons.queries import (
    ANSWERS,
    FINDING,
    Answer,
    attached_findings,
    called,
    condition_of,
    find_lesson,
    lessons_of,
    may_tend,
    reference,
)
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks
from duecare.program.approval_queries import decisions_about
from duecare.program.approval_views import may_decide
from duecare.program.catalogue import catalogue
from duecare.program.models import Person, Task
from duecare.program.queries import safeguards_for
from duecare.program.statement_queries import names_of
from duecare.program.subjects import address_of, name_of
from duecare.program.task_queries import holding_people
from duecare.program.unchanged import seen_entry
from duecare.web.views import show

HISTORY = 20
"""Entries that the page of a lesson lists."""
A_MONTH = 30
A_YEAR = 365


@require_safe
def lessons(request: Request) -> HttpResponseBase:
    """All lessons, of incidents and exercises alike, newest first."""
    viewer = demand_area(request, ROOM)
    today = timezone.localdate(request.view_now)
    return show(
        request,
        lists.listing(today, reverse("exercises")),
        lists.rows(viewer),
        template="incidents/lessons.html",
    )


@require_safe
def case_lessons(request: Request, key: str) -> HttpResponseBase:
    """What a case showed to fall short, what became of each, and what stands in the way of closing it."""
    viewer = request.viewer
    case = find_case(key, viewer)
    today = timezone.localdate(request.view_now)
    rows = lessons_of(case, viewer)
    answered = {row.about for row in rows if row.about}
    context = framed(
        case,
        request,
        "case-lessons",
        rows=[_told(row, today) for row in rows],
        findings=[
            {"row": row, "answered": f"{FINDING}:{row.pk}" in answered}
            for row in attached_findings(case, viewer)
        ],
        **closing_context(case, request),
    )
    return render(request, "incidents/case_lessons.html", context)


def closing_context(case: Case, request: Request) -> dict[str, Any]:
    """What stands in the way of closing a case, and who closed it."""
    viewer = request.viewer
    return {
        "hindrances": [] if case.closed_at else hindrances(case, request.view_now),
        "closer": names_of([case.closed_by], viewer)[case.closed_by] if case.closed_by else "",
    }


def _told(row: Lesson, today: Any) -> dict[str, Any]:
    found = catalogue().get(row.safeguard)
    return {
        "row": row,
        "state": condition_of(row, today).value,
        "safeguard": found.title if found else row.safeguard,
        "answer": ANSWERS.get(row.answer, ""),
    }


# ── One lesson ───────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def lesson(request: Request, key: str) -> HttpResponseBase:
    """One lesson: what fell short, its answer, who decided, its finding and task, its history."""
    viewer = request.viewer
    row = find_lesson(key, viewer)
    name, state = reference(key), condition_of(row, timezone.localdate(request.view_now))
    live = asof.current() is None
    sees_case = Case.objects.all().visible_to(viewer).filter(pk=row.case_id).exists()
    entries = (
        entries_about("incidents.lesson", [key], viewer).filter(kind="incidents.lesson").order_by("-index")
    )
    task = (
        Task.objects.all()
        .visible_to(viewer)
        .filter(origin=f"lesson:{key}")
        .order_by("-made_at", "-id")
        .first()
    )
    about = f"{FINDING}:{row.finding}" if row.finding else ""
    people = names_of({row.made_by, *filter(None, [row.answered_by])}, viewer)
    context = {
        **_told(row, timezone.localdate(request.view_now)),
        "called": called(row.case),
        "case_url": reverse("case-lessons", args=[row.case_id]) if sees_case else "",
        "maker": people[row.made_by],
        "answerer": people.get(row.answered_by, ""),
        "task": task,
        "finding": name_of(about, viewer) if about else "",
        "finding_url": address_of(about),
        "own_finding": not row.about,
        "reference": name,
        "decisions": decisions_about([name], viewer).get(name, []),
        "may_decide": state.value == "asked" and viewer.reads and may_decide(viewer, name),
        "may_tend": live and may_tend(row, viewer),
        "entries": list(entries[:HISTORY]),
        **remarks.context(name, viewer),
    }
    return render(request, "incidents/lesson.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def lesson_add(request: Request, key: str) -> HttpResponseBase:
    """Put down what a case showed to fall short."""
    viewer = request.viewer
    case = find_case(key, viewer)
    demand_worker(case, viewer)
    answered = {row.about for row in lessons_of(case, viewer)}
    findings = [row for row in attached_findings(case, viewer) if f"{FINDING}:{row.pk}" not in answered]
    today = timezone.localdate(request.view_now)
    initial = {
        "due": forms.day_after(today, A_MONTH),
        "owner": viewer.person,
        "about": request.GET.get("about", ""),
    }
    form = forms.LessonForm(
        _sent(request),
        people=_people(today, viewer),
        safeguards=safeguards_for(viewer).values(),
        findings=findings,
        initial=initial,
    )
    if form.is_valid():
        try:
            made = actions.add_lesson(viewer.actor, case.pk, form.draft(), request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The lesson was put down. Its finding is open until it is settled."))
            return redirect("lesson", made.pk)
    return _page(
        request,
        form,
        _("Put down a lesson"),
        _("Put it down"),
        reverse("case-lessons", args=[key]),
        called(case),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def lesson_change(request: Request, key: str) -> HttpResponseBase:
    """Say better what fell short, or who sees to it."""
    viewer = request.viewer
    row = demand_tending(request, key)
    today = timezone.localdate(request.view_now)
    safeguards = safeguards_for(viewer)
    has = catalogue().get(row.safeguard)
    form = forms.ChangeLessonForm(
        _sent(request),
        people=_choices(row, _people(today, viewer)),
        safeguards={**safeguards, **({has.id: has} if has else {})}.values(),
        initial={**forms.ChangeLessonForm.of(row), "seen": seen_entry(row)},
    )
    if form.is_valid():
        try:
            actions.change_lesson(viewer.actor, key, form.draft(), form.cleaned_data["seen"], request.now)
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("The lesson was changed."))
            return redirect("lesson", key)
    return _page(
        request, form, _("Change the lesson"), _("Save"), reverse("lesson", args=[key]), called(row.case)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def lesson_answer(request: Request, key: str) -> HttpResponseBase:
    """Say what becomes of a lesson."""
    viewer = request.viewer
    row = demand_tending(request, key)
    today = timezone.localdate(request.view_now)
    initial = {
        "answer": row.answer or Answer.SAFEGUARD.value,
        "words": row.answer_words,
        "due": row.due or forms.day_after(today, A_MONTH),
        "retest": row.retest or forms.day_after(today, A_YEAR),
        "seen": seen_entry(row),
    }
    form = forms.AnswerForm(_sent(request), initial=initial)
    if form.is_valid():
        values = form.cleaned_data
        try:
            actions.answer_lesson(
                viewer.actor,
                key,
                Answer(values["answer"]),
                values["words"],
                request.now,
                due=values["due"],
                retest=values["retest"],
                seen=values["seen"],
            )
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("The lesson is answered."))
            return redirect("lesson", key)
    return _page(
        request, form, _("Answer the lesson"), _("Record the answer"), reverse("lesson", args=[key]), row.gap
    )


@require_http_methods(["GET", "HEAD", "POST"])
def lesson_done(request: Request, key: str) -> HttpResponseBase:
    """Say that what was to change has changed."""
    row = demand_tending(request, key)
    form = forms.WordsForm(
        _sent(request),
        label=_("What was changed"),
        help_text=_("And where that shows: a setting, a page, a test."),
    )
    if form.is_valid():
        try:
            actions.carry_out(request.viewer.actor, key, form.cleaned_data["words"], request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Done. Its finding is closed."))
            return redirect("lesson", key)
    return _page(
        request,
        form,
        _("It is carried out"),
        _("Record that it is done"),
        reverse("lesson", args=[key]),
        row.gap,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def lesson_again(request: Request, key: str) -> HttpResponseBase:
    """Open a settled lesson again."""
    row = demand_tending(request, key)
    form = forms.WordsForm(_sent(request), label=_("What was seen now"))
    if form.is_valid():
        try:
            actions.take_up_again(request.viewer.actor, key, form.cleaned_data["words"], request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The lesson is open again."))
            return redirect("lesson", key)
    return _page(
        request,
        form,
        _("Take the lesson up again"),
        _("Take it up again"),
        reverse("lesson", args=[key]),
        row.gap,
    )


def demand_tending(request: Request, key: str) -> Lesson:
    """The lesson, if the viewer may work on it. Raises NotFound for one not seen, Refused otherwise."""
    row = find_lesson(key, request.viewer)
    if not may_tend(row, request.viewer):
        raise Refused(
            _("You may read this lesson, and change nothing."),
            _("Ask whoever leads the case to give you a role."),
        )
    return row


def _people(today: Any, viewer: Viewer) -> list[Person]:
    return list(holding_people(today).visible_to(viewer).order_by("name", "id"))


def _choices(row: Lesson, people: list[Person]) -> list[Person]:
    """Those who may see to a lesson; whoever does now stays among them, with a right or without."""
    return people if row.owner is None or row.owner in people else [*people, row.owner]


def _sent(request: Request) -> Any:
    """What a form was sent with; None while it is only shown."""
    return request.POST if request.method == "POST" else None


def _page(
    request: Request, form: Any, title: str, button: str, back: str, about: str = ""
) -> HttpResponseBase:
    context = {"form": form, "title": title, "button": button, "back": back, "about": about}
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)
