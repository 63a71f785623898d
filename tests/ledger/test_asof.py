"""A past day: which entries count, what is read from where, and who shares it."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.models import Count, Sum

from duecare.errors import BadInput, Refused
from duecare.ledger import asof, replay
from duecare.ledger import recording as recording_module
from duecare.ledger.models import Entry, to_microseconds
from duecare.ledger.recording import record_note, recording
from tests.ledger.library import ACTOR, library, size, sql, unguarded
from tests.testapp.models import Book, Shelf, Tag

pytestmark = pytest.mark.usefixtures("home")

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A server's clock that tests turn."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(recording_module, "utc_now", made)
    return made


def note() -> int:
    """One act of a note; the log's size after it."""
    record_note(ACTOR, "look", "test.note", "x", {})
    return size()


def replays() -> list[Path]:
    return list(settings.DUECARE_HOME.scratch.glob("as-of-*.db"))


def view(point: int) -> asof.View:
    return asof.View(START, point, asof.replay_file(point))


# Which entries count


def test_before_the_first_entry_nothing_counts_and_all_tables_are_empty(clock: Clock) -> None:
    library()
    early = asof.view_at(START - timedelta(seconds=1))
    assert early.size == 0
    with asof.viewing(early):
        assert not Book.objects.exists()
        assert Shelf.objects.count() == 0


def test_an_act_counts_from_its_very_microsecond_on_and_is_never_split(clock: Clock) -> None:
    library()
    after = size()
    assert asof.size_at(START - timedelta(microseconds=1)) == 0
    assert asof.size_at(START) == after
    assert asof.size_at(START + timedelta(days=4000)) == after


def test_acts_of_one_microsecond_count_together(clock: Clock) -> None:
    note()
    both = note()
    clock.pass_(microseconds=1)
    later = note()
    assert [asof.size_at(START), asof.size_at(clock.now)] == [both, later]


def test_a_small_step_back_is_smoothed_so_that_times_stay_in_order(clock: Clock) -> None:
    first = note()
    clock.pass_(seconds=-1.5)
    second = note()
    assert asof.size_at(clock.now) == 0
    assert asof.size_at(START) == second > first
    assert not Entry.objects.filter(kind="ledger.clock").exists()


def test_after_a_step_back_the_newest_stretch_that_reaches_back_counts(clock: Clock) -> None:
    first = note()
    clock.pass_(hours=5)
    second = note()
    clock.pass_(hours=-4)  # 13:00 again
    third = note()
    clock.pass_(hours=1)  # 14:00
    fourth = note()
    clock.pass_(hours=8)  # 22:00
    fifth = note()
    sizes = {
        hour: asof.size_at(START + timedelta(hours=hour)) for hour in (-1, 0, 0.5, 1, 1.5, 2, 4, 5, 9, 10, 20)
    }
    assert sizes == {
        -1: 0, 0: first, 0.5: first, 1: third, 1.5: third, 2: fourth, 4: fourth, 5: fourth, 9: fourth,
        10: fifth, 20: fifth,
    }  # fmt: skip
    assert second < third


def oracle(moment: int) -> int:
    """By reading all entries: the end of the last run, between clock steps, that begins no later."""
    entries = list(Entry.objects.order_by("index").values_list("index", "at"))
    starts = [i for i, (_, at) in enumerate(entries) if i == 0 or at < entries[i - 1][1]]
    for start in reversed(starts):
        if entries[start][1] <= moment:
            end = start
            while end < len(entries) and entries[end][1] <= moment and (end == start or end not in starts):
                end += 1
            return end
    return 0


def test_size_at_agrees_with_a_reading_of_all_entries(clock: Clock) -> None:
    import random

    source = random.Random(7)
    for _ in range(40):
        clock.pass_(seconds=source.choice([0, 1, 60, 3600, -1, -30, -7200]))
        note()
    for _ in range(60):
        moment = START + timedelta(seconds=source.uniform(-20_000, 40_000))
        assert asof.size_at(moment) == oracle(to_microseconds(moment)), moment


# What a day is


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        (date(2026, 3, 1), "UTC", "2026-03-01T23:59:59.999999+00:00"),
        (date(2026, 3, 28), "Europe/Berlin", "2026-03-28T22:59:59.999999+00:00"),
        (date(2026, 3, 29), "Europe/Berlin", "2026-03-29T21:59:59.999999+00:00"),  # 23 hours long
        (date(2026, 10, 25), "Europe/Berlin", "2026-10-25T22:59:59.999999+00:00"),  # 25 hours long
        (date(2026, 11, 1), "America/New_York", "2026-11-02T04:59:59.999999+00:00"),
        (date(2018, 11, 3), "America/Sao_Paulo", "2018-11-04T02:59:59.999999+00:00"),  # midnight is skipped
        (
            date(2018, 2, 17),
            "America/Sao_Paulo",
            "2018-02-18T02:59:59.999999+00:00",
        ),  # its last hour comes twice
        (date(2026, 10, 24), "Atlantic/Azores", "2026-10-24T23:59:59.999999+00:00"),  # midnight comes twice
        (date(2011, 12, 29), "Pacific/Apia", "2011-12-30T09:59:59.999999+00:00"),  # the next day never was
        (date(2026, 6, 1), "Asia/Kathmandu", "2026-06-01T18:14:59.999999+00:00"),
    ],
)
def test_a_day_ends_where_the_zone_says(day: date, zone: str, end: str) -> None:
    assert asof.end_of(day, ZoneInfo(zone)) == datetime.fromisoformat(end)


def test_an_instant_is_a_day_or_a_time_with_its_offset() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert asof.parse_instant("2026-03-01", berlin) == asof.end_of(date(2026, 3, 1), berlin)
    assert asof.parse_instant("2026-03-01T15:00:00+01:00", berlin) == datetime(2026, 3, 1, 14, tzinfo=UTC)
    assert asof.parse_instant("2026-03-01T15:00:00Z", berlin) == datetime(2026, 3, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30", "2026-3-1", "20260301", "2026-W01-1", "9999-12-31", "0000-01-01",
     "2026-03-01T15:00:00", "2026-03-01T15:00:00+99:00", "２０２６-03-01", "0001-01-01T00:00:00+10:00"],
)  # fmt: skip
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput, match="2026-03-01"):
        asof.parse_instant(text, ZoneInfo("Europe/Berlin"))


# What is read from where


@pytest.fixture
def past() -> asof.View:
    """A view of three books on a shelf with a tag, all of which has changed since."""
    shelf, books = library()
    with recording(ACTOR, "tag"):
        Tag.objects.create(name="war").books.add(books[0], books[1])
    then = size()
    with recording(ACTOR, "since"):
        Shelf.objects.filter(pk=shelf.pk).update(name="renamed")
        Book.objects.filter(pages__lt=2).update(pages=500)
        books[2].delete()
        Tag.objects.all().delete()
        Shelf.objects.create(name="new")
    return view(then)


def test_every_way_of_asking_reads_the_past_day(past: asof.View) -> None:
    with asof.viewing(past):
        book = Book.objects.get(title="volume 1")
        assert (book.pages, book.shelf.name) == (1, "history")
        assert Book.objects.select_related("shelf").get(title="volume 2").shelf.name == "history"
        assert [tag.name for tag in book.tags.all()] == ["war"]
        shelf = Shelf.objects.prefetch_related("books__tags").get()
        assert sorted(len(found.tags.all()) for found in shelf.books.all()) == [0, 1, 1]
        assert Book.objects.aggregate(Sum("pages"), Count("id")) == {"pages__sum": 3, "id__count": 3}
        assert {found.title for found in Book.objects.raw("SELECT * FROM testapp_book")} == {
            "volume 0", "volume 1", "volume 2",
        }  # fmt: skip
        assert list(
            Book.objects.filter(shelf__name="history").values_list("pages", flat=True).iterator()
        ) == [0, 1, 2]
        assert Book.objects.in_bulk([book.pk])[book.pk].pages == 1
        book.refresh_from_db()
        assert book.pages == 1
    assert Book.objects.get(title="volume 1").pages == 500
    assert set(Shelf.objects.values_list("name", flat=True)) == {"renamed", "new"}


def test_the_live_tables_can_be_asked_by_name_and_the_ledger_is_always_live(past: asof.View) -> None:
    with asof.viewing(past):
        assert Book.objects.using(asof.LIVE).filter(pages=500).count() == 2
        assert Entry.objects.count() == size() > past.size


def test_nothing_can_be_written_while_a_past_day_is_read(past: asof.View) -> None:
    before = size()
    with asof.viewing(past):
        book = Book.objects.get(title="volume 1")
        book.title = "of old"
        with pytest.raises(DatabaseError, match=r"only inside recording\(\)"):
            book.save()
        with pytest.raises(DatabaseError, match=r"only inside recording\(\)"):
            Book.objects.filter(pk=book.pk).update(title="of old")
        with pytest.raises(Refused, match="A past day is being read"), recording(ACTOR, "write old state"):
            book.save()
        with pytest.raises(DatabaseError, match="readonly"), connections[asof.ALIAS].cursor() as cursor:
            cursor.execute("UPDATE testapp_book SET title = 'of old'")
    assert size() == before


def test_an_object_of_a_past_day_does_not_read_on_from_today(past: asof.View) -> None:
    with asof.viewing(past):
        book = Book.objects.get(title="volume 1")
    with pytest.raises(Refused, match="No past day"):
        book.shelf  # noqa: B018


def test_views_nest_and_each_reads_its_own_day(past: asof.View) -> None:
    with asof.viewing(past):
        with asof.viewing(view(0)):
            assert Book.objects.count() == 0
        assert Book.objects.count() == 3
    assert Book.objects.count() == 2


def test_a_view_ends_with_an_error_too(past: asof.View) -> None:
    with pytest.raises(ZeroDivisionError), asof.viewing(past):
        raise ZeroDivisionError
    assert asof.current() is None
    assert Book.objects.count() == 2


# Threads and streams


def test_a_thread_in_a_copied_context_reads_the_same_day_and_another_today(past: asof.View) -> None:
    def count() -> int:
        try:
            return Book.objects.count()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, asof.viewing(past):
        context = contextvars.copy_context()
        assert pool.submit(context.run, count).result() == 3
        assert pool.submit(count).result() == 2


def test_a_thread_that_goes_from_day_to_day_without_closing_never_reads_the_day_before(
    past: asof.View,
) -> None:
    contexts = []
    for made in (past, view(0), view(size())):
        with asof.viewing(made):
            contexts.append(contextvars.copy_context())
    with ThreadPoolExecutor(1) as pool:
        asked = [pool.submit(context.run, Book.objects.count).result() for context in contexts * 2]
        pool.submit(connections.close_all).result()
    assert asked == [3, 0, 2] * 2


def test_a_stream_drawn_after_its_request_reads_its_day_in_its_context(past: asof.View) -> None:
    with asof.viewing(past):
        stream = (book.pages for book in Book.objects.order_by("pages").iterator(chunk_size=1))
        context = contextvars.copy_context()
    assert context.run(list, stream) == [0, 1, 2]
    with asof.viewing(past):
        stream = (book.pages for book in Book.objects.all().iterator())
    # Without its context it goes the way of any query made today.
    assert sorted(stream) == [500, 500]


# The replays that are kept


def test_a_replay_is_built_once_and_found_again(past: asof.View, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    assert asof.replay_file(past.size) == past.file
    asof.replay_file(past.size, before_building=lambda: asked.append(1))
    assert asked == []
    asof.replay_file(past.size + 1, before_building=lambda: asked.append(2))
    assert asked == [2]


def test_a_refusal_before_building_builds_nothing() -> None:
    library()

    def refuse() -> None:
        raise Refused("too many")

    with pytest.raises(Refused):
        asof.view_at(datetime.now(UTC), before_building=refuse)
    assert replays() == []


def test_two_threads_that_ask_for_one_day_build_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    library()
    built: list[int] = []
    original = replay.replay_into
    meeting = threading.Barrier(4)

    def counting(path: Path, point: int, using: str = "default") -> int:
        built.append(point)
        return original(path, point, using)

    def ask() -> Path:
        meeting.wait()
        try:
            return asof.replay_file(5)
        finally:
            connections.close_all()

    monkeypatch.setattr(replay, "replay_into", counting)
    with ThreadPoolExecutor(4) as pool:
        files = {future.result() for future in [pool.submit(ask) for _ in range(4)]}
    assert len(files) == 1
    assert built == [5]


def test_at_most_eight_replays_are_kept_those_used_last() -> None:
    library(12)
    first = asof.replay_file(1)
    for point in range(2, 9):
        asof.replay_file(point)
    asof.replay_file(1)  # used again
    asof.replay_file(9)
    assert len(replays()) == 8
    assert first.exists()
    assert not any(file.name.startswith("as-of-2-") for file in replays())


def test_a_replay_pushed_out_while_it_is_read_stays_readable(past: asof.View) -> None:
    with asof.viewing(past):
        assert Book.objects.count() == 3
        for file in replays():
            file.unlink()
        assert Book.objects.count() == 3
        connections[asof.ALIAS].close()
        assert Book.objects.count() == 3  # built again


def test_a_changed_field_list_is_never_read_from_an_old_replay(
    past: asof.View, monkeypatch: pytest.MonkeyPatch
) -> None:
    from duecare.ledger.records import _upcasters

    asof._release_digest.cache_clear()
    monkeypatch.setattr(Book, "schema", 2)
    monkeypatch.setitem(_upcasters, ("testapp.book", 1), lambda old: {**old, "title": old["title"].upper()})
    file = asof.replay_file(past.size)
    assert file != past.file
    with asof.viewing(asof.View(START, past.size, file)):
        assert set(Book.objects.values_list("title", flat=True)) == {"VOLUME 0", "VOLUME 1", "VOLUME 2"}


def test_another_history_of_the_same_size_gets_a_replay_of_its_own(past: asof.View) -> None:
    """As after a restored backup went on differently."""
    with unguarded():
        sql('UPDATE ledger_entry SET leaf = meta WHERE "index" = %s', past.size - 1)
    assert asof.replay_file(past.size) != past.file


def test_a_build_that_fails_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    library()

    def fail(path: Path, point: int, using: str = "default") -> int:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(replay, "replay_into", fail)
    with pytest.raises(OSError, match="disk full"):
        asof.replay_file(5)
    assert replays() == []
    assert not list(settings.DUECARE_HOME.scratch.glob(".building*"))


def test_the_time_of_the_newest_entry_is_known(clock: Clock) -> None:
    assert asof.last_entry_time() is None
    library()
    assert asof.last_entry_time() == START
    assert connection.alias == asof.LIVE
