"""Telling what kind of file somebody brought, and reading it; pure.

What cannot be read is named, with what to do instead.
"""

from __future__ import annotations

from duecare.errors import BadInput
from duecare.program.imports.csvs import read_csv
from duecare.program.imports.tables import MOST_BYTES, Choice, Table
from duecare.program.imports.xlsx import read_xlsx

AS_XLSX = "Open it, save it as XLSX or CSV, and send that."
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = (
    (b"%PDF", "a PDF", "Export the list as CSV or XLSX instead."),
    (b"\x1f\x8b", "packed with gzip", "Unpack it first."),
    (b"Rar!", "a RAR archive", "Unpack it first."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it first."),
    (b"\x89PNG", "a picture", "Export the list as CSV or XLSX instead."),
    (b"\xff\xd8\xff", "a picture", "Export the list as CSV or XLSX instead."),
    (b"SQLite format 3", "a database", "Export the list as CSV or XLSX instead."),
)


def read_table(data: bytes, sheet: str = "") -> Table | Choice:
    """The table in a CSV or XLSX file; of a workbook perhaps the choice of its sheets.

    Raises BadInput naming the place and the next step.
    """
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise BadInput("The file is empty.", "Download it again.")
    if len(data) > MOST_BYTES:
        raise BadInput(f"The file has more than {MOST_BYTES >> 20} MiB.", "Cut it into several files.")
    if data.startswith(_COMPOUND):
        if _ENCRYPTED in data:
            raise BadInput(
                "The workbook is protected by a password.", "Open it, remove the password, save it again."
            )
        raise BadInput("The file is of the old kind .xls, which is not read.", AS_XLSX)
    if data.startswith(b"PK\x03\x04"):
        return _unpacked(data, sheet)
    for mark, words, next_step in _OTHERS:
        if data.startswith(mark):
            raise BadInput(f"The file is {words}, not a list.", next_step)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise BadInput("The file is a web page or XML, whatever its name says.", AS_XLSX)
    return read_csv(data)


def _unpacked(data: bytes, sheet: str) -> Table | Choice:
    if b"application/vnd.oasis.opendocument" in data[:200]:
        raise BadInput("The file is an OpenDocument spreadsheet, which is not read.", AS_XLSX)
    if b"xl/workbook.bin" in data:
        raise BadInput("The file is a binary workbook (.xlsb), which is not read.", AS_XLSX)
    if b"xl/" not in data:
        raise BadInput(
            "The file is a zip that holds no workbook.", "Unpack it, and send the CSV or XLSX in it."
        )
    return read_xlsx(data, sheet)
