"""The one way out: every connection that Duecare opens to others goes through here (docs/security-model.md).

A name that somebody typed, or a redirect that somebody sent, may lead to what only this machine can reach:
its own services, the local network, a cloud's metadata. So a name is resolved once, each address is judged
(`outgoing_rules.py`), and the connection is made to the judged address itself: a second resolution could
answer otherwise (rebinding). Everything has a time by which it is over and a size that it may have. Proxies
named in the environment are not used.
"""

from __future__ import annotations

import http.client
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, Refused
from duecare.program.outgoing_rules import Rules, read_rules
from duecare.words import number

SECONDS = 10.0
"""How long one connection may take unless the caller says otherwise."""
SIZE = 1 << 20
"""Bytes that an answer over HTTP may have unless the caller says otherwise."""
HOUR = 3600.0
PIECE = 1 << 17
"""Bytes that a download hands on at a time, at most."""
REDIRECTING = (301, 302, 303, 307, 308)
REDIRECTS = 3
"""How often in a row an answer may send us on."""
TRIED = 4
"""Addresses of one name that are tried."""

Resolve = Callable[[str], Sequence[str]]
"""From a host name to its addresses as texts. Raises OSError if there is none."""
Write = Callable[[bytes], object]
"""Takes a piece of a download."""


class NoAnswer(DuecareError):
    """Nothing usable came back: no such name, nobody there, too slow, too large, broken off, untrusted."""


class Unclear(NoAnswer):
    """No usable answer to a request that had been sent, so that what it asked for may have happened."""


def resolve_here(host: str) -> list[str]:
    """The addresses of a host as this machine knows them, in the order in which it prefers them."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes = field(repr=False)
    url: str
    """Where it came from in the end."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Connections to others under one installation's rules; resolver, roots and clock can be given."""

    rules: Rules = field(default_factory=Rules)
    resolve: Resolve = resolve_here
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    """Makes the context by which servers are verified."""
    clock: Callable[[], float] = time.monotonic

    def addresses(self, host: str, *, seconds: float = SECONDS) -> list[str]:
        """The addresses of the host to which a connection may be made; at least one.

        Raises NoAnswer if the name has none or resolving takes too long, Refused if none is permitted.
        """
        name = host.lower().rstrip(".")
        found = _in_time(self.resolve, name, seconds)
        permitted = [one for one in found if name in self.rules.hosts or self.rules.permits(ip_address(one))]
        if not permitted:
            raise Refused(
                _("%(name)s leads to %(value)s, which is not an address of the public internet.")
                % {"name": name, "value": found[0]},
                _('If you mean to reach it, list "%(name)s" under [outgoing] allow in duecare.toml.')
                % {"name": name},
            )
        return permitted[:TRIED]

    def connect(self, host: str, port: int, *, seconds: float = SECONDS) -> socket.socket:
        """A connected socket, each of whose steps times out after `seconds`; the caller closes it.

        Raises NoAnswer if nobody answers in time, Refused if the host may not be reached.
        """
        ends = self.clock() + seconds
        fault: OSError = TimeoutError("timed out")
        for address in self.addresses(host, seconds=seconds):
            left = ends - self.clock()
            if left <= 0:
                break
            try:
                sock = socket.create_connection((address, port), timeout=left)
            except OSError as error:
                fault = error
                continue
            sock.settimeout(seconds)
            return sock
        raise NoAnswer(
            _("%(host)s does not answer on port %(port)s: %(words)s.")
            % {"host": host, "port": port, "words": _words(fault)},
            _("Look whether it is running."),
        ) from fault

    def connect_tls(self, host: str, port: int, *, seconds: float = SECONDS) -> ssl.SSLSocket:
        """A connection to a server whose certificate is trusted for the host; the caller closes it.

        Raises NoAnswer if nobody answers in time or the server is not trusted, Refused as `connect`.
        """
        sock = self.connect(host, port, seconds=seconds)
        try:
            return handshake(sock, host, self.trust(), seconds)
        except OSError as error:
            raise NoAnswer(
                _("%(host)s on port %(port)s could not be trusted: %(words)s.")
                % {"host": host, "port": port, "words": _words(error)},
                _("Look at its certificate."),
            ) from error

    def request(
        self,
        method: Literal["GET", "POST"],
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        seconds: float = 2 * SECONDS,
        most: int = SIZE,
    ) -> Reply:
        """The answer to one request over HTTP or HTTPS, whatever its status, redirects followed.

        Each redirect is judged like the first address, as it is connected to. None leads from HTTPS to HTTP,
        and a POST follows only those that keep it one (307, 308). `seconds` is for all of it, `most` bytes
        for the body. Headers go to the origin that was asked for, and to no other.

        Raises BadInput for an address that cannot be used, Refused and NoAnswer as `connect`, and Unclear if
        there was no answer to what had been sent.
        """
        ends = self.clock() + seconds

        def ask(target: str, given: Mapping[str, str]) -> Reply:
            return self._ask(method, target, body, given, ends - self.clock(), most)

        return self._followed(method, url, headers, ask)

    def download(
        self,
        url: str,
        begin: Callable[[Reply], Write | None],
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float = HOUR,
        most: int,
    ) -> Reply:
        """The answer to a GET whose body goes to a file piece by piece; in the reply the body is empty.

        `begin` is told the head of the last answer, whatever its status, and gives what takes the pieces, or
        None to leave them. A step that stalls ends it after SECONDS, all of it after `seconds`, and a body
        of more than `most` bytes when that is seen; what was written by then stays. Redirects as `request`.

        Raises what `request` does for a GET; of what is broken off, as much as came was written.
        """
        ends = self.clock() + seconds

        def ask(target: str, given: Mapping[str, str]) -> Reply:
            return self._stream(target, begin, given, ends - self.clock(), most)

        return self._followed("GET", url, headers, ask)

    def _followed(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        ask: Callable[[str, Mapping[str, str]], Reply],
    ) -> Reply:
        """What `ask` gets at an address or, redirects followed, at the one to which it leads."""
        given = dict(headers or {})
        for _again in range(REDIRECTS + 1):
            reply = ask(url, given)
            location = reply.headers.get("location")
            if reply.status not in REDIRECTING or not location:
                return reply
            before, target = read_url(url), read_url(urljoin(url, location))
            if before.tls and not target.tls:
                raise Refused(
                    _("%(origin)s sends us on without encryption.") % {"origin": before.origin},
                    _("Ask whoever runs it why."),
                )
            if method == "POST" and reply.status not in (307, 308):
                raise Refused(
                    _("%(origin)s sends us on to %(origin2)s, and what was sent would be lost.")
                    % {"origin": before.origin, "origin2": target.origin},
                    _("Use the address that it leads to."),
                )
            if target.origin != before.origin:
                given = {name: value for name, value in given.items() if name.lower() == "content-type"}
            url = target.text
        raise Refused(
            _("%(url)s sends us on again and again.") % {"url": url},
            _("Use the address that it leads to in the end."),
        )

    def _ask(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], seconds: float, most: int
    ) -> Reply:
        with self._answering(method, url, body, headers, seconds, seconds) as (target, answer):
            data = answer.read(most + 1)
        told = _told(answer)
        if len(data) > most:
            raise _too_large(target, most)
        length = told.get("content-length", "")
        if length.isdecimal() and len(data) < int(length) and answer.status not in (204, 304):
            raise _broken_off(target, len(data))
        return Reply(answer.status, told, data, target.text)

    def _stream(
        self,
        url: str,
        begin: Callable[[Reply], Write | None],
        headers: Mapping[str, str],
        seconds: float,
        most: int,
    ) -> Reply:
        with self._answering("GET", url, b"", headers, seconds, SECONDS) as (target, answer):
            told = _told(answer)
            reply = Reply(answer.status, told, b"", target.text)
            if answer.status in REDIRECTING and "location" in told:
                return reply
            write = begin(reply)
            if write is None:
                return reply
            length = told.get("content-length", "")
            if length.isdecimal() and int(length) > most:
                raise _too_large(target, most)
            taken = 0
            while piece := answer.read1(PIECE):
                taken += len(piece)
                if taken > most:
                    raise _too_large(target, most)
                write(piece)
        if length.isdecimal() and taken < int(length):
            raise _broken_off(target, taken)
        return reply

    @contextmanager
    def _answering(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        seconds: float,
        step: float,
    ) -> Iterator[tuple[Url, http.client.HTTPResponse]]:
        """The head of an answer, with its body still to be read. All is over after `seconds`, and a single
        step, such as connecting, after `step`."""
        target = read_url(url)
        if seconds <= 0:
            raise _too_slow(target.origin)
        opened = self.connect_tls if target.tls else self.connect
        with closing(opened(target.host, target.port, seconds=min(step, seconds))) as sock:
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = sock
            # It must never open a connection of its own.
            connection.auto_open = 0
            ours = {"Host": target.netloc, "User-Agent": "duecare", "Accept-Encoding": "identity"}
            try:
                with within(sock, seconds, target.origin):
                    connection.request(method, target.path, body or None, {**ours, **headers})
                    yield target, connection.getresponse()
            except Unclear:
                raise
            except NoAnswer as error:
                raise Unclear(error.what, error.next_step) from error
            except (OSError, http.client.HTTPException) as error:
                raise Unclear(
                    _("%(origin)s broke off or answered what is not HTTP: %(words)s.")
                    % {"origin": target.origin, "words": _words(error)},
                    _("Try again later."),
                ) from error


def _told(answer: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.getheaders()}


def _too_large(target: Url, most: int) -> Unclear:
    return Unclear(
        _("%(origin)s answered with more than %(most)s bytes.")
        % {"origin": target.origin, "most": number(most)},
        _("Ask for less."),
    )


def _broken_off(target: Url, count: int) -> Unclear:
    return Unclear(
        _("%(origin)s broke off after %(count)s bytes.") % {"origin": target.origin, "count": number(count)},
        _("Try again later."),
    )


def way_out() -> Outgoing:
    """Connections under the rules of this installation."""
    return Outgoing(read_rules(settings.DUECARE_OUTGOING))


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of an address of the web."""

    text: str
    tls: bool
    host: str
    port: int
    netloc: str
    path: str
    """With the query."""

    @property
    def origin(self) -> str:
        """Scheme, host and port (RFC 6454 section 4)."""
        return f"http{'s' if self.tls else ''}://{self.netloc}"


def read_url(text: str) -> Url:
    """The parts of a URL (RFC 3986). Raises BadInput for one that is not plain http or https."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadInput(
            _("%(value)s is not a web address: %(error)s.") % {"value": repr(text[:200]), "error": error},
            _("Write it as https://host/path."),
        ) from None
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not re.fullmatch(r"[\x21-\x7e]+", text)
        or "\\" in parts.netloc
    ):
        raise BadInput(
            _("%(value)s is not a web address.") % {"value": repr(text[:200])},
            _("Write it as https://host/path, in ASCII."),
        )
    if "@" in parts.netloc:
        raise BadInput(
            _("The address of %(hostname)s holds a name or password.") % {"hostname": parts.hostname},
            _("Leave it out."),
        )
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    usual = 443 if tls else 80
    return Url(text, tls, parts.hostname, usual if port is None else port, parts.netloc.lower(), path)


def handshake(sock: socket.socket, host: str, context: ssl.SSLContext, seconds: float) -> ssl.SSLSocket:
    """TLS over a connected socket, which is closed if it fails.

    Raises ssl.SSLError and other OSError as the handshake does, NoAnswer if it takes too long.
    """
    try:
        # The handshake comes after, so that there is a socket to cut off while it lasts.
        secured = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        sock.close()
        raise
    try:
        with within(secured, seconds, host):
            secured.do_handshake()
    except BaseException:
        secured.close()
        raise
    return secured


@contextmanager
def within(sock: socket.socket, seconds: float, who: str) -> Iterator[None]:
    """Cut the connection off after `seconds`, however slowly something still drips in.

    Raises NoAnswer in place of whatever the body raises because of that.
    """
    over = threading.Event()

    def cut() -> None:
        over.set()
        with suppress(OSError):
            # Not the method of an SSLSocket, which would take the secured layer from under its reader.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        # smtplib tells of a connection that timed out as of one that was closed.
        if over.is_set() or isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            raise _too_slow(who) from error
        raise
    finally:
        timer.cancel()
    if over.is_set():
        raise _too_slow(who)


def _too_slow(who: str) -> NoAnswer:
    return NoAnswer(_("%(who)s took too long to answer.") % {"who": who}, _("Try again later."))


def _in_time(resolve: Resolve, host: str, seconds: float) -> Sequence[str]:
    """The addresses; in a thread, because the system's resolver cannot be given a time."""
    answer: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(resolve(host))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answer.get(timeout=max(seconds, 0))
    except queue.Empty:
        raise NoAnswer(
            _("The name servers took too long over %(host)s.") % {"host": host}, _("Try again later.")
        ) from None
    if isinstance(found, Exception) or not found:
        why = f": {_words(found)}" if isinstance(found, Exception) else ""
        raise NoAnswer(
            _("No address is known for %(host)s%(why)s.") % {"host": host, "why": why},
            _("Look whether the name is spelt right."),
        )
    return found


def _words(error: Exception) -> str:
    """What went wrong, in the system's words: without error numbers."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
