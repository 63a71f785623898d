"""Reading a feed's file in a process that can do nothing else (SECURITY.md 16).

The child has the open file and a pipe; before it reads the first byte it gives up all else for good
(`duecare/confined.py`). Back comes what it found, which is checked for its types on this side.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import msgspec

from duecare.confined import give_up_all_else
from duecare.errors import BadInput, DuecareError
from duecare.patching.advisories.interface import Advisory, Enrichment, Fault
from duecare.patching.advisories.loading import Loaded, LoadedFile, load_stream
from duecare.words import gettext as _
from duecare.words import number, packed, speak_in_templates, unpacked

SECONDS = 600
"""Of computing, and of waiting for it. All of OSV takes about two minutes."""
MEMORY = 8 << 30
"""Bytes of address space."""
ANSWER_LIMIT = 2 << 30
OUT_OF_MEMORY = 3
"""Exit code of a child that met its limit of memory."""

_ROOT = Path(__file__).parents[2]
_BOOT = """\
import sys
sys.path[:] = [sys.argv[1], *sys.argv[3].split(chr(10)), *sys.path]
from duecare.patching.feeds.isolated import child
child(sys.argv[2])
"""


class _Answer(msgspec.Struct):
    advisories: list[Advisory]
    enrichment: list[Enrichment]
    faults: list[tuple[str, Any, str | None]]
    files: list[LoadedFile]


_answer = msgspec.msgpack.Decoder(_Answer).decode


def read_isolated(file: IO[bytes], name: str, *, seconds: int = SECONDS, memory: int = MEMORY) -> Loaded:
    """What an open file of a feed holds, read in a child process. `name` is how faults call it.

    Raises BadInput if reading takes more than `seconds` or `memory` bytes; DuecareError if the child broke
    for another reason. What cannot be read within the file is a fault in what comes back.
    """
    orders = json.dumps({"name": name, "seconds": seconds, "memory": memory})
    paths = "\n".join(path for path in sys.path if path.endswith("site-packages"))
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter and our own words)
            [sys.executable, "-I", "-c", _BOOT, str(_ROOT), orders, paths],
            stdin=file,
            capture_output=True,
            env={},
            cwd="/",
            timeout=seconds + 5,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_much(name, seconds, memory) from None
    if done.returncode < 0 or done.returncode == OUT_OF_MEMORY:
        raise _too_much(name, seconds, memory)
    if done.returncode or len(done.stdout) > ANSWER_LIMIT:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise DuecareError(
            _("The process that reads feeds stopped: %(value)s") % {"value": last[:200]},
            _("This is a fault of Duecare: please report it."),
        )
    told = _answer(done.stdout)
    faults = [Fault(place, unpacked(reason), of) for place, reason, of in told.faults]
    return Loaded(told.advisories, {one.cve: one for one in told.enrichment}, faults, told.files)


def _too_much(name: str, seconds: int, memory: int) -> BadInput:
    return BadInput(
        _("%(name)s could not be read within %(seconds)s seconds and %(value)s MiB of memory.")
        % {"name": name, "seconds": seconds, "value": number(memory >> 20)},
        _("Look whether it is a feed at all; what was known before stays."),
    )


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

_AT_FIRST_USE = (
    "_strptime",
    "encodings.cp437",
    "encodings.utf_8_sig",
    "encodings.idna",
    "bz2",
    "lzma",
    "tempfile",
)
"""What the standard library loads when it is first needed, which fails once nothing can be opened."""


def child(orders: str) -> None:
    """Read a feed from standard input, which is a file, and write what it holds to standard output."""
    told = json.loads(orders)
    for module in _AT_FIRST_USE:
        import_module(module)
    speak_in_templates()
    give_up_all_else(told["seconds"], told["memory"])
    try:
        loaded = load_stream(told["name"], sys.stdin.buffer)
        answer = _Answer(
            loaded.advisories,
            list(loaded.enrichment.values()),
            [(fault.place, packed(fault.reason), fault.of) for fault in loaded.faults],
            loaded.files,
        )
        data = msgspec.msgpack.encode(answer, enc_hook=_plain)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(data)


def _plain(value: object) -> str:
    """Texts that remember their parts (`duecare/words.py`), as plain ones."""
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(type(value).__name__)
