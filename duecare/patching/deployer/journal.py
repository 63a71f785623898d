"""What came of an order, as JSON lines: the deployer's own journal, and its copy for the server.

Each line has a number, so that the server knows which it has taken in. A line is on disk before what it
announces is done: a host that was begun with, and of which no line tells the end, is one of which nobody
knows what became of it, and counts as failed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from duecare.ledger.canonical import parse_utc, utc_text
from duecare.patching.runs.rings import Came
from duecare.reaching.terminal import plain

ACCEPTED, REFUSED, BEGUN, HOST, OVER = "accepted", "refused", "begun", "host", "over"


@dataclass(frozen=True, slots=True)
class Journal:
    """The lines of one run."""

    own: Path
    shared: Path
    """Where the server reads them."""

    def lines(self) -> list[dict[str, Any]]:
        """All lines; one that was cut short by a crash is none."""
        found = []
        for text in self.own.read_text().splitlines() if self.own.exists() else ():
            try:
                found.append(json.loads(text))
            except ValueError:
                continue
        return found

    def write(self, what: str, run: str, now: datetime, **more: Any) -> None:
        """Add a line to both, and sync it to disk."""
        line = {"n": len(self.lines()) + 1, "run": run, "what": what, "at": utc_text(now), **more}
        text = json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n"
        _append(self.own, text, 0o600)
        self.publish()

    def publish(self) -> None:
        """Bring the server's copy up to the journal, whatever became of it meanwhile."""
        text = "".join(
            json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n" for line in self.lines()
        )
        temporary = self.shared.with_name(f".{self.shared.name}.part")
        temporary.unlink(missing_ok=True)
        _append(temporary, text, 0o640)
        temporary.replace(self.shared)

    def came(self) -> dict[str, Came]:
        """What came of each host that had its turn."""
        found: dict[str, Came] = {}
        for line in self.lines():
            at = parse_utc(line["at"])
            if line["what"] == BEGUN:
                found |= {key: Came(False, at) for key in line["hosts"]}
            elif line["what"] == HOST:
                found[line["host"]] = Came(line["outcome"] == "installed", at)
        return found

    @property
    def over(self) -> bool:
        return any(line["what"] in (OVER, REFUSED) for line in self.lines())


def _append(place: Path, text: str, mode: int) -> None:
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, mode)
    with os.fdopen(handle, "w") as file:
        os.fchmod(handle, mode)
        file.write(text)
        file.flush()
        os.fsync(handle)


def line_of_host(outcome: str, words: str, versions: Mapping[str, str], *, restart: bool) -> dict[str, Any]:
    """What a line tells of one host."""
    return {"outcome": outcome, "words": plain(words), "versions": dict(versions), "restart": restart}
