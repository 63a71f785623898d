"""Where a claim stands, and whether the insurer was told in time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from duecare.risk.insurance.policies.terms import TRIGGERS, Notice
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
AWARENESS = "awareness"
"""The event whose moment a claim holds."""


@dataclass(frozen=True, slots=True)
class Timely:
    """How one notice period was kept."""

    notice: Notice
    due: datetime | None
    """None for a period without a number."""
    late: bool
    words: str
    sure: bool = True
    """False where the policy counts from an event of which only the latest possible moment is known."""
    told: bool = False

    @property
    def look(self) -> str:
        """How it is shown: a key of `web/words.py`."""
        if self.late:
            return "late"
        if not self.sure:
            return "unknown"
        return "met" if self.told and self.due is not None else "waiting"


def timely(
    known: datetime, noticed: datetime | None, notices: Iterable[Notice], now: datetime, zone: tzinfo
) -> tuple[Timely, ...]:
    """How each notice period of the policy was kept, or stands at a moment; `zone` is where days end.

    What is known is when we became aware. A policy that counts from the first suspicion, or from when it was
    or could have been discovered, may have begun to count before that: later than counted from awareness is
    late all the same, and earlier is not yet in time.
    """
    found = []
    for notice in notices:
        due = notice.due(known, zone)
        if due is None:
            words = _("told: whether without undue delay, people have to judge") if noticed else _("not told")
            found.append(Timely(notice, None, False, words))
            continue
        late = (noticed or now) > due
        sure = notice.trigger == AWARENESS
        if late:
            words = _("told after it had ended") if noticed else _("not told, and it has ended")
        elif not sure:
            words = (
                _("told, but it counts from when %s, which may have been earlier and is not known here")
                if noticed
                else _("not told yet; it counts from when %s, which may have been earlier: it may have ended")
            ) % TRIGGERS[notice.trigger]
        else:
            words = _("told in time") if noticed else _("not told yet")
        found.append(Timely(notice, due, late, words, sure, noticed is not None))
    return tuple(found)
