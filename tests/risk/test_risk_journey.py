"""From a new Duecare with an empty register to a signed decision and its curve, all of it on pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.risk.decisions.test_decisions_browser import draw_up, enter, weigh
from tests.risk.register.test_register_browser import say
from tests.site.browser import Served, passkey_in, serving

pytestmark = pytest.mark.browser


def set_terms(page: Any, site: Served) -> None:
    page.goto(f"{site.address}/risk/")
    page.get_by_role("main").get_by_role("link", name="Set the terms first").click()
    page.get_by_label("Currency").fill("EUR")
    page.get_by_label("Turnover of a year").fill("12 m")
    page.get_by_label("What a bad year may cost us").fill("250,000")
    page.get_by_role("button", name="Save").click()


def describe(page: Any, site: Served) -> None:
    """Invoice fraud, in our own words, estimated by whoever sits there."""
    page.goto(f"{site.address}/risk/scenarios/")
    page.get_by_role("link", name="Add a scenario").click()
    page.get_by_role("link", name="A payment to the wrong account").click()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("heading", name="How often does it happen here?").wait_for()
    say(page, "1 in 20", "1 in 2")
    while page.get_by_role("heading", name="Is that what you mean?").count() == 0:
        if page.get_by_role("heading", name="What does it cost to deal with it?").count():
            say(page, "20,000", "400,000")
        elif page.get_by_role("link", name="Skip: not estimated").count():
            page.get_by_role("link", name="Skip: not estimated").click()
        else:
            page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Yes, it stands as written").click()
    page.get_by_text("The scenario stands in the register.").wait_for()


def put_down(page: Any, site: Served) -> None:
    """What could be done about it."""
    page.goto(f"{site.address}/risk/measures/")
    page.get_by_role("link", name="Put down a measure").first.click()
    page.locator("[name=title]").fill("A second person pays")
    page.locator("[name=safeguard]").select_option(index=1)
    for name, amount in (("yearly_least", "4 k"), ("yearly_likely", "6 k"), ("yearly_most", "12 k")):
        page.locator(f"[name={name}]").fill(amount)
    page.locator("[name=years]").fill("3")
    page.locator("[name=effect_0_0]").select_option(index=1)
    page.locator("[name=effect_0_1]").select_option(value="frequency")
    for place, share in enumerate(("40", "70", "90", "100", "95"), start=2):
        page.locator(f"[name=effect_0_{place}]").fill(share)
    page.get_by_role("main").get_by_role("button").last.click()
    page.get_by_role("heading", name="A second person pays").wait_for()


def test_from_an_empty_register_to_a_signed_decision_and_its_curve(tmp_path: Path) -> None:
    with chromium() as browser, serving(tmp_path / "home") as site, windows(browser) as several:
        page = several.open()
        passkey_in(page)
        enter(page, site)
        set_terms(page, site)
        describe(page, site)
        put_down(page, site)
        draw_up(page, site, "R-1 ")
        weigh(page)
        page.get_by_role("link", name="Put before an approver").click()
        page.get_by_role("button", name="Put it").click()
        page.get_by_role("link", name="Sign with your passkey").click()
        page.get_by_label("Approve").check()
        page.get_by_role("button", name="Sign the decision").click()
        page.get_by_text("Your decision was recorded.").wait_for()
        same = site.run("risk", "replay", "D-1")
        assert same.returncode == 0, same.stderr

        page.goto(f"{site.address}/risk/curves/")
        page.locator("main svg").first.wait_for()
        assert "EUR" in page.get_by_role("main").inner_text()
        assert axe_faults(page) == []
        page.get_by_role("link", name="Overview").click()
        page.get_by_text("A bad year, 1 in 20").first.wait_for()
        page.set_viewport_size({"width": 360, "height": 780})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert axe_faults(page) == []
