"""The pictures of risk as people see them: curves drawn, whole on a phone, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chromium import chromium, looked_at, windows
from tests.site import harbour
from tests.site.browser import Served, code, serving, sign_in

pytestmark = pytest.mark.browser

PAGES = ("", "curves/", "safeguards/?bad=yes", "sensitivity/", "heat/")
INSIDE = """() => [...document.querySelectorAll('.exceedance .spot .dot')].map(dot => {
  const at = dot.getBoundingClientRect(), plot = dot.closest('.lines').getBoundingClientRect();
  return at.left >= plot.left - 4 && at.right <= plot.right + 8 && at.top >= plot.top - 4
    && at.bottom <= plot.bottom;
})"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, _keys = harbour.seed(tmp_path_factory)
    with serving(home) as running:
        yield running


def test_curves_are_drawn_and_every_picture_is_whole_wherever_it_is_seen(served: Served) -> None:
    with chromium() as running, windows(running) as opened:
        page = opened.open(1280)
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        page.get_by_role("link", name="Risk", exact=True).click()
        page.get_by_role("heading", name="Our own loss", level=2).wait_for()
        for path in PAGES:
            page.goto(f"{served.address}/risk/{path}")
            looked_at(page, f"risk-{path.partition('/')[0] or 'overview'}")

        page.goto(f"{served.address}/risk/curves/")
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            line = page.locator(".exceedance path.curve.today").first
            box = line.bounding_box()
            assert box["width"] > width / 6
            assert box["height"] > 100
            inside = page.evaluate(INSIDE)
            assert inside
            assert all(inside)
        words = page.locator(".exceedance .spot.today title").first.text_content()
        assert "1 year in" in words

        page.get_by_label("Whose loss").select_option("others")
        page.get_by_text("All scenarios").click()
        page.locator(".ticks input[name=scenarios]").first.check()
        page.get_by_role("button", name="Show").last.click()
        page.get_by_text("1 scenario", exact=True).wait_for()
        assert "side=others" in page.url
        looked_at(page, "risk-chosen")
