"""From naming a product to what is weak in it, in a browser, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chromium import chromium, windows
from tests.patching.bills.test_products import log4j, written
from tests.patching.software.test_browser import look
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as running:
        yield running


def test_a_product_is_named_and_its_lists_are_taken_in_and_undone(served: Served, tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.json", tmp_path / "good.json"
    broken.write_bytes(written("pkg:npm/a@1.0.0")[:-9])
    good.write_bytes(written(log4j("2.14.0"), "pkg:npm/calendar-grid@2.0.0", "firmware"))
    with chromium() as running, windows(running) as opened:
        page = opened.open(1280)
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        page.goto(f"{served.address}/patching/weaknesses/")
        page.get_by_role("link", name="Products", exact=True).click()
        look(page)
        page.get_by_role("link", name="Add a product").click()
        page.get_by_label("A supplier does").check()
        page.get_by_role("button", name="Add").click()
        page.get_by_role("link", name="Say who makes it.").wait_for()
        look(page)
        page.get_by_label("Name", exact=True).fill("MRI console")
        page.get_by_label("Its supplier").fill("Lumen")
        page.get_by_role("button", name="Add").click()
        page.get_by_text("What it contains is unknown").wait_for()
        page.get_by_role("link", name="Take in a list of components").click()
        page.get_by_label("List of components").set_input_files(broken)
        page.get_by_role("button", name="Take in").click()
        page.get_by_text("The file breaks off after character").first.wait_for()
        look(page)
        page.get_by_label("List of components").set_input_files(good)
        page.get_by_role("button", name="Take in").click()
        page.get_by_text("3 components were taken in").wait_for()
        look(page)
        page.get_by_role("button", name="Its newest list still holds").click()
        page.get_by_text("confirmed by a person since it was made").wait_for()
        page.get_by_role("link", name="undo").click()
        page.get_by_label("What was wrong with it").fill("It is that of the console next door.")
        look(page)
        page.get_by_role("button", name="Undo this list").click()
        page.get_by_text("What it contains is unknown").wait_for()
        page.goto(f"{served.address}/patching/software/asked/?name=calendar-grid&below=9")
        page.get_by_role("heading", name="Products").wait_for()
        look(page)
        page.get_by_role("link", name="Booking", exact=True).first.click()
        page.get_by_role("heading", name="What it contains").wait_for()
        look(page)
