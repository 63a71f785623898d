"""A feed's file from its source to the home's scratch: resumed where it broke off, and compared.

What came of a file stays beside a note of what it is a part of. The next attempt asks for the rest alone
(`Range`, with `If-Range` so that a file that changed meanwhile comes whole; RFC 9110 sections 13 and 14).
A file that the source's own checksum contradicts is thrown away. Checksums come in headers: `Repr-Digest`
(RFC 9530), `x-goog-hash` (Google's storage, which serves OSV) or `Content-MD5`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.home import Home, write_private
from duecare.patching.feeds.sources import FeedSource
from duecare.program.outgoing import NoAnswer, Outgoing, Reply

Progress = Callable[[int, int], None]
"""Called with the bytes that are here and, where it is known, of how many; else 0."""
_DIGEST = re.compile(r"\b(sha-256|sha-512)=:([A-Za-z0-9+/=]+):")
_GOOGLE = re.compile(r"\bmd5=([A-Za-z0-9+/=]+)")
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class WrongFile(DuecareError):
    """What came is not what its source says that it sent. It was thrown away."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that lies whole in the scratch."""

    file: Path
    address: str
    """Where it came from in the end."""
    compared: bool
    """Whether a checksum of the source's was compared."""
    etag: str
    last_modified: str


def fetch(
    source: FeedSource, out: Outgoing, progress: Progress, *, etag: str = "", last_modified: str = ""
) -> Fetched | None:
    """The newest file of a feed; None if its source says that the one with this mark or date still is.

    Raises NoAnswer if the source does not answer with it, WrongFile if it is damaged, and what
    `Outgoing.download` raises. What came by then is kept for the next attempt, unless it is wrong.
    """
    home: Home = settings.DUECARE_HOME
    place = home.scratch / "feeds"
    place.mkdir(mode=0o700, exist_ok=True)
    part = _Part(place / f"{source.id}.part", place / f"{source.id}.json", source.address)
    asked = part.ask()
    if not asked:
        asked = _conditions(etag, last_modified)
    with part.file.open("ab") as file:
        taking = _Taking(source, part, file, progress)
        reply = out.download(source.address, taking.begin, headers=asked, most=source.most << 20)
    if reply.status == 304 and not part.file.stat().st_size:
        part.forget()
        return None
    if reply.status not in (200, 206):
        if reply.status in (304, 412, 416):  # what is here is no beginning of what is there
            part.forget()
        raise NoAnswer(
            _("%(name)s answered with status %(status)s.") % {"name": source.name, "status": reply.status},
            _("Try again later; what was known before stays."),
        )
    compared = _compare(source, part, reply)
    return Fetched(
        part.file,
        reply.url,
        compared,
        reply.headers.get("etag", "")[:300],
        reply.headers.get("last-modified", "")[:100],
    )


def _conditions(etag: str, last_modified: str) -> dict[str, str]:
    if etag:
        return {"If-None-Match": etag}
    return {"If-Modified-Since": last_modified} if last_modified else {}


@dataclass(frozen=True, slots=True)
class _Part:
    """The beginning of a file, and the note of what it is the beginning of."""

    file: Path
    note: Path
    address: str

    def ask(self) -> dict[str, str]:
        """What asks for the rest; empty, with an empty file, if there is nothing to go on from."""
        try:
            told = json.loads(self.note.read_text())
            size = self.file.stat().st_size
        except (OSError, ValueError):
            told, size = {}, 0
        if size and told.get("address") == self.address and told.get("mark"):
            return {"Range": f"bytes={size}-", "If-Range": str(told["mark"])}
        self.forget()
        return {}

    def remember(self, mark: str) -> None:
        write_private(self.note, json.dumps({"address": self.address, "mark": mark}).encode())

    def forget(self) -> None:
        """Begin anew the next time."""
        self.note.unlink(missing_ok=True)
        self.file.unlink(missing_ok=True)


@dataclass(slots=True)
class _Taking:
    """Puts the pieces of an answer where they belong."""

    source: FeedSource
    part: _Part
    file: BinaryIO
    progress: Progress
    here: int = 0
    total: int = 0

    def begin(self, reply: Reply) -> Callable[[bytes], object] | None:
        """Where the body of that answer goes; nowhere if it is none of the file."""
        if reply.status == 206:
            found = _RANGE.fullmatch(reply.headers.get("content-range", ""))
            if found is None or int(found[1]) != self.file.tell():
                self.part.forget()
                raise WrongFile(
                    _("%(name)s sent another part than the one it was asked for.")
                    % {"name": self.source.name},
                    _("Try again: it is fetched whole then."),
                )
            self.here = self.file.tell()
            self.total = 0 if found[2] == "*" else int(found[2])
        elif reply.status == 200:
            self.file.seek(0)
            self.file.truncate()
            length = reply.headers.get("content-length", "")
            self.total = int(length) if length.isdecimal() else 0
            # Only a mark that says "the same bytes" serves (RFC 9110 section 13.1.5).
            mark = reply.headers.get("etag", "")
            self.part.remember("" if mark.startswith("W/") else mark)
        else:
            return None
        return self.take

    def take(self, piece: bytes) -> None:
        self.file.write(piece)
        self.here += len(piece)
        self.progress(self.here, self.total)


def _compare(source: FeedSource, part: _Part, reply: Reply) -> bool:
    """Compare the file with the checksums that came with it; whether there were any.

    Raises WrongFile, having thrown it away, if one differs.
    """
    wanted = _checksums(reply)
    for name, digest in wanted.items():
        with part.file.open("rb") as file:
            found = hashlib.file_digest(file, partial(hashlib.new, name, usedforsecurity=False)).digest()
        if found != digest:
            part.forget()
            raise WrongFile(
                _("What %(name)s sent is not what its checksum says: expected %(wanted)s…, got %(found)s….")
                % {"name": source.name, "wanted": digest.hex()[:16], "found": found.hex()[:16]},
                _("It was thrown away. Try again later."),
            )
    return bool(wanted)


def _checksums(reply: Reply) -> dict[str, bytes]:
    """Checksums of the whole file, by the name that hashlib has for their kind."""
    found: dict[str, bytes] = {}
    for name, text in _DIGEST.findall(reply.headers.get("repr-digest", "")):
        _put(found, name.replace("-", ""), text)
    google = _GOOGLE.search(reply.headers.get("x-goog-hash", ""))
    if google is not None:
        _put(found, "md5", google[1])
    elif reply.status == 200 and "content-md5" in reply.headers:
        _put(found, "md5", reply.headers["content-md5"])
    return found


def _put(found: dict[str, bytes], name: str, text: str) -> None:
    try:
        found[name] = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return
