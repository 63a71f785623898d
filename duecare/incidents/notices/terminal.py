"""What `duecare incidents clocks` prints: the clocks of a case as JSON or as lines to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.incidents.cases.models import Case
from duecare.incidents.notices.api import told
from duecare.incidents.notices.boards import CaseBoard, case_board
from duecare.incidents.notices.showing import Group
from duecare.ledger.viewers import Viewer

LINES = (Group.LATE, Group.RUNNING, Group.NEEDS, Group.WAITING, Group.DECIDED, Group.MET)


def find(number: int, viewer: Viewer, now: datetime) -> CaseBoard:
    """The clocks of the case of that number. Raises NotFound for none that the viewer may see."""
    case = Case.objects.all().visible_to(viewer).filter(number=number).first()
    if case is None:
        raise NotFound(_("There is no case number %s.") % number, _("Look in the list of incidents."))
    return case_board(case, viewer, now)


def as_json(found: CaseBoard) -> dict[str, Any]:
    """As the API answers."""
    rows = [
        {**row, "act_by": row["act_by"].isoformat() if row["act_by"] else None} for row in told(found.board)
    ]
    return {"number": found.case.number, "law_version": found.case.law_version, "clocks": rows}


def lines(found: CaseBoard) -> Iterator[str]:
    """A heading for each group, and its clocks."""
    for group in LINES:
        if not found.board[group]:
            continue
        yield ""
        yield f"{group.value.capitalize()}:"
        for shown in found.board[group]:
            yield f"  {shown.id}: {shown.told.clock.recipient}" + (f", {shown.left}" if shown.left else "")
            for line in shown.limits:
                yield f"    {line.label}: {line.words} ({line.utc})"
            for ask in shown.told.asks:
                yield f"    ? {ask.question}"
    rest = sum(len(found.board[group]) for group in (Group.UNKNOWN_LAW, Group.NOT_OWED))
    yield ""
    yield f"{rest} others are not owed by what is known, or wait for answers about the organisation."
    yield str(found.clocks.register.disclaimer)
