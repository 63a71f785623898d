"""Every page as people see it, reach it and hear it: light and dark, on a phone and on a desk, on paper.

The addresses are those of the reviewed table (`addresses.py`), so a new page is looked at without being
listed here. What is on them is Harbour Clinic's (`harbour.py`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from duecare.ledger.viewers import Role
from tests.chromium import axe_faults, chromium, searched, windows
from tests.site import harbour
from tests.site.addresses import FILES, PAGES
from tests.site.answers import OK
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser

WIDTHS = (375, 1280)
PICTURE = Path(__file__).parents[2] / "docs" / "home.png"
SHOWN = sorted(
    page.sample for route, page in PAGES.items() if page.get[Role.OWNER] == OK and route not in FILES
)
MORE = (
    "account/2fa/recovery-codes/",
    "approvals/program.target:security_update_days/",
    "exceptions/?state=approved",
    "exceptions/{approved exception}/",
    "exceptions/{approved exception}/?as_of={past}",
    "findings/?as_of={past}",
    "findings/?safeguard=training_roles",
    "ledger/?as_of={past}",
    "ledger/{withheld}/",
    "first-90-days/?as_of={past}",
    "guide/?as_of={past}",
    "guide/address/",
    "guide/approver/",
    "guide/backup/",
    "guide/data/",
    "guide/keeper/",
    "guide/laws/",
    "guide/mail/",
    "guide/size/",
    "guide/systems/",
    "no-such-page/",
    "patching/software/?order=undecided",
    "patching/software/asked/?name=openssl&below=9",
    "patching/software/asked/?name=openssl&below=9&as_of={past}",
    "safeguards/?state=failing",
    "search/?q=web",
    "search/?q=nothing+like+it",
    "search/?q=web&in=hosts&as_of={past}",
    "settings/?as_of={past}",
    "systems/{host}/?show=packages",
    "tasks/?state=ended",
    "trust/",
    "tasks/{task}/?as_of={past}",
    "?as_of={past}",
)
"""The same pages in other states."""


CUT_OFF = """[...document.querySelectorAll('.wide, td, dd')]
  .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.outerHTML.slice(0, 160))"""
"""Elements of which a part can only be seen by scrolling them sideways."""


@dataclass(frozen=True, slots=True)
class Site:
    """Harbour Clinic, and a window of each width in which its owner is signed in."""

    served: Served
    keys: dict[str, str]
    owner: dict[int, Any]

    def show(self, sample: str, width: int, scheme: str = "light") -> Any:
        """The page at the address, `{...}` filled in."""
        page = self.owner[width]
        page.emulate_media(media="screen", color_scheme=scheme)
        page.goto(f"{self.served.address}/{sample.format_map(self.keys)}")
        return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home, keys = harbour.seed(tmp_path_factory)
    with serving(home) as served, windows(browser) as opened:
        first = opened.open(WIDTHS[0])
        sign_in(first, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        state = first.context.storage_state()
        others = {width: opened.open(width, storage_state=state) for width in WIDTHS[1:]}
        yield Site(served, keys, {WIDTHS[0]: first, **others})


def dark_faults(page: Any) -> list[str]:
    """What axe finds of colours in the dark; all else it found in the light."""
    page.emulate_media(color_scheme="dark")
    return axe_faults(page, "color-contrast")


@pytest.mark.parametrize(("width", "scheme"), [(WIDTHS[0], "light"), (WIDTHS[1], "dark")])
@pytest.mark.parametrize("sample", [*SHOWN, *MORE])
def test_a_page_is_whole_for_every_eye_and_reader(site: Site, sample: str, width: int, scheme: str) -> None:
    """Two looks tell what four would, for half of the time: what is drawn is the same at either width, and
    what colours it has are the same in either layout."""
    page = site.show(sample, width, scheme)
    assert page.locator("h1").count() == 1
    assert re.fullmatch(r"\S.* · Duecare", page.title())
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
    if width == min(WIDTHS):
        assert page.evaluate(CUT_OFF) == [], "a table is cut off"
    assert axe_faults(page) == []


def test_the_pages_of_a_stranger_and_of_a_member_are_whole(site: Site, browser: Any) -> None:
    with windows(browser) as opened:
        page = opened.open(375)
        page.goto(f"{site.served.address}/account/login/")
        assert axe_faults(page) == []
        assert dark_faults(page) == []
        sign_in(page, site.served.address, harbour.MEMBER)
        assert page.get_by_text("Carry the weekly disk to the bank").is_visible()
        assert axe_faults(page) == []


# ── By keyboard alone ────────────────────────────────────────────────────────────────────────────────────


def tab_to(page: Any, wanted: str) -> None:
    """Press Tab until an element that matches has the focus, which must show at every step."""
    for _step in range(200):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """(wanted) => {
              const one = document.activeElement, box = one.getBoundingClientRect();
              const style = getComputedStyle(one);
              return {there: one.matches(wanted), what: one.outerHTML.slice(0, 120),
                      ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
                      seen: box.bottom > 0 && box.top < innerHeight && box.width > 1} }""",
            wanted,
        )
        assert found["ring"], f"no focus shows on {found['what']}"
        assert found["seen"], f"the focus is out of sight on {found['what']}"
        if found["there"]:
            return
    raise AssertionError(f"Tab never reaches {wanted}")


def test_the_keyboard_alone_goes_from_the_menu_of_a_phone_to_one_finding(site: Site) -> None:
    page = site.show("", 375)
    tab_to(page, ".menu-button")
    page.keyboard.press("Enter")
    tab_to(page, "#areas a[href='/findings/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/findings/")
    tab_to(page, ".skip")
    page.keyboard.press("Enter")
    tab_to(page, "#findings-state")
    page.keyboard.press("o")
    tab_to(page, "#findings-apply")
    page.keyboard.press("Enter")
    page.wait_for_url("**state=open*")
    tab_to(page, "#findings td a[href^='/findings/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/findings/\w+/"))
    page.get_by_role("heading", name="Its history in the record").wait_for()


def test_the_keyboard_alone_turns_the_pages_of_the_record_and_opens_an_entry(site: Site) -> None:
    page = site.show("ledger/", 1280)
    first = page.locator(".listing tbody tr").first.inner_text()
    tab_to(page, "[rel=next]")
    page.keyboard.press("Enter")
    page.locator("[rel=prev]").wait_for()
    assert page.locator(".listing tbody tr").first.inner_text() != first
    tab_to(page, ".listing tbody a")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Prove this entry").wait_for()


def test_the_keyboard_alone_opens_what_a_host_told_and_signs_out(site: Site, browser: Any) -> None:
    with windows(browser) as opened:
        page = opened.open(1280)
        sign_in(page, site.served.address, harbour.MEMBER)
        tab_to(page, ".person summary")
        page.keyboard.press("Enter")
        tab_to(page, ".person button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/login/")
    page = site.show("systems/{host}/", 1280)
    accounts = page.locator("details:has(#section-accounts)")
    assert not accounts.locator("table").is_visible()
    tab_to(page, "details:has(#section-accounts) > summary")
    page.keyboard.press("Enter")
    assert accounts.locator("table").is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keyboard_alone_finds_a_host_saves_a_view_and_opens_it_from_the_palette(
    site: Site, width: int
) -> None:
    page = site.show("", width)
    page.keyboard.press("Control+k")
    page.locator("#palette [role=option]").first.wait_for()
    with searched(page, "db-1"):
        page.keyboard.type("db-1")
    page.locator("#palette [role=option][aria-selected=true]", has_text="db-1").wait_for()
    assert axe_faults(page) == []
    assert dark_faults(page) == []
    page.emulate_media(color_scheme="light")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/systems/[^/]+/$"))
    page = site.show("findings/?state=closed", width)
    tab_to(page, ".saved summary")
    page.keyboard.press("Enter")
    tab_to(page, "#saved-name")
    page.keyboard.type(f"Mended, at {width}")
    assert axe_faults(page) == []
    page.keyboard.press("Enter")
    page.get_by_text(f"Saved as “Mended, at {width}”").wait_for()
    page.goto(f"{site.served.address}/")
    page.keyboard.press("Control+k")
    with searched(page, f"at {width}"):
        page.keyboard.type(f"at {width}")
    page.locator("#palette [role=option][aria-selected=true]", has_text="Mended").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/findings/\?state=closed$"))


def test_the_trust_page_is_whole_for_a_stranger_and_on_paper(site: Site, browser: Any) -> None:
    with windows(browser) as opened:
        for width in WIDTHS:
            page = opened.open(width)
            page.goto(f"{site.served.address}/trust/")
            assert page.get_by_text("Not confirmed since").first.is_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert axe_faults(page) == []
            assert dark_faults(page) == []
            assert page.context.cookies() == []
        page.emulate_media(media="print", color_scheme="light")
        assert page.get_by_role("heading", name="How we take care").is_visible()


def test_the_page_of_a_host_with_hundreds_of_packages_is_no_scroll_of_its_own(site: Site) -> None:
    page = site.show("systems/{host}/", 1280)
    assert page.evaluate("document.documentElement.scrollHeight") < 5000
    page.goto(f"{page.url}#section-packages")
    assert page.locator("#section-packages").is_visible()


# ── On paper ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sample", ["", "findings/?as_of={past}", "systems/{host}/", "ledger/{entry}/proof/"])
def test_paper_carries_the_matter_and_the_foot_without_the_navigation(site: Site, sample: str) -> None:
    page = site.show(sample, 1280)
    page.emulate_media(media="print", color_scheme="dark")
    for gone in ("#areas", ".head", ".filters", ".pages", ".actions"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator("h1").is_visible()
    assert "entries" in page.locator(".foot").inner_text()
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert min(map(int, re.findall(r"\d+", ground)[:3])) > 240, "paper is light"


# ── The picture in the README ────────────────────────────────────────────────────────────────────────────


def test_the_home_page_is_fit_for_the_readme(site: Site) -> None:
    page = site.show("", 1280)
    assert page.get_by_text("7 of about 120 computers seen").is_visible()
    for part in ("Due", "Failing or unproven", "The house", "Changed"):
        assert page.get_by_role("heading", name=part, exact=True).is_visible()
    if os.environ.get("DUECARE_PICTURES"):
        page.screenshot(path=PICTURE)
