"""The list of duties as an address narrows it, for page, file, API and saved views alike.

Duties are content and no rows of a table, so this is no `Listing`; there are at most some hundreds.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.law.duties.queries import Row
from duecare.law.duties.standing import State
from duecare.ledger.viewers import Viewer
from duecare.web.exports import cell, plain
from duecare.web.listing import RESERVED

WHOSE = ("mine", "nobody")
FIELDS = (
    "id", "obligation", "duty", "state", "why", "cadence", "citation", "last_done", "due", "person",
    "safeguards", "task", "confidence", "version",
)  # fmt: skip


def read(query: QueryDict, known: Sequence[str]) -> dict[str, str]:
    """The filters that an address gives. Raises BadInput for one that the list does not have; `known` are
    the ids of obligations."""
    offered: Mapping[str, Sequence[str]] = {"state": list(State), "whose": WHOSE, "obligation": known}
    found = {}
    for key, values in query.lists():
        if key in RESERVED and key not in ("q", "sort", "after", "before"):
            continue
        if key not in offered:
            raise BadInput(_("This list has no parameter “%s”.") % key, _("It has %s.") % ", ".join(offered))
        if len(values) > 1 or (values[0] and values[0] not in offered[key]):
            raise BadInput(
                _("“%(value)s” is no choice of the filter “%(key)s”.")
                % {"value": values[0][:40], "key": key},
                _("Choose one from the list."),
            )
        found[key] = values[0]
    return found


def narrowed(rows: Sequence[Row], asked: Mapping[str, str], viewer: Viewer) -> list[Row]:
    """The rows that pass the filters, what needs somebody first."""
    order = list(State)
    whose: Mapping[str, Callable[[Row], bool]] = {
        "": lambda row: True,
        "mine": lambda row: row.person is not None and row.person.pk == viewer.person,
        "nobody": lambda row: row.person is None,
    }
    found = [
        row
        for row in rows
        if asked.get("state", "") in ("", row.state)
        and asked.get("obligation", "") in ("", row.of.obligation.id)
        and whose[asked.get("whose", "")](row)
    ]
    return sorted(found, key=lambda row: order.index(row.state))


def told(row: Row) -> dict[str, Any]:
    """A row for files and programs: values as they are."""
    duty = row.of.duty
    return {
        "id": duty.key,
        "obligation": row.of.obligation.id,
        "duty": str(duty.what),
        "state": row.state.value,
        "why": row.stands.why,
        "cadence": duty.cadence,
        "citation": duty.citation,
        "last_done": row.done.ended_at if row.done else None,
        "due": row.stands.due,
        "person": row.person.name if row.person else None,
        "safeguards": list(duty.safeguards),
        "task": row.task.pk if row.task else None,
        "confidence": duty.confidence.value,
        "version": duty.version,
    }


def exported(
    format: str, name: str, fields: Sequence[str], table: Sequence[Mapping[str, Any]]
) -> HttpResponse:
    """Rows as a file: CSV for people, JSON for programs."""
    if format == "json":
        rows = [
            {key: value if isinstance(value, list) else plain(value) for key, value in row.items()}
            for row in table
        ]
        response: HttpResponse = JsonResponse({"list": name, "rows": rows})
    else:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(fields)
        writer.writerows([cell(_flat(row[field])) for field in fields] for row in table)
        response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return response


def _flat(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value
