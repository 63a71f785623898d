"""Scenarios: those that ship are whole, and one of one's own is read strictly or refused by its place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from duecare.errors import BadInput
from duecare.incidents.exercises.isolated import read_isolated
from duecare.incidents.exercises.scenarios import ORDER, from_json, parse, shipped, source_of, to_json


def test_at_least_six_stories_ship_each_with_turns_a_plan_and_something_for_the_clocks() -> None:
    assert tuple(shipped()) == ORDER
    assert len(shipped()) >= 6
    for one in shipped().values():
        assert one.injects[0].at == 0
        assert all(turn.plan for turn in one.injects)
        assert any(turn.events for turn in one.injects)
        assert one.injects[-1].at < one.minutes
    assert len({one.kind for one in shipped().values()}) == 7


def test_what_a_record_keeps_of_a_story_reads_back_the_same() -> None:
    for one in shipped().values():
        assert from_json(to_json(one)) == one


def test_a_story_of_ones_own_is_read_in_the_form_of_those_that_ship() -> None:
    assert read_isolated(source_of("lost-laptop").encode(), "mine.yaml") == shipped()["lost-laptop"]


def test_its_texts_are_kept_in_the_form_that_the_record_takes() -> None:
    assert parse(changed(title="Gera\u0308t"), "mine.yaml").title == "Ger\u00e4t"


def changed(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(source_of("invoice-fraud"))
    told["injects"][0].update(changes.pop("inject", {}))
    return {**told, **changes}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"kind": "flood"}, "playbook 'flood'"),
        ({"severity": "dire"}, "step of the scale 'dire'"),
        ({"minutes": 0}, "'minutes' holds 0"),
        ({"colour": "red"}, "'colour' is not known"),
        ({"id": "No Name"}, "no short name"),
        ({"injects": []}, "0 injects"),
        ({"about": "x" * 2001}, "'about' has 2001 characters"),
        ({"inject": {"at": 50}}, "in the order|follows one"),
        ({"inject": {"told": 7}}, "number 1 .reminder.: the field 'told' must be text"),
        ({"inject": {"plan": []}}, "what the plan would have done"),
        ({"inject": {"events": ["awarenes"]}}, "event 'awarenes'"),
        ({"inject": {"facts": {"ransom": True}}}, "question 'ransom'"),
        ({"inject": {"facts": {"affected_individuals": "many"}}}, "answered 'many'"),
        ({"inject": {"facts": {"ransom_paid": 1}}}, "answered 1"),
        ({"inject": {"safeguard": "luck"}}, "safeguard 'luck'"),
        ({"inject": {"plan": ["x", "a\0b"]}}, "number 1: the field 'plan', number 2 holds a sign"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(BadInput, match=place):
        parse(changed(**changes), "mine.yaml")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00",
        b"just words",
        b"a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\n"
        b"d: &d [*c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d]\n"
        b"f: &f [*e, *e, *e, *e, *e, *e, *e, *e]\ng: [*f, *f, *f, *f, *f, *f, *f, *f]",
        b"id: x\nid: y",
        b"id: !!python/object/apply:os.system [echo]",
        b"[" * 5000,
        b"x" * 200_000,
    ],
)
def test_a_hostile_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_isolated(data, "mine.yaml")
