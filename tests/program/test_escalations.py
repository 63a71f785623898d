"""Late tasks go to the managers: once, again after as many days, and by nothing but notes in the record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from duecare.ledger import asof
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.escalations import ESCALATED, escalate, escalated
from duecare.program.models import Ending, Profile, Task
from duecare.program.task_actions import change_task, end_task, make_task
from tests.people import browser, sign_in

ACTOR = "terminal:test"
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
DUE = NOON.date()
READER = Viewer("person:x", "", frozenset({Role.MANAGER}), "x")


@pytest.fixture(autouse=True)
def clinic(home: Path) -> None:
    with recording(ACTOR, "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The server's clock, as its last element says."""
    times = [NOON]
    monkeypatch.setattr("duecare.ledger.recording.utc_now", lambda: times[-1])
    return times


def task(title: str = "Restore a backup", due: date | None = DUE) -> Task:
    return make_task(ACTOR, NOON, title=title, due=due)


def days_on_which_it_goes(key: str, moments: list[datetime], days: int, after: int = 7) -> list[int]:
    found = []
    for day in range(days):
        moments.append(NOON + day * DAY)
        if key in escalate("worker", moments[-1], after):
            found.append(day)
    return found


def test_a_late_task_goes_to_the_managers_once_and_again_after_as_many_days(moments: list[datetime]) -> None:
    one = task()
    task("no day", None)
    assert days_on_which_it_goes(one.pk, moments, 23) == [7, 14, 21]
    assert Entry.objects.filter(kind=ESCALATED).count() == 3


def test_a_job_that_was_missed_does_not_pile_up(moments: list[datetime]) -> None:
    one = task()
    moments.append(NOON + 30 * DAY)
    assert escalate("worker", moments[-1], 7) == [one.pk]
    moments.append(NOON + 31 * DAY)
    assert escalate("worker", moments[-1], 7) == []


def test_a_task_whose_day_is_moved_counts_from_its_new_day(moments: list[datetime]) -> None:
    one = task()
    assert days_on_which_it_goes(one.pk, moments, 9) == [7]
    change_task(ACTOR, one.pk, due=DUE + 10 * DAY)
    moments.append(NOON + 16 * DAY)
    assert escalate("worker", moments[-1], 7) == []
    moments.append(NOON + 17 * DAY)
    assert escalate("worker", moments[-1], 7) == [one.pk]


def test_what_ended_does_not_go_and_nothing_leaves_no_entry(moments: list[datetime]) -> None:
    end_task(ACTOR, task().pk, Ending.DONE, "", NOON)
    before = Entry.objects.count()
    assert escalate("worker", NOON + 60 * DAY, 7) == []
    assert Entry.objects.count() == before


def test_managers_see_how_late_it_is_and_with_whom_while_it_is_open(moments: list[datetime]) -> None:
    one = task()
    moments.append(NOON + 9 * DAY)
    escalate("worker", moments[-1], 7)
    (told,) = escalated(READER, moments[-1])
    assert (told.task.pk, told.days, told.who) == (one.pk, 9, "")
    assert escalated(Viewer("person:y", "", frozenset({Role.MEMBER}), "y"), moments[-1]) == []
    end_task(ACTOR, one.pk, Ending.DONE, "", moments[-1])
    assert escalated(READER, moments[-1]) == []


def test_home_says_so_to_managers_and_not_to_approvers() -> None:
    now = utc_now()
    make_task(ACTOR, now, title="Restore a backup", due=(now - 9 * DAY).date())
    escalate("worker", now, 7)
    clients = {role: browser() for role in (Role.OWNER, Role.MANAGER, Role.APPROVER, Role.MEMBER)}
    for role, client in clients.items():
        sign_in(client, role)
    shown = {role: client.get("/").content.decode() for role, client in clients.items()}
    told = {role: "late for 9 days, with nobody yet" in page for role, page in shown.items()}
    assert told == {Role.OWNER: True, Role.MANAGER: True, Role.APPROVER: False, Role.MEMBER: False}


def test_on_a_past_day_home_shows_what_had_gone_to_them_by_then() -> None:
    now = utc_now()
    make_task(ACTOR, now, title="Restore a backup", due=(now - 9 * DAY).date())
    client = browser()
    sign_in(client, Role.OWNER)
    before = utc_now()
    escalate("worker", now, 7)
    asof._release_digest.cache_clear()
    then = client.get("/", {"as_of": before.isoformat()}).content.decode()
    assert "Restore a backup" in then
    assert "yours to look at" not in then
    assert "yours to look at" in client.get("/").content.decode()
