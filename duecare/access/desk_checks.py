"""Checks of the seat before a computer: a screen that is left, and a desktop that is reached from afar."""

from __future__ import annotations

from duecare.program.judgement import Facts, Item, Judgement, check, met, not_applicable
from duecare.systems.evidence import SLOW, each, require_running, value
from duecare.words import gettext as _

LONGEST_UNLOCKED = 15
"""Minutes after which a computer that nobody uses must be locked (CIS Controls 8.1, 4.3)."""


@check(
    "access.screen_locks",
    safeguard="access_control",
    question="Is the screen locked within fifteen minutes of nobody using the computer?",
    advice="Set a limit for the whole computer by policy (15 minutes or less), with a password to unlock.",
    fresh_for=SLOW,
    counts="people",
)
def screen_locks(facts: Facts, _target: None) -> Judgement:
    """A limit of the computer decides for everyone; without one each person's own setting counts."""
    section = facts.section("screen_lock")
    if section.absent:
        return not_applicable(_("nobody sits at this computer: it has no graphical sign-in"))
    require_running(facts, _("screen locks"))
    limit = section["machine_seconds"]
    if limit is not None and 0 < limit <= LONGEST_UNLOCKED * 60:
        return met()
    people = value(section, "users")
    late, untold = [], []
    for person in people:
        name = f"account {person['who']}"
        after, delay = person["after_seconds"], person["delay_seconds"]
        if after == 0 or person["password"] is False:
            late.append(Item(name, _("its screen is never locked by itself")))
        elif after is not None and after + (delay or 0) > LONGEST_UNLOCKED * 60:
            reason = _("its screen is locked after %(value)s minutes") % {
                "value": (after + (delay or 0)) // 60
            }
            late.append(
                Item(
                    name,
                    _("%(reason)s, expected at most %(longest_unlocked)s")
                    % {"reason": reason, "longest_unlocked": LONGEST_UNLOCKED},
                )
            )
        elif after is None or person["password"] is None or delay is None:
            untold.append(Item(name, _("when its screen is locked could not be read in full")))
    nothing = _("the computer sets no limit, and nobody's own setting was seen")
    return each(len(people), late, untold, read_from=[section], nothing=nothing)


@check(
    "access.remote_desktop_asks_first",
    safeguard="access_control",
    question="Does the system's own remote desktop ask who is there before it opens a session?",
    advice="Require network level authentication (Windows); turn off the VNC password (macOS).",
    fresh_for=SLOW,
    counts="services",
)
def remote_desktop_asks_first(facts: Facts, _target: None) -> Judgement:
    if value(facts.section("os"), "family") not in ("windows", "macos"):
        return not_applicable(
            _("the system brings no remote desktop of its own; what listens is looked at apart")
        )
    section = facts.section("remote_access")
    services = value(section, "services")
    possible = [service for service in services if service["on"] is not False]
    if services and not possible and section.complete:
        return not_applicable(_("no remote desktop is turned on"))
    open_doors = [
        Item(service["name"], _("it opens a session before it knows who is there"))
        for service in possible
        if service["on"] and service["asks_first"] is False
    ]
    untold = [
        Item(service["name"], _("whether it is on, and asks first, could not be read"))
        for service in possible
        if service["on"] is None or service["asks_first"] is None
    ]
    return each(
        len(possible), open_doors, untold, read_from=[section], nothing=_("no remote desktop is known")
    )
