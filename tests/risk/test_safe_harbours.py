"""Safe harbours: each condition is met, not met or cannot be said, and the content is read strictly."""

from __future__ import annotations

import pytest

from duecare.errors import BadInput
from duecare.risk.criteria import Answer
from duecare.risk.safe_harbours import Facts, judge, parse, safe_harbours

HARBOURS = safe_harbours().harbours
NOTHING = Facts({}, {})


@pytest.mark.parametrize("id", list(HARBOURS))
def test_nothing_is_met_because_nobody_asked(id: str) -> None:
    found = judge(HARBOURS[id], NOTHING)
    assert found.answer is Answer.CANNOT_SAY
    assert found.reason


def test_a_framework_and_all_conditions_make_it() -> None:
    iowa = HARBOURS["us-ia-554g"]
    yes = {"us-ia-554g.yearly": True, "us-ia-554g.scale": True}
    assert judge(iowa, Facts({"NIST CSF": True}, yes)).answer is Answer.MET
    one_open = Facts({"NIST CSF": True}, {"us-ia-554g.yearly": True})
    assert judge(iowa, one_open).answer is Answer.CANNOT_SAY
    found = judge(iowa, Facts({"NIST CSF": True}, {**yes, "us-ia-554g.scale": False}))
    assert found.answer is Answer.NOT_MET
    assert "maximum probable loss" in found.reason
    none_followed = judge(iowa, Facts(dict.fromkeys(iowa.frameworks, False), yes))
    assert none_followed.answer is Answer.NOT_MET
    another = judge(iowa, Facts({"PCI DSS": True}, yes))
    assert another.answer is Answer.CANNOT_SAY, "one that the law does not name says nothing"


@pytest.mark.parametrize(
    ("employees", "asked"), [(10, ["small"]), (50, ["middle"]), (249, ["large"]), (250, [])]
)
def test_what_is_asked_goes_with_the_size(employees: int, asked: list[str]) -> None:
    texas = HARBOURS["us-tx-542"]
    facts = Facts({}, {f"us-tx-542.{one}": True for one in ("small", "middle", "large")}, employees)
    found = judge(texas, facts)
    assert [one.id for one, _judged in found.conditions] == [f"us-tx-542.{one}" for one in asked]
    assert found.answer is (Answer.MET if asked else Answer.NOT_MET)


@pytest.mark.parametrize("said", [True, False])
def test_what_is_asked_of_some_sizes_only_cannot_be_said_before_the_size_is_known(said: bool) -> None:
    texas = HARBOURS["us-tx-542"]
    answered = {f"us-tx-542.{one}": said for one in ("small", "middle", "large")}
    found = judge(texas, Facts({}, answered))
    assert found.answer is Answer.CANNOT_SAY
    assert [told.answer for _one, told in found.conditions] == [Answer.CANNOT_SAY] * 3
    assert "until the number of employees is known" in found.conditions[0][1].reason
    assert "0 to 19" in found.conditions[0][1].reason


GOOD = """
as_of: "2026-01-01"
safe_harbours:
- {id: a-b, jurisdiction: X, effect: e, confidence: secondary, conditions: [{id: c, what: w}]}
"""


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("effect: e", "effect: 3", "a-b, 'effect'"),
        ("effect: e", "efect: e", "a-b, 'effect'"),
        ("effect: e", "effect: e, extra: 1", "a-b, 'extra'"),
        ("what: w", "why: w", "'conditions', c, 'what'"),
        ("secondary", "sure", "'confidence'"),
        ("2026-01-01", "2026-02-31", "'as_of'"),
        ("2026-01-01", "soon", "'as_of'"),
    ],
)
def test_a_fault_in_the_content_names_file_entry_and_field(old: str, new: str, place: str) -> None:
    assert parse(GOOD, "file.yaml").harbours["a-b"].conditions[0].id == "a-b.c"
    with pytest.raises(BadInput) as caught:
        parse(GOOD.replace(old, new), "file.yaml")
    assert caught.value.what.startswith("file.yaml")
    assert place in caught.value.what


def test_an_id_stands_once() -> None:
    twice = GOOD + "- {id: a-b, jurisdiction: X, effect: e, confidence: secondary}\n"
    with pytest.raises(BadInput, match="'a-b' is used twice"):
        parse(twice, "file.yaml")
    with pytest.raises(BadInput, match="condition's id is used twice"):
        parse(GOOD.replace("[{id: c, what: w}]", "[{id: c, what: w}, {id: c, what: v}]"), "file.yaml")
