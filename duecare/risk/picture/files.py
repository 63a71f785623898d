"""Figures as files: rows as CSV or JSON, and the document that `duecare risk curve` reads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.risk.register.portfolios import Written
from duecare.web.exports import cell


def rows_file(rows: Iterable[Mapping[str, Any]], wanted: str, name: str) -> HttpResponse:
    """Rows that all have the same fields, as `csv` or `json`."""
    listed = list(rows)
    if wanted == "json":
        return _file(
            json.dumps(listed, ensure_ascii=False, indent=1), "application/json", f"risk-{name}.json"
        )
    out = io.StringIO("\ufeff")  # without it Excel misreads letters beyond ASCII
    out.seek(1)
    if listed:
        writer = csv.DictWriter(out, list(listed[0]))
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in listed)
    return _file(out.getvalue(), "text/csv; charset=utf-8", f"risk-{name}.csv")


def _cell(value: Any) -> Any:
    """Numbers as they are, texts so that no spreadsheet takes them for formulas."""
    return value if isinstance(value, int | float) else cell(value)


def document_file(written: Written, name: str) -> HttpResponse:
    """A portfolio as a curve file. Raises NotFound where nothing is estimated."""
    if not written.keys:
        raise NotFound(_("Nothing is estimated yet."), _("Estimate a scenario first."))
    text = json.dumps(written.document, sort_keys=True, ensure_ascii=False, indent=1)
    return _file(text, "application/json", f"risk-{name}.curve.json")


def _file(text: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
