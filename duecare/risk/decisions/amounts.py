"""Who may sign a decision, by its amount. Pure.

An owner signs any. An owner says up to how much an approver and a manager sign (targets, in whole units of
the organisation's currency); until then, an approver signs what ships as the default, a manager nothing. Of
the limits of the day on which a decision was put and those of today the lower holds: none is raised for it.
"""

from __future__ import annotations

from collections.abc import Mapping

OWNER = "owner"
LIMITS: Mapping[str, str] = {"approver": "risk_approver_signs", "manager": "risk_manager_signs"}
"""By role (`ledger/viewers.py`): the target that holds its limit."""


def may_sign(amount: int, limits: Mapping[str, int]) -> tuple[str, ...]:
    """The roles that may sign an amount, both in minor units; an owner always."""
    return (OWNER, *(role for role, most in limits.items() if most > 0 and amount <= most))


def stricter(limits: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    """Of two sets of limits the lower of each role; a role that only one of them names keeps its limit."""
    return {role: min(limits.get(role, most), most) for role, most in {**limits, **others}.items()}
