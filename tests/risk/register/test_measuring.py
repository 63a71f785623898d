"""Coverage and reliability as checks measured them: by hand, and by properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from duecare.program.judgement import Verdict
from duecare.risk.register.measuring import Past, ground, measure

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def found(days_ago: float, population: int = 10, gaps: int = 0, fresh: float | None = 2) -> Past:
    """An outcome of so many days ago whose evidence is fresh for `fresh` days."""
    verdict = Verdict.UNMET if gaps else Verdict.MET if population else Verdict.UNKNOWN
    at = NOW - days_ago * DAY
    return Past(at, verdict, population, gaps, None if fresh is None else at + fresh * DAY)


def daily(first: int, last: int, gaps: int = 0) -> list[Past]:
    return [found(day, gaps=gaps) for day in range(first, last - 1, -1)]


def test_coverage_is_what_is_met_of_the_newest_population_and_unknown_is_not_covered() -> None:
    (one,) = measure([("a", [found(1, 10, gaps=3)])], NOW).grounds
    assert (one.population, one.covered, one.coverage) == (10, 7, 700)
    assert measure([("a", [found(1, 3, gaps=1)])], NOW).coverage == 666, "rounded down"
    assert measure([("a", [found(1, 2, gaps=5)])], NOW).coverage == 0, "a gap may hide more than one thing"


def test_what_is_stale_failed_or_does_not_arise_measures_no_coverage() -> None:
    for outcome in (found(3), found(1, population=0), found(1, fresh=None)):
        assert measure([("a", [outcome])], NOW).coverage is None
    aside = Past(NOW - DAY, Verdict.NOT_APPLICABLE, 0, 0, NOW + DAY)
    assert measure([("a", [aside]), ("b", [])], NOW).grounds == ()


def test_what_was_last_measured_is_a_ceiling_so_that_nothing_gets_better_because_evidence_stopped() -> None:
    stale = measure([("a", [found(9, 10, gaps=6)])], NOW)
    assert (stale.coverage, stale.ceiling) == (None, 400)
    beside = measure([("a", [found(9, 10, gaps=7)]), ("b", [found(1, 10, gaps=1)])], NOW)
    assert (beside.coverage, beside.ceiling) == (300, 300)
    nothing_since = measure([("a", [found(5, 10, gaps=2), found(1, population=0)])], NOW)
    assert (nothing_since.coverage, nothing_since.ceiling) == (None, 800)
    assert measure([("a", [found(1, population=0)])], NOW).ceiling is None


def test_reliability_is_the_share_of_the_time_in_which_the_check_was_met() -> None:
    half = [*daily(100, 51, gaps=10), *daily(50, 0)]
    assert measure([("a", half)], NOW).reliability == 500
    (one,) = measure([("a", half)], NOW).grounds
    assert one.days == 100


def test_time_without_fresh_evidence_is_not_covered() -> None:
    gap = [*daily(100, 61), *daily(20, 0)]
    # From day 61 the evidence lasts two days; then 39 days nobody looked.
    assert measure([("a", gap)], NOW).reliability == int(1000 * (100 - 39) / 100)


def test_less_than_a_month_of_history_measures_no_reliability_and_only_a_year_counts() -> None:
    assert measure([("a", daily(29, 0))], NOW).reliability is None
    assert measure([("a", daily(30, 0))], NOW).reliability == 1000
    assert measure([("a", [*daily(700, 366, gaps=10), *daily(365, 0)])], NOW).reliability == 1000


def test_a_gap_is_not_counted_twice() -> None:
    steady = measure([("a", daily(200, 0, gaps=2))], NOW)
    assert (steady.coverage, steady.reliability) == (800, 1000), "the same gap all year"
    better = measure([("a", [*daily(100, 51, gaps=5), *daily(50, 0)])], NOW)
    assert (better.coverage, better.reliability) == (1000, 750), "half covered for half of the time"
    worse = measure([("a", [*daily(100, 51), *daily(50, 0, gaps=5)])], NOW)
    assert (worse.coverage, worse.reliability) == (500, 1000), "never more than is covered today"


def test_time_in_which_the_question_did_not_arise_is_left_out() -> None:
    aside = [
        Past(NOW - day * DAY, Verdict.NOT_APPLICABLE, 0, 0, NOW - (day - 2) * DAY)
        for day in range(90, 40, -1)
    ]
    (one,) = measure([("a", [*aside, *daily(40, 0)])], NOW).grounds
    assert (one.reliability, one.days) == (1000, 40)


def test_several_checks_have_the_figures_of_the_weakest() -> None:
    several = measure([("a", daily(60, 0)), ("b", daily(60, 0, gaps=4))], NOW)
    assert (several.coverage, several.reliability) == (600, 1000)
    assert [one.check for one in several.grounds] == ["a", "b"]


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 12), st.integers(0, 12), st.integers(-1, 30)),
        min_size=1,
        max_size=40,
        unique_by=lambda one: one[0],
    )
)
def test_shares_are_shares_and_their_product_is_the_mean_share_capped_at_today(
    told: list[tuple[int, int, int, int]],
) -> None:
    outcomes = [
        found(day, population, gaps, fresh) for day, population, gaps, fresh in sorted(told, reverse=True)
    ]
    one = ground("a", outcomes, NOW)
    for share in (one.coverage, one.reliability):
        assert share is None or 0 <= share <= 1000
    if one.reliability is None or one.coverage is None:
        return
    # The oracle goes day by day: every moment of these samples is at a whole day before NOW.
    first = min(365, (NOW - outcomes[0].judged_at).days)
    mean = 0.0
    for day in range(first):
        at = NOW - first * DAY + day * DAY
        held = [one for one in outcomes if one.judged_at <= at][-1]
        if held.stale_at is not None and held.stale_at > at:
            mean += min(held.share or 0.0, outcomes[-1].share or 0.0) / first
    today = outcomes[-1].share or 0.0
    assert abs(today * one.reliability / 1000 - mean) <= 0.001
