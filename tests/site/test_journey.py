"""The first day with Duecare, in a real browser against `duecare start`: from an empty home to a proof.

Each test is a stretch of the way that a newcomer goes on this machine's own facts. The claim and the second
factor are walked once, by the fixture `owner`; what may be done before the claim has a Duecare of its own.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.chromium import Windows, axe_faults, chromium, windows
from tests.site.browser import CLAIM, PASSWORD, Served, claim, code, serving, sign_in

pytestmark = pytest.mark.browser

OWNER = CLAIM["email"]
AUDITOR = "tomasz@audit.example"
VERIFY = Path(sys.executable).with_name("duecare-verify")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def opened(browser: Any) -> Iterator[Windows]:
    with windows(browser) as several:
        yield several


@pytest.fixture(scope="module")
def unclaimed(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A Duecare that nobody has claimed."""
    with serving(tmp_path_factory.mktemp("unclaimed") / "home") as served:
        yield served


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A Duecare begun with `start --assess` on an empty home."""
    with serving(tmp_path_factory.mktemp("site") / "home", "--assess") as served:
        yield served


@dataclass(frozen=True, slots=True)
class Owner:
    """Who claimed the site, signed in."""

    site: Served
    page: Any
    recovery: list[str]
    """Codes of which each signs in once."""

    def open(self, path: str) -> Any:
        """The page at this address."""
        self.page.goto(self.site.address + path)
        return self.page


@pytest.fixture(scope="module")
def owner(browser: Any, site: Served) -> Iterator[Owner]:
    """The claim, the first sign-in, the code generator and the recovery codes."""
    with windows(browser) as several:
        page = several.open()
        page.goto(site.address)
        claim(page, site.token_file.read_text().strip())
        page.wait_for_url("**/account/login/")
        assert page.get_by_text("This Duecare is yours").is_visible()
        assert not site.token_file.exists()
        page.locator("[name=login]").fill(OWNER)
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/2fa/totp/activate/")
        page.goto(f"{site.address}/findings/")
        assert page.url.endswith("/account/2fa/totp/activate/"), "nothing is shown without a second factor"
        page.locator("[name=code]").fill(code(page.locator("code").inner_text()))
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/2fa/recovery-codes/")
        recovery = page.locator("main li").all_inner_texts()
        assert len(set(recovery)) == 10
        page.get_by_role("link", name="Go on").click()
        page.wait_for_url("**/guide/")  # what follows is walked by test_first_thirty_minutes.py
        yield Owner(site, page, recovery)


def errors(page: Any) -> list[str]:
    """The lines of the error summary, which must have the focus."""
    page.locator(".error-summary:focus").wait_for()
    lines: list[str] = page.locator(".error-summary li").all_inner_texts()
    return lines


# ── Before the claim ─────────────────────────────────────────────────────────────────────────────────────


def test_before_the_claim_every_address_leads_to_it(unclaimed: Served, opened: Windows) -> None:
    page = opened.open()
    for path in ("/", "/findings/", "/ledger/checkpoint.txt", "/account/login/", "/settings/people/add/"):
        page.goto(unclaimed.address + path)
        assert urlsplit(page.url).path == "/first-run/"
    assert axe_faults(page) == []


def test_the_token_is_in_a_file_for_the_owner_of_the_home_alone_and_not_on_the_terminal(
    unclaimed: Served,
) -> None:
    file = unclaimed.token_file
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text().strip()) >= 43, "256 bits in base64"
    assert file.read_text().strip() not in unclaimed.said


def test_a_wrong_token_is_refused_beside_its_field(unclaimed: Served, opened: Windows) -> None:
    page = opened.open()
    page.goto(unclaimed.address)
    claim(page, "guessed")
    (line,) = errors(page)
    assert "This is not the token" in line
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "token"
    assert page.locator("[name=organisation]").input_value() == "Harbour Clinic", "nothing typed is lost"


def test_a_short_password_is_refused_with_the_reason(unclaimed: Served, opened: Windows) -> None:
    page = opened.open()
    page.goto(unclaimed.address)
    claim(page, unclaimed.token_file.read_text().strip(), password="short")
    (line,) = errors(page)
    assert "15 characters" in line
    assert axe_faults(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "password"
    assert unclaimed.token_file.exists(), "the token is still good"


# ── What the first assessment found ──────────────────────────────────────────────────────────────────────


def test_the_home_page_shows_the_posture_of_this_machine_and_how_far_it_reaches(owner: Owner) -> None:
    page = owner.open("/")
    said = page.locator(".lede p").inner_text()
    failing, unproven, _stated, proven, total = map(int, re.findall(r"\d+", said)[:5])
    assert failing + unproven + proven <= total
    assert "1 of about 120 computers seen; the rest unknown." in page.locator(".reach").inner_text()
    posture = owner.site.run("assess", "--json", "--no-collect")
    assert posture.stdout.count('"verdict"') >= 25


def test_a_failing_safeguard_leads_to_its_check_its_exception_and_the_host(owner: Owner) -> None:
    page = owner.open("/safeguards/?state=failing")
    page.locator("tbody a").first.click()
    page.locator(".lede .status.bad").wait_for()
    unmet = page.locator("tbody tr", has=page.locator(".status.bad"))
    unmet.first.locator("a").first.click()
    page.get_by_role("heading", name="Exceptions to the answer").wait_for()
    reason = page.locator("tbody tr").first.locator("td").last.inner_text()
    page.locator("tbody tr").first.locator("a").first.click()
    page.get_by_role("heading", name="What the checks say about it").wait_for()
    assert reason in page.locator("main").inner_text()


def test_findings_are_filtered_and_taken_away_as_csv(owner: Owner) -> None:
    page = owner.open("/findings/")
    every = page.locator("#findings tbody tr").count()
    name = page.locator("#findings tbody tr").first.locator("td").nth(3).inner_text()
    page.select_option("#findings-safeguard", label=name)
    page.click("#findings-apply")
    page.wait_for_url(re.compile("safeguard="))
    page.wait_for_function(f"document.querySelectorAll('#findings tbody tr').length < {every}")
    shown = page.locator("#findings tbody tr").count()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    with Path(taken.value.path()).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == shown
    assert len({row["Safeguard"] for row in rows}) == 1


# ── What only people know ────────────────────────────────────────────────────────────────────────────────


def test_an_adopted_target_is_judged_by_and_the_one_before_stays_visible(owner: Owner) -> None:
    page = owner.open("/settings/")
    page.get_by_role("link", name="Days to install a security update").click()
    page.locator("[name=value]").fill("7")
    page.get_by_role("button", name="Adopt").click()
    assert any("required" in line for line in errors(page)), "a number without a reason is refused"
    page.locator("[name=reason]").fill("Exploits follow within a week, and we can.")
    page.get_by_role("button", name="Adopt").click()
    page.get_by_text("The next assessment judges by it.").wait_for()
    assert owner.site.run("assess", "--json").returncode == 0
    page = owner.open("/safeguards/patching/")
    assert page.get_by_text("(target was 14)").count() >= 1
    assert page.get_by_text("Exploits follow within a week").is_visible()


def test_a_data_set_is_described_and_a_line_that_makes_no_sense_is_named(owner: Owner) -> None:
    page = owner.open("/settings/data/add/")
    page.locator("[name=name]").fill("Patients")
    page.locator("[name=kinds]").fill("names, diagnoses")
    page.locator("[name=people]").fill("IE 12000\nabout nine hundred")
    page.get_by_role("button", name="Save").click()
    assert any("Line 2" in line for line in errors(page))
    page.locator("[name=people]").fill("IE 12000\nGB 900")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The data set was recorded.").wait_for()
    assert page.get_by_role("row", name=re.compile("Patients.*12,?000.*900")).is_visible()


def test_answered_questions_make_a_law_ask_for_safeguards(owner: Owner) -> None:
    asked = owner.open("/safeguards/patching/").locator("[aria-labelledby=h-asked]")
    asked.locator("summary").first.click()
    before = asked.get_by_text("if it applies").count()
    page = owner.open("/settings/facts/")
    page.get_by_label("Stores, processes or transmits cardholder data").select_option("yes")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The answers were recorded.").wait_for()
    asked = owner.open("/safeguards/patching/").locator("[aria-labelledby=h-asked]")
    asked.locator("summary").first.click()
    assert asked.get_by_text("PCI").first.is_visible()
    assert asked.get_by_text("if it applies").count() == before - 1, "what is certain is not said to be open"


# ── Who else may look ────────────────────────────────────────────────────────────────────────────────────


def test_an_auditor_reads_within_the_period_and_changes_nothing(owner: Owner, opened: Windows) -> None:
    today = datetime.now(UTC).date()
    page = owner.open("/settings/people/add/")
    page.locator("[name=name]").fill("Tomasz Wolny")
    page.locator("[name=email]").fill(AUDITOR)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=role][value=auditor]").check()
    page.get_by_role("button", name="Save").click()
    assert any("needs a last day" in line for line in errors(page))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=until]").fill((today + 30 * DAY).isoformat())
    page.locator("[name=sees_from]").fill(today.isoformat())
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Tomasz Wolny can sign in.").wait_for()

    auditor = opened.open()
    sign_in(auditor, owner.site.address, AUDITOR)
    assert auditor.locator("#areas").get_by_role("link", name="Settings").count() == 0
    auditor.get_by_role("link", name="Findings", exact=True).click()
    auditor.locator("#findings tbody tr").first.wait_for()
    assert auditor.request.get(f"{owner.site.address}/settings/").status == 404
    auditor.goto(f"{owner.site.address}/findings/?as_of={today - DAY}")
    assert auditor.get_by_text("outside the period").is_visible()
    auditor.goto(f"{owner.site.address}/ledger/")
    assert auditor.get_by_role("button", name="Sign a checkpoint").count() == 0
    assert auditor.get_by_role("button", name="Export the record").is_visible()


# ── What it proves ───────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_is_proven_and_the_exported_record_verifies_elsewhere(owner: Owner, tmp_path: Path) -> None:
    page = owner.open("/settings/")
    key = page.locator("[aria-labelledby=h-key] .mono").inner_text()
    page = owner.open("/ledger/?sort=number")
    page.locator("#entries tbody a, .listing tbody a").first.click()
    page.get_by_role("link", name="Prove this entry").click()
    page.get_by_text("The hashes meet").wait_for()

    page = owner.open("/ledger/")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the checkpoint").click()
    held = tmp_path / "checkpoint.txt"
    taken.value.save_as(held)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Export the record").click()
    archive = tmp_path / "record.zip"
    taken.value.save_as(archive)
    words = [str(VERIFY), str(archive), "--key", key, "--held", str(held)]
    verified = subprocess.run(words, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    other = key[:-6] + ("AAAAAA" if key[-6:] != "AAAAAA" else "BBBBBB")
    refused = subprocess.run(
        [str(VERIFY), str(archive), "--key", other], capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0, "under another key nothing verifies"


def test_a_past_day_is_unmistakable_and_one_click_from_today(owner: Owner) -> None:
    before = (datetime.now(UTC) - 2 * DAY).date().isoformat()  # the site may be from before midnight
    page = owner.open("/settings/")
    page.locator("#as-of").fill(before)
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("as_of="))
    assert page.get_by_text("Read only.").is_visible()
    assert page.get_by_text("It did not exist by this day.").is_visible()
    page.get_by_role("link", name="Safeguards", exact=True).click()
    assert parse_qs(urlsplit(page.url).query)["as_of"] == [before], "the day goes along"
    assert page.locator("td .status:not(.none)").count() == 0, "nothing was known then"
    page.get_by_role("link", name="Back to today").click()
    page.wait_for_url("**/safeguards/")
    assert page.locator("td .status:not(.none)").count() > 0


def test_a_recovery_code_signs_in_once_and_signing_out_ends_it(owner: Owner, opened: Windows) -> None:
    page = opened.open()
    sign_in(page, owner.site.address, OWNER, lambda: owner.recovery[0])
    page.locator(".person summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/")
    page.goto(f"{owner.site.address}/findings/")
    assert urlsplit(page.url).path == "/account/login/"
    page.locator("[name=login]").fill(OWNER)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("[name=code]").fill(owner.recovery[0])
    page.keyboard.press("Enter")
    assert errors(page), "a recovery code is good once"
