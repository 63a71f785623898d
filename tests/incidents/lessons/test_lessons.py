"""A lesson is a finding until it is settled, and a case closes only once each of its gaps has an answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases.actions import open_again, open_case
from duecare.incidents.cases.closing import close_case, hindrances
from duecare.incidents.cases.merge_actions import merge
from duecare.incidents.cases.models import Case, CaseLink
from duecare.incidents.lessons.actions import (
    Draft,
    add_lesson,
    answer_lesson,
    carry_out,
    change_lesson,
    take_up_again,
)
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.lessons.queries import Answer, Condition, condition_of, in_condition, reference
from duecare.incidents.timeline.models import TimelineEntry
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import exception_actions
from duecare.program.approval_actions import approve
from duecare.program.approval_queries import version_of
from duecare.program.assessing import assess
from duecare.program.models import Decided, Ending, Finding, Person, Task
from duecare.program.task_actions import end_task, make_task
from duecare.program.task_queries import today_at
from duecare.program.unchanged import seen_entry

pytestmark = pytest.mark.usefixtures("home")
ACTOR = "person:lead"
GAP = Draft("Nobody knew whom to call.", "ir_plan", "The sheet was two years old.")


@pytest.fixture
def now() -> datetime:
    return utc_now()


@pytest.fixture
def case(now: datetime) -> Case:
    return open_case(ACTOR, now, title="Mail account taken over")


def owner() -> Viewer:
    """Somebody else who decides."""
    with recording("terminal:test", "add somebody"):
        person = Person.objects.create(id=new_key(), name="Oda Owner")
    return Viewer(f"person:{person.pk}", "Oda Owner", frozenset({Role.OWNER}), person.pk)


def decide(row: Lesson, decided: Decided, now: datetime) -> None:
    viewer = owner()
    version = version_of(reference(row.pk), viewer)
    approve(viewer, reference(row.pk), version.entry, decided, "Read it.", None, now)


def finding_of(row: Lesson) -> Finding:
    return Finding.objects.get(pk=Lesson.objects.get(pk=row.pk).finding)


def task_of(row: Lesson) -> Task:
    return Task.objects.filter(about=reference(row.pk)).order_by("-made_at", "-id")[0]


def test_a_lesson_is_a_finding_and_a_task_until_its_change_is_carried_out(case: Case, now: datetime) -> None:
    row = add_lesson(ACTOR, case.pk, GAP, now)
    found = finding_of(row)
    assert (found.safeguard, found.reason, found.subject) == ("ir_plan", GAP.gap, f"incidents.case:{case.pk}")
    assert found.subject_name == "Incident 1: Mail account taken over"
    assert "Nobody knew whom to call" in task_of(row).title
    with pytest.raises(Refused, match="Nothing is to be carried out"):
        carry_out(ACTOR, row.pk, "Done.", now)
    answer_lesson(ACTOR, row.pk, Answer.SAFEGUARD, "A new sheet each quarter.", now, due=date(2199, 1, 1))
    assert finding_of(row).closed_at is None, "a promise closes nothing"
    assert task_of(row).due == date(2199, 1, 1)
    carry_out(ACTOR, row.pk, "The sheet hangs at reception.", now)
    assert finding_of(row).closed_at == now
    assert "hangs at reception" in finding_of(row).closed_because
    assert task_of(row).ended_as == "done"
    with pytest.raises(Refused, match="settled"):
        answer_lesson(ACTOR, row.pk, Answer.RISK, "Otherwise.", now)
    take_up_again(ACTOR, row.pk, "It was gone again.", now + timedelta(seconds=1))
    assert finding_of(row).closed_at is None
    assert finding_of(row).pk != found.pk, "what was closed stays closed"
    assert task_of(row).ended_at is None


def test_an_assessment_neither_closes_nor_doubles_it(case: Case, now: datetime) -> None:
    row = add_lesson(ACTOR, case.pk, GAP, now)
    assess("terminal:test", now)
    assert finding_of(row).closed_at is None
    assert Finding.objects.filter(check_id="incidents.lesson").count() == 1


def test_what_is_accepted_counts_once_somebody_signed_it_and_a_refusal_opens_it_again(
    case: Case, now: datetime
) -> None:
    row = add_lesson(ACTOR, case.pk, GAP, now)
    with pytest.raises(BadInput, match="looked at again"):
        answer_lesson(ACTOR, row.pk, Answer.ACCEPTED, "Too dear this year.", now)
    retest = today_at(now) + timedelta(days=90)
    answer_lesson(ACTOR, row.pk, Answer.ACCEPTED, "Too dear this year.", now, retest=retest)
    assert finding_of(row).closed_at is None
    assert any("signed" in words for words in hindrances(case, now))
    decide(row, Decided.REFUSED, now)
    row.refresh_from_db()
    assert (row.answer, condition_of(row, today_at(now))) == ("", Condition.OPEN)
    answer_lesson(ACTOR, row.pk, Answer.ACCEPTED, "Only until the new office.", now, retest=retest)
    decide(row, Decided.APPROVED, now)
    row.refresh_from_db()
    assert condition_of(row, today_at(now)) is Condition.ACCEPTED
    assert condition_of(row, retest) is Condition.RETEST
    assert finding_of(row).closed_at == now
    assert hindrances(case, now) == []
    (passed,) = hindrances(case, now + timedelta(days=91))
    assert "take it up again" in passed
    with pytest.raises(Refused, match="accepted until"):
        change_lesson(ACTOR, row.pk, GAP, seen_entry(row), now)


def test_what_is_accepted_is_not_signed_once_its_day_to_look_again_has_come(
    case: Case, now: datetime
) -> None:
    row = add_lesson(ACTOR, case.pk, GAP, now)
    retest = today_at(now) + timedelta(days=1)
    answer_lesson(ACTOR, row.pk, Answer.ACCEPTED, "Until tomorrow.", now, retest=retest)
    with pytest.raises(Refused, match="answer the lesson anew"):
        decide(row, Decided.APPROVED, now + timedelta(days=2))


def test_a_case_does_not_go_up_in_another_and_leave_a_lesson_without_an_answer(
    case: Case, now: datetime
) -> None:
    row = add_lesson(ACTOR, case.pk, GAP, now)
    target = open_case(ACTOR, now, title="The same")
    with pytest.raises(Refused, match="Nobody knew whom to call"):
        merge(ACTOR, case.pk, target.pk, "One sender.", now)
    answer_lesson(ACTOR, row.pk, Answer.SAFEGUARD, "A new sheet.", now, due=today_at(now))
    with pytest.raises(BadInput) as refusal:
        change_lesson(ACTOR, row.pk, GAP, seen_entry(row), now)
    assert refusal.value.place == "due"
    assert merge(ACTOR, case.pk, target.pk, "One sender.", now) == target
    drills = [open_case(ACTOR, now, title=title, exercise=True).pk for title in ("One", "Two")]
    with pytest.raises(Refused, match="exercise is not merged"):
        merge(ACTOR, *drills, "One story.", now)


def test_closing_is_refused_and_names_each_thing_that_stands_in_the_way(case: Case, now: datetime) -> None:
    row = add_lesson(ACTOR, case.pk, GAP, now)
    task = make_task(ACTOR, now, title="Tell the bank", about=f"incidents.case:{case.pk}")
    with recording(ACTOR, "what a check found"):
        finding = Finding.objects.create(
            id=new_key(), check_id="incidents.lesson", safeguard="patching", subject="systems.host:x",
            subject_name="web-1", reason="It was old.", opened_at=now,
        )  # fmt: skip
        link = CaseLink.objects.create(
            id=new_key(), case=case, about=f"program.finding:{finding.pk}", why="The way in.",
            attached_by=ACTOR, attached_at=now,
        )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        close_case(ACTOR, case.pk, "All is well.", now)
    for words in ("Nobody knew whom to call", "Tell the bank", "web-1: It was old"):
        assert words in refusal.value.what
    with pytest.raises(BadInput):
        close_case(ACTOR, case.pk, "  ", now)
    end_task(ACTOR, task.pk, Ending.DROPPED, "The bank called us.", now)
    answer_lesson(ACTOR, row.pk, Answer.RISK, "Phones count as the weakest part from now on.", now)
    assert finding_of(row).closed_at == now
    about = add_lesson(ACTOR, case.pk, Draft("It was old.", "patching", about=link.about), now)
    assert about.finding == finding.pk, "no second finding for what is one already"
    with pytest.raises(NotFound):
        add_lesson(ACTOR, case.pk, Draft("x", "patching", about="program.finding:other"), now)
    assert len(hindrances(case, now)) == 1
    answer_lesson(ACTOR, about.pk, Answer.SAFEGUARD, "It updates itself.", now, due=today_at(now))
    close_case(ACTOR, case.pk, "The account is ours again.", now)
    case.refresh_from_db()
    assert (case.closed_at, case.closed_as) == (now, "resolved")
    assert TimelineEntry.objects.filter(case=case, words__contains="The account is ours again.").exists()
    with pytest.raises(Refused, match="closed"):
        add_lesson(ACTOR, case.pk, GAP, now)
    carry_out(ACTOR, about.pk, "It updated itself on Monday.", now)  # which may well come after
    open_again(ACTOR, case.pk, "They came back.", now)
    case.refresh_from_db()
    assert case.closed_at is None


def test_an_approved_exception_is_a_signed_acceptance_of_a_finding_that_is_attached(
    case: Case, now: datetime
) -> None:
    with recording(ACTOR, "what a check found"):
        finding = Finding.objects.create(
            id=new_key(), check_id="x.y", safeguard="patching", subject="systems.host:x",
            subject_name="web-1", reason="It was old.", opened_at=now,
        )  # fmt: skip
        CaseLink.objects.create(
            id=new_key(), case=case, about=f"program.finding:{finding.pk}", why="The way in.",
            attached_by=ACTOR, attached_at=now,
        )  # fmt: skip
    draft = exception_actions.Draft(
        "patching", "No update exists.", "It stands alone.", today_at(now) + timedelta(days=30), finding.pk
    )
    asked = exception_actions.ask_for_exception(ACTOR, draft, now)
    assert len(hindrances(case, now)) == 1, "asking is not enough"
    viewer = owner()
    name = f"program.safeguardexception:{asked.pk}"
    approve(viewer, name, version_of(name, viewer).entry, Decided.APPROVED, "", None, now)
    assert hindrances(case, now) == []


def test_two_who_change_one_lesson_at_once_lose_nothing_in_silence(case: Case, now: datetime) -> None:
    row = add_lesson(ACTOR, case.pk, GAP, now)
    seen = seen_entry(row)
    change_lesson("person:other", row.pk, Draft("Nobody knew whom to call at night.", "ir_plan"), seen, now)
    with pytest.raises(Refused, match="changed this while you wrote"):
        change_lesson(ACTOR, row.pk, GAP, seen, now)
    assert finding_of(row).reason == "Nobody knew whom to call at night."


def test_a_lesson_without_words_or_safeguard_is_refused_by_name(case: Case, now: datetime) -> None:
    for draft, place in ((Draft(" ", "ir_plan"), "gap"), (Draft("x", "no-such"), "safeguard")):
        with pytest.raises(BadInput) as refusal:
            add_lesson(ACTOR, case.pk, draft, now)
        assert refusal.value.place == place
    assert not Lesson.objects.exists()


def test_each_condition_is_the_same_to_the_database(case: Case, now: datetime) -> None:
    today = today_at(now)
    day = timedelta(days=1)
    rows = [
        add_lesson(ACTOR, case.pk, Draft("x", "ir_plan", due=due), now)
        for due in (None, today - day, today + day)
    ]
    planned = add_lesson(ACTOR, case.pk, GAP, now)
    answer_lesson(ACTOR, planned.pk, Answer.SAFEGUARD, "Soon.", now, due=today + day)
    late = add_lesson(ACTOR, case.pk, GAP, now)
    answer_lesson(ACTOR, late.pk, Answer.SAFEGUARD, "Soon.", now, due=today - day)
    risk = add_lesson(ACTOR, case.pk, GAP, now)
    answer_lesson(ACTOR, risk.pk, Answer.RISK, "Graver.", now)
    asked = add_lesson(ACTOR, case.pk, GAP, now)
    answer_lesson(ACTOR, asked.pk, Answer.ACCEPTED, "For now.", now, retest=today + day)
    for on in (today - 2 * day, today, today + 2 * day):
        told = {row.pk: condition_of(row, on) for row in Lesson.objects.all()}
        for condition in Condition:
            keys = set(Lesson.objects.filter(in_condition(condition, on)).values_list("pk", flat=True))
            assert keys == {key for key, one in told.items() if one is condition}
    assert len(rows) == 3
