"""What people and jobs do with names: add one, change it, look at it, remove it.

A look goes out to the network before its act begins, so that no lock is held meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.judgement import Grade
from duecare.program.outgoing import Outgoing, way_out
from duecare.systems.models import Look, Name, NameKind
from duecare.systems.names.interface import FORMAT, Ask, Section, host_name, selector, unreadable
from duecare.systems.names.mail import look_at_mail
from duecare.systems.names.resolving import ask_name_servers
from duecare.systems.names.tls import look_at_tls
from duecare.web.recorded import in_the_records_language, recorded

MOST_SELECTORS = 10


@dataclass(frozen=True, slots=True)
class Eyes:
    """What a look is taken with."""

    out: Outgoing = field(default_factory=way_out)
    name_servers: Callable[[], Ask] = ask_name_servers
    tls: Callable[[str, int, Outgoing], dict[str, Section]] = look_at_tls


def add_name(
    actor: str,
    kind: NameKind,
    name: str,
    now: datetime,
    *,
    port: int | None = None,
    selectors: Sequence[str] = (),
    daily: bool = False,
) -> Name:
    """Say that a host name or mail domain is ours. Nothing is looked at yet.

    Raises BadInput for what is no name, Refused if it is listed already.
    """
    name = host_name(name)
    if kind is NameKind.TLS and (port is None or not 1 <= port <= 65535):
        raise BadInput(
            _("%(name)s: expected a port from 1 to 65535, got %(port)s.") % {"name": name, "port": port},
            _("For a website it is 443."),
        )
    if kind is NameKind.MAIL and "." not in name:
        raise BadInput(
            _("%(name)s is not a mail domain.") % {"name": repr(name)},
            _("Write what follows the @, such as example.org."),
        )
    added = Name(
        id=new_key(),
        name=name,
        kind=kind.value,
        port=port if kind is NameKind.TLS else None,
        selectors=_selectors(selectors) if kind is NameKind.MAIL else [],
        daily=daily,
        added_at=now,
    )
    with recording(actor, recorded("name %(name)s as ours", name=added)):
        if Name.objects.filter(kind=added.kind, name=name, port=added.port, removed_at=None).exists():
            raise Refused(
                _("%(added)s is listed already.") % {"added": added}, _("Look in the list of names.")
            )
        added.save(force_insert=True)
    return added


def change_name(name: Name, actor: str, *, daily: bool, selectors: Sequence[str] = ()) -> None:
    """Say whether a name is looked at daily and, of a domain, which DKIM selectors it has.

    Raises BadInput for what is no selector, Refused if the name was removed.
    """
    found = _selectors(selectors) if name.kind == NameKind.MAIL else []
    with recording(actor, recorded("change how %(name)s is looked at", name=name)):
        current = _demand_listed(name)
        current.daily, current.selectors = daily, found
        current.save()


def remove_name(name: Name, actor: str, reason: str, now: datetime) -> None:
    """Take a name out of what is looked at; its past stays.

    Raises BadInput without a reason, Refused if it was removed before.
    """
    if not reason.strip():
        raise BadInput(_("A name is not removed without a reason."), _("Say what became of it."))
    with recording(actor, recorded("remove the name %(name)s", name=name)):
        current = _demand_listed(name)
        current.removed_at, current.removed_because = now, reason.strip()
        current.save()


def look_at(name: Name, actor: str, now: datetime, eyes: Eyes | None = None) -> Look:
    """Look at a name, and record what was seen or why nothing was. It takes up to half a minute.

    Raises Refused if the name was removed.
    """
    if name.removed_at is not None:
        raise _removed(name)
    with in_the_records_language():
        facts = _see(name, eyes or Eyes())
    digest = blobs.keep(_written(name, facts, now))
    with recording(actor, recorded("look at %(name)s", name=name), valid_at=now):
        current = _demand_listed(name)
        before = current.looks.filter(newest=True).first()
        newest = before is None or now > before.looked_at
        if newest and before is not None:
            before.newest = False
            before.save()
        return Look.objects.create(
            name=current,
            looked_at=now,
            grade=Grade.OWN.value,
            unreadable=sum(section["state"] in ("unreadable", "partial") for section in facts.values()),
            fault=_fault(facts),
            expires_at=_expires(facts),
            newest=newest,
            look=digest,
        )


def look_at_daily_names(actor: str, clock: Callable[[], datetime], eyes: Eyes | None = None) -> int:
    """Look at each name for which that was asked daily; how many there were. One that fails stops none."""
    looked = 0
    for name in Name.objects.filter(daily=True, removed_at=None).order_by("name", "id"):
        try:
            look_at(name, actor, clock(), eyes)
        except Refused:  # removed meanwhile
            continue
        looked += 1
    return looked


def _see(name: Name, eyes: Eyes) -> dict[str, Section]:
    if name.kind == NameKind.TLS:
        return eyes.tls(name.name, name.port or 0, eyes.out)
    try:
        ask = eyes.name_servers()
    except DuecareError as error:
        return dict.fromkeys(("spf", "dmarc", "dkim"), unreadable(name.name, error.what))
    return look_at_mail(name.name, name.selectors, ask)


def _written(name: Name, facts: dict[str, Section], now: datetime) -> bytes:
    told: dict[str, Any] = {
        "format": FORMAT,
        "kind": name.kind,
        "name": name.name,
        "port": name.port,
        "looked_at": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
        "facts": facts,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def _fault(facts: dict[str, Section]) -> str:
    """Why nothing was seen: what stood in the way of the first section; empty if one was read."""
    if any(section["state"] in ("read", "partial") for section in facts.values()):
        return ""
    return next(
        (str(section["problems"][0]["reason"]) for section in facts.values() if section["problems"]), ""
    )


def _expires(facts: dict[str, Section]) -> datetime | None:
    ends = facts.get("certificate", {}).get("not_after")
    return datetime.fromisoformat(ends) if ends else None


def _selectors(texts: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(map(selector, texts)))
    if len(found) > MOST_SELECTORS:
        raise BadInput(
            _("Expected at most %(most_selectors)s DKIM selectors, got %(count)s.")
            % {"most_selectors": MOST_SELECTORS, "count": len(found)},
            _("Name those in use."),
        )
    return found


def _demand_listed(name: Name) -> Name:
    """The name as it is now, locked. Raises NotFound or Refused if it is gone or was removed."""
    current = Name.objects.select_for_update().filter(pk=name.pk).first()
    if current is None:
        raise NotFound(_("There is no such name."), _("Look in the list of names."))
    if current.removed_at is not None:
        raise _removed(current)
    return current


def _removed(name: Name) -> Refused:
    return Refused(
        _("%(name)s was removed on %(removed_at)s: %(removed_because)s")
        % {
            "name": name,
            "removed_at": format(name.removed_at, "%Y-%m-%d"),
            "removed_because": name.removed_because,
        },
        _("Add it again if it is still yours."),
    )
