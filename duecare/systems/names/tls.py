"""How a host of ours answers to TLS: which versions (RFC 8996), with which certificate, trusted or not.

Each question is a connection of its own. The first verifies the server as any client would. If that fails,
a second takes the certificate as it is, to say what is wrong with it. Then each version is offered alone, at
the lowest security level of OpenSSL; what this machine's OpenSSL cannot offer stays unknown. Nothing is sent
beyond the handshake, and STARTTLS before it on the ports of mail (RFC 3207).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duecare.errors import DuecareError
from duecare.program.outgoing import NoAnswer, Outgoing, handshake, within
from duecare.systems.names.certificates import certificate_facts
from duecare.systems.names.interface import Section, absent, plain, read, unreadable
from duecare.words import gettext as _
from duecare.words import gettext_noop

STEP = 5.0
"""Seconds for one connection."""
WHOLE = 30.0
"""Seconds for all of a look."""
STARTTLS_PORTS = (25, 587)
VERSIONS = {
    "TLS 1.0": ssl.TLSVersion.TLSv1,
    "TLS 1.1": ssl.TLSVersion.TLSv1_1,
    "TLS 1.2": ssl.TLSVersion.TLSv1_2,
    "TLS 1.3": ssl.TLSVersion.TLSv1_3,
}
_SPOKEN = {"TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}
_REFUSALS = frozenset({"UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION", "WRONG_VERSION_NUMBER"})
"""What OpenSSL says where a server answers with a version that was not offered; alerts are told apart."""
_LINES = 100
"""Lines of a mail server's greeting that are read."""


class NoTls(Exception):
    """The server answers, but offers no encryption."""


@dataclass(frozen=True, slots=True)
class _Door:
    """Where to knock, and until when."""

    host: str
    port: int
    out: Outgoing
    ends: float

    def knock(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        """A connection after its handshake.

        Raises NoTls, NoAnswer or Refused before the handshake, ssl.SSLError and other OSError from it.
        """
        left = min(STEP, self.ends - self.out.clock())
        if left <= 0:
            raise NoAnswer(_("the time for one look was over"))
        sock = self.out.connect(self.host, self.port, seconds=left)
        if self.port in STARTTLS_PORTS:
            try:
                with within(sock, left, self.host):
                    _start_tls(sock)
            except BaseException:
                sock.close()
                raise
        return handshake(sock, self.host, context, left)


def look_at_tls(host: str, port: int, out: Outgoing) -> dict[str, Section]:
    """The sections `tls` and `certificate` of a host. Whatever stands in the way is told in them."""
    door = _Door(host, port, out, out.clock() + WHOLE)
    where = f"{host}:{port}"
    try:
        certificate, spoken = _certificate(door)
    except NoTls as error:
        return {"tls": read(offered=False, why=str(error), versions=[]), "certificate": absent()}
    except DuecareError as error:
        return dict.fromkeys(("tls", "certificate"), unreadable(where, error.what))
    except (OSError, ValueError) as error:
        why = _("no handshake came about (%(words)s)") % {"words": _words(error)}
        return dict.fromkeys(("tls", "certificate"), unreadable(where, why))
    versions = _confirmed(door, [_version(door, name, spoken) for name in VERSIONS])
    return {"tls": read(offered=True, why="", versions=versions), "certificate": certificate}


def _certificate(door: _Door) -> tuple[Section, str]:
    """The server's certificate, judged, and the version that was spoken.

    Raises NoTls, NoAnswer, Refused, OSError, and ValueError for a certificate that cannot be read.
    """
    context = door.out.trust()
    trusted: bool | None = None
    try:
        with door.knock(context) as sock:
            data, spoken = sock.getpeercert(binary_form=True), sock.version()
        trusted, why = True, ""
    except ssl.SSLCertVerificationError as error:
        trusted, why = (False, error.verify_message) if _has_roots(context) else (None, _(_ROOTLESS))
    except ssl.SSLError as error:
        why = _("the handshake of a present-day client failed (%(words)s)") % {"words": _words(error)}
    if trusted is not True:
        with door.knock(_open_to_all()) as sock:
            data, spoken = sock.getpeercert(binary_form=True), sock.version()
    facts = certificate_facts(data or b"", door.host)
    return read(**facts, trusted=trusted, untrusted_because=plain(why)), _SPOKEN.get(spoken or "", "")


_ROOTLESS = gettext_noop("this machine has no list of certificate authorities that it trusts")


def _has_roots(context: ssl.SSLContext) -> bool:
    """Whether the context trusts anybody. A directory of roots is read as needed, so it is looked into."""
    if context.cert_store_stats()["x509_ca"]:
        return True
    directory = ssl.get_default_verify_paths().capath
    return directory is not None and any(Path(directory).iterdir())


def _open_to_all(version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A context that takes any certificate and offers what OpenSSL has, or one version alone.

    Nothing is ever sent under it. Raises ValueError if this machine's OpenSSL does not know the version.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = version or ssl.TLSVersion.MINIMUM_SUPPORTED
    if version is not None:
        context.maximum_version = version
    return context


def _version(door: _Door, name: str, spoken: str) -> dict[str, Any]:
    """Whether the server accepts a version; null, with the reason, if it could not be told."""
    if name == spoken:
        return {"version": name, "accepted": True, "why": ""}
    accepted: bool | None
    try:
        with door.knock(_open_to_all(VERSIONS[name])):
            accepted, why = True, ""
    except (ssl.SSLZeroReturnError, ssl.SSLEOFError, ConnectionResetError):
        accepted, why = False, _(_BROKE_OFF)
    except ssl.SSLError as error:
        said_no = error.reason in _REFUSALS or "ALERT" in (error.reason or "")
        accepted, why = (False, "") if said_no else (None, _words(error))
    except ValueError:
        accepted, why = None, _("this machine's OpenSSL cannot offer it")
    except DuecareError as error:
        accepted, why = None, error.what
    except (OSError, NoTls) as error:
        accepted, why = None, _words(error)
    if why in ("no protocols available", "no ciphers available"):
        why = _("this machine's OpenSSL cannot offer it")
    return {"version": name, "accepted": accepted, "why": plain(why)}


_BROKE_OFF = gettext_noop("it breaks off")


def _confirmed(door: _Door, versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers, once it is known what breaking off meant.

    Many servers say no by breaking off, but so does one that has had enough of us: it is asked once more for
    what it spoke at first.
    """
    broken_off = [one for one in versions if one["why"] == _(_BROKE_OFF)]
    if broken_off:
        try:
            door.knock(_open_to_all()).close()
        except (OSError, DuecareError, NoTls):
            for one in broken_off:
                one.update(accepted=None, why=_("it broke off, and then did not answer any more"))
    return versions


def _start_tls(sock: socket.socket) -> None:
    """Ask a mail server to go on with TLS.

    Raises NoTls if it does not offer that, NoAnswer or OSError if it breaks off.
    """
    with sock.makefile("rb") as lines:
        _expect(lines.readline, 220)
        sock.sendall(b"EHLO localhost\r\n")
        offered = {line[4:].strip().upper() for line in _expect(lines.readline, 250)}
        if "STARTTLS" not in offered:
            raise NoTls(_("the mail server offers no encryption (STARTTLS)"))
        sock.sendall(b"STARTTLS\r\n")
        _expect(lines.readline, 220)


def _expect(readline: Callable[[int], bytes], code: int) -> list[str]:
    """The lines of one answer (RFC 5321 section 4.2.1). Raises NoAnswer if its code is another."""
    found = []
    for _again in range(_LINES):
        line = readline(1000).decode("ascii", "replace").rstrip("\r\n")
        found.append(line)
        if line[3:4] != "-":
            break
    if not found[-1].startswith(f"{code} ") and found[-1] != str(code):
        raise NoAnswer(
            _("the mail server answered %(plain)s (expected %(code)s)")
            % {"plain": repr(plain(found[-1][:100])), "code": code}
        )
    return found


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return str(error) or type(error).__name__
