"""A plan from its first question to paper, in a browser: answered, approved, a contact tried, printed."""

from __future__ import annotations

from collections.abc import Iterator

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


def test_a_plan_is_changed_and_printed_and_a_contact_is_tried(served: Served) -> None:
    with chromium() as running, windows(running) as opened:
        page = opened.open(1280)
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        page.goto(f"{served.address}/incidents/plan/")
        page.get_by_text("Approved as it stands").first.wait_for()
        look(page)
        page.get_by_role("link", name="Ransomware").click()
        page.get_by_text("Pull the network cable").wait_for()
        look(page)
        page.get_by_role("link", name="Change step 1", exact=True).click()
        page.get_by_label("Within how many minutes").fill("5")
        look(page)
        page.get_by_role("button", name="Save").click()
        page.get_by_text("within 5 minutes").wait_for()
        page.get_by_role("link", name="Incident plan").first.click()
        page.get_by_text("Changed since it was approved").first.wait_for()
        page.get_by_role("link", name="Versions").click()
        page.get_by_text("Playbooks (Ransomware)").wait_for()
        look(page)
        page.goto(f"{served.address}/incidents/plan/steps/roles/")
        page.get_by_role("heading", name="Who does what?").wait_for()
        look(page)
        page.goto(f"{served.address}/incidents/plan/")
        with page.expect_download() as caught:
            page.get_by_role("button", name="One page to carry").click()
        assert caught.value.path().read_bytes().startswith(b"%PDF")
        page.get_by_role("link", name="To the contacts").click()
        look(page)
        page.get_by_role("link", name="Fraud desk").click()
        page.get_by_role("button", name="I tried it today").click()
        page.get_by_text("Fraud desk was reached today.").wait_for()
        look(page)
        page.get_by_role("link", name="Change", exact=True).click()
        look(page)
