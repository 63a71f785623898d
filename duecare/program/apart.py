"""Heavy work in a process of its own, so that the one that asked stays as small as it was.

A function of ours is named, called there with what it is ordered, and gives an object as JSON. It has the
same home, database and language, and its own connection; what it writes, it writes in acts like any other.
Memory that it took is the system's again when it ends; where the system runs out of it, Linux ends that
process first. If whoever asked is gone, it ends too.

This is for what was read before by a child without rights (`duecare/confined.py`), and is no such child.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from duecare.errors import DuecareError

FIRST_TO_GO = 500
"""What is added to the points, up to 1000, by which Linux chooses what to end (proc(5), oom_score_adj)."""
_BOOT = "from duecare.program.apart import child; child()"
_ROOT = Path(__file__).parents[2]


def run_apart(function: str, orders: Mapping[str, Any], what: str) -> Any:
    """What a function, named as `module:function`, gives when called with `orders`.

    Raises the DuecareError that it raises, and one if its process ended without an answer: `what` then says
    in a sentence what did not come to its end.
    """
    told = {"function": function, "orders": dict(orders), "language": translation.get_language()}
    environment = {
        **os.environ,
        "DUECARE_HOME": str(settings.DUECARE_HOME.path),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "duecare.site.settings"),
    }
    with subprocess.Popen(  # noqa: S603  (our own interpreter and our own words)
        [sys.executable, "-c", _BOOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=_ROOT,
    ) as process:
        # Its standard input stays open as long as this process lives: by that it knows.
        given, answers = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        with suppress(BrokenPipeError):
            given.write(json.dumps(told).encode() + b"\n")
            given.flush()
        said = answers.read()
        code = process.wait()
        with suppress(BrokenPipeError):
            given.close()
    if code or not said:
        raise DuecareError(
            _("%(what)s The process for it was ended (%(code)s).") % {"what": what, "code": code},
            _("What was known before stays. Look whether memory suffices, then try again."),
        )
    answer = json.loads(said)
    if "what" in answer:
        raise DuecareError(answer["what"], answer["next_step"])
    return answer["answer"]


# ── In the process of its own ────────────────────────────────────────────────────────────────────────────


def child() -> None:
    """Do what the first line of standard input orders; write the answer as the only thing there is."""
    told = json.loads(sys.stdin.buffer.readline())
    answers, sys.stdout = sys.stdout, sys.stderr
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_GO))
    import django

    django.setup()
    module, _colon, function = told["function"].partition(":")
    with translation.override(told["language"]):
        try:
            answer = {"answer": getattr(import_module(module), function)(**told["orders"])}
        except DuecareError as error:
            answer = {"what": error.what, "next_step": error.next_step}
    answers.write(json.dumps(answer))
    answers.flush()
    from django.db import connections

    connections.close_all()
    os._exit(0)  # the thread that waits on standard input holds a lock that the interpreter's end would want


def _end_with_the_other() -> None:
    """Nothing more comes on standard input: it is closed when whoever asked has ended, however it did."""
    sys.stdin.buffer.read()
    os._exit(1)
