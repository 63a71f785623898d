"""What outcomes and people's statements say together about a safeguard, now and at any later moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.program.catalogue import catalogue
from duecare.program.judgement import Verdict
from duecare.program.posture import (
    Asked,
    Excuse,
    Found,
    Said,
    Standing,
    State,
    count_states,
    excepted,
    standing,
)
from duecare.program.questions import Question
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
    assert counts == {
        State.FAILING: 1,
        State.UNPROVEN: 1,
        State.EXCEPTED: 0,
        State.STATED: 0,
        State.PROVEN: 1,
        State.NOT_APPLICABLE: 0,
    }


# ── Statements ───────────────────────────────────────────────────────────────────────────────────────────

YES, PARTLY, NO, NOT_APPLICABLE = "yes", "partly", "no", "not applicable"
MEANS = {YES: MET, PARTLY: UNMET, NO: UNMET, NOT_APPLICABLE: NA}
LAST = datetime(2027, 2, 1, 23, 59, 59, 999999, tzinfo=UTC)
AFTER = LAST + timedelta(microseconds=1)
AGREED: dict[str, Any] = {"review": "agreed", "reviewed_at": NOW - timedelta(days=1)}
DOUBTED: dict[str, Any] = {"review": "doubted", "reviewed_at": NOW - timedelta(days=2)}


def asked(answer: str | None, number: int = 0, **changes: Any) -> Asked:
    """A question with this answer, made ten days ago (and a day for each number); None for no answer."""
    question = Question(f"patching.q{number}", SAFEGUARD, f"Is point {number} so?", "Tell.", "Bring.", 90)
    if answer is None:
        return Asked(question, None)
    values: dict[str, Any] = {
        "key": f"k{number}",
        "question": question.id,
        "asked": question.ask,
        "answer": answer,
        "means": MEANS[answer],
        "made_by": "person:k3",
        "made_at": NOW - timedelta(days=10 + number),
        "expires": LAST.date(),
        "expires_at": LAST,
    }
    return Asked(question, Said(**{**values, **changes}))


def hear(*answers: Asked, outcomes: tuple[Found, ...] = (), now: datetime = NOW) -> Standing:
    """The safeguard with these answers, tested by as many checks as there are outcomes."""
    checks = CHECKS[: len(outcomes)]
    return standing(catalogue()[SAFEGUARD], checks, {one.check.id: one for one in outcomes}, now, answers)


AWAITED = "stated not to apply; a second person has not agreed yet"
EXPIRED = "The statement of 13 Nov 2026 has expired: Is point 0 so?"
WORDS = [
    (
        [asked(None)],
        NOW,
        State.UNPROVEN,
        "no check of Duecare tests it yet; 1 question for a person to answer",
    ),
    ([asked(YES)], NOW, State.STATED, "1 question answered by a person, until 1 Feb 2027"),
    ([asked(YES)], LAST, State.STATED, "1 question answered by a person, until 1 Feb 2027"),
    ([asked(YES)], AFTER, State.UNPROVEN, EXPIRED),
    ([asked(YES), asked(None, 1)], NOW, State.UNPROVEN, "1 question of 2 not answered yet"),
    (
        [asked(YES, **DOUBTED)],
        NOW,
        State.UNPROVEN,
        "The statement of 13 Nov 2026 is doubted: Is point 0 so?",
    ),
    ([asked(YES, **AGREED)], NOW, State.STATED, "1 question answered by a person, until 1 Feb 2027"),
    ([asked(YES), asked(PARTLY, 1)], NOW, State.FAILING, "Stated “partly”: Is point 1 so?"),
    (
        [asked(NO), asked(NO, 1), asked(None, 2)],
        NOW,
        State.FAILING,
        "Stated “no”: Is point 0 so? (and 1 more gap)",
    ),
    ([asked(NO, **DOUBTED)], AFTER, State.FAILING, "Stated “no”: Is point 0 so?"),
    ([asked(NOT_APPLICABLE)], NOW, State.UNPROVEN, AWAITED),
    ([asked(NOT_APPLICABLE, **AGREED), asked(NOT_APPLICABLE, 1)], NOW, State.UNPROVEN, AWAITED),
    (
        [asked(NOT_APPLICABLE, **AGREED)],
        NOW,
        State.NOT_APPLICABLE,
        "Stated not to apply, and agreed by a second person",
    ),
    ([asked(NOT_APPLICABLE, **AGREED)], AFTER, State.UNPROVEN, EXPIRED),
    (
        [asked(YES), asked(NOT_APPLICABLE, 1)],
        NOW,
        State.STATED,
        "2 questions answered by a person, until 1 Feb 2027",
    ),
]


@pytest.mark.parametrize(("answers", "now", "state", "why"), WORDS)
def test_without_a_check_a_safeguard_stands_as_people_say(
    answers: list[Asked], now: datetime, state: State, why: str
) -> None:
    here = hear(*answers, now=now)
    assert (here.state, here.why) == (state, why)


@pytest.mark.parametrize("verdict", [MET, UNKNOWN])
@pytest.mark.parametrize("answer", [YES, NOT_APPLICABLE, None])
def test_beside_a_check_a_word_changes_nothing(verdict: Verdict, answer: str | None) -> None:
    alone = stand(found(0, verdict))
    here = hear(asked(answer, **AGREED if answer else {}), outcomes=(found(0, verdict),))
    assert (here.state, here.why, here.since) == (alone.state, alone.why, alone.since)
    assert len(here.said) == (answer is not None)


@pytest.mark.parametrize("answer", [NO, PARTLY])
@pytest.mark.parametrize("verdict", list(Verdict))
def test_an_admitted_gap_fails_a_safeguard_whatever_its_checks_found(verdict: Verdict, answer: str) -> None:
    here = hear(asked(answer), outcomes=(found(0, verdict),))
    assert here.state is State.FAILING
    first = "2 of 11 things not: the first (and 1 more gap)" if verdict is UNMET else f"Stated “{answer}”"
    assert here.why.startswith(first)


UNASKED: list[Asked] = []
NOTHING = "Nothing of the kind is there"
BESIDE_NOTHING = [
    (UNASKED, State.NOT_APPLICABLE, NOTHING),
    ([asked(None)], State.UNPROVEN, f"{NOTHING}; 1 question for a person to answer"),
    ([asked(None), asked(None, 1)], State.UNPROVEN, f"{NOTHING}; 2 questions for a person to answer"),
    ([asked(YES), asked(None, 1)], State.UNPROVEN, "1 question of 2 not answered yet"),
    (
        [asked(NOT_APPLICABLE, **AGREED), asked(None, 1)],
        State.UNPROVEN,
        "1 question of 2 not answered yet",
    ),
    ([asked(YES)], State.STATED, "1 question answered by a person, until 1 Feb 2027"),
    (
        [asked(YES), asked(NOT_APPLICABLE, 1)],
        State.STATED,
        "2 questions answered by a person, until 1 Feb 2027",
    ),
    ([asked(YES, expires_at=NOW - timedelta(days=1))], State.UNPROVEN, EXPIRED),
    ([asked(NOT_APPLICABLE, **AGREED, expires_at=NOW - timedelta(days=1))], State.UNPROVEN, EXPIRED),
    ([asked(YES, **DOUBTED)], State.UNPROVEN, "The statement of 13 Nov 2026 is doubted: Is point 0 so?"),
    ([asked(NOT_APPLICABLE)], State.UNPROVEN, AWAITED),
    (
        [asked(NOT_APPLICABLE, **AGREED)],
        State.NOT_APPLICABLE,
        "Stated not to apply, and agreed by a second person",
    ),
    ([asked(NO)], State.FAILING, "Stated “no”: Is point 0 so?"),
    ([asked(PARTLY, **DOUBTED), asked(None, 1)], State.FAILING, "Stated “partly”: Is point 0 so?"),
]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(("answers", "state", "why"), BESIDE_NOTHING)
def test_where_nothing_is_there_to_test_people_have_to_answer(
    answers: list[Asked], state: State, why: str, count: int
) -> None:
    nothing = tuple(found(number, NA) for number in range(count))
    here = hear(*answers, outcomes=nothing)
    more = " (and 1 more check)" if count > 1 and not answers else ""
    assert (here.state, here.why) == (state, why + more)
    assert here.left_to_people
    assert not here.silent


@pytest.mark.parametrize(("answers", "state", "_why"), BESIDE_NOTHING)
def test_an_exception_excepts_what_is_open_beside_nothing_to_test(
    answers: list[Asked], state: State, _why: str
) -> None:
    here = excepted(hear(*answers, outcomes=(found(0, NA),)), WHOLE, NOW)
    assert here.state is (State.EXCEPTED if state in (State.FAILING, State.UNPROVEN) else state)
    known = excepted(hear(*answers, outcomes=(found(0, NA),)), for_findings(1), NOW)
    silent = any(one.said is None for one in answers)
    assert known.state is (
        state if state is not State.FAILING else State.UNPROVEN if silent else State.EXCEPTED
    )


@pytest.mark.parametrize(("answers", "state", "_why"), BESIDE_NOTHING)
@pytest.mark.parametrize(
    ("beside", "stands"),
    [(MET, State.PROVEN), (UNKNOWN, State.UNPROVEN), (UNMET, State.FAILING)],
)
def test_one_check_that_has_something_to_test_decides_beside_one_that_has_not(
    answers: list[Asked], state: State, _why: str, beside: Verdict, stands: State
) -> None:
    here = hear(*answers, outcomes=(found(0, NA), found(1, beside)))
    assert here.state is (State.FAILING if state is State.FAILING else stands)
    assert not here.left_to_people


@pytest.mark.parametrize(("answers", "state", "_why"), BESIDE_NOTHING)
def test_that_nothing_was_there_counts_only_while_the_evidence_is_fresh(
    answers: list[Asked], state: State, _why: str
) -> None:
    here = hear(*answers, outcomes=(found(0, NA, stale_at=NOW - timedelta(hours=1)),))
    assert here.state is (State.FAILING if state is State.FAILING else State.UNPROVEN)
    unjudged = standing(catalogue()[SAFEGUARD], CHECKS[:2], {CHECKS[0].id: found(0, NA)}, NOW, answers)
    assert unjudged.state is here.state
    assert not unjudged.left_to_people


def test_stated_beside_nothing_since_the_later_of_both() -> None:
    later = found(0, NA, since=NOW - timedelta(days=3))
    assert hear(asked(YES), outcomes=(later,)).since == later.since
    earlier = found(0, NA, since=NOW - timedelta(days=20))
    assert hear(asked(YES), outcomes=(earlier,)).since == NOW - timedelta(days=10)
    assert hear(asked(None), outcomes=(later,)).since is None


def test_a_check_that_never_ran_is_not_made_good_by_a_word() -> None:
    here = standing(catalogue()[SAFEGUARD], CHECKS[:1], {}, NOW, [asked(YES, **AGREED)])
    assert here.state is State.UNPROVEN
    assert not here.silent
    assert standing(catalogue()[SAFEGUARD], CHECKS[:1], {}, NOW, [asked(None)]).silent


Given = list[tuple[str | None, dict[str, Any], int]]
answers = st.lists(
    st.tuples(
        st.sampled_from([YES, PARTLY, NO, NOT_APPLICABLE, None]),
        st.sampled_from([{}, AGREED, DOUBTED]),
        st.integers(-3, 3),
    ),
    max_size=3,
)
"""Of each question: its answer, what a second person said, and in how many days it expires."""


def drawn(given: Given) -> list[Asked]:
    return [
        asked(answer, number, **(review | {"expires_at": NOW + timedelta(days=days)} if answer else {}))
        for number, (answer, review, days) in enumerate(given)
    ]


@given(answers)
def test_stated_is_only_what_every_answer_upholds_at_the_time_of_reading(given: Given) -> None:
    here = hear(*drawn(given))
    assert here.state is not State.PROVEN
    holding = all(answer and days >= 0 and review is not DOUBTED for answer, review, days in given)
    said_yes = any(answer == YES for answer, _review, _days in given)
    admitted = any(answer in (NO, PARTLY) for answer, _review, _days in given)
    assert (here.state is State.STATED) == (holding and said_yes and not admitted)
    assert (here.state is State.FAILING) == admitted


@given(answers, outcomes, st.integers(0, 9))
def test_neither_a_word_nor_time_makes_anything_better_than_it_is(
    given: Given, judged: list[tuple[Verdict, int | None]], days: int
) -> None:
    rows = tuple(
        found(number, verdict, stale_at=None if left is None else NOW + timedelta(days=left))
        for number, (verdict, left) in enumerate(judged)
    )
    here = hear(*drawn(given), outcomes=rows)
    later = hear(*drawn(given), outcomes=rows, now=NOW + timedelta(days))
    if here.state is State.PROVEN:
        assert stand(*rows).state is State.PROVEN
    if here.state in (State.FAILING, State.UNPROVEN):
        assert later.state is here.state


def test_stated_since_the_last_answer_and_failing_since_the_first_admission() -> None:
    assert hear(asked(YES), asked(YES, 1)).since == NOW - timedelta(days=10)
    assert hear(asked(NO), asked(NO, 1)).since == NOW - timedelta(days=11)
    failing = found(0, UNMET, since=NOW - timedelta(days=12))
    assert hear(asked(NO), outcomes=(failing,)).since == NOW - timedelta(days=12)


def test_unproven_since_an_answer_expired_or_was_doubted() -> None:
    assert hear(asked(YES), now=AFTER).since == LAST
    assert hear(asked(YES, **DOUBTED)).since == DOUBTED["reviewed_at"]


def test_not_applicable_since_the_second_person_agreed() -> None:
    assert hear(asked(NOT_APPLICABLE, **AGREED)).since == AGREED["reviewed_at"]


# ── Exceptions ───────────────────────────────────────────────────────────────────────────────────────────

WHOLE = Excuse(LAST.date(), NOW - timedelta(days=3), "Maeve Brennan", None)


def for_findings(gaps: int) -> Excuse:
    """Exceptions for all open findings, as many as are given."""
    return Excuse(LAST.date(), NOW - timedelta(days=3), "Maeve Brennan", gaps)


def test_an_exception_for_the_whole_excepts_what_fails_and_what_cannot_be_shown() -> None:
    for verdict in (UNMET, UNKNOWN):
        before = stand(found(0, verdict))
        here = excepted(before, WHOLE, NOW)
        assert here.state is State.EXCEPTED
        assert here.why == f"Excepted until 1 Feb 2027, approved by Maeve Brennan: {before.why}"
        assert here.since == WHOLE.since
    silent = excepted(stand(), WHOLE, NOW)
    assert silent.state is State.EXCEPTED
    assert not silent.silent


@pytest.mark.parametrize("verdict", [MET, NA])
def test_what_stands_by_itself_is_not_excepted(verdict: Verdict) -> None:
    before = stand(found(0, verdict))
    assert excepted(before, WHOLE, NOW) == before
    assert excepted(before, for_findings(9), NOW) == before


def test_exceptions_for_findings_except_only_where_they_cover_every_gap() -> None:
    before = stand(found(0, UNMET), found(1, MET))
    assert excepted(before, for_findings(2), NOW).state is State.EXCEPTED
    assert excepted(before, for_findings(1), NOW) == before
    admitted = hear(asked(NO), outcomes=(found(0, UNMET),))
    assert excepted(admitted, for_findings(2), NOW) == admitted
    assert excepted(admitted, for_findings(3), NOW).state is State.EXCEPTED


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (stand(found(0, UNMET), found(1, UNKNOWN)), "2 gaps in the evidence: the first"),
        (stand(found(0, UNMET, unknown=1)), "1 gap in the evidence: Is it so?"),
        (stand(found(0, UNMET), checks=2), "Never assessed: Is it so?"),
        (
            hear(asked(NO), asked(None, 1)),
            "No check of Duecare tests it yet; 1 question for a person to answer",
        ),
        (
            hear(asked(NO), asked(YES, 1, **DOUBTED)),
            "The statement of 12 Nov 2026 is doubted: Is point 1 so?",
        ),
    ],
)
def test_beside_gaps_that_are_excepted_what_cannot_be_told_is_unproven(before: Standing, why: str) -> None:
    here = excepted(before, for_findings(2), NOW)
    assert here.state is State.UNPROVEN
    assert here.why == f"{why}; the gaps that are known are excepted until 1 Feb 2027"


def test_an_admitted_gap_is_excepted_when_all_else_is_answered() -> None:
    here = excepted(hear(asked(NO), asked(YES, 1)), for_findings(1), NOW)
    assert here.state is State.EXCEPTED


@given(answers, outcomes, st.one_of(st.none(), st.integers(0, 40)))
def test_no_exception_ever_makes_a_safeguard_proven_or_stated(
    given: Given, judged: list[tuple[Verdict, int | None]], gaps: int | None
) -> None:
    rows = tuple(
        found(number, verdict, stale_at=None if left is None else NOW + timedelta(days=left))
        for number, (verdict, left) in enumerate(judged)
    )
    before = hear(*drawn(given), outcomes=rows)
    here = excepted(before, for_findings(gaps) if gaps is not None else WHOLE, NOW)
    if here.state is before.state:
        return
    assert before.state in (State.FAILING, State.UNPROVEN)
    assert here.state is State.EXCEPTED or (before.state, here.state) == (State.FAILING, State.UNPROVEN)
