"""The source of subjects called "weak software": every host with what advisories say of its packages.

The facts are made from what the last matching found. They are as old as the host's report, and they are
unknown where that, or a feed, is older than the organisation allows; where packages were not read in full;
where no feed speaks of an ecosystem; and where software came since that has not been looked at yet. The
evidence named in the record is the report; the feeds' snapshots are in it as records of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from duecare.patching.ecosystems import SCHEMES, find_ecosystem
from duecare.patching.feeds.queries import STALE_AFTER
from duecare.patching.software.models import Installed, Reflected, Software
from duecare.patching.software.queries import is_there, seen_somewhere
from duecare.patching.weaknesses.checks import WEAK
from duecare.patching.weaknesses.models import Matching
from duecare.patching.weaknesses.queries import Open, clocks, last_matching
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

    unknown: tuple[str, ...]
    covered: frozenset[tuple[str, str]]
    ecosystems: frozenset[str]
    index: int


def common_of(matching: Matching, now: datetime) -> Common:
    """What the last matching rests on, as checks see it."""
    days: int = current_targets()[STALE_AFTER].value
    covered = frozenset((ecosystem, release) for ecosystem, release in matching.covered)
    return Common(
        tuple(_of_feeds(matching.feeds, now, days)),
        covered,
        frozenset(ecosystem for ecosystem, _release in covered),
        matching.index,
    )


def _of_feeds(feeds: list[dict[str, Any]], now: datetime, days: int) -> Iterator[str]:
    """Why what feeds say may not be all that is known today."""
    if not feeds:
        yield _("no feed of advisories was taken in")
    for one in feeds:
        told = {"feed": one["id"], "days": days}
        if one["by_hand"]:
            yield _("the feed %(feed)s was brought by hand, so how old it is cannot be told") % told
        elif now - datetime.fromisoformat(one["confirmed_at"]) > timedelta(days=days):
            yield _("the feed %(feed)s is older than %(days)s days") % told
        if one["faults"]:
            yield _("the feed %(feed)s has %(faults)s records that could not be read") % {
                **told,
                "faults": one["faults"],
            }


def _section(host: Host, common: Common, now: datetime) -> dict[str, Any]:
    """What a check needs to know of one host."""
    unknown = [*common.unknown]
    last = Reflected.objects.filter(host=host, counted=True).exclude(report=None).order_by("-index").first()
    if last is None or not last.system:
        unknown.append(_("its report does not tell all packages of the system"))
    there = Installed.objects.filter(is_there(), host=host)
    rows = there.order_by().values_list("software__ecosystem", "software__release", "software__looked")
    blind: Counter[str] = Counter()
    fresh = packages = 0
    for ecosystem, release, looked in rows:
        packages += 1
        fresh += looked != common.index
        place = find_ecosystem(ecosystem, release)
        if not spoken_of(*place, common):
            blind[" ".join(filter(None, place))] += 1
    unknown += [
        _("no feed speaks of %(where)s (%(count)s packages)") % {"where": where, "count": count}
        for where, count in sorted(blind.items())
    ]
    if fresh:
        unknown.append(_("%(count)s packages came since and were not looked at yet") % {"count": fresh})
    return {
        "state": "read",
        "problems": [],
        "packages": packages,
        "unknown": unknown,
        "items": [item_of(one) for one in clocks(there, now) if one.clock.open],
    }


def spoken_of(ecosystem: str, release: str, common: Common) -> bool:
    """Whether a feed speaks of an ecosystem and release, as `find_ecosystem` names them."""
    if ecosystem not in common.ecosystems:
        return False
    if ecosystem not in SCHEMES:
        return True
    return (ecosystem, release) in common.covered or (ecosystem, "") in common.covered


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
