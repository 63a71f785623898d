"""A file of a feed, taken apart within bounds: archives, compression, JSON lines, single documents.

Nothing is unpacked onto a disk; the name of a member of an archive is only a name. What lies beyond a bound,
is cut short or belongs to no known format becomes a fault with its place, and the rest is read.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

import msgspec

from duecare.patching.advisories import bounds, php
from duecare.patching.advisories.found import Found, Unreadable, said
from duecare.patching.advisories.recognising import PHP, Format, recognise, recognise_text
from duecare.patching.advisories.yaml_text import read_yaml
from duecare.words import gettext as _
from duecare.words import gettext_noop as N_
from duecare.words import number

UNKNOWN = "not recognised"
"""The format of what is of none that is known here."""
NO_FORMAT = N_("it is of no format that is known here, so that nothing of it is used")
HEAD = 8192
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_EMPTY_ZIP = b"PK\x05\x06"
_OWN_WORDS = (".md", ".html", ".htm", ".asc", ".sig", ".sha256", ".php", ".schema.json", "composer.json")
"""Files that lie beside advisories and hold none."""
_YAML = (".yaml", ".yml")
_CUT = (
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    OSError,
    NotImplementedError,
    RuntimeError,
)


class _Bounded(io.RawIOBase):
    """A stream of which at most so many bytes are read."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        # What was unpacked before the end of what is cut short is given, and not lost with the error.
        self._read = getattr(stream, "read1", stream.read)
        self._most = most
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._read(min(len(buffer), 1 << 20))
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable(_("it unpacks to more than %(most)s bytes") % {"most": number(self._most)})
        buffer[: len(data)] = data
        return len(data)


def read_stream(stream: IO[bytes], found: Found) -> None:
    """Take in a file, which can be sought in."""
    head = stream.read(4)
    stream.seek(0)
    try:
        if head in (_ZIP, _EMPTY_ZIP):
            _archive(stream, found)
        elif head[:2] == _GZIP:
            with gzip.GzipFile(fileobj=stream) as unpacked:
                _content(unpacked, bounds.TOTAL, "", found)  # type: ignore[arg-type]
        else:
            _content(stream, bounds.TOTAL, "", found)
    except Unreadable as error:
        found.fault("", error)
    except _CUT as error:
        found.fault("", _("it is damaged or cut short: %(error)s") % {"error": error})


def _archive(stream: IO[bytes], found: Found) -> None:
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if len(members) > bounds.MEMBERS:
            raise Unreadable(
                _("it holds %(count)s files, and at most %(most)s are read")
                % {"count": number(len(members)), "most": number(bounds.MEMBERS)}
            )
        left = bounds.TOTAL
        for member in members:
            if member.is_dir():
                continue
            place = member.filename[:200]
            left -= member.file_size
            try:
                _check(member, left)
                with archive.open(member) as unpacked:
                    _content(unpacked, bounds.LINE, place, found)
            except Unreadable as error:
                found.fault(place, error)
            except _CUT as error:
                found.fault(place, _("it is damaged: %(error)s") % {"error": error})
            if left < 0:
                return


def _check(member: zipfile.ZipInfo, left: int) -> None:
    """Raises Unreadable for a member that is not opened."""
    parts = member.filename.replace("\\", "/").split("/")
    # A drive's letter; AlmaLinux has a colon in the names of its errata, and so have their files in OSV.
    if ".." in parts or parts[0] == "" or parts[0][1:2] == ":":
        raise Unreadable(_("its name leads out of the archive, so that it is not read"))
    if member.flag_bits & 1:
        raise Unreadable(_("it is encrypted"))
    if member.file_size > bounds.LINE:
        raise Unreadable(
            _("it has %(count)s bytes, and at most %(most)s are read")
            % {"count": number(member.file_size), "most": number(bounds.LINE)}
        )
    if left < 0:
        raise Unreadable(
            _("the archive unpacks to more than %(most)s bytes; this and what follows is not read")
            % {"most": number(bounds.TOTAL)}
        )


def _content(stream: IO[bytes], most: int, place: str, found: Found) -> None:
    """Take in what is neither compressed nor an archive."""
    name = place or found.name
    with io.BufferedReader(_Bounded(stream, most), 1 << 17) as buffered:
        head = buffered.peek(HEAD)[:HEAD]
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if (known := recognise_text(text)) is not None:
            with found.counting(known.name):
                known.read(_lines(buffered), place, found)
        elif text[:1] == b"{" and _in_lines(text, name):
            _json_lines(buffered, place, found)
        elif text[:1] in (b"{", b"["):
            _document(buffered, place, found)
        elif name.lower().endswith(_YAML) and not _beside(name):
            _yaml(buffered, place, found)
        else:
            found.formats.setdefault(UNKNOWN, 0)
            if not _beside(name):
                found.fault(place, _(NO_FORMAT))


def _beside(name: str) -> bool:
    """Whether a name is that of words about a feed rather than of the feed."""
    parts = name.split("/")
    if any(part.startswith(".") for part in parts):  # of whoever keeps the archive, such as .github
        return True
    return name.lower().endswith(_OWN_WORDS) or parts[-1].upper().startswith(("LICENSE", "LICENCE"))


def _in_lines(text: bytes, name: str) -> bool:
    """Whether a text that begins as JSON holds one object a line."""
    bare = name.lower().removesuffix(".gz")
    if bare.endswith((".jsonl", ".ndjson")):
        return True
    first, ended, rest = text.partition(b"\n")
    return (
        bool(ended)
        and first.rstrip().endswith(b"}")
        and rest.lstrip()[:1] in (b"{", b"")
        and first[:1] == b"{"
    )


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(bounds.LINE + 1):
        if len(line) > bounds.LINE:
            raise Unreadable(_("a line has more than %(most)s bytes") % {"most": number(bounds.LINE)})
        yield line


def _json_lines(stream: IO[bytes], place: str, found: Found) -> None:
    """One document a line. The format is told by the first that has one; a line in another one is a fault."""
    known: Format | None = None
    prefix = f"{place}: " if place else ""
    counts: dict[str, int] = found.formats
    for index, line in enumerate(_lines(stream), start=1):
        line = line.strip()
        if not line:
            continue
        try:
            known = _line(line, known, found)
            counts[known.name] = counts.get(known.name, 0) + 1
        except (Unreadable, msgspec.DecodeError, RecursionError) as error:
            only = known.ecosystem if known is not None and len(counts) == 1 else ""
            found.fault(f"{prefix}line {index}", _reason(error), of=only)


def _line(line: bytes, known: Format | None, found: Found) -> Format:
    """Take in one line, in the format of the one before if it is in that; the format that it is in."""
    if known is not None:
        try:
            known.read(line, "", found)
        except (Unreadable, msgspec.ValidationError):
            other = recognise(line)
            if other is None or other is known:
                raise
            known = other
        else:
            return known
    else:
        known = recognise(line)
        if known is None:
            raise Unreadable(_(NO_FORMAT))
    known.read(line, "", found)
    return known


def _yaml(stream: IO[bytes], place: str, found: Found) -> None:
    """Take in a record of YAML, of the one format that is written so. Other files of YAML lie beside it."""
    known = ""
    try:
        told = read_yaml(stream.read(bounds.TEXT + 1))
        if not php.is_one(told):
            found.formats.setdefault(UNKNOWN, 0)
            return
        known = PHP.ecosystem
        with found.counting(PHP.name):
            php.read_mapping(told, place, found)
    except (Unreadable, msgspec.ValidationError) as error:
        found.fault(place, _reason(error), of=known)


def _document(stream: IO[bytes], place: str, found: Found) -> None:
    data = stream.read(bounds.DOCUMENT + 1)
    if len(data) > bounds.DOCUMENT:
        raise Unreadable(_("it has more than %(most)s bytes") % {"most": number(bounds.DOCUMENT)})
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        if data.lstrip()[:1] == b"[":
            pieces = [
                (f"{place}: [{i}]" if place else f"[{i}]", bytes(raw)) for i, raw in enumerate(_list(data))
            ]
        else:
            pieces = [(place, data)]
    except (msgspec.DecodeError, RecursionError) as error:
        found.fault(place, _reason(error))
        return
    for where, piece in pieces:
        _one(piece, where, found)


_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


def _one(data: bytes, place: str, found: Found) -> None:
    known = None
    try:
        known = recognise(data)
        if known is None:
            found.formats.setdefault(UNKNOWN, 0)
            if _beside(place or found.name):
                return
            raise Unreadable(_(NO_FORMAT))
        with found.counting(known.name):
            known.read(data, place, found)
    except (Unreadable, msgspec.DecodeError, RecursionError) as error:
        found.fault(place, _reason(error), of=known.ecosystem if known else "")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return _("it is nested too deeply")
    if isinstance(error, msgspec.DecodeError) and not isinstance(error, msgspec.ValidationError):
        return _("it is no JSON, or cut short: %(error)s") % {"error": error}
    if isinstance(error, msgspec.ValidationError):
        return _("a value is not of the kind that its format has: %(error)s") % {"error": error}
    return said(error)
