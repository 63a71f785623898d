"""The daily digest of 10,000 people: how long it takes, and how long anybody else waits to write meanwhile.

In a process of its own (`digest_times.py`) in a temporary home, on SQLite as it ships.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figures import Figure, at_most

ROOT = Path(__file__).parents[1]


def run(small: bool) -> list[Figure]:
    """All figures of the digest; with `small`, of a hundredth of the people."""
    with tempfile.TemporaryDirectory(prefix="duecare-bench-") as place:
        told = {
            **os.environ,
            "DUECARE_HOME": f"{place}/home",
            "DJANGO_SETTINGS_MODULE": "duecare.site.settings",
        }
        told.pop("DUECARE_DATABASE", None)
        course = [sys.executable, "-m", "bench.digest_times", "small" if small else "whole"]
        done = subprocess.run(course, env=told, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    people = f"{found['people']:,}"
    return [
        at_most(f"digests of {people} people, {found['queued']:,} of them with news", found["make"], 60, "s"),
        Figure("of which the processor works", f"{found['processor']:.3g} s"),
        at_most("longest wait of somebody else who writes meanwhile", found["wait"], 2, "s"),
        Figure("the same of an idle Duecare", f"{found['idle']:.3g} s"),
        Figure(f"handing over {found['sent']:,} of them to a mail server here", f"{found['send']:.3g} s"),
        at_most("longest wait of somebody else who writes meanwhile ", found["send_wait"], 2, "s"),
        Figure(f"giving {found['late']:,} late tasks to the managers", f"{found['escalate']:.3g} s"),
        Figure("memory at the end", f"{found['memory']:,} MB"),
    ]
