"""What the plan calls things: severities, kinds of incident, roles; and how a case is called. Pure."""

from __future__ import annotations

from duecare.incidents.plans.content import Duty, PlanContent, Severity
from duecare.words import Text
from duecare.words import gettext as _

STATUSES = (Text("suspected"), Text("affected"), Text("contained"), Text("recovered"), Text("clean"))
"""Of what is affected, from the first suspicion to the end."""
GRAVEST = ("affected", "contained", "suspected", "recovered", "clean")
"""The same, from what needs most care: of two that differ, the graver is believed."""
ENDINGS = (Text("resolved"), Text("no incident"), Text("merged"))
"""As what a case is closed."""


def severity_of(content: PlanContent, id: str) -> Severity | None:
    """A step of the plan's scale; None for one that it does not have."""
    return next((one for one in content.severities if one.id == id), None)


def severity_name(content: PlanContent, id: str) -> str:
    """What a step of the scale is called; its id if the plan no longer has it, empty for none."""
    found = severity_of(content, id)
    return str(found.name) if found and found.name else id


def kind_name(content: PlanContent, id: str) -> str:
    """What a kind of incident is called; its id if the plan no longer has it, empty for none."""
    found = content.playbooks.get(id)
    return str(found.name) if found and found.name else id


def duty_of(content: PlanContent, id: str) -> Duty | None:
    """A role of the plan; None for one that it does not have."""
    return next((one for one in content.roles if one.id == id), None)


def role_name(content: PlanContent, id: str) -> str:
    """What a role is called; its id if the plan no longer has it."""
    found = duty_of(content, id)
    return str(found.name) if found and found.name else id


def called(number: int, exercise: bool) -> str:
    """ "Incident 7", or "Exercise 7"."""
    return (_("Exercise %s") if exercise else _("Incident %s")) % number
