"""From an empty register through the guided entry to a scenario with its figures, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.chromium import chromium, looked_at, windows
from tests.risk.register import register_home
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(register_home.seed(tmp_path_factory.mktemp("register") / "home")) as running:
        yield running


def say(page: Any, low: str, high: str) -> None:
    """A range, and why; then on."""
    page.get_by_label("In nine cases of ten it is at least").fill(low)
    page.get_by_label("and at most").fill(high)
    page.get_by_label("Why you think so").fill("Two in ten years, as far as we know.")
    page.get_by_label("Medium").check()
    page.get_by_role("button", name="Save and go on").click()


def test_from_an_empty_register_to_a_scenario_with_its_curve(served: Served) -> None:
    with chromium() as running, windows(running) as opened:
        page = opened.open(1280)
        sign_in(page, served.address, register_home.OWNER, lambda: code(register_home.SECRET))
        page.goto(f"{served.address}/risk/scenarios/")
        page.get_by_text("No scenario yet").wait_for()
        looked_at(page, "empty")
        page.get_by_role("link", name="Terms of risk").click()
        page.get_by_label("Currency").fill("EUR")
        page.get_by_label("Turnover of a year").fill("12 m")
        page.get_by_label("What a bad year may cost us").fill("250,000")
        looked_at(page, "terms")
        page.get_by_role("button", name="Save").click()

        page.get_by_role("link", name="Add a scenario").click()
        page.get_by_label("Your industry").select_option(label="Health")
        page.get_by_role("main").get_by_role("button", name="Show").click()
        looked_at(page, "library")
        page.get_by_role("link", name="A laptop or phone is lost with data on it").click()
        page.get_by_label("To what of yours").fill("The laptops of the home visits")
        looked_at(page, "words")
        page.get_by_role("button", name="Save and go on").click()

        page.get_by_role("heading", name="How often does it happen here?").wait_for()
        looked_at(page, "rate")
        say(page, "1 in 2", "1 in 10")
        page.locator(".error-summary:focus").wait_for()
        assert page.get_by_label("and at most").input_value() == "1 in 10", "what was typed stays"
        looked_at(page, "rate-refused")
        say(page, "1 in 10", "1 in 2")
        page.get_by_role("heading", name="What does it cost to deal with it?").wait_for()
        page.get_by_role("link", name="Back").click()
        assert page.get_by_label("and at most").input_value() == "0.5"
        page.get_by_role("link", name="Leave as it is").click()
        say(page, "5 k", "60,000")
        page.get_by_role("heading", name="What has to be replaced?").wait_for()
        page.get_by_role("link", name="Skip: not estimated").click()
        page.get_by_role("heading", name="Which fines could follow?").wait_for()
        say(page, "1 m", "500 m")
        page.get_by_label("It is meant so").wait_for()
        looked_at(page, "fines-doubted")
        say(page, "1 k", "20 k")
        page.get_by_role("link", name="Skip: not estimated").click()
        page.get_by_role("heading", name="What would others lose by it?").wait_for()
        page.get_by_role("link", name="Least, most likely, most").click()
        page.get_by_label("Least", exact=False).first.fill("0")
        page.get_by_label("Most likely").fill("2,000")
        page.get_by_label("Most, in EUR").fill("100,000")
        page.get_by_label("Why you think so").fill("A guess: nobody has counted it.")
        page.get_by_role("button", name="Save and go on").click()

        page.get_by_role("link", name="Encrypted disks and files").click()
        for label, share in (("at least", "50"), ("most likely", "80"), ("and at most", "95")):
            page.get_by_label(f"{label}, in percent").fill(share)
        page.get_by_label("Why you think that it holds so much").fill("Nine laptops of ten are encrypted.")
        looked_at(page, "safeguard")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("It counts from now on.").wait_for()
        looked_at(page, "safeguards")
        page.get_by_role("button", name="Go on").click()

        page.get_by_role("heading", name="Is that what you mean?").wait_for()
        assert page.get_by_text("Not estimated").count() == 2
        looked_at(page, "check")
        page.get_by_role("button", name="Yes, it stands as written").click()
        page.get_by_text("The scenario stands in the register.").wait_for()
        figures = page.get_by_role("table", name="Figures of a year")
        assert "EUR" in figures.inner_text()
        assert figures.get_by_role("row").count() == 6
        looked_at(page, "scenario")
        page.goto(f"{served.address}/risk/scenarios/")
        page.get_by_role("cell", name="Estimated", exact=True).wait_for()
        looked_at(page, "list")
        page.get_by_role("link", name="All estimates").click()
        page.get_by_role("heading", name="Estimates", exact=True).wait_for()
        looked_at(page, "estimates")
