"""What comes into force, and what waits for a decision, as the content tells.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from duecare.law.obligations import Obligation, Register, State
from duecare.law.wording import DATES
from duecare.words import gettext as _

LATELY = timedelta(days=365)
"""How long what came into force is still told."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Coming:
    """Something of an obligation's life that has a day, or waits for one."""

    obligation: str
    """Its id."""
    day: date | None
    """None for what waits for a decision."""
    what: str
    """In words."""
    as_written: str
    """The content's own words where they say more than the day; else empty."""


def coming(register: Register, today: date) -> tuple[Coming, ...]:
    """What has its day today or later, the nearest first."""
    return tuple(one for one in _dated(register) if one.day and one.day >= today)


def lately(register: Register, today: date) -> tuple[Coming, ...]:
    """What had its day within LATELY, the newest first."""
    found = [one for one in _dated(register) if one.day and today - LATELY <= one.day < today]
    return tuple(reversed(found))


def waiting(register: Register) -> tuple[Coming, ...]:
    """What is proposed or under way and has no day, in the register's order."""
    return tuple(one for each in register.obligations.values() for one in _waiting(each))


def _dated(register: Register) -> list[Coming]:
    found = [one for each in register.obligations.values() for one in _days(each)]
    known: dict[tuple[str, date | None, str], Coming] = {}
    for one in found:
        known.setdefault((one.obligation, one.day, one.what), one)
    return sorted(known.values(), key=lambda one: (one.day or date.max, one.obligation))


def _days(one: Obligation) -> Iterator[Coming]:
    named = {"since": str.__str__(one.since), **one.dates}
    for name, written in named.items():
        for day in _days_in(written):
            more = written if written != day.isoformat() else ""
            yield Coming(one.id, day, _(DATES[name]), more)
    for duty in one.duties:
        for day in _days_in(duty.since):
            yield Coming(one.id, day, _("a duty binds: %(what)s") % {"what": duty.what}, "")
    for clock in one.clocks:
        if clock.binding_from:
            what = _("a clock binds: notice to %(who)s") % {"who": clock.recipient}
            yield Coming(one.id, clock.binding_from, what, "")


def _days_in(written: str) -> Iterator[date]:
    """The days that a text names, as far as they are days."""
    for text in DAY.findall(written):
        try:
            yield date.fromisoformat(text)
        except ValueError:
            continue


def _waiting(one: Obligation) -> Iterator[Coming]:
    if one.state is State.PROPOSED:
        note = one.notes.get("note", "")
        yield Coming(one.id, None, _("It is only proposed."), str(note))
    if one.pending:
        yield Coming(one.id, None, _("A change is under way."), str(one.pending))
