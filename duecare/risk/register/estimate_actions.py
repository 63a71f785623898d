"""What people do with estimates: give one, withdraw one. Each is one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.program.record_form import LONG
from duecare.risk.register.actions import lock_terms, mark_reviewed, standing
from duecare.risk.register.believing import (
    CONFIDENCES,
    HISTORY,
    Belief,
    demand_bearable,
    demand_belief,
    doubts,
)
from duecare.risk.register.models import Estimate, Scenario
from duecare.risk.register.portfolios import MILLION, left
from duecare.risk.register.queries import holds_today
from duecare.web.recorded import recorded

SOURCE = 200
"""Characters of a source."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """What somebody says they believe, and why."""

    belief: Belief
    reason: str
    confidence: str
    source: str = ""
    confirmed: bool = False
    """Whether they said again what is doubtful of it."""


class Doubtful(BadInput):
    """What is to be said again, with `confirmed`, because it looks like a slip."""


def estimate(viewer: Viewer, key: str, said: Estimated, now: datetime) -> Estimate:
    """Give an estimate of one thing of a scenario; of the same person an earlier one of it ends, and of
    whoever told it an earlier history.

    Raises NotFound, Refused if the scenario has ended or there are no terms, BadInput naming the field, and
    Doubtful for what looks like a slip and was not confirmed.
    """
    demand_said(said)
    with recording(viewer.actor, "estimate a scenario") as act:
        terms = lock_terms()
        row = standing(key)
        if not said.confirmed and (why := list(doubts(said.belief, terms.turnover, terms.currency))):
            raise Doubtful(" ".join(why), _("If it is meant so, confirm it."), "confirmed")
        act.reason = recorded(
            "estimate %(what)s of the scenario %(name)s", what=said.belief.what, name=str(row)
        )
        (made,) = put_estimates(viewer.person or None, [(row, [said])], now)
        mark_reviewed(row, viewer, now)
    return made


def withdraw(viewer: Viewer, key: str, reason: str, now: datetime) -> Estimate:
    """Withdraw an estimate: one's own, or as an owner anybody's. It stays in the record.

    Raises NotFound, Refused for somebody else's or one that has ended, BadInput without a reason.
    """
    if not (reason := reason.strip()) or len(reason) > LONG:
        raise BadInput(
            _("An estimate is not withdrawn without a reason of at most %s characters.") % LONG,
            _("Say what was wrong with it."),
            "reason",
        )
    with recording(viewer.actor, "withdraw an estimate") as act:
        # The scenario is locked first, as by whoever estimates it meanwhile.
        scenario = Estimate.objects.filter(pk=key).values_list("scenario_id", flat=True).first()
        if scenario is None:
            raise NotFound(_("There is no such estimate."), _("Look at the page of the scenario."))
        row = standing(scenario)
        found: Estimate = Estimate.objects.select_for_update().get(pk=key)
        if not may_withdraw(found, viewer):
            raise Refused(_("This estimate is somebody else’s."), _("Ask them, or an owner."))
        if found.ended_at is not None:
            raise Refused(_("This estimate does not stand any more."), _("Look at the page of the scenario."))
        act.reason = recorded(
            "withdraw the estimate of %(what)s of the scenario %(name)s: %(why)s",
            what=found.what,
            name=str(row),
            why=reason[:500],
        )
        found.ended_at = now
        found.save()
    return found


def may_withdraw(row: Estimate, viewer: Viewer) -> bool:
    """Its author may, and an owner."""
    return viewer.has(Role.OWNER) or (bool(viewer.person) and row.author_id == viewer.person)


def demand_said(said: Estimated) -> None:
    """Raises BadInput, naming the field, for an estimate that cannot be."""
    demand_belief(said.belief)
    if not said.reason.strip() or len(said.reason.strip()) > LONG:
        raise BadInput(
            _("An estimate needs a reason of at most %s characters.") % LONG,
            _("Say what you thought of: a case, a count, somebody who knows."),
            "reason",
        )
    if len(said.source.strip()) > SOURCE:
        raise BadInput(
            _("A source takes at most %s characters.") % SOURCE, _("Give its name and its day."), "source"
        )
    if said.confidence not in CONFIDENCES:
        raise BadInput(
            _("“%s” is no confidence.") % said.confidence[:40],
            _("It is one of %s.") % ", ".join(CONFIDENCES),
            "confidence",
        )


def put_estimates(
    author: str | None, told: Sequence[tuple[Scenario, Sequence[Estimated]]], now: datetime
) -> list[Estimate]:
    """Within an act: record what a person (by key) believes of scenarios, of each thing once, with what their
    safeguards leave today. Of the same person an earlier estimate of the same thing ends; a history takes the
    place of any that stands, whoever told it: the organisation has one, and no event must be counted twice.

    Raises BadInput for a rate that no curve takes without those safeguards.
    """
    holds = holds_today(row for row, _said in told)
    made = []
    for row, some in told:
        shares = {on: left(holds[row.pk], on) for on in ("frequency", "magnitude")}
        for said in some:
            demand_bearable(said.belief, shares["frequency"])
            made.append(
                Estimate(
                    id=new_key(),
                    scenario=row,
                    what=said.belief.what,
                    kind=said.belief.kind,
                    numbers=list(said.belief.numbers),
                    frequency_left=round(shares["frequency"] * MILLION),
                    magnitude_left=round(shares["magnitude"] * MILLION),
                    author_id=author,
                    reason=said.reason.strip(),
                    source=said.source.strip(),
                    confidence=said.confidence,
                    made_at=now,
                )
            )
    _end_earlier(author, {(one.scenario_id, one.what): one.kind for one in made}, now)
    Estimate.objects.bulk_create(made)
    return made


def _end_earlier(author: str | None, anew: Mapping[tuple[str, str], str], now: datetime) -> None:
    """End what new estimates, by scenario and thing, take the place of."""
    keys = {scenario for scenario, _what in anew}
    standing_now = Estimate.objects.select_for_update().filter(scenario__in=keys, ended_at=None)
    replaced = [
        one.pk
        for one in standing_now.filter(Q(author=author) | Q(kind=HISTORY))
        if (kind := anew.get((one.scenario_id, one.what))) and (one.author_id == author or kind == one.kind)
    ]
    Estimate.objects.filter(pk__in=replaced).update(ended_at=now)
