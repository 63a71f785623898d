"""Reading a report that may be an attack on whoever reads it: in a process that can do nothing else.

`read_report` parses bytes from anywhere. Here it runs in a child process which, before it sees the first of
them, gives up for good all but a set time, memory and the two pipes that it has open: with no descriptor left
to open it reaches no file, no key and no network (SECURITY.md 16). Back comes a small summary, checked again
on this side; the report itself is then stored unread.

What exactly it gives up is in `duecare/confined.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from duecare.confined import give_up_all_else
from duecare.errors import BadInput, DuecareError
from duecare.systems.reports import SIZE_LIMIT, read_report
from duecare.words import gettext as _
from duecare.words import number, packed, speak_in_templates, unpacked

SECONDS = 30
"""Of computing, and of waiting for it."""
MEMORY = 3 << 30
"""Bytes of address space: a report of 64 MiB takes about 1 GiB to read."""
ANSWER_LIMIT = 64 << 10
OUT_OF_MEMORY = 3
"""Exit code of a child that met its limit of memory."""
NAME_LIMIT = 255
VERSION_LIMIT = 60

_ROOT = Path(__file__).parents[2]
_BOOT = """\
import sys
sys.path.insert(0, sys.argv[1])
from duecare.systems.isolated import child
child(sys.argv[2])
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the record keeps of a report, beside the report itself."""

    name: str
    key: str
    kind: str
    collected_at: datetime
    """By the host's clock, aware, UTC."""
    live: bool
    as_root: bool
    version: str
    """Of the collector."""
    family: str
    system: str
    """The operating system in the vendor's words; empty if not learnt."""
    support_end: date | None
    unreadable: int
    """How many sections could not be read, or not all of them."""


def read_isolated(data: bytes, now: datetime, *, seconds: int = SECONDS, memory: int = MEMORY) -> Summary:
    """The summary of the report that the bytes hold, read in a child process. `now` is aware.

    Raises BadInput: what `read_report` says, or that reading took more than `seconds` or `memory` bytes.
    DuecareError means that the child broke for another reason.
    """
    if len(data) > SIZE_LIMIT:
        raise BadInput(
            _("The report has more than %(size_limit)s bytes.") % {"size_limit": number(SIZE_LIMIT)},
            _("Look whether the file is a report at all."),
        )
    orders = json.dumps({"now": now.isoformat(), "seconds": seconds, "memory": memory})
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter and our own words)
            [sys.executable, "-I", "-c", _BOOT, str(_ROOT), orders],
            input=data,
            capture_output=True,
            env={},
            cwd="/",
            timeout=seconds + 5,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_much(seconds, memory) from None
    if done.returncode < 0 or done.returncode == OUT_OF_MEMORY:
        raise _too_much(seconds, memory)
    if done.returncode or len(done.stdout) > ANSWER_LIMIT:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise DuecareError(
            _("The process that reads reports stopped: %(value)s") % {"value": last[:200]},
            _("This is a fault of Duecare: please report it."),
        )
    return _summary(json.loads(done.stdout))


def _too_much(seconds: int, memory: int) -> BadInput:
    return BadInput(
        _("The report could not be read within %(seconds)s seconds and %(value)s MiB of memory.")
        % {"seconds": seconds, "value": number(memory >> 20)},
        _("Look whether the file is a report at all; nothing was taken in."),
    )


def _summary(answer: dict[str, Any]) -> Summary:
    """The child's answer, of which nothing is believed that was not checked here."""
    if "what" in answer:
        raise BadInput(unpacked(answer["what"]), unpacked(answer["next_step"]))
    end = answer["support_end"]
    collected_at = datetime.fromisoformat(answer["collected_at"]).astimezone(UTC)
    return Summary(
        name=_short(answer, "name", NAME_LIMIT, "$.host.name"),
        key=_short(answer, "key", 64, "$.host.key"),
        kind=_short(answer, "kind", 20, "$.host.kind"),
        collected_at=collected_at,
        live=answer["live"] is True,
        as_root=answer["as_root"] is True,
        version=_short(answer, "version", VERSION_LIMIT, "$.collector.version"),
        family=_short(answer, "family", 20, "$.facts.os.family"),
        system=_short(answer, "system", NAME_LIMIT, "$.facts.os.name"),
        support_end=None if end is None else date.fromisoformat(end),
        unreadable=int(answer["unreadable"]),
    )


def _short(answer: dict[str, Any], name: str, limit: int, place: str) -> str:
    text = str(answer[name])
    if len(text) > limit:
        raise BadInput(
            _("%(place)s: expected at most %(limit)s characters, got %(count)s.")
            % {"place": place, "limit": limit, "count": number(len(text))},
            _("Correct it on the host and collect again."),
        )
    return text


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────


_AT_FIRST_USE = ("_strptime", "heapq")
"""What the standard library loads when it is first needed, which fails once nothing can be opened."""


def child(orders: str) -> None:
    """Read a report from standard input and write its summary, or why not, to standard output."""
    told = json.loads(orders)
    now = datetime.fromisoformat(told["now"])
    for module in _AT_FIRST_USE:
        import_module(module)
    speak_in_templates()
    give_up_all_else(told["seconds"], told["memory"])
    answer: dict[str, Any]
    try:
        answer = _describe(sys.stdin.buffer.read(), now)
    except BadInput as error:
        answer = {"what": packed(error.what), "next_step": packed(error.next_step)}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.write(json.dumps(answer))


def _describe(data: bytes, now: datetime) -> dict[str, Any]:
    report = read_report(data, now)
    system = report.facts["os"]
    found = Summary(
        name=report.name,
        key=report.key,
        kind=report.kind,
        collected_at=report.collected_at,
        live=report.live,
        as_root=report.as_root,
        version=report.version,
        family=system["family"] or "other",
        system=system["name"] or "",
        support_end=None,
        unreadable=sum(facts["state"] in ("unreadable", "partial") for facts in report.facts.values()),
    )
    return {
        **asdict(found),
        "collected_at": report.collected_at.isoformat(),
        "support_end": system["support_end"],
    }
