"""How long an incident took is counted from its milestones, and unknown where they do not say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.incidents.timeline.kinds import LATE, late_by, techniques_in
from duecare.incidents.timeline.milestones import MILESTONES, OF_ID
from duecare.incidents.timeline.times import figures, marks_of, times
from duecare.law.moments import Moment, moment

HOUR = timedelta(hours=1)


def at(written: str) -> Moment:
    return moment(written, "Europe/Berlin", "test")


def test_times_are_counted_as_they_are_defined_and_across_a_change_of_clocks() -> None:
    marks = {
        "started": at("2026-10-24T23:00"),
        "detected": at("2026-10-25T08:00"),  # the clocks went back at three
        "contained": at("2026-10-25T10:30"),
    }
    detect, contain, recover = times(marks)
    assert (detect.least, detect.most) == (10 * HOUR, 10 * HOUR)
    assert contain.most == 2.5 * HOUR
    assert (recover.least, recover.most) == (None, None)
    assert "Recovered" in recover.why


def test_a_whole_day_gives_bounds_and_what_contradicts_itself_gives_nothing() -> None:
    detect, _contain, _recover = times({"started": at("2026-11-20"), "detected": at("2026-11-21T12:00")})
    assert detect.least is not None
    assert detect.most == timedelta(days=1, hours=12)
    assert timedelta(0) <= detect.most - detect.least - timedelta(days=1) + timedelta(seconds=1) < HOUR
    wrong, *_rest = times({"started": at("2026-11-22T00:00"), "detected": at("2026-11-21T12:00")})
    assert wrong.most is None
    assert "before" in wrong.why


def test_of_several_marks_the_first_or_the_last_counts_as_the_milestone_says() -> None:
    told = [(one.id, at(f"2026-11-{day}T12:00")) for one in MILESTONES for day in (21, 20, 22)]
    found = marks_of(told)
    assert {id: found[id].day.day for id in found} == {id: 22 if OF_ID[id].last else 20 for id in OF_ID}


@given(st.lists(st.lists(st.integers(0, 10_000), min_size=4, max_size=4), max_size=8))
def test_a_figure_says_of_how_many_it_is_and_lies_among_them(minutes: list[list[int]]) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    names = ("started", "detected", "contained", "recovered")
    cases = [
        {name: Moment(start + timedelta(minutes=one), "UTC") for name, one in zip(names, row, strict=True)}
        for row in minutes
    ]
    for place, figure in enumerate(figures(cases)):
        known = [took.most for case in cases if (took := times(case)[place]).most is not None]
        assert (figure.known, figure.unknown) == (len(known), len(cases) - len(known))
        assert (figure.median is None) == (not known)
        assert figure.median is None or min(known) <= figure.median <= max(known)


def test_an_entry_is_late_from_when_it_could_have_been_known() -> None:
    happened = at("2026-11-20T12:00")
    assert late_by(happened, None, happened.at + LATE) is None
    assert late_by(happened, None, happened.at + LATE + HOUR) == LATE + HOUR
    assert late_by(happened, happened.at + 50 * HOUR, happened.at + 60 * HOUR) is None
    day = at("2026-11-20")
    assert late_by(day, None, day.at + LATE + 20 * HOUR) is None
    assert late_by(day, None, day.at + LATE + 25 * HOUR) is not None


def test_techniques_are_known_by_their_form() -> None:
    assert techniques_in(" t1566.001, T1078;T1078  ") == ["T1566.001", "T1078"]
    for wrong in ("T15", "T1566.1", "phishing", "T1566.001x", "T١٢٣٤"):
        with pytest.raises(BadInput):
            techniques_in(wrong)
    with pytest.raises(BadInput, match="at most"):
        techniques_in(" ".join(f"T{n}" for n in range(1000, 1021)))
