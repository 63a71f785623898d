"""What ships of a plan: roles, the scale of severity and a playbook for each usual kind of incident.

`content/roles.yaml`, `content/severities.yaml` and one file a playbook in `content/playbooks/`, in our own
words; an organisation takes them into its plan and changes them there. Pure. A mistake in a file is BadInput
that names file, entry and field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from duecare.errors import BadInput
from duecare.incidents.cases.phases import PHASES
from duecare.incidents.plans.content import Duty, PlanContent, Playbook, Severity, Step
from duecare.law.fields import Entry, get, known, refer, rows, said
from duecare.program.catalogue import read_yaml
from duecare.words import Text

CONTENT = Path(__file__).parents[1] / "content"
ORDER = (
    "ransomware",
    "mail-takeover",
    "lost-device",
    "data-leak",
    "supplier-breach",
    "denial-of-service",
    "insider",
)
"""The playbooks, in the order in which pages offer them."""
_PHASES = tuple(phase.id for phase in PHASES)


@cache
def shipped() -> PlanContent:
    """All that ships, with texts that are translated whenever they are shown."""
    roles = parse_roles(_read("roles.yaml"), "roles.yaml")
    named = [role.id for role in roles]
    found: dict[str, Playbook] = {}
    for id in ORDER:
        place = f"playbooks/{id}.yaml"
        found[id] = parse_playbook(_read(place), place, id, named)
    severities = parse_severities(_read("severities.yaml"), "severities.yaml")
    return PlanContent(roles, severities, MappingProxyType(found))


def _read(place: str) -> Mapping[str, Any]:
    return read_yaml((CONTENT / place).read_text("utf-8"), place)


def parse_roles(content: Entry, place: str) -> tuple[Duty, ...]:
    """The roles of a mapping with the one key `roles`."""
    known(content, place, ("roles",))
    return tuple(
        Duty(row["id"], said(row, "name", where), said(row, "duties", where))
        for where, row in rows(content, "roles", place, ("id", "name", "duties"))
    )


def parse_severities(content: Entry, place: str) -> tuple[Severity, ...]:
    """The scale of a mapping with the one key `severities`, the gravest first."""
    known(content, place, ("severities",))
    found = tuple(
        Severity(
            row["id"], said(row, "name", where), said(row, "means", where), get(row, "hours", int, where)
        )
        for where, row in rows(content, "severities", place, ("id", "name", "means", "hours"))
    )
    if sorted(found, key=lambda one: one.hours) != list(found):
        raise BadInput(f"{place}: a graver step allows more hours.", "Put the gravest first.")
    return found


def parse_playbook(content: Entry, place: str, id: str, roles: Iterable[str]) -> Playbook:
    """The playbook of a mapping `{id, name, signs, never, steps}`; `roles` are the ids of those there are."""
    known(content, place, ("id", "name", "signs", "never", "steps"))
    if get(content, "id", str, place) != id:
        raise BadInput(f"{place}: the field 'id' must be '{id}', like the file's name.", "Correct it.")
    never = get(content, "never", list, place)
    if not never or not all(isinstance(one, str) for one in never):
        raise BadInput(f"{place}: the field 'never' must list texts.", "Write what must not be done.")
    return Playbook(
        id,
        said(content, "name", place),
        said(content, "signs", place),
        tuple(
            _step(row, where, tuple(roles))
            for where, row in rows(content, "steps", place, ("id", "phase", "role", "minutes", "what"))
        ),
        tuple(Text(one) for one in never),
    )


def _step(row: Entry, place: str, roles: Iterable[str]) -> Step:
    refer(get(row, "phase", str, place), _PHASES, "phase", place)
    refer(get(row, "role", str, place), roles, "role", place)
    minutes = get(row, "minutes", int, place, 0)
    if minutes < 0:
        raise BadInput(f"{place}: the field 'minutes' is negative.", "Leave it out where there is no limit.")
    return Step(row["id"], row["phase"], row["role"], said(row, "what", place), minutes)
