"""Indicators as patterns of STIX 2.1 (section 9), and simple patterns as indicators again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network

from duecare.incidents.indicators.kinds import Found, read

PATHS: Mapping[str, str] = {
    "ipv4": "ipv4-addr:value",
    "ipv6": "ipv6-addr:value",
    "domain": "domain-name:value",
    "url": "url:value",
    "email": "email-addr:value",
    "md5": "file:hashes.MD5",
    "sha1": "file:hashes.'SHA-1'",
    "sha256": "file:hashes.'SHA-256'",
    "file name": "file:name",
    "user agent": "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
    "account": "user-account:account_login",
}
_KINDS = {path.replace("'", ""): kind for kind, path in PATHS.items()}
_PATH = r"[a-z0-9-]+:[A-Za-z0-9_.'-]+"
_VALUE = r"'(?:[^'\\]|\\.)*'"
_ONE = re.compile(rf"({_PATH})\s*=\s*({_VALUE})")
_GROUP = rf"\[\s*{_PATH}\s*=\s*{_VALUE}(?:\s+OR\s+{_PATH}\s*=\s*{_VALUE})*\s*\]"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SIMPLE = re.compile(rf"\s*{_GROUP}(?:\s+OR\s+{_GROUP})*\s*")


def pattern_of(kind: str, value: str) -> str:
    """The pattern of an indicator; empty for what has none. One of kind "other" may be a pattern itself."""
    if kind == "other":
        return value if value.startswith("[") else ""
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"[{PATHS[kind]} = '{quoted}']"


def _of_no_kind(kind: str, value: str) -> bool:
    """Whether what STIX holds under that path is more than the kind: a network, or another scheme's URL."""
    if kind == "url":
        scheme = _SCHEME.match(value)
        return scheme is not None and scheme[1].lower() not in ("http", "https", "ftp", "ftps")
    if kind not in ("ipv4", "ipv6") or "/" not in value:
        return False
    try:
        ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def indicators_in(pattern: str) -> list[Found]:
    """The signs that a pattern asks for, any of which is enough.

    One of kind "other", the pattern itself, if it asks for more, or for what is none of the kinds that are
    kept here (a network, an address of another scheme). Raises BadInput for a sign that is not of its kind.
    """
    whole = pattern if pattern.isprintable() else " ".join(pattern.split())
    if not _SIMPLE.fullmatch(pattern):
        return [read(whole, "other")]
    found = []
    for path, quoted in _ONE.findall(pattern):
        kind = _KINDS.get(path.replace("'", ""))
        if kind is None:
            return [read(whole, "other")]
        value = re.sub(r"\\(.)", r"\1", quoted[1:-1])
        if _of_no_kind(kind, value):
            return [read(whole, "other")]
        found.append(read(value, kind))
    return found
