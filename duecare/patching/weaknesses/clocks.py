"""The clock of an update on one host: when it began, when it is due, and whether the promise was kept. Pure.

It begins when a fix could first be installed on this host: the later of the day on which we first saw the fix
on offer in a feed, and the day from which the host had the weak version. The vendor's own day is kept beside
it and shown, but starts nothing: it is a claim of others, which we may first have heard of later. The days
between the two are shown as what they are, our own delay in looking.

It stops when a *later report shows* a version that is no longer weak, or that the package is gone. A removed
host, an exception, a withdrawn advisory or a computer that fell silent stops nothing: each is a word beside a
clock that runs on, or that ended without the proof.

All instants are aware and UTC; days are elapsed time of 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from duecare.patching.weaknesses.urgency import Urgency

DAY = timedelta(days=1)


class State(StrEnum):
    """How a clock stands at one instant."""

    NO_FIX = "no fix on offer"
    """Nothing can be installed, so that nothing runs; the weakness is open all the same."""
    RUNNING = "in time"
    LATE = "late"
    EXCEPTED = "excepted"
    """Late, under an approved exception that holds now. It stays late in every figure."""
    KEPT = "kept"
    """Closed within the promise."""
    CLOSED_LATE = "closed late"
    UNPROVEN = "ended without proof"
    """The host was removed before a report showed the fix."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """One advisory on one package of one host, with all that its clock turns on."""

    host: str
    package: str
    advisory: str
    urgency: Urgency
    weak_since: datetime
    """When a report first showed the weak version on this host."""
    fix_seen_at: datetime | None
    """When we first saw a fix on offer; None while there is none."""
    fix_offered_at: datetime | None = None
    """The vendor's own day, if it says one."""
    shown_fixed_at: datetime | None = None
    """When a report first showed it gone; the report's own time."""
    removed_at: datetime | None = None
    """When the host was removed."""
    excepted: tuple[tuple[datetime, datetime], ...] = ()
    """From approval to expiry of each exception."""
    last_report_at: datetime | None = None
    """Of the host, whatever it showed."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A weakness with its clock at one instant."""

    of: Weakness
    state: State
    began_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    days: int | None
    """Whole days from the beginning to the end, or to now; None before it began."""
    heard_late_days: int | None
    """Whole days from the vendor's day to our first sight of the fix; None where either is unknown, 0 if we
    were first."""

    @property
    def open(self) -> bool:
        """Whether no report has shown it gone and the host is still there."""
        return self.ended_at is None


def clock(weakness: Weakness, promised: Mapping[Urgency, int], now: datetime) -> Clock:
    """How the clock of a weakness stands at `now`, given the days promised a class.

    What lies after `now` has not happened yet, so that the clock of a past day is that day's.

    Raises ValueError for an instant without a zone.
    """
    of = _as_of(weakness, now)
    ended = of.shown_fixed_at or of.removed_at
    began = None if of.fix_seen_at is None else max(of.fix_seen_at, of.weak_since)
    if began is not None and ended is not None and ended < began:
        began = None  # gone before we had seen anything to install
    due = None if began is None else began + promised[of.urgency] * DAY
    days = None if began is None else ((ended or now) - began) // DAY
    return Clock(of, _state(of, due, now), began, due, ended, days, _heard_late(of))


def _state(of: Weakness, due: datetime | None, now: datetime) -> State:
    if of.shown_fixed_at is not None:
        return State.KEPT if due is None or of.shown_fixed_at <= due else State.CLOSED_LATE
    if of.removed_at is not None:
        return State.UNPROVEN
    if due is None:
        return State.NO_FIX
    if now <= due:
        return State.RUNNING
    return State.EXCEPTED if any(begins <= now < ends for begins, ends in of.excepted) else State.LATE


def _as_of(weakness: Weakness, now: datetime) -> Weakness:
    """The weakness as it was known at `now`."""

    def then(at: datetime | None) -> datetime | None:
        if at is not None and at.tzinfo is None:
            raise ValueError(f"an instant without a zone: {at}")
        return at if at is not None and at <= now else None

    if now.tzinfo is None or weakness.weak_since.tzinfo is None:
        raise ValueError("an instant without a zone")
    seen = then(weakness.fix_seen_at)
    removed = then(weakness.removed_at)
    fixed = then(weakness.shown_fixed_at)
    if fixed and removed and removed < fixed:
        fixed = None  # a report of a removed host is not taken in; were one, it would prove nothing of then
    return Weakness(
        weakness.host,
        weakness.package,
        weakness.advisory,
        weakness.urgency,
        weakness.weak_since,
        seen,
        weakness.fix_offered_at if seen else None,
        fixed,
        removed,
        tuple(span for span in weakness.excepted if span[0] <= now),
        then(weakness.last_report_at),
    )


def _heard_late(of: Weakness) -> int | None:
    if of.fix_seen_at is None or of.fix_offered_at is None:
        return None
    return max(timedelta(0), of.fix_seen_at - of.fix_offered_at) // DAY


AGES = (7, 14, 30, 90)
"""Where the groups of open clocks by age end, in days."""
WORST = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """What a period looks like, each share with what it is a share of."""

    open_by_age: Mapping[Urgency, tuple[int, ...]]
    """Of each class, how many run, by whole days since they began: up to each of AGES, then older."""
    waiting: int
    """Open, without a fix on offer."""
    due: int
    """How many fell due within the period, whatever became of them: the denominator."""
    kept: int
    """Of those, shown fixed in time: the numerator."""
    excepted: int
    """Of those, not kept and under an exception when they fell due."""
    unproven: int
    """Of those, on hosts that were removed without proof."""
    closed: int
    """Closed within the period, in time or late, whenever due."""
    median_days: float | None
    """Of those; None if there is none. What is still open is not in it, so read it beside `open_by_age`."""
    worst: tuple[Clock, ...]
    """The open clocks that are latest, at most WORST, the latest first."""
    silent: int
    """Open clocks on hosts whose newest report is older than the organisation allows: nobody knows."""
    reporting: int
    """Hosts whose newest report is young enough."""
    known: int
    """Hosts that were there at any time within the period, removed ones included."""


def figures(
    weaknesses: Iterable[Weakness],
    promised: Mapping[Urgency, int],
    *,
    begins: datetime,
    now: datetime,
    hosts: Mapping[str, datetime | None],
    report_days: int,
) -> Figures:
    """The figures of the time from `begins` up to `now`.

    `hosts` names every host that was there at any time in it, with its newest report; `report_days` is how
    old that may be.

    Raises ValueError if the period ends before it begins.
    """
    if now < begins:
        raise ValueError(f"a period from {begins} to {now}")
    clocks = [clock(one, promised, now) for one in weaknesses if one.weak_since <= now]
    running = [one for one in clocks if one.open]
    due = [one for one in clocks if one.due_at is not None and begins <= one.due_at < now]
    missed = [one for one in due if one.state is not State.KEPT]
    ended = [
        one.days
        for one in clocks
        if one.days is not None
        and one.of.shown_fixed_at is not None
        and begins <= one.of.shown_fixed_at <= now
        and one.state in (State.KEPT, State.CLOSED_LATE)
    ]
    oldest = now - report_days * DAY
    heard = {host for host, at in hosts.items() if at is not None and oldest <= at <= now}
    return Figures(
        open_by_age={
            urgency: _by_age([one for one in running if one.of.urgency is urgency]) for urgency in Urgency
        },
        waiting=sum(one.state is State.NO_FIX for one in running),
        due=len(due),
        kept=len(due) - len(missed),
        excepted=sum(_excepted_when_due(one) for one in missed),
        unproven=sum(one.state is State.UNPROVEN for one in missed),
        closed=len(ended),
        median_days=median(ended) if ended else None,
        worst=_worst(running, now),
        silent=sum(one.of.host not in heard for one in running),
        reporting=len(heard),
        known=len(hosts),
    )


def _by_age(clocks: Sequence[Clock]) -> tuple[int, ...]:
    days = [one.days for one in clocks if one.days is not None]
    edges = (-1, *AGES)
    younger = tuple(sum(a < one <= b for one in days) for a, b in pairwise(edges))
    return (*younger, len(days) - sum(younger))


def _worst(running: Iterable[Clock], now: datetime) -> tuple[Clock, ...]:
    late = [(one.due_at, one) for one in running if one.due_at is not None and one.due_at < now]
    late.sort(key=lambda pair: (pair[0], pair[1].of.host, pair[1].of.package, pair[1].of.advisory))
    return tuple(one for _due, one in late[:WORST])


def _excepted_when_due(one: Clock) -> bool:
    due = one.due_at
    return due is not None and any(begins <= due < ends for begins, ends in one.of.excepted)
