"""The law as somebody first reads it: a question answered, a decision, a contract, what changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chromium import chromium, looked_at, windows
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as running:
        yield running


def test_a_law_is_answered_decided_and_joined_by_a_contract(served: Served) -> None:
    with chromium() as running, windows(running) as opened:
        page = opened.open(1280)
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        page.get_by_role("link", name="Law", exact=True).click()
        page.get_by_role("heading", name="What was not surveyed").wait_for()
        looked_at(page, "law")
        page.get_by_role("link", name="South Africa POPIA").first.click()
        looked_at(page, "law-one")
        page.locator("[name=za_popia_scope]").select_option("yes")
        page.get_by_role("button", name="Record the answers").click()
        page.get_by_text("What applies has changed.").wait_for()
        page.get_by_role("link", name="Decide otherwise").click()
        page.get_by_role("button", name="Decide").click()
        page.locator(".error-summary:focus").wait_for()
        page.get_by_label("It does not apply").check()
        page.get_by_label("Why").fill("We hold no data from there, by counsel’s letter of 3 November.")
        looked_at(page, "law-decide")
        page.get_by_role("button", name="Decide").click()
        page.get_by_text("By the facts alone:").wait_for()
        looked_at(page, "law-decided")

        page.goto(f"{served.address}/law/own/add/")
        page.get_by_label("What it is called").fill("Hosting contract with Northwind")
        page.get_by_label("Where it is written", exact=True).fill("Contract of 2026-03-01")
        page.get_by_label("Notice 1: who is to be told").fill("Northwind")
        page.get_by_label("Notice 1: within how many").fill("24")
        looked_at(page, "law-own")
        page.get_by_role("button", name="Add it").click()
        page.get_by_text("24 hours from when you became aware").wait_for()
        for name, word in (("What changed", "Somebody here added it."), ("What is to come", "Waits for")):
            page.goto(f"{served.address}/law/")
            page.get_by_role("link", name=name).click()
            page.get_by_text(word).first.wait_for()
            looked_at(page, f"law-{name.split()[-1]}")
