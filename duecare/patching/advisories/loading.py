"""A directory of feeds, read into the one shape. Files are recognised by what stands in them.

Loading is one pass; nothing is matched or judged here. What is told twice is kept once: a record that stands
in two files is that of its newer version, and what one file says in two records under one id (AlmaLinux has
one for each release) is joined.
"""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO

from duecare.errors import BadInput
from duecare.patching.advisories import bounds
from duecare.patching.advisories.found import Found
from duecare.patching.advisories.interface import Advisory, Enrichment, Fault
from duecare.patching.advisories.reading import UNKNOWN, read_stream
from duecare.words import gettext as _
from duecare.words import number


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What one file of a feed was."""

    name: str
    """Within the directory, with `/`."""
    digest: str
    """SHA-256 of its bytes as they lie there, in hex."""
    format: str
    """The formats found in it, or `not recognised`."""
    count: int
    """Records that were read."""
    faults: int
    newest: datetime | None
    """The newest moment that a record names as its own; None where the format has none."""
    unplaced: dict[str, int] = field(default_factory=dict)
    """Of the faults those that leave open which package they are about: how many, by `Fault.of`."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a directory or a file holds."""

    advisories: list[Advisory] = field(default_factory=list)
    enrichment: dict[str, Enrichment] = field(default_factory=dict)
    """By CVE."""
    faults: list[Fault] = field(default_factory=list)
    files: list[LoadedFile] = field(default_factory=list)


def load_directory(path: Path) -> Loaded:
    """All feeds in a directory and those below it, or in one file, in the order of their names.

    Links are not followed. Raises BadInput if there is no such directory, and for nothing that lies in it.
    """
    if not path.exists():
        raise BadInput(
            _("There is no directory %(path)s.") % {"path": path}, _("Name one that holds advisories.")
        )
    gathered = _Gathered()
    with _no_collection():
        for name, file, reason in _files(path):
            if reason:
                gathered.loaded.faults.append(Fault(name, reason))
                continue
            try:
                with file.open("rb") as stream:
                    gathered.take(name, stream)
            except OSError as error:
                gathered.loaded.faults.append(Fault(name, error.strerror or str(error)))
    return gathered.close()


def load_stream(name: str, stream: IO[bytes]) -> Loaded:
    """What one open file holds, which can be sought in. `name` is how faults call it."""
    gathered = _Gathered()
    with _no_collection():
        gathered.take(name, stream)
    return gathered.close()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the cyclic collector, which would look through millions of new objects again and again and
    find nothing: no cycles are made here."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _files(path: Path) -> Iterator[tuple[str, Path, str]]:
    """Name, place and, for what is not read, the reason."""
    if not path.is_dir():
        yield path.name, path, ""
        return
    seen = 0
    waiting = [(path, "", 1)]
    while waiting:
        directory, prefix, depth = waiting.pop()
        with os.scandir(directory) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                name = f"{prefix}{entry.name}"
                if entry.name.startswith("."):
                    continue
                if entry.is_symlink():
                    yield name, Path(entry.path), _("it is a link, which is not followed")
                elif entry.is_dir():
                    if depth >= bounds.DEPTH:
                        yield name, Path(entry.path), _("it lies too deep, so that nothing in it is read")
                    else:
                        waiting.append((Path(entry.path), f"{name}/", depth + 1))
                elif entry.is_file():
                    seen += 1
                    if seen > bounds.FILES:
                        most = {"most": number(bounds.FILES)}
                        yield (
                            name,
                            Path(entry.path),
                            _("there are more than %(most)s files; no more are read") % most,
                        )
                        return
                    yield name, Path(entry.path), ""
                else:
                    yield name, Path(entry.path), _("it is neither a file nor a directory")


_NEVER = date.min


class _Gathered:
    """What came out of the files so far."""

    def __init__(self) -> None:
        self.loaded = Loaded()
        self._advisories: dict[tuple[str, str], tuple[int, Advisory]] = {}
        self._catalogues: list[tuple[datetime | None, dict[str, Enrichment]]] = []
        self._files = 0

    def take(self, name: str, stream: IO[bytes]) -> None:
        """Read one file."""
        digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
        stream.seek(0)
        found = Found(name)
        read_stream(stream, found)
        self._files += 1
        for advisory in found.advisories:
            self._keep(advisory)
        listed: dict[str, Enrichment] = {}
        for what in found.enrichment:
            if what.kev_added is not None and not what.cvss and not what.ssvc:
                listed[what.cve] = what
            else:
                before = self.loaded.enrichment.get(what.cve)
                self.loaded.enrichment[what.cve] = what if before is None else joined(before, what)
        if listed:
            self._catalogues.append((found.newest, listed))
        self.loaded.faults.extend(found.told())
        self.loaded.files.append(
            LoadedFile(
                name,
                digest,
                ", ".join(one for one in found.formats if one != UNKNOWN) or UNKNOWN,
                sum(found.formats.values()),
                found.fault_count,
                found.newest,
                found.unplaced,
            )
        )

    def _keep(self, advisory: Advisory) -> None:
        key = (advisory.feed, advisory.id)
        before = self._advisories.get(key)
        if before is None:
            self._advisories[key] = (self._files, advisory)
            return
        file, other = before
        if file == self._files or None in (other.modified, advisory.modified):
            self._advisories[key] = (self._files, _united(other, advisory))
        elif (other.modified or 0) < (advisory.modified or 0):  # type: ignore[operator]
            self._advisories[key] = (self._files, advisory)

    def close(self) -> Loaded:
        """All of it. Of several catalogues of what is exploited the newest counts alone."""
        loaded = self.loaded
        loaded.advisories.extend(advisory for _file, advisory in self._advisories.values())
        newest = max(self._catalogues, key=lambda one: (one[0] is not None, one[0]), default=(None, {}))[1]
        for cve, what in newest.items():
            before = loaded.enrichment.get(cve)
            loaded.enrichment[cve] = what if before is None else joined(before, what)
        return loaded


def _united(one: Advisory, other: Advisory) -> Advisory:
    """What two records under one id say together."""
    affected = tuple(dict.fromkeys((*one.affected, *other.affected)))
    newer = other if _moment(other) > _moment(one) else one
    return replace(
        newer,
        aliases=tuple(dict.fromkeys((*one.aliases, *other.aliases))),
        related=tuple(dict.fromkeys((*one.related, *other.related))),
        affected=affected,
    )


def _moment(advisory: Advisory) -> float:
    return advisory.modified.timestamp() if advisory.modified else 0.0


def joined(one: Enrichment, other: Enrichment) -> Enrichment:
    """What two sources know about a CVE. Of two scores of EPSS the later counts."""
    later = other if (other.epss_on or _NEVER) >= (one.epss_on or _NEVER) and other.epss is not None else one
    if later.epss is None:
        later = one
    return Enrichment(
        one.cve,
        one.kev_added or other.kev_added,
        one.kev_due or other.kev_due,
        one.kev_ransomware if one.kev_ransomware is not None else other.kev_ransomware,
        later.epss,
        later.epss_percentile,
        later.epss_on,
        one.cvss if one.cvss == other.cvss else tuple(dict.fromkeys((*one.cvss, *other.cvss))),
        one.cwe if one.cwe == other.cwe else tuple(dict.fromkeys((*one.cwe, *other.cwe))),
        tuple(dict((*one.ssvc, *other.ssvc)).items()),
    )
