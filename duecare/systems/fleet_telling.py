"""How one host reports, told to a person: its key, what speaks against it, and since when it is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from duecare.ledger.viewers import Viewer
from duecare.program.outcomes import in_words
from duecare.program.queries import current_targets
from duecare.program.statement_queries import names_of
from duecare.systems.envelopes import fingerprint_of
from duecare.systems.fleet_models import DoubtKind, HostKey, KeyDoubt
from duecare.systems.models import Host, Report
from duecare.systems.pull_models import PulledHost
from duecare.words import number


@dataclass(frozen=True, slots=True)
class DoubtTold:
    """Something that speaks against a key."""

    words: str
    told: str
    seen_at: datetime
    address: str


@dataclass(frozen=True, slots=True)
class KeyTold:
    """The newest key of a host."""

    fingerprint: str
    since: datetime
    approved_by: str
    enrolment: str
    ended_at: datetime | None
    ended_because: str
    doubts: tuple[DoubtTold, ...]
    """Of a key that still counts."""


def tell_key(host: Host, viewer: Viewer) -> KeyTold | None:
    """None for a host that never had one."""
    keys = HostKey.objects.all().visible_to(viewer).filter(host=host).select_related("enrolment")
    key = keys.order_by("-since", "-id").first()
    if key is None:
        return None
    by = key.enrolment.decided_by
    doubts = KeyDoubt.objects.all().visible_to(viewer).filter(key=key).order_by("seen_at")
    return KeyTold(
        fingerprint_of(key.public_key),
        key.since,
        names_of({by}, viewer)[by],
        key.enrolment_id,
        key.ended_at,
        key.ended_because,
        ()
        if key.ended_at
        else tuple(
            DoubtTold(str(DoubtKind(one.kind).label), one.told, one.seen_at, one.address) for one in doubts
        ),
    )


def tell_connections(host: Host, viewer: Viewer) -> list[PulledHost]:
    """The connections in force over which reports of a host are fetched."""
    found = PulledHost.objects.all().visible_to(viewer).filter(host=host, ended_at=None)
    return list(found.order_by("name", "id"))


def tell_silence(host: Host, newest: Report | None, now: datetime) -> str:
    """For how long a host has been silent, in words; empty for one that reports, or was removed."""
    age = now - (host.first_seen_at if newest is None else newest.collected_at)
    most = current_targets()["report_days"].value
    if host.removed_at is not None or age < timedelta(days=most + 1):
        return ""
    words = (
        _("It has never reported, and is known for %(age)s; at most %(most)s days are expected.")
        if newest is None
        else _("Its last report is %(age)s old; at most %(most)s days are expected. Much may have changed.")
    )
    return words % {"age": in_words(age), "most": number(most)}
