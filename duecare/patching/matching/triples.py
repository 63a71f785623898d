"""What an inventory says is installed, as distinct pieces that advisories can be held against. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from duecare.patching.advisories.names import canonical_name
from duecare.patching.ecosystems import SCHEMES, find_ecosystem

_WITH_SOURCES = frozenset(("deb", "rpm", "apk"))
_OWN_VERSION = re.compile(r"(\S+) \((\S+)\)")
_SOURCE_RPM = re.compile(r"(.+)-([^-]+)-([^-]+)\.(?:no)?src\.rpm")


@dataclass(frozen=True, slots=True)
class Triple:
    """One piece of software, whoever runs it."""

    ecosystem: str
    """As OSV spells it where it is known, else as the inventory does."""
    release: str
    """Of a distribution; empty where there is none or none is known."""
    name: str
    """As the inventory spells it."""
    found_as: str
    """As advisories spell it."""
    source: str
    """The source package of a distribution's package; empty elsewhere."""
    version: str
    source_version: str
    """Of the source package, where it differs from that of what was built from it; else the same."""
    module: str = ""
    """The module stream from which it was installed, `nodejs:18`, if the inventory says."""


def triple(ecosystem: str, release: str, name: str, source: str, version: str, module: str = "") -> Triple:
    """The piece that an inventory means, with its ecosystem, release and names as advisories spell them.

    A source is written as dpkg does, `openssl` or `openssl (3.0.11-1)`, or as rpm does,
    `openssl-3.0.7-27.el9.src.rpm`. A distribution's package without one is its own source, as in dpkg.
    """
    found, number = find_ecosystem(ecosystem, release)
    source_version = version
    if SCHEMES.get(found) not in _WITH_SOURCES:
        source = ""
    elif own := _OWN_VERSION.fullmatch(source):
        source, source_version = own[1], own[2]
    elif built := _SOURCE_RPM.fullmatch(source):
        source = built[1]
    elif not source:
        source = name
    return Triple(found, number, name, canonical_name(found, name), source, version, source_version, module)
