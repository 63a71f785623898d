"""Mail servers for tests, on this machine: real ones, and some that misbehave as real ones do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from duecare.program.outgoing import Outgoing
from duecare.program.outgoing_rules import read_rules
from tests.program.others import listening

HOST = "mail.example"
Answers = Callable[[str], str]


@dataclass(slots=True)
class Received:
    """What a server has taken, and how it answers."""

    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    rcpt: Answers = lambda address: "250 OK"
    data: Answers = lambda address: "250 2.0.0 queued as ABC"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        to = envelope.rcpt_tos[0]
        answer = self.data(to)
        if answer.startswith("2"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.mails.append(message_from_bytes(content, policy=POLICY))  # type: ignore[arg-type]
            self.to.append(to)
        return answer


@contextmanager
def post_office(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    password: str = "",
    port: int = 0,
) -> Iterator[tuple[int, Received]]:
    """A mail server on 127.0.0.1; its port and what it has taken. With a password `user` has to sign in."""
    received = Received()

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        good = data.login == b"user" and data.password == password.encode()
        if good:
            received.signed_in.append(mechanism)
        return AuthResult(success=good, handled=False)

    more: dict[str, Any] = {}
    if password:
        more = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    port = port or free_port()
    controller = Controller(
        received,
        hostname="127.0.0.1",
        port=port,
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        **more,
    )
    controller.start()
    try:
        yield port, received
    finally:
        controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def here(trust: Callable[[], ssl.SSLContext] = ssl.create_default_context) -> Outgoing:
    """A way out on which every name leads to this machine, 127.0.0.1 alone being allowed."""
    return Outgoing(read_rules(["127.0.0.1"]), resolve=lambda host: ["127.0.0.1"], trust=trust)


@contextmanager
def scripted(*steps: str) -> Iterator[tuple[int, list[bytes]]]:
    """A server that says the first step, then one for each line that it hears; its port and what it heard.

    The step `drop` ends the connection at once; `content` hears until the end of data without an answer.
    """
    heard: list[bytes] = []

    def serve(sock: socket.socket) -> None:
        lines = sock.makefile("rb")
        for number, step in enumerate(steps):
            if number and step != "content":
                heard.append(lines.readline())
            if step == "content":
                for line in lines:
                    heard.append(line)
                    if line == b".\r\n":
                        break
            elif step == "drop":
                return
            elif step == "silence":
                sock.settimeout(20)
                sock.recv(1)
                return
            else:
                sock.sendall(step.encode() + b"\r\n")

    with listening(serve) as port:
        yield port, heard


GREETED = ("220 ready", "250 mail.example")
ADDRESSED = (*GREETED, "250 sender ok", "250 recipient ok")
READY = (*ADDRESSED, "354 go on")
"""Up to where the content is awaited."""
