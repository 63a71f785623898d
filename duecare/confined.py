"""Reading what may be an attack on whoever reads it: in a process that can do nothing else.

A child process gives up for good, before it sees the first byte, all but a set time, memory and the pipes, or
the one file, that it has open: with no descriptor left to open it reaches no other file, no key and no
network (SECURITY.md 16, 17). What comes back is judged by whoever asked: nothing in it is believed.

There are three ways to ask, for one answer as JSON (`read_confined`), for one in bytes (`run_confined`), and
for lines as they come (`lines_confined`). The module that reads is named, and has:
- `AT_FIRST_USE`, the modules that it would load only then, which fails once nothing can be opened;
- `answer(data, orders)`, which gives JSON, or `pieces(given, orders)`, which gives bytes, piece by piece;
- or, where more than modules has to be loaded before, `ready(orders)`, which gives such a `pieces`.
Each may raise BadInput, which is raised here again.

The limits are those of setrlimit(2), and are for good: but a process of root's could raise them again, had it
been taken over, so serve as an ordinary user. They are not set where the system has no such call.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from duecare.errors import BadInput, DuecareError
from duecare.words import gettext as _
from duecare.words import packed, speak_in_templates, unpacked

OUT_OF_MEMORY = 3
"""Exit code of a child that met its limit of memory."""
REFUSED = 5
"""Exit code of a child whose module says why it cannot use what it was given."""
PATIENCE = 20
"""Seconds that a child may take beyond those of computing: to start, and on a busy machine."""
AT_ONCE = 1 << 16
"""Bytes that are read of a pipe at one time, and that are kept of what a child complains of."""

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
    """Bytes of what comes back; of each line, where lines do."""
    patience: int = PATIENCE
    """Seconds beyond those of computing."""


def read_confined(
    module: str, data: bytes, orders: Mapping[str, Any], limits: Limits, too_much: BadInput
) -> dict[str, Any]:
    """The JSON object that a module's `answer` makes of the data, in a child process.

    Raises BadInput: what the module says, or `too_much` if it met a limit. DuecareError means that the child
    broke for another reason.
    """
    answer: dict[str, Any] = json.loads(run_confined(module, data, orders, limits, too_much))
    return answer


def run_confined(
    module: str,
    given: bytes | BinaryIO,
    orders: Mapping[str, Any],
    limits: Limits,
    too_much: BadInput,
    *,
    place: str | Path = "/",
) -> bytes:
    """The same in bytes, of data or of an open file. The child's working directory is `place`."""
    in_memory = isinstance(given, bytes)
    try:
        done: subprocess.CompletedProcess[bytes] = subprocess.run(  # noqa: S603  (as below)
            _command(module, orders, limits),
            **{"input" if in_memory else "stdin": given},  # type: ignore[call-overload]
            capture_output=True,
            env={},
            cwd=place,
            timeout=limits.seconds + limits.patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_much from None
    _judge(done.returncode, done.stderr, too_much)
    if len(done.stdout) > limits.answer:
        raise _broken(_("its answer is too long"))
    return done.stdout


def lines_confined(
    module: str, file: BinaryIO, orders: Mapping[str, Any], limits: Limits, too_much: BadInput
) -> Iterator[bytes]:
    """The same line by line, each given as soon as it is there.

    What was given before an error is of a file that cannot be used.
    """
    with subprocess.Popen(  # noqa: S603  (our own interpreter and our own words)
        _command(module, orders, limits),
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
        cwd="/",
    ) as process:
        complaint = bytearray()
        try:
            yield from _lines(process, complaint, limits, too_much)
            _judge(process.wait(limits.patience), bytes(complaint), too_much)
        except subprocess.TimeoutExpired:
            raise too_much from None
        finally:
            process.kill()


def _lines(
    process: subprocess.Popen[bytes], complaint: bytearray, limits: Limits, too_much: BadInput
) -> Iterator[bytes]:
    """The lines of a child, while what it complains of is put aside; both until it closes them."""
    answers, errors = cast(IO[bytes], process.stdout), cast(IO[bytes], process.stderr)
    waiting, rest = [answers, errors], b""
    while waiting:
        ready, _writing, _odd = select.select(waiting, (), (), limits.seconds + limits.patience)
        if not ready:
            raise too_much
        for pipe in ready:
            piece = os.read(pipe.fileno(), AT_ONCE)
            if not piece:
                waiting.remove(pipe)
            elif pipe is errors:
                complaint += piece[: AT_ONCE - len(complaint)]
            else:
                *whole, rest = (rest + piece).split(b"\n")
                if max(map(len, (*whole, rest))) > limits.answer:
                    raise _broken(_("its answer is too long"))
                yield from whole


def _command(module: str, orders: Mapping[str, Any], limits: Limits) -> list[str]:
    told = {"module": module, "orders": dict(orders), "seconds": limits.seconds, "memory": limits.memory}
    return [sys.executable, "-I", "-c", _BOOT, str(_ROOT), json.dumps(told)]


def _judge(code: int, complaint: bytes, too_much: BadInput) -> None:
    """Raise what the end of a child means, if it did not end well."""
    last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
    if code < 0 or code == OUT_OF_MEMORY:
        raise too_much
    if code == REFUSED:
        told = json.loads(last)
        raise BadInput(unpacked(told["what"]), unpacked(told["next_step"]))
    if code:
        raise _broken(last[:300])


def _broken(why: str) -> DuecareError:
    return DuecareError(
        _("The process that reads what was handed in stopped: %(last)s") % {"last": why},
        _("This is a fault of Duecare: please report it."),
    )


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

Pieces = Callable[[BinaryIO, Mapping[str, Any]], Iterable[bytes]]


def child(told_as_json: str) -> None:
    """Read standard input as ordered, and write what the module makes of it to standard output."""
    told = json.loads(told_as_json)
    module, orders = import_module(told["module"]), told["orders"]
    for needed in module.AT_FIRST_USE:
        import_module(needed)
    pieces = _pieces_of(module, orders)
    speak_in_templates()
    give_up_all_else(told["seconds"], told["memory"])
    code = 0
    try:
        for piece in pieces(sys.stdin.buffer, orders):
            sys.stdout.buffer.write(piece)
    except BadInput as error:
        sys.stderr.write(json.dumps({"what": packed(error.what), "next_step": packed(error.next_step)}))
        code = REFUSED
    except MemoryError:
        code = OUT_OF_MEMORY
    sys.stdout.buffer.flush()
    sys.stderr.flush()
    os._exit(code)  # what a library's threads may still be doing is not waited for


def _pieces_of(module: Any, orders: Mapping[str, Any]) -> Pieces:
    if hasattr(module, "ready"):
        return cast(Pieces, module.ready(orders))
    if hasattr(module, "pieces"):
        return cast(Pieces, module.pieces)
    return lambda given, orders: [module.answer(given.read(), orders).encode()]


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
