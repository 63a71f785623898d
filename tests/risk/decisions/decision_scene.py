"""A small register for tests of decisions: terms, a scenario with estimates, a measure, people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.decisions import actions, putting
from duecare.risk.decisions.drafts import Draft, Option
from duecare.risk.models import Estimate, Measure, RiskDecision, RiskTerms, Scenario

ACTOR = "terminal:test"
QUESTION = "Do we go on without a second person for payments?"


def set_terms(tolerance: int | None = 50_000_000) -> RiskTerms:
    with recording(ACTOR, "set terms"):
        made: RiskTerms = RiskTerms.objects.create(id="risk", currency="EUR", tolerance=tolerance)
    return made


def add_scenario(title: str = "Invoice fraud", *, now: datetime | None = None, **estimated: Any) -> Scenario:
    """A scenario; `estimated` holds ranges in minor units by form of loss, `rate` in millionths; by default
    a rate, a response and harm to others."""
    now = now or utc_now()
    told = estimated or {
        "rate": [100_000, 200_000, 600_000],
        "response": [2_000_000, 60_000_000],
        "others": [500_000, 8_000_000],
    }
    with recording(ACTOR, "put down a scenario"):
        number = Scenario.objects.count() + 1
        row: Scenario = Scenario.objects.create(
            id=new_key(), number=number, title=title, who="A fraudster", does="sends a false invoice",
            to="our payments", harm="Money is gone.", made_at=now, made_by=ACTOR,
        )  # fmt: skip
        for what, numbers in told.items():
            estimate(row, what, numbers, now)
    return row


def estimate(row: Scenario, what: str, numbers: list[int], now: datetime) -> Estimate:
    """Within an act."""
    made: Estimate = Estimate.objects.create(
        id=new_key(), scenario=row, what=what, kind="pert" if len(numbers) == 3 else "range",
        numbers=numbers, frequency_left=1_000_000, magnitude_left=1_000_000, reason="Asked around.",
        confidence="medium", made_at=now,
    )  # fmt: skip
    return made


def add_measure(scenario: Scenario, title: str = "A second person pays") -> Measure:
    effect = {
        "scenario": scenario.pk, "on": "frequency", "efficacy": [400, 600, 900], "coverage": 1000,
        "reliability": 900,
    }  # fmt: skip
    with recording(ACTOR, "put down a measure"):
        made: Measure = Measure.objects.create(
            id=new_key(), title=title, safeguard="mfa", once=[100_000, 200_000, 300_000],
            yearly=[1_000_000, 1_200_000, 1_500_000], years=4, effects=[effect], made_at=utc_now(),
            made_by=ACTOR,
        )  # fmt: skip
    return made


def draft(scenario: Scenario, measure: Measure | None = None, **changed: Any) -> Draft:
    """A draft that is whole: reduces by the measure, else accepts."""
    nothing = Option(
        "Do nothing", chosen=measure is None, rejected="" if measure is None else "It is too much."
    )
    other = (
        Option("Pay in pairs", "Slower.", (measure.pk,), chosen=True)
        if measure
        else Option("Stop paying", cost=900_000, rejected="We owe it.")
    )
    made = Draft(
        QUESTION,
        (scenario.pk,),
        "reduce" if measure else "accept",
        "One false invoice costs more than the pairs.",
        (utc_now() + timedelta(days=200)).date(),
        "A false invoice that was paid.",
        "",
        (nothing, other),
    )
    return replace(made, **changed)


def drawn(viewer: Viewer, scenario: Scenario, measure: Measure | None = None, **changed: Any) -> RiskDecision:
    return actions.draw_up(viewer, draft(scenario, measure, **changed), utc_now())


def put(viewer: Viewer, row: RiskDecision, before: str | None = None, **more: Any) -> RiskDecision:
    return putting.put(viewer, row.pk, before, seen_entry(row), utc_now(), **more)
