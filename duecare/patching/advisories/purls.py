"""What a package URL in an advisory names: ecosystem, release, name and version. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from duecare.errors import BadInput
from duecare.patching.advisories.names import OF_SOURCES, canonical_name, debian_release
from duecare.patching.purls import parse_purl

_ECOSYSTEMS = {
    "pypi": "PyPI",
    "npm": "npm",
    "golang": "Go",
    "cargo": "crates.io",
    "gem": "RubyGems",
    "composer": "Packagist",
    "maven": "Maven",
    "nuget": "NuGet",
    "hex": "Hex",
    "pub": "Pub",
}
_DISTRIBUTIONS = {
    ("deb", "debian"): "Debian",
    ("deb", "ubuntu"): "Ubuntu",
    ("apk", "alpine"): "Alpine",
    ("apk", "wolfi"): "Wolfi",
    ("apk", "chainguard"): "Chainguard",
    ("rpm", "almalinux"): "AlmaLinux",
    ("rpm", "rocky"): "Rocky Linux",
    ("rpm", "rocky-linux"): "Rocky Linux",
    ("rpm", "redhat"): "Red Hat",
    ("rpm", "opensuse"): "openSUSE",
    ("rpm", "suse"): "SUSE",
    ("rpm", "fedora"): "Fedora",
}


@dataclass(frozen=True, slots=True)
class Package:
    """A package as an advisory names it."""

    ecosystem: str
    release: str
    name: str
    version: str
    """Empty for all versions."""
    by_source: bool

    @property
    def of_distribution(self) -> bool:
        """Whether it is a package of a distribution."""
        return self.ecosystem in _OF_RELEASES

    @property
    def of_any_release(self) -> bool:
        """Whether it is a distribution's, and which release is meant is not said."""
        return self.of_distribution and not self.release and not self.version


_OF_RELEASES = frozenset(_DISTRIBUTIONS.values())


def read_purl(text: str) -> Package | None:
    """What a package URL names; None for what is none, or of an ecosystem that is not known here."""
    try:
        told = parse_purl(text)
    except BadInput:
        return None
    kind, version, qualifiers = told.type, told.version, told.qualifiers
    parts = [*filter(None, told.namespace.split("/")), told.name]
    if kind in ("deb", "apk", "rpm"):
        return _of_distribution(kind, parts, version, qualifiers)
    ecosystem = _ECOSYSTEMS.get(kind)
    if ecosystem is None:
        return None
    name = (":" if kind == "maven" else "/").join(parts)
    if kind == "golang" and version.startswith("v"):
        version = version[1:]
    return Package(ecosystem, "", canonical_name(ecosystem, name), version, False)


def _of_distribution(
    kind: str, parts: list[str], version: str, qualifiers: Mapping[str, str]
) -> Package | None:
    ecosystem = _DISTRIBUTIONS.get((kind, parts[0].lower())) if len(parts) > 1 else None
    if ecosystem is None:
        return None
    if version and qualifiers.get("epoch", "0") != "0":
        version = f"{qualifiers['epoch']}:{version}"
    # `debian-12`, `bookworm`, `el9`, `almalinux-9.4`: the release is what stands after the name.
    distro = qualifiers.get("distro", "")
    release = distro.removeprefix("el") if distro.startswith("el") else distro.rpartition("-")[2]
    if ecosystem == "Debian":
        release = debian_release(release)
    elif ecosystem in ("AlmaLinux", "Rocky Linux"):
        release = release.partition(".")[0]
    by_source = qualifiers.get("arch") in ("source", "src") or (kind == "apk" and ecosystem in OF_SOURCES)
    return Package(ecosystem, release, canonical_name(ecosystem, parts[-1]), version, by_source)
