"""What waits for somebody in the area: decisions, policies and what insurers were told, for the overview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.ledger.viewers import Viewer
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import Condition, condition_of, in_condition
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import EXPIRED, in_state
from duecare.risk.insurance.statements.models import InsurerStatement
from duecare.risk.insurance.statements.queries import DRIFTED
from duecare.risk.insurance.statements.queries import in_state as statements_in
from duecare.web.figures import number

MOST = 20
"""Of each kind: more are a list of their own."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One thing that waits."""

    status: str
    """A key of `web/words.py`; empty where it tells how many more there are."""
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
    decisions = RiskDecision.objects.all().visible_to(viewer).filter(waits).order_by("number")
    for decision in decisions[:MOST]:
        url = reverse("risk-decision", args=[decision.pk])
        yield Waits(condition_of(decision, today).value, str(decision), url)
    yield from _more(decisions, _("Decisions about risk"), reverse("risk-decisions"))
    policies = InsurancePolicy.objects.all().visible_to(viewer).filter(in_state(EXPIRED, today))
    policies = policies.order_by("period_to", "id")
    for policy in policies[:MOST]:
        yield Waits(EXPIRED, str(policy), reverse("insurance-policy", args=[policy.pk]))
    yield from _more(policies, _("Policies of insurance"), reverse("insurance"))
    statements = InsurerStatement.objects.all().visible_to(viewer).filter(statements_in(DRIFTED))
    statements = statements.order_by("id")
    for statement in statements[:MOST]:
        yield Waits(DRIFTED, str(statement), reverse("insurer-statement", args=[statement.pk]))
    yield from _more(statements, _("What insurers were told"), reverse("insurer-statements"))


def _more(rows: Any, of: str, url: str) -> Iterator[Waits]:
    """How many of them are left out, with their list."""
    left = rows.count() - MOST
    if left > 0:
        yield Waits("", _("%(n)s more: %(list)s") % {"n": number(left), "list": of}, url)
