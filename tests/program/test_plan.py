"""The plan of the first ninety days: made once, in one act, added to, and shown by weeks."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from duecare.ledger.models import ACT, Entry, Head
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import setup_actions, task_actions
from duecare.program.models import Ending, Setup, Task
from duecare.program.ninety import MOST, PREFIX, Planned, Who
from duecare.program.plan_actions import make_plan
from duecare.program.plan_queries import next_of_plan, plan, plan_tasks, proposed, week_of
from duecare.program.setup_queries import setup
from duecare.program.task_actions import end_task
from duecare.site import people
from tests.people import PASSWORD, browser, sign_in

TODAY = utc_now().date()
CLAIM = ("Riverside Clinic", "UTC", 150, "Ann", "ann@clinic.example", PASSWORD)


@pytest.fixture
def client(home: Any) -> Client:
    people.claim(*CLAIM)
    return browser()


@pytest.fixture
def owner(client: Client) -> Viewer:
    return sign_in(client, Role.OWNER)


def planned(id: str, week: int = 1, who: Who = Who.OWNER, minutes: int = 30) -> Planned:
    return Planned(f"{PREFIX}{id}", f"Do {id}", "Because.", minutes, who, week, "", "", 1)


def make(owner: Viewer, *tasks: Planned, approver: str | None = None, day: date = TODAY) -> list[Task]:
    return make_plan(owner.actor, tasks, utc_now(), day, owner=owner.person, approver=approver)


def would_be(owner: Viewer, days: int = 0) -> tuple[Planned, ...]:
    """What the plan would hold, or gain, so many days from today."""
    day = TODAY + timedelta(days=days)
    return proposed(owner, utc_now(), day, setup(owner), plan_tasks(owner), False)


# The act


def test_a_plan_is_one_act_of_its_tasks_and_its_first_day(owner: Viewer) -> None:
    before = Head.objects.get().size
    made = make(owner, planned("mfa"), planned("backups", 2), planned("targets", 13, Who.APPROVER))
    acts = Entry.objects.filter(index__gte=before, kind=ACT)
    assert acts.count() == 1
    assert Head.objects.get().size == before + 1 + 3 + 1
    week = timedelta(days=7)
    assert [task.due for task in made] == [
        TODAY + week - timedelta(days=1), TODAY + 2 * week - timedelta(days=1), TODAY + timedelta(days=90)
    ]  # fmt: skip
    assert [task.owner_id for task in made] == [owner.person, owner.person, None]
    assert Setup.objects.get().plan_from == TODAY


def test_made_again_nothing_is_there_twice_and_what_was_dropped_stays_dropped(owner: Viewer) -> None:
    first, _second = make(owner, planned("mfa"), planned("backups"))
    end_task(owner.actor, first.pk, Ending.DROPPED, "We have no accounts.", utc_now())
    later = TODAY + timedelta(days=10)
    (third,) = make(owner, planned("mfa"), planned("backups"), planned("patching", 2), day=later)
    assert Task.objects.count() == 3
    assert third.due == TODAY + timedelta(days=13), "weeks count from the day on which the plan began"
    before = Head.objects.get().size
    assert make(owner, planned("mfa"), planned("patching")) == []
    assert Head.objects.get().size == before, "what changed nothing leaves no entry"


def test_two_who_press_at_once_make_one_plan(owner: Viewer) -> None:
    start, tasks = Barrier(2), would_be(owner)

    def press() -> int:
        start.wait(20)
        try:
            return len(make(owner, *tasks))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = [future.result() for future in [pool.submit(press), pool.submit(press)]]
    assert sorted(made) == [0, MOST]
    assert Task.objects.count() == MOST


def test_somebody_without_a_right_gets_no_task(owner: Viewer) -> None:
    (one,) = make(owner, planned("targets", 1, Who.APPROVER), approver="nobody-like-that")
    assert one.owner_id is None


# What is proposed


def test_a_new_duecare_is_proposed_twelve_tasks_and_three_for_this_week(owner: Viewer) -> None:
    tasks = would_be(owner)
    assert len(tasks) == MOST
    assert sum(one.week == 1 for one in tasks) == 3
    titles = {one.origin.removeprefix(PREFIX) for one in tasks}
    assert "mfa" in titles
    assert titles & {"reach", "assess", "keeper", "backup_place", "targets"}


def test_with_the_plan_made_only_what_has_room_is_proposed(owner: Viewer) -> None:
    make(owner, *would_be(owner))
    assert would_be(owner) == ()
    done = plan_tasks(owner)[0]
    end_task(owner.actor, done.pk, Ending.DONE, "", utc_now())
    more = would_be(owner, 20)
    assert len(more) == 1
    assert more[0].origin not in {task.origin for task in plan_tasks(owner)}
    assert more[0].week >= 3
    assert would_be(owner, 91) == (), "they are over"


def test_who_approves_alone_gets_what_an_approver_is_to_do(owner: Viewer, client: Client) -> None:
    setup_actions.approve_alone(owner.actor, True)
    client.post("/first-90-days/make/")
    assert {task.owner_id for task in plan_tasks(owner)} <= {owner.person, *_others(owner)}
    assert None not in {task.owner_id for task in plan_tasks(owner)}


def _others(owner: Viewer) -> set[str]:
    from duecare.program.models import Person

    return set(Person.objects.exclude(pk=owner.person).values_list("pk", flat=True))


# The page


def test_the_page_shows_what_would_be_done_then_the_plan_then_what_became_of_it(
    owner: Viewer, client: Client
) -> None:
    before = client.get("/first-90-days/").content.decode()
    assert "Make this our plan" in before
    answer = client.post("/first-90-days/make/", follow=True)
    page = answer.content.decode()
    assert "12 tasks were made." in page
    assert "This week" in page
    assert "0 done, 12 open, 0 dropped" in page
    assert "Add these tasks" not in page
    end_task(owner.actor, plan_tasks(owner)[0].pk, Ending.DONE, "Switched on for all.", utc_now())
    page = client.get("/first-90-days/").content.decode()
    assert "1 done, 11 open, 0 dropped" in page
    assert "Switched on for all." in page
    assert "Add these tasks" in page, "there is room for one more"


def test_the_page_of_a_day_before_the_plan_offers_nothing(owner: Viewer, client: Client) -> None:
    client.post("/first-90-days/make/")
    day = (utc_now() - timedelta(days=1)).date().isoformat()
    page = client.get(f"/first-90-days/?as_of={day}").content.decode()
    assert "There was no plan by this day" in page
    assert "Make this our plan" not in page


def test_whoever_only_reads_sees_the_proposal_and_no_button(client: Client) -> None:
    sign_in(client, Role.APPROVER)
    page = client.get("/first-90-days/").content.decode()
    assert "An owner or a manager can make them tasks." in page
    assert "Make this our plan" not in page
    assert client.post("/first-90-days/make/").status_code == 403
    assert not Task.objects.exists()


def test_the_tasks_of_the_plan_are_a_list_to_filter_and_take_away(owner: Viewer, client: Client) -> None:
    client.post("/first-90-days/make/")
    task_actions.make_task(owner.actor, utc_now(), title="Something else")
    answer: Any = client.get("/tasks/?plan=first-90-days&format=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 12
    assert "Something else" not in {row["What"] for row in rows}


# By weeks


@pytest.mark.parametrize(("days", "week"), [(-3, 1), (0, 1), (6, 1), (7, 2), (90, 13), (91, 14)])
def test_weeks_count_from_the_first_day(days: int, week: int) -> None:
    assert week_of(TODAY + timedelta(days=days), TODAY) == week


def test_what_has_no_day_comes_last_and_what_was_moved_stands_in_its_week(owner: Viewer) -> None:
    one, two = make(owner, planned("mfa"), planned("backups", 2))
    task_actions.change_task(owner.actor, one.pk, due=None)
    task_actions.change_task(owner.actor, two.pk, due=TODAY + timedelta(days=120))
    found = plan(setup(owner), plan_tasks(owner), TODAY + timedelta(days=92))
    assert found is not None
    assert [week.number for week in found.weeks] == [18, 0]
    assert found.over
    assert found.last == TODAY + timedelta(days=90)


def test_home_shows_the_three_that_come_first_and_not_twice(owner: Viewer, client: Client) -> None:
    client.post("/first-90-days/make/")
    shown = next_of_plan(owner)
    assert len(shown) == 3
    assert [task.due for task in shown] == [TODAY + timedelta(days=6)] * 3
    assert shown[0].origin == f"{PREFIX}mfa"
    page = client.get("/").content.decode()
    assert "For this week" in page
    for task in shown:
        assert page.count(f"/tasks/{task.pk}/") == 1
