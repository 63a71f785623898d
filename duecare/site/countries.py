"""The countries of the world for a choice on a page: code and English name, as the time zone data name them.

The table (iso3166.tab, ISO 3166-1 alpha-2 codes, public domain) comes with the package `tzdata`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """(code, name), by name."""
    table = resources.files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return tuple(sorted(((code, name) for code, name in rows), key=lambda row: row[1]))
