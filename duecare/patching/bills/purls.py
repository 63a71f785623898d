"""What a package URL in a bill of materials names.

A purl says of which ecosystem a component is, in the names of OSV. A type that has none here keeps its own
name: it is shown, and matched with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from duecare.patching.purls import Purl
from duecare.patching.software.installed import Triple

_LANGUAGES: Mapping[str, tuple[str, str]] = {
    "pypi": ("PyPI", ""),
    "npm": ("npm", "/"),
    "golang": ("Go", "/"),
    "cargo": ("crates.io", ""),
    "composer": ("Packagist", "/"),
    "gem": ("RubyGems", ""),
    "maven": ("Maven", ":"),
}
"""By the type: the ecosystem, and what stands between namespace and name there."""
_SYSTEMS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("deb", "debian"): ("Debian", r"(?:debian-)?(\d+)"),
    ("deb", "ubuntu"): ("Ubuntu", r"(?:ubuntu-)?(\d+\.\d+)"),
    ("rpm", "almalinux"): ("AlmaLinux", r"(?:almalinux-)?(\d+)"),
    ("rpm", "rocky"): ("Rocky Linux", r"(?:rocky-)?(\d+)"),
    ("rpm", "redhat"): ("Red Hat", r"(?:(?:redhat|rhel)-)?(\d+)"),
    ("rpm", "fedora"): ("Fedora", r"(?:fedora-)?(\d+)"),
    ("apk", "alpine"): ("Alpine", r"(?:alpine-)?v?(\d+\.\d+)"),
}
"""By type and namespace: the ecosystem, and how the qualifier `distro` names its release."""
_CODENAMES = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14"}
"""Of Debian, which some tools write instead of the number."""


def is_known(purl: Purl) -> bool:
    """Whether its type and namespace are of an ecosystem that has a name here."""
    return purl.type in _LANGUAGES or (purl.type, purl.namespace.lower()) in _SYSTEMS


def triple_of(purl: Purl) -> Triple:
    """The component in the names that advisories use; one of an unknown type keeps the purl's own."""
    qualifiers = purl.qualifiers
    if purl.type in _LANGUAGES:
        ecosystem, between = _LANGUAGES[purl.type]
        name = f"{purl.namespace}{between}{purl.name}" if between and purl.namespace else purl.name
        name = re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "PyPI" else name
        return Triple(ecosystem, "", name, "", purl.version, "")
    system = _SYSTEMS.get((purl.type, purl.namespace.lower()))
    if system is None:
        name = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
        return Triple(f"pkg:{purl.type}", "", name, "", purl.version, "")
    ecosystem, pattern = system
    release = _release(ecosystem, pattern, qualifiers.get("distro", ""))
    epoch, version = qualifiers.get("epoch", ""), purl.version
    if epoch.isdecimal() and epoch != "0" and ":" not in version:
        version = f"{epoch}:{version}"
    source, of_source = _source(qualifiers.get("upstream", ""))
    source = "" if source == purl.name else source
    return Triple(ecosystem, release, purl.name, source, version, "" if of_source == version else of_source)


def _release(ecosystem: str, pattern: str, distro: str) -> str:
    distro = _CODENAMES.get(distro, distro) if ecosystem == "Debian" else distro
    found = re.match(pattern, distro)
    if found is None:
        return ""
    return f"v{found[1]}" if ecosystem == "Alpine" else found[1]


def _source(upstream: str) -> tuple[str, str]:
    """Name and version of the source that the qualifier `upstream` names: `a@1-2`, or `a-1-2.src.rpm`."""
    rpm = re.fullmatch(r"(.+)-([^-]+-[^-]+)\.src\.rpm", upstream)
    if rpm:
        return rpm[1], rpm[2]
    name, _at, version = upstream.partition("@")
    return name, version
