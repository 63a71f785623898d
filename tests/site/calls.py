"""What an operation of the API is called with in the walk, and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.site.answers import APPROVER, AUDITOR, DONE, MANAGER, MEMBER, OK, OWNER, READ, Statuses, answers

Body = Mapping[str, Any] | bytes | None


@dataclass(frozen=True, slots=True)
class Call:
    """What an operation answers."""

    sample: str
    """The address below `/api/`, with the names of samples in braces."""
    answers: Statuses
    body: Body = None
    """One that is good, so that nothing but the right is asked for."""
    object: bool = False
    """Whether it is about one thing that somebody made, so that before that day there is none."""


def read(sample: str, statuses: Statuses = READ, *, object: bool = False) -> Call:
    return Call(sample, statuses, object=object)


def changed(sample: str, body: Body, *roles: Any, told: tuple[Any, ...]) -> Call:
    """Something that these roles do; those in `told` are refused, for others it is not there."""
    return Call(sample, answers(DONE, *roles, told=told), body)


SETTINGS = answers(OK, OWNER, MANAGER, APPROVER)
ALL = answers(OK, OWNER, MANAGER, APPROVER, AUDITOR, MEMBER)
DAILY = (OWNER, MANAGER, APPROVER)
EVERYBODY = (*DAILY, AUDITOR, MEMBER)
KEEPERS = (OWNER, MANAGER)
HOLDERS = answers(OK, OWNER, MANAGER, APPROVER, told=(AUDITOR,))
HELD = {
    "name": "An inquiry", "why": "Asked.", "covers": "Paper.", "asked_by": "A court", "since": "2026-01-02",
}  # fmt: skip
REST = (APPROVER, AUDITOR)
WHY = {"reason": "It was time."}
DATA_SET = {"name": "Suppliers"}
STATED = {"answer": "yes", "words": "All.", "period_from": "2026-01-01", "period_to": "2026-01-01"}
PHONE = {"what": "x", "place": "y", "collected": "2026-11-01T09:00", "collected_by": "z"}
ASKED = {
    "about": "program.finding:{finding}",
    "reason": "no",
    "measure": "yes",
    "expires": "2026-12-31",
}
