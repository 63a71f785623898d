"""What people do with patch runs: say how a host is reached, draft an order, ask for it, withdraw it.

Approving is in `program/approval_actions.py`; carrying out is the deployer's, which believes none of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.patching.runs.choosing import Chosen, Which, choose
from duecare.patching.runs.models import HostReach, PatchAsk, PatchRun
from duecare.patching.runs.orders import (
    LONGEST,
    MOST_HOSTS,
    MOST_LEFT_OUT,
    Order,
    Stop,
    in_rings,
    write_order,
)
from duecare.patching.runs.queries import candidates, reference
from duecare.patching.runs.windows import Window
from duecare.program import signing
from duecare.program.approval_actions import Signed, check_signature
from duecare.program.approval_queries import version_of
from duecare.reaching.addresses import is_address, is_fingerprint
from duecare.systems.models import Host
from duecare.web.recorded import in_the_records_language, recorded

ASKED = "asked"
"""The word that whoever asks signs, where whoever decides signs `approved` or `refused`."""
REASON = 150
"""Characters of the reason for a withdrawal."""

NAMED = 5
"""Hosts that a refusal names."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A patch run as somebody wants it."""

    title: str
    hosts: Sequence[str]
    """Their keys."""
    which: Which
    names: frozenset[str]
    """Of packages, for `Which.NAMED`."""
    window: Window
    first_ring: int
    second_ring: int
    """How many hosts have their turn before all others."""
    rest_minutes: int
    stop: Stop
    reboot: bool


def say_how_reached(
    viewer: Viewer, host: Host, address: str, port: int, host_key: str, now: datetime
) -> HostReach:
    """Note how the deployer reaches a host. Raises BadInput for what is no address, port or fingerprint."""
    if not is_address(address):
        raise BadInput(
            _("%s is no host name and no IP address.") % repr(address),
            _("Write it as web-1.clinic.example or 192.0.2.7."),
            "address",
        )
    if not 1 <= port <= 65535:
        raise BadInput(_("Expected a port from 1 to 65535."), _("SSH usually listens on 22."), "port")
    if not is_fingerprint(host_key):
        raise BadInput(
            _("That is no fingerprint of a host key."),
            _("Copy SHA256: and the 43 characters after it, as “ssh-keygen -l” prints them on the host."),
            "host_key",
        )
    with recording(viewer.actor, recorded("say how %(name)s is reached", name=host.name)):
        found = HostReach.objects.select_for_update().filter(host=host).first()
        made = found or HostReach(id=new_key(), host=host)
        made.address, made.port, made.host_key = address, port, host_key
        made.said_by, made.said_at = viewer.actor, now
        made.save(force_insert=found is None)
    return made


def draft_run(viewer: Viewer, draft: Draft, now: datetime) -> PatchRun:
    """Draw up an order of what waits on these hosts at this moment. Nothing is installed by it.

    Raises BadInput if nothing would be left to install, if a host is not there, or naming what is wrong.
    """
    if len(draft.hosts) > MOST_HOSTS:
        raise BadInput(
            _("More than %s hosts were chosen.") % MOST_HOSTS, _("Make several patch runs."), "hosts"
        )
    there = candidates(draft.hosts, viewer)
    if lost := sorted(set(draft.hosts) - {one.key for one in there}):
        named = ", ".join(lost[:NAMED]) + (", …" if len(lost) > NAMED else "")
        raise BadInput(
            _("Hosts that are not there, or were removed: %s.") % named,
            _("Leave them out, or look for them in the list of hosts."),
            "hosts",
        )
    with in_the_records_language():
        chosen = choose(there, draft.which, draft.names, now)
    if not chosen.hosts:
        why = "; ".join(f"{one.host}: {one.why}" for one in chosen.left_out[:3])
        raise BadInput(
            _("Nothing is left to install (%s).") % (why or _("no host was chosen")),
            _("Choose other hosts or updates."),
            "hosts",
        )
    key = new_key()
    order = _order(key, draft, chosen)
    digest = blobs.keep(write_order(order))
    with recording(viewer.actor, recorded("draw up the patch run %(title)s", title=order.title)):
        made: PatchRun = PatchRun.objects.create(
            id=key,
            title=order.title,
            order=digest,
            hosts=len(order.hosts),
            packages=sum(len(one.packages) for one in order.hosts),
            left_out=len(order.left_out),
            not_before=order.window.not_before,
            not_after=order.window.not_after,
            made_by=viewer.actor,
            made_at=now,
        )
    return made


def _order(key: str, draft: Draft, chosen: Chosen) -> Order:
    keys = [one.key for one in chosen.hosts]
    return Order(
        run=key,
        title=draft.title.strip()[:LONGEST],
        hosts=chosen.hosts,
        rings=in_rings(keys, draft.first_ring, draft.second_ring),
        rest_minutes=draft.rest_minutes,
        window=draft.window,
        stop=draft.stop,
        reboot=draft.reboot,
        left_out=chosen.left_out[:MOST_LEFT_OUT],
    )


def ask_for(viewer: Viewer, key: str, entry: int, signed: Signed | None, now: datetime) -> PatchAsk:
    """Ask for a patch run that one drew up oneself, with one's passkey over the order's entry.

    Raises NotFound for what the viewer may not see, Refused where they may not ask or the signature does not
    hold, BadInput if the signature is missing or the run changed meanwhile; then nothing changed.
    """
    with in_the_records_language():
        title = version_of(reference(key), viewer).record
    with recording(viewer.actor, recorded("ask for the patch run %(title)s", title=title)):
        PatchRun.objects.select_for_update().filter(pk=key).first()
        version = version_of(reference(key), viewer)
        if version.actor != viewer.actor or not viewer.person:
            raise Refused(
                _("Whoever drew up a patch run asks for it."), _("Draw up one of your own, or ask them to.")
            )
        if PatchAsk.objects.filter(run_id=key).exists():
            raise Refused(_("It was asked for already."), _("A second person decides now."))
        _demand_waiting(PatchRun.objects.get(pk=key), now)
        if version.entry != entry:
            raise BadInput(_("It was changed meanwhile."), _("Read it again, then sign."))
        passkey = check_signature(viewer, version, ASKED, signed)
        if passkey is None or signed is None:
            raise Refused(
                _("A patch run is asked for with a passkey only, and you have none."),
                _("Register one from your account, then sign."),
            )
        return PatchAsk.objects.create(
            id=new_key(),
            run_id=key,
            entry=version.entry,
            commitment=version.commitment.hex(),
            by_id=viewer.person,
            at=now,
            passkey=passkey,
            authenticator_data=signing.encode(signed.assertion.authenticator_data),
            client_data=signing.encode(signed.assertion.client_data),
            signature=signing.encode(signed.assertion.signature),
        )


def withdraw_run(viewer: Viewer, key: str, reason: str, now: datetime) -> PatchRun:
    """End a patch run. What the deployer has begun with is finished; nothing more is begun.

    Raises BadInput without a reason, NotFound if there is none, Refused if it has ended.
    """
    because = reason.strip()
    if not 0 < len(because) <= REASON:
        raise BadInput(
            _("A patch run is not withdrawn without a reason."),
            _("Say in at most %s characters why it is no longer wanted.") % REASON,
        )
    with recording(viewer.actor, "withdraw a patch run"):
        found: PatchRun | None = (
            PatchRun.objects.select_for_update().visible_to(viewer).filter(pk=key).first()
        )  # fmt: skip
        if found is None:
            raise NotFound(_("There is no such patch run."), _("Look in the list of patch runs."))
        if found.ended_at is not None:
            raise Refused(
                _("This patch run has ended: %s.") % found.ended_because, _("There is nothing to withdraw.")
            )
        found.ended_at, found.ended_because = now, recorded("withdrawn: %(because)s", because=because)
        found.save()
    return found


def _demand_waiting(run: PatchRun, now: datetime) -> None:
    if run.ended_at is not None:
        raise Refused(_("This patch run has ended: %s.") % run.ended_because, _("Draw up a new one."))
    if run.not_after <= now:
        raise Refused(_("The time of this patch run is over."), _("Draw up a new one."))
