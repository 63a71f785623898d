"""Checks of what products contain: does each have a young list, and is what is weak in it mended? Pure.

That there is no list, or an old one, is a gap of its own; what is weak in such a product is unknown.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from duecare.program.judgement import Facts, Item, Judgement, check, judged, met, unknown, unmet
from duecare.words import gettext as _

PRODUCTS = "products"
"""The source of subjects: every product that has not ended."""
ALWAYS = timedelta(days=1)
"""What we know about our own products is read when it is judged."""


@check(
    "patching.bills_current",
    safeguard="component_inventory",
    question="Does each product have a list of its components no older than the target number of days?",
    advice="Let the build, or the supplier, write the list anew, and take it in on the product's page.",
    fresh_for=ALWAYS,
    of=PRODUCTS,
    counts=PRODUCTS,
    target="bill_days",
    unit="days",
)
def bills_current(facts: Facts, target: int) -> Judgement:
    bill = facts.section("bill")
    if bill.absent:
        return unmet(_("no list of its components was ever taken in"))
    age = (facts.now - datetime.fromisoformat(bill["told_at"])).days
    if age > target:
        return unmet(
            _("its list of components is %(age)s days old, expected at most %(target)s")
            % {"age": age, "target": target},
            measure=age,
        )
    return met(measure=age)


@check(
    "patching.products_mended_in_time",
    safeguard="component_inventory",
    question="Is every weakness in what our products contain mended within the days promised for its class?",
    advice="Build the named version in, or ask the supplier for it; then take the new list in.",
    fresh_for=ALWAYS,
    of=PRODUCTS,
    counts="components",
    unit="days",
)
def products_mended_in_time(facts: Facts, target: None) -> Judgement:
    """What an old list shows as late is late; what it does not show is unknown."""
    if facts.section("bill").absent:
        return unknown(_("no list of its components was ever taken in"))
    section = facts.section("weaknesses")
    late, unsure, oldest = [], [Item("", reason) for reason in section["unknown"]], 0
    for one in section["items"]:
        name = f"package {one['package']}"
        if one["undecided"]:
            unsure.append(Item(name, f"{one['advisory']}: {one['why']}"))
            continue
        if one["days"] is None:
            continue  # no fix is on offer
        oldest = max(oldest, one["days"])
        if one["days"] > one["promised"]:
            late.append(
                Item(
                    name,
                    _(
                        "%(advisory)s: %(version)s is weak, and %(fixed)s has been on offer for %(days)s "
                        "days, promised within %(promised)s"
                    )
                    % one,
                )
            )
    return judged(section["components"], _first_of_each(late), _first_of_each(unsure), measure=oldest)


def _first_of_each(items: list[Item]) -> list[Item]:
    """One of each package, since a finding is about one; all that are about the product as a whole."""
    found: dict[tuple[str, str], Item] = {}
    for item in sorted(items):
        found.setdefault((item.name, "" if item.name else item.reason), item)
    return list(found.values())
