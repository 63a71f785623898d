"""The turns of an incident from which it is told how long it took. Pure.

Who writes into a timeline says of an entry that it is one of these. Where a milestone stands more than once,
the first of "started", "detected" and "reported" counts, and the last of "contained", "eradicated" and
"recovered": what began again had not ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from duecare.words import Text


@dataclass(frozen=True, slots=True)
class Milestone:
    """One turn."""

    id: str
    name: Text
    means: Text
    """What has to be so for an entry to be this."""
    last: bool = False
    """Whether the last of several counts, instead of the first."""


MILESTONES = (
    Milestone("started", Text("Started"), Text("the first thing that the attacker did, or that went wrong")),
    Milestone("detected", Text("Detected"), Text("somebody, or a tool, saw that something is wrong")),
    Milestone("reported", Text("Reported"), Text("whoever had to act was told")),
    Milestone("contained", Text("Contained"), Text("it cannot spread or do more harm"), last=True),
    Milestone("eradicated", Text("Eradicated"), Text("its cause is gone from all our systems"), last=True),
    Milestone("recovered", Text("Recovered"), Text("work goes on as it did before"), last=True),
)
"""In the order in which they follow each other."""
OF_ID = {one.id: one for one in MILESTONES}
