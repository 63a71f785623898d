"""Every page of an organisation with 10,000 people, 5,000 hosts and 1,000,000 entries, on SQLite.

What is measured is in `page_times.py`, how the organisation comes about in `estate.py`. That takes minutes:
`DUECARE_BENCH_KEEP=DIR` keeps its home there, and finds it there the next time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_most

ROOT = Path(__file__).parents[1]
P95 = 150
"""Milliseconds that a page of today may take,"""
P95_PAST = 300
"""and one of a past day whose replay is there."""
P95_SEARCH = 100
"""The search answers while somebody types."""
QUERIES = 30
SLOWEST = 5
"""How many pages of a past day are told of."""


def run(small: bool) -> list[Figure]:
    """The figures of every page; with `small`, of a fiftieth of the size."""
    with home() as place:
        found = measured("bench.page_times", place, small)
    return [
        Figure("entries; live records", f"{found['entries']:,}; {found['live']:,}"),
        Figure("filling the home", f"{found['seconds']:,.0f} s"),
        Figure(
            "`duecare assess`, 5,000 hosts" if not small else "`duecare assess`, 100 hosts",
            f"{found['assess']:,.0f} s ({found['assess_processor']:,.0f} s of processor), "
            f"{found['assess_megabytes']:,.0f} MB more",
        ),
        at_most("the longest of its acts", found["assess_longest_act"], 2, "s"),
        *(
            page_figure("", one, P95_SEARCH if one["page"].startswith("search") else P95)
            for one in found["now"]
        ),
        at_most("a past day, first page", found["first_view"], 5, "s"),
        *(page_figure("past day: ", one, P95_PAST) for one in _worst(found["past"])),
        *(page_figure("over HTTP: ", one, P95) for one in found["served"]),
    ]


def measured(module: str, place: Path, small: bool) -> Any:
    """What the `main` of a module prints, run with this home in a process of its own."""
    environment = dict(
        os.environ,
        DUECARE_HOME=str(place),
        DJANGO_SETTINGS_MODULE="duecare.site.settings",
        PYTHONPATH=str(ROOT),
    )
    environment.pop("DUECARE_DATABASE", None)
    code = f"import django; django.setup(); from {module} import main; main({small})"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout.splitlines()[-1])


def page_figure(before: str, timed: Mapping[str, Any], most: int) -> Figure:
    """The figure of a page, with what it may take; `before` says when or how it was asked for."""
    value = f"p50 {timed['p50']:.0f} ms, p95 {timed['p95']:.0f} ms"
    kept = timed["p95"] <= most and timed["queries"] <= QUERIES
    if not timed["queries"]:
        return Figure(before + timed["page"], value, f"p95 {most} ms", kept)
    value += f", processor {timed['processor']:.0f} ms, {timed['queries']} queries"
    return Figure(before + timed["page"], value, f"p95 {most} ms, {QUERIES} queries", kept)


def _worst(pages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The slowest pages and that of most queries; what one misses, one of these does."""
    slowest = sorted(pages, key=lambda one: -one["p95"])[:SLOWEST]
    most = max(pages, key=lambda one: one["queries"])
    return slowest if most in slowest else [*slowest, most]


@contextmanager
def home() -> Iterator[Path]:
    """Where the organisation lives: kept if that was asked for, else gone afterwards."""
    if kept := os.environ.get("DUECARE_BENCH_KEEP"):
        yield Path(kept).absolute()
        return
    with tempfile.TemporaryDirectory(prefix="duecare-bench-") as place:
        yield Path(place) / "home"
