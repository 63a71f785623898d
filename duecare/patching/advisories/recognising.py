"""Which format a document is in, told by what stands in it and never by what it calls itself. Pure.

A JSON document is told by its outermost keys; the two formats that have none of their own, Debian's tracker
and retire.js, by the keys below. Text is told by its first lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from duecare.patching.advisories import (
    csaf,
    debian_lists,
    debian_tracker,
    enriching,
    npm,
    openvex,
    osv,
    php,
    retirejs,
)
from duecare.patching.advisories.found import Found

Read = Callable[[bytes, str, Found], None]
"""Takes in one document, told where it stands. Raises Unreadable or msgspec.DecodeError."""
ReadLines = Callable[[Iterable[bytes], str, Found], None]
"""Takes in a text line by line."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of advisories or of what is known about CVEs, one JSON document each."""

    name: str
    read: Read
    keys: frozenset[str]
    """Outermost keys that mark it, all of which are there."""
    beside: frozenset[str] = frozenset()
    """Of these at least one is there as well, if any are named."""
    ecosystem: str = ""
    """What a record that cannot be read could be about; empty where the format is of several."""


def _format(name: str, read: Read, keys: str, beside: str = "", ecosystem: str = "") -> Format:
    return Format(name, read, frozenset(keys.split()), frozenset(beside.split()), ecosystem)


OSV = _format("OSV", osv.read, "id", "modified affected")
PHP = _format("FriendsOfPHP", php.read, "reference branches", ecosystem="Packagist")
FORMATS = (
    _format("nodejs security-wg", npm.read, "module_name vulnerable_versions", ecosystem="npm"),
    _format("nodejs security-wg", npm.read, "vulnerable cve", "patched path ref"),
    PHP,
    _format("Debian DSA and DLA", debian_lists.read, "id pkgs", ecosystem="Debian"),
    OSV,
    _format("CISA KEV", enriching.read_kev, "vulnerabilities", "catalogVersion dateReleased"),
    _format("CVE record", enriching.read_cve, "cveMetadata containers"),
    _format("CISA Vulnrichment", enriching.read_extracted, "cve", "ssvc cvss"),
    _format("CSAF", csaf.read, "document", "vulnerabilities product_tree"),
    _format("OpenVEX", openvex.read, "@context statements"),
)
NPM_INDEX = _format("nodejs security-wg", npm.read_index, "")
RETIRE = _format("retire.js", retirejs.read, "")
TRACKER = _format("Debian tracker", debian_tracker.read, "", ecosystem="Debian")

_keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_LOOKED_AT = 20


def recognise(data: bytes) -> Format | None:
    """The format of a JSON document, or None. Raises msgspec.DecodeError if it is no JSON object."""
    table = _keys(data)
    keys = table.keys()
    for one in FORMATS:
        if one.keys <= keys and (not one.beside or one.beside & keys):
            return one
    if keys and all(key.isdecimal() or key == "path" for key in keys):
        return NPM_INDEX
    return _by_what_is_below(list(table.values())[:_LOOKED_AT])


def _by_what_is_below(values: list[msgspec.Raw]) -> Format | None:
    """The formats whose outermost keys are names of packages."""
    for raw in values:
        try:
            inner = _keys(raw)
        except msgspec.DecodeError:
            return None
        if "vulnerabilities" in inner and "extractors" in inner:
            return RETIRE
        for issue in list(inner.values())[:1]:
            try:
                if "releases" in _keys(issue):
                    return TRACKER
            except msgspec.DecodeError:
                return None
    return None


@dataclass(frozen=True, slots=True)
class TextFormat:
    """A format that is read line by line."""

    name: str
    read: ReadLines


EPSS = TextFormat("EPSS", enriching.read_epss)
LIST = TextFormat("Debian DSA and DLA list", debian_lists.read_text)


def recognise_text(head: bytes) -> TextFormat | None:
    """The format of a text, by its first lines."""
    lines = [line.strip() for line in head.split(b"\n")[:5]]
    if any(line.lower() == enriching.EPSS_HEAD for line in lines):
        return EPSS
    if lines and debian_lists.HEAD.fullmatch(lines[0]):
        return LIST
    return None
