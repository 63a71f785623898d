"""The list of feeds as a file: some are no records, so that no list of records gives them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import BadInput
from duecare.web.exports import cell, plain
from duecare.web.listing import Text

if TYPE_CHECKING:
    from duecare.patching.feeds.views import Row

FEED_COLUMNS: Mapping[str, tuple[Text, Callable[[Row], Any]]] = {
    "id": (gettext_lazy("Id"), lambda row: row.id),
    "name": (gettext_lazy("Feed"), lambda row: row.name),
    "daily": (gettext_lazy("Switched on"), lambda row: row.daily),
    "freshness": (gettext_lazy("Freshness"), lambda row: row.words),
    "confirmed": (gettext_lazy("Confirmed by its source"), lambda row: row.confirmed_at),
    "count": (gettext_lazy("Records"), lambda row: row.count),
    "faults": (gettext_lazy("Not read"), lambda row: row.faults),
    "waiting": (gettext_lazy("An update waits"), lambda row: row.waiting),
    "fault": (gettext_lazy("What is wrong"), lambda row: row.fault or None),
}


def feeds_file(rows: Sequence[Row], format: str) -> HttpResponse:
    """The feeds as `csv` or `json`. Raises BadInput for another format."""
    if format not in ("csv", "json"):
        raise BadInput(_("There is no format “%s” of this list.") % format[:40], _("Ask for csv or json."))
    told = [{key: plain(value(row)) for key, (_label, value) in FEED_COLUMNS.items()} for row in rows]
    if format == "json":
        text = json.dumps({"list": "feeds", "filters": {}, "rows": told}, ensure_ascii=False, indent=1)
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
    else:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow([cell(label) for label, _value in FEED_COLUMNS.values()])
        writer.writerows([cell(value) for value in row.values()] for row in told)
        response = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="feeds.{format}"'
    return response
