"""What waits for somebody in the area: decisions, policies and what insurers were told, for the overview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from duecare.ledger.viewers import Viewer
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import Condition, condition_of, in_condition
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import EXPIRED, in_state
from duecare.risk.insurance.statements.models import InsurerStatement
from duecare.risk.insurance.statements.queries import DRIFTED
from duecare.risk.insurance.statements.queries import in_state as statements_in

MOST = 20
"""Of each kind: more are a list of their own."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One thing that waits."""

    status: str
    """A key of `web/words.py`."""
    name: str
    url: str


def waiting(viewer: Viewer, today: date) -> Iterator[Waits]:
    """Decisions before an approver, sent back or expired; policies past their period; statements to insurers
    with which the evidence no longer agrees."""
    waits = (
        in_condition(Condition.PUT, today)
        | in_condition(Condition.BACK, today)
        | in_condition(Condition.EXPIRED, today)
    )
    for decision in RiskDecision.objects.all().visible_to(viewer).filter(waits).order_by("number")[:MOST]:
        url = reverse("risk-decision", args=[decision.pk])
        yield Waits(condition_of(decision, today).value, str(decision), url)
    policies = InsurancePolicy.objects.all().visible_to(viewer).filter(in_state(EXPIRED, today))
    for policy in policies.order_by("period_to", "id")[:MOST]:
        yield Waits(EXPIRED, str(policy), reverse("insurance-policy", args=[policy.pk]))
    statements = InsurerStatement.objects.all().visible_to(viewer).filter(statements_in(DRIFTED))
    for statement in statements.order_by("id")[:MOST]:
        yield Waits(DRIFTED, str(statement), reverse("insurer-statement", args=[statement.pk]))
