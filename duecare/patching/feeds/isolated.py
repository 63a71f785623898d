"""Reading a feed's file in a process that can do nothing else (SECURITY.md 16, `duecare/confined.py`).

The child has the open file and a pipe. Back comes what it found, which is checked for its types on this side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any, BinaryIO, cast

import msgspec

from duecare.confined import Limits, run_confined
from duecare.errors import BadInput
from duecare.patching.advisories.interface import Advisory, Enrichment, Fault
from duecare.patching.advisories.loading import Loaded, LoadedFile, load_stream
from duecare.words import gettext as _
from duecare.words import number, packed, unpacked

SECONDS = 600
"""Of computing, and of waiting for it. All of OSV takes about two minutes."""
MEMORY = 8 << 30
"""Bytes of address space."""
ANSWER_LIMIT = 2 << 30


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
    limits = Limits(seconds, memory, ANSWER_LIMIT, patience=5)
    too_much = BadInput(
        _("%(name)s could not be read within %(seconds)s seconds and %(value)s MiB of memory.")
        % {"name": name, "seconds": seconds, "value": number(memory >> 20)},
        _("Look whether it is a feed at all; what was known before stays."),
    )
    told = _answer(run_confined(__name__, cast(BinaryIO, file), {"name": name}, limits, too_much))
    faults = [Fault(place, unpacked(reason), of) for place, reason, of in told.faults]
    return Loaded(told.advisories, {one.cve: one for one in told.enrichment}, faults, told.files)


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

AT_FIRST_USE = (
    "_strptime",
    "encodings.cp437",
    "encodings.utf_8_sig",
    "encodings.idna",
    "bz2",
    "lzma",
    "tempfile",
)
"""What the standard library loads when it is first needed."""


def pieces(given: BinaryIO, orders: Mapping[str, str]) -> Iterator[bytes]:
    """What the feed in a file holds, as MessagePack."""
    loaded = load_stream(orders["name"], given)
    answer = _Answer(
        loaded.advisories,
        list(loaded.enrichment.values()),
        [(fault.place, packed(fault.reason), fault.of) for fault in loaded.faults],
        loaded.files,
    )
    yield msgspec.msgpack.encode(answer, enc_hook=_plain)


def _plain(value: object) -> str:
    """Texts that remember their parts (`duecare/words.py`), as plain ones."""
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(type(value).__name__)
