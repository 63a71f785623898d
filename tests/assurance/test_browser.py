"""The reports as a person makes them: from the list to the file, in a browser, on a whole Duecare.

With DUECARE_PICTURES set, the pictures in `docs/` are made anew.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.program.papers import pdfs
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser

DOCS = Path(__file__).parents[2] / "docs"
DOTS = 80
"""To the inch, of a picture of a page."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as running:
        yield running


@pytest.fixture(scope="module")
def page(served: Served) -> Iterator[Any]:
    with chromium() as running, windows(running) as opened:
        owner = opened.open(1280)
        sign_in(owner, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        yield owner


def made(page: Any, served: Served, kind: str, place: Path) -> bytes:
    """The file of a report that is asked for from the list."""
    page.goto(f"{served.address}/reports/")
    page.get_by_role("link", name=kind).click()
    if kind == "Evidence binder":
        page.get_by_label("Safeguard or obligation").select_option("safeguard:network_security")
    if kind == "Board report":
        page.get_by_label("What you ask of the board").fill(
            "4,200 EUR for a second firewall.\nAn hour in January."
        )
    page.get_by_role("button", name="Make the report").click()
    page.get_by_text("that it was made is on the record").wait_for()
    assert axe_faults(page) == []
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the PDF").click()
    file = place / "report.pdf"
    waiting.value.save_as(file)
    return file.read_bytes()


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        ("Posture report", "report-posture", (1,)),
        ("Board report", "report-board", (1, 2)),
        ("Evidence binder", "report-binder", (1,)),
    ],
)
def test_a_person_makes_a_report_and_takes_it_away(
    page: Any, served: Served, kind: str, name: str, shown: tuple[int, ...], tmp_path: Path
) -> None:
    file = made(page, served, kind, tmp_path)
    assert pdfs.standards(file) == (b"3", b"A", b"1")
    assert "Harbour Clinic" in pdfs.text(file, tmp_path)
    for number in shown:
        picture = _picture(tmp_path, number)
        assert len(picture) < 200_000
        if os.environ.get("DUECARE_PICTURES"):
            (DOCS / (f"{name}-{number}.png" if len(shown) > 1 else f"{name}.png")).write_bytes(picture)


def _picture(place: Path, number: int) -> bytes:
    """One page of the file in `place`, as PNG."""
    words = ["-r", str(DOTS), "-gray", "-png", "-f", str(number), "-singlefile"]
    subprocess.run(["pdftoppm", *words, "report.pdf", "page"], cwd=place, check=True, capture_output=True)
    return (place / "page.png").read_bytes()


def test_the_page_of_the_reports_is_fit_for_the_docs(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/reports/")
    for part in ("Make one", "Issued"):
        assert page.get_by_role("heading", name=part, exact=True).is_visible()
    if os.environ.get("DUECARE_PICTURES"):
        page.screenshot(path=DOCS / "reports.png")
