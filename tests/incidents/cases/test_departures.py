"""Where a case departs from its plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from duecare.incidents.cases.departures import Done, departures
from duecare.incidents.plans.content import Duty, PlanContent, Playbook, Step

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STEPS = (
    *(Step(id, "contain", "lead", id, 60) for id in ("a", "b", "c", "d")),
    Step("free", "recover", "lead", "free"),
)
PLAN = PlanContent(
    (Duty("lead", "Lead", ""), Duty("scribe", "Scribe", "")), (), {"x": Playbook("x", "X", "", STEPS)}
)
LIMITS = {step.id: NOON + HOUR for step in STEPS if step.minutes}


def told(now: datetime, *tasks: Done) -> list[tuple[str, str]]:
    found = departures(PLAN, "x", LIMITS, tasks, ["lead"], now)
    return [(one.what, one.step.id if one.step else one.role) for one in found]


def test_late_done_late_dropped_not_made_and_unfilled_are_told_and_what_is_as_planned_is_not() -> None:
    tasks = (
        Done("a", NOON + HOUR, False),
        Done("b", None, False),
        Done("c", NOON + 2 * HOUR, False),
        Done("d", NOON, True, "not here"),
    )
    unfilled = ("unfilled", "scribe")
    assert told(NOON + HOUR, *tasks) == [
        ("done late", "c"), ("dropped", "d"), ("not made", "free"), unfilled
    ]  # fmt: skip
    assert ("late", "b") in told(NOON + HOUR + timedelta(seconds=1), *tasks)


def test_a_step_that_was_dropped_and_then_done_counts_as_done() -> None:
    dropped, done = Done("a", NOON, True), Done("a", NOON, False)
    others = [Done(step.id, NOON, False) for step in STEPS[1:]]
    for tasks in ((dropped, done), (done, dropped)):
        assert told(NOON, *tasks, *others) == [("unfilled", "scribe")]


def test_without_a_kind_nothing_but_the_roles_can_depart() -> None:
    found = departures(PLAN, "", {}, [], [], NOON)
    assert [(one.what, one.role) for one in found] == [("unfilled", "lead"), ("unfilled", "scribe")]
