"""Reading a table in a process that can do nothing else (`duecare/confined.py`).

Back comes text, every cell of which is judged later.
"""

from __future__ import annotations

from collections.abc import Mapping

from duecare.confined import Limits, read_confined
from duecare.errors import BadInput
from duecare.program.imports.reading import read_table
from duecare.program.imports.tables import MOST_BYTES, Choice, Table, from_json, to_json
from duecare.words import gettext as _
from duecare.words import number

SECONDS = 40
"""Of computing."""
MEMORY = 2 << 30
"""Bytes of address space."""
ANSWER_LIMIT = 96 << 20
"""Bytes of a table as text. A workbook names a long text once and may show it in every cell."""


def read_isolated(
    data: bytes, sheet: str = "", *, seconds: int = SECONDS, memory: int = MEMORY
) -> Table | Choice:
    """The table in a file, read in a child process; of a workbook perhaps the choice of its sheets.

    Raises BadInput: what `read_table` says, or that it took more than `seconds` or `memory` bytes.
    DuecareError means that the child broke for another reason.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(
            _("The file has more than %(most_bytes)s MiB.") % {"most_bytes": number(MOST_BYTES >> 20)},
            _("Cut it into several files."),
        )
    too_much = BadInput(
        _("The file could not be read within %(seconds)s seconds and %(memory)s MiB of memory.")
        % {"seconds": seconds, "memory": number(memory >> 20)},
        _("Copy only the table into a new workbook, or save the sheet as CSV; nothing was taken in."),
    )
    limits = Limits(seconds, memory, ANSWER_LIMIT)
    return from_json(read_confined(__name__, data, {"sheet": sheet}, limits, too_much))


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────


AT_FIRST_USE = ("encodings.utf_8", "encodings.utf_16_le", "encodings.utf_16_be", "encodings.cp1252",
                "encodings.cp437", "zlib", "_strptime")  # fmt: skip
"""What the standard library loads when it is first needed."""


def answer(data: bytes, orders: Mapping[str, str]) -> str:
    """The table of a file, as JSON. Raises BadInput if there is none that can be used."""
    told = to_json(read_table(data, orders["sheet"]))
    if len(told) > ANSWER_LIMIT:
        raise BadInput(
            _("The table holds more than %(answer_limit)s MiB of text.")
            % {"answer_limit": number(ANSWER_LIMIT >> 20)},
            _("Remove the columns that are not needed, or cut it into several files."),
        )
    return told
