"""Taking alerts in: what tools tell, once each, in one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duecare.incidents.alerts.correlating import NAMELESS
from duecare.incidents.alerts.models import Alert
from duecare.incidents.alerts.reading import Told
from duecare.incidents.cases.acts import twice
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.systems.models import Host
from duecare.web.recorded import recorded

HOST = "systems.host"


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of alerts that were handed in."""

    taken: int
    known: int
    """How many had been told before; of those nothing was changed."""


def take_in(actor: str, told: Sequence[Told], now: datetime) -> Taken:
    """Keep alerts that are new by source and the tool's own id. It may name one of our hosts."""
    fresh = {(one.source, one.source_id): one for one in reversed(told)}  # of a double the first counts
    return twice(lambda: _take_in(actor, told, fresh, now))


def _take_in(actor: str, told: Sequence[Told], fresh: dict[tuple[str, str], Told], now: datetime) -> Taken:
    with recording(actor, recorded("take in %(count)s alerts", count=len(told))):
        known: set[tuple[str, str]] = set()
        for source in {one.source for one in told}:
            ids = [one.source_id for one in told if one.source == source]
            for start in range(0, len(ids), 500):
                rows = Alert.objects.filter(source=source, source_id__in=ids[start : start + 500])
                known.update((source, id) for id in rows.values_list("source_id", flat=True))
        made = [one for key, one in fresh.items() if key not in known]
        made.sort(key=lambda one: (one.happened_at, one.source, one.source_id))
        names = {one.about_name.casefold() for one in made if one.about_name and not one.about}
        hosts = _hosts(names - NAMELESS)
        Alert.objects.bulk_create([_row(one, hosts, actor, now) for one in made])
    return Taken(len(made), len(told) - len(made))


def _row(one: Told, hosts: dict[str, str], actor: str, now: datetime) -> Alert:
    return Alert(
        id=new_key(),
        source=one.source,
        source_id=one.source_id,
        rule=one.rule,
        level=one.level,
        about=one.about or hosts.get(one.about_name.casefold(), ""),
        about_name=one.about_name,
        account=one.account,
        signs=list(one.signs),
        techniques=list(one.techniques),
        words=one.words,
        happened_at=one.happened_at,
        taken_at=now,
        taken_by=actor,
    )


def _hosts(names: set[str]) -> dict[str, str]:
    """References of the hosts of these names, in small letters; none for a name that two of them have."""
    found: dict[str, list[str]] = {}
    if names:
        for name, key in Host.objects.filter(removed_at=None).values_list("name", "pk"):
            if name.casefold() in names:
                found.setdefault(name.casefold(), []).append(key)
    return {name: f"{HOST}:{keys[0]}" for name, keys in found.items() if len(keys) == 1}
