"""Holding all software that is anywhere against all feeds, and keeping what came of it (`models.py`).

One run reads the feeds, runs the one join (`matching/joining.py`) over every piece of software that is seen
on any host or in any product, and writes what is new or changed. It only ever adds, and marks what feeds no
longer say: a row leaves when its software does, which a report shows. Runs are short acts of writing after
long reading; a second run in another process at the same time waits.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.home import Home
from duecare.ledger.models import Head
from duecare.ledger.recording import record_note
from duecare.patching.advisories import interface as feeds
from duecare.patching.advisories.loading import Loaded, joined
from duecare.patching.advisories.names import canonical_name
from duecare.patching.ecosystems import SCHEMES, find_ecosystem, release_of
from duecare.patching.feeds.models import FeedSnapshot
from duecare.patching.matching.joining import settled
from duecare.patching.matching.reasons import why
from duecare.patching.matching.rules import COMMITS, Rules, names_of
from duecare.patching.matching.segments import Rank
from duecare.patching.matching.tables import Tables
from duecare.patching.matching.triples import Triple
from duecare.patching.software.models import Software
from duecare.patching.software.queries import seen_at
from duecare.patching.weaknesses import ratings, sights
from duecare.patching.weaknesses.keeping import Found, Said, keep, mark
from duecare.patching.weaknesses.models import Advisory, AdvisoryName, Matching, Weak
from duecare.patching.weaknesses.urgency import (
    Exploitation,
    Ranked,
    Signals,
    Urgency,
    Weights,
    classify,
    rank,
)

CHUNK = 500
LONGEST = 120
"""Characters of an advisory's id that are kept; a longer one ends in a digest of the whole."""
ONLY = 1
KIND, SUBJECT = "patching.matching", "fleet"
_DISTRIBUTIONS = frozenset(("deb", "rpm", "apk"))

Progress = Callable[[str], None]


def _quiet(step: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Source:
    """One feed as it is held against software: what it holds, and whether it is of today."""

    id: str
    snapshot: str
    fetched_at: datetime
    confirmed_at: datetime
    by_hand: bool
    faults: int
    loaded: Loaded = field(repr=False)


def source_of(snapshot: FeedSnapshot, loaded: Loaded) -> Source:
    """A snapshot with what was read from it."""
    return Source(
        id=snapshot.feed.feed,
        snapshot=snapshot.pk,
        fetched_at=snapshot.fetched_at,
        confirmed_at=snapshot.confirmed_at,
        by_hand=snapshot.by_hand,
        faults=snapshot.faults,
        loaded=loaded,
    )


@dataclass(frozen=True, slots=True)
class Matched:
    """What a run changed."""

    software: int
    new: int
    """Rows that say of software what was not known before."""
    unsaid: int
    """Rows that no feed says any more, from now on, though the software is still there."""


def match(
    actor: str, sources: Iterable[Source], weights: Weights, now: datetime, say: Progress = _quiet
) -> Matched:
    """Hold all installed software against these feeds, and write what came of it.

    A note in the record says that it was done, on which snapshots, before anything is written.
    """
    with alone():
        size: int = Head.objects.values_list("size", flat=True).get()
        software = software_at(size)
        rules, told = Rules(wanted=names_of(map(triple_of, software))), []
        enrichment: dict[str, feeds.Enrichment] = {}
        loaded: list[feeds.Advisory] = []
        seen, last = sights.load(), Matching.objects.first()
        # What these said first was noted when they were held against software the last time.
        noted_before = {one["snapshot"] for one in (last.feeds if last else ()) if "covers" in one}
        for source in sources:
            say(source.id)
            rules.take(source.loaded.advisories)
            # Of all that there are few name software that is anywhere here; the rest is not kept.
            named = {one.id for one in rules.advisories}
            loaded += [one for one in source.loaded.advisories if one.id in named]
            add_enrichment(enrichment, source.loaded.enrichment)
            told.append(told_of(source))
            if source.snapshot not in noted_before:
                seen.take(with_kept_ids(source.loaded.advisories), source.fetched_at)
        sights.save(seen)
        say("software")
        found = find_weak(rules, software)
        noted = {
            "snapshots": sorted(one["snapshot"] for one in told),
            "software": len(software),
            "weak": len(found),
            "at": now.isoformat(),
            "size": size,
        }
        act = record_note(actor, "hold software against the feeds", KIND, SUBJECT, noted)
        index = (act.head or 0) + 1
        wanted = {one.row.advisory_id for one in found.values()}
        details = {one.id: one for one in loaded if kept_id(one.id) in wanted}
        rows, names = rated(rules, details, enrichment, weights)
        write_advisories(rows, names)
        ratings.keep(rows, now, index)
        new, unsaid = keep(found, seen.known, {row.pk for row in software}, now, index)
        Matching.objects.update_or_create(
            pk=ONLY,
            defaults={
                "at": now,
                "index": index,
                "feeds": told,
                "covered": sorted(rules.covered),
                "software": len(software),
            },
        )
        mark([row.pk for row in software], index)
    return Matched(len(software), new, unsaid)


def software_at(size: int) -> list[Software]:
    """What was on any host or in any product when the record had that many entries, by its key."""
    return list(Software.objects.filter(seen_at(size)).order_by("pk"))


def with_kept_ids(advisories: Iterable[feeds.Advisory]) -> Iterator[tuple[str, feeds.Advisory]]:
    """Each with the id under which it is kept."""
    return ((kept_id(one.id), one) for one in advisories)


@contextmanager
def alone() -> Iterator[None]:
    """While no other process holds software against feeds."""
    home: Home = settings.DUECARE_HOME
    with (home.scratch / "matching.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def told_of(source: Source) -> dict[str, Any]:
    """What is kept of a source with a matching (`Matching.feeds`)."""
    unplaced: Counter[str] = Counter()
    for file in source.loaded.files:
        unplaced.update(file.unplaced)
    return {
        "id": source.id,
        "snapshot": source.snapshot,
        "confirmed_at": source.confirmed_at.isoformat(),
        "by_hand": source.by_hand,
        "faults": source.faults,
        "covers": sorted(_covers(source.loaded)),
        "rates": sorted(_rates(source.loaded)),
        "unplaced": dict(unplaced),
    }


def _covers(loaded: Loaded) -> set[tuple[str, str]]:
    """The ecosystems and releases of which it speaks."""
    return {
        (one.ecosystem, release_of(one.ecosystem, one.release))
        for advisory in loaded.advisories
        if advisory.withdrawn is None
        for one in advisory.affected
        if one.ecosystem != COMMITS
    }


def _rates(loaded: Loaded) -> set[str]:
    """What it tells of CVEs: which are exploited, how likely each is, how grave."""
    found = set()
    for one in loaded.enrichment.values():
        if one.kev_added is not None:
            found.add("kev")
        if one.epss is not None:
            found.add("epss")
        if one.cvss or one.ssvc:
            found.add("ratings")
    return found


def add_enrichment(known: dict[str, feeds.Enrichment], more: Mapping[str, feeds.Enrichment]) -> None:
    """Add what a feed tells of CVEs to what is known of them."""
    for cve, what in more.items():
        before = known.get(cve)
        known[cve] = what if before is None else joined(before, what)


def kept_id(advisory: str) -> str:
    """The id of an advisory as it is kept: whole, or as much as there is room for and a digest of it."""
    if len(advisory) <= LONGEST:
        return advisory
    return f"{advisory[: LONGEST - 17]}…{hashlib.sha256(advisory.encode()).hexdigest()[:16]}"


def triple_of(row: Software) -> Triple:
    """A row of the table as the join wants it."""
    ecosystem, release = find_ecosystem(row.ecosystem, row.release)
    of_distribution = SCHEMES.get(ecosystem) in _DISTRIBUTIONS
    return Triple(
        ecosystem,
        release,
        row.name,
        canonical_name(ecosystem, row.name),
        (row.source or row.name) if of_distribution else "",
        row.version,
        row.source_version or row.version,
    )


def find_weak(rules: Rules, software: Iterable[Software]) -> Found:
    """What is weak. Raises DuecareError."""
    import duckdb  # heavy, and used by few commands

    try:
        return _answers(rules, {row.pk: triple_of(row) for row in software})
    except duckdb.Error as error:
        raise DuecareError(
            _("The join of software with advisories broke off: %(why)s") % {"why": str(error)[:300]},
            _("What was found before stays. Look whether memory and disk suffice, then assess again."),
        ) from error


def _answers(rules: Rules, triples: Mapping[int, Triple]) -> Found:
    found: Found = {}
    with Tables() as tables:
        tables.add_rules(rules)
        tables.add_triples(triples.items())
        for number, place, packed, beaten in tables.rows():
            answer, other = settled(packed, beaten)
            if answer.rank not in (Rank.AFFECTED, Rank.UNDECIDED):
                continue
            advisory, rule = rules.advisories[place].id, rules.rules[answer.rule]
            affected = answer.rank is Rank.AFFECTED
            row = Weak(
                software_id=number,
                advisory_id=kept_id(advisory),
                undecided=not affected,
                fixed=rule.segment.fixed[:250] if affected else "",
                why=why(rules, triples[number], answer, other),
            )
            of = rule.place
            fix = sights.place_key(advisory, of.ecosystem, of.release, of.name)
            found[number, row.advisory_id] = Said(row, fix)
    return found


# ── What is known of advisories ──────────────────────────────────────────────────────────────────────────


def rated(
    rules: Rules,
    details: Mapping[str, feeds.Advisory],
    enrichment: Mapping[str, feeds.Enrichment],
    weights: Weights,
) -> tuple[list[Advisory], list[AdvisoryName]]:
    """What is known of these advisories, which name software of ours, and the names that they go by."""
    rows, names = [], []
    listed = any(one.kev_added is not None for one in enrichment.values())
    for one in rules.advisories:
        if one.id not in details:
            continue
        told = details[one.id]
        cves = cves_of(one.id, one.aliases, one.related)
        word = next((text for text in told.severity if "/" not in text), "")
        known = [signals_of(enrichment.get(cve), word, listed=listed) for cve in cves or [""]]
        urgency, because = most_urgent(known)
        ranked = heaviest(known, weights)
        rows.append(
            Advisory(
                id=kept_id(one.id),
                feeds=list(one.feeds),
                aliases=list(one.aliases),
                related=list(one.related),
                called=" ".join(dict.fromkeys((one.id, *one.aliases, *cves))),
                summary=told.summary,
                published=told.published,
                known=[_as_json(cve, signals) for cve, signals in zip(cves or [""], known, strict=True)],
                urgency=urgency.value,
                urgent_because=because,
                points=ranked.points,
                ranked_because=ranked.reason,
                kev=any(signals.kev for signals in known) if listed else None,
            )
        )
        names += [
            AdvisoryName(name=kept_id(name), advisory_id=kept_id(one.id))
            for name in dict.fromkeys((one.id, *one.aliases, *cves))
        ]
    return rows, names


def write_advisories(rows: Sequence[Advisory], names: Sequence[AdvisoryName]) -> None:
    """Write what is new or changed."""
    changing = [column.name for column in Advisory._meta.fields if column.name != "id"]
    for start in range(0, len(rows), CHUNK):
        Advisory.objects.bulk_create(
            rows[start : start + CHUNK], update_conflicts=True, unique_fields=["id"], update_fields=changing
        )
    for start in range(0, len(names), CHUNK):
        AdvisoryName.objects.bulk_create(names[start : start + CHUNK], ignore_conflicts=True)


def cves_of(advisory: str, aliases: Iterable[str], related: Iterable[str]) -> list[str]:
    """The CVEs that an advisory is about. An erratum has none of its own and names those that it mends."""
    own = [name for name in dict.fromkeys((advisory, *aliases)) if name.startswith("CVE-")]
    return own or [name for name in dict.fromkeys(related) if name.startswith("CVE-")]


def signals_of(what: feeds.Enrichment | None, severity: str = "", *, listed: bool) -> Signals:
    """What is known of a CVE, as `urgency` takes it, with the advisory's own word for how bad it is.

    `listed`: whether a list of exploited ones was read, so that one that is not on it is known not to be.
    """
    if what is None:
        return Signals(kev=False if listed else None, severity=severity)
    points = dict(what.ssvc)
    scores = [score for _source, _vector, score in what.cvss if score is not None]
    return Signals(
        kev=what.kev_added is not None if listed else None,
        epss=what.epss,
        exploitation=_EXPLOITATION.get(points.get("Exploitation", "").lower()),
        automatable={"yes": True, "no": False}.get(points.get("Automatable", "").lower()),
        total_impact={"total": True, "partial": False}.get(points.get("Technical Impact", "").lower()),
        cvss=max(scores, default=None),
        severity=severity,
    )


_EXPLOITATION = {"none": Exploitation.NONE, "poc": Exploitation.POC, "active": Exploitation.ACTIVE}


def most_urgent(known: Iterable[Signals]) -> tuple[Urgency, str]:
    """The class of the most urgent of several, and why."""
    order = list(Urgency)
    return min((classify(signals) for signals in known), key=lambda one: order.index(one[0]))


def heaviest(known: Iterable[Signals], weights: Weights) -> Ranked:
    """The rank of the heaviest of several."""
    return max((rank(signals, weights) for signals in known), key=lambda one: one.points)


def _as_json(cve: str, signals: Signals) -> dict[str, Any]:
    return {"cve": cve, **asdict(signals)}
