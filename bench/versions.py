"""The order of versions: how fast distinct versions are keyed and put in order, beside packaging and univers.

Both peers are dependencies of the tests, so all run in this environment, each in a process of its own
(`peers/versions.py`). Measured is processor time: each is one thread, and waits for nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_most
from bench.peers.versions import ENDS

ROOT = Path(__file__).parents[1]
MANY, SOME = 2_000_000, 20_000


def run(small: bool) -> list[Figure]:
    """Two million versions of the two schemes of most hosts, then every scheme beside its peers."""
    many, some = (MANY // 100, SOME // 20) if small else (MANY, SOME)
    figures = []
    for scheme in ("deb", "rpm"):
        ours = _race("ours", scheme, many)
        what = f"{scheme}: {many:,} distinct versions keyed and sorted"
        figures.append(at_most(what, ours["seconds"], 20, "s"))
    for scheme in ENDS:
        peers = ("packaging", "univers") if scheme == "pypi" else ("univers",)
        figures += [_beside(scheme, peer, some) for peer in peers]
    return figures


def _beside(scheme: str, peer: str, count: int) -> Figure:
    ours, theirs = _race("ours", scheme, count), _race(peer, scheme, count)
    what = f"{scheme}: {count:,} versions sorted, beside {peer}"
    if theirs is None:
        return Figure(what, f"{ours['ordered']:,.0f}/s; {peer} refuses some of them")
    same = "the same order" if ours["order"] == theirs["order"] else "another order"
    ratio = ours["ordered"] / theirs["ordered"]
    value = (
        f"{ours['ordered']:,.0f}/s; {peer} {theirs['ordered']:,.0f}/s, ours is {ratio:.3g} times that; {same}"
    )
    return Figure(what, value)


def _race(runner: str, scheme: str, count: int) -> Any:
    """What a process measures, or None if it fails: univers raises for what it does not read."""
    command = [sys.executable, str(ROOT / "bench" / "peers" / "versions.py"), runner, scheme, str(count)]
    done = subprocess.run(
        command, env=dict(os.environ, PYTHONPATH=str(ROOT)), capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout) if not done.returncode else None
    assert found or runner != "ours", done.stderr
    print(f"  {runner} {scheme}: {found}", file=sys.stderr, flush=True)
    return found
