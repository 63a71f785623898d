"""The pages of a fleet: 5,000 hosts of 400 packages, held against all advisories, now and as of a past day.

The fleet is made by `generator.py`, comes in as reports that are followed as those of real hosts are, and is
held against the feeds as the worker does (`fleet_times.py`). That takes a quarter of an hour:
`DUECARE_BENCH_KEEP=DIR` keeps its home there, and finds it there the next time.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.figures import Figure, at_most
from bench.pages import P95, QUERIES, home, measured, page_figure

MEMORY = 2_048
"""Megabytes that holding software against the feeds may take."""


def run(small: bool) -> list[Figure]:
    """The figures of every page of patching and of hosts; with `small`, of a fiftieth of the hosts."""
    with home() as place:
        found = measured("bench.fleet_times", place, small)
    return [
        Figure(
            "hosts; pieces of software on them, with those that are gone; distinct",
            f"{found['hosts']:,}; {found['installed']:,}; {found['software']:,}",
        ),
        Figure(
            "advisories that name it; what is weak, by software and advisory",
            f"{found['advisories']:,}; {found['weak']:,}",
        ),
        Figure(
            "following a report of 400 packages, all of them new",
            f"{1000 * found['follow_first']:.0f} ms; of one with {found['changes']:.0f} changes "
            f"{1000 * found['follow_next']:.0f} ms",
        ),
        Figure(
            "the first matching, all that is weak written",
            _both(found["match_first"]),
        ),
        Figure(
            "the next, after a round of reports",
            _both(found["match_next"]),
        ),
        at_most("memory of its process, the figures included", found["match_megabytes"], MEMORY, "MB"),
        Figure(
            f"the figures of all {found['clocks']:,} clocks",
            _both(found["figures"]),
        ),
        *(page_figure("", one, P95) for one in found["now"]),
        *(page_figure("past day: ", one, P95) for one in found["past"]),
        Figure(
            f"pages of more than {P95} ms of processor in the middle, or of more than {QUERIES} queries",
            ", ".join(
                one["page"]
                for one in (*found["now"], *found["past"])
                if one["processor"] > P95 or one["queries"] > QUERIES
            )
            or "none",
        ),
    ]


def _both(took: Mapping[str, float]) -> str:
    return f"{took['seconds']:,.0f} s ({took['processor']:,.0f} s of processor)"
