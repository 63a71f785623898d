"""Who answers for what checks look at: each area registers it for the kind of reference that is its own.

So the spine can give the work that findings make to somebody, and need not know what a host is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

Owners = Callable[[datetime], Mapping[str, str]]
"""At a moment: key of a person who holds a right then, by the key of what they answer for."""

Since = Callable[[Iterable[str]], Mapping[str, int]]
"""By the keys of what somebody answers for: the entry that said who does, or that nobody does any more. What
nobody ever answered for is left out."""

_owners: dict[str, Owners] = {}
_since: dict[str, Since] = {}


def register_owners(kind: str, owners: Owners, since: Since) -> None:
    """Say who answers for the subjects whose references begin with `kind`. Their findings become tasks."""
    _owners[kind] = owners
    _since[kind] = since


def owned_kinds() -> Mapping[str, Owners]:
    """Every kind of subject that somebody can answer for."""
    return _owners


def answered_since(references: Iterable[str]) -> dict[str, int]:
    """By reference: the entry that said who answers for it by now. The reference of what nobody ever answered
    for, or whose kind nobody can answer for, is left out."""
    keys: dict[str, list[str]] = {}
    for reference in references:
        kind, _sep, key = reference.partition(":")
        keys.setdefault(kind, []).append(key)
    return {
        f"{kind}:{key}": entry
        for kind, some in keys.items()
        if kind in _since
        for key, entry in _since[kind](some).items()
    }
