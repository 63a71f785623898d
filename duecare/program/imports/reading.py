"""Telling what kind of file somebody brought, and reading it; pure.

What cannot be read is named, with what to do instead.
"""

from __future__ import annotations

from duecare.errors import BadInput
from duecare.program.imports.csvs import read_csv
from duecare.program.imports.tables import MOST_BYTES, Choice, Table
from duecare.program.imports.xlsx import read_xlsx
from duecare.words import gettext as _
from duecare.words import gettext_noop, number

AS_XLSX = gettext_noop("Open it, save it as XLSX or CSV, and send that.")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_EXPORT = gettext_noop("Export the list as CSV or XLSX instead.")
_UNPACK = gettext_noop("Unpack it first.")
_OTHERS = (
    (b"%PDF", gettext_noop("The file is a PDF, not a list."), _EXPORT),
    (b"\x1f\x8b", gettext_noop("The file is packed with gzip, not a list."), _UNPACK),
    (b"Rar!", gettext_noop("The file is a RAR archive, not a list."), _UNPACK),
    (b"7z\xbc\xaf", gettext_noop("The file is a 7-Zip archive, not a list."), _UNPACK),
    (b"\x89PNG", gettext_noop("The file is a picture, not a list."), _EXPORT),
    (b"\xff\xd8\xff", gettext_noop("The file is a picture, not a list."), _EXPORT),
    (b"SQLite format 3", gettext_noop("The file is a database, not a list."), _EXPORT),
)


def read_table(data: bytes, sheet: str = "") -> Table | Choice:
    """The table in a CSV or XLSX file; of a workbook perhaps the choice of its sheets.

    Raises BadInput naming the place and the next step.
    """
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise BadInput(_("The file is empty."), _("Download it again."))
    if len(data) > MOST_BYTES:
        raise BadInput(
            _("The file has more than %(most_bytes)s MiB.") % {"most_bytes": number(MOST_BYTES >> 20)},
            _("Cut it into several files."),
        )
    if data.startswith(_COMPOUND):
        if _ENCRYPTED in data:
            raise BadInput(
                _("The workbook is protected by a password."),
                _("Open it, remove the password, save it again."),
            )
        raise BadInput(_("The file is of the old kind .xls, which is not read."), _(AS_XLSX))
    if data.startswith(b"PK\x03\x04"):
        return _unpacked(data, sheet)
    for mark, words, next_step in _OTHERS:
        if data.startswith(mark):
            raise BadInput(_(words), _(next_step))
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise BadInput(_("The file is a web page or XML, whatever its name says."), _(AS_XLSX))
    return read_csv(data)


def _unpacked(data: bytes, sheet: str) -> Table | Choice:
    if b"application/vnd.oasis.opendocument" in data[:200]:
        raise BadInput(_("The file is an OpenDocument spreadsheet, which is not read."), _(AS_XLSX))
    if b"xl/workbook.bin" in data:
        raise BadInput(_("The file is a binary workbook (.xlsb), which is not read."), _(AS_XLSX))
    if b"xl/" not in data:
        raise BadInput(
            _("The file is a zip that holds no workbook."), _("Unpack it, and send the CSV or XLSX in it.")
        )
    return read_xlsx(data, sheet)
