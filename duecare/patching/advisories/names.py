"""Ecosystems, releases and names of packages in the one spelling under which they are joined. Pure.

Advisories and inventories come from many hands: what is to meet passes through the same functions first.
Ecosystems are spelt as OSV does (https://ossf.github.io/osv-schema/#defined-ecosystems).
"""

from __future__ import annotations

import re
from functools import lru_cache

DEBIAN_RELEASES = {
    "woody": "3.0",
    "sarge": "3.1",
    "etch": "4",
    "lenny": "5",
    "squeeze": "6",
    "wheezy": "7",
    "jessie": "8",
    "stretch": "9",
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "duke": "15",
    "sid": "sid",
}
"""Numbers of Debian's releases by code name (https://www.debian.org/releases/). Sid never has one."""

OF_SOURCES = frozenset(
    (
        "Debian",
        "Ubuntu",
        "Alpine",
        "Chainguard",
        "Wolfi",
        "MinimOS",
        "SUSE",
        "openSUSE",
        "Mageia",
        "openEuler",
    )
)
"""Ecosystems whose advisories name source packages, from which binary packages of other names are made."""

_RUNS = re.compile(r"[-_.]+")
_LOWER = frozenset(("npm", "Packagist", "NuGet", "Hex", "Pub", "GitHub Actions"))


def split_ecosystem(text: str) -> tuple[str, str]:
    """The ecosystem and the release of `Debian:12`; the release is empty where none is named.

    Alpine's `v3.18` is release `3.18`, Ubuntu's `22.04:LTS` is `22.04`, and `Pro:18.04:LTS` is `Pro:18.04`,
    since its fixes reach only those who pay. What follows Maven's colon is a repository and no release.
    """
    return _split(text) if len(text) < 200 else (text, "")


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[str, str]:
    ecosystem, _, release = text.partition(":")
    match ecosystem:
        case "Debian":
            return ecosystem, debian_release(release)
        case "Alpine":
            return ecosystem, release.removeprefix("v")
        case "Ubuntu":
            return ecosystem, release.removesuffix(":LTS")
        case "Maven":
            return ecosystem, ""
        case _:
            return ecosystem, release


def debian_release(text: str) -> str:
    """The number of a release of Debian from its code name or number; other words as they are."""
    name = text.lower().removesuffix("-lts").removesuffix("-security")
    return DEBIAN_RELEASES.get(name, name)


def canonical_name(ecosystem: str, name: str) -> str:
    """A package's name in the spelling under which its registry finds it. `ecosystem` without the release.

    PyPI: PEP 503. Packagist, NuGet, Hex, Pub and Actions know no case. npm's names are lower case since
    2014, and older ones that differ in case alone are looked at together. crates.io takes `_` for `-`.
    """
    if ecosystem == "PyPI":
        return _RUNS.sub("-", name).lower()
    if ecosystem in _LOWER:
        return name.lower()
    if ecosystem == "crates.io":
        return name.lower().replace("_", "-")
    return name
