"""The check of evidence: is every file what it was when it was taken in? Pure."""

from __future__ import annotations

from datetime import timedelta

from duecare.program.judgement import Facts, Judgement, check, met, unmet
from duecare.words import gettext as _

EVIDENCE = "evidence"
"""The source of subjects: every file that is kept as evidence."""
INTACT = "incidents.evidence_intact"
FRESH = timedelta(days=45)
"""Files are read every week, and that nothing changed is written once a month."""


@check(
    INTACT,
    safeguard="evidence_preservation",
    question="Is every file that is kept as evidence what it was when it was taken in?",
    advice="Restore the file from a backup, and find out who could reach it; its custody says since when.",
    fresh_for=FRESH,
    of=EVIDENCE,
    counts=EVIDENCE,
)
def evidence_intact(facts: Facts, target: None) -> Judgement:
    """What was never read again is as fresh as its taking in, when it was read as well."""
    if facts.section("evidence")["intact"]:
        return met()
    return unmet(_("the file is not what it was when it was taken in, or is gone"))
