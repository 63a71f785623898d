"""When each account last signed in, from whichever record the machine keeps."""

from __future__ import annotations

import sqlite3
import struct
import tempfile
from pathlib import Path

from ..look import Look
from ..machine import MIB
from ..text import decoded
from ..times import from_epoch, latest
from .accounts import Account


def last_logins(look: Look, known: list[Account]) -> tuple[str | None, dict[str, str]]:
    """The record of logins that the machine keeps, and each account's newest there."""
    found: dict[str, str] = {}
    path = "/var/lib/lastlog/lastlog2.db"
    if look.exists(path):
        data = look.data(path, 64 * MIB)
        if data is not None:
            with tempfile.TemporaryDirectory(prefix="duecare-") as folder:
                copy = Path(folder) / "lastlog2.db"
                copy.write_bytes(data)
                try:
                    connection = sqlite3.connect(str(copy))
                    try:
                        rows = connection.execute("SELECT Name, Time FROM Lastlog2").fetchall()
                    finally:
                        connection.close()
                    return "lastlog2", {str(name): from_epoch(int(at)) or "" for name, at in rows if at}
                except (sqlite3.Error, ValueError) as error:
                    look.problem(path, str(error))
    status = look.stat("/var/log/lastlog")
    if status is not None and status.st_size:
        for account in known:  # One record of 292 bytes a uid (lastlog(5)); the file has holes.
            try:
                record = look.machine.slice("/var/log/lastlog", account.uid * 292, 4)
            except OSError as error:
                look.problem("/var/log/lastlog", error)
                return None, {}
            if len(record) == 4 and any(record):
                found[account.name] = from_epoch(struct.unpack("<I", record)[0]) or ""
        return "lastlog", found
    records = look.data("/var/log/wtmp", 64 * MIB)
    if not records:
        return None, {}
    for start in range(0, len(records) - 383, 384):  # utmp(5), little-endian
        (kind,) = struct.unpack_from("<h", records, start)
        (at,) = struct.unpack_from("<I", records, start + 340)
        if kind == 7:
            name = decoded(records[start + 44 : start + 76].split(b"\0")[0])
            found[name] = latest(found.get(name), from_epoch(at)) or ""
    return "wtmp", found
