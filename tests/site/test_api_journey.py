"""Making a token in the browser, letting a program use it, and ending it; on a phone and on a desk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.site import harbour
from tests.site.browser import code, serving, sign_in

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("DUECARE_PICTURES")
"""A directory for pictures to look at; none are made without one."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    home, _keys = harbour.seed(tmp_path_factory)
    with chromium() as browser, serving(home) as served, windows(browser) as opened:
        first = opened.open(1280)
        sign_in(first, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        yield served.address, first


def ask(address: str, token: str, path: str) -> int:
    request = Request(f"{address}/api/{path}", headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    try:
        with urlopen(request, timeout=20) as answer:  # noqa: S310  (an address of this machine)
            assert json.loads(answer.read())
            return int(answer.status)
    except HTTPError as error:
        return error.code


def look(page: Any, name: str, width: int) -> None:
    """Nothing is wrong with the page for any eye; keeps a picture if somebody wants to look."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe_faults(page) == []
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}-{scheme}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"


@pytest.mark.parametrize("width", [1280, 375])
def test_a_token_is_made_used_and_ended(site: tuple[str, Any], width: int) -> None:
    address, page = site
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/account/")
    page.get_by_role("link", name="Tokens for programs of yours").click()
    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("heading", name="Please look at this again").wait_for()
    look(page, "refused", width)
    page.get_by_label("Which program is to use it").fill("Ticket system of the front desk")
    page.get_by_label("Tasks: make, change, hand over, end").check()
    page.get_by_label("How many days it counts").fill("30")
    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("heading", name="Your new token").wait_for()
    look(page, "shown", width)
    token = page.locator("#token").inner_text()
    assert ask(address, token, "posture") == 200
    assert ask(address, token, "targets") == 200
    page.get_by_role("link", name="Tokens for programs").click()
    assert page.get_by_role("cell", name="Ticket system of the front desk").count() == 1
    look(page, "listed", width)
    page.locator("summary", has_text="End it").click()
    page.get_by_role("button", name="End it").click()
    page.get_by_text("opens nothing any more").wait_for()
    assert ask(address, token, "posture") == 401
    assert page.get_by_text("You have no tokens").count() == 1
