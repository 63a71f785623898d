"""Checks of the plan and its contacts. Pure: what they judge is gathered in `sources.py`."""

from __future__ import annotations

from datetime import datetime, timedelta

from duecare.program.judgement import Facts, Item, Judgement, check, judged, met, not_applicable, unmet
from duecare.words import gettext as _
from duecare.words import number

PLANS = "incident plans"
"""The source of the one subject that these look at, whether there is a plan or none."""
DAILY = timedelta(days=3)


@check(
    "incidents.plan_approved",
    safeguard="ir_plan",
    question="Is there an incident plan, approved as it stands?",
    advice="Answer the questions of the plan on its page, then have an owner or approver decide on it.",
    fresh_for=DAILY,
    of=PLANS,
    counts="plans",
)
def plan_approved(facts: Facts, _target: None) -> Judgement:
    """No plan is a gap, not a lack of evidence: the record is where it would be."""
    plan = facts.section("plan")
    if plan.absent:
        return unmet(_("nobody has made a plan"))
    if plan["lacking"]:
        return unmet(_("the plan is not whole: %(names)s") % {"names": ", ".join(plan["lacking"])})
    if plan["deserted"]:
        return unmet(
            _("whoever has these roles no longer has a right here: %(names)s")
            % {"names": ", ".join(plan["deserted"])}
        )
    if plan["approved_at"] is None:
        return unmet(_("nobody has approved the plan"))
    if not plan["current"]:
        day = format(datetime.fromisoformat(plan["approved_at"]), "%Y-%m-%d")
        return unmet(_("the plan was changed since it was approved on %(day)s") % {"day": day})
    return met()


@check(
    "incidents.plan_reviewed",
    safeguard="ir_plan",
    question="Was the incident plan approved or read again within the target number of days?",
    advice="Read the plan with those who have a role; press “Read again” on its page, or change it.",
    fresh_for=DAILY,
    of=PLANS,
    counts="plans",
    target="plan_review_days",
    unit="days",
)
def plan_reviewed(facts: Facts, target: int) -> Judgement:
    plan = facts.section("plan")
    if plan.absent or plan["reviewed_at"] is None:
        return not_applicable(_("no plan was ever approved, which is a gap of its own"))
    age = _days(facts, plan["reviewed_at"])
    if age > target:
        return unmet(
            _("it was last approved or read again %(age)s days ago, expected at most %(target)s")
            % {"age": number(age), "target": number(target)},
            measure=age,
        )
    return met(measure=age)


@check(
    "incidents.contacts_confirmed",
    safeguard="ir_plan",
    question="Was each contact of the incident plan tried within the target number of days?",
    advice="Call them, and press “I tried it today” on the page of each; end those that nobody would call.",
    fresh_for=DAILY,
    of=PLANS,
    counts="contacts",
    target="contact_days",
    unit="days",
)
def contacts_confirmed(facts: Facts, target: int) -> Judgement:
    contacts = facts.section("contacts")["rows"]
    if not contacts:
        return unmet(_("nobody is named who could be called when mail and sign-in are down"))
    gaps, ages = [], []
    for one in contacts:
        if one["confirmed_at"] is None:
            gaps.append(Item(one["name"], _("nobody has tried it yet")))
            continue
        ages.append(age := _days(facts, one["confirmed_at"]))
        if age > target:
            gaps.append(
                Item(
                    one["name"],
                    _("last tried %(age)s days ago, expected at most %(target)s")
                    % {"age": number(age), "target": number(target)},
                )
            )
    return judged(len(contacts), gaps, measure=max(ages, default=None))


def _days(facts: Facts, moment: str) -> int:
    return (facts.now - datetime.fromisoformat(moment)).days
