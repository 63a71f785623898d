"""What people do with exercises: plan one, play it, end it. Nothing of it is ever sent to anybody outside.

It is played in a case that is marked as an exercise: what an inject brings, facts and events, is put into
that case, so that the clocks of the law run as they would. What fell short of the plan becomes lessons of the
case, and with them findings, in the act that ends it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases import actions as case_actions
from duecare.incidents.cases import playbook_tasks
from duecare.incidents.cases.acts import sentence, twice
from duecare.incidents.cases.kept_law import freeze_law, keep_law
from duecare.incidents.cases.models import Case, CaseFact
from duecare.incidents.decisions.queries import value_words
from duecare.incidents.exercises.models import Exercise, Inject
from duecare.incidents.exercises.queries import SCORES, scenario_of
from duecare.incidents.exercises.scenarios import LONGEST_TITLE, Scenario, Turn, to_json
from duecare.incidents.lessons.actions import Draft, put_down
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.plans.queries import plan_content
from duecare.incidents.timeline.actions import put
from duecare.law.moments import Moment
from duecare.law.obligations import register
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.record_form import LONG
from duecare.program.task_actions import YEARS
from duecare.program.task_queries import today_at
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import in_the_records_language, recorded

A_MONTH = timedelta(days=30)
"""Until when what an exercise showed is to be settled, unless somebody says otherwise."""
SOURCE = "exercise"
"""What entries of the timeline say that an exercise put there."""


def plan_exercise(
    actor: str, scenario: Scenario, title: str, day: date, people: str, now: datetime
) -> Exercise:
    """Plan an exercise for a day, with the story as it is today. Raises BadInput naming what cannot be."""
    with in_the_records_language():
        told = to_json(scenario)
    row = Exercise(id=new_key(), scenario=told, made_by=actor, made_at=now)
    _describe(row, title, day, people)
    with recording(actor, recorded("plan the exercise %(title)s", title=row.title)):
        row.save(force_insert=True)
    return row


def change_exercise(
    actor: str, key: str, *, title: str, day: date, people: str, seen: int, now: datetime
) -> Exercise:
    """Move an exercise that has not begun, or change who takes part.

    Raises Refused if it has begun or ended, or somebody changed it since `seen`.
    """
    with recording(actor, "change an exercise"):
        row = _held(key)
        demand_unchanged(row, seen)
        if row.started_at is not None:
            raise Refused(_("This exercise has begun."), _("Say what is otherwise when it ends."))
        _describe(row, title, day, people)
        row.save()
    return row


def drop_exercise(actor: str, key: str, because: str, now: datetime) -> Exercise:
    """Say why a planned exercise is not held. Raises BadInput without a reason, Refused if it began."""
    because = sentence(because, _("Say why it is not held."))
    with recording(actor, "drop an exercise") as act:
        row = _held(key)
        act.reason = recorded("drop the exercise %(title)s", title=row.title)
        if row.started_at is not None:
            raise Refused(_("This exercise has begun."), _("End it, and say what was left out."))
        row.ended_at, row.ended_by, row.dropped_because = now, actor, because
        row.save()
    return row


def begin_exercise(actor: str, key: str, now: datetime) -> Exercise:
    """Begin an exercise: its case opens, marked as one, with the plan that is approved today.

    Raises Refused if it has begun or ended, BadInput if the plan has no longer the playbook of its story.
    """
    return twice(lambda: _begin_exercise(actor, key, now))


def _begin_exercise(actor: str, key: str, now: datetime) -> Exercise:
    with recording(actor, "begin an exercise") as act:
        row = _held(key)
        act.reason = recorded("begin the exercise %(title)s", title=row.title)
        if row.started_at is not None:
            raise Refused(_("This exercise has begun already."), _("Go on with it on its page."))
        scenario, plan = scenario_of(row), plan_content(None)
        if scenario.kind not in plan.playbooks:
            raise BadInput(
                _("The plan has no longer the playbook of this story."),
                _("Take the playbook back into the plan and let it be approved, or plan another story."),
            )
        severities = {one.id for one in plan.severities}
        row.case = case_actions.begin(
            actor,
            now,
            title=row.title,
            kind=scenario.kind,
            severity=scenario.severity if scenario.severity in severities else "",
            exercise=True,
        )
        row.started_at = now
        row.save()
    return row


def give(actor: str, key: str, inject: str, now: datetime) -> Inject:
    """Put a turn of the story to those who take part; what it brings is put into the case.

    Raises Refused if the exercise does not run or the turn was given before, NotFound for no such turn.
    """
    kept = keep_law()
    with recording(actor, "give a turn of an exercise") as act:
        row = _running(key)
        turn = _turn(row, inject)
        act.reason = recorded(
            "give the turn %(turn)s of the exercise %(title)s", turn=inject, title=row.title
        )
        if Inject.objects.filter(exercise=row, inject=inject).exists():
            raise Refused(_("This was given already."), _("Go on with the next."))
        given: Inject = Inject.objects.create(
            id=new_key(), exercise=row, inject=inject, given_at=now, given_by=actor
        )
        case = _case_of(row)
        if turn.events or turn.facts:
            case = Case.objects.select_for_update().get(pk=case.pk)
            freeze_law(actor, case, kept, now)
        _bring(actor, case, turn, now)
    return given


def answer(
    actor: str, key: str, inject: str, words: str, score: str, score_words: str, now: datetime, *, seen: int
) -> Inject:
    """Record what was decided or done, and how that compares with the plan; "" for not yet.

    Raises BadInput without words, or without saying what fell short; Refused if the exercise has ended or
    somebody changed it since `seen`; NotFound for a turn that was not given.
    """
    words, score_words = sentence(words, _("Say what was decided or done.")), score_words.strip()
    if score not in ("", *SCORES):
        raise BadInput(_("There is no such score."), _("Choose one of the list."), "score")
    if score in ("in part", "not") and not score_words:
        raise BadInput(
            _("It is not said what fell short of the plan."),
            _("A sentence is enough; it becomes a lesson."),
            "score_words",
        )
    if len(score_words) > LONG:
        raise BadInput(_("The text is too long."), _("Use at most %s characters.") % LONG, "score_words")
    with recording(actor, "record what was done in an exercise") as act:
        row = _running(key)
        act.reason = recorded("record what was done in the exercise %(title)s", title=row.title)
        given: Inject | None = Inject.objects.select_for_update().filter(exercise=row, inject=inject).first()
        if given is None:
            raise NotFound(_("This was not given yet."), _("Give it first, on the page of the exercise."))
        demand_unchanged(given, seen)
        if given.answer != words:
            put(actor, _case_of(row), now, words, _here(row, now), "decision", source=SOURCE)
        given.answered_at, given.answered_by, given.answer = now, actor, words
        given.score, given.score_words = score, score_words
        given.save()
    return given


def end_exercise(actor: str, key: str, words: str, now: datetime) -> list[Lesson]:
    """End an exercise with what those who took part say of it; the lessons that its gaps became.

    Raises BadInput without words, Refused if it does not run, nothing was given, or something given is not
    scored.
    """
    words = sentence(words, _("Say what those who took part make of it."))
    with recording(actor, "end an exercise") as act:
        row = _running(key)
        act.reason = recorded("end the exercise %(title)s", title=row.title)
        given = {one.inject: one for one in Inject.objects.filter(exercise=row)}
        turns = [turn for turn in scenario_of(row).injects if turn.id in given]
        if not turns:
            raise Refused(_("Nothing was given yet."), _("Give the first turn, or wait with the end."))
        lacking = [turn.told for turn in turns if not given[turn.id].score]
        if lacking:
            raise Refused(
                _("It is not said yet how this went: “%s”") % _cut(lacking[0]),
                _("Compare what was done with the plan, then end the exercise."),
            )
        case = _case_of(row)
        row.ended_at, row.ended_by, row.ended_words = now, actor, words
        row.save()
        due = today_at(now) + A_MONTH
        lessons = [
            put_down(actor, case, Draft(given[turn.id].score_words, turn.safeguard, due=due), now)
            for turn in turns
            if given[turn.id].score != "as planned"
        ]
        playbook_tasks.drop_tasks(actor, case, recorded("The exercise has ended."), now)
        put(
            actor,
            case,
            now,
            recorded("The exercise has ended. %(words)s", words=words),
            _here(row, now),
            "note",
            source=SOURCE,
        )
    return lessons


# ── Within an act ────────────────────────────────────────────────────────────────────────────────────────


def _bring(actor: str, case: Case, turn: Turn, now: datetime) -> None:
    """Put what a turn tells, and the facts and events that it brings, into the case."""
    here = Moment(now, case.zone)
    put(actor, case, now, turn.told, here, "event", source=SOURCE)
    for event in turn.events:
        with in_the_records_language():
            told = _(register().events[event]) if event in register().events else event
        words = recorded("By the exercise: %(event)s", event=told)
        put(actor, case, now, words, here, "event", trigger=event, source=SOURCE)
    for fact, value in turn.facts.items():
        row = CaseFact.objects.select_for_update().filter(case=case, fact=fact).first()
        if row is None:
            row = CaseFact(id=new_key(), case=case, fact=fact)
        elif row.value != value:
            _note_changed(actor, case, fact, row.value, value, now)
        row.value, row.said_by, row.said_at = value, actor, now
        row.words = recorded("By the exercise.")
        row.save()


def _note_changed(actor: str, case: Case, fact: str, was: object, value: object, now: datetime) -> None:
    """Say in the timeline that the story answers a question otherwise than those who take part did."""
    with in_the_records_language():
        known = register().incident_facts.get(fact)
        asked = _(known.asks) if known else fact
        words = _("By the exercise: %(question)s %(value)s (it was: %(was)s)") % {
            "question": asked,
            "value": value_words(value),
            "was": value_words(was),
        }
    put(actor, case, now, words, Moment(now, case.zone), "note", source=SOURCE)


def _describe(row: Exercise, title: str, day: date, people: str) -> None:
    row.title, row.planned_for, row.people = title.strip(), day, people.strip()
    if not 0 < len(row.title) <= LONGEST_TITLE:
        raise BadInput(
            _("An exercise needs a title of at most %s characters.") % LONGEST_TITLE,
            _("Say in a few words what is rehearsed."),
            "title",
        )
    if day.year not in YEARS:
        raise BadInput(_("%s is no day for an exercise.") % day, _("Choose another."), "day")
    if len(row.people) > LONG:
        raise BadInput(_("The text is too long."), _("Use at most %s characters.") % LONG, "people")


def _held(key: str) -> Exercise:
    """The exercise, locked until the act ends, if it has not ended."""
    row: Exercise | None = (
        Exercise.objects.select_for_update(of=("self",)).select_related("case").filter(pk=key).first()
    )
    if row is None:
        raise NotFound(_("There is no such exercise."), _("Look in the list of exercises."))
    if row.ended_at is not None:
        raise Refused(_("This exercise has ended."), _("Plan another: its story can be used again."))
    return row


def _running(key: str) -> Exercise:
    row = _held(key)
    if row.started_at is None:
        raise Refused(_("This exercise has not begun."), _("Begin it on its page."))
    return row


def _case_of(row: Exercise) -> Case:
    if row.case is None or not row.case.exercise:
        raise Refused(_("This exercise has no case."), _("Begin it on its page."))
    if row.case.closed_at is not None:
        raise Refused(_("The case of this exercise is closed."), _("Open it again on its page."))
    return row.case


def _turn(row: Exercise, inject: str) -> Turn:
    found = next((turn for turn in scenario_of(row).injects if turn.id == inject), None)
    if found is None:
        raise NotFound(_("The story has no such turn."), _("Choose one on the page of the exercise."))
    return found


def _here(row: Exercise, now: datetime) -> Moment:
    return Moment(now, _case_of(row).zone)


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:80]}…"
