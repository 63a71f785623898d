"""A night on a case in a real browser: a time that was twice, a file of evidence, signs of the attacker."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.site import harbour
from tests.site.browser import code, environment, serving, sign_in

pytestmark = pytest.mark.browser
WIDTHS = (375, 1280)
LOOK = os.environ.get("DUECARE_PICTURES")
"""Where to keep a picture of each page, for whoever wants to look."""
OPEN = """
import django; django.setup()
from duecare.incidents.cases.actions import open_case
from duecare.ledger.records import utc_now
from duecare.ledger.recording import recording
made = open_case("terminal:test", utc_now(), title="Mail account taken over")
with recording("terminal:test", "say where it is"):
    made.zone = "Europe/Berlin"; made.save()
print(made.pk)
"""
FILE = """happened,words,mark,techniques
2026-10-24T21:15,First sign-in from an address that nobody knows,started,T1078
2026-10-25T07:50-04:00,Director calls: mails went out that she did not write,detected,T1534
2026-10-25,Password changed,contained,
"""


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


def test_what_happened_is_written_down_kept_and_recognised(
    browser: Any, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    home, _keys = harbour.seed(tmp_path_factory)
    told = {**environment(home), "DJANGO_SETTINGS_MODULE": "duecare.site.settings"}
    done = subprocess.run([sys.executable, "-c", OPEN], env=told, capture_output=True, text=True, check=True)
    case = f"/incidents/cases/{done.stdout.split()[-1]}/"
    with serving(home) as served, windows(browser) as opened:
        page = opened.open()
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))

        # A file with a time that was twice is refused by its row; without it, it is taken in.
        page.goto(f"{served.address}{case}timeline/")
        page.get_by_role("link", name="Bring a file").click()
        wrong = {
            "name": "night.csv",
            "mimeType": "text/csv",
            "buffer": f"{FILE}2026-10-25T02:10,x,,\n".encode(),
        }
        page.locator("[name=file]").set_input_files(wrong)
        page.get_by_role("button", name="Look at what it says").click()
        assert page.get_by_text("Was it the first time, 2026-10-25T02:10+02:00").is_visible()
        look(page, "timeline-preview")
        page.get_by_role("button", name="Give this file up").click()
        page.get_by_role("link", name="Bring a file").click()
        page.locator("[name=file]").set_input_files({**wrong, "buffer": FILE.encode()})
        page.get_by_role("button", name="Look at what it says").click()
        page.get_by_role("button", name="Write them into the timeline").click()
        assert page.get_by_text("3 entries were written.").is_visible()

        # By hand, the same question stands beside the field, and nothing that was typed is lost.
        page.get_by_role("link", name="Write into the timeline").click()
        page.locator("[name=words]").fill("Rule that forwards all mail <b>was</b> made")
        page.locator("[name=happened]").fill("2026-10-25T02:10")
        page.locator("[name=trigger]").select_option("awareness")
        page.get_by_role("button", name="Write it down").click()
        assert "<b>was</b>" in page.locator("[name=words]").input_value()
        page.locator("[name=happened]").fill("2026-10-25T02:10+01:00")
        page.get_by_role("button", name="Write it down").click()
        assert page.get_by_text("2026-10-25T01:10:00Z").is_visible()
        assert page.get_by_text("between").is_visible(), "the time to contain, of which only the day is known"
        look(page, "timeline")
        page.get_by_role("link", name="Rule that forwards").click()

        # A file as evidence, taken out again as it was.
        page.get_by_role("link", name="Evidence", exact=True).click()
        page.get_by_role("link", name="Add a file").click()
        page.locator("[name=file]").set_input_files(
            {
                "name": "sign-ins\u202egpj.html",
                "mimeType": "text/html",
                "buffer": b"<script>alert(1)</script>",
            }
        )
        page.locator("[name=what]").fill("Sign-in log of the mail server")
        page.get_by_role("button", name="Add it").click()
        with page.expect_download() as file:
            page.get_by_role("button", name="Take out a copy").click()
        assert Path(file.value.path()).read_bytes() == b"<script>alert(1)</script>"
        page.reload()
        assert page.get_by_text("Taken out as a copy.").is_visible()
        look(page, "evidence")
        page.get_by_role("link", name="Evidence", exact=True).first.click()
        page.get_by_role("link", name="Custody, to print").click()

        # Signs of the attacker, shown first.
        page.get_by_role("link", name="Indicators").click()
        page.get_by_role("link", name="Add indicators").click()
        page.locator("[name=text]").fill("hxxps://login[.]evil[.]example/owa\n198[.]51[.]100[.]7\nnonsense")
        page.get_by_role("button", name="Look at them first").click()
        look(page, "indicators-add")
        page.locator("[name=text]").fill("hxxps://login[.]evil[.]example/owa\n198[.]51[.]100[.]7")
        page.get_by_role("button", name="Look at them first").click()
        page.get_by_role("button", name="Add them").click()
        assert page.get_by_text("2 indicators were added.").is_visible()
        page.get_by_role("link", name="Pass on as STIX").click()
        page.locator("[name=recipient]").fill("National CSIRT")
        page.locator("[name=tlp]").select_option("amber")
        with page.expect_download() as file:
            page.get_by_role("button", name="Make the file").click()
        bundle = tmp_path / "bundle.json"
        file.value.save_as(bundle)
        page.goto(f"{served.address}{case}stix/import/")
        page.locator("[name=file]").set_input_files(str(bundle))
        page.get_by_role("button", name="Look at what it says").click()
        assert page.get_by_text("there already, passed over").first.is_visible()
        look(page, "stix-preview")
