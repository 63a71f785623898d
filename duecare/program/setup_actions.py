"""What the people who set Duecare up decide: each is one act."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program import backup_place
from duecare.program.models import Keeper, Person, Profile, Setup
from duecare.program.queries import PROFILE
from duecare.program.services import Service
from duecare.program.setup_queries import SETUP

HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*")
"""An exact host name, as `duecare.toml` takes it."""
HERE = "localhost"
PROXIES = 8
"""Addresses of proxies that may be named."""
LONGEST = 200


def say_services(actor: str, services: Iterable[str], other: str) -> Setup:
    """Say which systems are in use. Raises BadInput for nothing at all, for none beside others, or an unknown
    one."""
    given = set(services)
    if unknown := sorted(given - set(Service)):
        raise BadInput(_("There is no kind of system “%s”.") % unknown[0][:40], _("Choose from the list."))
    chosen = [one.value for one in Service if one in given]
    if not chosen and not other.strip():
        raise BadInput(_("Nothing was chosen."), _("Choose what you use, or “none of these”."))
    if Service.NONE in chosen and (len(chosen) > 1 or other.strip()):
        raise BadInput(
            _("“None of these” cannot stand beside others."), _("Take it away, or choose it alone.")
        )
    return _arrange(actor, "say which systems are in use", services=chosen, other_services=other.strip())


def approve_alone(actor: str, alone: bool) -> Setup:
    """Say openly that one person approves alone for now, or that this is over."""
    reason = "approve alone for now" if alone else "approve no longer alone"
    return _arrange(actor, reason, alone=alone)


def name_backup_place(actor: str, path: str, home: Path, now: datetime) -> tuple[Setup, backup_place.Tried]:
    """Name the directory for Duecare's own backups, once a file could be written, read and removed there.

    Raises BadInput with what stood in the way; then nothing is named.
    """
    tried = backup_place.attempt(path, home)
    values = {"backup_place": tried.place, "backup_tried_at": now}
    values |= {"backup_apart": tried.apart, "backup_system": tried.system}
    return _arrange(actor, "name the place for backups, after trying it", **values), tried


def say_address(actor: str, host: str, proxies: Iterable[str]) -> Setup:
    """Say under which name people are to reach Duecare, and what takes the encrypted connections.

    Raises BadInput naming what cannot be used.
    """
    host = host.strip().lower()
    if not HOST.fullmatch(host) or len(host) > 253:
        raise BadInput(
            _("“%s” is not a host name.") % host[:60],
            _("Write it without https://, port or path, such as duecare.clinic.example."),
        )
    if host != HERE and _is_address(host):
        raise BadInput(
            _("“%s” is an address, not a name.") % host,
            _("Give the server a name: certificates and passkeys need one."),
        )
    found = list(dict.fromkeys(one.strip() for one in proxies if one.strip()))
    for one in found:
        if not _is_address(one):
            raise BadInput(
                _("“%s” is not an address.") % one[:60], _("Write it as 127.0.0.1 or 10.0.0.5, one a line.")
            )
    if len(found) > PROXIES:
        raise BadInput(_("More than %s proxies were named.") % PROXIES, _("Name those in front of Duecare."))
    return _arrange(actor, "say under which address Duecare is reached", host=host, proxies=found)


def add_keeper(
    actor: str, now: datetime, *, name: str, organisation: str, address: str, outside: bool
) -> Keeper:
    """Name somebody who keeps checkpoints. Raises BadInput naming what cannot be used."""
    name, organisation, address = name.strip(), organisation.strip(), address.strip().lower()
    if not 0 < len(name) <= LONGEST or len(organisation) > LONGEST:
        raise BadInput(
            _("A keeper needs a name of at most %s characters.") % LONGEST, _("Write it as they would sign.")
        )
    try:
        validate_email(address)
    except ValidationError:
        raise BadInput(
            _("“%s” is not an e-mail address.") % address[:60], _("Write it as name@firm.example.")
        ) from None
    with recording(actor, "name somebody who keeps checkpoints"):
        if Keeper.objects.filter(address=address, ended_at=None).exists():
            raise BadInput(
                _("%s keeps checkpoints already.") % address, _("Name somebody else, or leave it at that.")
            )
        person = Person(id=new_key(), name=name)
        person.save(force_insert=True)
        keeper: Keeper = Keeper.objects.create(
            id=new_key(),
            person=person,
            organisation=organisation,
            address=address,
            outside=outside,
            made_by=actor,
            made_at=now,
        )
    return keeper


def end_keeper(actor: str, key: str, now: datetime) -> None:
    """Somebody keeps checkpoints no longer. Raises NotFound if nobody with that key does."""
    with recording(actor, "somebody keeps checkpoints no longer"):
        keeper = Keeper.objects.filter(pk=key, ended_at=None).first()
        if keeper is None:
            raise NotFound(_("Nobody like that keeps checkpoints."), _("Go back to the set-up."))
        keeper.ended_at = now
        keeper.save()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def locked_setup() -> Setup:
    """What was arranged, within an act that changes it: others who would change it wait for its end."""
    # The profile is there from the claim on; the row itself may still be missing, and could not be locked.
    list(Profile.objects.select_for_update().filter(pk=PROFILE))
    return Setup.objects.filter(pk=SETUP).first() or Setup(id=SETUP)


def _arrange(actor: str, reason: str, **values: Any) -> Setup:
    with recording(actor, reason):
        arranged = locked_setup()
        for name, value in values.items():
            setattr(arranged, name, value)
        arranged.save()
    return arranged
