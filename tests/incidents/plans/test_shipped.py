"""What ships of a plan can be followed: whole, in order, in words that fit a tired reader."""

from __future__ import annotations

import pytest

from duecare.errors import BadInput
from duecare.incidents.cases.phases import OF_CASES
from duecare.incidents.plans.content import PlanContent
from duecare.incidents.plans.shipped import ORDER, parse_playbook, parse_severities, shipped
from duecare.incidents.plans.stored import plan_of, stored
from duecare.ledger.canonical import encode
from duecare.words import Text


def test_the_seven_playbooks_have_each_phase_a_first_hour_and_what_must_not_be_done() -> None:
    assert tuple(shipped().playbooks) == ORDER
    roles = {role.id for role in shipped().roles}
    assert roles == {"lead", "technical", "scribe", "communications", "legal", "decider"}
    for one in shipped().playbooks.values():
        assert 12 <= len(one.steps) <= 20, one.id
        assert {step.phase for step in one.steps} == set(OF_CASES), one.id
        assert {step.role for step in one.steps} <= roles
        assert 0 < one.steps[0].minutes <= 60, one.id
        assert len(one.never) >= 3
        assert all(line.startswith("Do not ") for line in one.never)
        assert any(step.id == "clocks" for step in one.steps), "notices are thought of"
        assert any(step.role == "decider" for step in one.steps), "somebody decides"
        assert all(len(step.what) <= 300 for step in one.steps)
    for severity, hours in zip(shipped().severities, (1, 4, 24, 72), strict=True):
        assert severity.hours == hours


def test_every_text_of_it_can_be_translated() -> None:
    for one in shipped().playbooks.values():
        assert all(isinstance(text, Text) for text in (one.name, one.signs, *one.never))
        assert all(isinstance(step.what, Text) for step in one.steps)


def test_what_is_kept_of_a_plan_reads_back_as_it_was_and_leaves_room_in_an_entry() -> None:
    kept = stored(shipped())
    assert plan_of(kept) == shipped()
    assert len(encode(kept)) < 40_000
    assert not any(isinstance(text, Text) for text in _texts(kept))


def _texts(value: object) -> list[object]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else [value]


STEP = {"id": "one", "phase": "contain", "role": "lead", "what": "Do it."}
WHOLE = {"id": "fire", "name": "Fire", "signs": "Smoke.", "never": ["Do not."], "steps": [STEP]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "flood"}, "must be 'fire'"),
        ({"never": []}, "'never'"),
        ({"step": []}, "Did you mean 'steps'"),
        ({"steps": [{**STEP, "phase": "contian"}]}, "Did you mean 'contain'"),
        ({"steps": [{**STEP, "role": "boss"}]}, "role 'boss'"),
        ({"steps": [STEP, STEP]}, "'one' twice"),
        ({"steps": [{**STEP, "minutes": -1}]}, "negative"),
        ({"steps": [{**STEP, "minutes": "5"}]}, "must be a number"),
    ],
)
def test_a_mistake_in_a_playbook_is_named_with_its_place(change: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_playbook({**WHOLE, **change}, "fire.yaml", "fire", ["lead"])
    assert told in f"{caught.value.what} {caught.value.next_step}"
    assert caught.value.what.startswith("fire.yaml")


def test_a_scale_begins_with_the_gravest() -> None:
    rows = [{"id": id, "name": id, "means": id, "hours": hours} for id, hours in (("a", 5), ("b", 2))]
    with pytest.raises(BadInput, match="allows more hours"):
        parse_severities({"severities": rows}, "scale.yaml")


def test_a_plan_without_playbooks_is_one_too() -> None:
    assert plan_of(stored(PlanContent((), (), {}))) == PlanContent((), (), {})
