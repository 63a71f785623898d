"""A case with what belongs to it, written into an organisation, and the keys of its parts."""

from __future__ import annotations

from datetime import datetime

from duecare.incidents.cases.actions import open_case
from duecare.incidents.exercises.actions import begin_exercise, give, plan_exercise
from duecare.incidents.exercises.scenarios import shipped
from duecare.incidents.lessons.actions import Draft, add_lesson
from duecare.incidents.models import Case, Exercise, Lesson
from duecare.ledger.viewers import Viewer


def happen(owner: Viewer, at: datetime) -> None:
    """A case that the owner opened then."""
    case = open_case(owner.actor, at, title="Mail account taken over")
    add_lesson(owner.actor, case.pk, Draft("The bank was told too late.", "ir_plan", "No number."), at)
    exercise = plan_exercise(owner.actor, shipped()["lost-laptop"], "The bag", at.date(), "The nurses", at)
    begin_exercise(owner.actor, exercise.pk, at)
    give(owner.actor, exercise.pk, "train", at)


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    return {
        "case": Case.objects.get(title="Mail account taken over").pk,
        "lesson": Lesson.objects.get().pk,
        "exercise": Exercise.objects.get().pk,
    }
