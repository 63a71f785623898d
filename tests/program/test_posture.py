"""What the outcomes of a safeguard say together, at the moment of judging and at any later one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.program.catalogue import catalogue
from duecare.program.judgement import Verdict
from duecare.program.posture import Found, Standing, State, count_states, standing
from tests.program.fakes import FRESH, NOW, SAFEGUARD, check, told

CHECKS = [check(told, f"fake.{name}") for name in ("first", "second", "third")]
MET, UNMET, UNKNOWN, NA = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
LATER = NOW + FRESH + timedelta(seconds=1)


def found(number: int, verdict: Verdict, **changes: Any) -> Found:
    """The outcome of one of the checks, on evidence of this moment."""
    counts = {MET: (11, 0, 0), UNMET: (11, 2, 0), UNKNOWN: (11, 0, 2), NA: (0, 0, 0)}
    population, unmet, unknown = counts[verdict]
    values: dict[str, Any] = {
        "check": CHECKS[number],
        "verdict": verdict,
        "reason": "nothing of the kind is there" if verdict is NA else "",
        "population": population,
        "subjects": 3,
        "unmet": unmet,
        "unknown": unknown,
        "example": "the first" if verdict in (UNMET, UNKNOWN) else "",
        "measure": None,
        "target": None,
        "grade": "imported by hand",
        "evidence_at": NOW,
        "stale_at": NOW + FRESH,
        "judged_at": NOW,
        "since": NOW - timedelta(days=10 + number),
        "exceptions": "",
        "looked_at": "",
    }
    return Found(**{**values, **changes})


def stand(*outcomes: Found, now: datetime = NOW, checks: int | None = None) -> Standing:
    """The safeguard tested by as many checks as there are outcomes, unless told otherwise."""
    tested = CHECKS[: len(outcomes) if checks is None else checks]
    return standing(catalogue()[SAFEGUARD], tested, {one.check.id: one for one in outcomes}, now)


TABLE = [
    ([], 0, NOW, State.UNPROVEN, "no check of Duecare tests it yet"),
    ([], 1, NOW, State.UNPROVEN, "never assessed: Is it so?"),
    ([], 2, NOW, State.UNPROVEN, "never assessed"),
    ([MET], 1, NOW, State.PROVEN, "1 check met"),
    ([MET, MET], 2, NOW, State.PROVEN, "2 checks met"),
    ([MET], 2, NOW, State.UNPROVEN, "never assessed: Is it so?"),
    ([MET, UNKNOWN], 2, NOW, State.UNPROVEN, "2 gaps in the evidence: the first"),
    ([MET, UNMET], 2, NOW, State.FAILING, "2 of 11 things not: the first"),
    ([UNMET, UNMET], 2, NOW, State.FAILING, "2 of 11 things not: the first (and 1 more check)"),
    ([UNMET, UNKNOWN], 3, NOW, State.FAILING, "2 of 11 things not: the first"),
    ([MET, NA], 2, NOW, State.PROVEN, "1 check met"),
    ([NA], 1, NOW, State.NOT_APPLICABLE, "Nothing of the kind is there"),
    ([MET], 1, LATER, State.UNPROVEN, "The evidence has gone stale since"),
    ([NA], 1, LATER, State.UNPROVEN, "The evidence has gone stale since"),
    ([UNMET], 1, LATER, State.FAILING, "2 of 11 things not: the first"),
]


@pytest.mark.parametrize(("verdicts", "checks", "now", "state", "why"), TABLE)
def test_a_safeguard_stands_as_its_outcomes_say(
    verdicts: list[Verdict], checks: int, now: datetime, state: State, why: str
) -> None:
    outcomes = [found(number, verdict) for number, verdict in enumerate(verdicts)]
    here = stand(*outcomes, now=now, checks=checks)
    assert (here.state, here.why) == (state, why)
    assert len(here.unjudged) == checks - len(verdicts)


outcomes = st.lists(
    st.tuples(st.sampled_from(list(Verdict)), st.one_of(st.none(), st.integers(-3, 3))), max_size=3
)


@given(outcomes, st.integers(0, 3))
def test_nothing_is_proven_that_is_stale_unknown_or_unjudged_at_the_time_of_reading(
    given: list[tuple[Verdict, int | None]], more: int
) -> None:
    rows = [
        found(number, verdict, stale_at=None if days is None else NOW + timedelta(days=days))
        for number, (verdict, days) in enumerate(given)
    ]
    here = stand(*rows, checks=min(3, len(rows) + more))
    if here.state in (State.PROVEN, State.NOT_APPLICABLE):
        assert rows
        assert not here.unjudged
        assert all(row.verdict in (MET, NA) for row in rows)
        assert all(row.stale_at is not None and row.stale_at >= NOW for row in rows)
    assert (here.state is State.FAILING) == any(row.verdict is UNMET for row in rows)


@given(outcomes, st.integers(0, 9))
def test_the_passing_of_time_alone_never_proves_anything(
    given: list[tuple[Verdict, int | None]], days: int
) -> None:
    rows = [
        found(number, verdict, stale_at=None if left is None else NOW + timedelta(days=left))
        for number, (verdict, left) in enumerate(given)
    ]
    if stand(*rows).state is not State.PROVEN:
        assert stand(*rows, now=NOW + timedelta(days=days)).state is not State.PROVEN


def test_evidence_counts_up_to_the_moment_at_which_it_goes_stale() -> None:
    assert found(0, MET).verdict_at(NOW + FRESH) is MET
    assert found(0, MET).verdict_at(NOW + FRESH + timedelta(microseconds=1)) is UNKNOWN


def test_proven_since_the_last_of_its_checks_was_met() -> None:
    assert stand(found(0, MET), found(1, MET)).since == NOW - timedelta(days=10)


def test_failing_since_the_first_of_its_checks_failed() -> None:
    assert stand(found(0, UNMET), found(1, UNMET), found(2, MET)).since == NOW - timedelta(days=11)


def test_unproven_since_the_first_of_its_evidence_went_stale() -> None:
    early = found(0, MET, stale_at=NOW + timedelta(hours=1))
    late = found(1, MET, stale_at=NOW + timedelta(hours=2))
    assert stand(early, late, now=NOW + timedelta(days=1)).since == NOW + timedelta(hours=1)


def test_a_safeguard_that_was_never_assessed_is_so_since_no_day() -> None:
    assert stand(checks=2).since is None


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (found(0, MET), "11 of 11 things"),
        (found(0, UNMET), "2 of 11 things not: the first"),
        (found(0, UNMET, unknown=1), "2 of 11 things not, 1 gap in the evidence: the first"),
        (found(0, UNMET, example=""), "2 of 11 things not"),
        (found(0, UNKNOWN, population=1), "2 gaps in the evidence: the first"),
        (found(0, UNKNOWN, unknown=1), "1 gap in the evidence: the first"),
        (
            found(0, UNKNOWN, population=0, reason="no evidence about any hosts"),
            "no evidence about any hosts",
        ),
    ],
)
def test_an_outcome_is_told_in_words_that_are_true_of_its_numbers(outcome: Found, words: str) -> None:
    assert outcome.words(NOW) == words


def test_states_are_counted_with_those_that_nothing_is_in() -> None:
    counts = count_states([stand(found(0, MET)), stand(found(0, UNMET)), stand(checks=1)])
    assert counts == {State.FAILING: 1, State.UNPROVEN: 1, State.PROVEN: 1, State.NOT_APPLICABLE: 0}
