"""What products contain, made from their bills in the order of the record.

What each entry adds follows from it and from the entries about the same product before it, and from nothing
else; so making the table anew gives the same rows (`rebuild`).

- A bill counts from the moment it was taken in. What the one before it named and it does not is gone then.
- A bill that is undone was never there: what it began is void, and what it ended goes on, since when it did.
  Of a day before the undoing the record still answers as it stood.
- When a product ends, what it contained is no longer there. If that is taken back, it never was.

A bill is read a piece at a time and written in small acts, so that one of a million components holds neither
memory nor lock; a process that ends in between leaves what `catch_up` completes.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from duecare.errors import DuecareError
from duecare.home import Home
from duecare.ledger import blobs
from duecare.ledger.canonical import parse_utc
from duecare.ledger.models import Entry, Payload
from duecare.patching.bills.isolated import read_isolated
from duecare.patching.bills.models import Bill, BillReflected, Contained, Product
from duecare.patching.bills.reading import Component
from duecare.patching.software.following import CHUNK, software_rows
from duecare.patching.software.installed import Triple

_BILL, _PRODUCT = Bill._meta.label_lower, Product._meta.label_lower

Progress = Callable[[int, int], None]


def _quiet(done: int, total: int) -> None:
    return None


class _Event(NamedTuple):
    """An entry that changes what a product contains."""

    entry: int
    at: datetime
    bill: str
    """Key of the bill; empty where the product itself ended or was taken up again."""
    file: str
    """Digest of what a bill brought; empty where one was undone."""
    ending: bool


class _Span(NamedTuple):
    """That a piece of software was there, from one entry to another."""

    software: int
    since: datetime
    since_index: int
    until: datetime | None
    until_index: int | None


@dataclass(slots=True)
class _State:
    """What stands of a product's bills after some entries."""

    bills: dict[str, _Event] = field(default_factory=dict)
    ended: _Event | None = None

    def add(self, event: _Event) -> bool:
        """Take an entry in. Whether it takes something back, so that what was told before may be void."""
        if event.bill and event.file:
            self.bills[event.bill] = event
            return False
        if event.bill:
            self.bills.pop(event.bill, None)
            return True
        before, self.ended = self.ended, event if event.ending else None
        return before is not None


# ── What happened to a product ───────────────────────────────────────────────────────────────────────────


def _events(product: Product) -> list[_Event]:
    """All that changed what it contains, in the order of the record."""
    files = dict(Bill.objects.filter(product=product).values_list("pk", "file"))
    found = []
    for key, file in files.items():
        undone = None
        for place, (index, record) in enumerate(_versions(_BILL, key)):
            if place == 0:
                found.append(_Event(index, parse_utc(record["taken_at"] or ""), key, file, False))
            if record["undone_at"] is not None and undone is None:
                found.append(_Event(index, parse_utc(record["undone_at"]), key, "", False))
            undone = record["undone_at"]
    ended = None
    for index, record in _versions(_PRODUCT, product.pk):
        if (record["ended_at"] is None) != (ended is None):
            at = parse_utc(record["ended_at"] or ended or "")
            found.append(_Event(index, at, "", "", record["ended_at"] is not None))
        ended = record["ended_at"]
    return sorted(found)


def _versions(kind: str, key: str) -> Iterator[tuple[int, dict[str, str | None]]]:
    """The states that a record has had, each with its entry."""
    entries = Entry.objects.filter(subject=key, kind=kind).values_list("index", flat=True)
    for index, data in Payload.objects.filter(pk__in=list(entries)).order_by("pk").values_list("pk", "data"):
        record = json.loads(bytes(data))["record"]
        if record is not None:
            yield index, record


def _contents(file: str) -> set[int] | None:
    """Keys of all software that a bill names; None if it can no longer be read."""
    found: set[int] = set()
    batch: set[Triple] = set()
    try:
        with blobs.opened(file) as opened:
            for one in read_isolated(opened):
                if isinstance(one, Component):
                    batch.add(one.triple)
                if len(batch) == CHUNK:
                    found.update(software_rows(batch).values())
                    batch.clear()
    except DuecareError:  # erased, or damaged: the verifier names it
        return None
    found.update(software_rows(batch).values())
    return found


# ── Following ────────────────────────────────────────────────────────────────────────────────────────────


def follow(product: Product) -> int:
    """Bring the table up to date with what came of a product. Returns how many entries were added."""
    with _alone():
        return _follow(product)


@contextmanager
def _alone() -> Iterator[None]:
    home: Home = settings.DUECARE_HOME
    with (home.scratch / "bills.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _follow(product: Product) -> int:
    done = set(BillReflected.objects.filter(product=product).values_list("index", flat=True))
    state, count = _State(), 0
    for event in _events(product):
        takes_back = state.add(event)
        if event.entry in done:
            continue
        read = True
        if takes_back:
            read = _tell_again(product, state, event)
        elif event.ending:
            _end(_there(product).values(), event)
        elif state.ended is None:
            read = _tell(product, event)
        BillReflected.objects.create(index=event.entry, product=product, ending=event.ending, read=read)
        count += 1
    return count


def _there(product: Product) -> dict[int, int]:
    """The rows of what a product contains, by software."""
    rows = Contained.objects.filter(product=product, until_index=None, void_index=None)
    return dict(rows.values_list("software", "pk"))


def _tell(product: Product, event: _Event) -> bool:
    """End what a new bill no longer names, and begin what is new. Whether it could be read."""
    found = _contents(event.file)
    if found is None:
        return False
    there = _there(product)
    _begin(product, [_Span(key, event.at, event.entry, None, None) for key in found - there.keys()], event)
    _end([row for key, row in there.items() if key not in found], event)
    return True


def _begin(product: Product, spans: Sequence[_Span], event: _Event) -> None:
    in_order = sorted(spans, key=lambda one: (one.software, one.since_index))
    for start in range(0, len(in_order), CHUNK):  # rows are heavy: no more of them at a time
        Contained.objects.bulk_create(
            Contained(
                product=product,
                software_id=one.software,
                since=one.since,
                since_index=one.since_index,
                until=one.until,
                until_index=one.until_index,
                told_index=event.entry,
            )
            for one in in_order[start : start + CHUNK]
        )


def _end(rows: Iterable[int], event: _Event) -> None:
    keys = sorted(rows)
    for start in range(0, len(keys), CHUNK):
        part = Contained.objects.filter(pk__in=keys[start : start + CHUNK])
        part.update(until=event.at, until_index=event.entry)


def _tell_again(product: Product, state: _State, event: _Event) -> bool:
    """Make void what no longer holds as it was told, and tell what holds instead. Whether all was read."""
    wanted, read = _spans(state)
    rows = Contained.objects.filter(product=product, void_index=None)
    told = {_Span(*row[1:]): row[0] for row in rows.values_list("pk", *_Span._fields)}
    _begin(product, [one for one in wanted if one not in told], event)
    void = sorted(row for span, row in told.items() if span not in wanted)
    for start in range(0, len(void), CHUNK):
        Contained.objects.filter(pk__in=void[start : start + CHUNK]).update(void_index=event.entry)
    return read


def _spans(state: _State) -> tuple[set[_Span], bool]:
    """What a product contained, by the bills that stand, and whether the newest of them could be read."""
    read = True
    there: dict[int, _Event] = {}
    over: set[_Span] = set()

    def end(gone: Iterable[int], by: _Event) -> None:
        for key in gone:
            began = there.pop(key)
            over.add(_Span(key, began.at, began.entry, by.at, by.entry))

    for event in sorted(state.bills.values()):
        found = _contents(event.file)
        read = found is not None
        if found is None:
            continue
        end(there.keys() - found, event)
        for key in found - there.keys():
            there[key] = event
    if state.ended is not None:
        end(list(there), state.ended)
    still = {_Span(key, began.at, began.entry, None, None) for key, began in there.items()}
    return over | still, read


# ── Making up for what was missed, and making anew ───────────────────────────────────────────────────────


def catch_up() -> int:
    """Follow all that was missed. Returns how many entries were added."""
    return sum(follow(product) for product in _missed())


def _missed() -> list[Product]:
    """Products with an entry that the table does not tell of."""
    told: dict[str, set[int]] = {}
    for key, index in BillReflected.objects.values_list("product", "index"):
        told.setdefault(key, set()).add(index)
    return [
        product
        for product in Product.objects.order_by("pk")
        if any(event.entry not in told.get(product.pk, ()) for event in _events(product))
    ]


def rebuild(progress: Progress = _quiet) -> int:
    """Make the table anew from the bills. Returns how many entries it tells of."""
    products = list(Product.objects.order_by("pk"))
    count = 0
    with _alone():
        for table in (Contained, BillReflected):
            table.objects.exclude(product__in=Product.objects.values("pk")).delete()
        for done, product in enumerate(products, 1):
            with transaction.atomic():
                Contained.objects.filter(product=product).delete()
                BillReflected.objects.filter(product=product).delete()
            count += _follow(product)
            progress(done, len(products))
    return count
