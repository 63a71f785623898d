"""Deciding on what somebody asks for: one mechanism for every kind of record that is decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program import signing
from duecare.program.approval_queries import (
    Version,
    approvable,
    decides_alone,
    passkeys_of,
    title_of,
    version_of,
)
from duecare.program.models import Approval, Decided, Passkey
from duecare.program.record_form import LONG
from duecare.web.recorded import in_the_records_language, recorded


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as the page sent it, and where our pages are."""

    assertion: signing.Assertion
    origins: frozenset[str]
    """Where a page of ours may have asked for it, such as `https://duecare.clinic.example`."""
    site: str
    """The host by which passkeys are registered here."""


def approve(
    viewer: Viewer,
    reference: str,
    entry: int,
    decided: Decided,
    words: str,
    signed: Signed | None,
    now: datetime,
) -> Approval:
    """Decide on a record as it stood at `entry`, which must be its newest.

    Who has a passkey signs with it; for others the server asserts who decided. Raises NotFound for what the
    viewer may not see, Refused where they may not decide or the signature does not hold, BadInput if the
    record changed meanwhile, a refusal has no reason, or the signature is missing or cannot be read; then
    nothing changed.
    """
    words = words.strip()
    if decided is Decided.REFUSED and not words:
        raise BadInput(
            _("A refusal needs its reason."), _("Say in a sentence what would have to be otherwise.")
        )
    if len(words) > LONG:
        raise BadInput(_("The reason is too long."), _("Use at most %s characters.") % LONG)
    shown = version_of(reference, viewer)
    with in_the_records_language():
        title = title_of(shown)
    if decided is Decided.APPROVED:
        reason = recorded("approve: %(title)s", title=title)
    else:
        reason = recorded("refuse: %(title)s", title=title)
    with recording(viewer.actor, reason):
        # Nobody else decides on it or changes it until the act is over; what holds is read after the lock.
        type(shown.record)._base_manager.select_for_update().get(pk=shown.record.pk)
        version = version_of(reference, viewer)
        if version.entry != entry:
            raise BadInput(
                _("It was changed meanwhile: entry %(new)s, not %(old)s, says how it stands.")
                % {"new": version.entry, "old": entry},
                _("Read it again, then decide."),
            )
        demand_open(version, now)
        alone = decides_alone(version, viewer, now)
        passkey = check_signature(viewer, version, decided.value, signed)
        if passkey is None and decided is Decided.APPROVED and approvable(reference).two_people:
            raise Refused(
                _("This is approved with a passkey only, and you have none."),
                _("Register one from your account, then decide."),
            )
        made = Approval(
            id=new_key(),
            about=reference,
            entry=version.entry,
            commitment=version.commitment.hex(),
            decided=decided.value,
            words=words,
            by_id=viewer.person,
            at=now,
            alone=alone,
            passkey=passkey,
        )
        if signed is not None:
            made.authenticator_data = signing.encode(signed.assertion.authenticator_data)
            made.client_data = signing.encode(signed.assertion.client_data)
            made.signature = signing.encode(signed.assertion.signature)
        made.save(force_insert=True)
        approvable(reference).decided(version.record, decided, now)
    return made


def demand_open(version: Version, now: datetime) -> None:
    """Raises Refused if there is nothing left to decide on this version."""
    if Approval.objects.filter(about=version.reference, entry=version.entry).exists():
        raise Refused(_("It was decided on already."), _("Read the decision on its page."))
    closed = approvable(version.reference).closed(version.record, now)
    if closed:
        raise Refused(closed, _("Ask for it anew if it is still wanted."))


def check_signature(viewer: Viewer, version: Version, decision: str, signed: Signed | None) -> Passkey | None:
    """The passkey that signed this decision on this version; None for a person who has none.

    Raises BadInput if a signature is missing or cannot be read, Refused if it does not hold.
    """
    passkeys = {one.credential: one for one in passkeys_of(viewer.person)}
    if signed is None:
        if passkeys:
            raise BadInput(
                _("You have a passkey, so your decision is signed with it."),
                _("Press the button again and use the passkey; end it on your account page if it is lost."),
            )
        return None
    passkey = passkeys.get(signed.assertion.credential)
    if passkey is None:
        raise Refused(
            _("That passkey is not registered for you, or was ended."),
            _("Use one that your account page lists."),
        )
    expected = signing.challenge(decision, version.commitment)
    signing.check(signed.assertion, passkey.public_key, expected, signed.origins, signed.site)
    return passkey
