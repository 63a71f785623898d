"""What a host is exposed to, told to a person, with what its own report says against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from django.utils.translation import gettext as _

from duecare.ledger.naming import PERSON, actor_words
from duecare.ledger.viewers import Viewer
from duecare.program.models import DataSet, Person
from duecare.program.task_queries import holding_people, today_at
from duecare.systems.evidence import few
from duecare.systems.exposure import counts, cutoff, exposure_of
from duecare.systems.exposure_models import Exposure
from duecare.systems.fleet import moment
from duecare.systems.listening import port_name
from duecare.systems.models import Host
from duecare.web.known import told


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer."""

    words: str
    said_at: datetime | None
    stale: bool
    """Whether it was said too long ago to count."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one host."""

    said: Exposure | None
    internet: Answered
    data: Answered
    data_sets: tuple[str, ...]
    """Names of those that the viewer may see."""
    more_sets: int
    """How many others there are."""
    responsible: str
    said_by: str
    against: str
    """What the host's newest report says against the answer; empty if nothing."""


def tell_exposure(host: Host, report: Mapping[str, Any] | None, viewer: Viewer) -> Told:
    """What was said of a host; `report` is its newest one, whole."""
    said = exposure_of(host)
    since = cutoff()
    if said is None:
        never = Answered(told(None), None, False)
        return Told(None, never, never, (), 0, "", "", "")
    named = DataSet.objects.all().visible_to(viewer).filter(pk__in=said.data_sets)
    names = tuple(named.order_by("name", "id").values_list("name", flat=True)) if said.data_sets else ()
    internet = _answered(said.internet, said.internet_at, since)
    against = public_services(report) if said.internet is False and not internet.stale else ()
    return Told(
        said,
        internet,
        _answered(said.holds_data, said.data_at, since),
        names,
        len(said.data_sets) - len(names),
        name_of_responsible(said.responsible, may_sign_in(said.responsible)),
        _who(said.said_by, viewer),
        few(against),
    )


def may_sign_in(person: Person | None) -> bool:
    """Whether somebody holds a right with which they can do what they answer for, on the day in view."""
    return person is not None and holding_people(today_at(moment())).filter(pk=person.pk).exists()


def name_of_responsible(person: Person | None, holds: bool) -> str:
    """Their name, and that they can do nothing any more if they hold no right; empty for nobody."""
    if person is None:
        return ""
    return person.name if holds else _("%s (may no longer sign in)") % person.name


def _who(actor: str, viewer: Viewer) -> str:
    people = Person.objects.all().visible_to(viewer).filter(pk=actor.removeprefix(PERSON))
    return actor_words(actor, people.values_list("name", flat=True).first())


def _answered(answer: bool | None, at: datetime | None, since: datetime) -> Answered:
    stale = answer is not None and not counts(at, since)
    return Answered(told(answer), at, stale)


def public_services(report: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What listens on an address of the public internet itself, by a report: "port 443/tcp at 192.0.2.7".

    A service that listens on every address says nothing here: the report does not tell which ones the host
    has. A firewall on the way may keep off what is named, so this is a hint and no proof.
    """
    section = (report or {}).get("facts", {}).get("sockets")
    if not section or section["state"] not in ("read", "partial"):
        return ()
    found = {
        _("%(port)s at %(address)s") % {"port": port_name(one), "address": one["address"]}
        for one in section["items"] or ()
        if _is_public(one["address"])
    }
    return tuple(sorted(found))


def _is_public(address: str) -> bool:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_global and not found.is_multicast
