"""Reading what may be an attack on whoever reads it: in a process that can do nothing else.

A child process gives up for good, before it sees the first byte, all but a set time, memory and the two pipes
that it has open: with no descriptor left to open it reaches no file, no key and no network (SECURITY.md 16,
17). Back comes a text, which whoever asked judges: nothing in it is believed.

The limits are those of setrlimit(2), and are for good: but a process of root's could raise them again, had it
been taken over, so serve as an ordinary user. They are not set where the system has no such call.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from duecare.errors import BadInput, DuecareError
from duecare.words import gettext as _
from duecare.words import packed, speak_in_templates, unpacked

OUT_OF_MEMORY = 3
"""Exit code of a child that met its limit of memory."""
PATIENCE = 20
"""Seconds that a child may take beyond those of computing: to start, and on a busy machine."""

_ROOT = Path(__file__).parents[1]
_BOOT = """\
import sys
sys.path.insert(0, sys.argv[1])
from duecare.confined import child
child(sys.argv[2])
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may take."""

    seconds: int
    """Of computing."""
    memory: int
    """Bytes of address space."""
    answer: int
    """Bytes of what comes back."""


def read_confined(
    module: str, data: bytes, orders: Mapping[str, str], limits: Limits, too_much: BadInput
) -> dict[str, Any]:
    """What a module of ours makes of the data, in a child process.

    The module has `answer(data, orders)`, which gives an object as JSON or raises BadInput, and names in
    `AT_FIRST_USE` the modules that it would load only then, which fails once nothing can be opened.

    Raises BadInput: what the module says, or `too_much` if it met a limit. DuecareError means that the child
    broke for another reason.
    """
    told = {"module": module, "orders": dict(orders), "seconds": limits.seconds, "memory": limits.memory}
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter and our own words)
            [sys.executable, "-I", "-c", _BOOT, str(_ROOT), json.dumps(told)],
            input=data,
            capture_output=True,
            env={},
            cwd="/",
            timeout=limits.seconds + PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_much from None
    if done.returncode < 0 or done.returncode == OUT_OF_MEMORY:
        raise too_much
    if done.returncode or len(done.stdout) > limits.answer:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise DuecareError(
            _("The process that reads what was handed in stopped: %(last)s") % {"last": last[:200]},
            _("This is a fault of Duecare: please report it."),
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    if "what" in answer:
        raise BadInput(unpacked(answer["what"]), unpacked(answer["next_step"]))
    return answer


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────


def child(told_as_json: str) -> None:
    """Read standard input as ordered, and write what the module answers, or why not, to standard output."""
    told = json.loads(told_as_json)
    module = import_module(told["module"])
    for needed in module.AT_FIRST_USE:
        import_module(needed)
    speak_in_templates()
    give_up_all_else(told["seconds"], told["memory"])
    try:
        answer = module.answer(sys.stdin.buffer.read(), told["orders"])
    except BadInput as error:
        answer = json.dumps({"what": packed(error.what), "next_step": packed(error.next_step)})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.write(answer)


def give_up_all_else(seconds: int, memory: int) -> None:
    """From here on: no file or connection can be opened, no process started, no byte written to a file.

    `seconds` of computing are left and `memory` bytes of address space. What is open stays open.
    """
    try:
        import resource
    except ImportError:  # not a POSIX system
        return
    limits = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    )
    for limit, most in limits:
        _soft, hard = resource.getrlimit(limit)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))
