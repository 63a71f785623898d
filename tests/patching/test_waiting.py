"""What waits to be installed on one computer, and what of it cannot be told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from duecare.patching.waiting import Waiting, waiting
from duecare.program.judgement import Facts, Unread

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)


def update(name: str, security: bool | None = True, first_seen: str | None = "2026-11-10T08:00:00Z") -> Any:
    return {
        "name": name,
        "architecture": "amd64",
        "installed": "1.0",
        "offered": "1.1",
        "security": security,
        "origin": "Debian-Security",
        "first_seen": first_seen,
        "first_seen_by": None,
    }


def told(*items: Any, state: str = "read", **more: Any) -> Waiting:
    fresh = {"metadata_at": "2026-11-19T08:00:00Z", "metadata_fetched_at": "2026-11-20T07:00:00Z"}
    section = {
        "state": state, "problems": [], "items": list(items), "repositories": [{"security": True}],
        **fresh, **more,
    }  # fmt: skip
    told_os = {"state": "read", "problems": [], "family": "debian"}
    return waiting(Facts(AT, AT, {"updates": section, "os": told_os}))


def test_security_updates_are_named_with_their_age_the_oldest_first() -> None:
    found = told(
        update("young", first_seen="2026-11-19T09:00:00Z"),
        update("old", first_seen="2026-10-01T08:00:00Z"),
        update("plain", security=False),
    )
    assert [(one.name, one.days) for one in found.security] == [("old", 50), ("young", 0)]
    assert (found.others, found.unlabelled, found.fault) == (1, 0, "")
    assert (found.security[0].installed, found.security[0].offered) == ("1.0", "1.1")


def test_one_of_unknown_age_comes_before_all_since_it_may_be_older() -> None:
    later = update("tomorrow", first_seen="2026-12-24T08:00:00Z")
    found = told(update("old", first_seen="2026-01-01T08:00:00Z"), update("unknown", first_seen=None), later)
    assert [(one.name, one.days is None) for one in found.security] == [
        ("tomorrow", True), ("unknown", True), ("old", False),
    ]  # fmt: skip


def test_updates_that_nobody_labels_are_counted_apart_and_never_as_harmless() -> None:
    assert (told(update("a", None), update("b", None)).unlabelled, told(update("a", None)).others) == (2, 0)


def test_a_list_that_may_lack_some_says_why() -> None:
    partial = told(state="partial", problems=[{"what": "/var/lib/apt/lists", "reason": "permission denied"}])
    assert "permission denied" in partial.fault


def test_none_on_an_old_list_or_without_a_security_repository_is_said_to_be_no_proof() -> None:
    assert told().fault == ""
    assert "fetched 19 days ago" in told(metadata_fetched_at="2026-11-01T07:00:00Z").fault
    assert "no security repository" in told(repositories=[{"security": False}]).fault


def test_what_was_not_read_is_no_empty_list() -> None:
    with pytest.raises(Unread):
        waiting(Facts(AT, AT, {}))
    with pytest.raises(Unread):
        waiting(Facts(AT, AT, {"updates": {"state": "unreadable", "problems": [], "items": None}}))
    with pytest.raises(Unread):
        waiting(Facts(AT, AT, {"updates": {"state": "partial", "problems": [], "items": None}}))
