"""What this server knows of how each host reports: the source of subjects "known hosts", and who is silent.

A host whose newest report is older than the organisation's target, or that never reported within it, is
silent: it stopped reporting, and nothing that was seen of it counts for today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from duecare.ledger import asof
from duecare.ledger.once import once
from duecare.ledger.records import utc_now
from duecare.program.judgement import Facts, Grade
from duecare.program.queries import current_targets
from duecare.program.reach import register_count, register_silent
from duecare.program.subjects import Subject, register_source
from duecare.systems.fleet_checks import KNOWN_HOSTS, REPORTING
from duecare.systems.fleet_models import HostKey, KeyDoubt
from duecare.systems.hosts import HOST
from duecare.systems.models import NEWEST, Host, Report
from duecare.systems.pull_models import PulledHost

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Any day may be viewed, also one from which nothing can be counted back."""


def moment() -> datetime:
    """Now, or the moment that is viewed, for filters of lists, which are not told."""
    view = asof.current()
    return utc_now() if view is None else view.instant


def cutoff() -> datetime:
    """Who reported before this moment last, and was known by then, is silent; of the day that is viewed."""
    days = current_targets()["report_days"].value + 1
    return max(moment(), _EPOCH) - timedelta(days=days)


def silent(before: datetime, reported: str = "reported") -> Q:
    """Hosts that are silent, of a queryset that has the time of their newest report as `reported`."""
    return Q(removed_at=None) & (
        Q(**{f"{reported}__lte": before}) | Q(**{reported: None}, first_seen_at__lte=before)
    )


def figures() -> tuple[int, int]:
    """How many hosts are known, and how many of them have stopped reporting."""
    return once("figures of hosts", _figures)


def _figures() -> tuple[int, int]:
    """In one statement, since every page asks; and none of its parts looks at every host's reports.

    What is old lies together in an index, and of a host that never reported no system is known.
    """
    before = cutoff()
    known = Host.objects.filter(removed_at=None)
    old = Report.objects.filter(newest__in=NEWEST, collected_at__lte=before, host__removed_at=None)
    mute = known.filter(system="", first_seen_at__lte=before)
    never = mute.filter(~Exists(Report.objects.filter(host=OuterRef("pk"))))
    parts: tuple[QuerySet[Any], ...] = (known, old, never)
    first, *others = (
        rows.order_by().values(part=Value(part)).annotate(number=Count("pk")).values_list("part", "number")
        for part, rows in enumerate(parts)
    )
    found = dict(first.union(*others, all=True))
    return found.get(0, 0), found.get(1, 0) + found.get(2, 0)


def known_hosts(now: datetime) -> Iterator[Subject]:
    """Every host that was not removed, with how it reports."""
    newest = Report.objects.filter(newest__in=NEWEST).values_list("host_id", "collected_at")
    reported = dict(newest)
    doubts: dict[str, list[Mapping[str, str]]] = {}
    for host, kind, told in KeyDoubt.objects.filter(key__ended_at=None).values_list(
        "key__host_id", "kind", "told"
    ):
        doubts.setdefault(host, []).append({"kind": kind, "told": told})
    pulled: dict[str, list[Mapping[str, str]]] = {}
    for host, name, told in PulledHost.objects.filter(ended_at=None).values_list("host_id", "name", "doubt"):
        pulled.setdefault(host, []).append({"name": name, "told": told})
    enrolled = set(HostKey.objects.filter(ended_at=None).values_list("host_id", flat=True))
    hosts = Host.objects.filter(removed_at=None).order_by("name", "id")
    for key, name, since in hosts.values_list("id", "name", "first_seen_at"):
        ways = _Ways(key in enrolled, doubts.get(key, ()), pulled.get(key, ()))
        yield _subject(key, name, since, reported.get(key), ways, now)


def known_host(host: Host, now: datetime) -> Subject:
    """The same of one host."""
    newest = Report.objects.filter(host=host, newest__in=NEWEST).first()
    doubts = KeyDoubt.objects.filter(key__host=host, key__ended_at=None)
    return _subject(
        host.pk,
        host.name,
        host.first_seen_at,
        None if newest is None else newest.collected_at,
        _Ways(
            HostKey.objects.filter(host=host, ended_at=None).exists(),
            [{"kind": one.kind, "told": one.told} for one in doubts],
            [{"name": one.name, "told": one.doubt} for one in host.pulled.filter(ended_at=None)],
        ),
        now,
    )


@dataclass(frozen=True, slots=True)
class _Ways:
    """How reports of a host come, and what speaks against each."""

    enrolled: bool
    doubts: Sequence[Mapping[str, str]]
    pulled: Sequence[Mapping[str, str]]


def _subject(
    key: str,
    name: str,
    since: datetime,
    reported: datetime | None,
    ways: _Ways,
    now: datetime,
) -> Subject:
    section: dict[str, Any] = {
        "state": "read",
        "problems": [],
        "source": "",
        "last_at": None if reported is None else reported.isoformat(),
        "known_since": since.isoformat(),
        "enrolled": ways.enrolled,
        "doubts": ways.doubts,
        "pulled": ways.pulled,
    }
    return Subject(f"{HOST}:{key}", name, Grade.OWN, Facts(now, now, {REPORTING: section}))


register_source(KNOWN_HOSTS, known_hosts)
register_count(lambda: figures()[0])
register_silent(lambda: figures()[1])
