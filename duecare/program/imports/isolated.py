"""Reading a table in a process that can do nothing else (SECURITY.md 16), as reports of hosts are read.

What the process gives up is in `duecare/confined.py`. Back comes text, every cell of which is judged later.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from duecare.confined import give_up_all_else
from duecare.errors import BadInput, DuecareError
from duecare.program.imports.reading import read_table
from duecare.program.imports.tables import MOST_BYTES, Choice, Table, from_json, to_json
from duecare.words import gettext as _
from duecare.words import number, packed, speak_in_templates, unpacked

SECONDS = 40
"""Of computing, and of waiting for it."""
MEMORY = 2 << 30
"""Bytes of address space."""
ANSWER_LIMIT = 96 << 20
"""Bytes of a table as text. A workbook names a long text once and may show it in every cell."""
OUT_OF_MEMORY = 3
"""Exit code of a child that met its limit of memory."""

_ROOT = Path(__file__).parents[3]
_BOOT = """\
import sys
sys.path.insert(0, sys.argv[1])
from duecare.program.imports.isolated import child
child(sys.argv[2])
"""


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
    orders = json.dumps({"sheet": sheet, "seconds": seconds, "memory": memory})
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter and our own words)
            [sys.executable, "-I", "-c", _BOOT, str(_ROOT), orders],
            input=data,
            capture_output=True,
            env={},
            cwd="/",
            timeout=seconds + 20,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_much(seconds, memory) from None
    if done.returncode < 0 or done.returncode == OUT_OF_MEMORY:
        raise _too_much(seconds, memory)
    if done.returncode or len(done.stdout) > ANSWER_LIMIT:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise DuecareError(
            _("The process that reads tables stopped: %(last)s") % {"last": last[:200]},
            _("This is a fault of Duecare: please report it."),
        )
    answer = json.loads(done.stdout)
    if "what" in answer:
        raise BadInput(unpacked(answer["what"]), unpacked(answer["next_step"]))
    return from_json(answer)


def _too_much(seconds: int, memory: int) -> BadInput:
    return BadInput(
        _("The file could not be read within %(seconds)s seconds and %(memory)s MiB of memory.")
        % {"seconds": seconds, "memory": number(memory >> 20)},
        _("Copy only the table into a new workbook, or save the sheet as CSV; nothing was taken in."),
    )


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────


_AT_FIRST_USE = ("encodings.utf_8", "encodings.utf_16_le", "encodings.utf_16_be", "encodings.cp1252",
                 "encodings.cp437", "zlib", "_strptime")  # fmt: skip
"""What the standard library loads when it is first needed, which fails once nothing can be opened."""


def child(orders: str) -> None:
    """Read a file from standard input and write its table, or why not, to standard output."""
    told = json.loads(orders)
    for module in _AT_FIRST_USE:
        import_module(module)
    speak_in_templates()
    give_up_all_else(told["seconds"], told["memory"])
    try:
        answer = to_json(read_table(sys.stdin.buffer.read(), told["sheet"]))
        if len(answer) > ANSWER_LIMIT:
            raise BadInput(
                _("The table holds more than %(answer_limit)s MiB of text.")
                % {"answer_limit": number(ANSWER_LIMIT >> 20)},
                _("Remove the columns that are not needed, or cut it into several files."),
            )
    except BadInput as error:
        answer = json.dumps({"what": packed(error.what), "next_step": packed(error.next_step)})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.write(answer)
