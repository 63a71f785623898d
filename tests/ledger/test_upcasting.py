"""A changed field list: replay and live rows are brought up by the same function, in one act."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from duecare.errors import DuecareError, Tampered
from duecare.ledger import asof, records, verifying
from duecare.ledger.models import Entry, Payload
from duecare.ledger.rebuild import rebuild
from duecare.ledger.recording import recording
from duecare.ledger.records import Snapshot, upcast, upcaster
from duecare.ledger.replay import replay_into
from duecare.ledger.upcasting import demand_current, pending, upcast_live
from tests.ledger.library import ACTOR, library, size, sql, unguarded
from tests.testapp.models import Book, Shelf

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A later release: version 2 of a book counts leaves instead of pages, and shouts its title."""
    monkeypatch.setattr(records, "_upcasters", {})
    monkeypatch.setattr(Book, "schema", 2)

    @upcaster("testapp.book", 1)
    def leaves(old: Snapshot) -> Snapshot:
        return {
            **old,
            "pages": old["pages"] // 2,
            "title": old["title"].upper(),
            "marks": {"was": old["pages"]},
        }

    asof._release_digest.cache_clear()
    yield
    asof._release_digest.cache_clear()


def books_at(point: int, place: Path) -> list[tuple[str, int]]:
    file = place / f"{secrets.token_hex(4)}.db"
    replay_into(file, point)
    with asof.viewing(asof.View(datetime.now(UTC), point, file)):
        return sorted(Book.objects.values_list("title", "pages"))


def test_nothing_waits_and_nothing_is_recorded_when_all_is_current() -> None:
    library()
    then = size()
    assert pending() == {}
    demand_current()
    assert upcast_live(ACTOR) == 0
    assert size() == then


def test_live_rows_and_replays_are_brought_up_alike_in_one_act(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    library()
    with recording(ACTOR, "and one that is gone"):
        Book.objects.create(shelf=Shelf.objects.get(), title="gone", pages=9)
    with recording(ACTOR, "gone"):
        Book.objects.get(title="gone").delete()
    then = size()
    request.getfixturevalue("released")
    assert pending() == {"testapp.book": 3}
    with pytest.raises(DuecareError, match=r"3 of testapp\.book"):
        demand_current()
    assert upcast_live(ACTOR) == 3
    expected = [("VOLUME 0", 0), ("VOLUME 1", 0), ("VOLUME 2", 1)]
    assert sorted(Book.objects.values_list("title", "pages")) == expected
    assert books_at(5, tmp_path) == books_at(then, tmp_path) == books_at(size(), tmp_path) == expected
    assert (
        list(Entry.objects.filter(index__gt=then).values_list("kind", "action"))
        == [("testapp.book", "changed")] * 3
    )
    assert json.loads(bytes(Payload.objects.latest("index").data))["schema"] == 2
    assert pending() == {}
    demand_current()
    assert verifying.verify(live=True).faults == []
    assert rebuild(tmp_path / "new").differences == ()


def test_rows_that_wait_are_a_fault_and_no_fault_once_brought_up(request: pytest.FixtureRequest) -> None:
    library()
    request.getfixturevalue("released")
    assert "differs from the record in title" in str(verifying.verify(live=True).faults[0])
    upcast_live(ACTOR)
    assert verifying.verify(live=True).ok


def test_a_record_without_its_row_stops_the_act_and_changes_nothing(request: pytest.FixtureRequest) -> None:
    _, books = library()
    with unguarded():
        sql("DELETE FROM testapp_book WHERE id = %s", books[1].pk)
    request.getfixturevalue("released")
    then = size()
    with pytest.raises(Tampered, match=r"1 of 3 records of testapp\.book have no row"):
        upcast_live(ACTOR)
    assert size() == then
    assert set(Book.objects.values_list("title", flat=True)) == {"volume 0", "volume 2"}


def test_snapshots_go_up_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_upcasters", {})
    upcaster("k", 1)(lambda old: {**old, "b": old["a"] + 1})
    upcaster("k", 2)(lambda old: {"b": old["b"] * 10})
    first = {"a": 1}
    assert upcast("k", first, 1, 3) == {"b": 20}
    assert upcast("k", {"a": 1, "b": 3}, 2, 3) == {"b": 30}
    assert first == {"a": 1}
    with pytest.raises(ImproperlyConfigured, match="two upcasters"):
        upcaster("k", 1)(dict)
    with pytest.raises(ImproperlyConfigured, match="no upcaster from version 3 to 4"):
        upcast("k", {}, 3, 4)
    with pytest.raises(ImproperlyConfigured, match="newer"):
        upcast("k", {}, 5, 4)


def test_a_field_list_that_changed_without_an_upcaster_is_named(tmp_path: Path) -> None:
    library()
    with unguarded():
        sql(
            'UPDATE ledger_payload SET data = %s WHERE "index" = 2',
            b'{"blobs":[],"record":{"id":"a"},"schema":1}',
        )
    with pytest.raises(ImproperlyConfigured, match=r"differ in .*pages.*needs a new version"):
        replay_into(tmp_path / "replay.db", size())
