"""Changes within a plan as its record holds it: a role, a playbook, a step. Pure: nothing is saved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from duecare.errors import BadInput, NotFound, Refused
from duecare.words import gettext as _

MOST_ROLES, MOST_PLAYBOOKS, MOST_STEPS = 20, 20, 40
RESERVED = ("add",)
"""What an address has another meaning for."""
Row = Mapping[str, Any]


def slug(name: str, taken: Sequence[str]) -> str:
    """An id made of a name, unlike those taken: "Fire in the server room" is `fire-in-the-server`."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:18].rstrip("-") or "own"
    found, count = plain, 1
    while found in (*taken, *RESERVED):
        count += 1
        found = f"{plain}-{count}"
    return found


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────


def with_role(roles: Sequence[Row], id: str, values: Row) -> list[Row]:
    """The roles with one changed, or added if `id` is empty. Raises NotFound for a role there is not."""
    if id:
        _demand(id, [role["id"] for role in roles], _("There is no such role."))
        return [{**role, **values} if role["id"] == id else role for role in roles]
    if len(roles) >= MOST_ROLES:
        raise BadInput(
            _("A plan has at most %s roles.") % MOST_ROLES, _("Give one person several duties instead.")
        )
    new = {"id": slug(values["name"], [role["id"] for role in roles]), "person": "", "deputy": "", **values}
    return [*roles, new]


def without_role(roles: Sequence[Row], playbooks: Mapping[str, Row], id: str) -> list[Row]:
    """The roles without one. Raises Refused if a playbook still names it."""
    for playbook in playbooks.values():
        if any(step["role"] == id for step in playbook["steps"]):
            raise Refused(
                _("The playbook “%s” has steps of this role.") % playbook["name"],
                _("Give those steps to another role first."),
            )
    return [role for role in roles if role["id"] != id]


# ── Playbooks ────────────────────────────────────────────────────────────────────────────────────────────


def with_playbook(playbooks: Mapping[str, Row], id: str, values: Row) -> dict[str, Row]:
    """The playbooks with one changed, or added under `id`."""
    if id not in playbooks and len(playbooks) >= MOST_PLAYBOOKS:
        raise BadInput(
            _("A plan has at most %s playbooks.") % MOST_PLAYBOOKS, _("Drop one that you do not need.")
        )
    before: Row = playbooks.get(id, {"signs": "", "never": [], "steps": []})
    return {**playbooks, id: {**before, **values}}


def without_playbook(playbooks: Mapping[str, Row], id: str) -> dict[str, Row]:
    """The playbooks without one."""
    _demand(id, list(playbooks), _("There is no such playbook in the plan."))
    return {key: one for key, one in playbooks.items() if key != id}


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────


def with_step(playbook: Row, id: str, place: int, values: Row) -> dict[str, Any]:
    """The playbook with a step changed, or added if `id` is empty, at a place from 1 on."""
    steps = list(playbook["steps"])
    ids = [step["id"] for step in steps]
    if id:
        _demand(id, ids, _("There is no such step."))
        step = {**steps.pop(ids.index(id)), **values}
    else:
        if len(steps) >= MOST_STEPS:
            raise BadInput(_("A playbook has at most %s steps.") % MOST_STEPS, _("Join some of them."))
        step = {"id": slug(values["what"], ids), **values}
    steps.insert(max(place - 1, 0), step)
    return {**playbook, "steps": steps}


def without_step(playbook: Row, id: str) -> dict[str, Any]:
    """The playbook without a step."""
    _demand(id, [step["id"] for step in playbook["steps"]], _("There is no such step."))
    return {**playbook, "steps": [step for step in playbook["steps"] if step["id"] != id]}


def _demand(id: str, ids: Sequence[str], missing: str) -> None:
    if id not in ids:
        raise NotFound(missing, _("Somebody may have taken it out: read the plan again."))
