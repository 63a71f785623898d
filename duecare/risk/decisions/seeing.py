"""What was frozen with a decision, as a viewer may see it: all of it counts in the figures for everybody, and
nothing is named to anybody that lies outside of their areas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import area_of
from duecare.program.judgement import find_check
from duecare.program.subjects import named_among
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.reasons import kept_for


def outcomes_seen(row: RiskDecision, viewer: Viewer) -> tuple[list[Mapping[str, str]], int]:
    """What checks had found when it was put, within the viewer's areas; and how many others there are."""
    outcomes = list(row.known.get("outcomes", ()))
    seen = [one for one in outcomes if _reaches(one["check"], viewer)]
    return seen, len(outcomes) - len(seen)


def known_to(row: RiskDecision, viewer: Viewer) -> dict[str, Any]:
    """`RiskDecision.known` for programs; `outcomes_outside` counts what the viewer's areas do not reach."""
    if not row.known:
        return {}
    outcomes, outside = outcomes_seen(row, viewer)
    found = {**row.known, "outcomes": outcomes, "outcomes_outside": outside, "tests": kept_for(row, viewer)}
    if viewer.areas is not None:
        scenarios = row.known["scenarios"]
        names = named_among({thing for one in scenarios for thing in one["things"]}, viewer)
        found["scenarios"] = [
            {**one, "things": [thing for thing in one["things"] if thing in names]} for one in scenarios
        ]
    return found


def _reaches(id: str, viewer: Viewer) -> bool:
    """Whether the viewer's areas cover that of a check; one that is no longer there is of none."""
    check = find_check(id)
    return viewer.covers(area_of(check.safeguard) if check is not None else "")
