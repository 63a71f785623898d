"""From what a member saw to a case that people work on, as they do it in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.chromium import chromium, looked_at, windows
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Clinic:
    """Harbour Clinic, with three people signed in."""

    served: Served
    owner: Any
    second: Any
    member: Any


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as served, chromium() as running, windows(running) as opened:
        pages = []
        for who in (harbour.OWNER, harbour.COUNSEL, harbour.MEMBER):
            page = opened.open(1280)
            second = None if who == harbour.MEMBER else lambda: code(harbour.SECRET)
            sign_in(page, served.address, who, second)
            pages.append(page)
        yield Clinic(served, *pages)


def test_from_what_a_member_saw_to_a_case_that_people_work_on(clinic: Clinic) -> None:
    address, member, owner, second = clinic.served.address, clinic.member, clinic.owner, clinic.second
    member.goto(f"{address}/duties/")
    member.get_by_role("main").get_by_role("link", name="Report something").click()
    looked_at(member, "report")
    member.get_by_label("What did you see?").fill(
        "A page asked for my password, and I typed it. Then nothing."
    )
    member.get_by_label("Somebody else may have a password or a mail account").check()
    member.get_by_role("button", name="Report it").click()
    member.get_by_text("Those who must know are told").wait_for()
    looked_at(member, "report-of")
    report = member.url

    owner.goto(f"{address}/")
    owner.get_by_role("navigation").get_by_role("link", name="Incidents").first.click()
    owner.get_by_role("link", name=re.compile("reports? waits?")).click()
    looked_at(owner, "waiting")
    owner.get_by_role("link", name="A page asked for my password").click()
    looked_at(owner, "triage")
    owner.get_by_label("A word to whoever reported it").fill("Well done. Change it now.")
    owner.get_by_label("Severity of the new incident").select_option(value="high")
    owner.get_by_role("button", name="Settle it").click()
    owner.get_by_text("Its tasks are made.").wait_for()
    case = owner.url
    looked_at(owner, "case")
    member.goto(report)
    assert member.get_by_text("Well done. Change it now.").is_visible()

    owner.get_by_role("link", name="Give a role").click()
    looked_at(owner, "case-role")
    owner.locator("select[name=role]").select_option(value="technical")
    name = member.locator(".person").inner_text().splitlines()[0].strip()
    owner.locator("select[name=person]").select_option(label=name)
    owner.get_by_role("button", name="Give it").click()
    owner.get_by_text("The role is given.").wait_for()
    member.goto(f"{address}/incidents/")
    member.get_by_role("link", name="A page asked for my password").click()
    member.get_by_role("link", name="Affected").click()
    member.get_by_role("link", name="Add what is affected").click()
    member.get_by_label("Search hosts, accounts, devices, data sets").fill("mail")
    member.get_by_role("button", name="Search", exact=True).last.click()
    member.get_by_label("Or name it").fill("My mailbox")
    looked_at(member, "affected-add")
    member.get_by_role("button", name="Add it").click()
    member.get_by_role("link", name="Change").wait_for()
    looked_at(member, "affected")

    second.goto(f"{case}change/")
    owner.goto(f"{case}change/")
    owner.get_by_label("What is known by now").fill("One mailbox; nothing was sent from it.")
    owner.get_by_role("button", name="Save").click()
    second.get_by_label("What is known by now").fill("Two mailboxes.")
    second.get_by_role("button", name="Save").click()
    assert second.get_by_text("changed this while you wrote").first.is_visible()
    assert second.get_by_text("One mailbox; nothing was sent from it.").is_visible()
    assert second.get_by_label("What is known by now").input_value() == "Two mailboxes."
    looked_at(second, "case-change-refused")
    owner.goto(f"{case}phase/")
    owner.get_by_label("Contain").check()
    owner.get_by_label("What is done, or why it goes back").fill("The account is locked.")
    looked_at(owner, "case-phase")
    owner.get_by_role("button", name="Move it").click()
    owner.get_by_text("Moved; the timeline says so.").wait_for()
    owner.goto(f"{address}/")
    assert owner.get_by_role("heading", name="Open incidents").is_visible()
    looked_at(owner, "home-with-incident")
    owner.goto(f"{address}/incidents/")
    looked_at(owner, "incidents")
