"""The daily digest: who gets one, what stands in it, and that it never tells more than a page would."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import exception_actions
from duecare.program.escalations import escalate
from duecare.program.mail.letters import Letter, as_html, as_text
from duecare.program.mail.models import MailServer, OutboxMessage
from duecare.program.mail.server import MailSettings, keep_server
from duecare.program.mail.smtp import Security
from duecare.program.models import Finding, Profile, Right, Statement
from duecare.program.remarks import add_comment
from duecare.program.task_actions import make_task
from duecare.site import digest, people
from duecare.site.digest import is_due, make_digests
from duecare.site.models import MailChoice
from tests.people import browser, sign_in

ACTOR = "terminal:test"
DAY = timedelta(days=1)


@pytest.fixture
def now(home: Path) -> datetime:
    """The morning after everything: the clinic's day has begun at seven, where it is. It is the next one, so
    that what the record is told now lies within the day before it."""
    with recording(ACTOR, "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic", zone="UTC")
    set_server()
    morning = utc_now().replace(hour=7, minute=5, second=0, microsecond=0)
    return morning if morning > utc_now() else morning + DAY


def set_server(**more: Any) -> None:
    values = {"morning": 7, "short": False, "sign_in": False, "late_days": 7, **more}
    chosen = MailSettings(
        "mail.example", 587, Security.STARTTLS, "", "d@clinic.example", "https://d.example", **values
    )
    keep_server(ACTOR, chosen, None, utc_now())


def person(role: Role) -> Viewer:
    return sign_in(browser(), role)


def letters() -> dict[str, Letter]:
    """What is queued, by the person to whom."""
    return {row.to: Letter.from_json(row.content) for row in OutboxMessage.objects.filter(kind="digest")}


def parts(letter: Letter) -> dict[str, list[str]]:
    return {part.heading.partition(" (")[0]: [row.words for row in part.rows] for part in letter.parts}


def finding(now: datetime, **more: Any) -> Finding:
    made: Finding = Finding.objects.create(
        check_id="systems.firewall_refuses", safeguard="firewall", subject="systems.host:x",
        subject_name="web-1", reason="The firewall is off", opened_at=now - timedelta(hours=3), **more,
    )  # fmt: skip
    return made


# When


def test_it_is_due_from_the_morning_on_once_a_day_where_the_organisation_is(now: datetime) -> None:
    with recording(ACTOR, "move"):
        Profile.objects.filter(pk="profile").update(zone="Asia/Tokyo")
    morning = now.replace(hour=22, minute=0)  # seven in the morning in Tokyo
    assert not is_due(morning - timedelta(seconds=1)) or MailServer.objects.get().told_until is None
    make_digests(morning - DAY)
    assert not is_due(morning - timedelta(seconds=1))
    assert is_due(morning)
    make_digests(morning + timedelta(hours=2))
    assert not is_due(morning + timedelta(hours=20))
    assert is_due(morning + DAY)


def test_without_a_mail_server_there_is_none(now: datetime) -> None:
    MailServer.objects.all().delete()
    assert not is_due(now)
    assert make_digests(now) == {"people": 0, "queued": 0}


def test_who_has_no_news_gets_no_mail(now: datetime) -> None:
    person(Role.MEMBER)
    person(Role.OWNER)
    assert make_digests(now) == {"people": 2, "queued": 0}


def test_one_that_broke_off_goes_on_and_tells_nobody_twice(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = [person(Role.MEMBER) for _ in range(3)]
    for one in members:
        make_task(ACTOR, now - DAY, title="Lock up", owner=one.person, due=now.date())
    monkeypatch.setattr(digest, "WRITTEN", 1)
    real, calls = digest.queue, []

    def broken(part: Any, at: datetime) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise OSError("no space left")
        return real(part, at)

    monkeypatch.setattr(digest, "queue", broken)
    with pytest.raises(OSError, match="no space"):
        make_digests(now)
    assert OutboxMessage.objects.count() == 2
    assert is_due(now)
    assert make_digests(now)["people"] == 3
    assert OutboxMessage.objects.count() == 3
    assert not is_due(now)


# What


def test_a_member_is_told_of_their_own_tasks_and_where_they_were_mentioned(now: datetime) -> None:
    member, other = person(Role.MEMBER), person(Role.MANAGER)
    mine = make_task(
        ACTOR, now - DAY, title="Restore", owner=member.person, due=now.date() - 2 * DAY, why="secret reason"
    )
    make_task(ACTOR, now - DAY, title="Lock up", owner=member.person, due=now.date() + 2 * DAY)
    make_task(ACTOR, now - DAY, title="Far", owner=member.person, due=now.date() + 20 * DAY)
    make_task(ACTOR, now - DAY, title="Theirs", owner=other.person, due=now.date())
    make_task(ACTOR, now - DAY, title="Nobody’s", due=now.date())
    at = now - timedelta(hours=2)
    add_comment(other.actor, f"program.task:{mine.pk}", "@member please", [member.person], at)
    with recording(ACTOR, "find"):
        one = finding(now)
    add_comment(other.actor, f"program.finding:{one.pk}", "@member look", [member.person], at)
    make_digests(now)
    letter = letters()[member.person]
    told = parts(letter)
    assert list(told) == ["Late", "Due within a week", "Where you were mentioned"]
    assert [row.split(" (")[0] for row in told["Late"] + told["Due within a week"]] == ["Restore", "Lock up"]
    assert told["Where you were mentioned"] == ["Manager Example, about Restore"]
    text = as_text(letter, "https://d.example")
    assert f"https://d.example/tasks/{mine.pk}/" in text
    for secret in ("secret reason", "firewall", "Theirs", "Nobody", "please"):
        assert secret not in text + as_html(letter, "https://d.example")


def test_a_mention_is_told_once(now: datetime) -> None:
    owner = person(Role.OWNER)
    task = make_task(ACTOR, now - DAY, title="Restore")
    add_comment(ACTOR, f"program.task:{task.pk}", "@owner", [owner.person], now - timedelta(hours=1))
    make_digests(now)
    OutboxMessage.objects.all().delete()
    make_digests(now + DAY)
    assert letters() == {}


def test_managers_are_told_what_opened_what_closed_and_what_is_late(now: datetime) -> None:
    manager, approver, member = person(Role.MANAGER), person(Role.APPROVER), person(Role.MEMBER)
    with recording(ACTOR, "find"):
        finding(now)
        finding(now - 30 * DAY, closed_at=now - timedelta(hours=4))
    late = make_task(ACTOR, now - DAY, title="Restore", due=now.date() - 9 * DAY)
    escalate("worker", now, 7)
    make_digests(now + timedelta(hours=1))
    told = parts(letters()[manager.person])
    assert told["Findings that opened"] == ["web-1: The firewall is off"]
    assert len(told["Findings that closed"]) == 1
    assert told["Late, and now yours to look at"] == ["Restore: late for 9 days, with nobody yet"]
    assert {approver.person, member.person}.isdisjoint(letters())
    assert late


def test_whose_right_is_limited_to_areas_is_told_of_those_alone(now: datetime) -> None:
    viewer = sign_in(browser(), Role.MANAGER, areas=["patching"])
    with recording(ACTOR, "find"):
        finding(now)
    make_task(ACTOR, now - DAY, title="Restore", due=now.date() - 9 * DAY)
    escalate("worker", now, 7)
    make_digests(now + timedelta(hours=1))
    assert viewer.person not in letters()
    with recording(ACTOR, "find"):
        Finding.objects.update(safeguard="patching")
    OutboxMessage.objects.all().delete()
    MailServer.objects.update(told_until=None)
    make_digests(now + timedelta(hours=1))
    assert set(parts(letters()[viewer.person])) == {"Findings that opened"}


def test_who_decides_is_told_what_waits_for_them_and_not_what_they_asked_for(now: datetime) -> None:
    asker, approver, manager = person(Role.OWNER), person(Role.APPROVER), person(Role.MANAGER)
    draft = exception_actions.Draft("patching", "Its maker forbids it.", "Alone.", now.date() + 30 * DAY)
    exception_actions.ask_for_exception(asker.actor, draft, now - DAY)
    make_digests(now)
    told = letters()
    assert "Waiting for your decision" in parts(told[approver.person])
    assert {asker.person, manager.person}.isdisjoint(told)


def test_a_statement_that_expires_is_told_to_who_made_it(now: datetime) -> None:
    owner, other = person(Role.OWNER), person(Role.OWNER)
    with recording(ACTOR, "state"):
        Statement.objects.create(
            safeguard="patching", question="physical.rooms", asked="Are rooms locked?", answer="yes",
            words="Yes.", period_from=now.date(), period_to=now.date(), expires=now.date() + 2 * DAY,
            made_by=owner.actor, made_at=now - DAY,
        )  # fmt: skip
    make_digests(now)
    assert list(parts(letters()[owner.person])) == ["Your statements that expire"]
    assert other.person not in letters()


def test_short_mails_only_count_and_link(now: datetime) -> None:
    set_server(short=True)
    owner = person(Role.OWNER)
    make_task(ACTOR, now - DAY, title="Mend the hole", owner=owner.person, due=now.date())
    with recording(ACTOR, "find"):
        finding(now)
    make_digests(now)
    text = as_text(letters()[owner.person], "https://d.example")
    assert "1 finding opened" in text
    assert "1 task of yours is due within a week" in text
    assert "https://d.example/findings/?state=open" in text
    for name in ("Mend", "hole", "web-1", "firewall"):
        assert name not in text


def test_no_mail_holds_anything_that_signs_in_or_is_loaded_from_elsewhere(now: datetime) -> None:
    member = person(Role.MEMBER)
    make_task(ACTOR, now - DAY, title="<img src=x> & co", owner=member.person, due=now.date())
    make_digests(now)
    html = as_html(letters()[member.person], "https://d.example")
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"html", "head", "meta", "title", "body", "h2", "ul", "li", "a", "p", "hr"}
    assert "&lt;img src=x&gt;" in html
    assert "login" not in html


# Who wants what


def test_weekly_comes_on_the_first_morning_of_a_week_and_tells_of_the_whole(now: datetime) -> None:
    member = person(Role.MEMBER)
    MailChoice.objects.create(person=member.person, how="weekly")
    task = make_task(ACTOR, now - 9 * DAY, title="Lock up", owner=member.person, due=now.date() + 30 * DAY)
    monday = now + (7 - now.weekday()) * DAY
    MailServer.objects.update(told_until=(monday - 6 * DAY).replace(minute=0))
    add_comment(ACTOR, f"program.task:{task.pk}", "@member", [member.person], monday - 5 * DAY)
    for day in range(5, 0, -1):
        make_digests(monday - day * DAY)
        assert letters() == {}
    make_digests(monday)
    assert list(parts(letters()[member.person])) == ["Where you were mentioned"]


def test_who_wants_mail_only_when_something_is_late_gets_none_else(now: datetime) -> None:
    member = person(Role.MEMBER)
    MailChoice.objects.create(person=member.person, how="late")
    make_task(ACTOR, now - DAY, title="Lock up", owner=member.person, due=now.date())
    make_digests(now)
    assert letters() == {}
    make_digests(now + DAY)
    assert list(parts(letters()[member.person])) == ["Late"]


def test_who_may_not_see_today_gets_none(now: datetime) -> None:
    person(Role.AUDITOR)
    with recording(ACTOR, "bound"):
        Right.objects.update(sees_to=now.date() - 3 * DAY)
    gone = person(Role.MEMBER)
    make_task(ACTOR, now - DAY, title="Lock up", owner=gone.person, due=now.date())
    people.end_right(ACTOR, Right.objects.get(person=gone.person), utc_now())
    assert make_digests(now)["people"] == 0
    assert letters() == {}


def test_a_time_without_digests_is_told_of_afterwards(now: datetime) -> None:
    manager = person(Role.MANAGER)
    make_digests(now)
    with recording(ACTOR, "find"):
        finding(now + DAY)
    make_digests(now + 4 * DAY)
    assert "Findings that opened" in parts(letters()[manager.person])
