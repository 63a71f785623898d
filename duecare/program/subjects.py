"""Where checks get their evidence: named sources of subjects, and typed references to what they are.

An area registers a source ("hosts") and the kind of reference its subjects carry ("systems.host"); checks of
any area name the source. So areas meet here and need not know each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from duecare.errors import DuecareError
from duecare.program.judgement import Facts, Grade


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that checks look at, with its newest evidence."""

    reference: str
    """`<kind>:<key>`, for example `systems.host:k3...`."""
    name: str
    grade: Grade
    facts: Facts | None
    """None when there is no evidence; `failure` then says why."""
    failure: str = ""
    evidence: str = ""
    """Digest of the blob that holds the evidence."""


Source = Callable[[datetime], Iterator[Subject]]
"""Yields every subject of the population, at the moment of judging; one at a time, for memory's sake."""

_sources: dict[str, Source] = {}
_addresses: dict[str, Callable[[str], str]] = {}


def register_source(name: str, source: Source) -> None:
    """Let checks say `of=name`."""
    _sources[name] = source


def find_source(name: str) -> Source:
    """The source of that name. Raises DuecareError if no area registered it."""
    try:
        return _sources[name]
    except KeyError:
        raise DuecareError(f"No area offers subjects called {name!r}.", "Correct the check.") from None


def register_reference(kind: str, address: Callable[[str], str]) -> None:
    """Say where pages about references of `kind` are: from the key to a URL."""
    _addresses[kind] = address


def address_of(reference: str) -> str:
    """The page about a reference; empty if no area has one."""
    kind, _, key = reference.partition(":")
    address = _addresses.get(kind)
    return address(key) if address else ""
