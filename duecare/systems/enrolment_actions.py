"""What people and computers do to enrol: a token for one name, a key shown with it, a person's decision.

Who shows a token learns whether it counts and nothing else. The key counts from the moment that a person has
approved it; another key of the same host ends then.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.systems.envelopes import Shown, same_name
from duecare.systems.fleet_models import Enrolment, EnrolmentState, EnrolmentToken, HostKey
from duecare.systems.models import Host
from duecare.web.recorded import in_the_records_language, recorded

LASTS = timedelta(hours=1)
PREFIX = "dce_"
"""Lets scanners for secrets find a token that was left in a file."""
MOST_OPEN = 1000
"""Enrolments that may wait at the same time, for a computer or for a decision."""
SERVER = "server"


def offer(actor: str, name: str, now: datetime) -> tuple[Enrolment, str]:
    """Expect one computer by its name: the enrolment, and its token, which nobody can be told again.

    Raises BadInput for what is no host's name, Refused while too many wait.
    """
    name = name.strip()
    if not 0 < len(name) <= 253 or not name.isprintable() or any(one.isspace() for one in name):
        raise BadInput(
            _("%(name)s is not the name of a computer.") % {"name": repr(name[:60])},
            _("Write it as the computer calls itself, without spaces: “hostname” shows it there."),
        )
    token = PREFIX + secrets.token_urlsafe(32)
    made = Enrolment(
        id=new_key(),
        name=name,
        state=EnrolmentState.OFFERED,
        offered_at=now,
        offered_by=actor,
        expires_at=now + LASTS,
    )
    with recording(actor, recorded("expect %(name)s to be enrolled", name=name)):
        _forget_what_is_over(now)
        waiting = Enrolment.objects.filter(state=EnrolmentState.WAITING).count()
        if waiting + EnrolmentToken.objects.count() >= MOST_OPEN:
            raise Refused(
                _("%s enrolments wait already.") % MOST_OPEN,
                _("Decide on them, or withdraw what is not needed."),
            )
        made.save(force_insert=True)
        EnrolmentToken.objects.create(enrolment=made.pk, digest=_digest(token), expires_at=made.expires_at)
    return made, token


def answer(shown: Shown, address: str, now: datetime) -> Enrolment:
    """Take the key that a computer shows with its token; it then waits for a person.

    Raises Refused, always in the same words, for a token that is none, is over, was used, or is for another
    name; a token that came with a wrong name stays good.
    """
    refusal = Refused(
        _("This token enrols nothing: it is wrong, used, over an hour old, or for another computer's name."),
        _("Ask for a new one, for the name that this computer calls itself."),
    )
    # Looked for before anything is opened: a stranger's guesses must not hold the record's lock.
    if not EnrolmentToken.objects.filter(digest=_digest(shown.token), expires_at__gt=now).exists():
        raise refusal
    with in_the_records_language(), recording(SERVER, "a computer shows its key, to be enrolled") as act:
        token = (
            EnrolmentToken.objects.select_for_update()
            .filter(digest=_digest(shown.token), expires_at__gt=now)
            .first()
        )
        found = None if token is None else Enrolment.objects.filter(pk=token.enrolment).first()
        if token is None or found is None or found.state != EnrolmentState.OFFERED:
            raise refusal
        if not same_name(found.name, shown.name):
            raise refusal
        if _known(shown.public_key):
            raise refusal
        act.reason = recorded("%(name)s shows its key, to be enrolled", name=found.name)
        found.state = EnrolmentState.WAITING
        found.public_key, found.told_name, found.told_key = shown.public_key, shown.name, shown.key
        found.address, found.answered_at = address[:45], now
        found.save()
        token.delete()
    return found


def approve(enrolment: Enrolment, actor: str, now: datetime, *, compared: bool, because: str = "") -> Host:
    """Let the key count, as that of the host which is known by the same machine id, or of a new one.

    Raises Refused if it no longer waits, or the host was removed.
    """
    with recording(actor, recorded("enrol %(name)s", name=enrolment.name)):
        current = _demand(enrolment, EnrolmentState.WAITING)
        host = Host.objects.select_for_update().filter(key=current.told_key).first()
        if host is not None and host.removed_at is not None:
            raise Refused(
                _("%s was removed, and this is the same machine.") % host.name,
                _("Refuse the enrolment; a removed computer comes back under a new machine id."),
            )
        if host is None:
            host = Host(
                id=new_key(),
                key=current.told_key,
                kind="unknown",
                family="other",
                first_seen_at=now,
            )
        host.name = current.told_name
        host.save()
        for key in HostKey.objects.filter(host=host, ended_at=None):
            key.ended_at, key.ended_because = now, recorded("a newer key took its place")
            key.save()
        HostKey.objects.create(host=host, public_key=current.public_key, enrolment=current, since=now)
        current.state, current.host, current.compared = EnrolmentState.APPROVED, host, compared
        _decide(current, actor, now, because)
    return host


def refuse(enrolment: Enrolment, actor: str, now: datetime, because: str) -> None:
    """Let the key never count. Raises BadInput without a reason, Refused if it no longer waits."""
    if not because.strip():
        raise BadInput(_("An enrolment is not refused without a reason."), _("Say what was wrong."))
    with recording(actor, recorded("refuse to enrol %(name)s", name=enrolment.name)):
        current = _demand(enrolment, EnrolmentState.WAITING)
        current.state = EnrolmentState.REFUSED
        _decide(current, actor, now, because)


def withdraw(enrolment: Enrolment, actor: str, now: datetime) -> None:
    """End a token before a computer answered. Raises Refused if one has."""
    with recording(actor, recorded("no longer expect %(name)s to be enrolled", name=enrolment.name)):
        current = _demand(enrolment, EnrolmentState.OFFERED)
        EnrolmentToken.objects.filter(enrolment=current.pk).delete()
        current.state = EnrolmentState.WITHDRAWN
        _decide(current, actor, now, "")


def end_key(host: Host, actor: str, now: datetime, because: str) -> None:
    """Let the host's key count no more. Raises BadInput without a reason, NotFound if it has none."""
    if not because.strip():
        raise BadInput(_("A key is not ended without a reason."), _("Say why it no longer counts."))
    with recording(actor, recorded("end the key of %(name)s", name=host.name)):
        key = HostKey.objects.select_for_update().filter(host=host, ended_at=None).first()
        if key is None:
            raise NotFound(_("%s has no key that counts.") % host.name, _("Look on its page."))
        key.ended_at, key.ended_because = now, because.strip()
        key.save()


def _known(public_key: str) -> bool:
    """Whether the key was shown before, in any enrolment: it counts once, for one host, or never."""
    shown = Enrolment.objects.filter(public_key=public_key)
    return shown.exists() or HostKey.objects.filter(public_key=public_key).exists()


def _demand(enrolment: Enrolment, state: EnrolmentState) -> Enrolment:
    current: Enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if current.state != state:
        raise Refused(
            _("This enrolment has gone on meanwhile: %s.") % EnrolmentState(current.state).label,
            _("Look at it again."),
        )
    return current


def _decide(current: Enrolment, actor: str, now: datetime, because: str) -> None:
    current.decided_by, current.decided_at, current.decided_because = actor, now, because.strip()
    current.save()


def _forget_what_is_over(now: datetime) -> None:
    EnrolmentToken.objects.filter(expires_at__lte=now).delete()


def _digest(token: str) -> str:
    """A fast hash serves: nobody can guess 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
