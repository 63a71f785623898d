"""What evidence says to a question of an insurer, and whether a signed answer still stands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from duecare.program.judgement import Verdict
from duecare.risk.insurance.evidence import (
    ASKED_WITHIN,
    MOST_LINES,
    MOST_NAMED,
    Answer,
    Counter,
    Looked,
    as_json,
    both,
    said,
    said_of,
    too_old,
    worse,
)

MET = Looked("check:a", "Has every account a second factor?", Verdict.MET, 12)
UNMET = Looked(
    "check:b", "Is every disk encrypted?", Verdict.UNMET, 4, "1 of 4 not.",
    (Counter("lap-7", "not encrypted"),), 1,
)  # fmt: skip
MET_TOO = Looked("check:b", "Is every disk encrypted?", Verdict.MET, 4)
STALE = Looked("check:c", "Did every host report?", Verdict.UNKNOWN, 3, "the evidence has gone stale since.")


def test_all_met_on_something_is_a_yes() -> None:
    found = said([MET])
    assert (found.answer, found.unmet, found.counters) == (Answer.YES, 0, ())
    assert "12" in found.why[0]


def test_anything_unmet_is_a_no_with_the_exceptions_by_name_whatever_else_is_met_or_unknown() -> None:
    found = said([MET, STALE, UNMET])
    assert found.answer is Answer.NO
    assert found.counters == (Counter("lap-7", "not encrypted", "check:b"),)
    assert "Is every disk encrypted?" in found.why[0]


@pytest.mark.parametrize(
    ("looked", "words"),
    [
        ([], "No check or safeguard"),
        ([STALE], "stale"),
        ([MET, STALE], "stale"),
        ([Looked("check:a", "T", Verdict.MET, 0)], "nothing that it could have looked at"),
        ([Looked("check:a", "T", Verdict.NOT_APPLICABLE, 0, "no SSH.")], "did not arise"),
    ],
)
def test_what_is_stale_empty_or_never_asked_cannot_say(looked: list[Looked], words: str) -> None:
    found = said(looked)
    assert found.answer is Answer.CANNOT_SAY
    assert words in " ".join(found.why)


def test_evidence_that_does_not_reach_all_that_is_asked_never_says_yes_alone() -> None:
    found = said([MET], "mail of the second site")
    assert found.answer is Answer.CANNOT_SAY
    assert "It does not show: mail of the second site." in found.why
    assert said([UNMET], "mail of the second site").answer is Answer.NO


def test_many_exceptions_are_counted_whole_and_named_in_part() -> None:
    many = tuple(Counter(f"host-{n}", "open") for n in range(100))
    found = said([Looked("check:a", "T", Verdict.UNMET, 200, "not", many, 150)])
    assert len(found.counters) == MOST_NAMED
    assert (found.unmet, found.unnamed) == (150, 150 - MOST_NAMED)


def test_what_is_frozen_reads_back_as_it_was_said() -> None:
    for looked in ([MET], [UNMET, STALE], []):
        found = said(looked)
        back = said_of(json.loads(json.dumps(as_json(found))))
        assert back is not None
        assert (back.answer, back.why, back.counters, back.unmet) == (
            found.answer, found.why, found.counters, found.unmet,
        )  # fmt: skip
    assert said_of({}) is None


def test_a_signed_yes_drifts_when_evidence_says_no_or_can_say_less() -> None:
    yes, no, blind = said([MET]), said([UNMET]), said([STALE])
    assert worse("yes", yes, yes) == ""
    assert "Evidence says no" in worse("yes", yes, no)
    assert "no longer show it" in worse("yes", yes, blind)
    assert "Evidence says no" in worse("yes", blind, no)
    assert worse("yes", blind, blind) == "", "known when it was signed"
    assert "no longer show it" in worse("yes", no, blind), "an exception that is out of sight is not mended"


def test_each_check_that_goes_blind_is_a_drift_whatever_else_is_known_to_be_untrue() -> None:
    before = said([MET, UNMET])
    gone = replace(MET, verdict=Verdict.UNKNOWN, why="the evidence has gone stale since.")
    told = worse("yes", before, said([gone, UNMET]))
    assert "no longer show it" in told
    assert "second factor" in told
    assert "disk" not in told
    both_at_once = worse("yes", said([MET, MET_TOO]), said([gone, UNMET]))
    assert "Evidence says no" in both_at_once
    assert "no longer show it" in both_at_once
    assert "no longer show it" in worse("yes", said([MET]), said([replace(MET, population=0)]))
    assert worse("yes", said([MET], "mail"), said([MET], "mail")) == ""
    assert "no longer" in worse("yes", said([MET], "mail"), said([gone], "mail"))


def test_two_checks_may_name_the_same_thing_and_each_is_counted() -> None:
    one = replace(UNMET, counters=(Counter("ada", "no second factor"),))
    other = replace(one, id="check:d", title="Is no account dormant?", counters=(Counter("ada", "dormant"),))
    found = said([one, other])
    assert [(counter.of, counter.why) for counter in found.counters] == [
        ("check:b", "no second factor"), ("check:d", "dormant"),
    ]  # fmt: skip
    assert found.unmet == 2
    met = replace(other, verdict=Verdict.MET, counters=(), unmet=0)
    assert "ada" in worse("yes", said([one, met]), found), "known of one check is not known of another"
    swapped = replace(one, counters=(Counter("ben", "no second factor"),))
    assert "ben" in worse("yes", found, said([swapped, other])), "as many as before, and another"


def test_a_check_that_is_asked_by_itself_and_within_its_safeguard_counts_once() -> None:
    lap = Counter("lap-7", "not encrypted", "check:b")
    whole = Looked(
        "safeguard:s", "Disks.", Verdict.UNMET, 9, "x", (lap, Counter("Said so", "no", "safeguard:s")), 2,
        "", (("check:b", 1), ("safeguard:s", 1)),
    )  # fmt: skip
    found = said([UNMET, whole])
    assert (found.unmet, len(found.counters)) == (2, 2)
    back = said_of(json.loads(json.dumps(as_json(found))))
    assert back is not None
    assert worse("yes", back, found) == "", "counted the same when it is read back"


def test_more_than_can_be_named_are_held_against_how_many_there_were() -> None:
    def many(first: int, unmet: int) -> Looked:
        named = tuple(Counter(f"host-{n}", "open") for n in range(first, first + MOST_NAMED))
        return Looked("check:a", "T", Verdict.UNMET, 900, "not", named, unmet)

    before = said([many(0, 150)])
    assert worse("yes", before, said([many(30, 150)])) == "", "others are named, and as many are unmet"
    assert "151" in worse("yes", before, said([many(0, 151)]))


def test_what_is_to_be_told_keeps_in_words_what_was_said_before_and_counts_by_what_is_said_now() -> None:
    other = replace(UNMET, why="1 of 4 not: lap-9.", counters=(Counter("lap-9", "not encrypted"),))
    found = both(said([UNMET]), said([other]))
    assert [counter.name for counter in found.counters] == ["lap-9"]
    assert found.why == (
        "Is every disk encrypted? 1 of 4 not: lap-9.", "Is every disk encrypted? 1 of 4 not. (earlier)",
    )  # fmt: skip
    assert both(found, said([other])).why == found.why
    for count in range(2 * MOST_LINES):
        found = both(found, said([replace(UNMET, why=f"{count}")]))
    assert len(found.why) == MOST_LINES


def test_nobody_signs_for_evidence_that_was_asked_too_long_ago() -> None:
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert "never asked" in too_old(None, now)
    assert too_old(now - ASKED_WITHIN, now) == ""
    assert "14 days ago" in too_old(now - ASKED_WITHIN - timedelta(seconds=1), now)


def test_a_no_that_was_known_drifts_only_by_what_was_not_known() -> None:
    before = said([UNMET])
    other = said(
        [Looked("check:b", "T", Verdict.UNMET, 4, "not", (Counter("lap-7", "x"), Counter("lap-9", "x")), 2)]
    )
    assert worse("yes", before, before) == ""
    assert "lap-9" in worse("yes", before, other)


def test_who_said_no_or_that_they_could_not_say_promised_nothing() -> None:
    for signed in ("no", "cannot say"):
        assert worse(signed, said([MET]), said([UNMET])) == ""
