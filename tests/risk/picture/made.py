"""A register for tests of pictures: terms, scenarios, what is believed of them, safeguards and a measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from duecare.ledger.recording import recording
from duecare.risk import curve_files, curves
from duecare.risk.measures.models import Measure
from duecare.risk.picture import answers, worth
from duecare.risk.register.models import TERMS, Effect, Estimate, RiskTerms, Scenario
from duecare.risk.register.portfolios import MILLION

Range = tuple[int, int]
BY = "terminal:test"


def terms(
    currency: str = "EUR",
    tolerance: int | None = 1_500_000_00,
    *,
    remedy: int | None = None,
    turnover: int | None = None,
) -> None:
    """What a bad year may cost us is 1.5 million, unless said otherwise."""
    with recording(BY, "set the terms of risk"):
        RiskTerms.objects.create(
            pk=TERMS, currency=currency, tolerance=tolerance, remedy=remedy, turnover=turnover
        )


def by_chance(patch: pytest.MonkeyPatch) -> None:
    """No curve gets its certificate: all are drawn by chance, and none of it is kept for other tests."""
    patch.setattr(curve_files, "YEARS", 20_000)
    patch.setattr(curves, "TOLERANCE", 1e-15)
    patch.setattr(curves, "MOST_POINTS", 1 << 13)
    patch.setattr(curves, "MOST_UNCERTAIN", 1 << 13)
    for module, name in ((answers, "_figures"), (worth, "_bars"), (worth, "_steps")):
        patch.setattr(module, name, getattr(module, name).__wrapped__)


def scenario(
    number: int,
    title: str,
    at: datetime,
    rate: Sequence[int] = (),
    losses: Mapping[str, Range] | None = None,
    *,
    left: int = MILLION,
) -> Scenario:
    """A scenario. `rate` is a 90 % range or a PERT in millionths; losses are 90 % ranges in minor units."""
    with recording(BY, "describe a scenario"):
        made: Scenario = Scenario.objects.create(
            number=number, title=title, who="Criminals", does="Enter", to="Our mail", harm="It stands still.",
            made_at=at, made_by=BY,
        )  # fmt: skip
        beliefs = [("rate", "pert" if len(rate) == 3 else "range", list(rate))] if rate else []
        beliefs += [(form, "range", list(told)) for form, told in (losses or {}).items()]
        for what, kind, numbers in beliefs:
            Estimate.objects.create(
                scenario=made, what=what, kind=kind, numbers=numbers, frequency_left=left,
                magnitude_left=MILLION, reason="Asked around.", confidence="medium", made_at=at,
            )  # fmt: skip
    return made


def effect(of: Scenario, safeguard: str, at: datetime, on: str = "frequency") -> None:
    """A safeguard in place that takes away about a third."""
    with recording(BY, "tell of a safeguard"):
        Effect.objects.create(
            scenario=of, safeguard=safeguard, on=on, efficacy=[300, 500, 700], coverage=800, reliability=900,
            reason="As tested.", made_at=at, made_by=BY,
        )  # fmt: skip


def measure(
    of: Scenario,
    safeguard: str,
    at: datetime,
    title: str = "Passkeys for everybody",
    efficacy: Sequence[int] = (800, 850, 950),
) -> Measure:
    """Something that would take away about four fifths of how often it comes, unless said otherwise."""
    with recording(BY, "propose a measure"):
        made: Measure = Measure.objects.create(
            title=title, safeguard=safeguard, once=[1, 2, 3], yearly=[1, 2, 3], years=3,
            made_at=at, made_by=BY,
            effects=[
                {
                    "scenario": of.pk,
                    "on": "frequency",
                    "efficacy": list(efficacy),
                    "coverage": 1000,
                    "reliability": 950,
                }
            ],
        )  # fmt: skip
    return made


def clinic(at: datetime) -> tuple[Scenario, ...]:
    """A register as a small clinic has it: five scenarios; one lacks its rate, one harm to others."""
    terms()
    found = (
        scenario(
            1, "Ransomware stops the practice", at, (50_000, 200_000, 800_000),
            {"response": (20_000_00, 250_000_00), "productivity": (50_000_00, 900_000_00),
             "others": (5_000_00, 400_000_00)},
        ),
        scenario(
            2, "A mailbox is taken over and invoices are changed", at, (200_000, 1_500_000),
            {"replacement": (5_000_00, 120_000_00), "others": (1_000_00, 30_000_00)}, left=640_000,
        ),
        scenario(
            3, "A laptop with patients’ data is lost", at, (100_000, 600_000),
            {"fines": (10_000_00, 300_000_00), "others": (10_000_00, 800_000_00)},
        ),
        scenario(
            4, "The cloud provider is down for days", at, (50_000, 400_000),
            {"productivity": (30_000_00, 200_000_00)},
        ),
        scenario(5, "An employee sells data", at, (), {"others": (10_000_00, 900_000_00)}),
    )  # fmt: skip
    effect(found[0], "backups", at, "magnitude")
    effect(found[0], "mfa", at)
    effect(found[1], "mfa", at)
    effect(found[2], "encryption_rest", at, "magnitude")
    return found
