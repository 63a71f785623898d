"""The check of exercises: whether the plan was rehearsed lately. Pure."""

from __future__ import annotations

from datetime import date

from duecare.program.judgement import Facts, Judgement, check, met, unknown, unmet
from duecare.systems.evidence import FAST
from duecare.words import day, ngettext, number
from duecare.words import gettext as _

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
    """Counts an exercise of which at least half of the turns were given, each compared with the plan."""
    section = facts.section(EXERCISES)
    last, broken_off = section["last_on"], section["broken_off_on"]
    if not last:
        if broken_off:
            return unmet(_broken_off(broken_off))
        return unknown(_("no exercise was held here so far"))
    days = max((facts.now.date() - date.fromisoformat(last)).days, 0)
    if days > target:
        told = ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}
        why = _("the last exercise was %(days)s ago, expected at most %(target)s") % {
            "days": told,
            "target": number(target),
        }
        return unmet(f"{why}; {_broken_off(broken_off)}" if broken_off else why, measure=days)
    return met(measure=days)


def _broken_off(on: str) -> str:
    return _("the exercise of %s was broken off before half of its turns, and does not count") % day(
        date.fromisoformat(on)
    )
