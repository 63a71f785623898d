"""The parts of an XLSX file (ECMA-376 part 1, SpreadsheetML) that say how cells are read; pure.

A workbook comes from anywhere, so nothing in it is believed: no part is larger than what is left of
`MOST_UNPACKED`, no document type is taken (so there are neither entities nor anything external), links and
macros are not followed.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from typing import IO
from xml.parsers import expat

from duecare.errors import BadInput
from duecare.program.imports.tables import Sheet
from duecare.words import gettext as _
from duecare.words import gettext_noop, number

MOST_UNPACKED = 400 << 20
"""Bytes of all parts that are read, unpacked."""
MOST_PARTS = 5_000
CHUNK = 1 << 18
DAMAGED = gettext_noop("Open it in the spreadsheet program, save it again, and send that.")
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Number formats of dates and times that need no words of their own (part 1, 18.8.30)."""
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


@dataclass(slots=True)
class Parts:
    """The parts of a package, read as streams, all together no more than `MOST_UNPACKED` bytes."""

    archive: zipfile.ZipFile
    left: int = MOST_UNPACKED

    def has(self, name: str) -> bool:
        return name in self.archive.NameToInfo

    def parse(self, name: str, start: Start, end: End, text: Text) -> None:
        """Walk through a part. Names come without their prefix.

        Raises BadInput if it is missing, damaged, too large, or has a document type.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, values: start(tag.rpartition(":")[2], values)
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            with self.archive.open(name) as part:
                for chunk in self._chunks(part):
                    parser.Parse(chunk, False)
                parser.Parse(b"", True)
        except KeyError:
            raise BadInput(
                _("The workbook lacks its part %(name)s.") % {"name": name[:80]}, _(DAMAGED)
            ) from None
        except expat.ExpatError as error:
            raise BadInput(
                _("The part %(name)s of the workbook is damaged: %(error)s.")
                % {"name": name[:80], "error": error},
                _(DAMAGED),
            ) from None
        except (
            zipfile.BadZipFile,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise BadInput(
                _("The part %(name)s cannot be unpacked: %(error)s.") % {"name": name[:80], "error": error},
                _(DAMAGED),
            ) from None
        except Exception as error:
            if type(error).__module__ == "zlib":
                raise BadInput(
                    _("The part %(name)s cannot be unpacked: %(error)s.")
                    % {"name": name[:80], "error": error},
                    _(DAMAGED),
                ) from None
            raise

    def _chunks(self, part: IO[bytes]) -> Iterator[bytes]:
        while chunk := part.read(CHUNK):
            self.left -= len(chunk)
            if self.left < 0:
                raise BadInput(
                    _("The workbook unpacks to more than %(most_unpacked)s MiB.")
                    % {"most_unpacked": number(MOST_UNPACKED >> 20)},
                    _("Copy only the table into a new workbook, or save the sheet as CSV."),
                )
            yield chunk


def _refuse_doctype(*_words: object) -> None:
    raise BadInput(
        _("The workbook declares a document type, which no spreadsheet program writes."),
        _("Do not trust the file; ask whoever sent it."),
    )


def _ignore(*_words: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Workbook:
    """Where the sheets are, and what their cells refer to."""

    sheets: tuple[Sheet, ...]
    parts: tuple[str, ...]
    """The part of each sheet."""
    since_1904: bool
    """Which of the two calendars its dates count in."""
    strings: tuple[str, ...] = field(repr=False)
    dates: frozenset[int]
    """The cell formats that show a number as a date or time."""


def read_workbook(parts: Parts) -> Workbook:
    """What a package says of its sheets. Raises BadInput if it is no workbook."""
    if len(parts.archive.NameToInfo) > MOST_PARTS:
        raise BadInput(
            _("The file holds more than %(most_parts)s parts.") % {"most_parts": number(MOST_PARTS)},
            _(DAMAGED),
        )
    main = _targets(parts, "_rels/.rels", "").get("officeDocument", ["xl/workbook.xml"])[0]
    found: list[tuple[Sheet, str]] = []
    since_1904 = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal since_1904
        if tag == "sheet":
            relation = next((value for name, value in values.items() if name.endswith(":id")), "")
            found.append(
                (Sheet(values.get("name", "")[:100], values.get("state", "visible") != "visible"), relation)
            )
        elif tag == "workbookPr":
            since_1904 = values.get("date1904", "0") in ("1", "true")

    parts.parse(main, start, _ignore, _ignore)
    place = f"{dirname(main)}/_rels/{main.rpartition('/')[2]}.rels"
    relations = _relations(parts, place, dirname(main))
    of_kind = _targets(parts, place, dirname(main))
    sheets = [(sheet, relations[relation]) for sheet, relation in found if relation in relations]
    if not sheets:
        raise BadInput(_("The workbook has no sheet."), _(DAMAGED))
    return Workbook(
        tuple(sheet for sheet, _part in sheets),
        tuple(part for _sheet, part in sheets),
        since_1904,
        _strings(parts, of_kind.get("sharedStrings", [""])[0]),
        _date_formats(parts, of_kind.get("styles", [""])[0]),
    )


def _each_relation(parts: Parts, place: str, base: str) -> list[tuple[str, str, str]]:
    """(id, kind, part) of the relations in a part; none if there is no such part. Links are left out."""
    found = []

    def start(tag: str, values: dict[str, str]) -> None:
        if tag == "Relationship" and values.get("TargetMode") != "External":
            target = values.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else normpath(join(base, target))
            found.append((values.get("Id", ""), values.get("Type", "").rpartition("/")[2], part))

    if parts.has(place):
        parts.parse(place, start, _ignore, _ignore)
    return found


def _relations(parts: Parts, place: str, base: str) -> dict[str, str]:
    return {key: part for key, kind, part in _each_relation(parts, place, base) if kind == "worksheet"}


def _targets(parts: Parts, place: str, base: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _key, kind, part in _each_relation(parts, place, base):
        found.setdefault(kind, []).append(part)
    return found


def _strings(parts: Parts, place: str) -> tuple[str, ...]:
    """The texts that cells refer to by number (18.4); readings of Japanese (rPh) are left out."""
    found: list[str] = []
    pieces: list[str] = []
    inside = reading = False

    def start(tag: str, _values: dict[str, str]) -> None:
        nonlocal inside, reading
        if tag == "t":
            inside = not reading
        elif tag == "rPh":
            reading = True

    def end(tag: str) -> None:
        nonlocal inside, reading
        if tag == "t":
            inside = False
        elif tag == "rPh":
            reading = False
        elif tag == "si":
            found.append(plain_text("".join(pieces)))
            pieces.clear()

    def text(piece: str) -> None:
        if inside:
            pieces.append(piece)

    if place and parts.has(place):
        parts.parse(place, start, end, text)
    return tuple(found)


def plain_text(text: str) -> str:
    """The text with what SpreadsheetML writes as `_x000D_` (22.9.2.19) as the character it stands for."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _date_formats(parts: Parts, place: str) -> frozenset[int]:
    """Which cell formats show dates (18.8)."""
    written: dict[int, str] = {}
    used: list[int] = []
    inside = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = True
        elif tag == "numFmt":
            written[_number(values.get("numFmtId"))] = values.get("formatCode", "")
        elif tag == "xf" and inside:
            used.append(_number(values.get("numFmtId")))

    def end(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    if place and parts.has(place):
        parts.parse(place, start, end, _ignore)
    return frozenset(place for place, number in enumerate(used) if is_date(number, written.get(number)))


def is_date(number: int, written: str | None) -> bool:
    """Whether a number format shows a date or a time."""
    if written is None:
        return number in _DATES
    return any(letter in "dmyhs" for letter in _NOT_LETTERS.sub("", written.partition(";")[0]).lower())


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
