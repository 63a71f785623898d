"""From judgements to one outcome: the verdict against a brute-force oracle, and what may never be met."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.ledger import canonical
from duecare.program.judgement import (
    Facts,
    Grade,
    Item,
    Judgement,
    Unread,
    Verdict,
    judged,
    met,
    not_applicable,
    unknown,
    unmet,
)
from duecare.program.outcomes import ITEM, REASON, Tally, in_words, judge, stays_open
from duecare.program.subjects import Subject
from tests.program.fakes import FRESH, NOW, check, subject, told

CHECK = check(told)
WORST_FIRST = (Verdict.UNMET, Verdict.UNKNOWN, Verdict.MET, Verdict.NOT_APPLICABLE)

names = st.text(max_size=6)
items = st.lists(st.builds(Item, names, st.text(max_size=20)), max_size=4)
judgements = st.one_of(
    st.builds(judged, st.integers(0, 5), items, items),
    st.builds(met, st.integers(1, 9)),
    st.builds(unmet, names),
    st.builds(unknown, names),
    st.builds(not_applicable, st.text(min_size=1, max_size=9)),
)
ages = st.sampled_from(
    [timedelta(), FRESH - timedelta(microseconds=1), FRESH, FRESH + timedelta(microseconds=1)]
)
subjects = st.lists(
    st.builds(
        lambda answer, age: ("x", answer, age),
        st.one_of(st.none(), st.just(KeyError("os")), st.just(Unread("closed")), judgements),
        ages,
    ),
    max_size=6,
)


def tally_of(*things: Subject) -> Tally:
    tally = Tally(CHECK, None, NOW)
    for thing in things:
        tally.take(thing)
    return tally


def expected(answer: Judgement | Exception | None, age: timedelta) -> Verdict:
    """The verdict about one subject, straight from the rules."""
    if answer is None or isinstance(answer, Exception) or age > FRESH:
        return Verdict.UNKNOWN
    if answer.not_applicable:
        return Verdict.NOT_APPLICABLE
    if answer.unmet:
        return Verdict.UNMET
    return Verdict.MET if answer.population and not answer.unknown else Verdict.UNKNOWN


@given(subjects)
def test_the_outcome_is_the_worst_that_was_seen_of_any_subject(
    found: list[tuple[str, Judgement | Exception | None, timedelta]],
) -> None:
    tally = tally_of(*(subject(f"{n}", answer, age=age) for n, (_, answer, age) in enumerate(found)))
    verdicts = {expected(answer, age) for _, answer, age in found}
    worst = next((verdict for verdict in WORST_FIRST if verdict in verdicts), Verdict.UNKNOWN)
    assert tally.verdict is worst
    assert tally.subjects == len(found)
    assert (tally.verdict is Verdict.UNMET) == bool(tally.unmet)


@given(subjects)
def test_nothing_is_met_while_any_subject_is_stale_failing_unread_or_empty(
    found: list[tuple[str, Judgement | Exception | None, timedelta]],
) -> None:
    tally = tally_of(*(subject(f"{n}", answer, age=age) for n, (_, answer, age) in enumerate(found)))
    if tally.verdict is Verdict.MET:
        assert tally.population >= 1
        assert all(isinstance(answer, Judgement) and age <= FRESH for _, answer, age in found)
        assert tally.stale_at is not None
        assert tally.stale_at >= NOW


@given(subjects)
def test_whatever_a_report_says_can_be_recorded(
    found: list[tuple[str, Judgement | Exception | None, timedelta]],
) -> None:
    tally = tally_of(*(subject(f"{n}", answer, age=age) for n, (_, answer, age) in enumerate(found)))
    for line in tally.exception_lines():
        assert canonical.decode(canonical.encode(line)) == line
        assert "\0" not in line["item"] + line["reason"]
    canonical.encode(tally.reason)


def test_every_pair_of_verdicts_adds_up_to_the_worse_one() -> None:
    answers = {
        Verdict.UNMET: unmet("no"),
        Verdict.UNKNOWN: unknown("who knows"),
        Verdict.MET: met(),
        Verdict.NOT_APPLICABLE: not_applicable("nothing of the kind"),
    }
    for one, two in product(WORST_FIRST, repeat=2):
        tally = tally_of(subject("one", answers[one]), subject("two", answers[two]))
        assert tally.verdict is min(one, two, key=WORST_FIRST.index), (one, two)


def test_nobody_to_look_at_is_unknown_and_says_so() -> None:
    tally = tally_of()
    assert tally.verdict is Verdict.UNKNOWN
    assert tally.reason == "there is no evidence about any things"


def test_a_subject_with_nothing_in_it_is_not_hidden_by_one_that_is_met() -> None:
    tally = tally_of(subject("full", met(3)), subject("empty", judged(0, [])))
    assert tally.verdict is Verdict.UNKNOWN
    assert [line["name"] for line in tally.exception_lines()] == ["empty"]


def test_evidence_counts_to_the_very_end_of_its_time_and_not_beyond() -> None:
    assert judge(CHECK, subject("a", met(), age=FRESH), None, NOW).verdict is Verdict.MET
    late = judge(CHECK, subject("a", met(), age=FRESH + timedelta(microseconds=1)), None, NOW)
    assert late.verdict is Verdict.UNKNOWN
    assert late.unknown[0].reason == "the evidence is 2 days old; at most 2 days counts"


def test_what_was_unmet_on_stale_evidence_is_unknown() -> None:
    assert judge(CHECK, subject("a", unmet("no"), age=3 * FRESH), None, NOW).verdict is Verdict.UNKNOWN


def test_that_the_question_does_not_arise_needs_fresh_evidence_too() -> None:
    tally = tally_of(subject("a", not_applicable("no such service"), age=FRESH))
    assert tally.verdict is Verdict.NOT_APPLICABLE
    assert tally.reason == "no such service"
    assert tally.stale_at == NOW
    assert (
        judge(CHECK, subject("a", not_applicable("none"), age=2 * FRESH), None, NOW).verdict
        is Verdict.UNKNOWN
    )


def test_subjects_to_whom_the_question_does_not_arise_leave_the_population() -> None:
    tally = tally_of(subject("a", met(4)), subject("b", not_applicable("no accounts")))
    assert (tally.verdict, tally.population, tally.subjects) == (Verdict.MET, 4, 2)
    assert tally.reason == ""


@pytest.mark.parametrize(
    "error", [KeyError("os"), ValueError("\ud800 broken"), ZeroDivisionError(), TypeError("x")]
)
def test_a_check_that_breaks_on_a_report_says_unknown_and_why(error: Exception) -> None:
    found = judge(CHECK, subject("odd", error), None, NOW)
    assert found.verdict is Verdict.UNKNOWN
    assert type(error).__name__ in found.unknown[0].reason
    canonical.encode(found.unknown[0].reason)


def test_a_section_that_was_not_read_is_unknown_in_its_own_words() -> None:
    found = judge(CHECK, subject("shut", Unread("/etc/shadow: permission denied")), None, NOW)
    assert found.unknown == (Item("", "/etc/shadow: permission denied"),)


def test_a_subject_without_evidence_says_what_failed() -> None:
    assert judge(CHECK, subject("silent", None), None, NOW).unknown == (Item("", "it never reported"),)


def test_a_judge_sees_the_target() -> None:
    def at_most(facts: Facts, target: int) -> Judgement:
        return met() if target == 14 else unmet(f"target {target}")

    assert judge(check(at_most), subject("a", met()), 14, NOW).verdict is Verdict.MET


def test_one_thing_that_falls_short_in_two_ways_is_counted_once_with_both_reasons() -> None:
    port = [Item("port 22/tcp", "open at ::"), Item("port 22/tcp", "open at 0.0.0.0")]
    tally = tally_of(subject("a", judged(1, port)))
    assert tally.unmet == 1
    assert [line["reason"] for line in tally.exception_lines()] == ["open at 0.0.0.0; open at ::"]


def test_names_and_reasons_are_cut_before_they_make_an_entry_too_large() -> None:
    tally = tally_of(subject("a", judged(1, [Item("n" * 9_000, "r" * 900_000)])))
    (line,) = tally.exception_lines()
    assert (len(line["item"]), len(line["reason"])) == (ITEM, REASON)


def test_the_weakest_grade_and_the_oldest_evidence_stand_for_the_outcome() -> None:
    tally = tally_of(
        subject("a", met(), grade=Grade.INDEPENDENT),
        subject("b", met(), grade=Grade.IMPORTED, age=timedelta(hours=5)),
        subject("c", met(), grade=Grade.OWN),
    )
    assert tally.grade is Grade.IMPORTED
    assert tally.evidence_at == NOW - timedelta(hours=5)
    assert tally.stale_at == NOW - timedelta(hours=5) + FRESH


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5))
def test_the_largest_measure_is_kept(measures: list[int]) -> None:
    tally = tally_of(*(subject(f"{n}", met(measure=m)) for n, m in enumerate(measures)))
    assert tally.measure == max(measures)


def test_what_is_unmet_stands_before_what_is_unknown() -> None:
    tally = tally_of(subject("a", unknown("?")), subject("b", unmet("no")))
    assert [line["verdict"] for line in tally.exception_lines()] == ["unmet", "unknown"]


@given(items, items, names)
def test_a_finding_closes_only_on_evidence_that_shows_it_gone(
    short: list[Item], untold: list[Item], item: str
) -> None:
    found = judge(CHECK, subject("a", judged(1, short, untold)), None, NOW)
    named = {one.name for one in (*found.unmet, *found.unknown)}
    hidden = any(one.name == "" for one in found.unknown)
    assert stays_open(found, item) == (item in named or hidden)


def test_a_finding_stays_open_while_its_subject_is_unknown() -> None:
    assert stays_open(judge(CHECK, subject("a", None), None, NOW), "account backup")
    assert not stays_open(judge(CHECK, subject("a", met()), None, NOW), "account backup")
    assert not stays_open(None, "account backup")


def test_a_finding_about_a_long_name_stays_open_while_that_thing_is_unknown() -> None:
    found = judge(CHECK, subject("a", judged(1, [], [Item("n" * 500, "unreadable")])), None, NOW)
    assert stays_open(found, "n" * ITEM)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=47), "1 day"),
        (timedelta(hours=5, minutes=59), "5 hours"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_unit(length: timedelta, words: str) -> None:
    assert in_words(length) == words
