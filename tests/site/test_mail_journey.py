"""Mail in a real browser: set a server, try it, sign in by mail; and how those pages look."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import PATIENCE, axe_faults, chromium, windows
from tests.program.mail.post_office import Received, free_port, post_office
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser
WIDTHS = (375, 1280)
LOOK = os.environ.get("DUECARE_PICTURES")
"""Where to keep a picture of each page, for whoever wants to look."""


@dataclass(frozen=True, slots=True)
class Site:
    """Harbour Clinic, its owner's window, and the mail server of the house."""

    served: Served
    page: Any
    port: int
    received: Received

    def open(self, path: str) -> Any:
        self.page.goto(self.served.address + path)
        return self.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home, _keys = harbour.seed(tmp_path_factory)
    (home / "duecare.toml").write_text('[outgoing]\nallow = ["127.0.0.1"]\n')
    with post_office() as (port, received), serving(home) as served, windows(browser) as opened:
        page = opened.open()
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        yield Site(served, page, port, received)


def look(page: Any, name: str) -> None:
    """The page is whole for every eye and reader: narrow and wide, in light and dark."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if LOOK:
                page.screenshot(path=str(Path(LOOK) / f"{name}-{width}-{scheme}.png"), full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
            assert axe_faults(page) == [], name
    page.emulate_media(color_scheme="light")


def sign_in_mail(site: Site) -> str:
    """The text of the sign-in mail, once it is there; the day's digest may have come as well."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for mail in site.received.mails:
            body = mail.get_body(("plain",))
            if mail["Subject"] == "Sign in to Duecare" and body is not None:
                text: str = body.get_content()
                return text
        time.sleep(0.1)
    raise AssertionError("the worker does not send")


def test_an_owner_sets_up_mail_by_keyboard_and_sees_the_servers_answer(site: Site) -> None:
    page = site.open("/settings/")
    page.get_by_role("main").get_by_role("link", name="Mail", exact=True).click()
    page.locator("summary", has_text="Mail nothing any more").press("Enter")
    page.get_by_role("button", name="Mail nothing any more").press("Enter")
    page.get_by_role("link", name="Say through which server mail leaves").click()
    page.get_by_label("Mail server").fill("localhost")
    page.get_by_label("Port").fill(str(free_port()))
    page.get_by_label("None (unsafe)").check()
    page.get_by_label("Mail comes from").fill("duecare@harbour.example")
    page.get_by_label("People may sign in by mail").check()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Mail", exact=True).wait_for()
    page.get_by_role("button", name="Send a test mail to me").press("Enter")
    page.get_by_text("does not answer on port").wait_for()
    look(page, "mail-refused")
    page.get_by_role("link", name="Change").press("Enter")
    assert page.get_by_role("textbox", name="Password").input_value() == ""
    look(page, "mail-form")
    page.get_by_label("Port").fill(str(site.port))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send a test mail to me").press("Enter")
    page.get_by_text("answered: 250 2.0.0 queued as ABC").wait_for()
    assert site.received.to == [harbour.OWNER]
    look(page, "mail")


def test_an_owner_who_signs_in_by_mail_gets_their_duties_alone(site: Site, browser: Any) -> None:
    with windows(browser) as opened:
        page = opened.open()
        page.goto(f"{site.served.address}/account/login/")
        page.get_by_role("link", name="Sign in by mail").click()
        look(page, "mail-ask")
        page.get_by_label("E-mail address").fill(harbour.OWNER)
        page.keyboard.press("Enter")
        page.get_by_label("Code from the mail").wait_for()
        look(page, "mail-code")
        text = sign_in_mail(site)
        found = re.search(r"Your code: (\S+)", text)
        link = re.search(r"(http://localhost:\d+/account/login/mail/\S+)", text)
        assert found
        assert link
        elsewhere = opened.open()
        elsewhere.goto(link[1])
        elsewhere.get_by_text("asked for in another browser").wait_for()
        look(elsewhere, "mail-link-elsewhere")
        page.goto(link[1])
        page.get_by_text("You asked for this in this browser").wait_for()
        look(page, "mail-link")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{site.served.address}/")
        assert "Member, signed in by mail" in page.content()
        look(page, "mail-duties")
        page.goto(f"{site.served.address}/account/2fa/")
        page.get_by_text("opens your own duties and nothing else").wait_for()
        page.goto(f"{site.served.address}/account/")
        look(page, "mail-account")
        page.goto(f"{site.served.address}/account/mail/")
        look(page, "mail-choice")


def test_webhooks_look_well_with_some_on_the_page(site: Site) -> None:
    page = site.open("/settings/webhooks/")
    look(page, "webhooks-empty")
    page.get_by_role("link", name="Add a webhook of Slack, Teams or your own").click()
    look(page, "webhook-form")
    page.get_by_label("Name").fill("security channel")
    page.get_by_label("Its address").fill("https://localhost/services/T0/B0/secret")
    page.get_by_label("Once a day").check()
    page.keyboard.press("Enter")
    page.get_by_text("Added. Now try it.").wait_for()
    page.get_by_role("button", name="Try it").press("Enter")
    page.get_by_text("It was not taken").wait_for()
    assert "B0/secret" not in page.content()
    look(page, "webhooks")


def test_what_did_not_arrive_is_on_the_page_in_the_servers_words(site: Site, browser: Any) -> None:
    site.received.rcpt = lambda address: "550 5.1.1 no such user"
    try:
        with windows(browser) as opened:
            page = opened.open()
            page.goto(f"{site.served.address}/account/login/mail/")
            page.get_by_label("E-mail address").fill(harbour.MEMBER)
            page.keyboard.press("Enter")
            page.get_by_label("Code from the mail").wait_for()
        until = time.monotonic() + PATIENCE
        while not site.open("/settings/mail/").get_by_text("550 5.1.1").count() and time.monotonic() < until:
            time.sleep(1)
        site.page.get_by_text("550 5.1.1 no such user").wait_for()
        assert site.page.get_by_text("Rory Walsh").is_visible()
        look(site.page, "mail-refused-rows")
        site.open("/").get_by_text("did not arrive: see which and why").wait_for()
    finally:
        site.received.rcpt = lambda address: "250 OK"
