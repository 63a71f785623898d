"""Which files that describe a language's package came with a package of the distribution.

Those are in the section `packages` already, under the distribution's name and version, and its vendor mends
them: listing them again would count them twice, and compare their versions with the wrong advisories.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..look import Look, Unreadable
from ..machine import LIST_LIMIT
from ..text import decoded
from .packages import APK_DATABASES, RPM_DATABASES, rpm_files, rpm_headers

DPKG_LISTS = "/var/lib/dpkg/info"
_DESCRIBES = re.compile(r"(?:\.dist-info|\.egg-info)(?:/|$)|/node_modules/.*/package\.json$")


def owned_paths(look: Look) -> frozenset[str] | None:
    """Folders of Python packages and files of npm packages that the distribution's packages hold.

    None if the lists of dpkg, rpm or apk cannot be read, and empty where there is no such manager.
    """
    try:
        return frozenset(place for path in _files(look) for place in _place(path))
    except Unreadable as error:
        look.problem(error.what, error.reason)
        return None


def _place(path: str) -> Iterator[str]:
    """What stands for a file in the comparison; /lib is /usr/lib where both are one (Debian 12 and later)."""
    if _DESCRIBES.search(path):
        whole = f"/usr{path}" if path.startswith("/lib/") else path
        yield re.sub(r"(\.(?:dist|egg)-info)/.*", r"\1", whole)


def _files(look: Look) -> Iterable[str]:
    if look.exists(DPKG_LISTS):
        look.source(DPKG_LISTS)
        yield from _dpkg_files(look)
    for path in RPM_DATABASES:
        if look.exists(path):
            look.source(path)
            yield from _rpm_files(look, path)
    for path in APK_DATABASES:
        if look.exists(path):
            look.source(path)
            yield from _apk_files(look.need(path))


def _dpkg_files(look: Look) -> Iterator[str]:
    for name in look.names(DPKG_LISTS):
        if name.endswith(".list"):
            text = look.need(f"{DPKG_LISTS}/{name}")
            if "-info" in text or "/package.json" in text:
                yield from text.splitlines()


def _rpm_files(look: Look, path: str) -> Iterator[str]:
    try:
        for header in rpm_headers(look, path):
            yield from rpm_files(header)
    except (OSError, ValueError) as error:
        try:
            code, printed = look.machine.run(("rpm", "-qal"), 60.0, LIST_LIMIT)
        except OSError:
            code, printed = 1, b""
        if code:
            raise Unreadable(path, f"the files of packages cannot be listed: {error}") from error
        yield from decoded(printed).splitlines()


def _apk_files(text: str) -> Iterator[str]:
    folder = ""
    for line in text.splitlines():
        if line.startswith("F:"):
            folder = line[2:]
        elif line.startswith("R:"):
            yield f"/{folder}/{line[2:]}"
