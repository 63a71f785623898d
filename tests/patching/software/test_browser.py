"""From the menu to the answer, in a browser: which hosts ran openssl below a version on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser

WIDTHS = (375, 1280)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as running:
        yield running


def test_who_runs_what_is_asked_and_followed_to_the_software_of_a_host(served: Served) -> None:
    with chromium() as running, windows(running) as opened:
        page = opened.open(1280)
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        page.goto(served.address)
        page.get_by_role("link", name="Patching", exact=True).click()
        page.locator("main").get_by_role("link", name="Software", exact=True).click()
        page.get_by_role("link", name="Who runs what, on which day").click()
        page.get_by_label("Name, or what it is built from").fill("openssl")
        page.get_by_label("Below version").fill("99")
        page.get_by_label("On the day").fill(datetime.now(UTC).date().isoformat())
        page.get_by_role("button", name="Filter").click()
        page.get_by_role("heading", name="How far this answer goes").wait_for()
        look(page)
        page.get_by_role("link", name="libssl3t64").first.click()
        page.get_by_role("heading", name="libssl3t64").wait_for()
        look(page)
        page.get_by_role("link", name="files-1").first.click()
        page.get_by_role("link", name="what it has and had, since when").click()
        page.get_by_role("heading", name="Software of files-1").wait_for()
        look(page)


def look(page: Any) -> None:
    """The page is whole wide and narrow, in the light and in the dark."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
        assert axe_faults(page) == []
        page.emulate_media(color_scheme="dark")
        assert axe_faults(page, "color-contrast") == []
    page.emulate_media(color_scheme="light")
