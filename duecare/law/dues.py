"""The limits of one clock in one incident: with the terms of a state, of an override, a backstop, an
extension.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from dataclasses import replace

from duecare.law.counting import counted
from duecare.law.incidents import Incident
from duecare.law.limits import Counted, Limit, Where
from duecare.law.moments import Moment
from duecare.law.obligations import Obligation
from duecare.law.terms import SUBMISSION, Clock
from duecare.law.told import Told
from duecare.words import gettext as _


def as_transposed(clock: Clock, one: Obligation, incident: Incident) -> tuple[Clock, str]:
    """The clock with the terms of the state in which the organisation acts, and that state's code if it has
    any."""
    country = incident.country.partition("-")[0]
    variant = one.variants.get(country)
    change = variant.clocks.get(clock.id) if variant else None
    if change is None:
        return clock, ""
    changed = replace(
        clock,
        trigger=change.trigger or clock.trigger,
        amount=change.amount or clock.amount,
        unit=change.unit or clock.unit,
        counting=change.counting or clock.counting,
    )
    return changed, country


def place_of(clock: Clock, one: Obligation, incident: Incident, country: str) -> str:
    """Whose working days count: the state of the obligation, or in the Union the one in which we act."""
    own = incident.country.partition("-")[0]
    if country or one.jurisdiction in ("EU", "GLOBAL"):
        return own
    return incident.country if own == one.jurisdiction else one.jurisdiction


def with_limits(told: Told, start: Moment, where: Where, incident: Incident) -> Told:
    """With its limits, as if it ran."""
    clock, facts = told.clock, incident.facts
    amount, unit = clock.amount, clock.unit
    others: dict[str, Limit] = {}
    if clock.override:
        known = facts.get(clock.override.fact)
        if known is True:
            amount, unit = clock.override.amount, clock.override.unit
        elif known is None:
            other = counted(
                clock.counting, clock.override.amount, clock.override.unit, start, where, clock.soft
            )
            others |= {clock.override.named: other.strict} if other.strict else {}
    found = counted(clock.counting, amount, unit, start, where, clock.soft)
    if clock.backstop:
        found = _backstopped(clock, found, start, where, incident)
    relief = (
        None if clock.no_relief_if and facts.get(clock.no_relief_if) is not False else found.may_submit_by
    )
    how = found.how
    if clock.no_relief_if and found.may_submit_by and relief is None:
        how = (
            *how[:-1],
            _("A day of rest gives no more time unless you are known to be outside the exclusion."),
        )
    extended = None
    if clock.extension:
        more = (amount or 0) + clock.extension.amount
        extended = counted(clock.counting, more, unit, start, where, clock.soft).strict
        how = (*how, _("With an extension: %(condition)s.") % {"condition": clock.extension.condition})
    return replace(
        told,
        strict_due=found.strict,
        legal_latest=found.latest,
        may_submit_by=relief,
        with_extension=extended,
        target_due=found.target,
        alternatives=others or None,
        triggered=start,
        submitted=incident.happened(f"{SUBMISSION}{clock.id}", clock.obligation),
        how=how,
        calendar=found.calendar,
    )


def _backstopped(clock: Clock, found: Counted, start: Moment, where: Where, incident: Incident) -> Counted:
    """The limit that ends first, unless the trigger came only after the backstop had ended."""
    stop = clock.backstop
    since = incident.happened(stop.trigger, clock.obligation) if stop else None
    if not (stop and since):
        return found
    other = counted(clock.counting, stop.amount, stop.unit, since, where, clock.soft)
    if not (other.strict and found.strict and other.latest and found.latest):
        return found
    if start.at > other.strict.at:
        how = _("The second limit, counted from an earlier event, had ended before: this one alone holds.")
        return replace(found, how=(*found.how, how))
    if other.strict.at >= found.strict.at:
        return found
    latest = min(other.latest, found.latest, key=lambda one: one.at)
    how = _("A second limit, counted from an earlier event, ends first and holds.")
    return replace(other, latest=latest, how=(how, *other.how))
