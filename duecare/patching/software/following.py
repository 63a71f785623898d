"""The tables of software, made from the reports of hosts in the order of the record.

What each entry adds to them follows from it and from what came before it of the same host, and from nothing
else; so making them anew gives the same rows, whenever and in whatever order they were made (`rebuild`).

- A report counts from the moment it came in: what it tells was known from then on, whenever it was gathered.
- One that was gathered no later than another that is here already changes nothing: it is of an older state.
- Of a part that it read whole, what it lacks is gone. Of one that it read in part, nothing is gone.
- When a host is removed, its software is no longer there, from that entry on.

Reports are followed one by one as they come in (`follow`). What was missed, because a process ended in
between or reports were written in bulk, is found by its absence from `Reflected`, and made up for by
`catch_up`, which the worker calls.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef

from duecare.errors import DuecareError
from duecare.ledger import blobs
from duecare.ledger.canonical import parse_utc
from duecare.ledger.models import Entry, Payload
from duecare.patching.bills.models import Contained
from duecare.patching.software.installed import (
    NOTHING,
    OF_SYSTEMS,
    Part,
    Triple,
    key_of,
    language_part,
    system_part,
)
from duecare.patching.software.models import Installed, Reflected, Software
from duecare.systems.models import Host, Report

CHUNK = 500
"""Keys of one query, and rows of one insert."""
_HOST, _REPORT = Host._meta.label_lower, Report._meta.label_lower

Progress = Callable[[int, int], None]


def _quiet(done: int, total: int) -> None:
    return None


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────


def package_key(ecosystem: str, name: str) -> str:
    """What stands for a package in addresses: names hold slashes and dots that addresses would lose."""
    return hashlib.sha256(f"{ecosystem}\0{name}".encode()).hexdigest()[:20]


def digest_of(triple: Triple) -> str:
    return hashlib.sha256("\0".join(triple).encode()).hexdigest()[:32]


def software_rows(triples: Iterable[Triple]) -> dict[str, int]:
    """The key of each one's row, by its digest; rows that are missing are made."""
    wanted = {digest_of(triple): triple for triple in triples}
    found = dict(_found(list(wanted)))
    missing = [digest for digest in wanted if digest not in found]
    rows = [
        Software(
            digest=digest,
            package=package_key(one.ecosystem, one.name),
            key=key_of(one.ecosystem, one.version),
            **one._asdict(),
        )
        for digest, one in ((digest, wanted[digest]) for digest in sorted(missing))
    ]
    # Another process may make the same row meanwhile: either is as good.
    Software.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
    return found | dict(_found(missing))


def _found(digests: Sequence[str]) -> Iterator[tuple[str, int]]:
    for start in range(0, len(digests), CHUNK):
        part = Software.objects.filter(digest__in=digests[start : start + CHUNK])
        yield from part.values_list("digest", "pk")


# ── What happened to a host ──────────────────────────────────────────────────────────────────────────────


class _Event(NamedTuple):
    """An entry about a host's software, in the order of the record."""

    entry: int
    report: str | None
    """The report's key; None for a removal."""
    at: datetime
    told_at: datetime
    blob: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What an event says."""

    event: _Event
    system: Part
    languages: Part


def _events(host: Host) -> list[_Event]:
    """The reports of a host and its removals."""
    reports = {
        row[0]: row[1:]
        for row in Report.objects.filter(host=host).values_list("pk", "received_at", "collected_at", "report")
    }
    found = [_Event(index, key, *reports[key]) for key, index in _indexes(list(reports))]
    return sorted([*found, *_removals(host)])


def _indexes(keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    for start in range(0, len(keys), CHUNK):
        made = Entry.objects.filter(subject__in=keys[start : start + CHUNK], kind=_REPORT, action="created")
        yield from made.values_list("subject", "index")


def _removals(host: Host) -> Iterator[_Event]:
    """The entries by which a host was removed; it may have been brought back in between."""
    if host.removed_at is None and not Installed.objects.filter(host=host).exclude(until=None).exists():
        return
    entries = Entry.objects.filter(subject=host.pk, kind=_HOST).values_list("index", flat=True)
    before = None
    for index, data in Payload.objects.filter(pk__in=list(entries)).order_by("pk").values_list("pk", "data"):
        record = json.loads(bytes(data))["record"] or {}
        removed = record.get("removed_at")
        if removed is not None and before is None:
            at = parse_utc(removed)
            yield _Event(index, None, at, at, "")
        before = removed


def _read(event: _Event) -> _Told:
    if event.report is None:
        return _Told(event, Part(frozenset(), whole=True), Part(frozenset(), whole=True))
    try:
        facts: dict[str, Any] = json.loads(blobs.fetch(event.blob))["facts"]
    except DuecareError:  # erased, or damaged: the verifier names it
        return _Told(event, NOTHING, NOTHING)
    return _Told(event, system_part(facts), language_part(facts))


# ── Following ────────────────────────────────────────────────────────────────────────────────────────────


def follow(host: Host) -> int:
    """Bring the tables up to date with what came in of a host. Returns how many entries were added."""
    done = set(Reflected.objects.filter(host=host).values_list("index", flat=True))
    pending = [event for event in _events(host) if event.entry not in done]
    if not pending:
        return 0
    told = [_read(event) for event in pending]  # before anything is locked
    with transaction.atomic():
        Host.objects.select_for_update().filter(pk=host.pk).first()
        now_done = set(Reflected.objects.filter(host=host).values_list("index", flat=True))
        told = [one for one in told if one.event.entry not in now_done]
        in_order = not now_done or all(one.event.entry > max(now_done) for one in told)
        if in_order:
            _add(host, told)
    if not in_order:
        _make_anew(host)
    return len(told)


def _make_anew(host: Host) -> int:
    told = [_read(event) for event in _events(host)]
    with transaction.atomic():
        Host.objects.select_for_update().filter(pk=host.pk).first()
        Installed.objects.filter(host=host).delete()
        Reflected.objects.filter(host=host).delete()
        _add(host, told)
    return len(told)


def _add(host: Host, told: Iterable[_Told]) -> None:
    """Add events that come after all that were added of this host before."""
    counted = Reflected.objects.filter(host=host, counted=True).exclude(report=None).order_by("-index")
    newest = counted.values_list("told_at", flat=True).first()
    for one in told:
        event = one.event
        is_report = event.report is not None
        counts = not is_report or newest is None or event.told_at > newest
        if counts:
            _apply(host, one)
            newest = event.told_at if is_report else newest
        Reflected.objects.create(
            index=event.entry,
            host=host,
            report_id=event.report,
            at=event.at,
            told_at=event.told_at,
            counted=counts,
            system=counts and is_report and one.system.whole,
            languages=counts and is_report and one.languages.whole,
        )


def _apply(host: Host, told: _Told) -> None:
    """End what is gone, and begin what is new."""
    there = _there(host)
    found = told.system.found | told.languages.found
    known = {digest_of(triple) for triple in found}
    gone = [
        row
        for digest, (row, of_language) in there.items()
        if digest not in known and (told.languages if of_language else told.system).whole
    ]
    event = told.event
    for start in range(0, len(gone), CHUNK):
        part = Installed.objects.filter(pk__in=gone[start : start + CHUNK])
        part.update(until=event.at, until_index=event.entry)
    new = [triple for triple in found if digest_of(triple) not in there]
    rows = [
        Installed(host=host, software_id=key, since=event.at, since_index=event.entry)
        for key in sorted(software_rows(new).values())
    ]
    Installed.objects.bulk_create(rows, batch_size=CHUNK)


def _there(host: Host) -> dict[str, tuple[int, bool]]:
    """What a host has: by digest the row's key, and whether it is of a programming language."""
    rows = Installed.objects.filter(host=host, until_index=None)
    return {
        digest: (key, ecosystem not in OF_SYSTEMS)
        for key, digest, ecosystem in rows.values_list("pk", "software__digest", "software__ecosystem")
    }


# ── Making up for what was missed, and making anew ───────────────────────────────────────────────────────


def missed() -> list[Host]:
    """Hosts with a report, or a removal, that the tables do not tell of."""
    reflected = Reflected.objects.filter(report=OuterRef("pk"))
    reports = Report.objects.filter(~Exists(reflected)).values("host")
    still = Installed.objects.filter(host=OuterRef("pk"), until_index=None)
    removed = Host.objects.exclude(removed_at=None).filter(Exists(still))
    return [*Host.objects.filter(pk__in=reports).order_by("pk"), *removed.order_by("pk")]


def catch_up() -> int:
    """Follow all that was missed. Returns how many entries were added."""
    return sum(follow(host) for host in missed())


def rebuild(progress: Progress = _quiet) -> int:
    """Make the tables anew from the reports, a host at a time; pages keep the old rows of a host until then.

    Returns how many entries they tell of.
    """
    hosts = list(Host.objects.order_by("pk"))
    strangers = Reflected.objects.exclude(host__in=Host.objects.values("pk"))
    Installed.objects.exclude(host__in=Host.objects.values("pk")).delete()
    strangers.delete()
    _key_anew()
    count = 0
    for done, host in enumerate(hosts, 1):
        count += _make_anew(host)
        progress(done, len(hosts))
    contained = Contained.objects.filter(software=OuterRef("pk"))
    Software.objects.filter(
        ~Exists(Installed.objects.filter(software=OuterRef("pk"))) & ~Exists(contained)
    ).delete()
    return count


def _key_anew() -> None:
    """Put every version in its place again: this release may order them otherwise than the one before."""
    last = 0
    while rows := list(Software.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = rows[-1].pk
        changed = []
        for row in rows:
            key, before = key_of(row.ecosystem, row.version), row.key
            if key != (None if before is None else bytes(before)):
                row.key = key
                changed.append(row)
        Software.objects.bulk_update(changed, ["key"])
