"""Checks of weak software: that each known weakness with a fix is mended in the days promised for its class.

Four checks, one a class of promise, over hosts with what advisories say of their software. What advisories
could not tell is unknown in each of them, since what nobody has rated might be of any class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duecare.patching.weaknesses.urgency import Urgency
from duecare.program.judgement import Facts, Item, Judgement, check, judged
from duecare.systems.evidence import FAST
from duecare.words import ngettext

WEAK = "weak software"
"""The source of subjects."""


def _in_time(facts: Facts, target: int, urgency: Urgency) -> Judgement:
    section = facts.section("weaknesses")
    late, unsure = [], [Item("", reason) for reason in section["unknown"]]
    oldest = 0
    weak: list[Mapping[str, Any]] = section["items"]
    for one in weak:
        if one["urgency"] != urgency:
            continue
        item = f"package {one['package']}"
        if one["undecided"]:
            unsure.append(Item(item, f"{one['advisory']}: {one['why']}"))
            continue
        if one["days"] is None:
            continue  # no fix is on offer, so that nothing could be installed
        oldest = max(oldest, one["days"])
        if one["days"] > target:
            words = ngettext(
                "%(advisory)s: %(version)s is weak, and %(fixed)s has been on offer for %(days)s day, "
                "expected at most %(target)s",
                "%(advisory)s: %(version)s is weak, and %(fixed)s has been on offer for %(days)s days, "
                "expected at most %(target)s",
                one["days"],
            )
            late.append(Item(item, words % {**one, "target": target}))
    return judged(section["packages"], _by_item(late), _by_item(unsure), measure=oldest)


def _by_item(items: list[Item]) -> list[Item]:
    """One of each package, since a finding is about one: its first reason, and how many more there are."""
    found: dict[str, list[str]] = {}
    for item in sorted(items):
        found.setdefault(item.name, []).append(item.reason)
    told = [Item("", reason) for reason in found.pop("", ())]
    for name, reasons in found.items():
        more = len(reasons) - 1
        words = ngettext("%(first)s; and %(more)s more", "%(first)s; and %(more)s more", more)
        told.append(Item(name, words % {"first": reasons[0], "more": more} if more else reasons[0]))
    return told


_ADVICE = "Install the named versions; if one must wait, record an exception with a reason and an end."


@check(
    "patching.exploited_fixed_in_time",
    safeguard="vuln_scanning",
    question="Is every weakness that is exploited somewhere mended within the target number of days?",
    advice=_ADVICE,
    fresh_for=FAST,
    of=WEAK,
    counts="packages",
    target="fix_days_exploited",
    unit="days",
)
def exploited_fixed_in_time(facts: Facts, target: int) -> Judgement:
    return _in_time(facts, target, Urgency.EXPLOITED)


@check(
    "patching.critical_fixed_in_time",
    safeguard="vuln_scanning",
    question="Is every critical weakness for which there is a fix mended within the target number of days?",
    advice=_ADVICE,
    fresh_for=FAST,
    of=WEAK,
    counts="packages",
    target="fix_days_critical",
    unit="days",
)
def critical_fixed_in_time(facts: Facts, target: int) -> Judgement:
    return _in_time(facts, target, Urgency.CRITICAL)


@check(
    "patching.serious_fixed_in_time",
    safeguard="vuln_scanning",
    question="Is every serious weakness for which there is a fix mended within the target number of days?",
    advice=_ADVICE,
    fresh_for=FAST,
    of=WEAK,
    counts="packages",
    target="fix_days_serious",
    unit="days",
)
def serious_fixed_in_time(facts: Facts, target: int) -> Judgement:
    return _in_time(facts, target, Urgency.SERIOUS)


@check(
    "patching.ordinary_fixed_in_time",
    safeguard="vuln_scanning",
    question="Is every other weakness for which there is a fix mended within the target number of days?",
    advice=_ADVICE,
    fresh_for=FAST,
    of=WEAK,
    counts="packages",
    target="fix_days_ordinary",
    unit="days",
)
def ordinary_fixed_in_time(facts: Facts, target: int) -> Judgement:
    return _in_time(facts, target, Urgency.ORDINARY)
