"""Asking the name servers that this machine is set up with for TXT records (RFC 1035 section 3.3.14).

They are the machine owner's own choice, often within the local network, and so not judged like what a name
leads to. Their answers are not proven by DNSSEC here: whoever answers for them can forge a look.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import dns.exception
import dns.flags
import dns.name
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from duecare.program.outgoing import NoAnswer
from duecare.systems.names.interface import Ask, NoSuchName
from duecare.words import gettext as _

STEP = 5.0
"""Seconds for one question."""
WHOLE = 20.0
"""Seconds for all questions of one look."""
PAYLOAD = 1232
"""Bytes of an answer over UDP that no network on the way splits; longer ones come over TCP."""


def ask_name_servers(
    resolver: dns.resolver.Resolver | None = None, clock: Callable[[], float] = time.monotonic
) -> Ask:
    """A function that asks for TXT records, for the time of one look.

    It raises NoSuchName and NoAnswer. So does this, if this machine has no name servers.
    """
    try:
        servers = resolver or dns.resolver.Resolver()
    except (dns.resolver.NoResolverConfiguration, OSError) as error:
        raise NoAnswer(
            _("This machine has no name servers."), _("Set them up in /etc/resolv.conf.")
        ) from error
    servers.use_edns(0, 0, PAYLOAD)
    ends = clock() + WHOLE

    def ask(name: str) -> tuple[str, ...]:
        left = min(STEP, ends - clock())
        if left <= 0:
            raise NoAnswer(_("the time for one look was over"))
        try:
            answer = servers.resolve(name, "TXT", raise_on_no_answer=False, search=False, lifetime=left)
        except dns.resolver.NXDOMAIN:
            raise NoSuchName(f"the name servers say that there is no name {name[:255]}") from None
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise NoAnswer(
                _("the name servers did not answer about %(value)s: %(words)s")
                % {"value": name[:255], "words": _words(error)}
            ) from error
        return tuple(_text(record) for record in answer.rrset or () if isinstance(record, TXT))

    return ask


def _text(record: TXT) -> str:
    """The strings of a record put together without spaces, as all three standards ask."""
    return b"".join(record.strings).decode("ascii", "backslashreplace")


def _words(error: Exception) -> str:
    if isinstance(error, dns.resolver.NoNameservers):
        return _("all of them failed")
    if isinstance(error, dns.exception.Timeout):
        return _("they took too long")
    return str(error)[:200] or type(error).__name__
