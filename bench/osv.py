"""All of OSV at once: an archive of 600,000 records, read and held against a fleet of 5,000 hosts.

OSV's own `all.zip` is not at hand, so the data pack's records of OSV are varied until there are as many
(`osv_times.py`). What is read comes back whole from the confined child, so its memory counts twice.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figures import Figure

ROOT = Path(__file__).parents[1]
RECORDS, TENFOLD = 600_000, 250_000
"""As many as OSV has, and ten times those of the data pack."""


def run(small: bool) -> list[Figure]:
    """Time of processor and memory of each step; with `small`, of a hundredth of the records."""
    return [figure for count in (TENFOLD, RECORDS) for figure in _figures(count // 100 if small else count)]


def _figures(count: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="duecare-bench-") as place:
        command = [sys.executable, "-m", "bench.osv_times", f"{place}/all.zip", str(count)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    steps = json.loads(done.stdout)
    return [
        Figure(
            f"{count:,} records: {one['what']}",
            f"{one['processor']:.3g} s of processor, {one['megabytes']:,} MB held",
        )
        for one in steps
    ]
