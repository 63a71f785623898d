"""From a token to a signed report, in a real browser and with the real collector; how those pages look."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from duecare.systems.portable import write_one_file
from duecare.systems.puller.passes import PASSED, REPORT, Came, Line, Pass, write_pass
from tests.chromium import axe_faults, chromium, windows
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser
WIDTHS = (375, 1280)
LOOK = os.environ.get("DUECARE_PICTURES")
"""Where to keep a picture of each page, for whoever wants to look."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Any]]:
    """Harbour Clinic, and its owner's window."""
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as served, windows(browser) as opened:
        page = opened.open()
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        yield served, page


def look(page: Any, name: str) -> None:
    """The page is whole for every eye and reader: narrow and wide, in light and dark."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if LOOK:
                page.screenshot(path=str(Path(LOOK) / f"{name}-{width}-{scheme}.png"), full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
            assert axe_faults(page) == [], name
    page.emulate_media(color_scheme="light")


def test_a_computer_is_enrolled_approved_and_reports_by_itself(
    site: tuple[Served, Any], tmp_path: Path
) -> None:
    served, page = site
    copy = tmp_path / "duecare-collect.pyz"
    write_one_file(copy)

    def collector(*words: str, token: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(copy), "--keys", str(tmp_path / "keys"), *words]
        return subprocess.run(
            command, input=token, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path
        )

    bare = subprocess.run([sys.executable, "-I", str(copy)], capture_output=True, check=True, timeout=60)
    name = json.loads(bare.stdout)["host"]["name"]

    page.goto(f"{served.address}/systems/")
    look(page, "hosts")
    page.get_by_role("link", name="Enrol a computer").click()
    page.get_by_label("Name of the computer").fill("not a name")
    page.keyboard.press("Enter")
    page.get_by_text("is not the name of a computer").first.wait_for()
    look(page, "enrolment-offer")
    page.get_by_label("Name of the computer").fill(name)
    page.keyboard.press("Enter")
    token = page.locator("#token").inner_text()
    look(page, "enrolment-token")
    page.get_by_role("link", name="To the enrolment").click()
    page.get_by_text("No computer has shown the token yet").wait_for()
    look(page, "enrolment-offered")

    done = collector("--enrol", served.address, token=f"{token}\n")
    assert done.returncode == 0, done.stderr
    printed = re.search(r"fingerprint: (.+)", done.stdout)
    assert printed
    assert "Nobody has approved" in collector("--push", served.address).stderr

    page.reload()
    assert page.locator("#fingerprint").inner_text() == printed[1]
    look(page, "enrolment-waiting")
    page.get_by_role("link", name="Decide").click()
    page.get_by_role("button", name="Record the decision").click()
    look(page, "enrolment-decide")
    page.get_by_label("Approve: reports under this key").check()
    page.get_by_label("I compared it with what the computer shows").check()
    page.get_by_role("button", name="Record the decision").click()
    page.get_by_text("This host has never reported").wait_for()

    pushed = collector("--push", served.address)
    assert pushed.returncode == 0, pushed.stderr
    page.reload()
    page.get_by_text("host-signed").first.wait_for()
    assert page.get_by_text(printed[1]).is_visible()
    look(page, "host-signed")
    page.get_by_role("link", name="End its key").click()
    look(page, "key-end")
    page.goto(f"{served.address}/systems/enrolments/")
    assert page.get_by_role("link", name=name).is_visible()
    look(page, "enrolments")

    # Over SSH, it is refused since it signs its own; others cannot be reached, or are other computers.
    report = bare.stdout
    lines = (
        fetched(name, report),
        fetched("archive-1", words="ssh: connect to host archive-1 port 22: Connection refused"),
        fetched("kiosk-1", report),
    )
    now = datetime.now(UTC)
    told = Pass(f"{now:%Y%m%dT%H%M%SZ}-00000000", now, now, lines)
    (tmp_path / f"{hashlib.sha256(report).hexdigest()}{REPORT}").write_bytes(report)
    (tmp_path / f"{told.key}{PASSED}").write_bytes(write_pass(told))
    done = served.run("import", "pulled", str(tmp_path))
    assert f"{name} signs its reports itself" in done.stderr, done
    assert "kiosk-1: it calls itself" in done.stderr, done
    page.get_by_role("link", name="Hosts", exact=True).first.click()
    page.get_by_role("link", name="Pulled hosts").click()
    page.get_by_text("2 reports from 3 on the puller’s list").wait_for()
    look(page, "pulled-hosts")
    page.get_by_role("link", name="kiosk-1").click()
    page.get_by_text("What was fetched from here is of another computer").wait_for()
    look(page, "pulled-host")
    page.get_by_role("link", name="End its connection").click()
    look(page, "pull-end")
    page.get_by_label("Why it is to be told anew").fill("The address on the list was wrong.")
    page.get_by_role("button", name="End the connection").click()
    page.get_by_text("tells anew which computer it is of").wait_for()


def fetched(name: str, report: bytes = b"", words: str = "") -> Line:
    """What a pass of the puller tells of a computer."""
    came = Came.REPORTED if report else Came.UNREACHABLE
    digest = hashlib.sha256(report).hexdigest() if report else ""
    address = f"{name.partition('.')[0]}.clinic.example".replace("_", "-")
    return Line(name, address, 22, "duecare-collect", f"SHA256:{'A' * 43}", came, words, digest)
