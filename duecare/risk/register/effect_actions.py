"""What people do with the safeguards that hold a scenario down: say so, change it, take it back.

Estimates tell of the world of their day. So each act asks whether the estimates that stand know of it
(`known`): then what was estimated stays as it is, and what would be without safeguards moves; otherwise the
world has changed since, and today's figures move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import catalogue
from duecare.program.record_form import LONG
from duecare.program.unchanged import demand_unchanged
from duecare.risk.register.actions import standing
from duecare.risk.register.believing import Belief, demand_bearable
from duecare.risk.register.models import Effect, Estimate, Scenario
from duecare.risk.register.portfolios import LEAST_LEFT, MILLION, left
from duecare.risk.register.queries import THOUSAND, holds_today
from duecare.web.recorded import recorded
from duecare.words import Text

ON: Mapping[str, str] = {
    "frequency": Text("How often it happens"),
    "magnitude": Text("How bad it is when it happens"),
}


@dataclass(frozen=True, slots=True)
class EffectDraft:
    """What a safeguard is said to do."""

    safeguard: str
    on: str
    efficacy: tuple[int, int, int]
    """Least, likely, most share that it takes away where it works, in thousandths."""
    coverage: int
    """Thousandths."""
    reliability: int
    reason: str
    known: bool = True
    """Whether the estimates that stand were made knowing it."""


def add_effect(viewer: Viewer, key: str, draft: EffectDraft, now: datetime) -> Effect:
    """Say that a safeguard in place holds a scenario down.

    Raises NotFound, Refused if the scenario has ended or has the safeguard on that side already, BadInput
    naming the field.
    """
    values = values_of_draft(draft)
    with recording(viewer.actor, "add a safeguard to a scenario") as act:
        row = standing(key)
        _demand_alone(row, draft)
        act.reason = recorded(
            "say what the safeguard %(safeguard)s does to the scenario %(name)s",
            safeguard=draft.safeguard,
            name=str(row),
        )
        before = left_by(row)
        made: Effect = Effect.objects.create(
            id=new_key(), scenario=row, made_at=now, made_by=viewer.actor, **values
        )
        if draft.known:
            rest_on(row, before)
    return made


def change_effect(viewer: Viewer, key: str, draft: EffectDraft, seen: int) -> Effect:
    """Change what a safeguard is said to do. Raises NotFound, Refused if it or the scenario has ended, or
    somebody changed it since `seen`, BadInput naming the field."""
    values = values_of_draft(draft)
    with recording(viewer.actor, "change what a safeguard does to a scenario") as act:
        row, found = _standing(key)
        demand_unchanged(found, seen)
        if (draft.safeguard, draft.on) != (found.safeguard, found.on):
            _demand_alone(row, draft)
        act.reason = recorded(
            "change what the safeguard %(safeguard)s does to the scenario %(name)s",
            safeguard=draft.safeguard,
            name=str(row),
        )
        before = left_by(row)
        for name, value in values.items():
            setattr(found, name, value)
        found.save()
        if draft.known:
            rest_on(row, before)
    return found


def end_effect(viewer: Viewer, key: str, reason: str, now: datetime, *, known: bool) -> Effect:
    """Say that a safeguard holds a scenario down no longer, or never did (`known`: the estimates were made
    knowing that). Raises NotFound, Refused if it has ended before, BadInput without a reason."""
    if not (reason := reason.strip()) or len(reason) > LONG:
        raise BadInput(
            _("This needs a reason of at most %s characters.") % LONG, _("Say what happened."), "reason"
        )
    with recording(viewer.actor, "take a safeguard from a scenario") as act:
        row, found = _standing(key)
        act.reason = recorded(
            "take the safeguard %(safeguard)s from the scenario %(name)s: %(why)s",
            safeguard=found.safeguard,
            name=str(row),
            why=reason[:500],
        )
        before = left_by(row)
        found.ended_at = now
        found.save()
        if known:
            rest_on(row, before)
    return found


def put_effects(
    viewer: Viewer, safeguard: str, told: Iterable[Mapping[str, Any]], reason: str, now: datetime
) -> tuple[int, int]:
    """Within an act: what a safeguard takes away now that a measure (`Measure.effects`) was carried out.

    What is said of the same safeguard on the same side of a scenario is replaced. The estimates that stand
    tell of the world before, so today's figures move. Left out is what takes nothing away, and what speaks of
    a scenario that has ended. Returns how many were written, and how many left out.
    """
    written = left_out = 0
    for one in sorted(told, key=lambda one: str(one["scenario"])):
        row = Scenario.objects.select_for_update().filter(pk=one["scenario"], ended_at=None).first()
        values = {name: one[name] for name in ("efficacy", "coverage", "reliability")} | {"reason": reason}
        if row is None or not (max(one["efficacy"]) and one["coverage"] and one["reliability"]):
            left_out += 1
            continue
        found = Effect.objects.select_for_update().filter(
            scenario=row, safeguard=safeguard, on=one["on"], ended_at=None
        ).first() or Effect(
            id=new_key(),
            scenario=row,
            safeguard=safeguard,
            on=one["on"],
            made_at=now,
            made_by=viewer.actor,
        )
        for name, value in values.items():
            setattr(found, name, value)
        found.save()
        written += 1
    return written, left_out


def _standing(key: str) -> tuple[Scenario, Effect]:
    """The scenario and the effect, locked in that order, as by whoever estimates the scenario meanwhile."""
    scenario = Effect.objects.filter(pk=key).values_list("scenario_id", flat=True).first()
    if scenario is None:
        raise NotFound(_("There is no such safeguard here."), _("Look at the page of the scenario."))
    row = standing(scenario)
    found: Effect = Effect.objects.select_for_update().get(pk=key)
    if found.ended_at is not None:
        raise Refused(_("This was taken back already."), _("Look at the page of the scenario."))
    return row, found


def _demand_alone(row: Scenario, draft: EffectDraft) -> None:
    if Effect.objects.filter(scenario=row, safeguard=draft.safeguard, on=draft.on, ended_at=None).exists():
        raise Refused(
            _("This safeguard holds that side of the scenario down already."),
            _("Change what is said of it."),
            "safeguard",
        )


def left_by(row: Scenario) -> Mapping[str, float]:
    """What the safeguards leave of each side of a scenario."""
    holds = holds_today([row])[row.pk]
    return {on: left(holds, on) for on in ON}


def rest_on(row: Scenario, before: Mapping[str, float]) -> None:
    """Let the estimates that stand know of what changed: they were made of a world that had it.

    Raises BadInput if one of them would then be more, without safeguards, than a curve takes.
    """
    now = left_by(row)
    for one in Estimate.objects.select_for_update().filter(scenario=row, ended_at=None):
        for on in ON:
            share = getattr(one, f"{on}_left") / MILLION * now[on] / before[on]
            setattr(one, f"{on}_left", round(min(max(share, LEAST_LEFT), 1.0) * MILLION))
        try:
            demand_bearable(Belief(one.what, one.kind, tuple(one.numbers)), one.frequency_left / MILLION)
        except BadInput as error:
            raise BadInput(error.what, error.next_step, "known") from None
        one.save()


def values_of_draft(draft: EffectDraft) -> dict[str, object]:
    """What the record keeps of a draft. Raises BadInput naming the field that cannot be."""
    if draft.safeguard not in catalogue():
        raise BadInput(
            _("There is no safeguard “%s”.") % draft.safeguard[:60],
            _("Take its id from the list of safeguards."),
            "safeguard",
        )
    if draft.on not in ON:
        raise BadInput(_("“%s” is neither frequency nor magnitude.") % draft.on[:20], _("Choose one."), "on")
    least, likely, most = draft.efficacy
    for name, share in (("least", least), ("likely", likely), ("most", most)):
        if not 0 <= share <= THOUSAND:
            raise BadInput(_("A share lies between 0 and 100 percent."), _("Correct it."), name)
    if likely < least:
        raise BadInput(_("The range is upside down."), _("Swap the numbers, or correct one."), "likely")
    if most < likely:
        raise BadInput(_("The range is upside down."), _("Swap the numbers, or correct one."), "most")
    if most == 0:
        raise BadInput(_("What takes nothing away does nothing."), _("Leave it out."), "most")
    for name, share in (("coverage", draft.coverage), ("reliability", draft.reliability)):
        if not 0 < share <= THOUSAND:
            raise BadInput(_("This share lies above 0 and is at most 100 percent."), _("Correct it."), name)
    if not draft.reason.strip() or len(draft.reason.strip()) > LONG:
        raise BadInput(
            _("This needs a reason of at most %s characters.") % LONG,
            _("Say why you think that it holds so much."),
            "reason",
        )
    return {
        "safeguard": draft.safeguard,
        "on": draft.on,
        "efficacy": [least, likely, most],
        "coverage": draft.coverage,
        "reliability": draft.reliability,
        "reason": draft.reason.strip(),
    }
