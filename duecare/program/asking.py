"""What the checks say of one subject here and now, for the page about it.

Checks are pure, so whoever has just changed something need not wait for an assessment, which records the
answers and opens findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import area_of
from duecare.program.judgement import Check, Verdict, checks
from duecare.program.outcomes import judge
from duecare.program.queries import current_targets
from duecare.program.subjects import Subject


@dataclass(frozen=True, slots=True)
class Answered:
    """What one check says of a subject."""

    check: Check
    verdict: Verdict
    reasons: tuple[tuple[str, str], ...]
    """(item, reason); the item is empty for the subject as a whole."""


def ask(source: str, subject: Subject, now: datetime, viewer: Viewer) -> list[Answered]:
    """The answers of all checks over a source of subjects that are of the viewer's areas, at `now`."""
    targets = current_targets()
    found = []
    for check in checks():
        if check.of != source or not viewer.covers(area_of(check.safeguard)):
            continue
        answer = judge(check, subject, targets[check.target].value if check.target else None, now)
        reasons = [(item.name, item.reason) for item in (*answer.unmet, *answer.unknown)]
        if answer.not_applicable:
            reasons = [("", answer.not_applicable)]
        found.append(Answered(check, answer.verdict, tuple(reasons)))
    return found
