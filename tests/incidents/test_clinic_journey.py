"""A breach at a German clinic with US patients, listed in New York, on the weekend when the clocks go back.

Played through pages in a real browser, by a Duecare that believes that it is October 2026: what is asked is
answered in place, the right clocks appear with the right limits, a wrong reading of the weekend is not taken,
notices are drafted and recorded, and one that is not owed is decided and signed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests import stillness
from tests.chromium import chromium, looked_at, windows
from tests.incidents import clinic_home
from tests.incidents.clinic import FACTS, FRIDAY
from tests.incidents.clinic_home import APPS, OWNER, SECRET
from tests.site.browser import Served, code, environment, serving, sign_in

pytestmark = pytest.mark.browser

MONDAY = datetime(2026, 10, 26, 12, 30, tzinfo=UTC)
"""13:30 in Berlin, after the limit."""
NOVEMBER = datetime(2026, 11, 12, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Any]]:
    home = clinic_home.seed(tmp_path_factory.mktemp("clinic") / "home", FRIDAY)
    with serving(home, apps=APPS) as served, chromium() as running, windows(running) as several:
        page = several.open()
        sign_in(page, served.address, OWNER, lambda: code(SECRET))
        yield served, page


def answer(page: Any, fact: str, value: str) -> None:
    """Answer a question where it stands on the page of the clocks."""
    question = page.locator(f"details[id='fact-{re.sub('[^0-9A-Za-z]', '-', fact)}']")
    question.locator("summary").first.click()
    field = question.locator("[name=value]")
    if field.first.get_attribute("type") == "radio":
        question.locator(f"[name=value][value={value}]").check()
    elif field.first.evaluate("one => one.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)
    question.locator("[name=words]").fill("Looked at by the response team.")
    question.get_by_role("button", name="Answer").click()
    page.get_by_text("The answer was recorded").wait_for()


def happened(page: Any, event: str, at: str, zone: str, law: str = "") -> None:
    """Record an event of the law where it is asked for."""
    question = page.locator(f"details[id='event-{event.replace('_', '-')}']")
    question.locator("summary").first.click()
    question.locator("[name=at]").fill(at)
    question.locator("[name=zone]").fill(zone)
    if law:
        question.locator("[name=obligation]").select_option(law)
    question.get_by_role("button", name="Record it").click()


def clock(page: Any, id: str) -> str:
    """What the page says of a clock."""
    text: str = page.locator(f"li[id='clock-{id}']").inner_text()
    return text


def test_the_right_clocks_run_over_the_change_of_the_clocks_and_late_is_late(
    opened: tuple[Served, Any],
) -> None:
    served, page = opened

    # What is true of the organisation.
    page.goto(f"{served.address}/settings/facts/")
    for fact in FACTS:
        page.locator(f"[name={fact}]").select_option("yes")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The answers were recorded").wait_for()

    # Friday, 10:20 in Berlin. Taking up the case has pages of its own; here it stands open.
    page.goto(f"{served.address}/incidents/board/")
    page.get_by_role("link", name="Incident 1: Patient records taken").click()
    for fact, value in (
        ("personal_data_breach", "yes"),
        ("risk_to_individuals", "likely"),
        ("significant_incident", "yes"),
        ("unsecured_phi_breach", "yes"),
        ("affected_individuals", "1200"),
        ("private_information_accessed", "yes"),
        ("residents_affected.US-NY", "1200"),
        ("material_incident", "yes"),
    ):
        answer(page, fact, value)
    happened(page, "awareness", "2026-10-23 10:20", "Europe/Berlin")
    page.get_by_text("Recorded in the timeline").wait_for()
    happened(page, "discovery", "2026-10-23", "America/New_York")
    page.get_by_text("Recorded in the timeline").wait_for()

    gdpr = clock(page, "eu-gdpr.authority")
    assert "26 October 2026, 09:20 CET" in gdpr, "72 hours, one of which came twice"
    assert "2026-10-26 08:20 UTC" in gdpr
    assert "Counsel must confirm it." in gdpr
    assert "24 October 2026, 10:20 CEST" in clock(page, "eu-nis2.early-warning")
    assert "26 October 2026, 09:20 CET" in clock(page, "eu-nis2.notification")
    assert "(22 December 2026 in America/New_York)" in clock(page, "us-hipaa-breach.individuals")
    shield = clock(page, "us-ny-shield.residents")
    assert "22 November 2026" in shield
    assert "Running" in shield
    assert "determined that the incident is material" in clock(page, "us-sec-8k.form-8k")

    # Sunday: the materiality is determined in the hour that came twice.
    stillness.move(served.home, datetime(2026, 10, 25, 12, tzinfo=UTC))
    page.reload()
    happened(page, "determination_of_materiality", "2026-10-25 02:30", "Europe/Berlin", "us-sec-8k")
    page.get_by_text("Was it the first time, 2026-10-25T02:30+02:00").first.wait_for()
    looked_at(page, "asked-which-time")
    page.locator("[name=at]").fill("2026-10-25T02:30+01:00")
    page.locator("[name=zone]").fill("America/New_York")
    page.get_by_role("button", name="Record it").click()
    # Saturday evening in New York: Monday is the first business day, Thursday the fourth.
    assert "29 October 2026" in clock(page, "us-sec-8k.form-8k")
    assert "Late" in clock(page, "eu-nis2.early-warning")

    # Monday after lunch. "The weekend did not count" is no reading of the law.
    stillness.move(served.home, MONDAY)
    page.goto(f"{served.address}/incidents/board/")
    assert page.locator(".board-clocks > .late").count() >= 3
    looked_at(page, "board")
    page.get_by_role("link", name="Incident 1: Patient records taken").click()
    assert "Late" in clock(page, "eu-gdpr.authority")
    looked_at(page, "clocks")
    page.locator("li[id='clock-eu-gdpr.authority']").get_by_role("link", name="Draft the notice").click()
    text = page.locator("[name=words]").input_value()
    assert "23 October 2026, 10:20 CEST" in text
    assert "How many people are affected? 1,200" in text
    page.get_by_role("button", name="Keep the draft").click()
    page.get_by_role("link", name="Review it").click()
    page.get_by_text("reviewed alone").wait_for()
    page.get_by_role("button", name="I have read it, and agree").click()
    page.get_by_role("link", name="Record that it was handed in").click()
    page.locator("[name=at]").fill("2026-10-26 13:20")
    page.locator("[name=reference]").fill("LfD 4711")
    page.get_by_role("button", name="Record it").click()
    said = page.locator("main").inner_text()
    assert "It was sent after the limit: say why, and keep the reasons." in said
    assert "Weekends, holidays and a change of the clocks do not stop it." in said
    looked_at(page, "notice")
    page.get_by_role("link", name="Late", exact=True).click()
    assert "It was sent after the limit" in clock(page, "eu-gdpr.authority")

    # That no notice is owed to the people affected is decided, signed, and stays in view.
    page.locator("li[id='clock-us-ny-shield.residents']").get_by_role("link", name="Decide").click()
    page.locator("[name=owed][value=no]").check()
    page.locator("[name=reasons]").fill("Counsel: they are told under HIPAA.")
    page.get_by_role("button", name="Put it down").click()
    page.get_by_text("Nobody has signed that it is not owed").wait_for()
    page.get_by_role("link", name="Sign or refuse").click()
    page.locator("[name=decided][value=approved]").check()
    page.get_by_role("button", name="Record the decision").click()
    page.get_by_text("decided alone").or_(page.get_by_text("approved alone")).first.wait_for()
    looked_at(page, "decision")
    page.get_by_role("link", name="Its clock").click()
    assert "Decided: not to be reported" in clock(page, "us-ny-shield.residents")

    # A case does not close over a clock that runs. The other notices are handed in by their portals.
    page.get_by_role("link", name="Lessons", exact=True).first.click()
    page.get_by_role("link", name="Put down a lesson").click()
    page.locator("[name=gap]").fill("Nobody knew whom to call in New York.")
    page.locator("[name=safeguard]").select_option("ir_plan")
    page.get_by_role("button", name="Put it down").click()
    page.locator(".back a").click()
    page.get_by_role("link", name="Close the case").click()
    page.locator("[name=words]").fill("All told, all restored.")
    page.get_by_role("button", name="Close it").click()
    refused = page.locator("main").inner_text()
    assert "is open: hand in its notice, or sign that it is not owed" in refused
    assert "Nobody knew whom to call in New York." in refused
    clinic_home.settle(served.home)
    stillness.move(served.home, NOVEMBER)
    page.get_by_role("link", name="Lessons", exact=True).first.click()
    page.get_by_role("link", name="Nobody knew whom").click()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.locator("[name=answer][value=safeguard]").check()
    page.locator("[name=words]").fill("Their numbers stand in the plan.")
    page.locator("[name=due]").fill("2026-11-30")
    page.get_by_role("button", name="Record the answer").click()
    page.get_by_role("link", name="It is carried out").click()
    page.locator("[name=words]").fill("Tried on the telephone.")
    page.get_by_role("button", name="Record that it is done").click()
    page.locator(".back a").click()
    page.get_by_role("link", name="Close the case").click()
    page.locator("[name=words]").fill("All told, all restored.")
    page.get_by_role("button", name="Close it").click()
    page.get_by_text("All told, all restored.").first.wait_for()
    closed = page.url
    clocks = re.sub(r"/cases/([^/]+)/.*", r"/cases/\1/clocks/", closed)

    # The same page as of three moments: after the Friday, on the Monday morning, and once all was handed in.
    friday = past(page, clocks, "2026-10-24T08:00:00Z")
    assert "26 October 2026, 09:20 CET" in friday
    assert "LfD 4711" not in friday
    assert "Decided: not to be reported" not in friday
    monday = past(page, clocks, "2026-10-26T12:29:00Z")
    assert "29 October 2026" in monday
    assert "It was sent after the limit" not in monday
    tuesday = past(page, clocks, "2026-10-27T08:00:00Z")
    assert "It was sent after the limit" in tuesday
    assert "Decided: not to be reported" in tuesday
    assert "All told, all restored." not in tuesday
    page.goto(f"{served.address}{page.url.partition(served.address)[2].partition('?')[0]}")

    # And with proofs that others can check: the whole record, and a verifier that reads nothing of ours.
    export = served.home.with_name("export.zip")
    _printed, told = run("duecare", served.home, "ledger", "export", str(export))
    key = re.search(r"--key '?([^'\s]+)", told)
    assert key, told
    run("duecare-verify", served.home, str(export), "--key", key[1])


def past(page: Any, address: str, moment: str) -> str:
    """What a page said at a moment."""
    page.goto(f"{address}?as_of={moment}")
    page.get_by_text("As of").first.wait_for()
    said: str = page.locator("main").inner_text()
    return said


def run(program: str, home: Path, *words: str) -> tuple[str, str]:
    """What a program of ours prints about a home, and what it tells beside; it has to succeed."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *words],
        env=environment(home, APPS),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, done.stderr
