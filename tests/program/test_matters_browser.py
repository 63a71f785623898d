"""Work at counsel's direction as people do it: from opening a matter to the paper that everybody may read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import Windows, chromium, looked_at, windows
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Clinic:
    """Harbour Clinic, with the owner and counsel signed in."""

    served: Served
    owner: Any
    counsel: Any


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as served, chromium() as running, windows(running) as opened:
        pages = [signed_in(opened, served, who) for who in (harbour.OWNER, harbour.COUNSEL)]
        yield Clinic(served, *pages)


def signed_in(opened: Windows, served: Served, who: str) -> Any:
    page = opened.open(1280)
    sign_in(page, served.address, who, lambda: code(harbour.SECRET))
    return page


def test_a_matter_from_its_opening_to_what_counsel_releases(clinic: Clinic, tmp_path: Path) -> None:
    page, counsel = clinic.owner, clinic.counsel
    page.goto(f"{clinic.served.address}/")
    page.get_by_role("link", name="Matters").click()
    looked_at(page, "matters")
    page.get_by_role("link", name="Open a matter").click()
    assert page.get_by_text("A mark does not create privilege.").is_visible()
    page.get_by_role("button", name="Open it").click()
    page.locator(".error-summary:focus").wait_for()
    looked_at(page, "matter-new")
    page.get_by_label("What it is about").fill("A letter from a former nurse")
    page.get_by_label("What counsel is to advise on").fill("Whether her claim stands; asked by phone today.")
    page.get_by_label("Counsel, who directs the work").select_option(label="Ciara Byrne")
    page.get_by_role("button", name="Open it").click()
    page.get_by_text("for its members alone").first.wait_for()
    address = page.url
    page.get_by_role("link", name="Add a paper").click()
    file = tmp_path / "rota.txt"
    file.write_text("She was on call that night.")
    page.get_by_label("Title").fill("The rota of that night")
    page.get_by_label("Words").fill("As the ward kept it.")
    page.get_by_label("File").set_input_files(file)
    looked_at(page, "matter-paper-add")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name="The rota of that night").wait_for()
    assert page.get_by_role("link", name="Release papers").count() == 0, "the owner is neither"
    looked_at(page, "matter")

    counsel.goto(address)
    counsel.get_by_role("link", name="The rota of that night").click()
    with counsel.expect_download() as waiting:
        counsel.get_by_role("link", name="rota.txt").click()
    waiting.value.save_as(tmp_path / "back.txt")
    assert (tmp_path / "back.txt").read_text() == "She was on call that night."
    looked_at(counsel, "matter-paper")
    counsel.goto(address)
    counsel.get_by_role("link", name="Release papers").click()
    looked_at(counsel, "matter-release")
    counsel.get_by_label("The rota of that night").check()
    counsel.get_by_label("Why they are released").fill("The tribunal asked for it.")
    counsel.get_by_role("button", name="Show what will be released").click()
    assert counsel.get_by_text("This cannot be undone.").is_visible()
    looked_at(counsel, "matter-release-sure")
    counsel.get_by_role("button", name="Release them for good").click()
    counsel.get_by_text("for everybody who reads the record").wait_for()

    page.goto(f"{clinic.served.address}/released/")
    page.get_by_role("link", name="The rota of that night").click()
    assert page.get_by_text("The tribunal asked for it.").is_visible()
    looked_at(page, "released")
    page.locator("dd").filter(has_text="entry").last.get_by_role("link").click()
    assert page.get_by_text("Withheld").is_visible()
    looked_at(page, "withheld")


def test_who_is_a_member_is_changed_with_the_keyboard_alone(clinic: Clinic) -> None:
    page = clinic.counsel
    page.goto(f"{clinic.served.address}/matters/")
    page.get_by_role("link", name="The letters that went to another practice").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Members").wait_for()
    page.locator("summary").filter(has_text="Name as counsel").focus()
    page.keyboard.press("Enter")
    looked_at(page, "matter-confirm")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator("details[open] button").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The matter has another counsel").wait_for()
    assert page.get_by_text("Counsel", exact=True).first.is_visible()
