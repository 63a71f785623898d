"""A mail that is sent on the spot, so that whoever sets the server sees what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.ledger.recording import record_note
from duecare.ledger.viewers import Viewer
from duecare.program.mail.delivery import Came
from duecare.program.mail.letters import Envelope, Letter, Row, as_mail
from duecare.program.mail.models import MailServer
from duecare.program.mail.server import MailSettings, connection_of
from duecare.program.mail.smtp import talking
from duecare.program.outgoing import way_out

TRIED = "site.mail-tried"
"""The kind of the note that a mail or webhook was tried on the spot."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it."""

    taken: bool
    words: str
    """What the server answered, or why there is no answer."""


def send_test_mail(
    viewer: Viewer, to: str, server: MailServer | MailSettings, password: str | None, now: datetime
) -> Tried:
    """Send a mail to one's own address now, through this server and with this password; None takes the one
    that is kept. Whether it was taken is noted."""
    words = _("This is the test mail that %s asked for. Nothing else is to be done.") % viewer.name
    letter = Letter(_("Test mail from Duecare"), (words,), (), Row(_("Open Duecare"), reverse("home")))
    try:
        key = f"test-{now:%Y%m%d%H%M%S%f}"
        envelope = Envelope(server.sender, "Duecare", to, key, now, server.address)
        data = as_mail(letter, envelope).as_bytes()
        with talking(connection_of(server, password), way_out()) as line:
            answer = line.hand_over(to, data, lambda: True)
        told, taken = answer.words, answer.came is Came.ACCEPTED
    except DuecareError as error:
        told, taken = str(error), False
    except (ValueError, UnicodeError) as error:
        told, taken = _("An address cannot be written: %s") % error, False
    record_note(viewer.actor, "send a test mail", TRIED, "mail", {"taken": taken})
    return Tried(taken, told)
