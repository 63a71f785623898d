"""Who answers for what checks look at: each area registers it for the kind of reference that is its own.

So the spine can give the work that findings make to somebody, and need not know what a host is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

Owners = Callable[[datetime], Mapping[str, str]]
"""At a moment: key of a person who holds a right then, by the key of what they answer for."""

_owners: dict[str, Owners] = {}


def register_owners(kind: str, owners: Owners) -> None:
    """Say who answers for the subjects whose references begin with `kind`. Their findings become tasks."""
    _owners[kind] = owners


def owned_kinds() -> Mapping[str, Owners]:
    """Every kind of subject that somebody can answer for."""
    return _owners
