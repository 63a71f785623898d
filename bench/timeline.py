"""A case with 5,000 timeline entries: its pages, the first and those deep in, and taking such a file in.

In a process of its own (`timeline_times.py`) in a temporary home, on SQLite as it ships.
"""

from __future__ import annotations

from bench.figures import Figure, at_most
from bench.pages import P95, P95_PAST, home, measured, page_figure


def run(small: bool) -> list[Figure]:
    """The figures of the timeline of one case; with `small`, of a tenth of the entries."""
    with home() as place:
        found = measured("bench.timeline_times", place, small)
    return [
        Figure("timeline entries", f"{found['entries']:,}"),
        Figure("taking them in from a file, read rows and ten acts", f"{found['seconds']:.3g} s"),
        at_most("the longest of its acts", found["longest_act"], 2, "s"),
        *(page_figure("", one, P95) for one in found["now"]),
        *(page_figure("past day: ", one, P95_PAST) for one in found["past"]),
    ]
