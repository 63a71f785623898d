"""Posture: what the outcomes of a safeguard's checks say together. Pure.

A safeguard is proven only if every check of it that arises is met on evidence that is fresh at the moment of
reading: an outcome whose evidence has gone stale since it was judged counts as unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from duecare.program.catalogue import Safeguard
from duecare.program.judgement import Check, Verdict

EXAMPLE = 110
"""Characters of an example in a list."""


class State(StrEnum):
    """What can be said of a safeguard. `stated` and `excepted` come with statements and exceptions."""

    FAILING = "failing"
    UNPROVEN = "unproven"
    PROVEN = "proven"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Found:
    """An outcome as posture needs it."""

    check: Check
    verdict: Verdict
    """As judged."""
    reason: str
    population: int
    subjects: int
    unmet: int
    unknown: int
    example: str
    """The first exception that decides the verdict, in words."""
    measure: int | None
    target: int | None
    grade: str
    evidence_at: datetime | None
    stale_at: datetime | None
    judged_at: datetime
    since: datetime
    exceptions: str
    """Digest of the blob of exceptions."""
    looked_at: str
    population_was: int | None = None
    target_was: int | None = None

    def verdict_at(self, now: datetime) -> Verdict:
        """The verdict as it can be upheld at `now`: met, and that the question does not arise, need evidence
        that is fresh. What was unmet stays so until newer evidence shows it gone."""
        if self.verdict in (Verdict.MET, Verdict.NOT_APPLICABLE) and self.stale_by(now):
            return Verdict.UNKNOWN
        return self.verdict

    def stale_by(self, now: datetime) -> bool:
        """Whether the evidence is too old at `now`, or there is none."""
        return self.stale_at is None or self.stale_at < now

    def words(self, now: datetime) -> str:
        """The answer in a few words: "2 of 11 accounts not: ...", "151 of 151 hosts".

        What cannot be told is counted in gaps, not in things of the population: a list that could not be read
        whole hides nobody knows how many.
        """
        counts = self.check.counts
        verdict = self.verdict_at(now)
        if verdict is not self.verdict:
            return "the evidence has gone stale since"
        if self.reason:
            return self.reason
        if self.example and self.population == self.unmet + self.unknown == 1:
            return _short(self.example)
        told = f": {_short(self.example)}" if self.example else ""
        if verdict is Verdict.UNMET:
            more = f", {_gaps(self.unknown)}" if self.unknown else ""
            return f"{self.unmet:,} of {self.population:,} {counts} not{more}{told}"
        if verdict is Verdict.UNKNOWN:
            return f"{_gaps(self.unknown)}{told}"
        return f"{self.population:,} of {self.population:,} {counts}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A safeguard with its state and the outcomes behind it."""

    safeguard: Safeguard
    state: State
    since: datetime | None
    """Since when the outcomes that decide the state have been so; None where nothing was ever judged."""
    why: str
    found: tuple[Found, ...]
    unjudged: tuple[Check, ...]
    """Checks of it that have never run."""


def standing(
    safeguard: Safeguard, checks: Sequence[Check], found: Mapping[str, Found], now: datetime
) -> Standing:
    """The state of one safeguard, given all checks of it and the outcomes there are, by check id."""
    here = tuple(found[check.id] for check in checks if check.id in found)
    unjudged = tuple(check for check in checks if check.id not in found)
    if not checks:
        return Standing(safeguard, State.UNPROVEN, None, "no check of Duecare tests it yet", (), ())
    verdicts = {one.verdict_at(now) for one in here}
    if Verdict.UNMET in verdicts:
        state, decisive = State.FAILING, Verdict.UNMET
    elif Verdict.UNKNOWN in verdicts or unjudged:
        state, decisive = State.UNPROVEN, Verdict.UNKNOWN
    elif Verdict.MET in verdicts:
        state, decisive = State.PROVEN, Verdict.MET
    else:
        state, decisive = State.NOT_APPLICABLE, Verdict.NOT_APPLICABLE
    deciding = [one for one in here if one.verdict_at(now) is decisive]
    return Standing(
        safeguard, state, _since(deciding, state, now), _why(deciding, unjudged, state, now), here, unjudged
    )


def _since(deciding: Iterable[Found], state: State, now: datetime) -> datetime | None:
    """Since when the state is so: one check is enough to fail or to be unproven, all are needed otherwise."""
    starts = [
        one.stale_at if one.verdict_at(now) is not one.verdict and one.stale_at else one.since
        for one in deciding
    ]
    if not starts:
        return None
    return min(starts) if state in (State.FAILING, State.UNPROVEN) else max(starts)


def _why(deciding: Sequence[Found], unjudged: Sequence[Check], state: State, now: datetime) -> str:
    if state is State.UNPROVEN and unjudged and not deciding:
        return f"never assessed: {unjudged[0].question}" if len(unjudged) == 1 else "never assessed"
    if not deciding:
        return ""
    first = deciding[0]
    others = len(deciding) - 1
    more = (
        f" (and {others} more check{'' if others == 1 else 's'})"
        if len(deciding) > 1 and state is not State.PROVEN
        else ""
    )
    if state is State.PROVEN:
        return f"{len(deciding)} check{'' if len(deciding) == 1 else 's'} met"
    return _capital(first.words(now)) + more


def _gaps(count: int) -> str:
    return f"{count:,} gap{'' if count == 1 else 's'} in the evidence"


def _short(text: str) -> str:
    """A reason at a length that fits a list; the page of the check has it whole."""
    return text if len(text) <= EXAMPLE else text[:EXAMPLE].rsplit(" ", 1)[0] + " …"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def count_states(standings: Iterable[Standing]) -> dict[State, int]:
    """How many safeguards are in each state."""
    counts = dict.fromkeys(State, 0)
    for one in standings:
        counts[one.state] += 1
    return counts
