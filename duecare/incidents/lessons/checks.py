"""The check of lessons: whether each is answered and carried out in time. Pure."""

from __future__ import annotations

from datetime import date

from duecare.program.judgement import Facts, Judgement, check, met, not_applicable, unmet
from duecare.systems.evidence import FAST
from duecare.words import day, ngettext, number
from duecare.words import gettext as _

LESSONS = "lessons"
"""The source of subjects, and the one section of their facts."""


@check(
    "incidents.lessons_in_time",
    safeguard="ir_exercise",
    question="Is every lesson answered within the target number of days, and carried out by its own?",
    advice="Answer it: change a safeguard or how you see the risk, or let its acceptance be signed.",
    fresh_for=FAST,
    of=LESSONS,
    counts=LESSONS,
    target="lesson_days",
    unit="days",
)
def lessons_in_time(facts: Facts, target: int) -> Judgement:
    """The target is about the answer; the day on which it is carried out, or looked at again, is its own."""
    section = facts.section(LESSONS)
    if section.absent:
        return not_applicable(_("no lesson was put down so far"))
    today = facts.now.date()
    retest, due = _day(section["retest"]), _day(section["due"])
    if section["settled"]:
        if retest is not None and retest <= today:
            return unmet(_("it was accepted until %s, and is to be looked at again") % day(retest))
        return met()
    open_for = max((today - date.fromisoformat(section["made_on"])).days, 0)
    if not section["answered"] and open_for > target:
        told = ngettext("%(n)s day", "%(n)s days", open_for) % {"n": number(open_for)}
        why = _("nobody has answered it for %(days)s, expected at most %(target)s")
        if section["asked"]:
            why = _("nobody has signed for %(days)s that it is accepted, expected at most %(target)s")
        return unmet(why % {"days": told, "target": number(target)}, measure=open_for)
    if due is not None and due < today:
        return unmet(_("it was to be carried out by %s") % day(due))
    return met(measure=None if section["answered"] else open_for)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
