"""Everybody's own work: their page, the home page, and the calendar that needs no sign-in."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from duecare.ledger.models import Entry, Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.models import Ending, Profile, Right, Task
from duecare.program.task_actions import end_task, make_task
from duecare.site import feed_tokens, people
from duecare.site.feed_tokens import FEED, LASTS
from duecare.site.models import FeedToken, User
from tests.people import browser, sign_in

DAY = timedelta(days=1)
ACTOR = "terminal:test"
Somebody = tuple[Client, Viewer]


@pytest.fixture
def owner(home: Path) -> Somebody:
    with recording(ACTOR, "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")
    client = browser()
    return client, sign_in(client, Role.OWNER)


@pytest.fixture
def member(owner: Somebody) -> Somebody:
    client = browser()
    return client, sign_in(client, Role.MEMBER)


def today() -> date:
    return timezone.localdate()


def make(title: str, viewer: Viewer | None = None, **values: Any) -> Task:
    return make_task(ACTOR, utc_now(), title=title, owner=viewer.person if viewer else None, **values)


def parts(page: str) -> dict[str, list[str]]:
    """The titles of the tasks under each heading."""
    sections = re.split(r'<h2[^>]* id="(\w+)">', page)[1:]
    return {
        name: re.findall(r'href="/tasks/\w+/[^"]*">([^<]+)</a>', text)
        for name, text in zip(sections[::2], sections[1::2], strict=True)
    }


# My duties


def test_a_member_begins_with_their_duties_sorted_by_how_near_they_are(member: Somebody) -> None:
    client, viewer = member
    for title, due in (
        ("yesterday", -DAY), ("today", 0 * DAY), ("in six days", 6 * DAY), ("in seven", 7 * DAY)
    ):  # fmt: skip
        make(title, viewer, due=today() + due)
    make("some day", viewer)
    make("somebody else’s")
    end_task(viewer.actor, make("over", viewer).pk, Ending.DONE, "", utc_now())
    end_task(viewer.actor, make("long over", viewer).pk, Ending.DONE, "", utc_now() - 15 * DAY)
    for address in ("/", "/duties/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert parts(answer.content.decode()) == {
            "late": ["yesterday"],
            "soon": ["today", "in six days"],
            "later": ["in seven", "some day"],
            "done": ["over"],
        }


def test_the_navigation_leads_everybody_to_their_duties_and_readers_to_open_tasks(
    owner: Somebody, member: Somebody
) -> None:
    shown = member[0].get("/").content.decode()
    assert '<a href="/duties/" aria-current="page">My duties</a>' in shown
    assert '"/tasks/?state=open"' not in shown
    shown = owner[0].get("/tasks/").content.decode()
    assert '<a href="/tasks/?state=open" aria-current="page">Tasks</a>' in shown
    assert '<a href="/duties/">My duties</a>' in shown


def test_who_has_nothing_to_do_is_told_so_kindly(member: Somebody) -> None:
    shown = member[0].get("/").content.decode()
    assert "Nothing waits for you" in shown
    assert parts(shown) == {}


def test_on_a_past_day_the_duties_are_those_of_then(member: Somebody) -> None:
    client, viewer = member
    task = make("restore", viewer, due=today())
    then = utc_now().isoformat()
    end_task(viewer.actor, task.pk, Ending.DONE, "", utc_now())
    assert parts(client.get("/duties/", {"as_of": then}).content.decode()) == {"soon": ["restore"]}
    assert parts(client.get("/duties/").content.decode()) == {"done": ["restore"]}


# The home page


def due_rows(client: Client) -> list[tuple[str, str]]:
    """What the home page says is due, and whose it is."""
    shown = client.get("/").content.decode()
    table = shown[shown.index('<h2 id="due">') : shown.index('<h2 id="unproven">')]
    rows = re.findall(r'data-label="What"><a href="[^"]*">([^<]*)</a>(.*?)</td>', table, re.DOTALL)
    return [(what, "".join(re.findall(r'quiet">([^<]*)<', rest))) for what, rest in rows]


def test_home_begins_with_open_tasks_and_says_whose_they_are(owner: Somebody, member: Somebody) -> None:
    client, viewer = owner
    make("far and mine", viewer, due=today() + 90 * DAY)
    make("near and theirs", member[1], due=today() + DAY)
    make("far and theirs", member[1], due=today() + 90 * DAY)
    make("late and nobody’s", due=today() - DAY)
    rows = due_rows(client)
    assert rows[:3] == [
        ("late and nobody’s", "nobody’s yet"),
        ("near and theirs", "Member Example"),
        ("far and mine", "yours"),
    ]
    assert "far and theirs" not in dict(rows)
    assert len(rows) > 3


def test_many_tasks_leave_room_for_what_follows_from_the_record(owner: Somebody) -> None:
    for number in range(20):
        make(f"task {number}", owner[1], due=today())
    rows = due_rows(owner[0])
    assert len(rows) == 8
    tasks = [what for what, _who in rows if what.startswith("task ")]
    assert 4 <= len(tasks) < 8


# The calendar


def make_feed(client: Client) -> str:
    """Make an address as a person does; its path."""
    answer = client.post("/account/feed/make/")
    assert answer.status_code == 200
    found = re.findall(r"http://localhost(/feeds/[\w-]+\.ics)", answer.content.decode())
    assert len(found) == 1
    path: str = found[0]
    return path


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return re.findall(r"SUMMARY:(.*)\r\n", answer.content.decode())


def test_a_calendar_shows_its_owners_open_tasks_to_whoever_has_the_address(
    owner: Somebody, member: Somebody
) -> None:
    client, viewer = member
    task = make("Lock the door; both", viewer, due=date(2027, 3, 1), minutes=5, why="a secret reason")
    make("no day", viewer)
    make("somebody else’s", owner[1], due=today())
    end_task(viewer.actor, make("over", viewer, due=today()).pk, Ending.DONE, "", utc_now())
    answer = browser().get(make_feed(client))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert titles(answer) == ["Lock the door\\; both"]
    text = answer.content.decode()
    assert f"UID:task-{task.pk}@duecare\r\n" in text
    assert "DTSTART;VALUE=DATE:20270301\r\n" in text
    assert f"URL:http://localhost/tasks/{task.pk}/\r\n" in text
    assert "X-WR-CALNAME:Duties\\, Riverside Clinic\r\n" in text
    assert "secret" not in text


def test_an_owners_calendar_holds_no_more_than_their_own_tasks(owner: Somebody, member: Somebody) -> None:
    make("mine", owner[1], due=today())
    make("theirs", member[1], due=today())
    assert titles(browser().get(make_feed(owner[0]))) == ["mine"]


def test_the_token_is_shown_once_and_stored_nowhere(owner: Somebody) -> None:
    client, viewer = owner
    path = make_feed(client)
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    assert len(token) == 43  # 256 bits in base64
    assert token not in client.get("/account/").content.decode()
    assert FeedToken.objects.get().digest == hashlib.sha256(token.encode()).hexdigest()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not [row for row in cursor.fetchall() if token in repr(row)], table
    entry = Entry.objects.get(kind=FEED)
    assert (entry.actor, entry.subject) == (viewer.actor, viewer.person)
    told = bytes(Payload.objects.get(index=entry.index).data).decode()
    assert token not in told
    assert FeedToken.objects.get().digest not in told


def test_reading_a_calendar_changes_nothing(owner: Somebody) -> None:
    path = make_feed(owner[0])
    before = (Entry.objects.count(), list(FeedToken.objects.values()))
    stranger = browser()
    assert stranger.get(path).status_code == stranger.head(path).status_code == 200
    assert stranger.post(path).status_code == 405
    assert (Entry.objects.count(), list(FeedToken.objects.values())) == before
    assert "sessionid" not in stranger.cookies


def test_a_new_address_ends_the_one_before_and_an_ended_one_shows_nothing(owner: Somebody) -> None:
    client, _viewer = owner
    first = make_feed(client)
    second = make_feed(client)
    assert browser().get(first).status_code == 404
    assert browser().get(second).status_code == 200
    assert client.post("/account/feed/end/").status_code == 302
    assert browser().get(second).status_code == 404
    size = Entry.objects.count()
    client.post("/account/feed/end/")
    assert Entry.objects.count() == size
    notes = Entry.objects.filter(kind=FEED).order_by("index")
    assert [b'"made":true' in bytes(Payload.objects.get(index=one.index).data) for one in notes] == [
        True,
        True,
        False,
    ]


def test_an_address_lasts_a_year_and_no_longer(owner: Somebody) -> None:
    _client, viewer = owner
    now = utc_now()
    token = feed_tokens.make_token(viewer, now)
    assert feed_tokens.reader_of(token, now + LASTS - DAY) is not None
    assert feed_tokens.reader_of(token, now + LASTS) is None
    assert feed_tokens.token_in_force(viewer, now + LASTS) is None


def test_a_calendar_ends_with_its_owners_rights_and_with_their_account(
    owner: Somebody, member: Somebody
) -> None:
    client, viewer = member
    path = make_feed(client)
    User.objects.filter(person=viewer.person).update(is_active=False)
    assert browser().get(path).status_code == 404
    User.objects.filter(person=viewer.person).update(is_active=True)
    assert browser().get(path).status_code == 200
    people.end_right(ACTOR, Right.objects.get(person=viewer.person), utc_now())
    assert browser().get(path).status_code == 404


def test_an_auditor_whose_period_is_over_has_no_calendar(owner: Somebody) -> None:
    client = browser()
    viewer = sign_in(client, Role.AUDITOR, sees_to=today() - DAY)
    token = feed_tokens.make_token(viewer, utc_now())
    assert browser().get(f"/feeds/{token}.ics").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/x.ics",
        "/feeds/.ics",
        "/feeds/" + "A" * 43 + ".ics",
        "/feeds/" + "é" * 43 + ".ics",
        "/feeds/",
        "/feeds/../tasks/",
        "/feeds/x.ics/more",
        "/feeds/%00.ics",
    ],
)
def test_the_door_for_calendars_leads_nowhere_else(owner: Somebody, path: str) -> None:
    make("secret", owner[1], due=today())
    make_feed(owner[0])
    for client in (browser(), owner[0]):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "secret" not in answer.content.decode()


def test_the_digest_of_a_token_is_no_token(owner: Somebody) -> None:
    make_feed(owner[0])
    assert browser().get(f"/feeds/{FeedToken.objects.get().digest}.ics").status_code == 404


def test_without_a_second_factor_an_owner_makes_no_address(owner: Somebody) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.all().delete()
    assert owner[0].post("/account/feed/make/").status_code == 302
    assert not FeedToken.objects.exists()


def test_the_account_page_says_until_when_the_address_counts_and_offers_to_end_it(owner: Somebody) -> None:
    client, _viewer = owner
    assert "Make an address" in client.get("/account/").content.decode()
    make_feed(client)
    shown = client.get("/account/").content.decode()
    assert "Counts until" in shown
    assert 'action="/account/feed/end/"' in shown
