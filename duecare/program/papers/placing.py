"""Where in the ledger a record stands, and days and moments in words, for what is printed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from duecare.ledger.browsing import entries_in_view
from duecare.ledger.merkle import leaf_hash
from duecare.ledger.viewers import Viewer
from duecare.web.figures import short_day
from duecare.web.moments import exact

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a record's state stands in the ledger."""

    index: int
    leaf: str
    """Hash of the entry's leaf, 64 hex."""

    @property
    def words(self) -> str:
        return _("entry %(index)s, leaf %(leaf)s") % {"index": self.index, "leaf": self.leaf}


def placed(kind: str, keys: Collection[str], viewer: Viewer) -> dict[str, Placed]:
    """The newest entry about each of these records of a kind, within the view in force."""
    entries = entries_in_view(viewer).filter(kind=kind, subject__in=list(keys))
    newest = [index for _key, index in entries.values_list("subject").annotate(newest=Max("index"))]
    rows = entries_in_view(viewer).filter(index__in=newest).values_list("subject", "index", "leaf")
    return {subject: Placed(index, leaf_hash(bytes(leaf)).hex()) for subject, index, leaf in rows}


def day(value: date | datetime | None) -> str:
    """A day in words, of a moment in the organisation's zone; a dash for none."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return short_day(value)


def moment(value: datetime | None) -> str:
    """A moment to the minute, with its zone; a dash for none."""
    return NOTHING if value is None else exact(value)
