"""What an update takes away is counted, whatever form the taking has; what it adds is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.patching.advisories.interface import (
    Advisory,
    Affected,
    Enrichment,
    Event,
    EventKind,
    Range,
    Verdict,
)
from duecare.patching.advisories.loading import Loaded
from duecare.patching.feeds.narrowing import Taken, is_narrower, taken_away
from duecare.patching.versions import compare


def span(*events: tuple[EventKind, str]) -> Range:
    return tuple(Event(kind, version) for kind, version in events)


def advisory(*ranges: Range, versions: tuple[str, ...] = (), ecosystem: str = "PyPI") -> Advisory:
    affected = Affected(ecosystem, "", "demo", False, ranges, versions)
    return Advisory("X-1", "osv", (), (), "", None, None, None, (), (affected,))


IN, AFTER, FIXED, LAST = EventKind.INTRODUCED, EventKind.AFTER, EventKind.FIXED, EventKind.LAST_AFFECTED
OPEN = span((IN, "0"))


@pytest.mark.parametrize(
    ("before", "after", "narrower"),
    [
        (advisory(OPEN), advisory(OPEN), False),
        (advisory(OPEN), advisory(span((IN, "0"), (FIXED, "2"))), True),
        (advisory(span((IN, "0"), (FIXED, "2"))), advisory(OPEN), False),
        (advisory(span((IN, "0"), (FIXED, "2"))), advisory(span((IN, "0"), (FIXED, "1.9"))), True),
        (advisory(span((IN, "0"), (FIXED, "2"))), advisory(span((IN, "1"), (FIXED, "3"))), True),
        (advisory(span((IN, "0"), (FIXED, "2"))), advisory(span((FIXED, "2.0"), (IN, "0"))), False),
        (advisory(span((IN, "0"), (LAST, "2"))), advisory(span((IN, "0"), (FIXED, "2"))), True),
        (advisory(span((IN, "1"))), advisory(span((AFTER, "1"))), True),
        (advisory(OPEN), advisory(span((IN, "0"), (FIXED, "1")), span((IN, "1"))), False),
        (advisory(versions=("1", "2")), advisory(versions=("1",)), True),
        (advisory(versions=("1",)), advisory(OPEN), False),
        (advisory(OPEN, ecosystem="npm"), replace(advisory(OPEN, ecosystem="npm"), affected=()), True),
        # Versions that nobody can put in order: what was said must be said again.
        (advisory(OPEN, ecosystem="Bitnami"), advisory(OPEN, OPEN, ecosystem="Bitnami"), False),
        (
            advisory(span((IN, "a")), ecosystem="Bitnami"),
            advisory(span((IN, "b")), ecosystem="Bitnami"),
            True,
        ),
    ],
)
def test_narrower_is_what_leaves_out_a_version_that_was_affected(
    before: Advisory, after: Advisory, narrower: bool
) -> None:
    assert is_narrower(before, after) is narrower


def test_a_word_that_a_package_is_not_affected_narrows_what_was_affected() -> None:
    (said,) = advisory(OPEN).affected
    denied = replace(advisory(OPEN), affected=(replace(said, said=Verdict.NOT_AFFECTED),))
    undecided = replace(advisory(OPEN), affected=(replace(said, ranges=(), said=Verdict.UNDECIDED),))
    assert is_narrower(advisory(OPEN), denied)
    assert not is_narrower(advisory(OPEN), undecided)


versions = st.integers(0, 6).map(str)
ranges = st.builds(
    lambda low, high: span((IN, low), (FIXED, high)) if int(low) < int(high) else span((IN, low)),
    versions,
    versions,
)


def holds(events: Range, version: str) -> bool:
    for event in events:
        order = compare("pypi", version, event.version) or 0
        if (event.kind is IN and order < 0) or (event.kind is FIXED and order >= 0):
            return False
    return True


@given(st.lists(ranges, min_size=1, max_size=3), st.lists(ranges, min_size=1, max_size=3))
def test_it_is_so_for_every_version(old: list[Range], new: list[Range]) -> None:
    every = [str(number) for number in range(8)]
    lost = any(
        any(holds(one, version) for one in old) and not any(holds(one, version) for one in new)
        for version in every
    )
    assert is_narrower(advisory(*old), advisory(*new)) is lost


def test_withdrawn_gone_and_no_longer_exploited_are_counted() -> None:
    one = advisory(OPEN)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    known = Enrichment("CVE-2026-0001", kev_added=at.date())
    before = Loaded([one, replace(one, id="X-2"), replace(one, id="X-3")], {known.cve: known})
    after = Loaded(
        [replace(one, withdrawn=at), replace(one, id="X-3")], {known.cve: replace(known, kev_added=None)}
    )
    assert taken_away(before, after) == Taken(4, 3, 0)
    assert taken_away(after, before) == Taken(2, 0, 0)


def test_a_share_is_beyond_what_is_set_only_above_it() -> None:
    assert not Taken(10, 1, 0).beyond(10)
    assert Taken(10, 1, 1).beyond(10)
    assert not Taken(0, 0, 0).beyond(0)
