"""A table as a file that can be filled in and brought back: CSV or XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.program.imports.fields import Field, Reading, value_of
from duecare.risk.register.sheets import held, workbook
from duecare.web.exports import cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_file(told: Iterable[Sequence[str]], format: str, title: str, name: str) -> HttpResponse:
    """The rows as `<name>.csv` or `<name>.xlsx`; raises NotFound for another format."""
    rows = [[cell(text) for text in row] for row in told]
    if format == "csv":
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        answer = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    elif format == "xlsx":
        answer = HttpResponse(workbook(rows, title), content_type=XLSX)
    else:
        raise NotFound(_("There is no such file."), _("There are CSV and XLSX."))
    answer["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return answer


def as_they_stand(told: dict[str, Any], standing: Mapping[str, Any]) -> None:
    """Have the texts that a row tells be those that stand, where a file could not tell the two apart: so what
    is taken away and brought back changes nothing."""
    for name, text in told.items():
        stands = standing.get(name)
        if isinstance(text, str) and isinstance(stands, str) and _read_back(text) == _read_back(stands):
            told[name] = stands


def _read_back(text: str) -> str:
    """What the import reads where the table tells this text: a workbook knows one kind of line break, and the
    reader takes off blanks at the ends and the apostrophe before what looks like a formula."""
    lines = held(text).replace("\r\n", "\n").replace("\r", "\n")
    return str(value_of(_ANY, cell(lines), Reading(UTC)))


_ANY = Field("text", "", empty="", longest=10**9)
"""Whatever is told or stands, however long, can be compared."""
