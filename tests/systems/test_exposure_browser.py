"""From the list of hosts to what they are exposed to, in a browser: chosen, said, and seen on the page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import chromium, windows
from tests.patching.software.test_browser import look
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as running:
        yield running


def keep(page: Any, name: str) -> None:
    """Look at the page, and keep its picture where somebody asks for that."""
    look(page)
    place = os.environ.get("DUECARE_PICTURES")
    for width in (375, 1280) if place else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=str(Path(str(place)) / f"{name}-{width}.png"), full_page=True)


def test_hosts_are_chosen_in_the_list_and_said_to_be_exposed(served: Served) -> None:
    with chromium() as running, windows(running) as opened:
        page = opened.open(1280)
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        page.goto(f"{served.address}/systems/")
        keep(page, "hosts")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_label("Choose files-1").check()
        page.get_by_role("button", name="Say what the chosen ones are exposed to").click()
        keep(page, "several")
        page.get_by_role("group", name="Can it be reached from the internet?").get_by_label("Yes").check()
        page.get_by_label("How this is known").fill("Read in the rules of the firewall.")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Noted for 1 host.").wait_for()
        page.get_by_role("link", name="files-1").first.click()
        page.get_by_role("heading", name="What it is exposed to").wait_for()
        keep(page, "host")
        page.get_by_role("link", name="Say it anew").click()
        keep(page, "one")
        page.goto(f"{served.address}/patching/feeds/updates/")
        keep(page, "updates")
