"""The security updates that wait on one computer, oldest first, as its report tells of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from duecare.patching.checks import blind_spots, hears_of_security
from duecare.program.judgement import Facts
from duecare.systems.evidence import days_since, value
from duecare.words import gettext as _

SEEN_WITHIN = 2
"""Days that the list of updates may be old before it is said that there may be more."""


@dataclass(frozen=True, slots=True)
class Update:
    """An update on offer."""

    name: str
    installed: str
    offered: str
    origin: str
    """Who offers it, in the words of its metadata."""
    first_seen: str | None
    """When the computer's own collector first saw it on offer; None if that is unknown."""
    days: int | None
    """Whole days from then to the report."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, and how much of it could be told."""

    security: tuple[Update, ...]
    """The oldest first; those of unknown age before all, since they may be older."""
    unlabelled: int
    """Updates of which the vendor does not say whether they are security updates."""
    others: int
    fault: str
    """Why this may not be all; empty if it is."""


def waiting(facts: Facts) -> Waiting:
    """The updates on offer that the report names. Raises Unread if it names none because it could not."""
    section = facts.section("updates")
    security, unlabelled, others = [], 0, 0
    for item in value(section, "items"):
        if item["security"] is None:
            unlabelled += 1
        elif not item["security"]:
            others += 1
        else:
            security.append(
                Update(
                    item["name"],
                    item["installed"],
                    item["offered"],
                    item["origin"],
                    item["first_seen"],
                    days_since(facts, item["first_seen"]),
                )
            )
    unseen = [item.reason for item in blind_spots(facts, section, SEEN_WITHIN)]
    if not hears_of_security(facts, section):
        unseen.append(_("no security repository is set up, so that none of its updates is on offer"))
    security.sort(key=lambda one: (one.days is not None, -(one.days or 0), one.name))
    return Waiting(
        tuple(security),
        unlabelled,
        others,
        "; ".join([*([] if section.complete else [section.problems]), *unseen]),
    )
