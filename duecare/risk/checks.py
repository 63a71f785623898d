"""The check of the register: whether every scenario is estimated, and was looked at in time. Pure."""

from __future__ import annotations

from datetime import date

from duecare.program.judgement import Facts, Judgement, check, met, unmet
from duecare.systems.evidence import FAST
from duecare.words import gettext as _
from duecare.words import ngettext, number

SCENARIOS = "scenarios"
"""The source of subjects, and the one section of their facts."""


@check(
    "risk.scenarios_reviewed",
    safeguard="risk_assessment",
    question="Is every scenario of the register estimated, and looked at within the target number of days?",
    advice="Estimate it, say that it stands as written, or end it with a reason.",
    fresh_for=FAST,
    of=SCENARIOS,
    counts=SCENARIOS,
    target="scenario_review_days",
    unit="days",
)
def scenarios_reviewed(facts: Facts, target: int) -> Judgement:
    """A register without a scenario is no evidence: its one subject has none, and stays unknown."""
    section = facts.section(SCENARIOS)
    age = max((facts.now.date() - date.fromisoformat(section["looked_on"])).days, 0)
    if not section["rate"]:
        return unmet(_("nobody has estimated how often it happens"), measure=age)
    if not section["loss"]:
        return unmet(_("nobody has estimated how bad it is"), measure=age)
    if age > target:
        told = ngettext("%(n)s day", "%(n)s days", age) % {"n": number(age)}
        return unmet(
            _("nobody has looked at it for %(days)s, expected at most %(target)s")
            % {"days": told, "target": number(target)},
            measure=age,
        )
    return met(measure=age)
