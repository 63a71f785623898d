"""The pages of feeds: what is on and how fresh, what waits, and who may decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from duecare.patching.feeds.models import Feed, FeedSnapshot, State
from tests.site.past import SINCE, Past, organisation


@pytest.fixture
def past(template: str, tmp_path: Path) -> Iterator[Past]:
    with organisation(template, tmp_path) as made:
        yield made


def page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_feed_is_switched_on_and_off_by_those_who_may(past: Past) -> None:
    owner, auditor = past.browsers["owner"], past.browsers["auditor"]
    assert "Fetch it each day" in page(owner, "/patching/feeds/osv-go/")
    assert "Fetch it each day" not in page(auditor, "/patching/feeds/osv-go/")
    assert auditor.post("/patching/feeds/osv-go/switch/", {"daily": "yes"}).status_code == 403
    said = owner.post("/patching/feeds/osv-go/switch/", {"daily": "yes"}, follow=True).content.decode()
    assert "OSV, Go is fetched within minutes" in said
    assert "Never fetched" in said
    assert Feed.objects.get(feed="osv-go").daily
    owner.post("/patching/feeds/osv-go/switch/", {"daily": "no"})
    assert not Feed.objects.get(feed="osv-go").daily
    assert owner.post("/patching/feeds/osv-cobol/switch/", {"daily": "yes"}).status_code == 404


def test_the_list_tells_what_waits_and_that_nothing_is_on(past: Past) -> None:
    text = page(past.browsers["owner"], "/patching/feeds/")
    assert "An update waits" in text
    assert text.count("Off") >= 15
    assert "duecare advisories update" in text


def test_an_update_that_waits_is_decided_with_a_reason(past: Past) -> None:
    update = f"/patching/feeds/osv-pypi/updates/{past.samples['feed update']}/"
    manager = past.browsers["manager of patching only"]
    text = page(manager, update)
    assert "Set aside until somebody decides" in text
    assert "all.zip: X-1.json" in text
    assert "it is encrypted" in text
    decide = f"{update}decide/"
    assert manager.post(decide, {"decision": "accept"}).status_code == 400
    assert manager.post(decide, {"decision": "accept", "reason": "Asked them."}).status_code == 302
    assert FeedSnapshot.objects.get().state == State.TAKEN
    assert "Asked them." in page(manager, update)
    assert manager.post(decide, {"decision": "refuse", "reason": "Again."}).status_code == 403
    # On the day before it still waits.
    then = (past.now - SINCE).isoformat().replace("+00:00", "Z")
    assert "Set aside until somebody decides" in page(manager, f"{update}?as_of={then}")


def test_the_feeds_that_the_inventory_needs_are_switched_on_by_one_press(past: Past) -> None:
    manager, auditor = past.browsers["manager of patching only"], past.browsers["auditor"]
    text = page(manager, "/patching/feeds/")
    assert "covered by no feed that is switched on" in text
    assert "not known; at most 512 MiB are taken" in text
    assert 'name="feed" value="debian-tracker"' in text
    assert 'name="feed"' not in page(auditor, "/patching/feeds/")
    chosen = {"feed": ["debian-tracker"]}
    assert auditor.post("/patching/feeds/for-inventory/", chosen).status_code == 403
    said = manager.post("/patching/feeds/for-inventory/", chosen, follow=True).content.decode()
    assert "1 feed is fetched within minutes" in said
    assert 'value="debian-tracker"' not in said
    assert Feed.objects.get(feed="debian-tracker").daily
    assert manager.post("/patching/feeds/for-inventory/", {"feed": ["osv-cobol"]}).status_code == 404


def test_a_feed_is_dropped_and_taken_up_again_on_its_page(past: Past) -> None:
    owner = past.browsers["owner"]
    update = f"/patching/feeds/osv-pypi/updates/{past.samples['feed update']}/"
    owner.post(f"{update}decide/", {"decision": "accept", "reason": "Asked them."})
    assert "Drop this feed" in page(owner, "/patching/feeds/osv-pypi/")
    drop = "/patching/feeds/osv-pypi/drop/"
    assert owner.post(drop, {"reason": " "}).status_code == 400
    assert "is dropped" in owner.post(drop, {"reason": "Not ours."}, follow=True).content.decode()
    assert owner.post(drop, {"reason": "Again."}).status_code == 403
    assert owner.post("/patching/feeds/osv-pypi/switch/", {"daily": "yes"}).status_code == 403
    text = page(owner, "/patching/feeds/osv-pypi/")
    assert "Dropped: nothing that it said counts" in text
    assert "Not ours." in text
    then = (past.now - SINCE).isoformat().replace("+00:00", "Z")
    assert "Not ours." not in page(owner, f"/patching/feeds/osv-pypi/?as_of={then}")
    said = owner.post("/patching/feeds/osv-pypi/take-up/", {"reason": "Ours after all."}, follow=True)
    assert "Ours after all." in said.content.decode()
    assert "All that this feed is about is unknown" in page(owner, update)


def test_what_came_and_grew_old_is_shown_as_stale(past: Past) -> None:
    update = f"/patching/feeds/osv-pypi/updates/{past.samples['feed update']}/"
    past.browsers["owner"].post(f"{update}decide/", {"decision": "accept", "reason": "Asked them."})
    assert "Stale" in page(past.browsers["owner"], "/patching/feeds/osv-pypi/")
    assert past.now - FeedSnapshot.objects.get().confirmed_at > timedelta(days=2)
