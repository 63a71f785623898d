"""Pages hold when every text is 40 % longer than in English, as in German or Finnish: the pseudo-language."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.pseudo import CODE
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser

WIDTHS = (375, 1280)
MAIN = (
    "",
    "account/",
    "account/language/",
    "duties/",
    "exceptions/",
    "findings/",
    "findings/{finding}/",
    "ledger/{entry}/",
    "reports/new/board/",
    "patching/software/",
    "patching/software/asked/?name=openssl&below=9",
    "patching/software/{package}/",
    "safeguards/",
    "safeguards/patching/",
    "settings/",
    "settings/people/add/",
    "statements/",
    "statements/physical.rooms/answer/",
    "systems/",
    "systems/{host}/",
    "systems/names/",
    "tasks/?state=open",
    "tasks/{task}/",
    "tasks/new/",
)
SPILT = """[...document.body.querySelectorAll('*')].filter(one => {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (one.closest('svg, .unseen, pre, .wide') || box.width < 2 || style.display === 'inline') return false;
    if (!one.checkVisibility() || style.overflowX === 'auto' || style.overflowX === 'scroll') return false;
    const own = [...one.childNodes].some(part => part.nodeType === 3 && part.textContent.trim());
    return own && one.scrollWidth > one.clientWidth + 1;
  }).map(one => one.outerHTML.slice(0, 160))"""
"""Elements whose own text is wider than they are."""
BEYOND = """[...document.body.querySelectorAll('*')]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1
                 && !one.closest('.wide, .unseen'))
  .map(one => one.outerHTML.slice(0, 160))"""
"""Elements that reach out of the window."""
COVERED = """(() => {
    const all = [...document.querySelectorAll('a.button, button, input, select, textarea, summary, .head a')];
    const seen = all.filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 1
                                   && !one.closest('.unseen, .skip'));
    const boxes = seen.map(one => one.getBoundingClientRect()), found = [];
    for (let i = 0; i < seen.length; i++) for (let j = i + 1; j < seen.length; j++) {
      const a = boxes[i], b = boxes[j];
      if (seen[i].contains(seen[j]) || seen[j].contains(seen[i])) continue;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const pair = [seen[i], seen[j]].map(one => one.outerHTML.slice(0, 80)).join(' / ');
      if (across > 1 && down > 1) found.push(pair);
    }
    return found;
  })()"""
"""Controls that lie over each other."""


Pages = tuple[Served, dict[str, str], dict[int, Any]]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Harbour Clinic, and a window of each width in which its owner reads the pseudo-language."""
    home, keys = harbour.seed(tmp_path_factory)
    with chromium() as browser, serving(home, apps="tests.pseudo") as served, windows(browser) as opened:
        first = opened.open(WIDTHS[0])
        sign_in(first, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        first.goto(f"{served.address}/account/")
        first.get_by_role("link", name="Language of the pages").click()
        first.get_by_label("Language").select_option(CODE)
        first.get_by_role("button", name="Save").click()
        first.get_by_text("⟦").first.wait_for()
        state = first.context.storage_state()
        shown = {width: opened.open(width, storage_state=state) for width in WIDTHS}
        yield served, keys, shown


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("sample", MAIN)
def test_a_page_of_long_words_is_whole(pages: Pages, sample: str, width: int) -> None:
    served, keys, shown = pages
    page = shown[width]
    page.goto(f"{served.address}/{sample.format_map(keys)}")
    if folder := os.environ.get("DUECARE_LONG_PICTURES"):
        name = (
            sample.strip("/").replace("/", "_").replace("{", "").replace("}", "").replace("?", "_") or "home"
        )
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    assert "⟦" in page.locator("h1").inner_text() or "⟦" in page.locator("nav").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(BEYOND)
    assert page.evaluate(SPILT) == []
    assert page.evaluate(COVERED) == []
    assert axe_faults(page) == []
