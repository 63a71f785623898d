"""A table as an XLSX workbook of one sheet: SpreadsheetML (ECMA-376, part 1, 18) in the fewest words. Pure.

Numbers are numbers, all else is text; there are no formulas, no styles and no clock, so that one table makes
the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NUMBER = re.compile(r"(0|[1-9]\d{0,14})(\.\d{0,5}[1-9])?")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML cannot hold."""
MOST_DIGITS = 15
"""Of a number that a spreadsheet keeps exactly."""


def held(text: str) -> str:
    """What a workbook holds of a text."""
    return _UNWANTED.sub("", text)


def workbook(rows: Iterable[Sequence[str]], name: str) -> bytes:
    """The workbook. A text becomes a number if it is one that reads back the same: without zeros before it or
    behind its decimals, of at most 15 digits before the point and 15 in all."""
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="{_RELATIONS}"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": _relations(f"{_OF}/officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OF}"><sheets>'
            f'<sheet name={quoteattr(name[:31])} sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relations(f"{_OF}/worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": _sheet(rows),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for path, text in parts.items():
            info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, _HEAD + text)
    return buffer.getvalue()


def _relations(type: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{type}" Target="{target}"/></Relationships>'
    )


def _sheet(rows: Iterable[Sequence[str]]) -> str:
    told = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{_letters(place)}{number}", text) for place, text in enumerate(row) if text)
        told.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(told)}</sheetData></worksheet>'


def _cell(at: str, text: str) -> str:
    if _NUMBER.fullmatch(text) and sum(one.isdigit() for one in text) <= MOST_DIGITS:
        return f'<c r="{at}"><v>{text}</v></c>'
    told = escape(held(text))
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{told}</t></is></c>'


def _letters(place: int) -> str:
    """The name of a column, from 0: A, B … Z, AA."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found
