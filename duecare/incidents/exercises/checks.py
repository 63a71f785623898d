"""The check of exercises: whether the plan was rehearsed lately. Pure."""

from __future__ import annotations

from datetime import date

from duecare.program.judgement import Facts, Judgement, check, met, unknown, unmet
from duecare.systems.evidence import FAST
from duecare.words import gettext as _
from duecare.words import ngettext, number

EXERCISES = "exercises"
"""The source of subjects, and the one section of their facts."""


@check(
    "incidents.exercised",
    safeguard="ir_exercise",
    question="Was the incident plan rehearsed within the target number of days?",
    advice="Plan an exercise: four people, an hour and one of the stories that ship are enough.",
    fresh_for=FAST,
    of=EXERCISES,
    counts=EXERCISES,
    target="exercise_days",
    unit="days",
)
def exercised(facts: Facts, target: int) -> Judgement:
    """Counts an exercise that was played to its end, every turn of it compared with the plan."""
    last = facts.section(EXERCISES)["last_on"]
    if not last:
        return unknown(_("no exercise was held here so far"))
    days = max((facts.now.date() - date.fromisoformat(last)).days, 0)
    if days > target:
        told = ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}
        return unmet(
            _("the last exercise was %(days)s ago, expected at most %(target)s")
            % {"days": told, "target": number(target)},
            measure=days,
        )
    return met(measure=days)
