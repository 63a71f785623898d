"""The targets that ship: each used, in bounds, with a reason; and the file's mistakes named."""

from __future__ import annotations

import pytest

import duecare.access.checks
import duecare.continuity.checks
import duecare.detection.checks
import duecare.incidents.checks
import duecare.patching.checks
import duecare.systems.checks  # noqa: F401  (all six register their checks)
from duecare.errors import BadInput
from duecare.patching.weaknesses.queries import WEIGHTS
from duecare.program.finding_tasks import GAP_DAYS
from duecare.program.judgement import checks
from duecare.program.targets import TargetDefinition, counted, definitions, parse
from duecare.risk.decisions.amounts import LIMITS
from duecare.systems.exposure import COUNTS_FOR

ENTRY = {
    "id": "log_days",
    "name": "Days that logs reach back",
    "unit": "days",
    "default": "90",
    "minimum": "30",
    "maximum": "365",
    "lower_is_stricter": "false",
    "why": "Intruders are found late.",
}


def written(**changes: str | None) -> str:
    entry = {name: value for name, value in {**ENTRY, **changes}.items() if value is not None}
    return "targets:\n- " + "\n  ".join(f"{name}: {value}" for name, value in entry.items()) + "\n"


def test_every_target_is_used_and_every_used_one_exists() -> None:
    """By a check, or by the feeds, the order of work in patching, the tasks that findings make, and what
    decides who signs a decision about risk."""
    used = {check.target for check in checks() if check.target}
    others = {f"order_weight_{name}" for name in WEIGHTS} | {COUNTS_FOR, GAP_DAYS, *LIMITS.values()}
    assert used | others == set(definitions())


def test_what_says_who_may_decide_is_set_by_owners_only() -> None:
    assert {one.id for one in definitions().values() if one.owners_only} == set(LIMITS.values())


@pytest.mark.parametrize("target", definitions().values(), ids=lambda target: target.id)
def test_a_target_gives_its_reason_and_counts_something(target: TargetDefinition) -> None:
    assert target.why.endswith(".")
    assert len(target.why) > 60
    assert target.unit.endswith("s") or target.unit == "per cent"
    assert not target.refusal(target.default)


def test_a_number_outside_the_bounds_is_refused_in_words() -> None:
    target = parse(written(), "test.yaml")["log_days"]
    assert target.refusal(29) == "Days that logs reach back: expected 30 to 365 days, got 29"
    assert target.refusal(366)
    assert not target.refusal(30)
    assert not target.refusal(365)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("targets: 5", "test.yaml has no list of targets"),
        ("targets:\n- days", "test.yaml, target 1 is not a mapping"),
        (written(why=None), "test.yaml, target 1 (log_days): the field 'why' is missing"),
        (written(note="kind"), "there is no field 'note'"),
        (written(default="ninety"), "the field 'default' must be a whole number, not 'ninety'"),
        (written(default="90.5"), "the field 'default' must be a whole number"),
        (written(minimum="yes"), "the field 'minimum' must be a whole number, not True"),
        (written(lower_is_stricter="1"), "the field 'lower_is_stricter' must be true or false"),
        (written(name="''"), "the field 'name' must be text"),
        (written(id="Log-Days"), "the id must be lower-case words"),
        (written(default="10"), "expected 0 <= minimum <= default <= maximum, got 30, 10, 365"),
        (written(minimum="-1"), "expected 0 <= minimum"),
        (written() + written().removeprefix("targets:\n"), "the id 'log_days' is used twice"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(text: str, place: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(text, "test.yaml")
    assert place in str(caught.value)
    assert caught.value.next_step


def test_a_number_is_counted_in_words_and_one_is_not_several() -> None:
    target = parse(written(), "test.yaml")["log_days"]
    assert [target.counted(count) for count in (0, 1, 90)] == ["0 days", "1 day", "90 days"]
    assert definitions()["time_servers"].counted(1) == "1 server"
    assert counted("bits", 3072) == "3,072 bits"
    assert counted("", 7) == "7"


@pytest.mark.parametrize(
    "unit", sorted({*(one.unit for one in definitions().values()), *(one.unit for one in checks())} - {""})
)
def test_every_unit_that_is_counted_has_a_word_for_one(unit: str) -> None:
    assert counted(unit, 1) == f"1 {unit.removesuffix('s')}"
