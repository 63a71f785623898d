"""Whom one calls in an incident, of which kinds, and whether that works without our own mail. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from duecare.words import Text

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "ours": Text("One of us"),
        "responder": Text("Help with incidents"),
        "insurer": Text("Insurer"),
        "counsel": Text("Counsel"),
        "authority": Text("Authority"),
        "police": Text("Police"),
        "provider": Text("Provider or supplier"),
        "bank": Text("Bank"),
        "other": Text("Other"),
    }
)
"""By id, in the order in which pages and papers have them."""
FIRST = ("ours", "responder", "insurer", "counsel", "provider", "police", "authority", "bank", "other")
"""The order in which they are called, for a paper with little room."""
_MAIL = re.compile(r"[^@\s<>,;]+@([^@\s<>,;]+)")


def only_by_our_mail(phone: str, other: str, domains: Collection[str]) -> bool:
    """Whether the only way to somebody is a mail address of our own, which is lost when our mail is.

    `domains` are ours, in lower case.
    """
    if phone.strip():
        return False
    found = [domain.rstrip(".").casefold() for domain in _MAIL.findall(other)]
    rest = _MAIL.sub("", other).strip(" ,;<>\n")
    return bool(found) and not rest and all(_ours(domain, domains) for domain in found)


def _ours(domain: str, domains: Collection[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in domains)
