"""Running the checks: what is on the record before, during and after, and how findings come and go."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from duecare.ledger.models import ACT, Entry, Payload
from duecare.ledger.records import new_key
from duecare.ledger.verifying import verify
from duecare.program import subjects
from duecare.program.actions import adopt_target
from duecare.program.assessing import ACT_SIZE, Assessed, assess, read_lines
from duecare.program.judgement import (
    Facts,
    Item,
    Judgement,
    Verdict,
    judged,
    met,
    not_applicable,
    unknown,
    unmet,
)
from duecare.program.models import Assessment, Finding, Outcome
from duecare.program.subjects import Subject
from tests.program.fakes import FRESH, NOW, House, check, furnish, subject, told

pytestmark = pytest.mark.usefixtures("home")
ACTOR = "terminal:test"
HOUR = timedelta(hours=1)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """One check of things."""
    return furnish(monkeypatch, check(told))


def run(house: House, *things: Subject, at: datetime = NOW) -> Assessed:
    house.things = list(things)
    return assess(ACTOR, at, clock=lambda: at)


def answer(name: str, judgement: Judgement | None, at: datetime = NOW) -> Subject:
    return subject(name, judgement, at=at)


def outcome() -> Outcome:
    return Outcome.objects.get(pk="fake.first")


def written(kind: str = "program.outcome") -> int:
    """How many entries of a kind there are."""
    return Entry.objects.filter(kind=kind).count()


# What is on the record, and when


def test_that_it_started_is_committed_before_any_evidence_is_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def source(now: datetime) -> Iterator[Subject]:
        rows = Assessment.objects.values_list("started_at", "finished_at")
        seen.extend([list(rows), Entry.objects.filter(kind="program.assessment").count()])
        yield answer("a", met())

    monkeypatch.setitem(subjects._sources, "things", source)
    assess(ACTOR, NOW)
    assert seen == [[(NOW, None)], 1]


def test_an_assessment_that_dies_shows_as_unfinished_and_changes_no_outcome(house: House) -> None:
    run(house, answer("a", met()))
    house.broken = OSError("the disk is gone")
    with pytest.raises(OSError, match="the disk is gone"):
        run(house, answer("a", unmet("no")), at=NOW + HOUR)
    assert Assessment.objects.get(started_at=NOW + HOUR).finished_at is None
    assert outcome().verdict == "met"
    assert not Finding.objects.exists()


def test_a_finished_assessment_says_when_by_which_release_and_what_it_found(house: House) -> None:
    house.things = [answer("a", met())]
    assess(ACTOR, NOW, clock=lambda: NOW + HOUR)
    row = Assessment.objects.get()
    assert (row.started_at, row.finished_at, row.checks) == (NOW, NOW + HOUR, 1)
    assert row.outcomes == {"met": 1, "unmet": 0, "unknown": 0, "not applicable": 0}
    assert row.program


def test_an_unchanged_outcome_is_an_entry_once_a_day_only(house: House) -> None:
    for hours in (0, 1, 2, 13, 14, 37):
        at = NOW + timedelta(hours=hours)
        run(house, answer("a", met(), at), at=at)
    assert written() == 3
    assert Assessment.objects.count() == 6


@pytest.mark.parametrize(
    "changed",
    [unmet("no"), unknown("closed"), not_applicable("none"), met(2), judged(2, [Item("x", "no")])],
)
def test_a_changed_outcome_is_an_entry_at_once(house: House, changed: Judgement) -> None:
    run(house, answer("a", met()))
    run(house, answer("a", changed), at=NOW + HOUR)
    assert written() == 2


def test_a_change_of_population_is_told_beside_the_outcome(house: House) -> None:
    run(house, answer("a", met()))
    assert outcome().population_was is None
    run(house, answer("a", met()), answer("b", met()), at=NOW + HOUR)
    assert (outcome().population, outcome().population_was, outcome().subjects) == (2, 1, 2)
    assert outcome().since == NOW


def test_a_population_of_the_same_size_but_of_others_is_a_change(house: House) -> None:
    run(house, answer("a", met()))
    run(house, answer("b", met()), at=NOW + HOUR)
    assert written() == 2
    assert [line["name"] for line in read_lines(outcome().looked_at)] == ["b"]


def test_a_change_of_target_is_told_beside_the_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    def within(facts: Facts, target: int) -> Judgement:
        return met() if target >= 10 else unmet("later than that")

    house = furnish(monkeypatch, check(within, target="security_update_days"))
    run(house, answer("a", met()))
    first = outcome().target
    adopt_target(ACTOR, "security_update_days", 7, "we can do better", NOW)
    run(house, answer("a", met()), at=NOW + HOUR)
    assert (outcome().verdict, outcome().target, outcome().target_was) == ("unmet", 7, first)
    assert outcome().since == NOW + HOUR


def test_fresher_evidence_is_recorded_at_once_where_the_old_would_go_stale_within_the_day(
    house: House,
) -> None:
    run(house, subject("a", met(), age=FRESH - HOUR))
    at = NOW + 2 * HOUR
    assert outcome().stale_at == NOW + HOUR
    run(house, answer("a", met(), at), at=at)
    assert outcome().stale_at == at + FRESH
    assert outcome().since == at, "between the two it could not be upheld"


def test_older_evidence_is_recorded_at_once(house: House) -> None:
    run(house, answer("a", met()))
    at = NOW + HOUR
    run(house, subject("a", met(), at=at, age=timedelta(days=1)), at=at)
    assert outcome().evidence_at == at - timedelta(days=1)
    assert outcome().since == NOW


def test_what_it_looked_at_and_every_exception_can_be_read_again(house: House) -> None:
    run(house, answer("a", unmet("no")), answer("b", unknown("closed")), answer("c", met()))
    assert [line["name"] for line in read_lines(outcome().looked_at)] == ["a", "b", "c"]
    lines = read_lines(outcome().exceptions)
    assert [(line["name"], line["verdict"], line["reason"]) for line in lines] == [
        ("a", "unmet", "no"),
        ("b", "unknown", "closed"),
    ]
    payload = Payload.objects.get(kind="program.outcome", until=None)
    blobs = json.loads(bytes(payload.data))["blobs"]
    assert sorted([outcome().looked_at, outcome().exceptions]) == blobs


def test_a_check_that_breaks_on_one_subject_stops_nothing(house: House) -> None:
    house.things = [subject("odd", KeyError("os")), subject("fine", met())]
    done = assess(ACTOR, NOW)
    assert done.outcomes[Verdict.UNKNOWN] == 1
    assert Assessment.objects.get().finished_at is not None


def test_progress_counts_every_subject(house: House) -> None:
    seen: list[int] = []
    house.things = [answer(name, met()) for name in "abc"]
    assess(ACTOR, NOW, progress=seen.append)
    assert seen == [1, 2, 3]


# Findings


def test_a_gap_opens_a_finding_that_closes_on_evidence_and_opens_anew(house: House) -> None:
    assert run(house, answer("a", unmet("no"))).opened == 1
    first = Finding.objects.get()
    assert (first.subject, first.subject_name, first.reason) == ("fake.thing:a", "a", "no")
    assert first.opened_at == NOW
    done = run(house, answer("a", met()), at=NOW + HOUR)
    assert (done.opened, done.closed) == (0, 1)
    first.refresh_from_db()
    assert (first.closed_at, first.closed_because) == (NOW + HOUR, "newer evidence shows it gone")
    assert run(house, answer("a", unmet("again")), at=NOW + 2 * HOUR).opened == 1
    assert Finding.objects.count() == 2
    assert Finding.objects.get(closed_at=None).reason == "again"


def test_a_gap_that_stays_keeps_its_finding_with_the_newest_reason(house: House) -> None:
    run(house, answer("a", unmet("3 days late")))
    key = Finding.objects.get().pk
    done = run(house, answer("a", unmet("4 days late")), at=NOW + HOUR)
    assert (done.opened, done.closed) == (0, 0)
    kept = Finding.objects.get()
    assert (kept.pk, kept.opened_at, kept.reason) == (key, NOW, "4 days late")


@pytest.mark.parametrize("later", [unknown("closed"), judged(3, [], [Item("port 22", "closed")]), None])
def test_a_finding_stays_open_while_it_cannot_be_told(house: House, later: Judgement | None) -> None:
    run(house, answer("a", judged(3, [Item("port 22", "open")])))
    run(house, answer("a", later), at=NOW + HOUR)
    assert Finding.objects.get().closed_at is None


def test_a_finding_stays_open_when_the_evidence_is_stale(house: House) -> None:
    run(house, answer("a", unmet("no")))
    run(house, answer("a", met()), at=NOW + FRESH + HOUR)
    assert Finding.objects.get().closed_at is None


def test_one_of_two_findings_of_a_subject_closes_alone(house: House) -> None:
    run(house, answer("a", judged(2, [Item("x", "no"), Item("y", "no")])))
    run(house, answer("a", judged(2, [Item("y", "no")])), at=NOW + HOUR)
    assert Finding.objects.get(closed_at=None).item == "y"


def test_a_finding_closes_with_the_reason_where_the_question_no_longer_arises(house: House) -> None:
    run(house, answer("a", unmet("no")), answer("b", unmet("no")))
    run(house, answer("a", not_applicable("no such service is installed")), at=NOW + HOUR)
    closed = dict(Finding.objects.values_list("subject_name", "closed_because"))
    assert closed == {
        "a": "no such service is installed",
        "b": "it is no longer part of what is looked at",
    }


def test_findings_of_a_check_that_was_withdrawn_close(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run(house, answer("a", unmet("no")))
    run(furnish(monkeypatch, check(told, id="fake.second")), answer("a", unmet("no")), at=NOW + HOUR)
    found = Finding.objects.order_by("check_id").values_list("check_id", "closed_at", "closed_because")
    assert list(found) == [
        ("fake.first", NOW + HOUR, "its check was withdrawn"),
        ("fake.second", None, ""),
    ]


def test_two_assessments_at_once_open_no_finding_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.things = [answer("a", unmet("no"))]
    context = multiprocessing.get_context("fork")

    def slow(now: datetime) -> Iterator[Subject]:
        time.sleep(0.5)
        yield from house.things

    house.source = slow  # type: ignore[method-assign]

    subjects._sources["things"] = slow
    connections.close_all()
    others = [context.Process(target=assess, args=(ACTOR, NOW)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join(30)
    assert [other.exitcode for other in others] == [0, 0]
    assert Assessment.objects.exclude(finished_at=None).count() == 2
    assert Finding.objects.count() == 1


# Size


def test_five_thousand_subjects_are_written_in_acts_of_bounded_size(house: House) -> None:
    done = run(house, *(answer(f"host-{n:04}", unmet("no")) for n in range(5000)))
    assert done.opened == 5000
    sizes = [
        json.loads(bytes(data))["count"]
        for data in Payload.objects.filter(kind=ACT).values_list("data", flat=True)
    ]
    assert max(sizes) <= ACT_SIZE
    assert run(house, *(answer(f"host-{n:04}", met()) for n in range(5000)), at=NOW + HOUR).closed == 5000
    assert outcome().verdict == "met"


def test_the_record_holds_after_assessments_of_every_kind(house: House) -> None:
    for hour, judgement in enumerate([unmet("no"), unknown("?"), met(), not_applicable("none"), unmet("no")]):
        run(house, answer("a", judgement), answer(new_key(), met()), at=NOW + hour * HOUR)
    found = verify(live=True)
    assert found.ok, found.faults
