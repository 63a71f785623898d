"""When each account last signed in, from whichever record the machine keeps."""

from __future__ import annotations

import sqlite3
import struct
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..look import Look
from ..machine import MIB
from ..passwd import Account
from ..text import decoded
from ..times import from_epoch, latest

_LASTLOG2 = "/var/lib/lastlog/lastlog2.db"
_LASTLOG = "/var/log/lastlog"


def last_logins(look: Look, known: Sequence[Account]) -> tuple[str | None, Mapping[str, str]]:
    """The record of sign-ins that the machine keeps (None if there is none), and each account's newest."""
    before = len(look.problems)
    newest = _lastlog2(look)
    if newest is not None:
        return "lastlog2", newest
    # Where lastlog2 is kept, even if it cannot be read, the older file is no longer written.
    if len(look.problems) == before:
        newest = _lastlog(look, known)
        if newest is not None:
            return "lastlog", newest
    newest = _wtmp(look)
    return (None, {}) if newest is None else ("wtmp", newest)


def _lastlog2(look: Look) -> dict[str, str] | None:
    data = look.data(_LASTLOG2, 64 * MIB)
    if data is None:
        return None
    with tempfile.TemporaryDirectory(prefix="duecare-") as folder:
        copy = Path(folder) / "lastlog2.db"
        copy.write_bytes(data)
        try:
            connection = sqlite3.connect(str(copy))
            try:
                rows = connection.execute("SELECT Name, Time FROM Lastlog2").fetchall()
            finally:
                connection.close()
            return {str(name): from_epoch(int(at)) or "" for name, at in rows if at}
        except (sqlite3.Error, ValueError) as error:
            look.problem(_LASTLOG2, str(error))
            return None


def _lastlog(look: Look, known: Sequence[Account]) -> dict[str, str] | None:
    """One record of 292 bytes a uid (lastlog(5)); the file has holes."""
    status = look.stat(_LASTLOG)
    if status is None or not status.st_size:
        return None
    found = {}
    for account in known:
        try:
            record = look.machine.slice(_LASTLOG, account.uid * 292, 4)
        except OSError as error:
            look.problem(_LASTLOG, error)
            return None
        if len(record) == 4 and any(record):
            found[account.name] = from_epoch(struct.unpack("<I", record)[0]) or ""
    return found


def _wtmp(look: Look) -> dict[str, str] | None:
    """Records of 384 bytes, little-endian (utmp(5)); those of kind 7 are sign-ins."""
    records = look.data("/var/log/wtmp", 64 * MIB)
    if not records:
        return None
    found: dict[str, str] = {}
    for start in range(0, len(records) - 383, 384):
        (kind,) = struct.unpack_from("<h", records, start)
        (at,) = struct.unpack_from("<I", records, start + 340)
        if kind == 7:
            name = decoded(records[start + 44 : start + 76].split(b"\0")[0])
            found[name] = latest(found.get(name), from_epoch(at)) or ""
    return found
