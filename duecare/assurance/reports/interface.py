"""What a report is: who may ask for what, and what it gives to be set and printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise

from duecare.ledger.viewers import Viewer
from duecare.program.papers.render import Attached


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked to tell."""

    first_day: date
    last_day: date
    """The same as the first where it tells of one day."""
    instant: datetime
    """The moment it speaks from, aware, UTC: the end of the last day, or now if that is today."""
    about: str = ""
    """`safeguard:<id>`, `obligation:<id>` or `case:<key>`; empty for the whole organisation."""
    words: str = ""
    """What the person who makes it adds in their own words."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a report tells, ready to be set."""

    title: str
    lines: tuple[str, ...]
    """Under the title: which day, how far the evidence reaches."""
    content: Mapping[str, Any]
    """JSON for the template: `blocks`, or the parts that the template names."""
    attached: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A kind of report."""

    id: str
    """Never reused."""
    title: str | Promise
    summary: str | Promise
    """What it tells, and for whom, in a sentence."""
    template: str
    """Name of the file in `content/`."""
    gather: Callable[[Asked, Viewer], Told]
    """Reads what `viewer` may see. It runs while the record is viewed as of `Asked.instant`."""
