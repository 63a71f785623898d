"""A decision that was computed again, as lines to read. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from duecare.risk.decisions.replaying import Replayed, Verdict

LISTED = 10
WORDS = {
    Verdict.SAME: "Same figures: all of them, sign by sign.",
    Verdict.WITHIN: "Same within 1e-9: other versions may round the last digit otherwise.",
    Verdict.CHANGED: "RULE CHANGED: under today's rules and versions it comes out otherwise.",
    Verdict.DIFFERS: "DOES NOT MATCH under the same versions and rules. Run: duecare ledger verify --live",
}


def replay_lines(name: str, found: Replayed) -> Iterator[str]:
    """What came of computing a decision again."""
    tests = f", {found.tests} of them of the tests of reasonableness" if found.tests else ""
    yield f"{name}: {found.compared} figures compared{tests}."
    yield WORDS[found.verdict]
    if found.failure:
        yield f"  {found.failure}"
    for one in found.differences[:LISTED]:
        yield f"  {one.place}: {one.was or 'nothing'} then, {one.now or 'nothing'} now"
    if len(found.differences) > LISTED:
        yield f"  and {len(found.differences) - LISTED} more: --json names them"
    yield f"Decided under revision {found.computed_under} of the rules."
    for revision in found.revisions:
        yield f"  Revision {revision.number}, since {revision.since}: {revision.what}"
    for version, then, now in found.versions:
        yield f"  {version}: {then} then, {now} now"
