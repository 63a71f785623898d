"""Holding all software that is installed against all feeds, and keeping what came of it (`models.py`).

One run reads the feeds, runs the one join (`matching/joining.py`) over every piece of software that is seen
anywhere, and writes what is new or changed. It only ever adds, and marks what feeds no longer say: a row
leaves when its software does, which a report shows. Runs are short acts of writing after long reading; a
second run in another process at the same time waits.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.home import Home
from duecare.ledger.recording import record_note
from duecare.patching.advisories import interface as feeds
from duecare.patching.advisories.loading import Loaded, joined
from duecare.patching.advisories.names import canonical_name
from duecare.patching.ecosystems import SCHEMES, find_ecosystem
from duecare.patching.matching.joining import settled
from duecare.patching.matching.reasons import why
from duecare.patching.matching.rules import Rules, names_of
from duecare.patching.matching.segments import Rank
from duecare.patching.matching.tables import Tables
from duecare.patching.matching.triples import Triple
from duecare.patching.software.models import Installed, Software
from duecare.patching.weaknesses.models import Advisory, AdvisoryName, Matching, Sighting, Weak
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
    with _alone():
        there = Installed.objects.filter(software=OuterRef("pk"), until_index=None)
        software = list(Software.objects.filter(Exists(there)).order_by("pk"))
        rules, told = Rules(wanted=names_of(map(triple_of, software))), []
        enrichment: dict[str, feeds.Enrichment] = {}
        loaded: list[feeds.Advisory] = []
        for source in sources:
            say(source.id)
            rules.take(source.loaded.advisories)
            # Of all that there are few name software that is anywhere here; the rest is not kept.
            named = {one.id for one in rules.advisories}
            loaded += [one for one in source.loaded.advisories if one.id in named]
            _add_enrichment(enrichment, source.loaded.enrichment)
            told.append(_told(source))
            _sight(source)
        say("software")
        found = _found(rules, software)
        noted = {"snapshots": sorted(one["snapshot"] for one in told), "software": len(software)}
        act = record_note(
            actor, "hold software against the feeds", KIND, SUBJECT, {**noted, "weak": len(found)}
        )
        index = (act.head or 0) + 1
        wanted = {weak.advisory_id for weak in found.values()}
        details = {one.id: one for one in loaded if kept_id(one.id) in wanted}
        _keep_advisories(rules, details, enrichment, weights)
        new, unsaid = _keep(found, now, index)
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
        _mark([row.pk for row in software], index)
    return Matched(len(software), new, unsaid)


@contextmanager
def _alone() -> Iterator[None]:
    home: Home = settings.DUECARE_HOME
    with (home.scratch / "matching.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _told(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "snapshot": source.snapshot,
        "confirmed_at": source.confirmed_at.isoformat(),
        "by_hand": source.by_hand,
        "faults": source.faults,
    }


def _add_enrichment(known: dict[str, feeds.Enrichment], more: Mapping[str, feeds.Enrichment]) -> None:
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


def _found(rules: Rules, software: Iterable[Software]) -> dict[tuple[int, str], Weak]:
    """What is weak, by software and advisory: rows that are not saved. Raises DuecareError."""
    import duckdb  # heavy, and used by few commands

    try:
        return _answers(rules, {row.pk: triple_of(row) for row in software})
    except duckdb.Error as error:
        raise DuecareError(
            _("The join of software with advisories broke off: %(why)s") % {"why": str(error)[:300]},
            _("What was found before stays. Look whether memory and disk suffice, then assess again."),
        ) from error


def _answers(rules: Rules, triples: Mapping[int, Triple]) -> dict[tuple[int, str], Weak]:
    found: dict[tuple[int, str], Weak] = {}
    with Tables() as tables:
        tables.add_rules(rules)
        tables.add_triples(triples.items())
        for number, place, packed, beaten in tables.rows():
            answer, other = settled(packed, beaten)
            if answer.rank not in (Rank.AFFECTED, Rank.UNDECIDED):
                continue
            advisory = kept_id(rules.advisories[place].id)
            affected = answer.rank is Rank.AFFECTED
            found[number, advisory] = Weak(
                software_id=number,
                advisory_id=advisory,
                undecided=not affected,
                fixed=rules.rules[answer.rule].segment.fixed[:250] if affected else "",
                why=why(rules, triples[number], answer, other),
            )
    return found


# ── When advisories were first seen ──────────────────────────────────────────────────────────────────────


def _sight(source: Source) -> None:
    """Note what this snapshot shows for the first time: advisories, and fixes of advisories."""
    known = dict(Sighting.objects.values_list("pk", "fix_seen_at"))
    fresh, fixed = [], []
    for advisory in source.loaded.advisories:
        id = kept_id(advisory.id)
        fix = source.fetched_at if _names_a_fix(advisory) else None
        if id not in known:
            known[id] = fix
            fresh.append(Sighting(id=id, seen_at=source.fetched_at, fix_seen_at=fix))
        elif fix is not None and known[id] is None:
            known[id] = fix
            fixed.append(id)
    for start in range(0, len(fresh), CHUNK):
        Sighting.objects.bulk_create(fresh[start : start + CHUNK], ignore_conflicts=True)
    for start in range(0, len(fixed), CHUNK):
        rows = Sighting.objects.filter(pk__in=fixed[start : start + CHUNK], fix_seen_at=None)
        rows.update(fix_seen_at=source.fetched_at)


def _names_a_fix(advisory: feeds.Advisory) -> bool:
    return any(
        event.kind is feeds.EventKind.FIXED
        for affected in advisory.affected
        for events in affected.ranges
        for event in events
    )


# ── What is known of advisories ──────────────────────────────────────────────────────────────────────────


def _keep_advisories(
    rules: Rules,
    details: Mapping[str, feeds.Advisory],
    enrichment: Mapping[str, feeds.Enrichment],
    weights: Weights,
) -> None:
    """Write what is known of the advisories that name software of ours."""
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
                known=[_as_json(cve, signals) for cve, signals in zip(cves, known, strict=False)],
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


# ── What is weak ─────────────────────────────────────────────────────────────────────────────────────────


def _keep(found: Mapping[tuple[int, str], Weak], now: datetime, index: int) -> tuple[int, int]:
    """Write what is new and what changed; how many rows are new, and no longer said."""
    before = {(row.software_id, row.advisory_id): row for row in Weak.objects.iterator()}
    fixes = dict(
        Sighting.objects.filter(pk__in={key[1] for key in found if key not in before}).values_list(
            "pk", "fix_seen_at"
        )
        if len(found) < CHUNK
        else Sighting.objects.values_list("pk", "fix_seen_at")
    )
    new, changed, doubted = [], [], []
    for key, row in found.items():
        old = before.get(key)
        if old is None:
            row.since, row.since_index = now, index
            row.fix_seen_at = (fixes.get(key[1]) or now) if row.fixed else None
            new.append(row)
            continue
        if row.undecided and not old.undecided:
            doubted.append(old)  # the feed says less than before, which ends nothing
            continue
        # A fix that is no longer named was on offer all the same: the clock that it began runs on.
        row.fixed = row.fixed or old.fixed
        if row.fixed and old.fix_seen_at is None:
            old.fix_seen_at = now
        elif _same(old, row):
            continue
        old.undecided, old.fixed, old.why, old.unsaid_at = row.undecided, row.fixed, row.why, None
        changed.append(old)
    lost = [row for key, row in before.items() if key not in found] + doubted
    lost = [row for row in lost if row.unsaid_at is None]
    there = set(
        Installed.objects.filter(
            software__in={row.software_id for row in lost}, until_index=None
        ).values_list("software", flat=True)
        if len(lost) < CHUNK
        else Installed.objects.filter(until_index=None).values_list("software", flat=True).distinct()
    )
    unsaid = [row for row in lost if row.software_id in there]
    for row in unsaid:
        row.unsaid_at = now
    for start in range(0, len(new), CHUNK):
        Weak.objects.bulk_create(new[start : start + CHUNK])
    columns = ["undecided", "fixed", "why", "unsaid_at", "fix_seen_at"]
    for start in range(0, len(changed) + len(unsaid), CHUNK):
        with transaction.atomic():
            Weak.objects.bulk_update((changed + unsaid)[start : start + CHUNK], columns)
    return len(new), len(unsaid)


def _mark(looked_at: list[int], index: int) -> None:
    """Note which software this run held against the feeds, after all that it found was written."""
    for start in range(0, len(looked_at), CHUNK):
        part = Software.objects.filter(pk__in=looked_at[start : start + CHUNK])
        part.update(looked=index, first_looked=Coalesce(F("first_looked"), index))


def _same(old: Weak, new: Weak) -> bool:
    return old.unsaid_at is None and (old.undecided, old.fixed, old.why) == (
        new.undecided,
        new.fixed,
        new.why,
    )
