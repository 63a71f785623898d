"""Advisories as short as tests need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from duecare.patching.advisories.interface import Advisory, Affected, Event, EventKind, Range, Verdict


def events(*words: str) -> Range:
    """A range from words such as `introduced 1.0`."""
    return tuple(Event(EventKind(kind), version) for kind, version in (word.split(" ", 1) for word in words))


def affected(
    package: str,
    *ranges: Range,
    versions: tuple[str, ...] = (),
    said: Verdict = Verdict.AFFECTED,
    module: str = "",
    note: str = "",
) -> Affected:
    """About `PyPI/requests`, `Debian:12/openssl` (a source package), `AlmaLinux:8/nodejs`."""
    place, _, name = package.partition("/")
    ecosystem, _, release = place.partition(":")
    return Affected(ecosystem, release, name, ecosystem == "Debian", ranges, versions, module, said, note)


def advisory(
    identity: str,
    *said: Affected,
    feed: str = "osv",
    aliases: Sequence[str] = (),
    withdrawn: bool = False,
) -> Advisory:
    """One of that feed."""
    day = datetime(2026, 3, 3, tzinfo=UTC)
    gone = day if withdrawn else None
    return Advisory(identity, feed, tuple(aliases), (), "", None, None, gone, (), said)


def below(package: str, fix: str, **more: str) -> Affected:
    """All versions below the fix."""
    return affected(package, events("introduced 0", f"fixed {fix}"), **more)  # type: ignore[arg-type]
