"""What evidence says to a question of an insurer, and whether a signed answer still stands."""

from __future__ import annotations

import json

import pytest

from duecare.program.judgement import Verdict
from duecare.risk.insurance.evidence import (
    MOST_NAMED,
    Answer,
    Counter,
    Looked,
    as_json,
    said,
    said_of,
    worse,
)

MET = Looked("check:a", "Has every account a second factor?", Verdict.MET, 12)
UNMET = Looked(
    "check:b", "Is every disk encrypted?", Verdict.UNMET, 4, "1 of 4 not.",
    (Counter("lap-7", "not encrypted"),), 1,
)  # fmt: skip
STALE = Looked("check:c", "Did every host report?", Verdict.UNKNOWN, 3, "the evidence has gone stale since.")


def test_all_met_on_something_is_a_yes() -> None:
    found = said([MET])
    assert (found.answer, found.population, found.counters) == (Answer.YES, 12, ())


def test_anything_unmet_is_a_no_with_the_exceptions_by_name_whatever_else_is_met_or_unknown() -> None:
    found = said([MET, STALE, UNMET])
    assert found.answer is Answer.NO
    assert found.counters == (Counter("lap-7", "not encrypted"),)
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
    assert worse("yes", no, blind) == ""


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
