"""The after-action report tells one case from its first sign to its lessons, as the record has it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from duecare.assurance.actions import issue
from duecare.assurance.reports import REPORTS
from duecare.assurance.reports.incident_course import at_words
from duecare.assurance.reports.interface import Asked, Told
from duecare.errors import NotFound
from duecare.incidents.cases.actions import describe, open_case
from duecare.incidents.cases.role_actions import end_role, give_role
from duecare.incidents.decisions.actions import Draft as Deciding
from duecare.incidents.decisions.actions import put_down
from duecare.incidents.evidence.actions import add_elsewhere
from duecare.incidents.exercises.actions import answer, begin_exercise, end_exercise, give, plan_exercise
from duecare.incidents.exercises.scenarios import shipped
from duecare.incidents.lessons.actions import Draft as Gap
from duecare.incidents.lessons.actions import add_lesson, answer_lesson
from duecare.incidents.lessons.queries import Answer
from duecare.incidents.notices import clock_actions
from duecare.incidents.plans.queries import plan_content
from duecare.incidents.timeline.actions import add_entry
from duecare.incidents.timeline.rows import Draft
from duecare.law.moments import Moment, start_of_day
from duecare.ledger import asof, blobs
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.papers.placing import day
from duecare.program.task_queries import today_at
from duecare.program.unchanged import seen_entry
from tests.program.papers import pdfs

OWNER = Viewer("person:ann", "Ann Example", frozenset({Role.OWNER}), "ann")
WHO = OWNER.actor


def texts(told: Told) -> str:
    """All that the blocks say."""

    def said(value: Any) -> Any:
        if isinstance(value, dict):
            for one in value.values():
                yield from said(one)
        elif isinstance(value, list | tuple):
            for one in value:
                yield from said(one)
        else:
            yield str(value)

    return "\n".join(said(told.content["blocks"]))


@pytest.mark.usefixtures("home")
def test_one_case_is_told_whole_issued_as_a_file_and_as_of_an_earlier_moment(tmp_path: Path) -> None:
    began = utc_now()
    case = open_case(WHO, began, title="Mail account taken over", kind="mail-takeover", severity="high")
    describe(
        WHO,
        case.pk,
        title=case.title,
        summary="A mailbox was read for a week.",
        seen=seen_entry(case),
        now=began,
    )
    for hours, mark in ((-5, "started"), (-3, "detected")):
        moment = Moment(began + timedelta(hours=hours), "UTC")
        add_entry(WHO, case, Draft(moment, f"It {mark}.", mark=mark, techniques=("T1078",)), began)
    clock_actions.record_event(WHO, case.pk, "awareness", Moment(began, case.zone), began, words="We knew.")
    put_down(
        WHO,
        case.pk,
        Deciding("Whether to pay", [("Pay", ""), ("Do not", "")], "Do not", "It buys nothing."),
        began,
    )
    add_elsewhere(
        WHO, case, began, what="Disk of the server", place="Safe", collected_by="Niamh", collected_at=began
    )
    before = utc_now()
    lesson = add_lesson(WHO, case.pk, Gap("The bank was told too late.", "ir_plan", "No number."), utc_now())
    answer_lesson(
        WHO, lesson.pk, Answer.SAFEGUARD, "The number is on the sheet.", utc_now(), due=today_at(began)
    )

    def gathered(instant: Any) -> str:
        day = timezone.localtime(instant).date()
        asked = Asked(day, day, instant, about=f"case:{case.pk}")
        with asof.viewing(asof.view_at(instant)):
            return texts(REPORTS["incident"].gather(asked, OWNER))

    told = gathered(utc_now())
    for words in (
        "A mailbox was read for a week.",
        "It started.",
        "T1078",
        "2 hours, from when it started until it was detected",
        "the timeline has no entry “Contained”",
        "Whether to pay",
        "It buys nothing.",
        "nobody yet",
        "Disk of the server, Safe",
        "The bank was told too late.",
        "The number is on the sheet.",
        "nobody had this role",
    ):
        assert words in told, words
    assert "The bank was told too late." not in gathered(before), "then it was not known"
    with pytest.raises(NotFound), asof.viewing(asof.view_at(utc_now())):
        REPORTS["incident"].gather(Asked(began.date(), began.date(), began, about="case:none"), OWNER)

    now = utc_now()
    row = issue(OWNER, REPORTS["incident"], Asked(now.date(), now.date(), now, about=f"case:{case.pk}"), now)
    assert row.title == "After-action report: Incident 1: Mail account taken over"
    pdf = blobs.fetch(row.pdf)
    assert pdfs.standards(pdf) == (b"3", b"A", b"1")
    assert "The bank was told too late." in pdfs.text(pdf, tmp_path)


@pytest.mark.usefixtures("home")
def test_an_exercise_says_that_it_was_one_and_how_it_compares_with_the_plan() -> None:
    now = utc_now()
    row = plan_exercise(WHO, shipped()["website-flood"], "Flood", today_at(now), "Ada", now)
    begun = begin_exercise(WHO, row.pk, now)
    given = give(WHO, row.pk, "slow", now)
    answer(WHO, row.pk, "slow", "Two restarted it.", "not", "Nobody led.", now, seen=seen_entry(given))
    end_exercise(WHO, row.pk, "We shall call first.", now)
    then = utc_now()
    asked = Asked(then.date(), then.date(), then, about=f"case:{begun.case_id}")
    with asof.viewing(asof.view_at(then)):
        told = REPORTS["incident"].gather(asked, OWNER)
    assert told.title.endswith("Exercise 1: Flood")
    assert told.lines == ("An exercise: nothing of it happened.",)
    said = texts(told)
    for words in (
        "0 as planned, 0 in part, 1 not, 4 not given",
        "Two restarted it.",
        "Nobody led.",
        "We shall call first.",
    ):
        assert words in said, words


@pytest.mark.usefixtures("home")
def test_without_a_playbook_nothing_is_said_to_have_gone_as_planned_and_a_role_that_ended_was_somebodys() -> (
    None
):
    now = utc_now()
    case = open_case(WHO, now, title="Odd mail")
    for role in plan_content(None).roles:
        row = give_role(WHO, case.pk, role.id, now, name="Helper")
        end_role(WHO, case.pk, row.pk, now)
    then = utc_now()
    with asof.viewing(asof.view_at(then)):
        told = REPORTS["incident"].gather(
            Asked(then.date(), then.date(), then, about=f"case:{case.pk}"), OWNER
        )
    said = texts(told)
    assert "no playbook with which it could be compared" in said
    assert "none was frozen" in said
    assert "nobody had this role" not in said


def test_a_whole_day_is_the_day_of_the_place_in_which_it_was_told() -> None:
    told = date(2026, 11, 20)
    for zone in ("Pacific/Auckland", "America/New_York"):
        assert at_words(Moment(start_of_day(told, zone), zone, whole_day=True)) == day(told)
