"""Matching a fleet against all advisories: the join, its deltas, and a loop over hosts beside it.

The fleet is that of `generator.py`, the advisories are all of ../shared/data/advisories. Each size runs in a
process of its own (`matching_times.py`), the loop with univers in another (`peers/matching.py`); it goes
through 200 hosts, and all take as many times as long, since each host is looked at alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from bench import beside
from bench.figures import Figure, at_least, at_most
from bench.matching_times import FEEDS, LOOPED

ROOT = Path(__file__).parents[1]
HOSTS, MANY = 5_000, 50_000


def run(small: bool) -> list[Figure]:
    """All figures of matching; with `small`, of a hundredth of the hosts."""
    hosts, many = (HOSTS // 100, MANY // 100) if small else (HOSTS, MANY)
    with tempfile.TemporaryDirectory(prefix="duecare-bench-") as place:
        given = Path(place) / "given.pickle"
        some = _course("bench.matching_times", str(hosts), str(given))
        loop = _course("bench.peers.matching", str(given))
    more = _course("bench.matching_times", str(many))
    whole = some["join"] + some["spread"]
    looped = loop["seconds"] / min(LOOPED, hosts) * hosts
    larger = more["rows"] / some["rows"]
    more_whole = more["join"] + more["spread"]
    return [
        at_most(f"all {some['advisories']:,} advisories read and compiled", some["loaded"], 10, "s"),
        Figure("of which reading", f"{some['read']:.3g} s"),
        Figure("reading and compiling, in time of the processor", f"{some['loading_processor']:.3g} s"),
        Figure(f"{some['rules']:,} rules and the software put into tables", f"{some['inserted']:.3g} s"),
        at_most(
            f"{hosts:,} hosts x 400 packages ({some['distinct']:,} distinct): the join, and its "
            f"{some['findings']:,} findings counted over all hosts",
            whole,
            3,
            "s",
        ),
        Figure("join and counting, in time of all processors", f"{some['matching_processor']:.3g} s"),
        Figure(f"of which the join, {some['answers']:,} answers", f"{some['join']:.3g} s"),
        Figure("the join with all its answers read into Python", f"{some['whole']:.3g} s"),
        at_most(
            f"a delta of 100 advisories, {some['delta']['answers']:,} answers",
            some["delta"]["seconds"],
            0.3,
            "s",
        ),
        Figure("of which its join", f"{some['delta']['join']:.3g} s"),
        Figure(f"memory at the most, of {hosts:,} hosts", f"{some['memory']:,} MB"),
        at_most(
            f"{many:,} hosts ({more['rows']:,} rows, {more['distinct']:,} distinct): as many times the time "
            f"of {hosts:,}, for {larger:,.0f} times the rows",
            more_whole / whole,
            larger,
            "times",
        ),
        Figure(f"the same in seconds, {more['findings']:,} findings", f"{more_whole:.3g} s"),
        Figure(f"memory at the most, of {many:,} hosts", f"{more['memory']:,} MB"),
        at_least(
            f"a loop over {hosts:,} hosts with univers ({looped:,.0f} s, from {min(LOOPED, hosts)}), as many "
            "times the time of the join and the counting",
            looped / whole,
            20,
            "times",
        ),
        _agreement(some["sample"], loop["sample"], some["packages"]),
        *beside.figures(FEEDS),
    ]


def _course(module: str, *words: str) -> Any:
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), stdout=subprocess.PIPE, check=True
    )
    found = json.loads(done.stdout)
    shown = {name: one for name, one in found.items() if name not in ("sample", "packages")}
    print(f"  {module} {words[0]}: {shown}", file=sys.stderr, flush=True)
    return found


def _agreement(
    ours: list[dict[str, list[str]]], theirs: list[list[str]], packages: list[list[str]]
) -> Figure:
    """On how many pieces both name the same advisories as affecting; and the rest by the reason."""
    same = 0
    why: Counter[str] = Counter()
    for mine, other, package in zip(ours, theirs, packages, strict=True):
        affected = set(mine.get("AFFECTED/NONE", ()))
        if affected == set(other):
            same += 1
            continue
        why.update(_reasons(mine, affected ^ set(other), package))
    rest = "; ".join(f"{name}: {count:,}" for name, count in why.most_common())
    return Figure(
        f"verdicts of {len(ours):,} distinct pieces of software, beside univers",
        f"{same:,} identical" + (f"; of the others, advisories by reason: {rest}" if rest else ""),
    )


def _reasons(mine: dict[str, list[str]], different: set[str], package: list[str]) -> list[str]:
    """Why each advisory on which the two differ is told otherwise."""
    by_id = {identity: name for name, ids in mine.items() for identity in ids}
    ecosystem, version = package[0], package[-1]
    found = []
    for identity in different:
        said = by_id.get(identity, "")
        if said.endswith(("STREAM", "MODULE")):
            found.append("univers knows no module streams")
        elif ecosystem == "Packagist" and version.count(".") >= 3:
            found.append("univers leaves out the fourth number of Composer's versions")
        elif said.startswith("UNDECIDED"):
            found.append("a bound is no version of its scheme, and univers guesses")
        else:
            found.append(f"unexplained ({said})")
    return found
