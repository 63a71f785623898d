"""What a host report says is installed, in the names that advisories use.

A package of the system is of its distribution's ecosystem and release ("Debian", "12"), as OSV names them
(ossf.github.io/osv-schema, "affected[].package"); one of a programming language is of the language's and of
no release. What a report could not read is not said to be gone: each part tells whether it is whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from duecare.patching.ecosystems import SCHEMES
from duecare.patching.versions import find_scheme

LONGEST = 250
"""Characters of a name or version that are kept; what is longer is cut, has no key, and so is undecided."""


class Triple(NamedTuple):
    """A piece of software in a version, wherever it is installed."""

    ecosystem: str
    release: str
    """Of the distribution; empty for packages of a language."""
    name: str
    source: str
    """The source package that it was built from, where that has another name."""
    version: str
    source_version: str
    """The version of the source, where that is another one."""


@dataclass(frozen=True, slots=True)
class Part:
    """The packages of the system, or those of programming languages, of one report."""

    found: frozenset[Triple]
    whole: bool
    """Whether that is all of them: what is missing then is gone."""


NOTHING = Part(frozenset(), whole=False)
"""Nothing could be learnt."""

_MANAGED = ("dpkg", "rpm", "apk")
"""The ecosystems of distributions that have no name here: those of their package managers."""
SCHEME_OF: Mapping[str, str] = {**SCHEMES, "dpkg": "deb", "rpm": "rpm", "apk": "apk"}
"""The version scheme of each ecosystem that has one."""
_OF_MANAGERS = frozenset(("deb", "rpm", "apk"))
OF_SYSTEMS = frozenset((
    *(name for name, scheme in SCHEME_OF.items() if scheme in _OF_MANAGERS), "Windows", "macOS",
))  # fmt: skip
"""Ecosystems of what a system is made of; all others are of programming languages."""
ECOSYSTEMS: tuple[str, ...] = (
    "Debian", "Ubuntu", "AlmaLinux", "Rocky Linux", "Red Hat", "Fedora", "Alpine", *_MANAGED,
    "PyPI", "npm", "Go", "crates.io", "Packagist", "RubyGems", "Maven", "Windows", "macOS",
)  # fmt: skip
"""All that software is usually of."""

_NAMES: Mapping[str, tuple[str, str]] = {
    "debian": ("Debian", r"(\d+)"),
    "ubuntu": ("Ubuntu", r"(\d+\.\d+)"),
    "almalinux": ("AlmaLinux", r"(\d+)"),
    "rocky": ("Rocky Linux", r"(\d+)"),
    "rhel": ("Red Hat", r"(\d+)"),
    "fedora": ("Fedora", r"(\d+)"),
    "alpine": ("Alpine", r"(\d+\.\d+)"),
}
"""By the ID of os-release(5): the ecosystem, and what of VERSION_ID its releases are told apart by."""
_MANAGERS = {"registry": "Windows", "bundles": "macOS"}


def key_of(ecosystem: str, version: str) -> bytes | None:
    """The version's place in the order of its ecosystem; None where that is undecided."""
    scheme = SCHEME_OF.get(ecosystem)
    return None if scheme is None else find_scheme(scheme).key(version)


def system_part(facts: Mapping[str, Any]) -> Part:
    """The packages of the system, from the sections `os` and `packages` of a report that was found good."""
    section = facts["packages"]
    where = _ecosystem(facts["os"], section["manager"])
    if section["items"] is None or where is None:
        return NOTHING
    return Part(
        frozenset(_triple(*where, item) for item in section["items"]), whole=section["state"] == "read"
    )


def language_part(facts: Mapping[str, Any]) -> Part:
    """The packages of programming languages, from a section that not every collector tells."""
    section = facts.get("language_packages")
    if section is None or section["items"] is None:
        return NOTHING
    return Part(frozenset(_of_language(section["items"])), whole=section["state"] == "read")


def _of_language(items: Iterable[Mapping[str, str]]) -> Iterable[Triple]:
    for item in items:
        name = item["name"]
        if item["ecosystem"] in OF_SYSTEMS:
            continue  # a report cannot have the packages of a system end with those of a language
        if item["ecosystem"] == "PyPI":
            name = re.sub(r"[-_.]+", "-", name).lower()  # PyPA, "Names and normalization"
        yield Triple(_cut(item["ecosystem"], 40), "", _cut(name), "", _cut(item["version"]), "")


def _ecosystem(system: Mapping[str, Any], manager: str | None) -> tuple[str, str] | None:
    """Ecosystem and release of a system's packages; None if the report does not tell enough."""
    if manager is None:
        return None
    if manager in _MANAGERS:
        return _MANAGERS[manager], ""
    if system["id"] is None:
        return None
    name, pattern = _NAMES.get(system["id"], (manager, ""))
    release = re.match(pattern, system["version"] or "") if pattern else None
    if release is None:
        return name, ""
    return name, f"v{release[1]}" if name == "Alpine" else release[1]


def _triple(ecosystem: str, release: str, item: Mapping[str, Any]) -> Triple:
    name, version = _cut(item["name"]), _cut(item["version"])
    source, of_source = _cut(item["source"] or ""), _cut(item["source_version"] or "")
    return Triple(
        ecosystem,
        release,
        name,
        "" if source == name else source,
        version,
        "" if of_source == version else of_source,
    )


def _cut(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
