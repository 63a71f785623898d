"""`duecare start`: the web server and the worker, one process each, watched until stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.site import first_run, worker
from duecare.site.setup import root_notice

THREADS = 4


def serve(address: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until interrupted. Raises DuecareError if a process ends by itself."""
    if notice := root_notice():
        say(notice)
    where = f"http://localhost:{port}"
    connections.close_all()
    if first_run.claimed():
        say(f"Duecare is at {where}  (Ctrl-C stops it)")
    else:
        _announce_first_run(where, say)
    environment = {
        **os.environ,
        "DUECARE_HOME": str(settings.DUECARE_HOME.path),
        worker.SUPERVISOR: str(os.getpid()),
    }
    stop = False

    def request_stop(number: int, frame: object) -> None:
        nonlocal stop
        stop = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, request_stop)
    running = {
        "web server": subprocess.Popen(_web(address, port), env=environment),  # noqa: S603
        "worker": subprocess.Popen([sys.executable, "-m", "duecare.site.worker"], env=environment),
    }
    try:
        while not stop:
            for name, process in running.items():
                if process.poll() is not None:
                    raise DuecareError(
                        _("The %(name)s ended by itself (exit %(returncode)s).")
                        % {"name": name, "returncode": process.returncode},
                        _("Is port %(port)s in use? Choose another with --port.") % {"port": port}
                        if name == "web server"
                        else _("See above."),
                    )
            time.sleep(0.2)
    finally:
        for process in running.values():
            if process.poll() is None:
                process.terminate()
        for process in running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
    say("Stopped.")


def _web(address: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", address, "--port", str(port),
        "--workers", "1", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning",
        "--backpressure", "64", "duecare.site.wsgi:application",
    ]  # fmt: skip


def _announce_first_run(where: str, say: Callable[[str], None]) -> None:
    """The token goes to a person's terminal, or to a file for the owner alone; never into a log."""
    token = first_run.issue_token()
    say(f"Nobody uses it yet. Within {first_run.MINUTES} minutes, claim it at {where} with the token")
    if sys.stderr.isatty():
        say(f"\n    {token}\n")
    else:
        say(f"in the file {first_run.leave_in_file(token)}")
