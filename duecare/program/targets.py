"""Targets: the numbers that an organisation holds itself to, as they ship.

Read from `content/targets.yaml`. What the organisation adopted or changed, and why, is a record
(`models.Target`); here is what may be adopted at all. Pure: a mistake in the file is BadInput that names
file, entry and field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from duecare.errors import BadInput
from duecare.program.catalogue import read_yaml
from duecare.words import Text, ngettext, number
from duecare.words import gettext as _

CONTENT = Path(__file__).parent / "content" / "targets.yaml"

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class TargetDefinition:
    """A number that checks are judged against, and the bounds within which it may be set."""

    id: str
    """Lower-case words joined by underscores; never reused for another number."""
    name: str
    """What the number is, in a few words: "Days to install a security update"."""
    unit: str
    """What is counted, plural: "days"."""
    default: int
    """In force until the organisation sets its own."""
    minimum: int
    """Least that may be set."""
    maximum: int
    """Most that may be set."""
    lower_is_stricter: bool
    """Whether a smaller number asks for more care."""
    why: str
    """The reason for the default, with its source."""
    owners_only: bool = False
    """Whether only an owner sets it: it says what others may decide, not how much care is taken."""

    def counted(self, count: int) -> str:
        """So many of its unit, in words: "14 days", "1 server"."""
        return counted(self.unit, count)

    def refusal(self, value: int) -> str:
        """Why the number may not be set, in words; empty if it may."""
        if self.minimum <= value <= self.maximum:
            return ""
        return _("%(name)s: expected %(minimum)s to %(maximum)s %(unit)s, got %(number)s") % {
            "name": _(self.name),
            "minimum": self.minimum,
            "maximum": self.maximum,
            "unit": _(self.unit) if self.unit else "",
            "number": value,
        }


def counted(unit: str, count: int) -> str:
    """So many of a unit, of which content and checks know the plural only; of one that is not listed here it
    stays so whatever the count (a test finds it)."""
    words = {
        "days": ngettext("%(n)s day", "%(n)s days", count),
        "ports": ngettext("%(n)s port", "%(n)s ports", count),
        "milliseconds": ngettext("%(n)s millisecond", "%(n)s milliseconds", count),
        "servers": ngettext("%(n)s server", "%(n)s servers", count),
        "characters": ngettext("%(n)s character", "%(n)s characters", count),
        "attempts": ngettext("%(n)s attempt", "%(n)s attempts", count),
        "accounts": ngettext("%(n)s account", "%(n)s accounts", count),
        "bits": ngettext("%(n)s bit", "%(n)s bits", count),
        "points": ngettext("%(n)s point", "%(n)s points", count),
        "hundredths": ngettext("%(n)s hundredth", "%(n)s hundredths", count),
        "currency units": ngettext("%(n)s currency unit", "%(n)s currency units", count),
    }.get(unit, f"%(n)s {_(unit)}" if unit else "%(n)s")
    return words % {"n": number(count)}


_TYPES = {
    field.name: {"str": str, "int": int, "bool": bool}[str(field.type)] for field in fields(TargetDefinition)
}
_OPTIONAL = {field.name for field in fields(TargetDefinition) if field.default is not MISSING}
_TYPE_WORDS = {str: "text", int: "a whole number", bool: "true or false"}


@cache
def definitions() -> Mapping[str, TargetDefinition]:
    """All targets by id, in the order of the file."""
    return parse(CONTENT.read_text("utf-8"), CONTENT.name)


def parse(text: str, place: str) -> Mapping[str, TargetDefinition]:
    """The targets written in `text`, a YAML mapping with the one key `targets`, a list of entries.

    `place` is the file's name, for messages. Raises BadInput naming file, entry and field.
    """
    entries = read_yaml(text, place).get("targets")
    if not isinstance(entries, list):
        raise BadInput(f"{place} has no list of targets.", "Begin the list with the line 'targets:'.")
    found: dict[str, TargetDefinition] = {}
    for place_of, entry in enumerate(entries, start=1):
        target = _target(entry, f"{place}, target {place_of}")
        if target.id in found:
            raise BadInput(f"{place}: the id '{target.id}' is used twice.", "Give each target its own.")
        found[target.id] = target
    return MappingProxyType(found)


def _target(entry: object, place: str) -> TargetDefinition:
    if not isinstance(entry, dict):
        raise BadInput(f"{place} is not a mapping.", "Write its fields as 'name: value'.")
    place = f"{place} ({entry.get('id', 'without an id')})"
    if missing := [name for name in _TYPES if name not in entry and name not in _OPTIONAL]:
        raise BadInput(f"{place}: the field '{missing[0]}' is missing.", "Add it.")
    if surplus := [name for name in entry if name not in _TYPES]:
        raise BadInput(f"{place}: there is no field '{surplus[0]}'.", f"Use only {', '.join(_TYPES)}.")
    for name, kind in _TYPES.items():
        if name not in entry:
            continue
        # A bool is an int to Python, but "minimum: yes" is a slip.
        if type(entry[name]) is not kind or entry[name] == "":
            raise BadInput(
                f"{place}: the field '{name}' must be {_TYPE_WORDS[kind]}, not {entry[name]!r}.",
                "Correct it.",
            )
    shown = ("name", "unit", "why")
    values: dict[str, Any] = {key: Text(text) if key in shown else text for key, text in entry.items()}
    target = TargetDefinition(**values)
    if not _ID.fullmatch(target.id):
        raise BadInput(f"{place}: the id must be lower-case words joined by '_'.", "Change the field 'id'.")
    if not 0 <= target.minimum <= target.default <= target.maximum:
        raise BadInput(
            f"{place}: expected 0 <= minimum <= default <= maximum, "
            f"got {target.minimum}, {target.default}, {target.maximum}.",
            "Correct the one that is out of order.",
        )
    return target
