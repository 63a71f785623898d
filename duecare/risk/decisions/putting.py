"""Putting a decision before whoever signs it: what it rests on is gathered, computed and frozen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy
import scipy
from django.utils.translation import gettext as _

from duecare import __version__
from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.models import Head
from duecare.ledger.naming import PERSON
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Viewer
from duecare.program.models import Outcome, Person
from duecare.program.task_queries import today_at
from duecare.program.unchanged import demand_unchanged
from duecare.risk.curve_files import FORMAT
from duecare.risk.decisions import reminding, telling
from duecare.risk.decisions.actions import draft_of, open_row
from duecare.risk.decisions.drafts import Option, lacking
from duecare.risk.decisions.freezing import Frozen, Price, Weighed, freeze, lacking_of
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import Condition, asked_by, find_decision, limits, who_may_sign
from duecare.risk.decisions.replaying import Replayed, replay
from duecare.risk.decisions.rules import RULES
from duecare.risk.measures.models import Measure
from duecare.risk.money import digits
from duecare.risk.register.models import Effect, Estimate, RiskTerms, Scenario
from duecare.risk.register.portfolios import Hold, Row
from duecare.risk.register.queries import after_of, rows_of, terms
from duecare.web.recorded import recorded


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that is frozen."""

    frozen: Frozen
    known: Mapping[str, Any]
    currency: str


def versions_now() -> dict[str, str]:
    """Under which figures are computed here and now, by name."""
    return {
        "duecare": __version__,
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "curve file": str(FORMAT),
        "rules": str(RULES),
    }


def put(
    viewer: Viewer, key: str, before: str | None, seen: int, now: datetime, *, outside: bool = False
) -> RiskDecision:
    """Put a decision before a person (by key), or before whoever may sign it, and freeze what it rests on.

    Raises NotFound; BadInput for what it lacks, or for a person who may not sign that amount; Refused if it
    is no draft, or was changed since `seen`.
    """
    row = find_decision(key, viewer)
    demand_unchanged(row, seen)
    gathered = gather(row, viewer, now)
    text = json.dumps(dict(gathered.frozen.inputs), sort_keys=True, ensure_ascii=False)
    digest = blobs.keep(text.encode())
    with recording(viewer.actor, "put a decision about risk before an approver") as act:
        row = open_row(key, seen)
        act.reason = recorded("put the decision D-%(number)s before an approver", number=row.number)
        row.currency, row.inputs = gathered.currency, digest
        row.results, row.figures = dict(gathered.frozen.results), dict(gathered.frozen.figures)
        row.versions, row.known = versions_now(), dict(gathered.known)
        row.state, row.put_at, row.put_by = Condition.PUT.value, now, viewer.actor
        row.put_before = _approver(row, before, now)
        row.outside = bool(outside and row.put_before)
        row.signed_at = None
        row.save()
        reminding.ask_to_sign(row, now)
        telling.of_putting(row, now)
    return row


def _approver(row: RiskDecision, before: str | None, now: datetime) -> Person | None:
    if not before:
        return None
    able = dict(who_may_sign(row, today_at(now)))
    if f"{PERSON}{before}" in asked_by(row):
        raise BadInput(
            _("Nobody signs what they drew up or put themselves, unless nobody else may."),
            _("Choose another, or leave it open who signs."),
            "before",
        )
    if before not in able:
        raise BadInput(
            _("That person may not sign this amount."),
            _("Choose one of: %s.") % (", ".join(able.values()) or _("an owner")),
            "before",
        )
    found: Person | None = Person.objects.filter(pk=before).first()
    if found is None:
        raise NotFound(_("There is no such person who may sign in."), _("Choose one from the list."))
    return found


def gather(row: RiskDecision, viewer: Viewer, now: datetime) -> Gathered:
    """What a decision rests on at this moment, computed. The tests of law are no part of it: where the terms
    say that they are computed, what they found would be frozen here, and be told by `figures.paper_facts`.

    Raises BadInput for what it lacks, Refused without terms of risk.
    """
    draft = draft_of(row)
    for words in lacking(draft):
        raise BadInput(words, _("Add it, then put the decision before an approver."))
    if draft.expires_on <= today_at(now):
        raise BadInput(
            _("The day until which it would stand has passed."), _("Choose another."), "expires_on"
        )
    said = terms(viewer)
    if said is None:
        raise Refused(
            _("The terms of risk are not set: no figure has a currency yet."),
            _("Set them first, on the page of risk."),
        )
    if draft.kind == "accept" and said.tolerance is None:
        raise BadInput(
            _("Nobody has said yet what a bad year may cost us, so what is accepted cannot be compared."),
            _("Say it in the terms of risk, then put the decision before an approver."),
        )
    scenarios = _in_order(draft.scenarios, Scenario.objects.all().visible_to(viewer))
    rows = rows_of(scenarios, viewer)
    measures = Measure.objects.all().visible_to(viewer)
    options = [_weighed(one, rows, measures.in_bulk(one.measures)) for one in draft.options]
    place = digits(said.currency)
    missing = lacking_of(rows, place)
    if len(missing.get("both", {})) == len(rows):
        raise BadInput(
            _("Nothing is estimated of these scenarios yet, so there are no figures to decide on."),
            _("Estimate a rate and a loss of at least one of them first."),
            "scenarios",
        )
    chosen = next(number for number, one in enumerate(draft.options) if one.chosen)
    frozen = freeze(options, chosen, draft.kind, place)
    named = [key for one in draft.options for key in one.measures]
    known = _known(scenarios, measures.in_bulk(named).values(), said, viewer)
    return Gathered(frozen, {**known, "lacking": missing, "limits": limits(said.currency)}, said.currency)


def _in_order(keys: Sequence[str], rows: Any) -> list[Scenario]:
    found = rows.in_bulk(list(keys))
    return [found[key] for key in keys if key in found]


def _weighed(option: Option, rows: Sequence[Row], measures: Mapping[str, Measure]) -> Weighed:
    """An option with its scenarios as they would be."""
    after: dict[str, tuple[Hold, ...]] = {}
    for key in option.measures:
        for scenario, holds in after_of(measures[key].effects, measures[key].safeguard).items():
            after[scenario] = (*after.get(scenario, ()), *holds)
    prices = tuple(
        Price(_three(one.once), _three(one.yearly), one.years)
        for one in (measures[key] for key in option.measures)
    )
    return Weighed([replace(row, after=after.get(row.key, ())) for row in rows], prices, option.cost)


def _three(numbers: Sequence[int]) -> tuple[int, int, int]:
    least, likely, most = numbers
    return least, likely, most


def _known(
    scenarios: Sequence[Scenario], measures: Iterable[Measure], said: RiskTerms, viewer: Viewer
) -> dict[str, Any]:
    """The evidence of this moment, by key; what comes later is told apart from it (`since.py`)."""
    keys = [one.pk for one in scenarios]
    standing: dict[str, Any] = {"scenario__in": keys, "ended_at": None}
    effects = list(Effect.objects.all().visible_to(viewer).filter(**standing).order_by("id"))
    estimates = Estimate.objects.all().visible_to(viewer).filter(**standing)
    listed = list(measures)
    safeguards = sorted({one.safeguard for one in effects} | {one.safeguard for one in listed})
    outcomes = Outcome.objects.all().visible_to(viewer).filter(safeguard__in=safeguards).order_by("id")
    return {
        "size": Head.objects.values_list("size", flat=True).get(),
        "terms": {"tolerance": said.tolerance, "turnover": said.turnover, "horizon": said.horizon},
        "scenarios": [{"key": one.pk, "name": str(one), "things": list(one.things)} for one in scenarios],
        "estimates": sorted(estimates.values_list("pk", flat=True)),
        "effects": [one.pk for one in effects],
        "measures": [{"key": one.pk, "name": one.title} for one in sorted(listed, key=lambda one: one.pk)],
        "safeguards": safeguards,
        "outcomes": [
            {"check": one.pk, "verdict": one.verdict, "judged_at": one.judged_at.isoformat()}
            for one in outcomes
        ],
    }


# ── Computing it again ───────────────────────────────────────────────────────────────────────────────────


def frozen_of(row: RiskDecision) -> Frozen:
    """What was frozen with a decision. Raises Refused for a draft; NotFound or Tampered if the blob of its
    inputs is gone or was altered."""
    if not row.inputs:
        raise Refused(_("Nothing is frozen with this decision yet."), _("Put it before an approver first."))
    return Frozen(json.loads(blobs.fetch(row.inputs)), row.results, row.figures)


def replayed(row: RiskDecision) -> Replayed:
    """A decision computed again from what was frozen with it, here and now. Raises as `frozen_of` does."""
    chosen = row.chosen or 0
    return replay(frozen_of(row), row.kind, chosen, digits(row.currency), row.versions, versions_now())
