"""Reading a list of components in a process that can do nothing else (SECURITY.md 16), a line for each.

The child (`duecare/confined.py`) has the file open and a pipe to write to. Its lines are checked again on
this side.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from duecare.confined import Limits, lines_confined
from duecare.errors import BadInput
from duecare.patching.bills.reading import Component, read_bill
from duecare.patching.software.installed import LONGEST, Triple
from duecare.words import gettext as _
from duecare.words import number

SECONDS = 600
"""Of computing."""
MEMORY = 1 << 30
"""Bytes of address space; a list of 500 MB takes no more than one of 5 MB."""
LINE = 64 << 10
"""Bytes of a line that the child may write."""


def read_isolated(file: BinaryIO, *, seconds: int = SECONDS, memory: int = MEMORY) -> Iterator[Component]:
    """The components of the list in an open file, one by one, as they are read.

    Raises BadInput: what `read_bill` says, or that reading took more than `seconds` or `memory` bytes. What
    was given before that is of a file that cannot be used.
    """
    too_much = BadInput(
        _("The list could not be read within %(seconds)s seconds and %(value)s MiB of memory.")
        % {"seconds": number(seconds), "value": number(memory >> 20)},
        _("Look whether the file is such a list at all."),
    )
    for line in lines_confined(__name__, file, {}, Limits(seconds, memory, LINE), too_much):
        yield _component(json.loads(line))


def _component(answer: Any) -> Component:
    place, triple, matched = answer
    return Component(
        str(place)[:LINE], Triple(*(str(part)[: LONGEST * 2] for part in triple)), matched is True
    )


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

AT_FIRST_USE = ("heapq", "encodings.utf_8_sig")
"""What the standard library loads when it is first needed."""


def pieces(given: BinaryIO, orders: Mapping[str, Any]) -> Iterator[bytes]:
    """A line for each component of the list. Raises BadInput if it cannot be used."""
    for one in read_bill(given):
        cut = [part if len(part) <= LONGEST else f"{part[: LONGEST - 1]}…" for part in one.triple]
        yield f"{json.dumps([one.place, cut, one.matched])}\n".encode()
