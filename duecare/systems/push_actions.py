"""Taking in a report that a host pushed: whose it is says the key, never the report (SECURITY.md 19).

A report is believed to be of the host whose key signed it. If it names another, it is refused, and that it
was signed at all is kept as a doubt about the key, which a check turns into a finding; so is a counter that
does not rise, which is what a copied computer shows. Either doubt lasts until the host has a new key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from django.db.models import Max
from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.ledger import blobs
from duecare.ledger.models import NAME_LENGTH
from duecare.ledger.receipts import receipt
from duecare.ledger.recording import recording
from duecare.program.assessing import open_at_once
from duecare.program.judgement import Grade
from duecare.systems import challenges
from duecare.systems.actions import record_report
from duecare.systems.envelopes import Envelope, same_name
from duecare.systems.fleet import known_host
from duecare.systems.fleet_checks import KEYS_ALONE
from duecare.systems.fleet_models import (
    DoubtKind,
    Enrolment,
    EnrolmentState,
    HostKey,
    KeyDoubt,
    ReportSignature,
    UsedChallenge,
)
from duecare.systems.followers import tell_followers
from duecare.systems.isolated import Summary, read_isolated
from duecare.systems.models import Report
from duecare.web.recorded import in_the_records_language, recorded


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of a push."""

    report: Report
    receipt: dict[str, Any]


def stranger() -> Refused:
    """What is said to whoever holds no key that was ever shown here; it tells nothing of what there is."""
    return Refused(
        _("No report is taken in under this key."), _("Enrol this computer first: a manager makes the token.")
    )


def admit(envelope: Envelope, address: str, now: datetime) -> HostKey:
    """The key that signed, if it may report now; before the report itself is read.

    Raises Refused: in the words of `stranger` unless the signature is right, so that nobody learns which keys
    there are; else saying what stands against it.
    """
    ends = challenges.ends_at(envelope.challenge)
    if ends is None or ends <= now:
        raise Refused(_("The challenge is none of this server's, or is over."), _("Ask for another."))
    key = HostKey.objects.filter(public_key=envelope.public_key).select_related("host").first()
    if not envelope.holds():  # asked whether or not the key is known: it takes the same time
        raise stranger()
    if key is None:
        raise _not_enrolled(envelope.public_key)
    _demand_in_force(key)
    if UsedChallenge.objects.filter(digest=challenges.digest_of(envelope.challenge)).exists():
        raise Refused(_("This challenge was used before."), _("Ask for another."))
    newest = _newest_counter(key)
    if envelope.counter <= newest:
        _doubt_counter(key, envelope.counter, newest, address, now)
    return key


def take_in_pushed(key: HostKey, envelope: Envelope, data: bytes, address: str, now: datetime) -> Pushed:
    """Record the report of an admitted key; `data` has the digest that was signed.

    Raises BadInput for what is no report, Refused for one that names another host, or what `admit` does where
    something changed meanwhile. Nothing is changed then, but that a doubt may be kept.
    """
    told = read_isolated(data, now)
    host = key.host
    if host.reports.filter(report=envelope.digest).exists():
        raise Refused(_("This very report was taken in before."), _("Collect a new one."))
    if told.key != host.key or not same_name(told.name, host.name):
        _doubt_identity(key, told, address, now)
    digest = blobs.keep(data)
    with (
        in_the_records_language(),
        recording(
            f"host:{host.name}"[:NAME_LENGTH],
            recorded("push a report of %(name)s", name=host.name),
            valid_at=told.collected_at,
        ) as act,
    ):
        current = HostKey.objects.select_for_update().select_related("host").get(pk=key.pk)
        _demand_in_force(current)
        if _newest_counter(current) >= envelope.counter:
            raise Refused(_("A later report of this computer came meanwhile."), _("Push again."))
        report = record_report(current.host, told, digest, now, Grade.SIGNED)
        ReportSignature.objects.create(
            report=report,
            key=current,
            counter=envelope.counter,
            challenge=envelope.challenge,
            signature=envelope.signature,
        )
        UsedChallenge.objects.filter(expires_at__lte=now).delete()
        UsedChallenge.objects.create(
            digest=challenges.digest_of(envelope.challenge),
            expires_at=challenges.ends_at(envelope.challenge) or now,
        )
    tell_followers(current.host)
    return Pushed(report, receipt(act, Report._meta.label_lower, report.pk))


def _newest_counter(key: HostKey) -> int:
    return ReportSignature.objects.filter(key=key).aggregate(newest=Max("counter"))["newest"] or 0


def _not_enrolled(public_key: str) -> Refused:
    """What its holder is told of a key that was shown and does not count."""
    shown = Enrolment.objects.filter(public_key=public_key).first()
    if shown is None:
        return stranger()
    if shown.state == EnrolmentState.WAITING:
        return Refused(_("Nobody has approved this computer yet."), _("Ask a manager to, then push again."))
    return Refused(_("This computer was not admitted."), _("Ask a manager why, and enrol it anew."))


def _demand_in_force(key: HostKey) -> None:
    if key.host.removed_at is not None:
        raise Refused(
            _("This computer was removed from what is looked at."),
            _("Take its timer away, or ask a manager."),
        )
    if key.ended_at is not None:
        raise Refused(_("This key no longer counts."), _("Enrol the computer anew, with --new-key."))


def _doubt_counter(key: HostKey, counter: int, newest: int, address: str, now: datetime) -> NoReturn:
    with in_the_records_language():
        told = _("counter %(counter)s came after %(newest)s") % {"counter": counter, "newest": newest}
    _doubt(key, DoubtKind.COUNTER, told, address, now)
    raise Refused(
        _("A report with this counter or a later one came before: there may be a copy of this computer."),
        _("Find the copy, then enrol each computer anew, with --new-key."),
    )


def _doubt_identity(key: HostKey, told: Summary, address: str, now: datetime) -> NoReturn:
    by_name = not same_name(told.name, key.host.name)
    with in_the_records_language():
        said = (
            _("the report calls itself %(told)s") % {"told": repr(told.name[:100])}
            if by_name
            else _("the report names another machine id (%(told)s…)") % {"told": told.key[:12]}
        )
    _doubt(key, DoubtKind.IDENTITY, said, address, now)
    if by_name:
        raise Refused(
            _("This report calls itself %(told)s, but the key is that of %(name)s.")
            % {"told": repr(told.name[:100]), "name": key.host.name},
            _("If the computer has a new name, enrol it anew under it, with --new-key."),
        )
    raise Refused(
        _("This report is of another machine than %s, whose key signed it.") % key.host.name,
        _("If it was set up anew, enrol it anew, with --new-key."),
    )


def _doubt(key: HostKey, kind: DoubtKind, told: str, address: str, now: datetime) -> None:
    """Keep the first of each kind, as a record and as a finding; the next ones show nothing more."""
    if KeyDoubt.objects.filter(key=key, kind=kind).exists():
        return
    with recording("server", recorded("doubt the key of %(name)s", name=key.host.name)):
        if KeyDoubt.objects.filter(key=key, kind=kind).exists():
            return
        KeyDoubt.objects.create(key=key, kind=kind, seen_at=now, address=address[:45], told=told)
    open_at_once("server", KEYS_ALONE, known_host(key.host, now), now)
