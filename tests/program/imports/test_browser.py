"""Bringing a list as a person does it, in a browser: from the file to the record and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.program.imports import files
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser

WIDTHS = (375, 1280)


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


def look(page: Any) -> None:
    """The page is whole for every eye and reader, wide and narrow, in the light and in the dark."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
        assert axe_faults(page) == []
        page.emulate_media(color_scheme="dark")
        assert axe_faults(page, "color-contrast") == []
    page.emulate_media(color_scheme="light")


def test_a_list_of_ones_own_is_brought_looked_at_taken_in_and_undone(
    page: Any, served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "staff accounts.xlsx"
    rows = [
        ("Our shop: accounts",),
        ("Person", "Sign-in", "Second factor?", "Last used"),
        ("Ada Example", "ada@shop.example", "yes", "2026-11-20"),
        ("Ben Example", "ben@shop.example", "perhaps", "2026-11-21"),
    ]
    file.write_bytes(files.book(rows, others=[("Notes", False), ("Old", True)]))
    page.goto(f"{served.address}/access/")
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Which service or list it is of").fill("The shop")
    page.get_by_label("It is the whole list").check()
    look(page)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Which sheet is meant?").wait_for()
    look(page)
    page.get_by_label("List", exact=True).check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Which column is which?").wait_for()
    look(page)
    proposed = {"login": "1", "name": "0", "mfa_registered": "2", "last_sign_in": "3", "created": ""}
    assert {name: page.locator(f"[name={name}]").input_value() for name in proposed} == proposed
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("heading", name="What would change").wait_for()
    assert page.get_by_text("row 4, column C “Second factor?”").is_visible()
    assert page.get_by_text("“perhaps” is neither yes nor no").is_visible()
    look(page)
    page.get_by_role("button", name="Take in the rows without faults").click()
    page.get_by_role("heading", name="staff accounts.xlsx").wait_for()
    look(page)
    page.goto(f"{served.address}/access/?q=shop.example")
    assert page.get_by_role("link", name="ada@shop.example").is_visible()
    page.go_back()
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_label("What was wrong with it").fill("The shop was sold.")
    page.get_by_role("button", name="Undo it").click()
    page.get_by_text("all that it changed is as it was before").wait_for()
    page.goto(f"{served.address}/access/?q=shop.example")
    assert page.get_by_role("link", name="ada@shop.example").count() == 0


def test_people_come_in_and_who_is_gone_is_asked_after(page: Any, served: Served, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "Staff number,Name,E-mail,Manager,First day\n"
        "HC1001,Aisling Ahern,aisling.ahern@harbour.example,,2019-02-01\n"
        "N1,Nessa Example,nessa@harbour.example,HC1001,2026-11-02\n"
        "N2,Aisling Ahern,aisling.ahern@harbour.example,HC1001,2026-11-02\n"
    )
    page.goto(f"{served.address}/staff/")
    look(page)
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Which service or list it is of").fill("Personnel office")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_text("an earlier row of the file has the same address").wait_for()
    assert page.get_by_text("Manager, by address or staff number: Aisling Ahern").is_visible()
    look(page)
    page.get_by_role("button", name="Take in the rows without faults").click()
    page.goto(f"{served.address}/staff/?q=nessa")
    page.get_by_role("link", name="Nessa Example").click()
    assert page.get_by_text("no: a list lets nobody sign in").is_visible()
    look(page)
    page.get_by_role("link", name="Aisling Ahern").click()
    assert page.get_by_role("link", name="Nessa Example").is_visible()
    page.goto(f"{served.address}/staff/?state=asked%20after")
    page.get_by_role("link", name="Lorcan Ryan").click()
    page.get_by_role("link", name="Say what became of them").click()
    page.get_by_label("They left").check()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("It is not said when they left").first.wait_for()
    look(page)
    page.get_by_label("Their last day").fill("2026-11-20")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("Kept.").wait_for()
    look(page)


def test_a_guest_is_found_by_its_filter_and_somebody_says_why_it_is_needed(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/access/?kind=guest")
    page.get_by_role("link", name="service_scanmaker").click()
    page.get_by_text("nobody has said yet why this guest is needed").first.wait_for()
    look(page)
    page.get_by_role("link", name="Say why it is needed").click()
    page.get_by_label("Whose it is and why it is needed").fill("They look after the scanner, on Tuesdays.")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("Kept. The next assessment takes it into account.").wait_for()
    assert page.get_by_text("They look after the scanner, on Tuesdays.").is_visible()
