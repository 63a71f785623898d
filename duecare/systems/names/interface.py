"""What a look at a name gives, and what the looks are made of. Pure.

A look holds sections as a host's report does (docs/report-format.md): each says whether it could be read and,
if not, what stood in the way, so that a check answers unknown and not met.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from duecare.errors import BadInput, DuecareError
from duecare.words import gettext as _

FORMAT = "duecare-look/1"
LONGEST = 2000
"""Characters of a text that came from outside; what is longer is cut."""
MOST = 100
"""Members of a list that came from outside; what is more is cut."""

MOST_LOOKUPS = 10
"""Of one SPF record (RFC 7208 section 4.6.4): with more, receivers may treat it as void."""

Section = dict[str, Any]
Ask = Callable[[str], tuple[str, ...]]
"""The TXT records of a name; empty if it has none.

Raises NoSuchName if there is no such name, NoAnswer if that could not be learnt.
"""

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_SELECTOR = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_READ_DIFFERENTLY = frozenset("ßς\u200c\u200d")
"""What the two versions of IDNA (RFC 3490, RFC 5891) turn into different names."""


class NoSuchName(DuecareError):
    """The name servers say that there is no such name."""


def host_name(text: str) -> str:
    """A host name or domain as DNS has it: lower case, ASCII, without a final dot.

    Raises BadInput for what is none: an address, a URL, a wildcard.
    """
    name = text.strip().lower().rstrip(".")
    if not name.isascii():
        if _READ_DIFFERENTLY & set(name):
            raise BadInput(
                _("%(value)s has two readings.") % {"value": repr(name[:80])},
                _("Write its ASCII form, which begins with xn--."),
            )
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            name = ""
    labels = name.split(".")
    if len(name) > 253 or not all(map(_LABEL.fullmatch, labels)) or not re.search("[a-z]", labels[-1]):
        raise BadInput(
            _("%(value)s is not a host name.") % {"value": repr(text[:80])},
            _("Write it as www.example.org: no address, no https://, no *."),
        )
    return name


def selector(text: str) -> str:
    """A DKIM selector (RFC 6376 section 3.1) in lower case. Raises BadInput for what is none."""
    name = text.strip().lower()
    if len(name) > 100 or not all(map(_SELECTOR.fullmatch, name.split("."))):
        raise BadInput(
            _("%(value)s is not a DKIM selector.") % {"value": repr(text[:80])},
            _("Write it as selector1: what stands before ._domainkey in DNS."),
        )
    return name


def read(**facts: Any) -> Section:
    """A section that was read whole."""
    return {"state": "read", "problems": [], **facts}


def partial(problems: Iterable[tuple[str, str]], **facts: Any) -> Section:
    """A section of which parts could not be read: (what, why). Whole if there are no such parts."""
    told = [{"what": what, "reason": why} for what, why in problems]
    return {"state": "partial" if told else "read", "problems": told, **facts}


def unreadable(what: str, why: str) -> Section:
    """A section that could not be read."""
    return {"state": "unreadable", "problems": [{"what": what, "reason": plain(why)}]}


def absent(**facts: Any) -> Section:
    """A section about what is not there."""
    return {"state": "absent", "problems": [], **facts}


def plain(text: str) -> str:
    """Text from outside in a form that is safe to record and to show: printable, bounded."""
    cut = text[:LONGEST]
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in cut)
