"""A plan as its record keeps it, and back: the same values as JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from duecare.incidents.plans.content import Duty, PlanContent, Playbook, Severity, Step
from duecare.incidents.plans.shipped import ORDER

FIELDS = ("scope", "meeting", "roles", "severities", "playbooks", "words")
"""The fields of the record that make the plan."""


def stored(plan: PlanContent) -> dict[str, Any]:
    """The fields of a `Plan`; shipped texts as `str()` gives them, in the language of the moment."""
    return {
        "scope": str(plan.scope),
        "meeting": str(plan.meeting),
        "roles": [_said(asdict(one)) for one in plan.roles],
        "severities": [_said(asdict(one)) for one in plan.severities],
        "playbooks": {id: stored_playbook(one) for id, one in plan.playbooks.items()},
        "words": str(plan.words),
    }


def stored_playbook(one: Playbook) -> dict[str, Any]:
    """A playbook without its id, which is the key that it is kept under."""
    return {
        "name": str(one.name),
        "signs": str(one.signs),
        "never": [str(line) for line in one.never],
        "steps": [_said(asdict(step)) for step in one.steps],
    }


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, str) else value for name, value in row.items()}


def plan_of(fields: Mapping[str, Any]) -> PlanContent:
    """The plan that a record, or the snapshot of one, holds."""
    return PlanContent(
        roles=tuple(Duty(**one) for one in fields["roles"]),
        severities=tuple(Severity(**one) for one in fields["severities"]),
        playbooks=MappingProxyType(
            {id: playbook_of(id, one) for id, one in sorted(fields["playbooks"].items(), key=_place)}
        ),
        scope=fields["scope"],
        meeting=fields["meeting"],
        words=fields["words"],
    )


def playbook_of(id: str, one: Mapping[str, Any]) -> Playbook:
    """A playbook as it is kept under its id."""
    return Playbook(
        id,
        one["name"],
        one.get("signs", ""),
        tuple(Step(**step) for step in one["steps"]),
        tuple(one.get("never", ())),
    )


def _place(one: tuple[str, Mapping[str, Any]]) -> tuple[int, str]:
    """Where a playbook stands: those that ship first. A mapping in the record has no order of its own."""
    id, playbook = one
    return (ORDER.index(id) if id in ORDER else len(ORDER), playbook["name"])
