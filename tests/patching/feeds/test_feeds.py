"""Feeds are fetched, resumed, compared and recorded; what fails or takes much away leaves what was known."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.models import Entry
from duecare.patching.feeds.actions import Updated, decide, due_feeds, switch, take_in_by_hand, update
from duecare.patching.feeds.models import Feed, FeedSnapshot, State
from duecare.patching.feeds.queries import confirmed_at, current_feeds, read_snapshot
from duecare.patching.feeds.sources import parse, sources
from tests.patching.feeds.sources import HERE, Source, serving

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
WHO = "terminal:test"
pytestmark = pytest.mark.usefixtures("home")


def archive(count: int, *, gone: Sequence[int] = (), fixed: str = "2.0", pad: int = 0) -> bytes:
    """An archive of OSV with so many advisories, less some."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for number in range(count):
            if number in gone:
                continue
            events = [{"introduced": "0"}, {"fixed": fixed}]
            affected = {
                "package": {"ecosystem": "PyPI", "name": f"demo-{number}"},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
            }
            record = {
                "id": f"X-{number}",
                "modified": "2026-11-01T00:00:00Z",
                "affected": [affected],
                "details": os.urandom(pad).hex(),
            }
            made.writestr(f"X-{number}.json", json.dumps(record))
    return written.getvalue()


@pytest.fixture
def source() -> Iterator[Source]:
    with serving(archive(20)) as found:
        yield found


def fetch(source: Source, at: datetime = NOW, **more: Any) -> Updated:
    (found,) = update(WHO, ["osv-pypi"], lambda: at, out=HERE, known=lambda id: source.feed(id), **more)
    return found


def scratch() -> list[str]:
    place: Path = settings.DUECARE_HOME.scratch / "feeds"
    return sorted(one.name for one in place.iterdir())


def test_a_feed_is_fetched_read_and_recorded(source: Source) -> None:
    told: list[tuple[str, int, int]] = []
    done = fetch(source, progress=lambda *at: told.append(at))
    assert done.fault == ""
    (snapshot,) = current_feeds()
    assert (snapshot.count, snapshot.faults, snapshot.format) == (20, 0, "OSV")
    assert (snapshot.verified, snapshot.by_hand, snapshot.state) == ("checksum", False, State.TAKEN)
    assert (snapshot.fetched_at, snapshot.size) == (NOW, len(source.body))
    assert snapshot.address == source.feed().address
    assert str(snapshot.newest) == "2026-11-01 00:00:00+00:00"
    assert len(read_snapshot(snapshot).advisories) == 20
    assert told[-1] == ("osv-pypi", len(source.body), len(source.body))
    assert scratch() == []
    entry = Entry.objects.filter(kind="patching.feedsnapshot").get()
    assert entry.subject == snapshot.pk


def test_what_is_unchanged_is_confirmed_and_not_sent_again(source: Source) -> None:
    fetch(source)
    again = fetch(source, NOW + timedelta(days=1))
    assert again.unchanged
    (snapshot,) = FeedSnapshot.objects.all()
    assert (snapshot.fetched_at, snapshot.confirmed_at) == (NOW, NOW + timedelta(days=1))
    assert "If-None-Match" in source.asked[1]


def test_the_same_bytes_without_a_mark_are_no_new_snapshot(source: Source) -> None:
    source.marks = False
    fetch(source)
    assert fetch(source, NOW + timedelta(days=1)).unchanged
    assert FeedSnapshot.objects.count() == 1


def test_what_broke_off_goes_on_where_it_broke_off() -> None:
    with serving(archive(20, pad=20_000)) as source:
        source.breaks_after = 300_000
        broken = fetch(source)
        assert "broke off" in broken.fault
        assert current_feeds() == []
        feed = Feed.objects.get()
        assert (feed.tried_at, feed.fault) == (NOW, broken.fault)
        source.breaks_after = None
        done = fetch(source, NOW + timedelta(hours=1))
        assert done.fault == ""
        assert "Range: bytes=300000-" in source.asked[1]
        assert current_feeds()[0].size == len(source.body)
        assert Feed.objects.get().fault == ""


def test_a_file_that_changed_meanwhile_comes_whole() -> None:
    with serving(archive(20, pad=20_000)) as source:
        source.breaks_after = 300_000
        fetch(source)
        source.body, source.breaks_after = archive(21, pad=20_000), None
        assert fetch(source).fault == ""
        assert current_feeds()[0].count == 21


def test_a_source_that_knows_no_ranges_sends_all_of_it() -> None:
    with serving(archive(20, pad=20_000)) as source:
        source.breaks_after = 300_000
        fetch(source)
        source.ranges, source.breaks_after = False, None
        assert fetch(source).fault == ""
        assert current_feeds()[0].count == 20


def test_a_wrong_checksum_throws_the_file_away_and_keeps_what_was_known(source: Source) -> None:
    fetch(source)
    source.body, source.checksum = archive(30), b"0" * 16
    wrong = fetch(source, NOW + timedelta(days=1))
    assert "is not what its checksum says" in wrong.fault
    assert scratch() == []
    (snapshot,) = current_feeds()
    assert snapshot.count == 20
    assert confirmed_at(snapshot.feed) == NOW


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"status": "503 Service Unavailable"}, "answered with status 503"),
        ({"body": b"<html>not found</html>"}, "holds nothing that could be read"),
        ({"body": b""}, "holds nothing that could be read"),
        ({"body": bytes(2 << 20)}, "more than 1,048,576 bytes"),
    ],
)
def test_a_source_that_fails_keeps_what_was_known_and_says_so(
    source: Source, wrong: dict[str, Any], why: str
) -> None:
    fetch(source)
    for name, value in wrong.items():
        setattr(source, name, value)
    source.marks = False
    small: Callable[[str], Any] = lambda id: source.feed(id, most=1)  # noqa: E731
    (failed,) = update(WHO, ["osv-pypi"], lambda: NOW + timedelta(days=1), out=HERE, known=small)
    assert why in failed.fault
    assert [one.count for one in current_feeds()] == [20]
    assert why in Feed.objects.get().fault


def test_one_feed_that_fails_stops_no_other(source: Source) -> None:
    def known(id: str) -> Any:
        if id == "closed":
            return Source(port=1).feed(id)
        return source.feed(id)

    failed, fine = update(WHO, ["closed", "osv-pypi"], lambda: NOW, out=HERE, known=known)
    assert "does not answer" in failed.fault
    assert fine.snapshot is not None


def test_faults_are_counted_and_kept(source: Source) -> None:
    written = io.BytesIO(archive(3))
    with zipfile.ZipFile(written, "a") as made:
        made.writestr("X-9.json", '{"id": "X-9", "affected": [{"package"')
    source.body = written.getvalue()
    fetch(source)
    (snapshot,) = current_feeds()
    assert (snapshot.count, snapshot.faults) == (3, 1)
    from duecare.ledger import blobs

    ((place, reason, of),) = json.loads(blobs.fetch(snapshot.fault_list))
    assert place == "osv-pypi: X-9.json"
    assert "cut short" in reason
    assert of == "", "which packages it is about cannot be told"


@pytest.mark.parametrize(
    ("after", "withdrawn", "narrowed"),
    [
        ({"gone": (1, 2, 3)}, 3, 0),
        ({"fixed": "1.5"}, 0, 20),
    ],
)
def test_an_update_that_takes_much_away_waits_for_a_person(
    source: Source, after: dict[str, Any], withdrawn: int, narrowed: int
) -> None:
    fetch(source)
    source.body = archive(20, **after)
    waiting = fetch(source, NOW + timedelta(days=1)).snapshot
    assert waiting is not None
    assert (waiting.state, waiting.withdrawn, waiting.narrowed) == (State.WAITING, withdrawn, narrowed)
    assert waiting.was_known == 20
    assert [one.fetched_at for one in current_feeds()] == [NOW]
    with pytest.raises(BadInput, match="without a reason"):
        decide(waiting, WHO, " ", NOW, accept=True)
    later = NOW + timedelta(days=2)
    decide(waiting, WHO, "Asked the source.", later, accept=True)
    (snapshot,) = current_feeds()
    assert (snapshot.pk, snapshot.decided_because, snapshot.decided_at) == (
        waiting.pk,
        "Asked the source.",
        later,
    )
    with pytest.raises(Refused, match="decided about this update before"):
        decide(waiting, WHO, "Again.", NOW, accept=False)


def test_what_was_refused_counts_not_and_the_feed_grows_old(source: Source) -> None:
    fetch(source)
    source.body = archive(20, gone=range(10))
    waiting = fetch(source, NOW + timedelta(days=1)).snapshot
    assert waiting is not None
    decide(waiting, WHO, "It was broken into.", NOW + timedelta(days=1), accept=False)
    assert fetch(source, NOW + timedelta(days=2)).unchanged  # of what was refused
    assert confirmed_at(waiting.feed) == NOW


def test_an_update_that_takes_little_away_or_adds_is_taken_in(source: Source) -> None:
    fetch(source)
    source.body = archive(25, gone=[1], fixed="2.0")
    done = fetch(source, NOW + timedelta(days=1)).snapshot
    assert done is not None
    assert (done.state, done.withdrawn, done.narrowed) == (State.TAKEN, 1, 0)


def test_files_by_hand_are_taken_in_and_never_fresh(source: Source, tmp_path: Path) -> None:
    place = tmp_path / "brought"
    place.mkdir()
    (place / "osv-pypi.zip").write_bytes(archive(4))
    (place / "epss.csv").write_bytes(b"cve,epss,percentile\nCVE-2026-0001,0.1,0.2\n")
    (place / "README.md").write_text("words")
    (place / "rubbish.bin").write_bytes(b"\x00")
    done = take_in_by_hand(WHO, place, lambda: NOW)
    assert [(one.feed, bool(one.fault)) for one in done] == [
        ("hand:epss.csv", False),
        ("osv-pypi", False),
        ("hand:rubbish.bin", True),
    ]
    found = {str(one.feed): one for one in current_feeds()}
    assert set(found) == {"hand:epss.csv", "osv-pypi"}
    assert all(one.by_hand and one.verified == "hand" for one in found.values())
    assert [confirmed_at(one.feed) for one in found.values()] == [None, None]
    assert Feed.objects.get(feed="osv-pypi").tried_at is None
    assert all(one.unchanged for one in take_in_by_hand(WHO, place, lambda: NOW)[:2])
    with pytest.raises(BadInput, match="There is no directory"):
        take_in_by_hand(WHO, tmp_path / "none", lambda: NOW)


def test_nothing_is_fetched_unless_it_was_switched_on(source: Source) -> None:
    assert due_feeds(NOW) == []
    switch(WHO, "osv-pypi", daily=True)
    assert due_feeds(NOW) == ["osv-pypi"]
    fetch(source)
    assert due_feeds(NOW + timedelta(hours=20)) == []
    assert due_feeds(NOW + timedelta(hours=24)) == ["osv-pypi"]
    switch(WHO, "osv-pypi", daily=False)
    assert due_feeds(NOW + timedelta(days=9)) == []
    with pytest.raises(NotFound, match="no feed called"):
        switch(WHO, "osv-cobol", daily=True)


def test_all_sources_that_ship_are_of_the_public_internet_and_say_their_licence() -> None:
    assert len(sources()) >= 15
    for source in sources().values():
        assert source.address.startswith("https://")
        assert source.licence
    with pytest.raises(BadInput, match="feed 1: expected the fields"):
        parse("feeds: [{id: x}]", "feeds.yaml")
