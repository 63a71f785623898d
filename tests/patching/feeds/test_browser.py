"""Feeds as people meet them: carried in at the terminal, set aside, decided upon, switched on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chromium import chromium, looked_at, windows
from tests.patching.feeds.test_feeds import archive
from tests.site import harbour
from tests.site.browser import Served, code, environment, serving, sign_in

pytestmark = pytest.mark.browser

DUECARE = Path(sys.executable).with_name("duecare")


def bring(home: Path, place: Path, content: bytes) -> subprocess.CompletedProcess[str]:
    """What the terminal says to a file that was carried here."""
    place.mkdir(exist_ok=True)
    (place / "osv-npm.zip").write_bytes(content)
    return subprocess.run(
        [str(DUECARE), "advisories", "update", "--from", str(place)],
        env=environment(home),
        capture_output=True,
        text=True,
    )


@pytest.fixture
def served(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, _keys = harbour.seed(tmp_path_factory)
    first = bring(home, tmp_path / "brought", archive(20))
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("osv-npm: 20 records, 0 could not be read; the newest is of 2026-11-01")
    second = bring(home, tmp_path / "brought", archive(20, gone=range(5)))
    assert "SET ASIDE: it withdraws 5 and narrows 0 of 20." in second.stdout
    broken = bring(home, tmp_path / "brought", b"PK\x03\x04 cut short")
    assert broken.returncode == 2
    assert "osv-npm: FAILED, what was known before stays." in broken.stdout
    assert "1 of 1 feeds failed." in broken.stderr
    with serving(home) as found:
        yield found


def test_an_update_that_was_set_aside_is_decided_and_a_feed_switched_on(served: Served) -> None:
    with chromium() as running, windows(running) as opened:
        page = opened.open(1280)
        sign_in(page, served.address, harbour.OWNER, lambda: code(harbour.SECRET))
        page.goto(f"{served.address}/patching/feeds/")
        looked_at(page, "feeds")
        page.get_by_role("link", name="OSV, npm").last.click()
        page.get_by_text("By hand, never fresh").first.wait_for()
        looked_at(page, "feed")
        page.get_by_role("row").filter(has_text="set aside").get_by_role("link").click()
        looked_at(page, "feed-update")
        page.get_by_role("link", name="Decide").click()
        page.get_by_role("button", name="Record the decision").click()
        page.locator(".error-summary:focus").wait_for()
        looked_at(page, "feed-decide")
        page.get_by_label("Refuse it").check()
        page.get_by_label("Why").fill("The archive was cut by whoever carried it.")
        page.get_by_role("button", name="Record the decision").click()
        page.get_by_text("Refused.").wait_for()
        page.get_by_role("link", name="Drop this feed").click()
        page.get_by_role("button", name="Drop this feed").click()
        page.locator(".error-summary:focus").wait_for()
        looked_at(page, "feed-drop")
        page.get_by_label("Why").fill("It was carried in once, and is fetched now.")
        page.get_by_role("button", name="Drop this feed").click()
        page.get_by_text("Dropped: nothing that it said counts").wait_for()
        looked_at(page, "feed-dropped")
        page.get_by_role("link", name="Take it up again").click()
        looked_at(page, "feed-take-up")
        page.get_by_label("Why").fill("Nothing else speaks of these packages.")
        page.get_by_role("button", name="Take it up again").click()
        page.get_by_text("is taken up again").wait_for()
        page.goto(f"{served.address}/patching/feeds/")
        page.get_by_role("button", name="each day").click()
        page.get_by_text("fetched within minutes").first.wait_for()
        page.goto(f"{served.address}/patching/feeds/cisa-kev/")
        page.get_by_role("button", name="Fetch it each day").click()
        page.get_by_text("is fetched within minutes").wait_for()
        page.get_by_role("button", name="Switch it off").click()
        page.get_by_text("is no longer fetched").wait_for()
