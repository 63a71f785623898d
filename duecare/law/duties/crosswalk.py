"""Which obligation asks for which safeguard: the rows and columns of the crosswalk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.law.applicable import answers, register_now
from duecare.law.applies import Answer
from duecare.law.obligations import Obligation
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import areas
from duecare.program.posture import Standing
from duecare.program.queries import standings


@dataclass(frozen=True, slots=True)
class Asking:
    """One column: an obligation that asks, or may ask."""

    obligation: Obligation
    certain: bool
    """Whether it applies; otherwise that cannot be told yet."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a safeguard with its standing, and what each column cites for it."""

    standing: Standing
    cells: tuple[tuple[Asking, str], ...]
    """(column, citations); empty where that obligation does not ask for it."""

    @property
    def asked(self) -> int:
        """How many obligations ask for it."""
        return sum(bool(words) for _column, words in self.cells)


@dataclass(frozen=True, slots=True)
class Crosswalk:
    columns: tuple[Asking, ...]
    lines: tuple[Line, ...]
    every: tuple[Asking, ...]
    """All columns that there are, whatever was asked for."""


def crosswalk(viewer: Viewer, now: datetime, obligation: str = "", area: str = "") -> Crosswalk:
    """Safeguards that somebody asks for, against the obligations that bind and apply or may apply.

    `obligation` and `area` narrow by id. Those of the register that are certain stand first. Raises BadInput
    for an area or obligation that there is not.
    """
    found = answers()
    if area and area not in {one.id for one in areas() if viewer.covers(one.id)}:
        raise BadInput(_("There is no area “%s”.") % area[:40], _("Choose one from the list."), "area")
    every = sorted(
        (
            Asking(one, found[one.id].answer is Answer.APPLIES)
            for one in register_now().obligations.values()
            if found[one.id].asks and one.binding and one.measures
        ),
        key=lambda one: not one.certain,
    )
    columns = [one for one in every if obligation in ("", one.obligation.id)]
    if obligation and not columns:
        raise BadInput(
            _("The obligation “%s” asks for no safeguard here.") % obligation[:40],
            _("Choose one from the list."),
            "obligation",
        )
    cited = {one.obligation.id: _cited(one.obligation) for one in columns}
    lines = []
    for row in standings(viewer, now):
        if area not in ("", row.safeguard.area):
            continue
        cells = tuple((one, cited[one.obligation.id].get(row.safeguard.id, "")) for one in columns)
        if any(words for _column, words in cells):
            lines.append(Line(row, cells))
    return Crosswalk(tuple(columns), tuple(lines), tuple(every))


def _cited(one: Obligation) -> Mapping[str, str]:
    """By safeguard: where the obligation asks for it."""
    found: dict[str, list[str]] = {}
    for measure in one.measures:
        found.setdefault(measure.safeguard, []).append(measure.citation)
    return {id: "; ".join(citations) for id, citations in found.items()}


def told(found: Crosswalk) -> list[dict[str, Any]]:
    """A row a safeguard and obligation, for files and programs."""
    return [
        {
            "safeguard": line.standing.safeguard.id,
            "title": str(line.standing.safeguard.title),
            "state": line.standing.state.value,
            "obligation": column.obligation.id,
            "name": str(column.obligation.name),
            "applies": "applies" if column.certain else "cannot tell",
            "citation": words,
            "confidence": column.obligation.confidence.value,
        }
        for line in found.lines
        for column, words in line.cells
        if words
    ]
