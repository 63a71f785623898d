"""The order of versions as the package managers have it, as keys to sort by.

dpkg: Debian policy section 5.6.12. rpm: rpm-version(7). apk: apk-package(5), "pkgver".
"""

from __future__ import annotations

import re
from typing import Any


def dpkg_key(version: str) -> tuple[Any, ...]:
    """A key that sorts versions as dpkg does (Debian policy 5.6.12)."""
    epoch, _, rest = version.rpartition(":") if ":" in version else ("0", "", version)
    if ":" in epoch:
        epoch, _, rest = version.partition(":")
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, ""
    return (int(epoch) if epoch.isdigit() else 0, _dpkg_part(upstream), _dpkg_part(revision))


def _dpkg_part(text: str) -> tuple[Any, ...]:
    end = ((0,), 0)
    parts = [
        (
            (*(-1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256 for c in letters), 0),
            int(digits or 0),
        )
        for letters, digits in re.findall(r"([^0-9]*)([0-9]*)", text)
        if letters or digits
    ]
    return (*(parts or [end]), end)  # nothing counts as 0


def rpm_key(version: str) -> tuple[Any, ...]:
    """A key that sorts [epoch:]version-release as rpm does (rpm-version(7))."""
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, release = rest.partition("-")
    return (int(epoch) if epoch.isdigit() else 0, _rpm_part(upstream), _rpm_part(release))


def _rpm_part(text: str) -> tuple[Any, ...]:
    ranks: dict[str, tuple[Any, ...]] = {"~": (-2,), "^": (0,)}
    parts = re.findall(r"[0-9]+|[a-zA-Z]+|~|\^", text)
    return (*(ranks.get(p) or ((2, int(p)) if p.isdigit() else (1, p)) for p in parts), (-1,))


def apk_key(version: str) -> tuple[Any, ...]:
    """A key that sorts versions as apk-tools does (apk-package(5), pkgver)."""
    key: list[tuple[Any, ...]] = []
    pattern = r"(?P<number>\d+)|_(?P<suffix>[a-z]+)(?P<count>\d*)|-r(?P<revision>\d+)|(?P<letter>[a-z])"
    for match in re.finditer(pattern, version):
        number, suffix, revision = match["number"], match["suffix"], match["revision"]
        if number:
            first = not key
            key.append((5, -1, number) if number.startswith("0") and not first else (5, int(number)))
        elif suffix in _APK_BEFORE:
            key.append((0, _APK_BEFORE.index(suffix), int(match["count"] or 0)))
        elif suffix:
            rank = _APK_AFTER.index(suffix) if suffix in _APK_AFTER else len(_APK_AFTER)
            key.append((3, rank, int(match["count"] or 0)))
        elif revision:
            key.append((2, int(revision)))
        else:
            key.append((4, match["letter"]))
    return (*key, (1,))


_APK_BEFORE = ["alpha", "beta", "pre", "rc"]
_APK_AFTER = ["cvs", "svn", "git", "hg", "p"]
