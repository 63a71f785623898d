"""How far a safeguard reaches and how steadily, measured from what its checks found. Pure.

*Coverage* is the share of the population of a check's newest outcome for which the check is met. What cannot
be told is not covered. An outcome that is stale, or that looked at nothing, measures nothing; but what was
last measured stays a ceiling for what people estimate, so that no figure grows better because evidence
stopped.

*Reliability* is over the last 365 days, or since the check's first outcome if that is at least 30 days ago:
of what the newest outcome shows as covered, the share that was covered, weighted by time. An outcome counts
until the next one or until its evidence is stale, whichever is earlier; time without fresh evidence counts
as not covered, and time in which the question did not arise is left out. For a check that is met today this
is the share of the time in which it was met. Because it is told of what is covered today, coverage times
reliability is the mean share covered over that time, never more than today's: a gap is not counted twice.

A safeguard with several checks has the figures of the weakest: their populations are of different kinds
(hosts, accounts), which do not add up. Both are rounded down to thousandths, as the record keeps shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from duecare.program.judgement import Verdict

WINDOW = timedelta(days=365)
LEAST = timedelta(days=30)
"""Less than this of history measures no reliability."""
THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Past:
    """An outcome as it was kept."""

    judged_at: datetime
    verdict: Verdict
    population: int
    gaps: int
    """Of the population, those that are unmet or unknown; a gap in the evidence may hide more than one."""
    stale_at: datetime | None

    @property
    def share(self) -> float | None:
        """What was covered; None if the question did not arise, 0 if nothing was looked at."""
        if self.verdict is Verdict.NOT_APPLICABLE:
            return None
        return max(self.population - self.gaps, 0) / self.population if self.population else 0.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What one check measured."""

    check: str
    """Its id."""
    population: int
    covered: int
    coverage: int | None
    """Thousandths; None if its newest outcome is stale or looked at nothing."""
    reliability: int | None
    """Thousandths; None if there is not enough history."""
    days: int
    """Whole days of history that the reliability rests on."""
    last: int | None = None
    """Thousandths: the coverage of its newest outcome that looked at something, fresh or stale."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the checks of one safeguard measured; None where they measured nothing, so that the estimate
    counts."""

    coverage: int | None
    reliability: int | None
    grounds: tuple[Ground, ...]
    ceiling: int | None = None
    """Thousandths that coverage does not exceed: the least that any check last measured."""


NOTHING = Measured(None, None, ())


def measure(histories: Sequence[tuple[str, Sequence[Past]]], now: datetime) -> Measured:
    """What the checks of one safeguard say, each as its id and its outcomes, the oldest first."""
    grounds = tuple(
        ground(check, outcomes, now)
        for check, outcomes in histories
        if outcomes and outcomes[-1].share is not None
    )
    coverage = [one.coverage for one in grounds if one.coverage is not None]
    reliability = [one.reliability for one in grounds if one.reliability is not None]
    used = tuple(one for one in grounds if one.coverage is not None or one.reliability is not None)
    # What is fresh counts only as far as no check whose evidence went stale had shown less.
    ceiling = min((one.last for one in grounds if one.last is not None), default=None)
    measured = None if not coverage else min(*coverage, THOUSAND if ceiling is None else ceiling)
    return Measured(measured, min(reliability, default=None), used, ceiling)


def ground(check: str, outcomes: Sequence[Past], now: datetime) -> Ground:
    """What one check says by its outcomes, of which there is at least one, the oldest first."""
    newest = outcomes[-1]
    covered = max(newest.population - newest.gaps, 0)
    fresh = newest.population > 0 and newest.stale_at is not None and newest.stale_at >= now
    held, counted = _held(outcomes, now)
    steady = None
    if covered and counted >= LEAST:
        steady = min(int(THOUSAND * (held / counted) + 1e-9), THOUSAND)
    return Ground(
        check,
        newest.population,
        covered,
        THOUSAND * covered // newest.population if fresh else None,
        steady,
        counted.days,
        _last(outcomes),
    )


def _last(outcomes: Sequence[Past]) -> int | None:
    """The share covered in the newest outcome that looked at anything."""
    for one in reversed(outcomes):
        if one.population:
            return THOUSAND * max(one.population - one.gaps, 0) // one.population
    return None


def _held(outcomes: Sequence[Past], now: datetime) -> tuple[timedelta, timedelta]:
    """The time for which what is covered today was covered, and the time that counts."""
    today = outcomes[-1].share or 0.0
    start = max(now - WINDOW, outcomes[0].judged_at)
    held, counted = timedelta(), timedelta()
    ends = [one.judged_at for one in outcomes[1:]] + [now]
    for one, end in zip(outcomes, ends, strict=True):
        begin, end = max(one.judged_at, start), min(end, now)
        share = one.share
        if end <= begin or share is None:
            continue
        counted += end - begin
        until = min(end, one.stale_at) if one.stale_at is not None else begin
        if today and until > begin:
            held += (until - begin) * min(share / today, 1.0)
    return held, counted
