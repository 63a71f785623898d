"""Decisions before whoever signs: what they read, who may sign, and what a signature or a refusal brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.ledger.naming import PERSON
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import Approvable, register_approvable
from duecare.program.models import Approval, Decided
from duecare.program.task_queries import today_at
from duecare.risk.decisions import reminding, telling
from duecare.risk.decisions.figures import told_facts
from duecare.risk.decisions.models import DecisionWord, RiskDecision
from duecare.risk.decisions.queries import (
    DECISION,
    Condition,
    Said,
    asked_by,
    reference,
    roles_of,
)


def _name(record: RiskDecision) -> str:
    return str(record)


def _facts(record: RiskDecision, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    return told_facts(record, viewer)


def _closed(record: RiskDecision, now: datetime) -> str:
    if record.state != Condition.PUT.value:
        return {
            Condition.SIGNED.value: _("It was signed already."),
            Condition.WITHDRAWN.value: _("It was withdrawn: %s") % record.ended_because,
        }.get(record.state, _("It is a draft: nobody has put it before an approver."))
    if record.expires_on < today_at(now):
        return _("The day until which it would stand has passed.")
    return ""


def _decided(record: RiskDecision, decided: Decided, now: datetime) -> None:
    """Within the act of the decision: what is approved is signed, what is refused is sent back."""
    found = Approval.objects.filter(about=reference(record.pk)).order_by("-at", "-id")[0]
    actor = f"{PERSON}{found.by_id}"
    reminding.answered(record, actor, now)
    if decided is Decided.REFUSED:
        record.state = Condition.BACK.value
        record.save()
        word = DecisionWord.objects.create(
            id=new_key(), decision=record, kind=Said.BACK.value, words=found.words, by=actor, at=now
        )
        telling.of_word(word, now)
        return
    record.state, record.signed_at = Condition.SIGNED.value, now
    record.save()
    reminding.remind(record, actor, now)
    telling.of_signing(record, found.pk, now)


register_approvable(DECISION, Approvable(_name, _facts, _closed, _decided, roles=roles_of, askers=asked_by))
