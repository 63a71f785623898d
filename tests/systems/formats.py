"""Binary files of the kinds that the collector reads, made from plain facts."""

from __future__ import annotations

import base64
import gzip
import io
import sqlite3
import struct
import tarfile
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path


def rpm_header(
    name: str,
    version: str,
    release: str,
    architecture: str,
    source: str,
    *,
    epoch: int | None = None,
    module: str = "",
    files: Sequence[str] = (),
) -> bytes:
    """A package's header as rpm keeps it: index entries (tag, type, offset, count), then their data."""
    texts = {1000: name, 1001: version, 1002: release, 1022: architecture, 1044: source}
    if module:
        texts[5096] = module
    entries, data = [], b""
    for tag, text in texts.items():
        entries.append(struct.pack(">IIII", tag, 6, len(data), 1))
        data += text.encode() + b"\0"
    if epoch is not None:
        data += b"\0" * (-len(data) % 4)
        entries.append(struct.pack(">IIII", 1003, 4, len(data), 1))
        data += struct.pack(">I", epoch)
    if files:
        data += b"\0" * (-len(data) % 4)
        entries.append(struct.pack(">IIII", 1116, 4, len(data), len(files)))
        data += struct.pack(f">{len(files)}I", *range(len(files)))
        for tag in (1117, 1118):
            entries.append(struct.pack(">IIII", tag, 8, len(data), len(files)))
            for path in files:
                folder, _, name = path.rpartition("/")
                data += (name if tag == 1117 else f"{folder}/").encode() + b"\0"
    return struct.pack(">II", len(entries), len(data)) + b"".join(entries) + data


def rpm_database(headers: Iterable[bytes]) -> bytes:
    """rpmdb.sqlite with these headers."""
    return _sqlite(
        ["CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)"],
        "INSERT INTO Packages (blob) VALUES (?)",
        [(header,) for header in headers],
    )


def lastlog2(logins: Mapping[str, datetime]) -> bytes:
    """lastlog2.db with these accounts' last logins."""
    return _sqlite(
        ["CREATE TABLE Lastlog2 (Name TEXT, Time INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT)"],
        "INSERT INTO Lastlog2 VALUES (?, ?, 'pts/0', '', 'sshd')",
        [(name, int(at.timestamp())) for name, at in logins.items()],
    )


def _sqlite(schema: Iterable[str], insert: str, rows: Sequence[tuple[object, ...]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "database"
        connection = sqlite3.connect(path)
        for statement in schema:
            connection.execute(statement)
        connection.executemany(insert, rows)
        connection.commit()
        connection.close()
        return path.read_bytes()


def lastlog(logins: Mapping[int, datetime]) -> bytes:
    """/var/log/lastlog: 292 bytes a uid."""
    content = bytearray(292 * (max(logins) + 1))
    for uid, at in logins.items():
        struct.pack_into("<I", content, uid * 292, int(at.timestamp()))
    return bytes(content)


def wtmp(logins: Iterable[tuple[str, datetime]]) -> bytes:
    """/var/log/wtmp: 384 bytes a login."""
    records = b""
    for name, at in logins:
        record = bytearray(384)
        struct.pack_into("<h", record, 0, 7)
        record[44 : 44 + len(name)] = name.encode()
        struct.pack_into("<I", record, 340, int(at.timestamp()))
        records += bytes(record)
    return records


def journal(oldest: datetime) -> bytes:
    """The head of a journal file whose first entry is from then."""
    head = bytearray(256)
    head[:8] = b"LPKSHHRH"
    struct.pack_into("<Q", head, 184, int(oldest.timestamp()) * 1_000_000)
    return bytes(head)


def clamav_database(built: datetime) -> bytes:
    """The 512-byte head of a ClamAV database, and a little of what follows."""
    head = f"ClamAV-VDB:{built:%d %b %Y %H-%M %z}:27800:2077000:90:x:x:builder:{int(built.timestamp())}"
    return head.ljust(512).encode() + b"\x1f\x8b..."


def apk_index(packages: Iterable[tuple[str, str, str]], made: datetime, *, signed: bool = True) -> bytes:
    """APKINDEX.tar.gz with (name, version, origin) of each package: a signature, then the index."""
    stanzas = [
        f"C:Q1x\nP:{name}\nV:{version}\nA:x86_64\nS:1\no:{origin}\n" for name, version, origin in packages
    ]
    content = gzip.compress(
        _tar({"DESCRIPTION": b"v3.22\n", "APKINDEX": "\n".join(stanzas).encode() + b"\n"}, made)
    )
    if signed:
        signature = _tar({".SIGN.RSA.builder.rsa.pub": b"signature"}, made)
        content = gzip.compress(signature[:1024]) + content
    return content


def _tar(members: Mapping[str, bytes], made: datetime) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), int(made.timestamp())
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def public_key(kind: str, *, bits: int = 0) -> str:
    """The base64 of a public key of an SSH kind; `bits` is the size of an RSA modulus or a DSA prime."""
    size = bytes([0xC1]) + b"\x5a" * (bits // 8 - 1)
    numbers = {
        "ssh-ed25519": [b"\x42" * 32],
        "ssh-rsa": [b"\x01\x00\x01", b"\0" + size],
        "ssh-dss": [b"\0" + size, b"\x01", b"\x02", b"\x03"],
        "ecdsa-sha2-nistp256": [b"nistp256", b"\x04" + b"\x42" * 64],
    }[kind]
    fields = [kind.encode(), *numbers]
    return base64.b64encode(b"".join(struct.pack(">I", len(part)) + part for part in fields)).decode()


def net_table(rows: Iterable[tuple[str, int, int, int]], *, state: int) -> str:
    """A table of /proc/net: (address in the kernel's hexadecimal, port, uid, inode)."""
    lines = [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
    ]
    for number, (address, port, uid, inode) in enumerate(rows):
        zero = "0" * len(address)
        lines.append(
            f"{number:4}: {address}:{port:04X} {zero}:0000 {state:02X} 0:0 00:0 0 "
            f"{uid:5}        0 {inode} 1 0000000000000000 100 0 0 10 0"
        )
    return "\n".join(lines) + "\n"
