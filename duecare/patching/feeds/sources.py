"""The public sources of advisories, as they ship in `content/feeds.yaml`. Pure.

A mistake in the file is BadInput that names file, entry and field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from duecare.errors import BadInput, NotFound
from duecare.program.catalogue import read_yaml
from duecare.words import Text
from duecare.words import gettext as _

CONTENT = Path(__file__).parents[1] / "content" / "feeds.yaml"


@dataclass(frozen=True, slots=True)
class FeedSource:
    """Where a feed comes from."""

    id: str
    """Lower-case words joined by hyphens; never reused for another feed."""
    name: str
    what: str
    """What it tells, in a sentence."""
    address: str
    licence: str
    """Under which its content may be used, in a few words."""
    ecosystems: tuple[str, ...]
    """Whose packages it is about; empty for what is about CVEs."""
    checksum: bool
    """Whether the source sends a checksum with the file."""
    most: int
    """The largest file that is taken, in MiB."""
    whole: bool = True
    """Whether it is about all packages of its ecosystems, so that it alone can tell that nothing is known
    against one."""


_TYPES = {"ecosystems": list, "checksum": bool, "most": int, "whole": bool}


@cache
def sources() -> Mapping[str, FeedSource]:
    """All sources by id, in the order of the file."""
    return parse(CONTENT.read_text("utf-8"), CONTENT.name)


def find_feed(id: str) -> FeedSource:
    """The source with that id; raises NotFound for any other."""
    try:
        return sources()[id]
    except KeyError:
        raise NotFound(
            _("There is no feed called %(id)s.") % {"id": repr(id[:80])},
            _("Look in the list of feeds."),
        ) from None


def parse(text: str, place: str) -> Mapping[str, FeedSource]:
    """The sources written in `text`, a YAML mapping with the one key `feeds`. `place` is for messages."""
    entries = read_yaml(text, place).get("feeds")
    if not isinstance(entries, list):
        raise BadInput(f"{place} has no list of feeds.", "Begin the list with the line 'feeds:'.")
    found: dict[str, FeedSource] = {}
    for number, entry in enumerate(entries, start=1):
        source = _source(entry, f"{place}, feed {number}")
        if source.id in found:
            raise BadInput(f"{place}: the id '{source.id}' is used twice.", "Give each feed its own.")
        found[source.id] = source
    return MappingProxyType(found)


def _source(entry: object, place: str) -> FeedSource:
    names = [field.name for field in fields(FeedSource)]
    if not isinstance(entry, dict) or set(entry) != set(names):
        raise BadInput(f"{place}: expected the fields {', '.join(names)}.", "Correct the entry.")
    for name in names:
        kind = _TYPES.get(name, str)
        if type(entry[name]) is not kind:
            raise BadInput(f"{place}: the field '{name}' must be of {kind.__name__}.", "Correct it.")
    if not entry["address"].startswith("https://"):
        raise BadInput(f"{place}: the address must begin with https://.", "Correct it.")
    values: dict[str, Any] = {**entry, "ecosystems": tuple(entry["ecosystems"])}
    return FeedSource(**{**values, "what": Text(values["what"]), "licence": Text(values["licence"])})
