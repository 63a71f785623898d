"""Terms, a scenario and estimates for tests of measures, written as the register's room writes them."""

from __future__ import annotations

from datetime import datetime
from math import exp

from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.risk.models import Estimate, RiskTerms, Scenario
from duecare.risk.register.models import TERMS

HALF = 1.1 * 3.289707253902945 / 2
"""Of the 90 % range of a lognormal of sigma 1.1, whose mean is its median times exp(.605)."""
LOSS = [round(100 * 300_000 * exp(-HALF)), round(100 * 300_000 * exp(HALF))]
"""The range of a loss of mean exp(ln 300000 + .605), in cents."""


def set_terms(viewer: Viewer, **changed: object) -> RiskTerms:
    """The terms, in euros."""
    with recording(viewer.actor, "set the terms of risk"):
        made: RiskTerms = RiskTerms.objects.create(id=TERMS, currency="EUR", **changed)
    return made


def scenario(
    viewer: Viewer,
    at: datetime,
    number: int = 1,
    title: str = "Ransomware",
    forms: tuple[str, ...] = ("response",),
) -> Scenario:
    """A scenario of 0.05 to 0.8 events a year, likely 0.2, of which each costs 549,376 on the average."""
    with recording(viewer.actor, "write a scenario"):
        made: Scenario = Scenario.objects.create(
            id=new_key(), number=number, title=title, who="Criminals", does="encrypt", to="files",
            harm="Work stands still.", made_at=at, made_by=viewer.actor,
        )  # fmt: skip
        told = [("rate", "pert", [50_000, 200_000, 800_000]), *((form, "range", LOSS) for form in forms)]
        for what, kind, numbers in told:
            Estimate.objects.create(
                id=new_key(), scenario=made, what=what, kind=kind, numbers=numbers, reason="x",
                frequency_left=1_000_000, magnitude_left=1_000_000, confidence="low", made_at=at,
            )  # fmt: skip
    return made
