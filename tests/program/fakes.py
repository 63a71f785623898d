"""A house with one made-up check over made-up subjects, so that only the runner is under test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from duecare.program import judgement, subjects
from duecare.program.judgement import Check, Facts, Grade, Judge, Judgement
from duecare.program.subjects import Subject

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FRESH = timedelta(days=2)
SAFEGUARD = "patching"


def check(judge: Judge, id: str = "fake.first", **changes: Any) -> Check:
    """A check of things that asks `judge`."""
    values: dict[str, Any] = {
        "safeguard": SAFEGUARD,
        "question": "Is it so?",
        "of": "things",
        "counts": "things",
        "fresh_for": FRESH,
        "target": None,
        "unit": "",
        "advice": "Make it so.",
        "judge": judge,
    }
    return Check(id, **{**values, **changes})


def told(facts: Facts, target: object) -> Judgement:
    """The judge that repeats the judgement it finds in the evidence, or raises the error it finds."""
    found = facts.sections["told"]["answer"]
    if isinstance(found, Exception):
        raise found
    assert isinstance(found, Judgement)
    return found


def subject(
    name: str,
    answer: Judgement | Exception | None,
    *,
    at: datetime = NOW,
    age: timedelta = timedelta(),
    grade: Grade = Grade.IMPORTED,
) -> Subject:
    """A thing whose evidence makes `told` give this answer; without evidence if that is None."""
    facts = None if answer is None else Facts(at, at - age, {"told": {"answer": answer}})
    return Subject(f"fake.thing:{name}", name, grade, facts, "" if facts else "it never reported")


@dataclass
class House:
    """The subjects that the next assessment will see."""

    things: list[Subject] = field(default_factory=list)
    broken: Exception | None = None
    """Raised after the last of the things, if set."""

    def source(self, now: datetime) -> Iterator[Subject]:
        yield from self.things
        if self.broken is not None:
            raise self.broken


def furnish(patch: pytest.MonkeyPatch, *checks: Check) -> House:
    """Put these checks and one source of things in place of all that the areas registered."""
    house = House()
    patch.setattr(judgement, "_checks", {one.id: one for one in checks})
    patch.setattr(subjects, "_sources", {"things": house.source})
    return house
