"""Which promise holds for a weakness, and what comes first: more with each bad signal, unknown never good."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.patching.weaknesses.urgency import Exploitation, Signals, Urgency, Weights, classify, rank

ANSWERS = st.sampled_from([None, False, True])
SIGNALS = st.builds(
    Signals,
    kev=ANSWERS,
    epss=st.none() | st.floats(0, 1),
    exploitation=st.sampled_from([None, *Exploitation]),
    automatable=ANSWERS,
    total_impact=ANSWERS,
    cvss=st.none() | st.sampled_from([score / 10 for score in range(101)]),
    severity=st.sampled_from(["", "low", "Moderate", "important", "critical", "odd"]),
    internet_facing=ANSWERS,
    holds_data=ANSWERS,
)
WEIGHTS = st.builds(Weights, *([st.integers(0, 100)] * 6))
ORDER = list(Urgency)
WORST_KNOWN = Signals(True, 1.0, Exploitation.ACTIVE, True, True, 10.0, "critical", True, True)
BEST_KNOWN = Signals(False, 0.0, Exploitation.NONE, False, False, 0.0, "low", False, False)


@pytest.mark.parametrize(
    ("signals", "urgency", "why"),
    [
        (Signals(kev=True, cvss=4.0), Urgency.EXPLOITED, "CISA lists it"),
        (Signals(exploitation=Exploitation.ACTIVE), Urgency.EXPLOITED, "being exploited"),
        (Signals(cvss=9.0), Urgency.CRITICAL, "base score is 9.0"),
        (Signals(cvss=8.9), Urgency.SERIOUS, "base score is 8.9"),
        (Signals(cvss=6.9, epss=0.01), Urgency.ORDINARY, "base score is 6.9|1.0 %"),
        (Signals(cvss=3.0, epss=0.5), Urgency.CRITICAL, "50.0 %"),
        (Signals(severity="Critical"), Urgency.CRITICAL, "calls it critical"),
        (Signals(severity="important"), Urgency.SERIOUS, "calls it important"),
        (Signals(severity="low"), Urgency.ORDINARY, "calls it low"),
        (Signals(severity="critical", cvss=5.0), Urgency.ORDINARY, "base score"),
        (Signals(), Urgency.SERIOUS, "unknown is not harmless"),
        (Signals(kev=False, exploitation=Exploitation.NONE), Urgency.SERIOUS, "unknown is not harmless"),
    ],
)
def test_the_class_is_the_most_urgent_that_any_signal_gives(
    signals: Signals, urgency: Urgency, why: str
) -> None:
    found, reason = classify(signals)
    assert found is urgency
    assert any(part in reason for part in why.split("|"))


@given(SIGNALS, st.sampled_from(["kev", "epss", "exploitation", "cvss"]))
def test_a_worse_signal_never_makes_a_promise_longer(signals: Signals, name: str) -> None:
    changed: Any = {name: getattr(WORST_KNOWN, name)}
    worse = classify(replace(signals, **changed))[0]
    assert ORDER.index(worse) <= ORDER.index(classify(signals)[0])


@given(SIGNALS, WEIGHTS)
def test_points_lie_between_none_and_the_sum_of_the_weights(signals: Signals, weights: Weights) -> None:
    found = rank(signals, weights)
    assert 0 <= found.points <= weights.most
    assert all(0 <= part.points <= part.of for part in found.parts)
    assert abs(found.points - sum(part.points for part in found.parts)) <= 0.5
    assert [part.points for part in found.parts] == sorted((p.points for p in found.parts), reverse=True)
    assert all(part.reason for part in found.parts)


@given(
    SIGNALS, WEIGHTS, st.sampled_from([field.name for field in fields(Signals) if field.name != "severity"])
)
def test_a_worse_signal_never_lowers_and_an_unknown_one_lies_between(
    signals: Signals, weights: Weights, name: str
) -> None:
    def exact(value: Any) -> Any:
        changed: Any = {name: value}
        return sum(part.points for part in rank(replace(signals, severity="", **changed), weights).parts)

    best, unknown, most = exact(getattr(BEST_KNOWN, name)), exact(None), exact(getattr(WORST_KNOWN, name))
    assert best <= unknown <= most
    assert best <= exact(getattr(signals, name)) <= most


def test_all_that_is_bad_and_known_gives_every_point_and_all_that_is_good_none() -> None:
    assert rank(WORST_KNOWN, Weights()).points == Weights().most == 110
    assert rank(BEST_KNOWN, Weights()).points == 0
    assert rank(BEST_KNOWN, Weights()).reason == ""
    assert (rank(WORST_KNOWN, Weights()).unknown, rank(Signals(), Weights()).unknown) == (0, 6)


def test_the_reason_names_what_weighs_and_what_is_unknown_heaviest_first() -> None:
    signals = Signals(kev=True, cvss=7.5, internet_facing=True, holds_data=False)
    assert rank(signals, Weights()).reason == (
        "exploited in the wild (KEV); reachable from the internet; CVSS 7.5; 2 of 6 signals unknown"
    )
    unknown = [part.reason for part in rank(signals, Weights()).parts if not part.known]
    assert unknown == ["EPSS unknown", "no SSVC decision points"]


def test_a_host_of_which_nothing_is_known_comes_before_one_that_was_seen_to_be_harmless() -> None:
    assert rank(Signals(), Weights()).points > rank(BEST_KNOWN, Weights()).points
