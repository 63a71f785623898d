"""Making the tables of weak software anew from the record (decisions/0013).

Each time that software was held against the feeds, a note said so, with the snapshots it rested on. In the
order of these notes the snapshots are held against the software as it was then, and what came of it is
compared as it was the first time (`keeping.py`). Each snapshot is read once: that is nearly all of the time
that it takes, seconds for each large file that ever came. What a snapshot says of packages that were never
installed is left aside once the first sight of its fixes is noted.

What it rests on is read by this release: where readers or words changed since, rows say what they would say
now. Order of work and class of an advisory are weighed by the targets of today.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.ledger.models import Entry, Payload, from_microseconds
from duecare.patching.advisories.interface import Advisory as Told
from duecare.patching.advisories.interface import Enrichment
from duecare.patching.advisories.loading import Loaded
from duecare.patching.ecosystems import SCHEMES
from duecare.patching.feeds.models import FeedSnapshot
from duecare.patching.feeds.queries import read_snapshot
from duecare.patching.matching.rules import Rules
from duecare.patching.software.models import Software
from duecare.patching.weaknesses import judging, ratings, sights
from duecare.patching.weaknesses.keeping import CHUNK, compared
from duecare.patching.weaknesses.models import Advisory, AdvisoryName, Matching, Rating, Sighting, Weak
from duecare.patching.weaknesses.placing import reorder
from duecare.patching.weaknesses.queries import weights
from duecare.patching.weaknesses.urgency import Weights
from duecare.web.recorded import in_the_records_language

Read = Callable[[FeedSnapshot], Loaded]
Progress = Callable[[int, int], None]


def _quiet(done: int, total: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class _Note:
    """That software was held against feeds."""

    index: int
    at: datetime
    size: int
    """Entries that the record had when the software was listed."""
    snapshots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """A snapshot that was read, less what can be about nothing of ours."""

    snapshot: FeedSnapshot
    source: dict[str, Any]
    """As it is kept with a matching."""
    advisories: list[Told]
    enrichment: dict[str, Enrichment]


@dataclass(slots=True)
class _Made:
    """The tables as they come to be."""

    weak: dict[tuple[int, str], Weak] = field(default_factory=dict)
    advisories: dict[str, Advisory] = field(default_factory=dict)
    names: dict[tuple[str, str], AdvisoryName] = field(default_factory=dict)
    ratings: list[Rating] = field(default_factory=list)
    rated: dict[str, Rating] = field(default_factory=dict)
    """The last of each advisory."""
    seen: sights.Sights = field(default_factory=sights.Sights)
    first_looked: dict[int, int] = field(default_factory=dict)
    looked: dict[int, int] = field(default_factory=dict)
    last: Matching | None = None


def rebuild(progress: Progress = _quiet, read: Read = read_snapshot) -> int:
    """Make them anew; how many matchings they rest on. The old rows stay until all is there.

    The tables of software must be whole before. Raises what reading a snapshot raises, NotFound if its file
    is gone: then nothing was changed.
    """
    with judging.alone(), in_the_records_language():
        names, notes, made = _names(), list(_notes()), _Made()
        held: dict[str, _Held] = {}
        for done, note in enumerate(notes, 1):
            _gather(note, held, made, names, read)
            _hold(note, list(held.values()), made, weights())
            progress(done, len(notes))
        _write(made)
        reorder()
    return len(notes)


def _notes() -> Iterator[_Note]:
    entries = Entry.objects.filter(kind=judging.KIND, subject=judging.SUBJECT).order_by("index")
    found = {index: (head + 1, at) for index, head, at in entries.values_list("index", "head", "at")}
    rows = Payload.objects.filter(pk__in=list(found)).order_by("pk").values_list("pk", "data")
    for index, data in rows:
        number, at = found[index]
        told = json.loads(bytes(data))["note"]
        # Notes of the release before this one say neither: their entry's own time and place stand in.
        when = datetime.fromisoformat(told["at"]) if "at" in told else from_microseconds(at)
        yield _Note(number, when, told.get("size", number), tuple(told["snapshots"]))


def _names() -> Collection[str]:
    """The names, as advisories spell them, of all software that ever was."""
    found = set()
    for row in Software.objects.iterator():
        triple = judging.triple_of(row)
        found |= {triple.found_as, triple.source}
    return found


def _gather(note: _Note, held: dict[str, _Held], made: _Made, names: Collection[str], read: Read) -> None:
    """Bring what is held up to the snapshots that a note names, in the order in which feeds are taken."""
    snapshots = FeedSnapshot.objects.filter(pk__in=note.snapshots).select_related("feed")
    wanted = sorted(snapshots, key=lambda one: one.feed.feed)
    if len(wanted) != len(note.snapshots):
        raise DuecareError(
            _("A snapshot of a feed that entry %(index)s names is not there.") % {"index": note.index},
            _("Run `duecare ledger rebuild` first."),
        )
    now = {}
    for one in wanted:
        before = held.get(one.feed.feed)
        now[one.feed.feed] = (
            before if before and before.snapshot.pk == one.pk else _read(one, made, names, read)
        )
    held.clear()
    held.update(now)
    made.seen.settle()


def _read(snapshot: FeedSnapshot, made: _Made, names: Collection[str], read: Read) -> _Held:
    loaded = read(snapshot)
    made.seen.take(judging.with_kept_ids(loaded.advisories), snapshot.fetched_at)
    source = judging.source_of(snapshot, loaded)
    concerned = [one for one in loaded.advisories if _concerns(one, names)]
    return _Held(snapshot, judging.told_of(source), concerned, loaded.enrichment)


def _concerns(advisory: Told, names: Collection[str]) -> bool:
    """Whether it can be about software of ours, or tells of which module stream a build is."""
    return any(one.name in names or SCHEMES.get(one.ecosystem) == "rpm" for one in advisory.affected)


def _hold(note: _Note, held: list[_Held], made: _Made, weighed: Weights) -> None:
    """What `judging.match` does, in memory."""
    rules = Rules()
    enrichment: dict[str, Enrichment] = {}
    for one in held:
        rules.take(one.advisories)
        judging.add_enrichment(enrichment, one.enrichment)
    software = judging.software_at(note.size)
    there = {row.pk for row in software}
    found = judging.find_weak(rules, software)
    wanted = {one.row.advisory_id for one in found.values()}
    loaded = [advisory for one in held for advisory in one.advisories]
    details = {one.id: one for one in loaded if judging.kept_id(one.id) in wanted}
    rows, names = judging.rated(rules, details, enrichment, weighed)
    made.advisories |= {row.pk: row for row in rows}
    fresh = ratings.changed(rows, made.rated, note.at, note.index)
    made.ratings += fresh
    made.rated |= {one.advisory_id: one for one in fresh}
    made.names |= {(row.name, row.advisory_id): row for row in names}
    for row in compared(made.weak, found, made.seen.known, there, note.at, note.index).new:
        made.weak[row.software_id, row.advisory_id] = row
    for key in there:
        made.first_looked.setdefault(key, note.index)
        made.looked[key] = note.index
    covered = {tuple(place) for one in held for place in one.source["covers"]}
    made.last = Matching(
        pk=judging.ONLY,
        at=note.at,
        index=note.index,
        feeds=[one.source for one in held],
        covered=sorted(covered),
        software=len(software),
    )


def _write(made: _Made) -> None:
    """Put the new rows in the place of the old ones, all or nothing."""
    with transaction.atomic():
        for table in (Weak, AdvisoryName, Rating, Advisory, Sighting, Matching):
            table.objects.all().delete()
        Advisory.objects.bulk_create(made.advisories.values(), batch_size=CHUNK)
        AdvisoryName.objects.bulk_create(made.names.values(), batch_size=CHUNK)
        Rating.objects.bulk_create(made.ratings, batch_size=CHUNK)
        Weak.objects.bulk_create(made.weak.values(), batch_size=CHUNK)
        seen = made.seen.known.items()
        rows = [Sighting(id=key, fix_seen_at=at, by_advisory=by) for key, (at, by) in seen]
        Sighting.objects.bulk_create(rows, batch_size=CHUNK)
        Software.objects.update(first_looked=None, looked=None)
        marked = [
            Software(pk=key, first_looked=first, looked=made.looked[key])
            for key, first in made.first_looked.items()
        ]
        Software.objects.bulk_update(marked, ["first_looked", "looked"], batch_size=CHUNK)
        if made.last is not None:
            made.last.save(force_insert=True)
