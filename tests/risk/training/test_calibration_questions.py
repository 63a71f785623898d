"""The questions of calibration: what ships is whole, faults are named, and draws can be made again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.training.questions import NAMES, TEN, UNITS, draw, parse, shipped

ROW = {"id": "marathon", "ask": "How long?", "unit": "metres", "answer": "42195", "worked": "Counted"}
IDS = tuple(shipped())


def test_at_least_sixty_questions_ship_each_with_where_its_answer_is_from() -> None:
    found = shipped()
    assert len(found) >= 60
    assert len({one.ask for one in found.values()}) == len(found)
    for id, one in found.items():
        assert one.id == id
        assert one.answer > 0
        assert bool(one.source and one.dated) != bool(one.worked), id
        assert one.ask.endswith("?"), id


def test_units_are_all_in_use_and_their_numbers_plausible() -> None:
    found = shipped()
    assert {one.unit for one in found.values()} == set(UNITS)
    assert set(NAMES) <= set(UNITS)
    for id, one in found.items():
        if one.unit == "year":
            assert 1000 < one.answer < 2030, id
            assert one.dated.startswith(f"{one.answer}"), f"{id}: its source is of that year"
        if one.unit == "port number":
            assert one.answer < 65_536, id
        if one.unit not in ("degrees Celsius", "grams", "metres a second squared") and one.answer < 1000:
            assert one.answer == one.answer.to_integral_value() or one.unit in ("minutes", "seconds"), id


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answer": "0"}, "answer is 0"),
        ({"answer": "-3"}, "holds '-3'"),
        ({"answer": "1,200"}, "holds '1,200'"),
        ({"answer": 1200}, "no text"),
        ({"answer": "1.50"}, "holds '1.50'"),
        ({"unit": "furlongs"}, "unit 'furlongs' is not known"),
        ({"id": "The Marathon"}, "holds 'The Marathon'"),
        ({"ask": ""}, "'ask' is no text"),
        ({"asks": "x"}, "'asks' is not known"),
        ({"source": "IAAF"}, "where its answer is from"),
        ({"worked": None}, "no text"),
    ],
)
def test_a_fault_is_refused_with_its_place(change: dict[str, Any], said: str) -> None:
    rows = [{**ROW, "id": f"m-{number}"} for number in range(TEN)]
    rows[3] = {**rows[3], **change}
    with pytest.raises(BadInput, match=r"x\.yaml, number 4") as refused:
        parse({"questions": rows}, "x.yaml")
    assert said in refused.value.what


def test_too_few_a_name_twice_and_more_than_questions_are_refused() -> None:
    rows = [{**ROW, "id": f"m-{number}"} for number in range(TEN)]
    assert len(parse({"questions": rows}, "x.yaml")) == TEN
    for content in (
        {"questions": rows[1:]},
        {"questions": [*rows, rows[0]]},
        {"questions": rows, "more": 1},
        {},
    ):
        with pytest.raises(BadInput, match=r"x\.yaml"):
            parse(content, "x.yaml")


# ── Which come next ──────────────────────────────────────────────────────────────────────────────────────


def test_a_seed_draws_the_same_ten_whatever_the_order_of_the_file() -> None:
    first = draw("heron", IDS, ())
    assert draw("heron", tuple(reversed(IDS)), ()) == first
    assert draw("slipway", IDS, ()) != first


@given(st.text(max_size=20), st.lists(st.sampled_from(IDS), unique=True, max_size=len(IDS)))
def test_none_comes_again_while_there_are_others(seed: str, lately: list[str]) -> None:
    found = draw(seed, IDS, lately)
    assert len(set(found)) == TEN
    fresh = set(IDS) - set(lately)
    if len(fresh) >= TEN:
        assert set(found) <= fresh
    else:
        assert fresh <= set(found)
        again = set(found) - fresh
        assert again == set(lately[len(lately) - len(again) :]), "the oldest come first"


def test_every_question_is_as_likely_as_the_others() -> None:
    counts = dict.fromkeys(IDS, 0)
    for number in range(2000):
        for id in draw(f"seed {number}", IDS, ()):
            counts[id] += 1
    expected = 2000 * TEN / len(IDS)
    assert all(abs(count - expected) < 5 * expected**0.5 for count in counts.values())
