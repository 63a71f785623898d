"""The pages of tasks: the list and its filters, one task, and who can do what with it."""

from __future__ import annotations

import html
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.models import Comment, Ending, Finding, Task
from duecare.program.task_actions import end_task, hand_over, make_task
from tests.people import browser, sign_in

DAY = timedelta(days=1)
CHANGERS = (Role.OWNER, Role.MANAGER, Role.APPROVER)


class People:
    """Everybody with a browser of their own, signed in when first asked for."""

    def __init__(self) -> None:
        self.known: dict[Role, tuple[Client, Viewer]] = {}

    def __call__(self, role: Role) -> tuple[Client, Viewer]:
        if role not in self.known:
            client = browser()
            self.known[role] = client, sign_in(client, role)
        return self.known[role]


@pytest.fixture
def people(home: Path) -> People:
    made = People()
    made(Role.OWNER)
    return made


def today() -> date:
    return timezone.localdate()


def make(people: People, title: str = "Restore a backup", **values: Any) -> Task:
    _client, owner = people(Role.OWNER)
    return make_task(owner.actor, utc_now(), title=title, **values)


def finding() -> Finding:
    with recording("terminal:test", "find"):
        made: Finding = Finding.objects.create(
            id=new_key(), check_id="systems.firewall_refuses", safeguard="patching", opened_at=utc_now(),
            subject="systems.host:k3", subject_name="web-1", reason="the firewall is off",
        )  # fmt: skip
    return made


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return answer.content.decode()


def titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/tasks/?format=json&{query}")
    return [row["title"] for row in json.loads(answer.getvalue())["rows"]]


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────


def test_without_tasks_the_list_says_the_next_step(people: People) -> None:
    shown = page(people(Role.OWNER)[0], "/tasks/")
    assert "No tasks yet" in shown
    assert 'href="/tasks/new/"' in shown
    assert "Make a task" not in page(people(Role.AUDITOR)[0], "/tasks/")


def test_the_filters_give_what_they_say(people: People) -> None:
    (client, owner), (_other, member) = people(Role.OWNER), people(Role.MEMBER)
    make(people, "late", owner=owner.person, due=today() - DAY, safeguard="patching")
    make(people, "near", owner=member.person, due=today())
    make(people, "dateless", about="program.finding:k3")
    for title, ending in (("ended", Ending.DONE), ("given up", Ending.DROPPED)):
        end_task(owner.actor, make(people, title).pk, ending, "so", utc_now())
    assert titles(client)[:2] == ["late", "near"]
    assert set(titles(client)[2:]) == {"dateless", "ended", "given up"}
    for query, wanted in {
        "state=open": ["late", "near", "dateless"],
        "state=late": ["late"],
        "state=ended": ["ended", "given up"],
        "state=done": ["ended"],
        "state=dropped": ["given up"],
        "whose=mine": ["late"],
        "whose=nobody&state=open": ["dateless"],
        "owner=member": ["near"],
        "safeguard=patching": ["late"],
        "about=program.finding:k3": ["dateless"],
        f"until={today() - DAY}": ["late"],
        f"until={today()}": ["late", "near"],
    }.items():
        assert sorted(titles(client, query)) == sorted(wanted), query


def test_the_list_goes_on_by_keys_past_tasks_without_a_day(people: People) -> None:
    client, _owner = people(Role.OWNER)
    for number in range(60):
        make(people, f"task {number}", due=today() + DAY if number < 30 else None)
    first = page(client, "/tasks/")
    (place,) = re.findall(r'rel="next" href="([^"]+)"', first)
    shown = first + page(client, f"/tasks/{html.unescape(place)}")
    seen = re.findall(r">(task \d+)</a>", shown)
    assert len(seen) == len(set(seen)) == 60
    csv = client.get("/tasks/?format=csv").getvalue().decode("utf-8-sig")
    assert len(csv.splitlines()) == 61


# ── One task ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_task_about_a_finding_begins_with_what_the_finding_says_and_leads_back(people: People) -> None:
    client, owner = people(Role.MANAGER)
    about = finding()
    address = f"/tasks/new/?about=program.finding:{about.pk}"
    assert address in page(client, f"/findings/{about.pk}/")
    shown = page(client, address)
    assert 'value="web-1: the firewall is off"' in shown
    assert '<option value="patching" selected>' in shown
    answer = client.post(
        address, {"title": "Switch it on", "owner": owner.person, "due": today().isoformat(), "minutes": "15"}
    )
    task = Task.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/tasks/{task.pk}/")
    assert (task.about, task.owner_id, task.minutes) == (f"program.finding:{about.pk}", owner.person, 15)
    shown = page(client, f"/tasks/{task.pk}/")
    assert f'href="/findings/{about.pk}/"' in shown
    assert "Make the task Switch it on" in shown  # the act, with its entry


@pytest.mark.parametrize(
    "about", ["program.finding:none", "program.nothing:x", "program.person:{person}", "x"]
)
def test_a_task_is_not_made_about_what_has_no_page(people: People, about: str) -> None:
    client, owner = people(Role.OWNER)
    page(client, f"/tasks/new/?about={about.format(person=owner.person)}", 404)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": ""}, "What is to be done: "),
        ({"due": "2020-01-01"}, "Choose today or a day to come."),
        ({"due": "9999-01-01"}, "Choose today or a day to come."),
        ({"repeats": "weekly"}, "What comes again needs its first day."),
        ({"repeats": "hourly"}, "not one of the available choices"),
        ({"owner": "somebody"}, "not one of the available choices"),
        ({"minutes": "-1"}, "greater than or equal to 1"),
    ],
)
def test_a_form_that_cannot_be_is_shown_again_with_why(
    people: People, values: dict[str, str], words: str
) -> None:
    client, _owner = people(Role.OWNER)
    answer = client.post("/tasks/new/", {"title": "Restore", **values})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Task.objects.exists()


def test_a_late_task_can_be_changed_without_moving_its_day_but_not_to_another_past_day(
    people: People,
) -> None:
    client, _owner = people(Role.OWNER)
    task = make(people, due=today() - 3 * DAY)
    address = f"/tasks/{task.pk}/change/"
    assert client.post(address, {"title": "Read it back", "due": task.due}).status_code == 302
    assert Task.objects.get().title == "Read it back"
    assert client.post(address, {"title": "Other", "due": today() - DAY}).status_code == 400
    assert Task.objects.get().title == "Read it back"


def test_letters_typed_in_parts_are_recorded_whole(people: People) -> None:
    client, _owner = people(Role.OWNER)
    assert client.post("/tasks/new/", {"title": "Cafe\u0301"}).status_code == 302
    assert Task.objects.get().title == "Caf\u00e9"


def test_ending_a_repeating_task_leads_to_the_next_and_back(people: People) -> None:
    client, _owner = people(Role.OWNER)
    task = make(people, due=today(), repeats="weekly")
    assert "make no next task" in page(client, f"/tasks/{task.pk}/end/")
    answer = client.post(f"/tasks/{task.pk}/end/", {"ending": "done", "words": "Ten records.\nAll equal."})
    assert answer.status_code == 302
    following = Task.objects.get(after=task)
    shown = page(client, f"/tasks/{task.pk}/")
    assert "Ten records.<br>All equal." in shown
    assert f'href="/tasks/{following.pk}/"' in shown
    assert f'href="/tasks/{task.pk}/"' in page(client, f"/tasks/{following.pk}/")
    assert f"/tasks/{task.pk}/end/" not in shown
    assert "make no next task" not in page(client, f"/tasks/{make(people).pk}/end/")


def test_the_last_of_a_series_is_ticked_as_such(people: People) -> None:
    client, _owner = people(Role.OWNER)
    task = make(people, due=today(), repeats="weekly")
    client.post(f"/tasks/{task.pk}/end/", {"ending": "done", "words": "", "last": "on"})
    assert Task.objects.get().ended_as == "done"


def test_dropping_without_a_reason_is_shown_again(people: People) -> None:
    client, _owner = people(Role.OWNER)
    task = make(people)
    answer = client.post(f"/tasks/{task.pk}/end/", {"ending": "dropped", "words": ""})
    assert answer.status_code == 400
    assert "Say why it need not be done." in answer.content.decode()
    assert Task.objects.get().ended_at is None


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", CHANGERS)
def test_who_changes_things_makes_hands_over_and_ends_any_task(people: People, role: Role) -> None:
    client, _viewer = people(role)
    _other, member = people(Role.MEMBER)
    assert client.post("/tasks/new/", {"title": "Restore"}).status_code == 302
    task = Task.objects.get()
    answer = client.post(
        f"/tasks/{task.pk}/hand-over/", {"owner": member.person, "words": "You have the key."}
    )
    assert (answer.status_code, Task.objects.get().owner_id) == (302, member.person)
    assert client.post(f"/tasks/{task.pk}/end/", {"ending": "done"}).status_code == 302
    assert Task.objects.get().ended_as == "done"


def test_an_auditor_reads_tasks_and_changes_none_even_one_of_their_own(people: People) -> None:
    client, auditor = people(Role.AUDITOR)
    task = make(people)
    with recording("terminal:test", "give it to an auditor all the same"):
        Task.objects.update(owner=auditor.person)
    shown = page(client, f"/tasks/{task.pk}/")
    for what in ("end", "hand-over", "change"):
        assert f"/tasks/{task.pk}/{what}/" not in shown
        assert client.post(f"/tasks/{task.pk}/{what}/", {"ending": "done", "words": "x"}).status_code == 403
    assert client.get("/tasks/new/").status_code == 403
    assert Task.objects.get().ended_at is None


def test_a_member_sees_ends_and_hands_back_their_own_tasks_only(people: People) -> None:
    (client, member), (_other, owner) = people(Role.MEMBER), people(Role.OWNER)
    mine, other = make(people, "mine", owner=member.person), make(people, "other", owner=owner.person)
    assert titles(client) == ["mine"]
    for what in ("", "end/", "hand-over/", "change/"):
        assert client.get(f"/tasks/{other.pk}/{what}").status_code == 404
        assert client.post(f"/tasks/{other.pk}/{what}", {"ending": "done"}).status_code in (404, 405)
    shown = page(client, f"/tasks/{mine.pk}/")
    assert "Hand it back" in shown
    assert "Its history in the record" not in shown
    assert client.get(f"/tasks/{mine.pk}/change/").status_code == 404
    assert client.get("/tasks/new/").status_code == 404
    assert "Owner Example" in page(client, f"/tasks/{mine.pk}/hand-over/")
    answer = client.post(
        f"/tasks/{mine.pk}/hand-over/", {"words": "I am away until June.", "owner": member.person}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/duties/")
    assert Task.objects.get(pk=mine.pk).owner_id == owner.person
    assert Comment.objects.get().words == "I am away until June."
    assert client.get(f"/tasks/{mine.pk}/").status_code == 404


def test_the_new_owner_reads_who_handed_it_over_and_why(people: People) -> None:
    (client, member), (_other, owner) = people(Role.MEMBER), people(Role.OWNER)
    task = make(people, owner=owner.person)
    hand_over(owner.actor, task.pk, member.person, "You know the tapes.", utc_now())
    shown = page(client, f"/tasks/{task.pk}/")
    assert "Owner Example" in shown
    assert "You know the tapes." in shown


def test_a_task_that_has_ended_offers_nothing_and_takes_nothing(people: People) -> None:
    client, owner = people(Role.OWNER)
    task = make(people)
    end_task(owner.actor, task.pk, Ending.DONE, "", utc_now())
    entries = Entry.objects.filter(kind="program.task").count()
    for what in ("end", "hand-over", "change"):
        assert client.get(f"/tasks/{task.pk}/{what}/").status_code == 403
        assert client.post(f"/tasks/{task.pk}/{what}/", {"ending": "done", "words": "x"}).status_code == 403
    assert Entry.objects.filter(kind="program.task").count() == entries


def test_a_past_day_shows_the_task_of_then_without_buttons(people: People) -> None:
    client, owner = people(Role.OWNER)
    task = make(people, "as it was")
    then = utc_now().isoformat()
    end_task(owner.actor, task.pk, Ending.DONE, "", utc_now())
    shown = client.get(f"/tasks/{task.pk}/", {"as_of": then}).content.decode()
    assert "To do" in shown
    assert f"/tasks/{task.pk}/end/" not in shown
    assert "Add a comment" not in shown
    assert titles(client, "state=open") == []
    assert "as it was" in client.get("/tasks/", {"as_of": then, "state": "open"}).content.decode()
