"""The common course for the tree and its peers: append leaves in batches, then prove some of them.

Run as a script with the name of a runner beside it, so that each runs in a process (and pymerkle in an
environment) of its own: `python race.py own 200000`. Prints JSON.
"""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
from pathlib import Path
from typing import Protocol

BATCH = 1000
PROOFS = 300


class Runner(Protocol):
    """What is compared."""

    def append(self, leaves: list[bytes]) -> None: ...

    def root(self) -> bytes: ...

    def prove(self, index: int) -> object:
        """A proof that leaf `index` is in, or None if the structure has none."""


def leaves(count: int) -> list[list[bytes]]:
    """Leaves of the size of ours, in batches."""
    made = [b'{"at":"2026-11-23T14:17:25.123456Z","n":"%064d"}' % n + b"x" * 130 for n in range(count)]
    return [made[start : start + BATCH] for start in range(0, count, BATCH)]


def race(runner: Runner, count: int) -> dict[str, float | None]:
    """Appends a second over all, and the median time of a proof in milliseconds."""
    batches = leaves(count)
    start = time.perf_counter()
    for batch in batches:
        runner.append(batch)
    runner.root()
    took = time.perf_counter() - start
    source = random.Random(1)
    times: list[float] = []
    for _ in range(PROOFS):
        index = source.randrange(count)
        start = time.perf_counter()
        if runner.prove(index) is None:
            return {"appends": count / took, "proof_ms": None}
        times.append((time.perf_counter() - start) * 1000)
    return {"appends": count / took, "proof_ms": sorted(times)[PROOFS // 2]}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    print(json.dumps(race(importlib.import_module(sys.argv[1]).make(), int(sys.argv[2]))))
