"""Hit rates of 90 % ranges with their intervals, and how far several people are apart."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.estimating import Calibration, hit_rate, spread, within


@given(asked=st.integers(1, 80), data=st.data())
def test_the_interval_is_that_of_clopper_and_pearson(asked: int, data: st.DataObject) -> None:
    """At its ends what was seen, or more extreme, has a chance of 2.5 %."""
    hits = data.draw(st.integers(0, asked))
    found = hit_rate(hits, asked)

    def at_most(p: float, count: int) -> float:
        return sum(comb(asked, k) * p**k * (1 - p) ** (asked - k) for k in range(count + 1))

    assert found.low <= found.share <= found.high
    if hits:
        assert 1 - at_most(found.low, hits - 1) == pytest.approx(0.025, abs=1e-6)
    else:
        assert found.low == 0
    if hits < asked:
        assert at_most(found.high, hits) == pytest.approx(0.025, abs=1e-6)
    else:
        assert found.high == 1


@pytest.mark.parametrize(
    ("hits", "asked", "said"),
    [
        (2, 9, Calibration.TOO_FEW),
        (4, 10, Calibration.OVERCONFIDENT),
        (9, 10, Calibration.FITS),
        (10, 10, Calibration.FITS),
        (40, 40, Calibration.UNDERCONFIDENT),
        (30, 40, Calibration.OVERCONFIDENT),
        (36, 40, Calibration.FITS),
    ],
)
def test_few_answers_say_little(hits: int, asked: int, said: Calibration) -> None:
    found = hit_rate(hits, asked)
    assert found.calibration is said
    assert found.words


def test_counts_that_do_not_fit_are_refused() -> None:
    for hits, asked in ((1, 0), (0, 0), (5, 4), (-1, 4)):
        with pytest.raises(BadInput):
            hit_rate(hits, asked)


def test_a_range_holds_its_ends() -> None:
    assert within(1, 2, 1)
    assert within(1, 2, 2)
    assert not within(1, 2, 2.1)


def test_people_who_agree_and_people_who_do_not() -> None:
    same = spread([(10, 1000), (10, 1000)])
    assert (same.people, same.times, same.between, same.apart) == (2, 1.0, 0.0, False)
    assert same.lowest == pytest.approx(100)
    differ = spread([(10, 100), (1000, 10_000)])
    assert differ.times == pytest.approx(100)
    assert differ.apart
    assert 0.8 < differ.between < 1
    touching = spread([(10, 100), (90, 10_000)])
    assert not touching.apart
    assert spread([(5, 10)]).between == 0
    with pytest.raises(BadInput):
        spread([])
    with pytest.raises(BadInput):
        spread([(10, 5)])
