"""Where a claim stands, and whether the insurer was told in time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from duecare.risk.insurance.policies.terms import Notice
from duecare.words import Text
from duecare.words import gettext as _

STATES: Mapping[str, str] = {
    "to do": Text("Not told yet"),
    "notice given": Text("Notice given"),
    "accepted": Text("Covered, says the insurer"),
    "refused": Text("Refused"),
    "paid": Text("Paid"),
    "closed": Text("Closed"),
}
"""By key of `web/words.py`, in the order in which a claim goes through them."""
UNTOLD = "to do"


@dataclass(frozen=True, slots=True)
class Timely:
    """How one notice period was kept."""

    notice: Notice
    due: datetime | None
    """None for a period without a number."""
    late: bool
    words: str


def timely(
    known: datetime, noticed: datetime | None, notices: Iterable[Notice], now: datetime, zone: tzinfo
) -> tuple[Timely, ...]:
    """How each notice period of the policy was kept, or stands at a moment; `zone` is where days end.

    It is counted from when we became aware, whatever event the policy names: for one that is counted from
    another, that is the earliest day that is known.
    """
    found = []
    for notice in notices:
        due = notice.due(known, zone)
        if due is None:
            words = _("told: whether without undue delay, people have to judge") if noticed else _("not told")
            found.append(Timely(notice, None, False, words))
            continue
        late = (noticed or now) > due
        if noticed:
            words = _("told after it had ended") if late else _("told in time")
        else:
            words = _("not told, and it has ended") if late else _("not told yet")
        found.append(Timely(notice, due, late, words))
    return tuple(found)
