"""A feed is dropped with a reason and taken up again: its snapshots stay, and nothing ends by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.models import Entry
from duecare.patching.feeds.actions import switch, switch_on, take_in_by_hand, update
from duecare.patching.feeds.choosing import choice, gaps
from duecare.patching.feeds.drop_actions import drop, take_up
from duecare.patching.feeds.models import Feed, FeedSnapshot
from duecare.patching.feeds.queries import current_feeds
from duecare.patching.feeds.terminal import choose_for_inventory, gap_lines
from duecare.patching.weaknesses.actions import match_if_due
from duecare.patching.weaknesses.models import Weak
from tests.patching.feeds.sources import HERE, serving
from tests.patching.feeds.test_feeds import archive
from tests.patching.fleet import facts, host, report

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
DAY = timedelta(days=1)
WHO = "terminal:test"
pytestmark = pytest.mark.usefixtures("home")


def bring(place: Path, name: str, content: bytes) -> None:
    place.mkdir(exist_ok=True)
    (place / name).write_bytes(content)
    (done,) = take_in_by_hand(WHO, place, lambda: NOW)
    assert done.fault == ""


def test_what_a_dropped_feed_alone_said_is_unsaid_and_open_and_comes_back_with_it(tmp_path: Path) -> None:
    report(host("web", NOW), facts([], [("PyPI", "demo-1", "1.0")]), NOW)
    bring(tmp_path / "brought", "osv-pypi.zip", archive(3))
    match_if_due(WHO, NOW)
    assert Weak.objects.get().unsaid_at is None
    with pytest.raises(BadInput, match="without a reason"):
        drop("osv-pypi", WHO, " ", NOW)
    with pytest.raises(NotFound):
        drop("osv-go", WHO, "It was never here.", NOW)
    with pytest.raises(Refused, match="is not dropped"):
        take_up("osv-pypi", WHO, "Too early.", NOW)
    switch(WHO, "osv-pypi", daily=True)
    drop("osv-pypi", WHO, "Somebody else's list.", NOW)
    assert (current_feeds(), FeedSnapshot.objects.count()) == ([], 1)
    assert not Feed.objects.get().daily
    for refused in (
        lambda: drop("osv-pypi", WHO, "Again.", NOW),
        lambda: switch(WHO, "osv-pypi", daily=True),
        lambda: switch_on(WHO, ["osv-pypi"]),
        lambda: update(WHO, ["osv-pypi"], lambda: NOW, out=HERE),
    ):
        with pytest.raises(Refused, match="is dropped"):
            refused()
    (brought,) = take_in_by_hand(WHO, tmp_path / "brought", lambda: NOW)
    assert "is dropped" in brought.fault
    match_if_due(WHO, NOW + DAY)
    assert Weak.objects.get().unsaid_at == NOW + DAY
    take_up("osv-pypi", WHO, "Ours after all.", NOW + 2 * DAY)
    match_if_due(WHO, NOW + 2 * DAY)
    weak = Weak.objects.get()
    assert (weak.unsaid_at, weak.since) == (None, NOW)
    assert Entry.objects.filter(kind="patching.feeddrop").count() == 2


def test_what_its_source_confirms_counts_again_after_a_file_was_carried_in(tmp_path: Path) -> None:
    with serving(archive(20)) as source:
        update(WHO, ["osv-pypi"], lambda: NOW - DAY, out=HERE, known=lambda id: source.feed(id))
        bring(tmp_path / "brought", "osv-pypi.zip", archive(21))
        assert current_feeds()[0].by_hand
        update(WHO, ["osv-pypi"], lambda: NOW + DAY, out=HERE, known=lambda id: source.feed(id))
    (snapshot,) = current_feeds()
    assert (snapshot.by_hand, snapshot.confirmed_at, snapshot.count) == (False, NOW + DAY, 20)


def test_feeds_are_chosen_by_what_is_installed_in_one_act(tmp_path: Path) -> None:
    assert gaps() == []
    languages = [("PyPI", "pip", "18.1"), ("npm", "left-pad", "1.0.0"), ("COBOL", "x", "1")]
    report(host("web", NOW), facts([("openssl", "1"), ("curl", "1")], languages), NOW)
    bring(tmp_path / "brought", "osv-pypi.zip", archive(3))
    switch_on(WHO, ["retire-js"])
    found = {one.ecosystem: one for one in gaps()}
    assert {name: one.offered and one.offered.id for name, one in found.items()} == {
        "COBOL": None,
        "Debian": "debian-tracker",
        "PyPI": "osv-pypi",
        "npm": "osv-npm",
    }
    assert (found["Debian"].packages, found["Debian"].size) == (2, None)
    assert found["PyPI"].size == FeedSnapshot.objects.get().size, "what came by hand covers nothing for good"
    lines = gap_lines(gaps())
    assert lines[0] == "COBOL (1 packages): no feed that ships is about it"
    assert "its size is not known, at most 512 MiB are taken" in lines[1]
    assert "MiB when it last came" in lines[2]
    before = Entry.objects.filter(kind="ledger.act").count()
    said: list[str] = []
    assert choose_for_inventory(WHO, said.append) == ["debian-tracker", "osv-npm", "osv-pypi"]
    assert said == lines, "before anything is fetched"
    assert Entry.objects.filter(kind="ledger.act").count() - before <= 1
    assert set(Feed.objects.filter(daily=True).values_list("feed", flat=True)) == {
        "debian-tracker", "osv-npm", "osv-pypi", "retire-js",
    }  # fmt: skip
    assert [one.ecosystem for one in gaps()] == ["COBOL"]
    drop("osv-pypi", WHO, "Not ours.", NOW)
    (dropped,) = [one for one in gaps() if one.ecosystem == "PyPI"]
    assert dropped.dropped
    assert choice(gaps()) == []


def test_records_that_are_a_file_each_are_one_feed_called_as_their_directory(tmp_path: Path) -> None:
    place = tmp_path / "security-advisories"
    for vendor in ("a", "b"):
        (place / vendor / "demo").mkdir(parents=True)
        text = (
            f"title: A flaw\nbranches:\n  1.x:\n    versions: ['<1.2']\nreference: composer://{vendor}/demo\n"
        )
        (place / vendor / "demo" / "CVE-2026-1.yaml").write_text(text)
    (place / "top.yaml").write_text("title: no record of any feed\n")
    (place / ".github").mkdir()
    (place / ".github" / "ci.yml").write_text("on: push\n")
    (place / "composer.json").write_text("{}")
    done = {one.feed: one for one in take_in_by_hand(WHO, place, lambda: NOW)}
    made = done["hand:security-advisories.yaml.zip"]
    assert made.snapshot is not None
    assert (made.snapshot.count, made.snapshot.faults, made.snapshot.format) == (2, 0, "FriendsOfPHP")
    again = {one.feed: one for one in take_in_by_hand(WHO, place, lambda: NOW + DAY)}
    assert again["hand:security-advisories.yaml.zip"].unchanged
    assert [one.fault for one in done.values() if one.fault] == []
