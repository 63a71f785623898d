"""Checks of devices over the lists of whoever manages them, imported by hand.

A management sees what a device told it last; a list is a claim at second hand, and graded so.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from duecare.program.judgement import Facts, Judgement, check, met, unknown, unmet
from duecare.words import gettext as _
from duecare.words import number

DEVICES = "devices"
"""The source of subjects."""
BY_HAND = timedelta(days=31)
"""How long a list counts that somebody has to download: a month's round."""
DAY = 86400


@check(
    "systems.devices_encrypted",
    safeguard="encryption_rest",
    question="Does the list of managed devices show each of them as encrypted?",
    advice="Let the device management demand encryption, and look at those that cannot do it.",
    fresh_for=BY_HAND,
    of=DEVICES,
    counts=DEVICES,
)
def devices_encrypted(facts: Facts, _target: None) -> Judgement:
    encrypted = facts.section("device")["encrypted"]
    if encrypted is None:
        return unknown(_("no list tells whether it is encrypted"))
    return met() if encrypted else unmet(_("its list shows it as not encrypted"))


@check(
    "systems.devices_compliant",
    safeguard="hardening",
    question="Does each managed device keep the rules that its management sets?",
    advice="Open the device in its management, see which rule it breaks, and mend that.",
    fresh_for=BY_HAND,
    of=DEVICES,
    counts=DEVICES,
)
def devices_compliant(facts: Facts, _target: None) -> Judgement:
    """Which rules those are, the list does not tell: a management without any calls all compliant."""
    compliant = facts.section("device")["compliant"]
    if compliant is None:
        return unknown(_("no list tells whether it keeps the rules"))
    return met() if compliant else unmet(_("its management says that it breaks a rule"))


@check(
    "systems.devices_seen",
    safeguard="asset_inventory",
    question="Did each managed device check in within the target number of days before its list was made?",
    advice="Find out where the device is; take it out of the management if it is no longer used.",
    fresh_for=BY_HAND,
    of=DEVICES,
    counts=DEVICES,
    target="device_check_in_days",
    unit="days",
)
def devices_seen(facts: Facts, target: int) -> Judgement:
    text = facts.section("device")["last_seen"]
    if text is None:
        return unknown(_("no list tells when it last checked in"))
    days = math.floor((facts.observed_at - datetime.fromisoformat(text)).total_seconds() / DAY)
    if days < -1:
        return unknown(_("its last check-in lies after the list that tells it"))
    days = max(days, 0)
    if days > target:
        return unmet(
            _("it last checked in %(days)s days before its list was made") % {"days": number(days)},
            measure=days,
        )
    return met(measure=days)
