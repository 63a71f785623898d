"""The ledger at a million entries: how fast it records, proves, verifies, and goes back to a past day.

The tree is raced against a bare hash chain and against pymerkle, in the same run: `peers/` says how. What
needs a database runs in a process of its own (`ledger_times.py`) in a temporary home, on SQLite as it ships.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import peers
from bench.figures import Figure, at_least, at_most, middle

HERE = Path(__file__).parent
ROOT = HERE.parent
PYMERKLE = "pymerkle==7.0.0"
ROUNDS = 3


def run(small: bool) -> list[Figure]:
    """All figures of the ledger; with `small`, of a hundredth of the entries."""
    return [*_races(small), *_times(small)]


def _races(small: bool) -> list[Figure]:
    """Appends a second and the time of a proof, of our tree and its peers, in alternating rounds."""
    sizes = {"own": 1_000_000, "chain": 1_000_000, "pymerkle_memory": 100_000, "pymerkle_sqlite": 100_000}
    if small:
        sizes = {name: size // 100 for name, size in sizes.items()}
    pythons = {"own": sys.executable, "chain": sys.executable}
    if _peers_installed():
        pythons |= {"pymerkle_memory": str(peers.PYTHON), "pymerkle_sqlite": str(peers.PYTHON)}
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in pythons}
    for _ in range(ROUNDS):
        for name, python in pythons.items():
            course = [python, str(HERE / "peers" / "race.py"), name, str(sizes[name])]
            results[name].append(_json(course))
            print(f"  {name}: {results[name][-1]}", file=sys.stderr, flush=True)
    appends = {name: middle([each["appends"] for each in rounds]) for name, rounds in results.items()}
    ours = appends["own"]
    figures = [
        at_least(
            f"tree core, leaf to tiles and root, {sizes['own']:,} in batches", ours, 100_000, "entries/s"
        )
    ]
    for name, words in (
        ("chain", "bare hash chain"),
        ("pymerkle_memory", "pymerkle in memory"),
        ("pymerkle_sqlite", "pymerkle in SQLite"),
    ):
        if name not in appends:
            figures.append(Figure(words, f"not measured: {PYMERKLE} could not be installed"))
            continue
        ratio = ours / appends[name]
        figures.append(
            Figure(
                f"{words}, {sizes[name]:,}", f"{appends[name]:,.0f} entries/s; ours is {ratio:.2g} times that"
            )
        )
    for name, words in (
        ("own", "our tree"),
        ("pymerkle_memory", "pymerkle"),
        ("pymerkle_sqlite", "its SQLite"),
    ):
        if name in results:
            proof = middle([each["proof_ms"] for each in results[name]])
            figures.append(Figure(f"an inclusion proof, {words}, {sizes[name]:,}", f"{proof:.3g} ms (p50)"))
    return figures


def _times(small: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="duecare-bench-") as place:
        environment = dict(
            os.environ,
            DUECARE_HOME=f"{place}/home",
            DJANGO_SETTINGS_MODULE="duecare.site.settings",
            DUECARE_TEST_APPS="tests.testapp",
            PYTHONPATH=str(ROOT),
        )
        environment.pop("DUECARE_DATABASE", None)
        entries = 10_000 if small else 1_000_000
        code = f"import django; django.setup(); from bench.ledger_times import main; main({entries})"
        found = _json([sys.executable, "-c", code], environment)
    return [
        at_least(
            "`recording()`, durable, acts of 1,000, median act", found["median_rate"], 10_000, "entries/s"
        ),
        at_least(
            "`recording()`, over all acts, checkpoints of the WAL included",
            found["rate"],
            10_000,
            "entries/s",
        ),
        at_most("longest of these acts", found["longest"], 2, "s"),
        at_most("longest act of 4 threads, a worker and an import at once", found["contended"], 2, "s"),
        Figure("a single-record act, median", f"{found['single_ms']:.3g} ms"),
        Figure("an entry in the database, all tables", f"{found['bytes']:,.0f} bytes"),
        at_most("an inclusion proof from the tiles in the database, p50", found["path_ms"], 1, "ms"),
        Figure("the same with the opened entry (`ledger prove`), p50", f"{found['proof_ms']:.3g} ms"),
        at_most("tree verification (`verify_tree`)", found["tree"], 3, "s"),
        at_most("`ledger verify --live`", found["verify"], 60, "s"),
        at_most("a past day, first time, half-way back", found["first"], 5, "s"),
        at_most("a past day, first time, the newest", found["first_newest"], 5, "s"),
        at_most("a past day, afterwards", found["again"], 0.3, "s"),
        Figure("`ledger rebuild`, with comparison", f"{found['rebuild']:,.0f} s"),
        Figure("`ledger export`", f"{found['export']:,.0f} s, {found['export_bytes']:,.0f} bytes an entry"),
        at_most("`duecare-verify` of that export", found["duecare_verify"], 10, "s"),
    ]


def _peers_installed() -> bool:
    """Whether the peers' environment is there, made if need be."""
    return peers.has("pymerkle", PYMERKLE)


def _json(command: list[str], environment: dict[str, str] | None = None) -> dict[str, Any]:
    """What a process prints last, as JSON."""
    environment = environment or dict(os.environ, PYTHONPATH=str(ROOT))
    ran = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found
