"""Reading a file of events in a process that can do nothing else (`duecare/confined.py`), as a table of text.

CSV and XLSX are read as every list is (`program/imports`); here also lines of JSON, an object each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from duecare.confined import Limits, read_confined
from duecare.errors import BadInput
from duecare.program.imports import isolated
from duecare.program.imports.reading import read_table
from duecare.program.imports.tables import (
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Choice,
    Problem,
    Row,
    Table,
    from_json,
    to_json,
)
from duecare.words import gettext as _
from duecare.words import number


def read_isolated(data: bytes, sheet: str = "") -> Table | Choice:
    """The table in a file, read in a child process. Raises BadInput as `program/imports/isolated.py` does."""
    if len(data) > MOST_BYTES:
        raise BadInput(
            _("The file has more than %(most_bytes)s MiB.") % {"most_bytes": number(MOST_BYTES >> 20)},
            _("Cut it into several files."),
        )
    too_much = BadInput(
        _("The file could not be read within %(seconds)s seconds and %(memory)s MiB of memory.")
        % {"seconds": isolated.SECONDS, "memory": number(isolated.MEMORY >> 20)},
        _("Cut it into several files; nothing was taken in."),
    )
    limits = Limits(isolated.SECONDS, isolated.MEMORY, isolated.ANSWER_LIMIT)
    return from_json(read_confined(__name__, data, {"sheet": sheet}, limits, too_much))


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

AT_FIRST_USE = isolated.AT_FIRST_USE


def answer(data: bytes, orders: Mapping[str, str]) -> str:
    """The table of a file, as JSON. Raises BadInput if there is none that can be used."""
    begins = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return to_json(read_lines(data) if begins == b"{" else read_table(data, orders["sheet"]))


def read_lines(data: bytes) -> Table:
    """The table of a file with a JSON object on every line; its columns are their names, as they first come.

    Raises BadInput naming the line that is none.
    """
    head: dict[str, int] = {}
    told: list[tuple[int, dict[str, str]]] = []
    problems: list[Problem] = []
    for place, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if not line.strip():
            continue
        values = _object(line, place)
        for name in values:
            head.setdefault(name, len(head))
            if len(values[name]) > LONGEST_CELL:
                problems.append(Problem(place, head[name], _too_long(len(values[name]))))
                values[name] = values[name][:LONGEST_CELL]
        told.append((place, values))
        if len(head) > MOST_COLUMNS or len(told) > MOST_ROWS:
            raise BadInput(
                _("The file has more than %(rows)s lines or %(columns)s names.")
                % {"rows": number(MOST_ROWS), "columns": number(MOST_COLUMNS)},
                _("Cut it into several files."),
            )
    rows = tuple(Row(place, tuple(values.get(name, "") for name in head)) for place, values in told)
    return Table("csv", "", 0, tuple(head), rows, tuple(problems), ())


def _object(line: bytes, place: int) -> dict[str, str]:
    try:
        read = json.loads(line, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            _("Line %(line)s is no JSON object that says each thing once.") % {"line": place},
            _("Write one object on each line."),
        ) from error
    if not isinstance(read, dict):
        raise BadInput(
            _("Line %(line)s is no JSON object.") % {"line": place}, _("Write one object on each line.")
        )
    return {name: _text(value) for name, value in read.items()}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
    return text.encode("utf-8", "replace").decode()


def _too_long(count: int) -> str:
    return _("This has %(count)s characters; at most %(most)s are taken.") % {
        "count": number(count),
        "most": number(LONGEST_CELL),
    }
