"""The first thirty minutes in a real browser: from an empty machine to the first signed exception.

Once with the keyboard alone at a desk, once with fingers on a phone, from the token in the terminal over the
second factor, the guide, the plan, an assessment and an open finding to an exception that its own asker
approves alone and signs with a passkey. At each question of the guide something that cannot be is sent first.
How many pages and fields it takes is counted, for a person has so many minutes. Not one page is opened by its
address but the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import chromium, windows
from tests.program.mail.post_office import free_port
from tests.site.browser import CLAIM, PASSWORD, Served, code, passkey_in, serving
from tests.site.hands import Hands

pytestmark = pytest.mark.browser

PAGE_SECONDS, FIELD_SECONDS = 12, 6
"""What a person takes to read a page and to answer a field: 220 words a minute, and a line of typing."""
GUIDE, ALL = 600, 1800
"""Seconds that a newcomer has for the guide, and for the whole way."""
REASON = "The maker of the scanner forbids it until May."


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize(("width", "keyboard"), [(1280, True), (375, False)], ids=["keyboard", "touch"])
def test_a_newcomer_comes_from_an_empty_machine_to_the_first_signed_exception(
    browser: Any, tmp_path: Path, width: int, keyboard: bool
) -> None:
    place = tmp_path / "backups"
    place.mkdir()
    with serving(tmp_path / "home") as site, windows(browser) as opened:
        hands = Hands(opened.open(width, has_touch=not keyboard), keyboard)
        passkey_in(hands.page)
        hands.page.goto(site.address)
        claim(hands, site)
        before = spent(hands)
        guide(hands, place)
        assert spent(hands) - before < GUIDE
        plan(hands)
        home(hands)
        go_live(hands)
        address = ask(hands, site)
        register(hands)
        sign(hands, address)
        assert spent(hands) < ALL, f"{hands.pages} pages and {hands.fields} fields"


def spent(hands: Hands) -> int:
    """Seconds that a person has taken so far."""
    return hands.pages * PAGE_SECONDS + hands.fields * FIELD_SECONDS


def claim(hands: Hands, site: Served) -> None:
    """The claim, the first sign-in, the code generator and the recovery codes."""
    hands.at("Claim this Duecare")
    for name, text in {**CLAIM, "token": site.token_file.read_text().strip(), "computers": "150"}.items():
        hands.write(name, text)
    hands.press(hands.button("Become the owner"))
    hands.at("Sign in")
    hands.write("login", CLAIM["email"])
    hands.write("password", PASSWORD)
    hands.press(hands.button("Sign in"))
    hands.at("Set up a code generator")
    hands.write("code", code(hands.page.locator("main code").inner_text()))
    hands.press(hands.button("Turn on"))
    hands.at("Recovery codes")
    hands.press(hands.link("Go on"))


def guide(hands: Hands, place: Path) -> None:
    """Every question, first answered so that it cannot be."""
    page, save = hands.page, lambda: hands.press(hands.button("Save and go on"))
    hands.at("Set-up")
    hands.press(hands.link("Begin"))
    hands.at("Who are you, and where?")
    save()
    hands.refused("Country: This field is required.")
    hands.pick("country", "Ireland")
    hands.pick("zone", "Europe/Dublin")
    save()
    hands.at("How many people and computers are there?")
    assert hands.field("computers").input_value() == "150", "what the claim said need not be said again"
    hands.write("people", "0")
    save()
    hands.refused("How many people work there")
    hands.write("people", "150")
    save()
    hands.at("Which data do you hold, and whose?")
    hands.write("name", "Patients")
    hands.write("people", "IE twelve thousand")
    save()
    hands.refused("Line 1")
    hands.write("people", "IE 12000")
    hands.press(hands.button("Save and add another"))
    assert page.get_by_role("listitem").filter(has_text="Patients").is_visible()
    hands.press(hands.link("Leave as it is"))
    hands.at("What is true of you?")
    hands.pick("eu_gdpr_scope", "Yes")
    for name in ("nis2_important", "nis2_essential", "handles_payment_cards"):
        hands.pick(name, "No")
    save()
    hands.at("Which systems does the work rest on?")
    save()
    hands.refused("Nothing was chosen.")
    hands.tick("services", "microsoft_365")
    hands.tick("services", "trade_software")
    save()
    hands.at("Who approves what you decide?")
    hands.tick("who", "new")
    hands.write("name", "Dr Byrne")
    hands.write("email", "byrne@clinic.example")
    hands.write("password", "too short")
    save()
    hands.refused("15 characters")
    hands.tick("who", "alone")
    save()
    assert page.get_by_text("Decisions will say “approved alone”.").is_visible()
    hands.at("Who outside keeps checkpoints?")
    hands.write("name", "Niamh Walsh")
    hands.write("address", "niamh")
    save()
    hands.refused("email")
    hands.write("address", "niamh@books.example")
    save()
    hands.at("Where do backups of Duecare go?")
    hands.write("path", "/no/such/place")
    save()
    hands.refused("No such file or directory")
    hands.write("path", str(place))
    save()
    assert page.get_by_text("read back and removed").is_visible()
    hands.at("How does mail leave?")
    hands.write("host", "localhost")
    hands.write("port", str(free_port()))
    hands.write("sender", "duecare@clinic.example")
    save()
    hands.refused("not an address of the public internet")
    hands.tick("how", "none")
    save()
    assert page.get_by_text("Nothing is mailed.").is_visible()
    hands.at("Where will people open Duecare?")
    hands.tick("where", "name")
    hands.write("host", "https://duecare.clinic.example")
    hands.write("proxies", "127.0.0.1")
    save()
    hands.refused("is not a host name")
    hands.write("host", "duecare.clinic.example")
    save()


def plan(hands: Hands) -> None:
    """What would be done, made the plan."""
    page = hands.page
    hands.at("Your first 90 days")
    assert page.locator("main tbody tr").count() == 12
    # The second if this machine takes SSH with a password alone.
    first = re.compile("second factor for everyone in Microsoft 365|Mend “Multi-factor sign-in”")
    assert page.locator("main tbody").get_by_text(first).is_visible()
    hands.press(hands.button("Make this our plan"))
    assert page.get_by_text("12 tasks were made.").is_visible()
    hands.look("plan")
    assert page.locator("#areas").get_by_role("link", name="Set-up").count() == 0


def home(hands: Hands) -> None:
    """Three things for this week, each of which leads to where it is done."""
    page = hands.page
    hands.press(page.locator("header a.organisation"))
    week = page.locator("[aria-labelledby=week]")
    assert week.locator("tbody tr").count() == 3
    reach = page.locator("main .reach").inner_text()
    assert re.search(r"\b[01] of about 150 computers seen; the rest unknown\.", reach)
    hands.look("home")
    hands.press(week.locator("tbody a"))
    hands.look("task")
    page.locator("main dd a").first.wait_for()


def go_live(hands: Hands) -> None:
    """What stands between this machine and the others, with the lines to put in."""
    page = hands.page
    hands.go("Settings")
    hands.press(hands.link("Go live: address and encrypted connections"))
    hands.at("Go live")
    assert page.get_by_text('hosts = ["duecare.clinic.example"]').is_visible()
    assert page.get_by_text("Requests for duecare.clinic.example are refused").is_visible()
    for summary in page.locator("main details.fold summary").all():
        hands.use(summary)
    hands.look("go live, opened")


def ask(hands: Hands, site: Served) -> str:
    """An assessment of this machine, an open finding, and an exception from it; the finding's heading."""
    page = hands.page
    assert site.run("assess").returncode == 0
    hands.press(page.locator("header a.organisation"))
    assert "1 of about 150 computers seen" in page.locator("main .reach").inner_text()
    hands.look("home, assessed")
    hands.go("Findings")
    hands.press(page.locator("#findings tbody tr").first.get_by_role("link"))
    heading = str(page.get_by_role("heading", level=1).inner_text())
    hands.at(heading)
    hands.press(hands.link("Ask for an exception"))
    hands.look("exception form")
    hands.press(hands.button("Ask for it"))
    hands.refused("This field is required.")
    hands.write("reason", REASON)
    hands.write("measure", "It stands in a network of its own.")
    hands.press(hands.button("Ask for it"))
    page.get_by_text("Asked for. It holds once").wait_for()
    hands.look("exception asked for")
    return heading


def register(hands: Hands) -> None:
    """A passkey: the page on which one decides leads to it."""
    page = hands.page
    hands.press(hands.link("Decide"))
    assert page.get_by_text("it was decided alone").is_visible(), "told before, not after"
    hands.look("decide, without a passkey")
    hands.press(hands.link("Register a passkey to sign it"))
    hands.look("passkeys")
    hands.press(hands.link("Register a passkey"))
    hands.at("Register a passkey")
    hands.write("name", "blue key")
    hands.press(hands.button("Register"))
    page.get_by_text("1 passkey is registered.").wait_for()
    hands.look("second factor")


def sign(hands: Hands, finding: str) -> None:
    """Back to the finding and its exception, which is approved alone and signed."""
    page = hands.page
    hands.press(page.locator("header a.brand"))
    hands.go("Exceptions")
    hands.press(page.locator("#exceptions tbody tr").first.get_by_role("link"))
    hands.press(hands.link("Decide"))
    assert page.get_by_text("it was decided alone").is_visible()
    hands.look("decide, with a passkey")
    hands.tick("decided", "approved")
    hands.write("words", "The scanner is alone in its network.")
    hands.press(hands.button("Sign the decision"))
    page.get_by_text("Your decision was recorded.").wait_for()
    said = page.locator("main").inner_text()
    for part in ("Approved", "approved alone", "signed with the passkey “blue key”", "the signature holds"):
        assert part in said
    hands.look("exception signed")
    hands.press(page.locator("main dd a").first)
    hands.at(finding)
    covered = page.locator("main .facts > div").filter(has_text="Exception").inner_text()
    for part in ("Approved", "until", "approved by Maeve Brennan", "signed", "approved alone"):
        assert part in covered
