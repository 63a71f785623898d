"""A case with what belongs to it, written into an organisation, and the keys of its parts."""

from __future__ import annotations

from datetime import datetime

from duecare.incidents.cases.actions import open_case
from duecare.incidents.evidence.actions import add_elsewhere
from duecare.incidents.exercises.actions import begin_exercise, give, plan_exercise
from duecare.incidents.exercises.scenarios import shipped
from duecare.incidents.indicators.actions import add as add_indicators
from duecare.incidents.indicators.kinds import read
from duecare.incidents.lessons.actions import Draft as Gap
from duecare.incidents.lessons.actions import add_lesson
from duecare.incidents.models import Case, Evidence, Exercise, Indicator, Lesson, TimelineEntry
from duecare.incidents.timeline.actions import add_entry
from duecare.incidents.timeline.rows import Draft
from duecare.law.moments import Moment
from duecare.ledger.viewers import Viewer


def happen(owner: Viewer, at: datetime) -> None:
    """A case that the owner opened then, with what belongs to one."""
    made = open_case(owner.actor, at, title="Mail account taken over")
    seen = Draft(
        Moment(at, "UTC"), "Mails went out that nobody wrote", mark="detected", techniques=("T1078",)
    )
    add_entry(owner.actor, made, seen, at)
    add_elsewhere(
        owner.actor,
        made,
        at,
        what="Phone of the director",
        place="Safe",
        collected_by="Niamh",
        collected_at=at,
    )
    add_indicators(owner.actor, made, [read("evil[.]example")], "amber", at)
    add_lesson(owner.actor, made.pk, Gap("The bank was told too late.", "ir_plan", "No number."), at)
    exercise = plan_exercise(owner.actor, shipped()["lost-laptop"], "The bag", at.date(), "The nurses", at)
    begin_exercise(owner.actor, exercise.pk, at)
    give(owner.actor, exercise.pk, "train", at)


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    return {
        "case": Case.objects.get(title="Mail account taken over").pk,
        "lesson": Lesson.objects.get().pk,
        "exercise": Exercise.objects.get().pk,
        "timeline entry": TimelineEntry.objects.get(words__startswith="Mails went out").pk,
        "evidence": Evidence.objects.get(what="Phone of the director").pk,
        "indicator": Indicator.objects.get(value="evil.example").pk,
    }
