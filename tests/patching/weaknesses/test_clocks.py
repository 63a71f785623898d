"""The clock of an update: begins at our own first sight, stops on a report, and no word stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.patching.weaknesses.clocks import AGES, DAY, Clock, State, Weakness, clock, figures
from duecare.patching.weaknesses.urgency import Urgency

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PROMISED = {Urgency.EXPLOITED: 7, Urgency.CRITICAL: 14, Urgency.SERIOUS: 14, Urgency.ORDINARY: 31}


def day(number: float) -> datetime:
    """So many days after START."""
    return START + number * DAY


WEAK = Weakness("web-1", "openssl", "CVE-1", Urgency.CRITICAL, day(0), day(2), day(1))
MOMENT = st.integers(0, 200).map(day)
MAYBE = st.none() | MOMENT
WEAKNESSES = st.builds(
    Weakness,
    host=st.sampled_from(["a", "b", "c"]),
    package=st.just("p"),
    advisory=st.sampled_from(["1", "2"]),
    urgency=st.sampled_from(list(Urgency)),
    weak_since=MOMENT,
    fix_seen_at=MAYBE,
    fix_offered_at=MAYBE,
    shown_fixed_at=MAYBE,
    removed_at=MAYBE,
    excepted=st.lists(st.tuples(MOMENT, MOMENT), max_size=2).map(tuple),
    last_report_at=MAYBE,
).map(
    lambda one: replace(
        one,
        shown_fixed_at=None
        if one.shown_fixed_at is None
        else max(one.shown_fixed_at, one.weak_since + timedelta(hours=1)),
        removed_at=None if one.removed_at is None else max(one.removed_at, one.weak_since),
    )
)


def test_it_begins_when_we_first_saw_the_fix_and_says_how_much_earlier_the_vendor_had_it() -> None:
    found = clock(WEAK, PROMISED, day(5))
    assert (found.state, found.began_at, found.due_at) == (State.RUNNING, day(2), day(16))
    assert (found.days, found.heard_late_days) == (3, 1)


def test_a_weak_version_that_came_after_its_fix_begins_when_it_came() -> None:
    found = clock(replace(WEAK, weak_since=day(10)), PROMISED, day(12))
    assert (found.began_at, found.due_at, found.days) == (day(10), day(24), 2)


def test_without_a_fix_nothing_runs_and_the_weakness_is_open_all_the_same() -> None:
    found = clock(replace(WEAK, fix_seen_at=None), PROMISED, day(100))
    assert (found.state, found.due_at, found.days, found.open) == (State.NO_FIX, None, None, True)


@pytest.mark.parametrize(
    ("fixed", "now", "state"),
    [
        (None, 16, State.RUNNING),
        (None, 16.01, State.LATE),
        (16, 20, State.KEPT),
        (16.01, 20, State.CLOSED_LATE),
        (1, 20, State.KEPT),
    ],
)
def test_the_due_moment_itself_is_still_in_time(fixed: float | None, now: float, state: State) -> None:
    shown = None if fixed is None else day(fixed)
    assert clock(replace(WEAK, shown_fixed_at=shown), PROMISED, day(now)).state is state


def test_an_exception_is_a_word_beside_a_clock_that_runs_on() -> None:
    excepted = replace(WEAK, excepted=((day(10), day(40)),))
    plain, held, over = clock(WEAK, PROMISED, day(30)), clock(excepted, PROMISED, day(30)), clock(
        excepted, PROMISED, day(40)
    )  # fmt: skip
    assert (plain.state, held.state, over.state) == (State.LATE, State.EXCEPTED, State.LATE)
    assert (plain.days, plain.due_at) == (held.days, held.due_at)


def test_a_removed_host_ends_without_proof_and_a_report_before_that_is_proof() -> None:
    assert clock(replace(WEAK, removed_at=day(5)), PROMISED, day(9)).state is State.UNPROVEN
    both = replace(WEAK, shown_fixed_at=day(4), removed_at=day(5))
    assert clock(both, PROMISED, day(9)).state is State.KEPT
    after = replace(WEAK, shown_fixed_at=day(6), removed_at=day(5))
    assert clock(after, PROMISED, day(9)).state is State.UNPROVEN


@given(WEAKNESSES, MOMENT)
def test_a_past_day_reads_as_if_nothing_after_it_had_happened(one: Weakness, now: datetime) -> None:
    def then(at: datetime | None) -> datetime | None:
        return at if at is not None and at <= now else None

    known = replace(
        one,
        fix_seen_at=then(one.fix_seen_at),
        shown_fixed_at=then(one.shown_fixed_at),
        removed_at=then(one.removed_at),
        last_report_at=then(one.last_report_at),
        excepted=tuple(span for span in one.excepted if span[0] <= now),
    )
    assert replace(clock(known, PROMISED, now), of=one) == replace(clock(one, PROMISED, now), of=one)


@given(WEAKNESSES, MOMENT, MOMENT)
def test_as_time_passes_a_clock_only_grows_older_and_what_is_closed_stays(
    one: Weakness, a: datetime, b: datetime
) -> None:
    early, late = (clock(one, PROMISED, at) for at in sorted((a, b)))
    if early.days is not None and late.days is not None:
        assert early.days <= late.days
    if early.state in (State.KEPT, State.CLOSED_LATE, State.UNPROVEN):
        assert late.state is early.state
    if early.state in (State.LATE, State.EXCEPTED):
        assert late.state in (State.LATE, State.EXCEPTED, State.CLOSED_LATE, State.UNPROVEN)


@given(WEAKNESSES, MOMENT)
def test_a_shorter_promise_is_never_easier_to_keep(one: Weakness, now: datetime) -> None:
    shorter = {urgency: days - 5 for urgency, days in PROMISED.items()}
    good = (State.RUNNING, State.KEPT)
    if clock(one, shorter, now).state in good:
        assert clock(one, PROMISED, now).state in (*good, State.UNPROVEN)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        clock(WEAK, PROMISED, datetime(2026, 3, 5))  # noqa: DTZ001 - the mistake itself
    with pytest.raises(ValueError, match="without a zone"):
        clock(replace(WEAK, fix_seen_at=datetime(2026, 3, 5)), PROMISED, day(9))  # noqa: DTZ001


# Figures


def counted(*weaknesses: Weakness, now: float = 60, hosts: dict[str, datetime | None] | None = None):  # type: ignore[no-untyped-def]
    return figures(
        weaknesses,
        PROMISED,
        begins=day(0),
        now=day(now),
        hosts=hosts if hosts is not None else {"web-1": day(now - 1)},
        report_days=7,
    )


def test_each_share_is_of_what_fell_due_and_nothing_leaves_the_denominator() -> None:
    found = counted(
        replace(WEAK, shown_fixed_at=day(10)),
        replace(WEAK, shown_fixed_at=day(30)),
        replace(WEAK, excepted=((day(5), day(90)),)),
        replace(WEAK, removed_at=day(8)),
        WEAK,
        replace(WEAK, fix_seen_at=day(50)),
        replace(WEAK, fix_seen_at=None),
    )
    assert (found.kept, found.due) == (1, 5)
    assert (found.excepted, found.unproven, found.waiting) == (1, 1, 1)
    assert (found.closed, found.median_days) == (2, 18.0)
    assert [one.due_at for one in found.worst] == [day(16), day(16)]


def test_ages_are_counted_by_class_and_older_ones_in_the_last_group() -> None:
    found = counted(
        *(replace(WEAK, fix_seen_at=day(60 - age)) for age in (0, 7, 8, 14, 30, 31)), WEAK, now=60
    )
    assert found.open_by_age[Urgency.CRITICAL] == (2, 2, 1, 2, 0)
    assert counted(replace(WEAK, weak_since=day(-300), fix_seen_at=day(-299))).open_by_age[
        Urgency.CRITICAL
    ] == (0, 0, 0, 0, 1)
    assert sum(found.open_by_age[Urgency.ORDINARY]) == 0


def test_hosts_that_fell_silent_are_named_and_never_count_as_reporting() -> None:
    hosts = {"web-1": day(59), "old": day(40), "never": None, "tomorrow": day(61)}
    found = counted(WEAK, replace(WEAK, host="old"), replace(WEAK, host="never"), hosts=hosts)
    assert (found.reporting, found.known, found.silent) == (1, 4, 2)


def test_without_anything_closed_there_is_no_median_and_nothing_is_shown_as_kept() -> None:
    found = counted(WEAK)
    assert (found.median_days, found.closed, found.kept, found.due) == (None, 0, 0, 1)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="period"):
        figures([], PROMISED, begins=day(2), now=day(1), hosts={}, report_days=7)


@given(st.lists(WEAKNESSES, max_size=12), MOMENT)
def test_figures_add_up(weaknesses: list[Weakness], now: datetime) -> None:
    hosts = dict.fromkeys("abc", START)
    found = figures(weaknesses, PROMISED, begins=START, now=now, hosts=hosts, report_days=7)
    clocks: list[Clock] = [clock(one, PROMISED, now) for one in weaknesses if one.weak_since <= now]
    running = [one for one in clocks if one.open]
    assert sum(sum(ages) for ages in found.open_by_age.values()) + found.waiting == len(running)
    assert all(len(ages) == len(AGES) + 1 for ages in found.open_by_age.values())
    assert found.kept + found.unproven <= found.due <= len(clocks)
    assert found.excepted <= found.due - found.kept
    late = [one for one in running if one.state in (State.LATE, State.EXCEPTED)]
    assert len(found.worst) == min(10, len(late))
