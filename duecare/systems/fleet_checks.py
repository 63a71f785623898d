"""Checks of how hosts report: whether each still does, and whether its key or connection is its own. Pure.

They look at what this server knows of each host, and not at what a report says.
"""

from __future__ import annotations

from datetime import datetime

from duecare.program.judgement import (
    Facts,
    Item,
    Judgement,
    check,
    judged,
    met,
    not_applicable,
    unknown,
    unmet,
)
from duecare.systems.evidence import FAST
from duecare.words import gettext as _
from duecare.words import ngettext, number

KNOWN_HOSTS = "known hosts"
"""The source of subjects."""
REPORTING = "reporting"
"""The one section of their facts."""
KEYS_ALONE = "systems.host_keys_alone"
PULLED_ALONE = "systems.pulled_hosts_alone"


@check(
    "systems.hosts_report",
    safeguard="asset_inventory",
    question="Did every known host report within the target number of days?",
    advice="Find out whether the computer is off, gone or cut off; mend its timer, or remove the host.",
    fresh_for=FAST,
    of=KNOWN_HOSTS,
    counts="hosts",
    target="report_days",
    unit="days",
)
def hosts_report(facts: Facts, target: int) -> Judgement:
    section = facts.section(REPORTING)
    last, since = section["last_at"], section["known_since"]
    days = max((facts.now - datetime.fromisoformat(last or since)).days, 0)
    told = ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}
    if days > target:
        words = (
            _("its last report is %(days)s old, expected at most %(target)s")
            if last
            else _("it has never reported, and is known for %(days)s (expected at most %(target)s)")
        )
        return unmet(words % {"days": told, "target": number(target)}, measure=days)
    return met(measure=days) if last else unknown(_("it has never reported"))


@check(
    KEYS_ALONE,
    safeguard="asset_inventory",
    question="Is the key that each host signs its reports with used by that host alone?",
    advice="Find the copy of the computer or of its key, then enrol each computer anew, with a new key.",
    fresh_for=FAST,
    of=KNOWN_HOSTS,
    counts="keys",
)
def host_keys_alone(facts: Facts, _target: None) -> Judgement:
    section = facts.section(REPORTING)
    if not section["enrolled"]:
        return not_applicable(_("it does not sign its reports"))
    words = {
        "counter": _(
            "a report with an old counter was signed by its key (%(told)s): a copy may use the same"
        ),
        "identity": _("its key signed a report of another computer: %(told)s"),
    }
    doubts = [Item(one["kind"], words[one["kind"]] % {"told": one["told"]}) for one in section["doubts"]]
    return judged(1, doubts)


@check(
    PULLED_ALONE,
    safeguard="asset_inventory",
    question="Does what is fetched from each host over SSH tell of that host alone?",
    advice="Find out which computer answers at that address, correct the puller's list, then end the doubt.",
    fresh_for=FAST,
    of=KNOWN_HOSTS,
    counts="hosts",
)
def pulled_hosts_alone(facts: Facts, _target: None) -> Judgement:
    section = facts.section(REPORTING)
    if not section["pulled"]:
        return not_applicable(_("nothing is fetched from it over SSH"))
    words = _("its connection (%(name)s) brought a report of another computer: %(told)s")
    return judged(
        len(section["pulled"]),
        [Item(one["name"], words % one) for one in section["pulled"] if one["told"]],
    )
