"""The source of subjects called "weak software": every host with what advisories say of its packages.

The facts are made from what the last matching found. They are as old as the host's report, and they are
unknown where that is older than the organisation allows; where packages were not read in full; where no feed
that is fresh, whole and read in full speaks of an ecosystem (`known.py`); and where software came since that
has not been looked at yet. The evidence named in the record is the report; the feeds' snapshots are in it as
records of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.patching.ecosystems import find_ecosystem
from duecare.patching.feeds.queries import STALE_AFTER, dropped_now
from duecare.patching.software.models import Installed, Reflected, Software
from duecare.patching.software.queries import is_there, seen_somewhere
from duecare.patching.weaknesses import known
from duecare.patching.weaknesses.checks import WEAK
from duecare.patching.weaknesses.models import AdvisoryName, Matching
from duecare.patching.weaknesses.queries import Open, clocks, last_matching
from duecare.patching.weaknesses.urgency import Urgency
from duecare.program.judgement import Facts, Grade
from duecare.program.queries import current_targets
from duecare.program.subjects import Subject, register_source
from duecare.systems.hosts import HOST
from duecare.systems.models import NEWEST, Host, Report


def weak_software(now: datetime) -> Iterator[Subject]:
    """Every host that was not removed, with the weaknesses of its software."""
    matching = last_matching()
    newest = {
        row[0]: row[1:]
        for row in Report.objects.filter(newest__in=NEWEST).values_list(
            "host_id", "report", "grade", "collected_at", "live"
        )
    }
    common = None if matching is None else common_of(matching, now)
    for host in Host.objects.filter(removed_at=None).order_by("name", "id"):
        reference = f"{HOST}:{host.pk}"
        if host.pk not in newest:
            yield Subject(reference, host.name, Grade.OWN, None, _("it has never reported"))
            continue
        digest, grade, collected_at, live = newest[host.pk]
        if matching is None or common is None:
            why = _("its software was never held against advisories: no feed was taken in")
            yield Subject(reference, host.name, Grade(grade), None, why, digest)
            continue
        facts = Facts(now, collected_at, {"weaknesses": _section(host, common, now)}, live)
        yield Subject(reference, host.name, Grade(grade), facts, evidence=digest)


@dataclass(frozen=True, slots=True)
class Common:
    """What holds for every host and product."""

    index: int
    known: known.Known
    rated: dict[str, tuple[str, ...]]
    """Why how grave advisories are may not be known, by what: an advisory's id, or empty for all of them."""


def common_of(matching: Matching, now: datetime) -> Common:
    """What the last matching rests on, as checks see it."""
    days: int = current_targets()[STALE_AFTER].value
    off = set(dropped_now().values_list("feed__feed", flat=True))
    feeds = [one for one in matching.feeds if one["id"] not in off]
    about = known.Known.of(feeds, now, days)
    return Common(matching.index, about, _ratings(about))


def _ratings(about: known.Known) -> dict[str, tuple[str, ...]]:
    """Why ratings may be others than are known, told by the advisories that they are about."""
    reasons = about.unrated()
    cves = [cve for cve in reasons if cve]
    of_cve: dict[str, list[str]] = {}
    for name, advisory in AdvisoryName.objects.filter(name__in=cves).values_list("name", "advisory"):
        of_cve.setdefault(name, []).append(advisory)
    found: dict[str, tuple[str, ...]] = {}
    for cve, why in reasons.items():
        for advisory in of_cve.get(cve, ()) if cve else ("",):
            found[advisory] = tuple(dict.fromkeys((*found.get(advisory, ()), *why)))
    return found


def _section(host: Host, common: Common, now: datetime) -> dict[str, Any]:
    """What a check needs to know of one host."""
    unknown = []
    last = Reflected.objects.filter(host=host, counted=True).exclude(report=None).order_by("-index").first()
    if last is None or not last.system:
        unknown.append(_("its report does not tell all packages of the system"))
    there = Installed.objects.filter(is_there(), host=host)
    rows = there.order_by().values_list("software__ecosystem", "software__release", "software__looked")
    counted: Counter[tuple[str, str]] = Counter()
    new = packages = 0
    for ecosystem, release, looked in rows:
        packages += 1
        new += looked != common.index
        counted[find_ecosystem(ecosystem, release)] += 1
    unknown += uncovered(counted, common.known)
    if new:
        unknown.append(came_since(new))
    items = [item_of(one) for one in clocks(there, now) if one.clock.open]
    unknown += unrated(items, common.rated)
    return {"state": "read", "problems": [], "packages": packages, "unknown": unknown, "items": items}


def uncovered(counted: Counter[tuple[str, str]], about: known.Known) -> list[str]:
    """Why what feeds say of a host's software may not be all that is known of it today."""
    reasons = []
    for place, count in sorted(counted.items()):
        why = about.of_place(*place)
        where = {"where": " ".join(filter(None, place)), "count": count}
        if why is None:
            words = ngettext(
                "no feed speaks of %(where)s (%(count)s package)",
                "no feed speaks of %(where)s (%(count)s packages)",
                count,
            )
            reasons.append(words % where)
        elif why:
            words = ngettext(
                "%(where)s (%(count)s package): %(why)s", "%(where)s (%(count)s packages): %(why)s", count
            )
            reasons.append(words % {**where, "why": "; ".join(why)})
    return reasons


def unrated(items: list[dict[str, Any]], rated: dict[str, tuple[str, ...]]) -> list[str]:
    """Why a weakness may be of another class: only of those that could be graver than is known."""
    found: Counter[str] = Counter()
    for one in items:
        if one["days"] is None or one["undecided"] or one["urgency"] == Urgency.EXPLOITED:
            continue  # nothing could be installed; it is told by itself; or it is the gravest already
        found.update((*rated.get("", ()), *rated.get(one["advisory"], ())))
    reasons = []
    for why, count in sorted(found.items()):
        words = ngettext(
            "%(count)s weakness may be graver than is known: %(why)s",
            "%(count)s weaknesses may be graver than is known: %(why)s",
            count,
        )
        reasons.append(words % {"count": count, "why": why})
    return reasons


def came_since(count: int) -> str:
    """That so much software was not held against the feeds yet."""
    words = ngettext(
        "%(count)s package came since and was not looked at yet",
        "%(count)s packages came since and were not looked at yet",
        count,
    )
    return words % {"count": count}


def item_of(one: Open) -> dict[str, Any]:
    """A weakness as checks see it."""
    of = one.clock.of
    began = one.clock.began_at
    return {
        "package": of.package,
        "version": one.version,
        "advisory": of.advisory,
        "urgency": of.urgency.value,
        "fixed": one.fixed,
        "days": one.clock.days,
        "began_at": began and began.isoformat(),
        "undecided": one.undecided,
        "why": one.why,
    }


def unseen() -> bool:
    """Whether any software is on a host or in a product that the last matching did not look at."""
    matching = last_matching()
    if matching is None:
        return True
    other = Software.objects.filter(Q(looked=None) | ~Q(looked=matching.index))
    return other.filter(seen_somewhere()).exists()


register_source(WEAK, weak_software)
