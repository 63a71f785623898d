"""The plan counts as rehearsed for a year, and a lesson as in time until its days are over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from duecare.incidents.cases.actions import open_case
from duecare.incidents.exercises.actions import (
    answer,
    begin_exercise,
    end_exercise,
    give,
    plan_exercise,
)
from duecare.incidents.exercises.checks import EXERCISES, exercised
from duecare.incidents.exercises.scenarios import shipped
from duecare.incidents.lessons.actions import Draft, add_lesson
from duecare.incidents.lessons.checks import LESSONS, lessons_in_time
from duecare.incidents.lessons.subjects import exercises
from duecare.ledger.records import utc_now
from duecare.program.assessing import assess
from duecare.program.judgement import Facts, Verdict
from duecare.program.models import Finding, Outcome
from duecare.program.task_queries import today_at
from duecare.program.unchanged import seen_entry

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TODAY = date(2026, 11, 28)


def facts(section: str, **told: Any) -> Facts:
    return Facts(NOW, NOW, {section: {"state": "read", "problems": [], **told}})


@pytest.mark.parametrize(
    ("last_on", "verdict"),
    [
        ("", Verdict.UNKNOWN),
        ("2026-11-28", Verdict.MET),
        ("2025-11-28", Verdict.MET),
        ("2025-11-27", Verdict.UNMET),
    ],
)
def test_a_year_after_the_last_exercise_the_next_is_owed(last_on: str, verdict: Verdict) -> None:
    assert exercised(facts(EXERCISES, last_on=last_on, broken_off_on=""), 365).verdict is verdict


DAY = timedelta(days=1)
OPEN = {"made_on": "2026-11-20", "answered": False, "asked": False, "settled": False, "due": "", "retest": ""}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"made_on": "2026-11-13"}, "nobody has answered it for 15 days"),
        ({"made_on": "2026-11-13", "asked": True}, "nobody has signed for 15 days"),
        ({"made_on": "2026-01-01", "answered": True}, ""),
        ({"answered": True, "due": "2026-11-28"}, ""),
        ({"answered": True, "due": "2026-11-27"}, "carried out by"),
        ({"settled": True, "answered": True, "due": "2026-01-01"}, ""),
        ({"settled": True, "asked": True, "retest": "2026-11-29"}, ""),
        ({"settled": True, "asked": True, "retest": "2026-11-28"}, "looked at again"),
    ],
)
def test_a_lesson_is_late_by_its_answer_its_own_day_or_the_day_to_look_again(
    changes: dict[str, Any], reason: str
) -> None:
    found = lessons_in_time(facts(LESSONS, **{**OPEN, **changes}), 14)
    assert bool(found.unmet) is bool(reason)
    assert not reason or reason in found.unmet[0].reason


def play(now: datetime, *turns: str) -> None:
    """An exercise of five turns, of which these are given."""
    row = plan_exercise("person:x", shipped()["insider-list"], "List", today_at(now), "", now)
    begin_exercise("person:x", row.pk, now)
    for turn in turns:
        given = give("person:x", row.pk, turn, now)
        answer("person:x", row.pk, turn, "All.", "as planned", "", now, seen=seen_entry(given))
    end_exercise("person:x", row.pk, "Well.", now)


def test_both_are_judged_from_what_the_record_holds(home: object) -> None:
    now = utc_now()
    assess("terminal:test", now)
    told = {row.pk: row.verdict for row in Outcome.objects.filter(pk__startswith="incidents.")}
    assert told["incidents.exercised"] == Verdict.UNKNOWN
    assert told["incidents.lessons_in_time"] == Verdict.NOT_APPLICABLE
    play(now, "hint", "may-we")
    (subject,) = exercises(now)
    (gap,) = exercised(subject.facts, 365).unmet
    assert "broken off before half of its turns" in gap.reason
    play(now, "hint", "may-we", "copied")
    case = open_case("person:x", now, title="Odd mail")
    long_ago = now - 40 * DAY
    late = add_lesson("person:x", case.pk, Draft("It was slow.", "ir_plan"), long_ago)
    assess("terminal:test", now)
    told = {row.pk: row.verdict for row in Outcome.objects.filter(pk__startswith="incidents.")}
    assert told["incidents.exercised"] == Verdict.MET
    assert told["incidents.lessons_in_time"] == Verdict.UNMET
    assert Finding.objects.filter(
        check_id="incidents.lessons_in_time", subject=f"incidents.lesson:{late.pk}"
    ).exists()
