"""Whether advisories are fresh: unknown when they are not, and nothing is asked where no feed is on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.patching.feeds import checks as feed_checks
from duecare.patching.feeds.actions import switch
from duecare.patching.feeds.models import Feed, FeedSnapshot, State, Verified
from duecare.patching.feeds.subjects import feeds
from duecare.program.judgement import Verdict, find_check
from duecare.program.outcomes import Tally, judge

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
WHO = "terminal:test"
pytestmark = pytest.mark.usefixtures("home")


def brought(feed: Feed, at: datetime, *, by_hand: bool = False, state: State = State.TAKEN) -> None:
    with recording(WHO, "take in"):
        FeedSnapshot.objects.create(
            id=new_key(), feed=feed, fetched_at=at, confirmed_at=at, address="x", by_hand=by_hand,
            verified=Verified.TLS.value, file="", size=1, format="OSV", count=3, faults=0, was_known=10,
            withdrawn=4, state=state.value,
        )  # fmt: skip


def asked(check_id: str, target: int) -> Tally:
    check = find_check(check_id)
    assert check is not None
    tally = Tally(check, target, NOW)
    for subject in feeds(NOW):
        tally.take(subject)
    return tally


def fresh() -> Tally:
    return asked("patching.advisories_fresh", 2)


def test_where_no_feed_is_on_the_question_does_not_arise() -> None:
    assert fresh().verdict is Verdict.NOT_APPLICABLE
    assert fresh().reason == feed_checks.NONE


def test_a_feed_that_never_came_is_unknown() -> None:
    switch(WHO, "osv-pypi", daily=True)
    assert fresh().verdict is Verdict.UNKNOWN
    assert fresh().example == "it was never fetched"


def test_a_feed_that_came_within_the_target_is_met_and_later_unknown() -> None:
    feed = switch(WHO, "osv-pypi", daily=True)
    brought(feed, NOW - timedelta(days=2))
    assert (fresh().verdict, fresh().measure) == (Verdict.MET, 2)
    assert asked("patching.advisories_fresh", 1).verdict is Verdict.UNKNOWN


def test_what_was_brought_by_hand_never_counts_as_fresh() -> None:
    feed = switch(WHO, "osv-pypi", daily=True)
    brought(feed, NOW, by_hand=True)
    assert fresh().verdict is Verdict.UNKNOWN
    assert "by hand" in fresh().example


def test_an_update_that_waits_makes_nothing_fresh_and_asks_for_a_decision() -> None:
    feed = switch(WHO, "osv-pypi", daily=True)
    brought(feed, NOW - timedelta(days=5))
    decided = asked("patching.advisories_decided", 10)
    assert decided.verdict is Verdict.MET
    brought(feed, NOW, state=State.WAITING)
    assert fresh().verdict is Verdict.UNKNOWN
    decided = asked("patching.advisories_decided", 10)
    assert decided.verdict is Verdict.UNMET
    assert "takes away from 4 of 10" in decided.example


def test_the_subject_is_the_feeds_page() -> None:
    from duecare.program.subjects import address_of

    switch(WHO, "osv-pypi", daily=True)
    (subject,) = feeds(NOW)
    assert address_of(subject.reference) == "/patching/feeds/osv-pypi/"
    check = find_check("patching.advisories_fresh")
    assert check is not None
    assert judge(check, subject, 2, NOW).unknown
