"""Who may sign a decision, by its amount. Pure.

An owner signs any. The organisation says up to how much an approver and a manager sign (targets, in whole
units of its currency); until it does, an approver signs what ships as the default, a manager nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

OWNER = "owner"
LIMITS: Mapping[str, str] = {"approver": "risk_approver_signs", "manager": "risk_manager_signs"}
"""By role (`ledger/viewers.py`): the target that holds its limit."""


def may_sign(amount: int, limits: Mapping[str, int]) -> tuple[str, ...]:
    """The roles that may sign an amount, both in minor units; an owner always."""
    return (OWNER, *(role for role, most in limits.items() if most > 0 and amount <= most))
