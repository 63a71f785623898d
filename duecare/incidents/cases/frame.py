"""What stands around every page of a case: its name, how it stands, and its other pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import may_work
from duecare.ledger.viewers import Request, Viewer

PAGES = (
    (_("Overview"), "case"),
    (_("Affected"), "case-affected"),
    (_("Belongs to it"), "case-links"),
    (_("Timeline"), "case-timeline"),
    (_("Clocks"), "case-clocks"),
    (_("Decisions"), "case-decisions"),
    (_("Notices"), "case-notices"),
    (_("Evidence"), "case-evidence"),
    (_("Indicators"), "case-indicators"),
    (_("Lessons"), "case-lessons"),
    (_("Statistics"), "case-classes"),
)
"""The pages of a case, in their order: label and name of the address, which takes the case's key."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the head of a case says of it in a word or two: the next limit, what waits."""

    label: str
    words: str
    state: str = ""
    """A word of `web/words.py` that gives its icon and colour; empty for plain text."""
    url: str = ""


Noting = Callable[[Case, Viewer, Any], Iterable[Note]]
"""From the case, the viewer and the moment of the page."""
_noting: list[Noting] = []


def register_noting(function: Noting) -> None:
    """Let a room say something in the head of every page of a case."""
    _noting.append(function)


def framed(case: Case, request: Request, name: str, **context: Any) -> dict[str, Any]:
    """The context of a page of a case that extends `incidents/case_base.html`; `name` is its address's."""
    viewer = request.viewer
    return {
        "case": case,
        "may_work": may_work(case, viewer),
        "pages": list(_pages(case, name)),
        "notes": [note for noting in _noting for note in noting(case, viewer, request.view_now)],
        **context,
    }


def _pages(case: Case, name: str) -> Iterator[dict[str, Any]]:
    for label, page in PAGES:
        yield {"label": label, "url": reverse(page, args=[case.pk]), "current": page == name}
