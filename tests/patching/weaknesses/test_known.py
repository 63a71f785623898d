"""What is known of a host's software is judged by what concerns it: fresh feeds, whole, and read in full."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from duecare.patching.weaknesses.known import Known

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
DEBIAN, PYPI = ("Debian", "12"), ("PyPI", "")


def feed(id: str, *covers: tuple[str, str], age: int = 0, **more: Any) -> dict[str, Any]:
    """As a matching keeps it."""
    at = (NOW - timedelta(days=age)).isoformat()
    told = {"id": id, "confirmed_at": at, "by_hand": False, "rates": [], "unplaced": {}, **more}
    return {**told, "covers": [list(place) for place in covers]}


def known(*feeds: dict[str, Any]) -> Known:
    return Known.of(feeds, NOW, 2)


def test_a_fresh_feed_that_covers_a_place_makes_it_known_and_nothing_else() -> None:
    about = known(feed("debian-tracker", DEBIAN))
    assert about.of_place(*DEBIAN) == ()
    assert about.of_place("Debian", "13") is None, "a fix for one release says nothing about another"
    assert about.of_place(*PYPI) is None


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"by_hand": True}, "brought by hand"),
        ({"age": 3}, "older than 2 days"),
        ({"unplaced": {"": 3}}, "has 3 records that could not be read"),
        ({"unplaced": {"PyPI": 1}}, "has 1 records that could not be read"),
    ],
)
def test_a_feed_that_falls_short_spoils_only_what_it_alone_covers(bad: dict[str, Any], why: str) -> None:
    alone = known(feed("debian-tracker", DEBIAN), feed("hand:x.json", PYPI, **bad))
    assert alone.of_place(*DEBIAN) == ()
    (reason,) = alone.of_place(*PYPI) or ()
    assert why in reason
    beside = known(feed("osv-pypi", PYPI), feed("hand:x.json", PYPI, DEBIAN, **bad))
    assert beside.of_place(*PYPI) == ()


def test_what_could_not_be_read_of_one_ecosystem_leaves_the_others_of_its_feed_known() -> None:
    about = known(feed("osv", DEBIAN, PYPI, unplaced={"Debian": 2}))
    assert about.of_place(*PYPI) == ()
    assert about.of_place(*DEBIAN)


def test_a_fresh_feed_about_a_part_does_not_hide_that_the_whole_is_stale() -> None:
    npm = ("npm", "")
    reasons = known(feed("retire-js", npm), feed("osv-npm", npm, age=9)).of_place(*npm)
    assert reasons == (
        "the feed retire-js is about a part of it alone",
        "the feed osv-npm is older than 2 days",
    )


def test_a_feed_that_was_matched_by_an_earlier_release_covers_nothing() -> None:
    told = feed("debian-tracker", DEBIAN)
    del told["covers"], told["rates"], told["unplaced"]
    assert known(told).of_place(*DEBIAN) is None


def test_of_ratings_each_kind_that_is_told_needs_a_feed_that_is_fresh_and_read() -> None:
    kev, old = feed("cisa-kev", rates=["kev"]), feed("hand:kev.json", rates=["kev"], by_hand=True)
    assert known(kev, old).unrated() == {}
    assert "brought by hand" in known(old).unrated()[""][0]
    assert "no list of exploited weaknesses" in known().unrated()[""][0], "as if somebody dropped it"
    torn = feed("cisa-kev", rates=["kev"], unplaced={"CVE-2026-1": 1})
    assert list(known(torn).unrated()) == ["CVE-2026-1"]
    assert list(known({**torn, "unplaced": {"": 1}}).unrated()) == [""]
