"""Reading a list of components in a process that can do nothing else (SECURITY.md 16), a line for each.

The child has the file open and a pipe to write to, and gives up all else before it reads the first byte
(`duecare/confined.py`). Its lines are checked again on this side.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from duecare.confined import give_up_all_else
from duecare.errors import BadInput, DuecareError
from duecare.patching.bills.reading import About, Component, Trouble, read_bill
from duecare.patching.software.installed import LONGEST, Triple
from duecare.words import gettext as _
from duecare.words import number, packed, speak_in_templates, unpacked

SECONDS = 600
"""Of computing."""
MEMORY = 1 << 30
"""Bytes of address space; a list of 500 MB takes no more than one of 5 MB."""
OUT_OF_MEMORY = 3
LINE = 64 << 10
"""Bytes of a line that the child may write."""

_ROOT = Path(__file__).parents[3]
_BOOT = """\
import sys
sys.path.insert(0, sys.argv[1])
from duecare.patching.bills.isolated import child
child(int(sys.argv[2]), int(sys.argv[3]))
"""


def read_isolated(
    file: BinaryIO, *, seconds: int = SECONDS, memory: int = MEMORY
) -> Iterator[Component | About]:
    """The components of the list in an open file, one by one, and last what it says of itself.

    Raises BadInput: what `read_bill` says, or that reading took more than `seconds` or `memory` bytes. What
    was given before that is of a file that cannot be used.
    """
    with subprocess.Popen(  # noqa: S603  (our own interpreter and our own words)
        [sys.executable, "-I", "-c", _BOOT, str(_ROOT), str(seconds), str(memory)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
        cwd="/",
    ) as process:
        lines, errors = cast(IO[bytes], process.stdout), cast(IO[bytes], process.stderr)
        try:
            while line := lines.readline(LINE):
                answer = json.loads(line)
                if isinstance(answer, list):
                    yield _component(answer)
                elif "what" in answer:
                    raise BadInput(unpacked(answer["what"]), unpacked(answer["next_step"]))
                else:
                    yield _about(answer)
        finally:
            lines.close()
            fault = errors.read(LINE).decode(errors="replace").strip()
        if process.wait() < 0 or process.returncode == OUT_OF_MEMORY:
            raise BadInput(
                _("The list could not be read within %(seconds)s seconds and %(value)s MiB of memory.")
                % {"seconds": number(seconds), "value": number(memory >> 20)},
                _("Look whether the file is such a list at all."),
            )
        if process.returncode:
            raise DuecareError(
                _("The process that reads lists stopped: %(value)s")
                % {"value": fault.rpartition("\n")[2][:200]},
                _("This is a fault of Duecare: please report it."),
            )


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


def child(seconds: int, memory: int) -> None:
    """Write a line for each component of the list on standard input, or at last why it cannot be used."""
    for module in ("heapq", "encodings.utf_8_sig"):  # loaded at first use, when nothing can be opened
        import_module(module)
    speak_in_templates()
    give_up_all_else(seconds, memory)
    try:
        for one in read_bill(sys.stdin.buffer):
            sys.stdout.write(json.dumps(_written(one)) + "\n")
    except BadInput as error:
        answer = {"what": packed(error.what), "next_step": packed(error.next_step)}
        sys.stdout.write(json.dumps(answer) + "\n")
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


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
