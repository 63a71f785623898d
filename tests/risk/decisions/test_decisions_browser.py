"""In a real browser: from scenarios and a measure to a decision that is signed with a passkey, on a phone."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.site.browser import CLAIM, PASSWORD, Served, claim, code, environment, passkey_in, serving

pytestmark = pytest.mark.browser

SCENE = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "duecare.site.settings"
django.setup()
from tests.risk.decisions.decision_scene import add_measure, add_scenario, set_terms
set_terms()
add_measure(add_scenario())
"""
"""A register with a scenario and a measure, written beside the server as a command would."""


def set_scene(site: Served) -> None:
    subprocess.run(
        [sys.executable, "-c", SCENE], cwd=Path(__file__).parents[3], env=environment(site.home), check=True
    )


def enter(page: Any, site: Served) -> None:
    """Claim a new Duecare, set up a code generator, register a passkey."""
    page.goto(f"{site.address}/")
    claim(page, site.token_file.read_text().strip())
    page.wait_for_url("**/account/login/")
    page.locator("[name=login]").fill(CLAIM["email"])
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/2fa/totp/activate/")
    page.locator("[name=code]").fill(code(page.locator("code").inner_text()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/2fa/recovery-codes/")
    page.goto(f"{site.address}/account/2fa/webauthn/add/")
    page.locator("[name=name]").fill("blue key")
    page.get_by_role("button", name="Register").click()
    page.wait_for_url(re.compile("/account/2fa/$"))


def draw_up(page: Any, site: Served, scenario: str) -> None:
    page.goto(f"{site.address}/risk/decisions/")
    page.locator("main").get_by_role("link", name="Draw up a decision").click()
    page.locator("[name=question]").fill("Do we go on paying without a second person?")
    page.get_by_label(scenario).check()
    page.locator("[name=recommendation]").fill("Pay in pairs: one false invoice costs more.")
    until = datetime.now(UTC).date() + timedelta(days=300)
    page.locator("[name=expires_on]").fill(until.isoformat())
    page.locator("[name=reopen]").fill("A false invoice that was paid.")
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("Weigh another option beside doing nothing.").wait_for()


def weigh(page: Any) -> None:
    page.get_by_role("link", name="Weigh another option").click()
    page.locator("[name=label]").fill("Pay in pairs")
    page.get_by_label("A second person pays").check()
    page.locator("[name=chosen]").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Weigh “Do nothing”").click()
    page.locator("[name=rejected]").fill("A bad year costs more than we bear.")
    page.get_by_role("button", name="Save").click()


def test_from_a_scenario_to_a_decision_signed_on_a_phone(tmp_path: Path) -> None:
    with chromium() as browser, serving(tmp_path / "home") as site, windows(browser) as several:
        page = several.open()
        passkey_in(page)
        enter(page, site)
        set_scene(site)
        draw_up(page, site, "R-1 Invoice fraud")
        weigh(page)
        assert axe_faults(page) == []
        page.get_by_role("link", name="Put before an approver").click()
        assert "approved alone" in page.locator("main").inner_text()
        page.get_by_role("button", name="Put it").click()

        page.set_viewport_size({"width": 360, "height": 780})
        page.get_by_role("heading", name="What you are signing").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert axe_faults(page) == []
        told = page.locator("main").inner_text()
        for words in ("What it costs", "A bad year, 1 in 20", "Harm to others", "Doing nothing"):
            assert words in told
        paper = page.url
        page.get_by_role("link", name="Sign with your passkey").click()
        page.get_by_label("Approve").check()
        page.get_by_role("button", name="Sign the decision").click()
        page.get_by_text("Your decision was recorded.").wait_for()
        assert "signed with the passkey “blue key”" in page.locator("main").inner_text()
        page.goto(paper)
        told = page.locator("main").inner_text()
        assert "Maeve Brennan, with a passkey, approved alone" in told
        assert "Sign with your passkey" not in told
        with page.expect_download() as file:
            page.get_by_role("button", name="PDF").click()
        assert Path(file.value.path()).read_bytes().startswith(b"%PDF-")
        said = site.run("risk", "replay", "D-1")
        assert said.returncode == 0, said.stderr
        assert "Same figures" in said.stdout
