"""Which ecosystem an inventory means, which order its versions have, and what its releases are called. Pure.

Ecosystems are spelt as OSV does (https://ossf.github.io/osv-schema/#defined-ecosystems); inventories also by
purl types (https://github.com/package-url/purl-spec) and by the names that people give them. An ecosystem
without an entry in SCHEMES has no order of versions here: only versions that an advisory names one by one
can be decided.
"""

from __future__ import annotations

import re
from functools import lru_cache

from duecare.patching.advisories.names import debian_release, split_ecosystem

SCHEMES = {
    **dict.fromkeys(("Debian", "Ubuntu"), "deb"),
    **dict.fromkeys(
        ("AlmaLinux", "Rocky Linux", "Red Hat", "SUSE", "openSUSE", "Mageia", "openEuler", "Fedora"), "rpm"
    ),
    **dict.fromkeys(("Alpine", "Alpaquita", "Wolfi", "Chainguard", "MinimOS"), "apk"),
    "PyPI": "pypi",
    **dict.fromkeys(("npm", "node", "retire.js"), "npm"),
    "Go": "go",
    **dict.fromkeys(("crates.io", "Hex", "Pub", "SwiftURL"), "semver"),
    "Maven": "maven",
    "RubyGems": "gem",
    "Packagist": "composer",
}
"""The order of versions of an ecosystem, by the name that `versions` gives it."""

WITH_RELEASES = frozenset(
    name for name, scheme in SCHEMES.items() if scheme in ("deb", "rpm", "apk")
) - frozenset(("Wolfi", "Chainguard", "MinimOS"))
"""Distributions that publish for several releases at a time: a fix for one says nothing about another."""

_SPELT = {
    **{
        name.lower(): name for name in (*SCHEMES, "NuGet", "GitHub Actions", "CRAN", "ConanCenter", "Hackage")
    },
    "almalinux": "AlmaLinux",
    "alma": "AlmaLinux",
    "rocky": "Rocky Linux",
    "rockylinux": "Rocky Linux",
    "rhel": "Red Hat",
    "redhat": "Red Hat",
    "red-hat": "Red Hat",
    "opensuse-leap": "openSUSE",
    "sles": "SUSE",
    "apk": "Alpine",
    "pip": "PyPI",
    "python": "PyPI",
    "golang": "Go",
    "gomod": "Go",
    "cargo": "crates.io",
    "crates": "crates.io",
    "rust": "crates.io",
    "gem": "RubyGems",
    "ruby": "RubyGems",
    "composer": "Packagist",
    "php": "Packagist",
    "pub.dev": "Pub",
    "githubactions": "GitHub Actions",
    "swift": "SwiftURL",
    "conan": "ConanCenter",
}
_UBUNTU = {
    "trusty": "14.04",
    "xenial": "16.04",
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
}
"""Numbers of Ubuntu's long-term releases by the first half of their code names."""
_OF_UBUNTU = re.compile(r"[0-9]{2}\.(04|10)\b")
_NAMED = re.compile(r"([A-Za-z][A-Za-z ]*?)[-: ]+v?([0-9].*)")
_HELD_BY_RED_HAT = re.compile(r"(?:enterprise_linux|rhel_\w+):([0-9]+)")
_MAJOR = re.compile(r"(?:el)?([0-9]+)(?:\.[0-9]+)*")
_BRANCH = re.compile(r"v?([0-9]+\.[0-9]+)(?:[._].*)?")


def find_ecosystem(text: str, release: str = "") -> tuple[str, str]:
    """The ecosystem and the release that an inventory means by two words, such as `deb` and `bookworm`.

    A release in the first word (`Debian:12`) counts where the second is empty. `deb` and `apk` alone mean
    Debian and Alpine, unless the release says otherwise; `rpm` needs a release such as `almalinux-9`, since
    the distributions with such packages number their fixes apart. What nobody here knows stays as it is.
    """
    if len(text) > 200 or len(release) > 200:
        return text[:200], release[:200]
    return _found(text, release)


@lru_cache(maxsize=4096)
def _found(text: str, release: str) -> tuple[str, str]:
    ecosystem, _, beside = text.strip().partition(":")
    release = release.strip() or beside.strip()
    kind = ecosystem.lower()
    if kind in ("deb", "rpm", "apk", "dpkg"):
        whose = _NAMED.fullmatch(release)
        if whose is not None and whose[1].lower() in _SPELT:
            kind, release = whose[1].lower(), whose[2]
        elif kind != "rpm":
            of_ubuntu = _OF_UBUNTU.match(release) or release.lower() in _UBUNTU
            kind = {"apk": "alpine"}.get(kind, "ubuntu" if of_ubuntu else "debian")
    known = _SPELT.get(kind)
    if known is None:
        return ecosystem, release
    return known, release_of(known, split_ecosystem(f"{known}:{release}")[1])


@lru_cache(maxsize=4096)
def release_of(ecosystem: str, text: str) -> str:
    """The part of a release's name for which a distribution publishes: `12` of `12.5`, `9` of `9.4`."""
    if ecosystem not in WITH_RELEASES:
        return ""
    match ecosystem:
        case "Debian":
            name = debian_release(text)
            return name.partition(".")[0] if name not in ("3.0", "3.1") else name
        case "Ubuntu":
            number = _UBUNTU.get(text.lower(), text)
            return number[:5] if _OF_UBUNTU.match(number) else number
        case "Alpine" | "Alpaquita":
            found = _BRANCH.fullmatch(text)
        case "Red Hat":
            found = _HELD_BY_RED_HAT.search(text) or _MAJOR.fullmatch(text)
        case "AlmaLinux" | "Rocky Linux" | "Fedora":
            found = _MAJOR.fullmatch(text)
        case _:
            found = None
    return text if found is None else found[1]
