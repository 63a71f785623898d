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
from duecare.patching.bills.reading import About, Component, Trouble, read_bill
from duecare.patching.software.installed import LONGEST, Triple
from duecare.words import gettext as _
from duecare.words import number, packed, unpacked

SECONDS = 600
"""Of computing."""
MEMORY = 1 << 30
"""Bytes of address space; a list of 500 MB takes no more than one of 5 MB."""
LINE = 64 << 10
"""Bytes of a line that the child may write."""


def read_isolated(
    file: BinaryIO, *, seconds: int = SECONDS, memory: int = MEMORY
) -> Iterator[Component | About]:
    """The components of the list in an open file, one by one, and last what it says of itself.

    Raises BadInput: what `read_bill` says, or that reading took more than `seconds` or `memory` bytes. What
    was given before that is of a file that cannot be used.
    """
    too_much = BadInput(
        _("The list could not be read within %(seconds)s seconds and %(value)s MiB of memory.")
        % {"seconds": number(seconds), "value": number(memory >> 20)},
        _("Look whether the file is such a list at all."),
    )
    for line in lines_confined(__name__, file, {}, Limits(seconds, memory, LINE), too_much):
        answer = json.loads(line)
        yield _component(answer) if isinstance(answer, list) else _about(answer)


def _component(answer: Any) -> Component:
    place, triple, trouble, fault = answer
    parts = (str(part)[:most] for part, most in zip(triple, _ROOM, strict=True))
    return Component(str(place)[:LINE], Triple(*parts), Trouble(trouble), unpacked(fault) if fault else "")


def _about(answer: Any) -> About:
    texts = {name: str(answer[name])[:LONGEST] for name in _TOLD}
    return About(
        texts["format"], texts["version"], texts["tool"], texts["stated_at"], int(answer["statements"])
    )


_TOLD = ("format", "version", "tool", "stated_at")
"""The texts of what a list says of itself."""


_ROOM = (40, 40, LONGEST, LONGEST, LONGEST, LONGEST)
"""Characters of each part of a triple that are kept."""


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

AT_FIRST_USE = ("heapq", "encodings.utf_8_sig")
"""What the standard library loads when it is first needed."""


def pieces(given: BinaryIO, orders: Mapping[str, Any]) -> Iterator[bytes]:
    """A line for each component of the list. Raises BadInput if it cannot be used."""
    for one in read_bill(given):
        yield f"{json.dumps(_written(one))}\n".encode()


def _written(one: Component | About) -> Any:
    if isinstance(one, About):
        return {
            **{name: _cut(getattr(one, name), LONGEST) for name in _TOLD},
            "statements": one.statements,
        }
    parts = [_cut(part, most) for part, most in zip(one.triple, _ROOM, strict=True)]
    return [one.place, parts, one.trouble, packed(one.fault)]


def _cut(text: str, most: int) -> str:
    """As much as is kept of a text, without what no database keeps: halves of characters, and NUL."""
    text = text[:LINE].encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if len(text) <= most else f"{text[: most - 1]}…"
