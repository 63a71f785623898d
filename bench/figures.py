"""What a benchmark says: figures with the bounds that they should keep, as a table."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing."""

    what: str
    value: str
    """With its unit."""
    bound: str = ""
    """What issue or design asks for; empty where there is no demand."""
    kept: bool | None = None
    """Whether the value keeps the bound; None without one."""


def at_least(what: str, value: float, bound: float, unit: str) -> Figure:
    """A figure that should not be smaller."""
    return Figure(what, f"{value:,.0f} {unit}", f"at least {bound:,.0f} {unit}", value >= bound)


def at_most(what: str, value: float, bound: float, unit: str) -> Figure:
    """A figure that should not be larger."""
    return Figure(what, f"{_short(value)} {unit}", f"at most {_short(bound)} {unit}", value <= bound)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def middle(values: Sequence[float]) -> float:
    return median(values)


def table(figures: Sequence[Figure]) -> str:
    """A Markdown table."""
    lines = ["| what | measured | asked for | |", "|---|---|---|---|"]
    for figure in figures:
        mark = {None: "", True: "kept", False: "**missed**"}[figure.kept]
        lines.append(f"| {figure.what} | {figure.value} | {figure.bound} | {mark} |")
    return "\n".join(lines)


def machine() -> str:
    """What it was measured on, and how busy that was besides."""
    load = os.getloadavg()[0]
    return (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, load {load:.1f} at the end (its own is about 1)"
    )


def write(name: str, command: str, figures: Sequence[Figure], place: Path = PAGE) -> None:
    """Put the table of one benchmark between its markers in the page."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = place.read_text()
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{place} lacks the lines {begin} and {end}.")
    body = f"`{command}`; {machine()}.\n\n{table(figures)}"
    place.write_text(f"{before}{begin}\n{body}\n{end}{after}")
