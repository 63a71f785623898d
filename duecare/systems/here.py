"""Duecare's own reading of the machine that it runs on."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from duecare.systems.collector import (
    RealMachine,
    collect,
    load_sights,
    write_private,
)


def collect_here(state: Path, now: datetime) -> bytes:
    """A report of this machine, as the collector writes it.

    `state` remembers when each update was first seen on offer; it is made at first use.
    """
    seen = load_sights(state)
    report = collect(RealMachine("/"), now, seen)
    sights = {"format": "duecare-collect-state/1", "first_sights": seen}
    write_private(state, json.dumps(sights, indent=1, sort_keys=True).encode())
    return json.dumps(report, ensure_ascii=False).encode()
