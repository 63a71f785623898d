"""Tasks that findings make: for who answers, one a host and safeguard, never a flood, ended by themselves."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role
from duecare.program.finding_tasks import FEW, make_finding_tasks
from duecare.program.models import Ending, Finding, Task
from duecare.program.task_actions import end_task, hand_over
from duecare.program.task_queries import today_at
from duecare.systems.exposure_actions import NOBODY, Said, say_exposure
from duecare.systems.models import Host
from tests.patching.fleet import host
from tests.people import browser, sign_in

pytestmark = pytest.mark.usefixtures("home")
ACTOR = "terminal:test"
DAY = timedelta(days=1)
NOW = utc_now()
LATE, GAP = "patching.critical_fixed_in_time", "systems.firewall_refuses"


def found(at: datetime, check: str, *hosts: Host, safeguard: str = "vuln_scanning", item: str = "") -> None:
    with recording(ACTOR, "open findings"):
        for one in hosts:
            Finding.objects.create(
                id=new_key(), check_id=check, safeguard=safeguard, subject=f"systems.host:{one.pk}",
                subject_name=one.name, item=item, reason="it is old", opened_at=at,
            )  # fmt: skip


def close(at: datetime, *hosts: Host) -> None:
    with recording(ACTOR, "close findings"):
        for row in Finding.objects.filter(
            subject__in=[f"systems.host:{one.pk}" for one in hosts], closed_at=None
        ):
            row.closed_at, row.closed_because = at, "newer evidence shows it gone"
            row.save()


def give(person: str, *hosts: Host) -> None:
    say_exposure(ACTOR, [one.pk for one in hosts], Said(responsible=person), NOW)


def open_tasks() -> list[Task]:
    return list(Task.objects.filter(ended_at=None).order_by("title"))


def test_a_host_has_one_task_a_safeguard_which_ends_with_its_findings() -> None:
    client = browser()
    owner = sign_in(client, Role.MANAGER)
    web = host("web", NOW)
    found(NOW, LATE, web, item="package openssl")
    found(NOW, LATE, web, item="package zlib1g")
    found(NOW, GAP, web, safeguard="firewall")
    give(owner.person, web)
    assert make_finding_tasks(ACTOR, NOW) == (2, 0)
    assert make_finding_tasks(ACTOR, NOW) == (0, 0)
    firewall, weak = sorted(open_tasks(), key=lambda task: task.safeguard)
    assert {task.owner_id for task in (firewall, weak)} == {owner.person}
    assert weak.due == today_at(NOW), "the promised days are over when it is found"
    assert firewall.due == today_at(NOW) + 30 * DAY
    page = re.sub(r"\s+", " ", client.get(f"/tasks/{weak.pk}/").content.decode())
    assert "Mend what was found on web" in page
    assert "package zlib1g: it is old" in page
    close(NOW + DAY, web)
    assert make_finding_tasks(ACTOR, NOW + DAY) == (0, 2)
    weak.refresh_from_db()
    entry = re.search(r"entry (\d+)", weak.ended_words)
    assert entry
    assert Entry.objects.get(index=int(entry[1])).kind == "program.finding"
    found(NOW + 2 * DAY, LATE, web)
    assert make_finding_tasks(ACTOR, NOW + 2 * DAY) == (1, 0), "it is weak again"


def test_what_a_person_ended_comes_back_with_newer_findings_only() -> None:
    web = host("web", NOW)
    found(NOW, LATE, web, item="package openssl")
    make_finding_tasks(ACTOR, NOW)
    (task,) = open_tasks()
    assert task.owner is None
    end_task("person:x", task.pk, Ending.DROPPED, "It is scrapped in May.", NOW + DAY)
    assert make_finding_tasks(ACTOR, NOW + 2 * DAY) == (0, 0)
    found(NOW + 3 * DAY, LATE, web, item="package zlib1g")
    assert make_finding_tasks(ACTOR, NOW + 3 * DAY) == (1, 0)


def test_many_hosts_of_one_person_are_one_task_and_a_host_that_gets_an_owner_leaves_nobodys() -> None:
    client = browser()
    owner = sign_in(client, Role.MANAGER)
    hosts = [host(f"web-{number}", NOW) for number in range(2 * FEW + 2)]
    mine, others = hosts[: FEW + 1], hosts[FEW + 1 :]
    found(NOW, LATE, *hosts)
    give(owner.person, *mine)
    assert make_finding_tasks(ACTOR, NOW) == (2, 0)
    of_me = Task.objects.get(owner=owner.person)
    page = client.get(f"/tasks/{of_me.pk}/").content.decode()
    assert page.count("it is old</a>") == len(mine)
    nobodys = Task.objects.get(owner=None)
    page = client.get(f"/tasks/{nobodys.pk}/").content.decode()
    assert page.count("it is old</a>") == len(others)
    give(owner.person, *others)
    assert make_finding_tasks(ACTOR, NOW + DAY) == (0, 1)
    nobodys.refresh_from_db()
    assert "somebody else answers" in nobodys.ended_words
    give(NOBODY, mine[0])
    close(NOW + 2 * DAY, *hosts[1:])
    assert make_finding_tasks(ACTOR, NOW + 2 * DAY) == (1, 1)
    assert [task.about for task in open_tasks()] == [f"systems.host:{mine[0].pk}"]
    give(owner.person, mine[0])
    assert make_finding_tasks(ACTOR, NOW + 3 * DAY) == (0, 0)
    assert [task.owner_id for task in open_tasks()] == [owner.person]


def test_an_open_task_follows_who_answers_by_now_unless_a_person_handed_it_on_since() -> None:
    anna, bert = sign_in(browser(), Role.MANAGER), sign_in(browser(), Role.MANAGER)
    web = host("web", NOW)
    found(NOW, LATE, web)
    give(anna.person, web)
    make_finding_tasks(ACTOR, NOW)
    owners = lambda: [task.owner_id for task in open_tasks()]  # noqa: E731
    give(bert.person, web)
    make_finding_tasks(ACTOR, NOW)
    assert owners() == [bert.person]
    hand_over(anna.actor, open_tasks()[0].pk, anna.person, "I do it this once.", NOW)
    make_finding_tasks(ACTOR, NOW)
    assert owners() == [anna.person], "what a person handed on stays"
    give(NOBODY, web)
    make_finding_tasks(ACTOR, NOW)
    assert owners() == [anna.person], "nobody else is there to have it"
    give(bert.person, web)
    make_finding_tasks(ACTOR, NOW)
    assert owners() == [bert.person], "that was said later"


def test_ending_a_task_about_many_hosts_excuses_none_that_was_given_to_its_owner_later() -> None:
    anna, bert = sign_in(browser(), Role.MANAGER), sign_in(browser(), Role.MANAGER)
    hosts = [host(f"web-{number}", NOW) for number in range(FEW + 1)]
    other = host("other", NOW)
    found(NOW, LATE, *hosts, other)
    give(anna.person, *hosts)
    give(bert.person, other)
    assert make_finding_tasks(ACTOR, NOW) == (2, 0)
    for task in open_tasks():
        end_task(f"person:{anna.person}", task.pk, Ending.DROPPED, "They are scrapped.", NOW + DAY)
    assert make_finding_tasks(ACTOR, NOW + DAY) == (0, 0)
    third = host("third", NOW)
    found(NOW, LATE, third)
    give(anna.person, other, third)
    assert make_finding_tasks(ACTOR, NOW + 2 * DAY) == (1, 0)
    assert [task.about for task in open_tasks()] == [f"systems.host:{third.pk}"], (
        "bert’s own task about the other was ended, and that counts whoever has it"
    )
