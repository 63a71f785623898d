"""One pass of the puller: every host of the list is asked once, and what came is put down for the server.

Nothing is changed on a host but the collector's own directory. A pass that is cut short tells nothing; the
next one asks everybody again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from duecare.errors import BadInput, Refused
from duecare.systems.puller.fetching import BATCH, Fetched, fetch
from duecare.systems.puller.hosts import Listed, Place, read_hosts
from duecare.systems.puller.passes import PASSED, REPORT, Came, Line, Pass, write_pass

KEPT = 7
"""Passes that stay for the server, if it has not come to them yet; older ones are removed."""

Fetch = Callable[[Sequence[Listed], Place, bytes, Path], dict[str, Fetched]]


@dataclass(frozen=True, slots=True)
class Puller:
    """What a pass is done with."""

    place: Place
    reports: Path
    """Where the server looks."""
    collector: bytes
    """The one file that is carried to hosts."""
    clock: Callable[[], datetime]
    say: Callable[[str], None]
    fetch: Fetch = fetch

    def pass_once(self) -> Pass:
        """Ask every host. Raises Refused if another pass is going on or nobody is on the list, BadInput if
        the directory for the server cannot be written."""
        with self.place.alone():
            hosts = read_hosts(self.place)
            if not hosts:
                raise Refused("No host is on the list.", "Add one: `duecare-pull host`.")
            _demand_writable(self.reports)
            begun = self.clock()
            key = f"{begun:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
            shutil.rmtree(self.place.work, ignore_errors=True)
            self.place.work.mkdir(mode=0o700)
            lines: list[Line] = []
            for start in range(0, len(hosts), BATCH):
                batch = hosts[start : start + BATCH]
                told = self.fetch(batch, self.place, self.collector, self.place.work / f"batch-{start:05}")
                lines += [self._put_down(one, told[one.name]) for one in batch]
            made = Pass(key, begun, self.clock(), tuple(lines))
            _lay(self.reports / f"{key}{PASSED}", write_pass(made))
            self._tidy(made)
            return made

    def _put_down(self, host: Listed, came: Fetched) -> Line:
        digest = hashlib.sha256(came.report).hexdigest() if came.came is Came.REPORTED else ""
        if digest:
            _lay(self.reports / f"{digest}{REPORT}", came.report)
        self.say(f"{host.name}: {came.came.value} {came.words}".rstrip())
        return Line(
            host.name, host.address, host.port, host.user, host.host_key, came.came, came.words, digest
        )

    def _tidy(self, newest: Pass) -> None:
        """Remove passes beyond the newest few, and reports that came before the oldest that stays."""
        passes = sorted(self.reports.glob(f"*{PASSED}"))
        for file in passes[:-KEPT]:
            file.unlink(missing_ok=True)
        oldest = min((file.stat().st_mtime for file in passes[-KEPT:]), default=0)
        spent = (newest.ended - newest.begun).total_seconds()
        for file in self.reports.glob(f"*{REPORT}"):
            # Its own pass ended after it, by no more than a pass takes; a day for clocks and long ones.
            if file.stat().st_mtime < oldest - spent - 86_400:
                file.unlink(missing_ok=True)


def _demand_writable(directory: Path) -> None:
    if not directory.is_dir() or not os.access(directory, os.W_OK | os.X_OK):
        raise BadInput(
            f"{directory} cannot be written.", "Make the directory, and let the puller's user write there."
        )


def _lay(file: Path, data: bytes) -> None:
    """Put a file there whole, for the server's group to read."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
    with os.fdopen(handle, "wb") as opened:
        os.fchmod(handle, 0o640)
        opened.write(data)
        opened.flush()
        os.fsync(handle)
    part.replace(file)
