"""What the records of a mail domain say: SPF (RFC 7208), DMARC (RFC 7489), DKIM keys (RFC 6376). Pure.

Short parsers of our own: the library for this opens connections by itself and brings ten others. A record
that receivers may ignore as broken has a `fault`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from duecare.words import gettext as _

_TERM = re.compile(r"([+?~-]?)([a-z0-9]+)(?:([:/])(.*))?", re.I | re.S)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.I | re.S)
_TAG = re.compile(r"\s*([a-z][a-z0-9_]*)\s*=\s*(.*?)\s*", re.I | re.S)
_WHITE = re.compile(r"\s+")
_ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})
"""Mechanisms that make a receiver ask DNS (RFC 7208 section 4.6.4)."""
_NAMED = frozenset({"include", "exists"})
"""Mechanisms that need a domain."""


@dataclass(frozen=True, slots=True)
class Spf:
    """One SPF record."""

    all: str | None
    """What it says of everybody else: `-`, `~`, `?` or `+`; None without `all`."""
    includes: tuple[str, ...]
    redirect: str
    """The domain whose record stands in; empty if none, or if `all` makes it void (section 6.1)."""
    lookups: int
    """Terms of this record alone that make a receiver ask DNS."""
    permits: bool
    """Whether anybody at all may send."""
    fault: str


def spf_records(texts: Sequence[str]) -> list[str]:
    """Those of a domain's TXT records that are SPF (section 4.5)."""
    return [text for text in texts if re.match(r"v=spf1( |\Z)", text, re.I)]


def parse_spf(text: str) -> Spf:
    """The record; its first fault, in words, makes it void for receivers (section 4.6)."""
    everybody: str | None = None
    includes: list[str] = []
    redirect, fault = "", ""
    lookups = permitting = 0
    for term in text.split()[1:]:
        modifier = _MODIFIER.fullmatch(term)
        if modifier:
            if modifier[1].lower() == "redirect":
                fault = fault or (_("redirect stands there twice") if redirect else "")
                redirect = modifier[2]
            continue
        match = _TERM.fullmatch(term)
        fault = fault or _term_fault(term, match)
        if match is None:
            continue
        qualifier, name, value = match[1] or "+", match[2].lower(), match[4] or ""
        if name == "all":
            everybody = everybody or qualifier
        lookups += name in _ASKING
        permitting += qualifier != "-"
        if name == "include":
            includes.append(value)
    if everybody is not None:
        redirect = ""
    return Spf(
        everybody,
        tuple(includes),
        redirect,
        lookups + bool(redirect),
        bool(permitting or redirect),
        fault,
    )


def _term_fault(term: str, match: re.Match[str] | None) -> str:
    """Why receivers do not understand a term; empty if they do."""
    shown = f"“{term[:60]}”"
    if match is None:
        return _("%(shown)s cannot be read") % {"shown": shown}
    name, mark, value = match[2].lower(), match[3], match[4] or ""
    if name in ("ip4", "ip6"):
        try:
            right = mark == ":" and ip_network(value, strict=False).version == int(name[2])
        except ValueError:
            right = False
        return "" if right else _("%(shown)s holds no address") % {"shown": shown}
    if name == "all":
        return _("%(shown)s takes nothing more") % {"shown": shown} if mark else ""
    if name in _NAMED:
        return "" if mark == ":" and value else _("%(shown)s names no domain") % {"shown": shown}
    return "" if name in _ASKING else _("%(shown)s is nothing that SPF knows") % {"shown": shown}


@dataclass(frozen=True, slots=True)
class Dmarc:
    """One DMARC record."""

    policy: str
    """`none`, `quarantine` or `reject`."""
    subdomain_policy: str
    percent: int
    reports: bool
    """Whether somebody receives the reports."""
    fault: str


def dmarc_records(texts: Sequence[str]) -> list[str]:
    """Those of the TXT records at `_dmarc` that are DMARC (section 6.6.3)."""
    return [text for text in texts if re.match(r"v\s*=\s*DMARC1\s*(;|\Z)", text)]


def parse_dmarc(text: str) -> Dmarc:
    """The record (section 6.3). With a policy that is none of the three, receivers only report."""
    tags, fault = _tags(text)
    policy = tags.get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        fault = fault or _("it has no policy (p=none, quarantine or reject)")
        policy = "none"
    below = tags.get("sp", "").lower()
    percent = tags.get("pct", "100")
    if not re.fullmatch(r"[0-9]{1,3}", percent) or int(percent) > 100:
        fault = fault or _("pct=%(value)s is no percentage") % {"value": percent[:20]}
        percent = "100"
    return Dmarc(
        policy,
        below if below in ("none", "quarantine", "reject") else policy,
        int(percent),
        bool(tags.get("rua")),
        fault,
    )


@dataclass(frozen=True, slots=True)
class DkimKey:
    """The public key under one selector."""

    kind: str
    """`rsa`, `ed25519` or what the record says."""
    bits: int | None
    """Length of an RSA key; None where it says nothing or the key cannot be read."""
    revoked: bool
    testing: bool
    """Whether receivers are told not to count its signatures (`t=y`)."""
    fault: str


def parse_dkim(text: str) -> DkimKey:
    """The key record (RFC 6376 section 3.6.1; RFC 8463 for Ed25519)."""
    tags, fault = _tags(text)
    if tags.get("v", "DKIM1") != "DKIM1":
        fault = fault or _("it is of another version than DKIM1")
    kind = tags.get("k", "rsa").lower()
    testing = "y" in {flag.strip() for flag in tags.get("t", "").split(":")}
    if "p" not in tags:
        return DkimKey(kind, None, False, testing, fault or _("it holds no key (p=)"))
    packed = _WHITE.sub("", tags["p"])
    if not packed:
        return DkimKey(kind, None, True, testing, fault)
    try:
        data = base64.b64decode(packed, validate=True)
    except ValueError:
        return DkimKey(kind, None, False, testing, fault or _("its key is not in base 64"))
    bits = None
    if kind == "ed25519":
        fault = fault or ("" if len(data) == 32 else _("its key is not one of Ed25519"))
    elif kind == "rsa":
        bits = _rsa_bits(data)
        fault = fault or ("" if bits else _("its key is not one of RSA"))
    else:
        fault = fault or _("its kind of key (%(value)s) is nothing that DKIM knows") % {"value": kind[:20]}
    return DkimKey(kind, bits, False, testing, fault)


def _rsa_bits(data: bytes) -> int | None:
    try:
        key = load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key.key_size if isinstance(key, rsa.RSAPublicKey) else None


def _tags(text: str) -> tuple[Mapping[str, str], str]:
    """The tags of a `name=value; ...` list (RFC 6376 section 3.2), and the first fault in it."""
    found: dict[str, str] = {}
    fault = ""
    for part in text.split(";"):
        if not part.strip():
            continue
        match = _TAG.fullmatch(part)
        if match is None:
            fault = fault or _("“%(value)s” is not name=value") % {"value": part.strip()[:60]}
        elif match[1].lower() in found:
            fault = fault or _("%(value)s stands there twice") % {"value": match[1]}
        else:
            found[match[1].lower()] = match[2]
    return found, fault
