"""A list as a file: CSV (RFC 4180) or JSON, streamed in chunks so that length costs no memory.

CSV is for people with spreadsheets: it begins with a byte order mark, without which Excel misreads letters
beyond ASCII, its head shows the columns' labels, and a cell that a spreadsheet could take for a formula
begins with an apostrophe (SECURITY.md 17). JSON is for programs: column keys, values as they are, times in
UTC. Both follow the keys of the list chunk by chunk, so rows changed while a long file is written may be
read before or after their change.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse

from duecare.web.listing import Asked, Listing

M = TypeVar("M", bound=Model)

FIRST, CHUNK = 100, 500
"""Rows read at a time: at first few, so that a file begins at once. Rows of other tables are fetched by an OR
for each, of which SQLite takes a thousand (SQLITE_MAX_EXPR_DEPTH)."""
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""First characters that make a spreadsheet take a cell for a formula, full-width forms included."""


def cell(value: Any) -> str:
    """The value as the text of a CSV cell, harmless in a spreadsheet. A missing value is empty."""
    text = "" if value is None else str(plain(value))
    return f"'{text}" if text.startswith(FORMULA) else text


def plain(value: Any) -> Any:
    """The value as JSON knows it: times as UTC text, days as ISO text, translatable text as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def chunks(listing: Listing[M], rows: QuerySet[M], asked: Asked) -> Iterator[tuple[M, ...]]:
    """All rows of the list from the asked place on, in its order, a chunk at a time."""
    narrowed = listing.narrow(rows, asked)
    after, size = asked.after, min(FIRST, CHUNK)
    while True:
        part = listing.fetch(narrowed, asked, size, after)
        yield part.rows
        if not part.after:
            return
        after, size = part.keys[-1], CHUNK


def write_csv(listing: Listing[M], rows: QuerySet[M], asked: Asked) -> Iterator[str]:
    """The CSV in pieces of text: head, then chunks of rows."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([cell(column.label) for column in listing.columns])
    yield "\ufeff" + buffer.getvalue()
    for chunk in chunks(listing, rows, asked):
        buffer.seek(0)
        buffer.truncate()
        writer.writerows([cell(column.exported(row)) for column in listing.columns] for row in chunk)
        yield buffer.getvalue()


def write_json(listing: Listing[M], rows: QuerySet[M], asked: Asked) -> Iterator[str]:
    """The JSON in pieces of text: `{"list", "filters", "rows"}`, a row an object by column key.

    It is whole only when it parses, so a file broken off cannot pass for a short one.
    """
    filters = {**asked.values, **({"q": asked.search} if asked.search else {})}
    yield f'{{"list": {json.dumps(listing.name)}, "filters": {json.dumps(filters)}, "rows": ['
    join = "\n"
    for chunk in chunks(listing, rows, asked):
        pieces = []
        for row in chunk:
            record = {column.key: plain(column.exported(row)) for column in listing.columns}
            pieces.append(join + json.dumps(record, ensure_ascii=False))
            join = ",\n"
        yield "".join(pieces)
    yield "\n]}\n"


def stream(listing: Listing[M], rows: QuerySet[M], asked: Asked) -> StreamingHttpResponse:
    """The asked format as a download."""
    write: Callable[[Listing[M], QuerySet[M], Asked], Iterator[str]]
    write, kind = (write_csv, "text/csv") if asked.format == "csv" else (write_json, "application/json")
    response = StreamingHttpResponse(write(listing, rows, asked), content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{listing.name}.{asked.format}"'
    return response
