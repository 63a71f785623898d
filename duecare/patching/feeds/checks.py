"""Checks of where our knowledge of flaws comes from: are feeds fresh, and does none wait for us? Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from duecare.program.judgement import Facts, Judgement, check, met, not_applicable, unknown, unmet
from duecare.words import gettext as _
from duecare.words import gettext_noop

FEEDS = "feeds of advisories"
"""The source of subjects: every feed that is switched on."""
NONE = gettext_noop("no feed is switched on: flaws are known from the systems' own lists of updates alone")
ALWAYS = timedelta(days=1)
"""What we know about our own feeds is read when it is judged."""


@check(
    "patching.advisories_fresh",
    safeguard="patching",
    question="Did each feed of advisories that is switched on come within the target number of days?",
    advice="Look on the feed's page why it failed; fetch it with “duecare advisories update”.",
    fresh_for=ALWAYS,
    of=FEEDS,
    counts=FEEDS,
    target="advisory_days",
    unit="days",
)
def advisories_fresh(facts: Facts, target: int) -> Judgement:
    """A feed that is stale shows nothing about the software: the answer is unknown, and not unmet."""
    feed = facts.section("feed")
    if feed.absent:
        return not_applicable(_(NONE))
    why = feed["fault"] or _("nothing came since")
    if feed["confirmed_at"] is None:
        if feed["by_hand"]:
            return unknown(_("it was only ever brought by hand, which never counts as fresh"))
        return unknown(feed["fault"] or _("it was never fetched"))
    # A day that has begun counts whole, so that this says what the hosts' own checks say (`known.py`).
    age = -(-(facts.now - datetime.fromisoformat(feed["confirmed_at"])) // timedelta(days=1))
    if age > target:
        return unknown(
            _("its source last told what is newest %(age)s days ago, expected at most %(target)s: %(why)s")
            % {"age": age, "target": target, "why": why}
        )
    return met(measure=age)


@check(
    "patching.advisories_decided",
    safeguard="patching",
    question="Has somebody decided about each update of a feed that takes away more than the target share?",
    advice="Ask the feed's source why, then accept or refuse the update on the feed's page.",
    fresh_for=ALWAYS,
    of=FEEDS,
    counts=FEEDS,
    target="feed_loss_percent",
)
def advisories_decided(facts: Facts, target: int) -> Judgement:
    feed = facts.section("feed")
    if feed.absent:
        return not_applicable(_(NONE))
    if feed["confirmed_at"] is None and feed["waiting"] is None:
        return not_applicable(_("it was never fetched, which is a gap of its own"))
    if feed["waiting"] is None:
        return met()
    return unmet(
        _("an update of %(day)s takes away from %(lost)s of %(known)s, beyond %(target)s per cent, and waits")
        % {
            "day": feed["waiting"]["day"],
            "lost": feed["waiting"]["lost"],
            "known": feed["waiting"]["known"],
            "target": target,
        }
    )
