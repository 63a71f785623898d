"""Counting a limit: from a moment, by a rule of some law, with every step told in words.

The rules are content (`content/counting.yaml`: words, source, version); this module is what they mean. Two of
them are not what one would guess. By Regulation (EEC, Euratom) 1182/71 the hour or day of the event itself is
not counted, which gives up to an hour or a weekend more than a plain count; we hold ourselves to the plain
count (`strict`) and tell the other (`latest`). By the General Instructions of Form 8-K (B.1) a determination
on a weekend or holiday begins on, and includes, the next business day.

A limit rolls forward off a weekend or holiday only where the rule says so. Months are counted from the
anchor, never one after another: from 31 January one month ends on the last of February, two on 31 March.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from duecare.errors import BadInput
from duecare.law.counting_days import brazil, business_days, calendar_days, japan, sec
from duecare.law.counting_union import dora, eu_days, eu_hours
from duecare.law.limits import Counted, Limit, Rule, Where, hours_from
from duecare.law.moments import Moment
from duecare.law.terms import Unit
from duecare.words import gettext as _


def counted(
    rule: str, amount: int | None, unit: Unit, start: Moment, where: Where, soft: bool = False
) -> Counted:
    """The limit of so many units from a moment by the rule of this id.

    A whole day counts from its first instant where hours are counted. `soft` is a number that only an
    authority's reading knows. Raises BadInput for a rule that does not count in this unit, and for a place
    without calendar.
    """
    if unit not in COUNTS.get(rule, ()):
        raise BadInput(f"The rule '{rule}' does not count in '{unit}'.", "Name a rule that does.")
    return _RULES[rule](amount or 0, unit, start, where, soft)


def _elapsed_hours(amount: int, _unit: Unit, start: Moment, _where: Where, _soft: bool) -> Counted:
    limit = Limit(start.at + timedelta(hours=amount), start.zone)
    how = (hours_from(amount, start), _("Nights, weekends and holidays count."))
    return Counted(limit, limit, None, None, how, "")


def _undelayed(_amount: int, _unit: Unit, start: Moment, where: Where, _soft: bool) -> Counted:
    hours = where.policy_hours
    target = Limit(start.at + timedelta(hours=hours), start.zone)
    how = (
        _("The law names no number: as soon as you can."),
        _("Our own target is %(hours)s hours; it is your policy and not the law's limit.") % {"hours": hours},
    )
    return Counted(None, None, None, target, how, "")


_RULES: Mapping[str, Rule] = {
    "EU_HOURS": eu_hours,
    "EU_DAYS_MONTHS": eu_days,
    "DORA_RTS": dora,
    "ELAPSED_HOURS": _elapsed_hours,
    "CAL_DAYS_EXCL": calendar_days,
    "SEC_BUSINESS_DAYS": sec,
    "BR_BUSINESS_DAYS": brazil,
    "JP_PPC_DAYS": japan,
    "BUSINESS_DAYS_LOCAL": business_days,
    "UNDELAYED": _undelayed,
}
COUNTS: Mapping[str, tuple[Unit, ...]] = {
    "EU_HOURS": (Unit.HOURS,),
    "EU_DAYS_MONTHS": (Unit.CALENDAR_DAYS, Unit.MONTHS),
    "DORA_RTS": (Unit.HOURS, Unit.CALENDAR_DAYS, Unit.MONTHS),
    "ELAPSED_HOURS": (Unit.HOURS,),
    "CAL_DAYS_EXCL": (Unit.CALENDAR_DAYS, Unit.MONTHS),
    "SEC_BUSINESS_DAYS": (Unit.BUSINESS_DAYS,),
    "BR_BUSINESS_DAYS": (Unit.BUSINESS_DAYS,),
    "JP_PPC_DAYS": (Unit.CALENDAR_DAYS,),
    "BUSINESS_DAYS_LOCAL": (Unit.BUSINESS_DAYS,),
    "UNDELAYED": (Unit.UNDELAYED,),
}
"""The units in which each rule can count."""
