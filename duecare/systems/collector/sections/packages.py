"""The section `packages`: what is installed, from the databases of dpkg, rpm and apk themselves."""

from __future__ import annotations

import re
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..look import Look, Unreadable
from ..machine import LIST_LIMIT
from ..text import decoded


class Package(NamedTuple):
    name: str
    version: str
    architecture: str | None
    source: str | None
    source_version: str | None
    module: str | None = None
    """`name:stream` of the module that it came from (RHEL family)."""


class Packages(NamedTuple):
    manager: str
    items: list[Package]
    database: str
    """The file they were read from."""


DPKG_STATUS = "/var/lib/dpkg/status"
_DPKG_FIELD = re.compile(r"^(Package|Status|Architecture|Source|Version): *(.*)$", re.MULTILINE)
RPM_DATABASES = ("/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite")
APK_DATABASES = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")


def packages(look: Look) -> Packages:
    """What is installed. Raises Unreadable."""
    if look.exists(DPKG_STATUS):
        return Packages("dpkg", _dpkg_packages(look), DPKG_STATUS)
    for path in RPM_DATABASES:
        if look.exists(path):
            return Packages("rpm", _rpm_packages(look, path), path)
    if look.any_exists("/var/lib/rpm/Packages", "/var/lib/rpm/Packages.db"):
        return Packages(
            "rpm", _rpm_query(look, "its database is of an older kind, which only rpm reads"), "rpm -qa"
        )
    for path in APK_DATABASES:
        if look.exists(path):
            return Packages("apk", _apk_packages(look, path), path)
    raise Unreadable("packages", "neither dpkg's, rpm's nor apk's database was found")


def _dpkg_packages(look: Look) -> list[Package]:
    found = []
    for path in (DPKG_STATUS, *look.glob("/var/lib/dpkg/status.d/*")):
        if path.endswith(".md5sums"):
            continue
        for stanza in look.need(path).split("\n\n"):
            fields: dict[str, str] = dict(_DPKG_FIELD.findall(stanza))
            state = fields.get("Status", "install ok installed").split()[-1:]
            if not {"Package", "Version"} <= fields.keys() or state in (["not-installed"], ["config-files"]):
                continue
            name, version = fields["Package"], fields["Version"]
            source = re.match(r"([^\s(]+)(?: *\((.+)\))?", fields.get("Source", name))
            source_version = source[2] if source and source[2] else version
            found.append(
                Package(
                    name, version, fields.get("Architecture"), source[1] if source else None, source_version
                )
            )
    return found


def _rpm_packages(look: Look, path: str) -> list[Package]:
    try:
        found = [rpm_header(header) for header in rpm_headers(look, path)]
    except (OSError, ValueError, struct.error) as error:
        return _rpm_query(look, error)
    return [package for package in found if package.name != "gpg-pubkey"]


def rpm_headers(look: Look, path: str) -> Iterator[bytes]:
    """The headers of rpm's database. Raises OSError or ValueError if it cannot be read."""
    # SQLite wants a file of its own: the database and what is not yet merged into it are copied aside.
    database = look.machine.read(path, LIST_LIMIT)
    pending = look.machine.read(path + "-wal", LIST_LIMIT) if look.machine.exists(path + "-wal") else b""
    with tempfile.TemporaryDirectory(prefix="duecare-") as folder:
        copy = Path(folder) / "rpmdb.sqlite"
        copy.write_bytes(database)
        if pending:
            copy.with_name("rpmdb.sqlite-wal").write_bytes(pending)
        connection = sqlite3.connect(str(copy))
        try:
            for row in connection.execute("SELECT blob FROM Packages ORDER BY hnum"):
                yield row[0]
        except sqlite3.Error as error:
            raise ValueError(str(error)) from error
        finally:
            connection.close()


_RPM_TAGS = {
    1000: "name",
    1001: "version",
    1002: "release",
    1003: "epoch",
    1022: "arch",
    1044: "source",
    5096: "module",
}


def rpm_header(blob: bytes) -> Package:
    """The package that a header of rpm's database describes.

    A header is two big-endian counts, that many 16-byte index entries (tag, type, offset, count), and the
    data (rpm's file format, "Header"). Raises ValueError or struct.error if it is damaged.
    """
    entries, size = struct.unpack_from(">II", blob)
    start = 8 + 16 * entries
    if len(blob) < start + size:
        raise ValueError("a package's header is cut short")
    fields = {}
    for index in range(entries):
        tag, kind, offset, _ = struct.unpack_from(">IIiI", blob, 8 + 16 * index)
        if tag in _RPM_TAGS:
            at = start + offset
            if kind == 4:
                fields[_RPM_TAGS[tag]] = str(struct.unpack_from(">I", blob, at)[0])
            else:
                fields[_RPM_TAGS[tag]] = decoded(blob[at : blob.index(b"\0", at)])
    epoch = fields.get("epoch", "0")
    version = f"{fields['version']}-{fields['release']}"
    source, source_version = _source_rpm(fields.get("source", ""))
    return Package(
        fields["name"],
        version if epoch == "0" else f"{epoch}:{version}",
        fields.get("arch"),
        source,
        source_version,
        ":".join(fields.get("module", "").split(":")[:2]) or None,
    )


_FOLDER_OF, _FILE_NAMES, _FOLDERS = 1116, 1117, 1118
"""Tags of a header: for each file the number of its folder, its name, and the folders."""


def rpm_files(blob: bytes) -> Iterator[str]:
    """The paths of a package's files, from its header. Raises ValueError if it is damaged."""
    try:
        entries, _ = struct.unpack_from(">II", blob)
        start, places = 8 + 16 * entries, {}
        for index in range(entries):
            tag, _, offset, count = struct.unpack_from(">IIiI", blob, 8 + 16 * index)
            places[tag] = (start + offset, count)
        if _FILE_NAMES not in places:
            return
        at, count = places[_FOLDER_OF]
        numbers = struct.unpack_from(f">{count}I", blob, at)
        names = _texts(blob, *places[_FILE_NAMES])
        folders = _texts(blob, *places[_FOLDERS])
        yield from (folders[numbers[at]] + name for at, name in enumerate(names))
    except (struct.error, IndexError, KeyError) as error:
        raise ValueError("a package's header is damaged") from error


def _texts(blob: bytes, at: int, count: int) -> list[str]:
    """So many texts that stand after each other, each ended by a zero byte."""
    found = []
    for _ in range(count):
        end = blob.index(b"\0", at)
        found.append(decoded(blob[at:end]))
        at = end + 1
    return found


def _source_rpm(file: str) -> tuple[str | None, str | None]:
    match = re.fullmatch(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm", file)
    return (match[1], match[2]) if match else (None, None)


def _rpm_query(look: Look, why: str | Exception) -> list[Package]:
    form = r"%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{MODULARITYLABEL}\n"
    answer = look.printed("rpm", "-qa", "--qf", form)
    if answer is None:
        reason = why.strerror if isinstance(why, OSError) and why.strerror else str(why)
        raise Unreadable("rpm's database", f"{reason}; and rpm -qa gave no answer")
    found = []
    for line in answer.splitlines():
        name, version, architecture, source, module = (line.split("\t") + [""] * 5)[:5]
        if name and name != "gpg-pubkey":
            stream = None if module in ("", "(none)") else ":".join(module.split(":")[:2])
            evr = version[2:] if version.startswith("0:") else version
            found.append(Package(name, evr, architecture, *_source_rpm(source), stream))
    return found


def _apk_packages(look: Look, path: str) -> list[Package]:
    found = []
    for stanza in look.need(path).split("\n\n"):
        fields = dict(re.findall(r"^([PVAo]):(.*)$", stanza, re.MULTILINE))
        if "P" in fields and "V" in fields:
            origin = fields.get("o")
            found.append(
                Package(fields["P"], fields["V"], fields.get("A"), origin, fields["V"] if origin else None)
            )
    return found


def packages_facts(look: Look) -> dict[str, Any]:
    found = look.share(packages)
    look.source(found.database)
    items = [package._asdict() for package in sorted(found.items)]
    for item in items:
        del item["module"]
    if not items:
        raise Unreadable(found.database, "it lists no package")
    rebuilt = None if found.database == "rpm -qa" else look.modified(found.database)
    return {"manager": found.manager, "items": items, "rebuilt_at": rebuilt}


def installed(look: Look, *names: str) -> Package | None:
    """The first of these packages that is installed; None also where packages cannot be read."""
    try:
        found = look.share(packages)
    except Unreadable:
        return None
    return next((package for package in found.items if package.name in names), None)
