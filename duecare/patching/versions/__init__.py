"""The order of versions, one scheme a packaging system, as keys that a database compares as bytes.

`find_scheme("deb").key("1:2.0-1")` gives the key of one version, `compare` the order of two, `ranks` the keys
of many. Pure, and usable as a library: no Django, no clock, no network. What a scheme rejects has no key and
no order: it is undecided, never lowest.
"""

from __future__ import annotations

from collections.abc import Iterable

from duecare.errors import BadInput
from duecare.patching.versions.apk import APK
from duecare.patching.versions.composer import COMPOSER
from duecare.patching.versions.deb import DEB
from duecare.patching.versions.gem import GEM
from duecare.patching.versions.go import GO
from duecare.patching.versions.interface import LIMIT, Scheme
from duecare.patching.versions.maven import MAVEN
from duecare.patching.versions.pypi import PYPI
from duecare.patching.versions.rpm import RPM
from duecare.patching.versions.semver import NPM, SEMVER

__all__ = ["LIMIT", "SCHEMES", "Scheme", "compare", "find_scheme", "ranks"]

SCHEMES = {scheme.name: scheme for scheme in (DEB, RPM, APK, PYPI, NPM, SEMVER, GO, MAVEN, GEM, COMPOSER)}


def find_scheme(name: str) -> Scheme:
    """The scheme of that name; raises BadInput for any other."""
    try:
        return SCHEMES[name]
    except KeyError:
        raise BadInput(f"No version scheme {name[:40]!r}: there are {', '.join(SCHEMES)}.") from None


def compare(scheme: str, a: str, b: str) -> int | None:
    """-1, 0 or 1 as `a` sorts before, with or after `b`; None (undecided) where the scheme rejects either."""
    key = find_scheme(scheme).key
    first, second = key(a), key(b)
    if first is None or second is None:
        return None
    return (first > second) - (first < second)


def ranks(scheme: str, versions: Iterable[str]) -> dict[str, bytes | None]:
    """Each distinct version with the bytes that give it its place, or None where it is undecided.

    The bytes are keys: they hold beside those of any other set, so a version that comes later needs no new
    place for those before it.
    """
    key = find_scheme(scheme).key
    return {version: key(version) for version in versions}
