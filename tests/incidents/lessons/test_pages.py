"""Whose lesson it is may answer it, whatever else they may; others see nothing of it."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from duecare.incidents.cases.actions import open_case
from duecare.incidents.exercises.models import Exercise
from duecare.incidents.exercises.scenarios import source_of
from duecare.incidents.lessons.actions import Draft, add_lesson
from duecare.incidents.lessons.models import Lesson
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.people_models import Right
from duecare.program.unchanged import seen_entry
from tests.people import browser, sign_in
from tests.site.test_api import day


def test_a_member_settles_their_own_lesson_and_sees_no_other(home: Path) -> None:
    manager, mine, other = browser(), browser(), browser()
    lead, member = sign_in(manager, Role.MANAGER), sign_in(mine, Role.MEMBER)
    sign_in(other, Role.MEMBER)
    now = utc_now()
    case = open_case(lead.actor, now, title="Odd mail")
    row = add_lesson(
        lead.actor, case.pk, Draft("Nobody knew <b>whom</b> to call.", "ir_plan", owner=member.person), now
    )
    address = f"/incidents/lessons/{row.pk}/"
    assert other.get(address).status_code == 404
    assert mine.get(f"/incidents/cases/{case.pk}/lessons/").status_code == 404, "the case is not theirs"
    page = mine.get(address).content.decode()
    assert "Nobody knew &lt;b&gt;whom&lt;/b&gt; to call." in page
    assert f"/incidents/cases/{case.pk}/" not in page
    assert "Draw the lesson" in mine.get("/duties/").content.decode()
    seen = seen_entry(row)
    answer = {"answer": "accepted", "words": "Not now.", "due": "", "retest": "", "seen": seen}
    assert mine.post(f"{address}answer/", answer).status_code == 400, "without a day to look again"
    answer = {"answer": "safeguard", "words": "A sheet.", "due": day(3), "retest": "", "seen": seen}
    assert mine.post(f"{address}answer/", answer).status_code == 302
    late = mine.post(f"{address}answer/", {**answer, "words": "Other words."})
    assert late.status_code == 400
    assert "changed this while you wrote" in late.content.decode()
    assert "Other words." in late.content.decode(), "what was typed is not lost"
    assert mine.post(f"{address}done/", {"words": "It hangs there."}).status_code == 302
    assert Lesson.objects.get().done_at is not None
    finding = Lesson.objects.get().finding
    assert "It hangs there." in manager.get(f"/findings/{finding}/").content.decode()
    theirs = add_lesson(lead.actor, case.pk, Draft("It was slow.", "ir_plan", owner=member.person), now)
    with recording("terminal:test", "they leave"):
        Right.objects.filter(person=member.person).update(ended_at=now)
    better = {"gap": "It was too slow.", "safeguard": "ir_plan", "owner": member.person}
    better["seen"] = str(seen_entry(theirs))
    assert manager.post(f"/incidents/lessons/{theirs.pk}/change/", better).status_code == 302
    assert Lesson.objects.get(pk=theirs.pk).owner_id == member.person, "nobody took it from them unasked"


def test_a_story_of_ones_own_is_planned_from_a_file_or_refused_with_its_place(home: Path) -> None:
    client = browser()
    sign_in(client, Role.MANAGER)
    told = source_of("invoice-fraud")

    def plan(text: str, scenario: str = "own") -> object:
        file = SimpleUploadedFile("../../mine.yaml", text.encode())
        sent = {"scenario": scenario, "file": file, "title": "", "day": day(1), "people": "All"}
        return client.post("/incidents/exercises/plan/", sent)

    broken = plan(told.replace("safeguard: mfa", "safeguard: mfaa"))
    assert broken.status_code == 400  # type: ignore[attr-defined]
    assert "mfaa" in broken.content.decode()  # type: ignore[attr-defined]
    assert plan(told, "extortion").status_code == 400, "which of the two is meant?"  # type: ignore[attr-defined]
    assert not Exercise.objects.exists()
    assert plan(told).status_code == 302  # type: ignore[attr-defined]
    assert Exercise.objects.get().title == "An invoice that we paid to somebody else"
