"""From the duties of the law to what keeps them, what is to be kept and a legal hold, in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chromium import chromium, windows
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in
from tests.systems.test_exposure_browser import keep

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as running:
        yield running


def test_a_duty_is_given_to_somebody_and_a_hold_is_placed(served: Served) -> None:
    with chromium() as running, windows(running) as opened:
        page = opened.open(1280)
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        page.goto(f"{served.address}/law/duties/")
        keep(page, "duties")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_role("link", name="Keep a written record of processing").click()
        page.get_by_role("heading", name="What keeps it").wait_for()
        keep(page, "duty")
        page.get_by_role("link", name="Say who sees to it").click()
        page.get_by_label("Who sees to it").select_option(index=1)
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Noted. Its open task goes to them").wait_for()
        page.goto(f"{served.address}/law/crosswalk/")
        keep(page, "crosswalk")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{served.address}/law/records/")
        keep(page, "records")
        page.get_by_role("link", name="Legal holds").first.click()
        page.get_by_role("link", name="Place a legal hold").first.click()
        keep(page, "hold-new")
        page.get_by_role("button", name="Place it").click()
        page.locator(".error-summary:focus").wait_for()
        page.get_by_label("Name").fill("Claim of May")
        page.get_by_label("Why").fill("A patient claims damages.")
        page.get_by_label("Asked for by").fill("Ciara Byrne")
        page.get_by_label("What is held, in words").fill("All about the lost laptop.")
        page.get_by_label("Letters that Duecare sent").check()
        page.get_by_role("button", name="Place it").click()
        page.get_by_text("The hold stands from now on.").wait_for()
        keep(page, "hold")
