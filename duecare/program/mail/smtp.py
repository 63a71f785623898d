"""Handing mail to one server (RFC 5321), over a connection that `outgoing.py` has made and judged.

Three things can go wrong, and they are told apart: the server is not to be had or will not have us at all
(ServerFault: every message waits); it refuses one message, for now or for good (an Answer); the connection
ends after content was on its way (an Answer that says so). A certificate that is not trusted is never
accepted, and without encryption only a server on a listed private address is used, without a password.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address

from duecare.errors import DuecareError, Refused
from duecare.program.mail.delivery import Answer, Came
from duecare.program.mail.letters import one_line
from duecare.program.outgoing import NoAnswer, Outgoing, handshake, within
from duecare.program.outgoing_rules import Rules
from duecare.words import gettext as _

SECONDS = 30.0
"""For getting to the point where mail can be handed over, and for each mail."""
SHOWN = 300
"""Characters of a server's answer that are kept."""


class Security(StrEnum):
    """How the way to the server is kept private."""

    TLS = "tls"
    """From the first byte (RFC 8314)."""
    STARTTLS = "starttls"
    """After a question in the clear (RFC 3207); without it nothing is sent."""
    NONE = "none"


class ServerFault(DuecareError):
    """The server cannot be used as things are: no fault of any one mail."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    """The address that mail comes from."""
    here: str = "localhost"
    """How this machine names itself (RFC 5321 section 4.1.1.1)."""


@contextmanager
def talking(server: Server, out: Outgoing, *, seconds: float = SECONDS) -> Iterator[Line]:
    """A line to the server on which mail can be handed over. Raises ServerFault saying why not."""
    try:
        line = Line(server, out, seconds)
    except (Refused, NoAnswer) as error:
        raise ServerFault(error.what, error.next_step) from error
    try:
        yield line
    finally:
        line.close()


class Line:
    """A conversation with a server; made by `talking`."""

    def __init__(self, server: Server, out: Outgoing, seconds: float) -> None:
        self._server, self._out, self._seconds = server, out, seconds
        opened = out.connect_tls if server.security is Security.TLS else out.connect
        sock = opened(server.host, server.port, seconds=seconds)
        self._talk = _Conversation(sock, server.here, seconds)
        try:
            with within(sock, seconds, server.host):
                self._greet(sock)
            with within(self._socket, seconds, server.host):
                self._sign_in()
        except smtplib.SMTPServerDisconnected:
            self.close()
            raise ServerFault(
                _("%(host)s ended the connection before any mail.") % {"host": server.host},
                _("Look at its log, or try again later."),
            ) from None
        except (OSError, UnicodeError) as error:
            self.close()
            raise ServerFault(
                _("%(host)s could not be talked to: %(told)s.") % {"host": server.host, "told": _told(error)},
                _("Look at its port and security."),
            ) from error
        except BaseException:
            self.close()
            raise

    @property
    def _socket(self) -> socket.socket:
        if self._talk.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        return self._talk.sock

    def close(self) -> None:
        """Say goodbye, without waiting long for an answer."""
        with suppress(OSError, ValueError):
            if self._talk.sock is not None:
                self._talk.sock.settimeout(2)
            self._talk.quit()
        self._talk.close()

    def hand_over(self, to: str, mail: bytes, begin: Callable[[], bool]) -> Answer:
        """Hand over one mail (7-bit, lines ended by CRLF); what the server answered.

        `begin` is called when the server waits for the content, before any of it is sent; if it gives False
        the line is closed instead. Raises ServerFault for what is no fault of this mail; nothing of it was
        sent then.
        """
        try:
            with within(self._socket, self._seconds, self._server.host):
                refused = self._ask_to_send(to)
        except (OSError, NoAnswer) as error:
            raise ServerFault(
                _("%(host)s broke off before the mail: %(told)s.")
                % {"host": self._server.host, "told": _told(error)},
                _("Try again later."),
            ) from error
        if refused is not None:
            return refused
        if not begin():
            self._talk.close()
            raise ServerFault(_("Somebody else has taken this mail over."), _("Nothing is to be done."))
        try:
            with within(self._socket, self._seconds, self._server.host):
                self._talk.send(_dotted(mail))
                code, words = self._talk.getreply()
        except (OSError, NoAnswer) as error:
            self._talk.close()
            told = _("%(host)s broke off: %(why)s") % {"host": self._server.host, "why": _told(error)}
            return Answer(Came.NO_ANSWER, told)
        return self._answer(code, words)

    def _greet(self, sock: socket.socket) -> None:
        code, words = self._talk.getreply()
        if code != 220:
            raise self._fault(_("%(host)s does not want to talk"), code, words, _("Try again later."))
        self._hello()
        if self._server.security is Security.STARTTLS:
            code, words = self._talk.docmd("STARTTLS") if self._talk.has_extn("starttls") else (0, b"")
            if code != 220:
                raise self._fault(
                    _("%(host)s offers no encryption"), code, words, _("Choose TLS, or another port.")
                )
            self._talk.secure(self._handshake(sock))
            self._hello()
        elif self._server.security is Security.NONE:
            reached = sock.getpeername()[0]
            if Rules().permits(ip_address(reached)):
                raise ServerFault(
                    _("%(host)s is on the public internet (%(reached)s): mail would be readable.")
                    % {"host": self._server.host, "reached": reached},
                    _("Choose TLS or STARTTLS."),
                )

    def _handshake(self, sock: socket.socket) -> ssl.SSLSocket:
        try:
            return handshake(sock, self._server.host, self._out.trust(), self._seconds)
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or (error.reason or "").lower().replace("_", " ")
            raise ServerFault(
                _("%(host)s could not be trusted: %(why)s.") % {"host": self._server.host, "why": why},
                _("Look at its certificate."),
            ) from error

    def _hello(self) -> None:
        code, words = self._talk.ehlo()
        if not 200 <= code <= 299:
            raise self._fault(_("%(host)s does not want to talk"), code, words, _("Ask whoever runs it why."))

    def _sign_in(self) -> None:
        if not self._server.user:
            return
        if not self._talk.has_extn("auth"):
            raise ServerFault(
                _("%(host)s takes no user name and password on port %(port)s.")
                % {"host": self._server.host, "port": self._server.port},
                _("Use another port, usually 465 or 587, or leave the user name empty."),
            )
        try:
            self._talk.login(self._server.user, self._server.password)
        except smtplib.SMTPResponseException as error:
            raise self._fault(
                _("%(host)s did not take the user name and password"),
                error.smtp_code,
                error.smtp_error,
                _("Enter them anew."),
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise ServerFault(
                _("%(host)s offers no way to sign in that Duecare knows.") % {"host": self._server.host},
                _("Use another server."),
            ) from None

    def _ask_to_send(self, to: str) -> Answer | None:
        """Sender, recipient, and whether the content may come; None if it may."""
        code, words = self._talk.mail(self._server.sender)
        if code != 250:
            raise self._fault(
                _("%(host)s does not take mail from %(sender)s"),
                code,
                words,
                _("Use a sender that it knows."),
            )
        code, words = self._talk.rcpt(to)
        if code in (250, 251):
            code, words = self._talk.docmd("DATA")
            if code == 354:
                return None
        with suppress(OSError):  # its answer counts even if it hangs up now; the next mail will find that out
            self._talk.rset()
        return self._answer(code, words)

    def _answer(self, code: int, words: bytes | str) -> Answer:
        told = _("%(host)s answered: %(answer)s") % {
            "host": self._server.host,
            "answer": f"{code} {_told(words)}",
        }
        if 200 <= code <= 299:
            return Answer(Came.ACCEPTED, told)
        if 400 <= code <= 499:
            return Answer(Came.LATER, told)
        return Answer(Came.NEVER if 500 <= code <= 599 else Came.NO_ANSWER, told)

    def _fault(self, what: str, code: int, words: bytes | str, step: str) -> ServerFault:
        """A fault in the words `what`, which have places for the host and the sender."""
        told = what % {"host": self._server.host, "sender": self._server.sender}
        if code <= 0:
            return ServerFault(f"{told}.", step)
        return ServerFault(f"{told}: {code} {_told(words)}.", step)


class _Conversation(smtplib.SMTP):
    """The standard library's conversation, which here never opens a connection of its own."""

    def __init__(self, sock: socket.socket, here: str, seconds: float) -> None:
        # Without a host it does not connect.
        super().__init__("", local_hostname=here, timeout=seconds)
        self.sock: socket.socket | None = sock

    def secure(self, sock: ssl.SSLSocket) -> None:
        """Go on over TLS. What was read or learnt in the clear is forgotten (RFC 3207 section 4.2)."""
        self.sock, self.file = sock, None
        self.helo_resp, self.ehlo_resp, self.esmtp_features, self.does_esmtp = None, None, {}, False


def _dotted(mail: bytes) -> bytes:
    """The content with its end, as it goes over the line (RFC 5321 section 4.5.2)."""
    ended = mail if mail.endswith(b"\r\n") else mail + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"


def _told(what: bytes | str | Exception) -> str:
    """What somebody else said, or what went wrong, as one short line."""
    if isinstance(what, DuecareError):
        what = what.what.rstrip(".")
    elif isinstance(what, OSError) and what.strerror:
        what = what.strerror
    text = what.decode("utf-8", "replace") if isinstance(what, bytes) else str(what)
    return one_line(text)[:SHOWN]
