"""Through which server mail leaves: an owner says so; as shipped there is none, and nothing is mailed.

Settings are not in the record: they hold a user name and lead to a password. That they changed, and to which
server, is a note. The password is in `keys/mail-password`, readable by the home's owner alone and outside the
database and its copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.home import Home, write_private
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.program.mail import outbox
from duecare.program.mail.models import Channel, MailServer, OutboxMessage
from duecare.program.mail.smtp import Security, Server

CHANGED = "program.mail-server"
"""The kind of the note that the mail server was set, changed or given up; it holds no secret."""
ONLY = 1


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What an owner chooses."""

    host: str
    port: int
    security: Security
    user: str
    sender: str
    address: str
    morning: int
    short: bool
    sign_in: bool
    late_days: int


def mail_server() -> MailServer | None:
    """The server's settings; None while nothing is mailed."""
    return MailServer.objects.filter(pk=ONLY).first()


def keep_server(actor: str, chosen: MailSettings, password: str | None, now: datetime) -> MailServer:
    """Set or change the server. The password is kept as it is if None is given; empty removes it.

    Raises BadInput for a user or a password without encryption. Nothing changes then.
    """
    demand_encryption(chosen, password)
    values = {name: getattr(chosen, name) for name in MailSettings.__slots__}
    values["security"] = chosen.security.value
    with recording(actor, "set the mail server") as act:
        row, _made = MailServer.objects.update_or_create(pk=ONLY, defaults={**values, "changed_at": now})
        told = {"host": chosen.host, "port": chosen.port, "security": chosen.security.value}
        told |= {"sign_in": chosen.sign_in, "short": chosen.short, "new_password": password is not None}
        act.note(CHANGED, "server", told)
        if password is not None:
            _keep_password(password if chosen.user else "")
        elif not chosen.user:
            _keep_password("")
    return row


def demand_encryption(chosen: MailSettings, password: str | None) -> None:
    """Raises BadInput for a user or a password without encryption."""
    if chosen.security is Security.NONE and (chosen.user or password):
        raise BadInput(
            _("A password is not sent without encryption."),
            _("Choose TLS or STARTTLS, or leave user name and password empty."),
        )


def was_decided() -> bool:
    """Whether anybody ever said how mail leaves; while there is no server, that nothing is mailed."""
    return Entry.objects.filter(kind=CHANGED).exists()


def give_up_server(actor: str, now: datetime) -> int:
    """Mail nothing from now on. What waits is for nobody any more; how many messages that is."""
    with recording(actor, "mail nothing") as act:
        MailServer.objects.filter(pk=ONLY).delete()
        waiting = OutboxMessage.objects.filter(channel=Channel.MAIL)
        dropped = outbox.drop(waiting, _("Nothing is mailed any more."), now)
        act.note(CHANGED, "server", {"host": "", "dropped": dropped})
        _keep_password("")
    return dropped


def has_password() -> bool:
    """Whether a password is kept."""
    return _place().exists()


def connection_of(row: MailServer | MailSettings, password: str | None = None) -> Server:
    """What a line to the server is opened with, the password included: the one that is kept, if none is
    given."""
    place = _place()
    if password is None:
        password = place.read_text() if place.exists() else ""
    return Server(
        host=row.host,
        port=row.port,
        security=Security(row.security),
        user=row.user,
        password=password if row.user else "",
        sender=row.sender,
        here=_own_name(row),
    )


def _own_name(row: MailServer | MailSettings) -> str:
    """How this machine names itself: `localhost` would look like spam to some servers."""
    domain: str = settings.DUECARE_DOMAIN
    return domain if "." in domain else row.sender.rpartition("@")[2]


def _keep_password(password: str) -> None:
    if password:
        write_private(_place(), password.encode())
    else:
        _place().unlink(missing_ok=True)


def _place() -> Path:
    home: Home = settings.DUECARE_HOME
    return home.keys / "mail-password"
