"""A table as a file that can be filled in and brought back: CSV or XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.risk.register.sheets import workbook
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
