"""Notices are drafted from what a case knows, read by two, recorded as handed in; late stays late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duecare.errors import BadInput, Refused
from duecare.incidents.models import Case, Notice, TimelineEntry
from duecare.incidents.notices import notice_actions
from duecare.incidents.notices.clocks import clocks_of
from duecare.incidents.timeline.actions import strike_entry
from duecare.law.clocks import State
from duecare.law.moments import moment
from duecare.ledger.viewers import Role, Viewer
from duecare.program.mail.models import OutboxMessage
from tests.incidents import clinic
from tests.incidents.clinic import FRIDAY, HOUR, TERMINAL
from tests.people import browser, sign_in

GDPR = "eu-gdpr.authority"
EIGHT_K = "us-sec-8k.form-8k"
MONDAY = datetime(2026, 10, 26, 13, 0, tzinfo=UTC)
"""14:00 in Berlin."""


def notice_of(case: Case, clock: str, now: datetime) -> Notice:
    return notice_actions.draft_notice(TERMINAL, case.pk, clock, "The authority", "A breach", "Text.", now)


def state(case: Case, clock: str, now: datetime) -> State:
    viewer = Viewer(TERMINAL, "", frozenset({Role.OWNER}))
    found = clocks_of(Case.objects.get(pk=case.pk), viewer, now).of(clock)
    assert found
    return found.state


def test_a_notice_is_drafted_read_by_a_second_person_changed_and_handed_in(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
    writer, reader = browser(), browser()
    with clinic.at(FRIDAY + 2 * HOUR):
        sign_in(writer, Role.MANAGER)
        sign_in(reader, Role.OWNER)
        clinic.aware(case)
        clinic.answer(case, "personal_data_breach", True)
        clinic.answer(case, "affected_individuals", 1200)
        page = writer.get(f"/incidents/cases/{case.pk}/clocks/{GDPR}/notice/").content.decode()
        for part in (
            "From: Klinik am Fluss",
            "you became aware of it, with a reasonable degree of certainty: 23 October 2026, 10:20 CEST",
            "How many people are affected? 1,200",
            "What is not known yet",
            "How likely is harm to the people whose data they are?",
            "[to be completed]",
        ):
            assert part in page.replace("&#x27;", "'"), part
        sent = {"recipient": "The authority", "subject": "A breach", "words": "<i>Text</i>"}
        made = writer.post(f"/incidents/cases/{case.pk}/clocks/{GDPR}/notice/", sent)["Location"]
        notice = Notice.objects.get()
        shown = reader.get(made).content.decode()
        assert "&lt;i&gt;Text&lt;/i&gt;" in shown
        assert "by nobody yet" in shown
        form = reader.get(f"{made}change/").content.decode()
        seen = form.partition('name="seen" value="')[2].partition('"')[0]
        assert reader.post(f"{made}review/", {"words": "Fine.", "seen": seen}).status_code == 302
        notice.refresh_from_db()
        assert (notice.reviewed_alone, notice.review_words) == (False, "Fine.")
        # A second editor is told, keeps their words and sees how it stands; saving again saves over it. A
        # change takes the review back.
        lost = writer.post(f"{made}change/", {**sent, "words": "Mine", "seen": seen})
        assert lost.status_code == 400
        assert "changed this while you wrote" in lost.content.decode()
        assert "Mine" in lost.content.decode()
        assert "As it stands now" in lost.content.decode()
        afresh = lost.content.decode().partition('name="seen" value="')[2].partition('"')[0]
        assert int(afresh) > int(seen)
        assert writer.post(f"{made}change/", {**sent, "words": "Mine", "seen": afresh}).status_code == 302
        notice_actions.change_notice(TERMINAL, notice.pk, "A", "B", "C", 10**9, FRIDAY + 2 * HOUR)
        notice.refresh_from_db()
        assert notice.reviewed_at is None
        page = writer.get(f"{made}hand-in/").content.decode()
        assert 'class="notice-text wrap">C</div>' in page, "the text is read where it is handed in"
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        handed = {"at": "2026-10-23 11:00", "zone": "Europe/Berlin", "seen": seen}
        assert writer.post(f"{made}hand-in/", {**handed, "seen": "0"}).status_code == 400
        assert writer.post(f"{made}hand-in/", {**handed, "at": "2026-10-25 02:30"}).status_code == 400
        assert writer.post(f"{made}hand-in/", handed).status_code == 302
        # What they call it is known later.
        page = writer.get(f"{made}proof/").content.decode()
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        later = {"reference": "AZ 7", "proof_words": "Their mail.", "seen": seen}
        assert writer.post(f"{made}proof/", later).status_code == 302
        assert "Their mail." in writer.get(made).content.decode()
    entry = TimelineEntry.objects.get(kind="notice")
    assert (entry.trigger, entry.obligation) == (f"submission_of.{GDPR}", "eu-gdpr")
    assert state(case, GDPR, FRIDAY + 2 * HOUR) is State.MET
    with pytest.raises(Refused, match="handed in already"):
        notice_actions.drop_notice(TERMINAL, notice.pk, "No.", FRIDAY + 2 * HOUR)
    # The next part knows of the first.
    with clinic.at(FRIDAY + 3 * HOUR):
        page = writer.get(f"/incidents/cases/{case.pk}/clocks/{GDPR}/notice/").content.decode()
        assert "This follows our notice part 1 of 23 October 2026, 11:00 CEST, your reference AZ 7." in page
        assert notice_of(case, GDPR, FRIDAY + 3 * HOUR).part == 2


def test_what_a_later_part_goes_on_from_is_not_struck_before_that_part_is_gone(home: Path) -> None:
    now = FRIDAY + 2 * HOUR
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
    with clinic.at(now):
        clinic.aware(case)
        clinic.answer(case, "personal_data_breach", True)
        first = notice_of(case, GDPR, now)
        at = moment("2026-10-23 11:00", "Europe/Berlin", "at")
        notice_actions.hand_in(TERMINAL, first.pk, at, now)
        entry = TimelineEntry.objects.get(kind="notice")
        second = notice_of(case, GDPR, now)
        with pytest.raises(Refused, match="Part 2 of the notice") as refused:
            strike_entry(TERMINAL, case, entry.pk, "It was another.", now)
        assert "Drop the draft of part 2 first" in refused.value.next_step
        first.refresh_from_db()
        assert first.submitted_at is not None
        notice_actions.hand_in(TERMINAL, second.pk, at, now)
        with pytest.raises(Refused, match="Part 2 of the notice") as refused:
            strike_entry(TERMINAL, case, entry.pk, "It was another.", now)
        assert "Strike first that part 2 was handed in" in refused.value.next_step
        later = TimelineEntry.objects.get(kind="notice", about=f"incidents.notice:{second.pk}")
        strike_entry(TERMINAL, case, later.pk, "Not yet.", now)
        notice_actions.drop_notice(TERMINAL, second.pk, "Not needed.", now)
        strike_entry(TERMINAL, case, entry.pk, "It was another.", now)
        first.refresh_from_db()
        assert first.submitted_at is None


def test_a_notice_is_read_to_be_changed_only_once_its_case_is_held(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        notice = notice_of(clinic.case(), EIGHT_K, FRIDAY)
        with CaptureQueriesContext(connection) as asked:
            notice_actions.drop_notice(TERMINAL, notice.pk, "No.", FRIDAY)
    read = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    whole = ['"incidents_case"."title"', '"incidents_notice"."words"']
    first = [next(place for place, sql in enumerate(read) if column in sql) for column in whole]
    assert first[0] < first[1], "the case is locked before the notice"


def test_what_is_handed_in_on_monday_for_a_limit_of_monday_morning_is_late_and_says_why(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
    with clinic.at(MONDAY):
        clinic.aware(case)
        clinic.answer(case, "personal_data_breach", True)
        notice = notice_of(case, GDPR, MONDAY)
        # 72 hours end on Monday at 09:20 by the wall, however many of them were a weekend.
        at = moment("2026-10-26 13:00", "Europe/Berlin", "at")
        notice_actions.hand_in(TERMINAL, notice.pk, at, MONDAY)
        assert state(case, GDPR, MONDAY) is State.LATE
        client = browser()
        sign_in(client, Role.OWNER)
        page = client.get(f"/incidents/notices/{notice.pk}/").content.decode()
        assert "It was sent after the limit: say why, and keep the reasons." in page
        assert "Weekends, holidays and a change of the clocks do not stop it." in page


def test_an_exercise_sends_nothing_and_rehearses_everything(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case(exercise=True)
    with clinic.at(FRIDAY + 2 * HOUR):
        clinic.aware(case)
        clinic.answer(case, "personal_data_breach", True)
        now = FRIDAY + 2 * HOUR
        notice = notice_of(case, GDPR, now)
        notice_actions.review_notice(TERMINAL, notice.pk, "", 10**9, now)
        notice.refresh_from_db()
        assert notice.reviewed_alone
        with pytest.raises(Refused, match="exercise"):
            notice_actions.mail_notice(TERMINAL, notice.pk, "a@authority.example", 10**9, now)
        assert not OutboxMessage.objects.exists()
        at = moment("2026-10-23 11:00", "Europe/Berlin", "at")
        notice_actions.hand_in(TERMINAL, notice.pk, at, now)
        assert TimelineEntry.objects.get(kind="notice").words.startswith("Rehearsed:")
        assert state(case, GDPR, now) is State.MET


def test_a_notice_to_come_without_text_or_without_a_reason_to_drop_is_refused(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
        notice = notice_of(case, EIGHT_K, FRIDAY)
        tomorrow = moment((FRIDAY + timedelta(days=1)).isoformat(), None, "at")
        with pytest.raises(BadInput, match="still to come"):
            notice_actions.hand_in(TERMINAL, notice.pk, tomorrow, FRIDAY)
        with pytest.raises(BadInput, match="without a reason"):
            notice_actions.drop_notice(TERMINAL, notice.pk, " ", FRIDAY)
        with pytest.raises(BadInput, match="within bounds"):
            notice_actions.draft_notice(TERMINAL, case.pk, GDPR, "A", "B", " ", FRIDAY)
        with pytest.raises(Refused, match="stands already"):
            notice_of(case, EIGHT_K, FRIDAY)
        with pytest.raises(BadInput, match="no clock"):
            notice_actions.draft_notice(TERMINAL, case.pk, "eu-gdpr.none", "A", "B", "C", FRIDAY)
        with pytest.raises(Refused, match="Nobody has agreed"):
            notice_actions.mail_notice(TERMINAL, notice.pk, "a@b.example", 10**9, FRIDAY)
        gaps = "What it may lead to\n[to be completed]"
        notice_actions.change_notice(TERMINAL, notice.pk, "A", "B", gaps, 10**9, FRIDAY)
        notice_actions.review_notice(TERMINAL, notice.pk, "", 10**9, FRIDAY)
        with pytest.raises(Refused, match="still has a gap"):
            notice_actions.mail_notice(TERMINAL, notice.pk, "a@b.example", 10**9, FRIDAY)
        notice_actions.drop_notice(TERMINAL, notice.pk, "Not listed any more.", FRIDAY)
        assert notice_of(case, EIGHT_K, FRIDAY).part == 1, "what was dropped is no part"
