"""Whoever works on a case is reminded of each limit in time, once a step, and more people each time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import Refused
from duecare.incidents.models import CaseRole, TimelineEntry
from duecare.incidents.notices import jobs, notice_actions
from duecare.incidents.notices.queries import find_notice, state_of
from duecare.incidents.notices.reminders import STEPS, step_at
from duecare.incidents.notices.reminding import REMINDED, due_reminders, remind
from duecare.incidents.timeline.actions import put
from duecare.law.moments import moment
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role
from duecare.program import actions
from duecare.program.mail.cards import CardKind
from duecare.program.mail.delivery import State
from duecare.program.mail.models import Channel, OutboxMessage
from duecare.program.mail.notices import holders
from duecare.program.mail.sending import send_due
from duecare.program.mail.server import MailSettings, keep_server
from duecare.program.mail.smtp import Security
from duecare.program.mail.webhooks import LIMITS, add_webhook
from duecare.site import mailing
from tests.incidents import clinic
from tests.incidents.clinic import FRIDAY, HOUR, TERMINAL
from tests.people import browser, sign_in
from tests.program.mail.post_office import HOST, here, post_office

DUE = datetime(2026, 10, 26, 8, 20, tzinfo=UTC)
"""72 hours after the Friday."""


@given(st.integers(0, 400), st.integers(-500, 500))
def test_the_step_is_the_latest_that_has_come(length: int, passed: int) -> None:
    due, now = FRIDAY + length * HOUR, FRIDAY + passed * HOUR
    moments = {
        "half": FRIDAY + (due - FRIDAY) / 2 if length else None,
        "day": due - 24 * HOUR,
        "four": due - 4 * HOUR,
        "hour": due - HOUR,
        "over": due,
    }
    come = [(at, place) for place, at in enumerate(moments.values()) if at and FRIDAY <= at <= now]
    found = step_at(FRIDAY, due, now)
    assert found == (STEPS[max(come)[1]] if come else None)


def test_a_step_reminds_those_of_the_case_once_and_the_last_ones_the_owners_too(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case, rehearsed = clinic.case(), clinic.case("Rehearsed", exercise=True)
        counsel = sign_in(browser(), Role.MANAGER)
        owner = sign_in(browser(), Role.OWNER)
        with recording(TERMINAL, "give a role"):
            CaseRole.objects.create(
                id=new_key(),
                case=case,
                role="legal",
                person_id=counsel.person,
                since=FRIDAY,
                made_by=TERMINAL,
            )
        chosen = MailSettings(
            HOST,
            25,
            Security.NONE,
            "",
            "duecare@clinic.example",
            "https://duecare.example",
            7,
            True,
            False,
            7,
        )
        keep_server(TERMINAL, chosen, None, FRIDAY)
        hook, _secret = add_webhook(
            TERMINAL, "Chat", CardKind.SLACK, "https://chat.example/x", [LIMITS], FRIDAY, base="https://d"
        )
    for one in (case, rehearsed):
        with clinic.at(FRIDAY + HOUR):
            clinic.aware(one)
            clinic.answer(one, "personal_data_breach", True)
            clinic.answer(one, "significant_incident", False)

    def told(now: datetime) -> list[str]:
        before = set(OutboxMessage.objects.values_list("pk", flat=True))
        with clinic.at(now):
            if jobs.is_due(now):
                jobs.run("worker", now)
                assert not jobs.is_due(now), "nothing is left to do"
        return sorted(OutboxMessage.objects.exclude(pk__in=before).values_list("to", flat=True))

    assert told(FRIDAY + 2 * HOUR) == []
    assert told(FRIDAY + 37 * HOUR) == sorted([counsel.person, hook.pk]), "half of the 72 hours"
    assert told(FRIDAY + 38 * HOUR) == []
    assert counsel.person in told(DUE - 24 * HOUR)
    assert told(DUE - HOUR) == [*sorted({counsel.person, hook.pk, owner.person} | _owners())]
    letter = OutboxMessage.objects.filter(channel=Channel.MAIL).order_by("-pk")[0].content
    assert letter["subject"].startswith("Incident 1: ")
    assert letter["parts"] == [], "short mails only count"
    subjects = Entry.objects.filter(kind=REMINDED).values_list("subject", flat=True)
    assert {subject.partition(":")[0] for subject in subjects} == {case.pk}, "nobody of an exercise"


def test_laws_that_wait_for_an_answer_about_the_organisation_are_one_reminder_and_one_word_in_the_head(
    home: Path,
) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        actions.change_profile(TERMINAL, facts={})
        case = clinic.case()
        owner = browser()
        sign_in(owner, Role.OWNER)
        add_webhook(
            TERMINAL, "Chat", CardKind.SLACK, "https://chat.example/x", [LIMITS], FRIDAY, base="https://d"
        )
        clinic.aware(case)
    late = FRIDAY + 200 * HOUR
    with clinic.at(late):
        [(row, all)] = due_reminders(late)
        words = [one.words for one in all]
        assert words.count("Answer what is asked about the organisation") == 1
        assert row.waiting
        page = owner.get(f"/incidents/cases/{case.pk}/decisions/").content.decode()
        assert "answer what is asked about the organisation" in page
        assert f'/incidents/cases/{case.pk}/clocks/#questions"' in page
        remind("worker", late)
        assert not due_reminders(late)


def _owners() -> set[str]:
    return set(holders((Role.OWNER,), DUE))


def test_a_notice_by_mail_is_handed_in_when_the_mail_server_took_it(home: Path) -> None:
    now = FRIDAY + 2 * HOUR
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
    with clinic.at(now), post_office() as (port, received):
        clinic.aware(case)
        clinic.answer(case, "personal_data_breach", True)
        chosen = MailSettings(
            HOST,
            port,
            Security.NONE,
            "",
            "duecare@clinic.example",
            "https://duecare.example",
            7,
            True,
            False,
            7,
        )
        keep_server(TERMINAL, chosen, None, FRIDAY)
        clock = "eu-gdpr.authority"
        made = notice_actions.draft_notice(
            TERMINAL, case.pk, clock, "Authority", "A breach", "One.\n\nTwo.", now
        )
        notice_actions.review_notice(TERMINAL, made.pk, "", 10**9, now)
        notice_actions.mail_notice(TERMINAL, made.pk, "office@authority.example", 10**9, now)
        made.refresh_from_db()
        assert made.submitted_at is None
        assert not TimelineEntry.objects.filter(kind="notice").exists()
        send_due(mailing.sender(lambda: now, out=here))
        assert received.to == ["office@authority.example"]
        text = received.mails[0].get_body(("plain",))
        assert text
        assert "Two." in text.get_content()
        assert jobs.run("worker", now)["mailed"] == 1
        # What another server refuses is said by its state, and a mail that is taken up is not taken back.
        after = notice_actions.draft_notice(TERMINAL, case.pk, clock, "Authority", "More", "Two.", now)
        notice_actions.review_notice(TERMINAL, after.pk, "", 10**9, now)
        notice_actions.mail_notice(TERMINAL, after.pk, "office@authority.example", 10**9, now)
        message = OutboxMessage.objects.filter(about=notice_actions.message_of(after.pk))
        viewer = sign_in(browser(), Role.OWNER)
        message.update(state=State.CLAIMED)
        with pytest.raises(Refused, match="leaving"):
            notice_actions.give_up_mail(TERMINAL, after.pk, now)
        message.update(state=State.REFUSED)
        assert state_of(find_notice(after.pk, viewer)) == "mail did not arrive"
        notice_actions.give_up_mail(TERMINAL, after.pk, now)
        notice_actions.drop_notice(TERMINAL, after.pk, "Nothing more to tell.", now)
    made.refresh_from_db()
    assert (made.how, made.submitted_at) == ("mail", now)
    assert TimelineEntry.objects.get(kind="notice").trigger == f"submission_of.{clock}"


def test_events_that_another_room_wrote_begin_the_clocks_by_the_worker(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
        with recording(TERMINAL, "write into the timeline"):
            at = moment("2026-10-23 10:00", "Europe/Berlin", "at")
            put(TERMINAL, case, FRIDAY, "We saw it.", at, "event", trigger="awareness")
        assert jobs.is_due(FRIDAY)
        assert jobs.run("worker", FRIDAY)["begun"] == 1
    case.refresh_from_db()
    assert case.law
