"""What is known of what hosts are exposed to, on the day that is viewed: what was said and has not grown old.

Networks change and data are copied. What was said longer ago than the organisation's target counts as not
known, and pages show it as stale.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from duecare.ledger.changing import last_changes
from duecare.ledger.viewers import Viewer
from duecare.program.models import DataSet
from duecare.program.owners import register_owners
from duecare.program.queries import current_targets
from duecare.program.task_queries import holding_people, today_at
from duecare.systems.exposure_models import Exposure
from duecare.systems.fleet import moment
from duecare.systems.hosts import HOST
from duecare.systems.models import Host

COUNTS_FOR = "exposure_days"
"""The target after which what was said no longer counts."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """What counts of one host today; None is not known."""

    internet: bool | None = None
    holds_data: bool | None = None


NOTHING = Known()


def cutoff() -> datetime:
    """What was said at this moment or before no longer counts on the day that is viewed."""
    days = current_targets()[COUNTS_FOR].value
    return max(moment(), _EPOCH + timedelta(days=days)) - timedelta(days=days)


def exposure_of(host: Host) -> Exposure | None:
    """What was said of a host; None if nothing was. A query, unless the host was read together with it."""
    found: Exposure | None = getattr(host, "exposure", None)
    return found


def counts(said_at: datetime | None, since: datetime) -> bool:
    """Whether an answer of that moment still counts."""
    return said_at is not None and said_at > since


def known_of(said: Exposure | None, since: datetime) -> Known:
    """What counts of what was said."""
    if said is None:
        return NOTHING
    return Known(
        said.internet if counts(said.internet_at, since) else None,
        said.holds_data if counts(said.data_at, since) else None,
    )


def known(hosts: Iterable[str]) -> dict[str, Known]:
    """What counts of each of these hosts of which anything was ever said, by key; one query."""
    since = cutoff()
    return {said.host_id: known_of(said, since) for said in Exposure.objects.filter(host__in=list(hosts))}


def answered(field: str, value: str, since: datetime) -> Q:
    """Hosts of which an answer (`internet`, `data`) is `yes`, `no`, `unknown`, or `stale`: unknown by age."""
    answer = "exposure__internet" if field == "internet" else "exposure__holds_data"
    at = f"exposure__{field}_at"
    fresh, said = Q(**{f"{at}__gt": since}), Q(**{f"{answer}__isnull": False})
    if value == "stale":
        return said & Q(**{f"{at}__lte": since})
    if value == "unknown":
        return Q(exposure=None) | ~said | Q(**{f"{at}__lte": since})
    return fresh & Q(**{answer: value == "yes"})


def holding(name: str, viewer: Viewer) -> Q:
    """Hosts that are said to hold a data set of which the name contains this, of those that one may see."""
    named = DataSet.objects.all().visible_to(viewer).filter(name__icontains=name)
    wanted = set(named.values_list("pk", flat=True))
    rows = Exposure.objects.filter(holds_data=True).values_list("host_id", "data_sets")
    return Q(pk__in=[host for host, kept in rows if wanted.intersection(kept)])


def responsible(now: datetime) -> dict[str, str]:
    """Key of who is responsible for each host that is not removed, if they hold a right today; by host."""
    holding_now = holding_people(today_at(now))
    rows = Exposure.objects.filter(responsible__in=holding_now, host__removed_at=None)
    return dict(rows.values_list("host_id", "responsible_id"))


def responsible_since(hosts: Iterable[str]) -> dict[str, int]:
    """By the key of each of these hosts: the entry that said who is responsible, or that nobody is now."""
    said = dict(Exposure.objects.filter(host__in=list(hosts)).values_list("pk", "host_id"))
    return {said[key]: change.index for key, change in last_changes(Exposure, said, "responsible_id").items()}


register_owners(HOST, responsible, responsible_since)
