"""An exercise is played as a case that can tell nobody outside, and what falls short becomes lessons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases.closing import close_case, hindrances
from duecare.incidents.cases.models import Case, CaseFact
from duecare.incidents.exercises.actions import (
    answer,
    begin_exercise,
    change_exercise,
    drop_exercise,
    end_exercise,
    give,
    plan_exercise,
)
from duecare.incidents.exercises.models import Exercise, Inject
from duecare.incidents.exercises.queries import Condition, condition_of, in_condition, played, result
from duecare.incidents.exercises.scenarios import shipped
from duecare.incidents.lessons.actions import answer_lesson
from duecare.incidents.lessons.queries import Answer
from duecare.incidents.notices import clock_actions
from duecare.incidents.timeline.models import TimelineEntry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.mail.models import OutboxMessage
from duecare.program.models import Finding, Task
from duecare.program.task_queries import today_at
from duecare.program.unchanged import seen_entry

pytestmark = pytest.mark.usefixtures("home")
ACTOR = "person:lead"
READER = Viewer("person:r", "r", frozenset({Role.AUDITOR}), "r")


def say(row: Exercise, inject: str, score: str, words: str = "") -> None:
    given = Inject.objects.get(exercise=row, inject=inject)
    answer(ACTOR, row.pk, inject, f"They did {inject}.", score, words, utc_now(), seen=seen_entry(given))


def test_an_exercise_from_the_plan_to_lessons_that_its_case_closes_with() -> None:
    now = utc_now()
    row = plan_exercise(ACTOR, shipped()["lost-laptop"], "Laptop", today_at(now), "Ada, Bo", now)
    with pytest.raises(Refused, match="not begun"):
        give(ACTOR, row.pk, "train", now)
    begun = begin_exercise(ACTOR, row.pk, now)
    case = Case.objects.get(pk=begun.case_id)
    assert case.exercise
    assert (case.kind, case.severity) == ("lost-device", "high")
    with pytest.raises(Refused, match="begun already"):
        begin_exercise(ACTOR, row.pk, now)
    with pytest.raises(Refused, match="has begun"):
        drop_exercise(ACTOR, row.pk, "No time.", now)

    give(ACTOR, row.pk, "train", now + timedelta(minutes=2))
    case.refresh_from_db()
    assert case.law, "the law is frozen with the first event, as in what is none"
    clock_actions.answer_fact(ACTOR, case.pk, "affected_individuals", 5, "I guess.", now, seen=-1)
    give(ACTOR, row.pk, "data", now + timedelta(minutes=15))  # before its time, and out of turn
    with pytest.raises(Refused, match="given already"):
        give(ACTOR, row.pk, "data", now)
    with pytest.raises(NotFound):
        give(ACTOR, row.pk, "no-such", now)
    facts = {one.fact: one.value for one in CaseFact.objects.filter(case=case)}
    assert facts["personal_data_breach"] is True
    assert facts["affected_individuals"] == 1200
    assert TimelineEntry.objects.filter(case=case, words__endswith="1,200 (it was: 5)").exists()
    triggers = TimelineEntry.objects.filter(case=case).exclude(trigger="").values_list("trigger", flat=True)
    assert set(triggers) == {"noticing_or_being_told", "suspicion", "awareness", "discovery"}
    turns = {one.turn.id: one for one in played(Exercise.objects.get(pk=row.pk), READER)}
    assert (turns["train"].off, turns["data"].off) == (2, -5)

    with pytest.raises(Refused, match="how this went"):
        end_exercise(ACTOR, row.pk, "It was useful.", now)
    say(row, "train", "as planned")
    with pytest.raises(BadInput, match="fell short"):
        say(row, "data", "not")
    say(row, "data", "not", "Nobody could say whose data lay on it.")
    assert result(list(played(Exercise.objects.get(pk=row.pk), READER))).startswith(
        "1 as planned, 0 in part, 1 not, 3 not given"
    )
    (lesson,) = end_exercise(ACTOR, row.pk, "It was useful.", now)
    assert (lesson.gap, lesson.safeguard) == ("Nobody could say whose data lay on it.", "data_inventory")
    found = Finding.objects.get(pk=lesson.finding)
    assert found.closed_at is None
    assert found.subject_name.startswith("Exercise ")
    with pytest.raises(Refused, match="has ended"):
        give(ACTOR, row.pk, "found", now)

    assert not Task.objects.filter(about=f"incidents.case:{case.pk}", ended_at=None).exists()
    with pytest.raises(Refused, match="Nobody could say"):
        close_case(ACTOR, case.pk, "Over.", now)
    answer_lesson(ACTOR, lesson.pk, Answer.SAFEGUARD, "The list is kept.", now, due=today_at(now))
    assert hindrances(case, now) == []
    close_case(ACTOR, case.pk, "Over.", now)
    assert not OutboxMessage.objects.exists(), "nothing is ever sent for an exercise"


def test_two_who_record_one_turn_at_once_lose_nothing() -> None:
    now = utc_now()
    row = plan_exercise(ACTOR, shipped()["website-flood"], "Flood", today_at(now), "", now)
    begin_exercise(ACTOR, row.pk, now)
    given = give(ACTOR, row.pk, "slow", now)
    seen = seen_entry(given)
    answer(ACTOR, row.pk, "slow", "One led.", "as planned", "", now, seen=seen)
    with pytest.raises(Refused, match="while you wrote"):
        answer("person:scribe", row.pk, "slow", "Two led.", "not", "Two led.", now, seen=seen)
    assert Inject.objects.get().answer == "One led."


def test_a_planned_exercise_is_moved_or_dropped_with_a_reason() -> None:
    now = utc_now()
    today, day = today_at(now), timedelta(days=1)
    row = plan_exercise(ACTOR, shipped()["extortion"], "Extortion", today + day, "", now)
    moved = change_exercise(
        ACTOR, row.pk, title="Extortion", day=today + 9 * day, people="All", seen=seen_entry(row), now=now
    )
    assert moved.planned_for == today + 9 * day
    with pytest.raises(BadInput, match="why it is not held"):
        drop_exercise(ACTOR, row.pk, " ", now)
    drop_exercise(ACTOR, row.pk, "All are ill.", now)
    with pytest.raises(Refused, match="has ended"):
        begin_exercise(ACTOR, row.pk, now)
    assert not Case.objects.exists()
    own = plan_exercise(ACTOR, replace(shipped()["extortion"], kind="fire"), "Another", today, "", now)
    with pytest.raises(BadInput, match="no longer the playbook"):
        begin_exercise(ACTOR, own.pk, now)
    for on in (today - day, today, today + day):
        told = {one.pk: condition_of(one, on) for one in Exercise.objects.all()}
        for condition in Condition:
            keys = set(Exercise.objects.filter(in_condition(condition, on)).values_list("pk", flat=True))
            assert keys == {key for key, one in told.items() if one is condition}
