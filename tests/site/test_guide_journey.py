"""The first thirty minutes in a real browser: claim, second factor, the guide, the plan, the home page.

Once with the keyboard alone on a phone's width, once with the mouse on a desk. At each question something
that cannot be is sent first. How many pages and fields it takes is counted, for a person has ten minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.site.browser import PASSWORD, Served, code, serving

pytestmark = pytest.mark.browser

PAGE_SECONDS, FIELD_SECONDS = 12, 6
"""What a person takes to read a page and to answer a field: 220 words a minute, and a line of typing."""
MOST_TABS = 60


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@dataclass(slots=True)
class Hands:
    """A person at a page, with the keyboard alone or the mouse (axe at a desk, in the dark: test_look.py)."""

    page: Any
    keyboard: bool
    fields: int = 0
    pages: int = 0

    def reach(self, selector: str) -> None:
        """Go to a control as this person does, by Tab alone or by pointing."""
        if not self.keyboard:
            self.page.locator(selector).first.click()
            return
        for _step in range(MOST_TABS):
            if self.page.evaluate("one => document.activeElement.matches(one)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {selector} on {self.page.url}")

    def write(self, name: str, text: str) -> None:
        self.fields += 1
        self.reach(f"main [name={name}]")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def pick(self, name: str, label: str) -> None:
        """Choose in a list by its words."""
        self.fields += 1
        if self.keyboard:
            self.reach(f"main select[name={name}]")
            self.page.keyboard.type(label)
        else:
            self.page.locator(f"main select[name={name}]").select_option(label=label)

    def tick(self, name: str, value: str) -> None:
        """Choose one of several ticks or dots."""
        self.fields += 1
        one = f'main input[name={name}][value="{value}"]'
        if not self.keyboard:
            self.page.locator(one).check()
            return
        if self.page.locator(one).get_attribute("type") == "checkbox":
            self.reach(one)
            self.page.keyboard.press("Space")
            return
        self.reach(f"main input[name={name}]")
        for _step in range(10):
            if self.page.locator(one).is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {value}")

    def press(self, selector: str) -> None:
        """Press a button or follow a link, and wait for what comes."""
        self.pages += 1
        if self.keyboard:
            self.reach(selector)
        with self.page.expect_navigation():
            if self.keyboard:
                self.page.keyboard.press("Enter")
            else:
                self.page.locator(selector).first.click()

    def save(self) -> None:
        self.press("main form .button.primary")

    def refused(self, words: str) -> None:
        """What was sent could not be: the summary has the focus, and its link leads to the field."""
        self.pages -= 1  # not counted: a person who errs takes longer
        self.page.locator(".error-summary:focus").wait_for()
        assert words in self.page.locator(".error-summary").inner_text()

    def look(self) -> None:
        """The page is whole at this width, and on the phone for every eye and reader."""
        width = self.page.viewport_size["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, self.page.url
        if self.keyboard:
            assert axe_faults(self.page) == [], self.page.url

    def at(self, question: str) -> None:
        self.page.get_by_role("heading", name=question, level=1).wait_for()
        self.look()


@pytest.mark.parametrize(("width", "keyboard"), [(375, True), (1280, False)], ids=["keyboard", "mouse"])
def test_a_newcomer_comes_from_an_empty_machine_to_what_to_do_this_week(
    browser: Any, tmp_path: Path, width: int, keyboard: bool
) -> None:
    place = tmp_path / "backups"
    place.mkdir()
    # The second comes to a server that has looked at nothing yet.
    options = ["--assess"] if keyboard else []
    with serving(tmp_path / "home", *options) as site, windows(browser) as opened:
        hands = Hands(opened.open(width), keyboard)
        hands.page.goto(site.address)
        claim(hands, site)
        hands.fields = hands.pages = 0
        guide(hands, place)
        seconds = hands.pages * PAGE_SECONDS + hands.fields * FIELD_SECONDS
        assert seconds < 600, f"{hands.pages} pages and {hands.fields} fields take {seconds} seconds"
        plan(hands)
        home(hands)


def claim(hands: Hands, site: Served) -> None:
    """The claim and the second factor, which others test further (test_journey.py)."""
    for name, text in {
        "token": site.token_file.read_text().strip(),
        "organisation": "Riverside Clinic",
        "computers": "150",
        "name": "Ann Example",
        "email": "ann@clinic.example",
        "password": PASSWORD,
    }.items():
        hands.write(name, text)
    hands.save()
    hands.write("login", "ann@clinic.example")
    hands.write("password", PASSWORD)
    with hands.page.expect_navigation():
        hands.page.keyboard.press("Enter")
    hands.write("code", code(hands.page.locator("code").inner_text()))
    with hands.page.expect_navigation():
        hands.page.keyboard.press("Enter")
    hands.press("main a.button.primary")


def guide(hands: Hands, place: Path) -> None:
    """Every question, first answered so that it cannot be."""
    page = hands.page
    hands.at("Set-up")
    hands.press("main a.button.primary")
    hands.at("Who are you, and where?")
    hands.save()
    hands.refused("Country: This field is required.")
    hands.pick("country", "Ireland")
    hands.pick("zone", "Europe/Dublin")
    hands.save()
    hands.at("How many people and computers are there?")
    assert page.locator("[name=computers]").input_value() == "150", (
        "what the claim said need not be said again"
    )
    hands.write("people", "0")
    hands.save()
    hands.refused("How many people work there")
    hands.write("people", "150")
    hands.save()
    hands.at("Which data do you hold, and whose?")
    hands.write("name", "Patients")
    hands.write("people", "IE twelve thousand")
    hands.save()
    hands.refused("Line 1")
    hands.write("people", "IE 12000")
    hands.press("main form [name=again]")
    assert page.get_by_role("listitem").filter(has_text="Patients").is_visible()
    hands.press("main a.quiet-button")
    hands.at("What is true of you?")
    hands.pick("eu_gdpr_scope", "Yes")
    for name in ("nis2_important", "nis2_essential", "handles_payment_cards"):
        hands.pick(name, "No")
    hands.save()
    hands.at("Which systems does the work rest on?")
    hands.save()
    hands.refused("Nothing was chosen.")
    hands.tick("services", "microsoft_365")
    hands.tick("services", "trade_software")
    hands.save()
    hands.at("Who approves what you decide?")
    hands.tick("who", "new")
    hands.write("name", "Dr Byrne")
    hands.write("email", "byrne@clinic.example")
    hands.write("password", "too short")
    hands.save()
    hands.refused("15 characters")
    hands.write("password", "four calm otters under a bridge")
    hands.save()
    hands.at("Who outside keeps checkpoints?")
    hands.write("name", "Niamh Walsh")
    hands.write("address", "niamh")
    hands.save()
    hands.refused("email")
    hands.write("address", "niamh@books.example")
    hands.save()
    hands.at("Where do backups of Duecare go?")
    hands.write("path", "/no/such/place")
    hands.save()
    hands.refused("No such file or directory")
    hands.write("path", str(place))
    hands.save()
    assert page.get_by_text("read back and removed").is_visible()
    hands.at("Where will people open Duecare?")
    hands.tick("where", "name")
    hands.write("host", "https://duecare.clinic.example")
    hands.write("proxies", "127.0.0.1")
    hands.save()
    hands.refused("is not a host name")
    hands.write("host", "duecare.clinic.example")
    hands.save()


def plan(hands: Hands) -> None:
    """What would be done, made the plan."""
    page = hands.page
    hands.at("Your first 90 days")
    assert page.locator("main tbody tr").count() == 12
    assert page.get_by_text("Switch on a second factor for everyone in Microsoft 365").is_visible()
    hands.press("main form .button.primary")
    assert page.get_by_text("12 tasks were made.").is_visible()
    hands.look()
    assert page.locator("#areas").get_by_role("link", name="Set-up").count() == 0


def home(hands: Hands) -> None:
    """Three things for this week, each of which leads to where it is done; and what going live takes."""
    page = hands.page
    hands.press("header a.organisation")
    week = page.locator("[aria-labelledby=week]")
    assert week.locator("tbody tr").count() == 3
    reach = page.locator("main .reach").inner_text()
    assert re.search(r"\b[01] of about 150 computers seen; the rest unknown\.", reach)
    hands.look()
    hands.press("[aria-labelledby=week] tbody a")
    hands.look()
    page.locator("main dd a").first.wait_for()
    page.goto(re.sub(r"(//[^/]+).*", r"\1/settings/go-live/", page.url))
    assert page.get_by_text('hosts = ["duecare.clinic.example"]').is_visible()
    assert page.get_by_text("Requests for duecare.clinic.example are refused").is_visible()
    hands.look()
    for summary in page.locator("details.fold summary").all():
        summary.click()
    hands.look()
