"""Which alerts are proposed as one: against a rule written down plainly, whatever their order."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from duecare.incidents.alerts.correlating import COMMON, Seen, common_marks, correlate

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = st.sampled_from(["", "web-1", "WEB-1", "db-1", "mail", "nas", "unknown", "LOCALHOST", "-"])
ALERTS = st.lists(
    st.builds(
        Seen,
        key=st.uuids().map(str),
        at=st.integers(0, 200).map(lambda hours: NOON + hours * HOUR),
        about=st.sampled_from(["", "systems.host:k3"]),
        name=NAMES,
        account=st.sampled_from(["", "ada", "root"]),
        signs=st.lists(st.sampled_from(["203.0.113.7", "evil.example", "Evil.Example"]), max_size=2).map(
            tuple
        ),
    ),
    max_size=25,
    unique_by=lambda one: one.key,
)


def plainly(alerts: Sequence[Seen], window: timedelta, common: int) -> set[frozenset[str]]:
    """The rule of `correlating.py`, pair by pair."""

    def subject(one: Seen) -> tuple[str, str]:
        for text in (one.about, one.name):
            if text and text not in ("unknown", "LOCALHOST", "-"):
                return "subject", text.casefold()
        return ("account", one.account) if one.account else ("alert", one.key)

    def is_common(mark: tuple[str, str]) -> bool:
        bearing = [one for one in alerts if mark in one.marks()]
        return mark[0] != "subject" and len({subject(one) for one in bearing}) > common

    def joined(one: Seen, other: Seen) -> bool:
        shared = one.marks() & other.marks()
        return abs(one.at - other.at) <= window and any(not is_common(mark) for mark in shared)

    left, groups = list(alerts), set()
    while left:
        group, border = {left[0].key}, [left.pop(0)]
        while border:
            here = border.pop()
            near = [one for one in left if joined(here, one)]
            left = [one for one in left if one not in near]
            border += near
            group |= {one.key for one in near}
        groups.add(frozenset(group))
    return groups


@given(ALERTS, st.integers(0, 30), st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_groups_are_those_of_the_plain_rule_in_whatever_order_alerts_come(
    alerts: list[Seen], hours: int, common: int, chance: random.Random
) -> None:
    found = correlate(alerts, window=hours * HOUR, common=common)
    assert {frozenset(one.keys) for one in found} == plainly(alerts, hours * HOUR, common)
    assert sorted(key for one in found for key in one.keys) == sorted(one.key for one in alerts)
    chance.shuffle(alerts)
    assert correlate(alerts, window=hours * HOUR, common=common) == found
    by_key = {one.key: one for one in alerts}
    for group in found:
        moments = [by_key[key].at for key in group.keys]
        assert (group.first, group.last) == (min(moments), max(moments))
        assert bool(group.shared) == (len(group.keys) > 1)
        assert not set(group.shared) & common_marks(alerts, common=common)


def test_a_sign_of_many_subjects_joins_nothing_and_one_of_few_does() -> None:
    many = [Seen(f"{n}", NOON, name=f"host-{n}", signs=("192.0.2.53",)) for n in range(COMMON + 1)]
    assert len(correlate(many)) == COMMON + 1
    assert len(correlate(many[:COMMON])) == 1
    of_one = [Seen(f"{n}", NOON, name="web-1", account="SYSTEM", signs=("192.0.2.53",)) for n in range(100)]
    assert len(correlate(of_one)) == 1, "one host that is hit a hundred times is one group"


def test_a_sign_of_many_that_name_no_subject_joins_nothing_and_neither_does_a_name_that_names_nothing() -> (
    None
):
    many = [Seen(f"{n}", NOON, signs=("192.0.2.53",)) for n in range(COMMON + 1)]
    assert len(correlate(many)) == COMMON + 1
    for name in ("unknown", "-", "localhost"):
        assert len(correlate([Seen("1", NOON, name=name), Seen("2", NOON, name=name)])) == 2


def test_a_chain_within_the_window_is_one_group_and_a_gap_parts_it() -> None:
    chain = [Seen(f"{n}", NOON + n * 20 * HOUR, name="web-1") for n in range(5)]
    assert [len(one.keys) for one in correlate(chain)] == [5]
    assert [len(one.keys) for one in correlate(chain[:2] + chain[4:])] == [2, 1]


def test_a_thousand_alerts_correlate_in_far_less_than_two_seconds() -> None:
    chance = random.Random(7)
    alerts = [
        Seen(
            f"{n:04}",
            NOON + chance.randrange(10_000) * timedelta(minutes=1),
            name=f"host-{chance.randrange(200)}",
            account=f"user-{chance.randrange(300)}",
            signs=tuple(f"198.51.100.{chance.randrange(256)}" for _ in range(3)),
        )
        for n in range(1_000)
    ]
    start = time.perf_counter()
    assert correlate(alerts)
    assert time.perf_counter() - start < 1
