"""What people do with indicators: add many at once, and take one off with a reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases.models import Case
from duecare.incidents.indicators.kinds import KINDS, TLP, Found
from duecare.incidents.indicators.models import Indicator
from duecare.incidents.timeline.actions import demand_open
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.web.recorded import recorded

AT_ONCE = 500
"""Indicators of one act."""
LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True)
class New:
    """A sign to add, with who may be told of it and what it has to do with the case."""

    found: Found
    tlp: str
    words: str


def standing(case: Case, values: Collection[str] | None = None) -> set[tuple[str, str]]:
    """(kind, value) of what the case has; with `values`, of these only."""
    known = Indicator.objects.filter(case=case, removed_at=None)
    asked = known if values is None else known.filter(value__in=values)
    return set(asked.values_list("kind", "value"))


def add(
    actor: str,
    case: Case,
    found: Sequence[Found],
    tlp: str,
    now: datetime,
    *,
    words: str = "",
    source: str = "",
) -> int:
    """Add signs to a case; how many were new. What is there already is passed over.

    Raises BadInput for what cannot be, Refused if the case is closed.
    """
    if tlp not in TLP:
        raise BadInput(_("“%s” is not known.") % tlp[:40], _("Choose one of %s.") % ", ".join(TLP), "tlp")
    if not all(one.kind in KINDS for one in found):
        raise BadInput(_("A kind is not known."), _("Choose one of %s.") % ", ".join(KINDS), "kind")
    rows = [New(one, tlp, words.strip()) for one in dict.fromkeys(found)]
    made = 0
    for start in range(0, len(rows), AT_ONCE):
        with recording(actor, recorded("add indicators to the case %(title)s", title=case.title)):
            demand_open(case)
            made += put(actor, case, rows[start : start + AT_ONCE], source, now)
    return made


def put(actor: str, case: Case, rows: Sequence[New], source: str, now: datetime) -> int:
    """The same within an act that is open already."""
    there, made = standing(case, {row.found.value for row in rows}), 0
    for row in rows:
        if (row.found.kind, row.found.value) in there:
            continue
        there.add((row.found.kind, row.found.value))
        Indicator.objects.create(
            id=new_key(),
            case=case,
            kind=row.found.kind,
            value=row.found.value,
            tlp=row.tlp,
            words=row.words,
            source=source.strip()[:LONGEST_SOURCE],
            added_at=now,
            added_by=actor,
        )
        made += 1
    return made


def remove(actor: str, case: Case, key: str, reason: str, now: datetime) -> Indicator:
    """Take an indicator off; it stays to be read, with the reason.

    Raises BadInput without one, NotFound for no such indicator, Refused if it is off or the case closed.
    """
    if not reason.strip():
        raise BadInput(
            _("An indicator is not taken off without a reason."), _("Say why it is none."), "reason"
        )
    with recording(actor, recorded("take an indicator off the case %(title)s", title=case.title)):
        demand_open(case)
        found: Indicator | None = Indicator.objects.select_for_update().filter(case=case, pk=key).first()
        if found is None:
            raise NotFound(_("There is no such indicator in this case."), _("Look in its list."))
        if found.removed_at is not None:
            raise Refused(_("This indicator is taken off already."), _("Look at it for the reason."))
        found.removed_at, found.removed_by, found.removed_because = now, actor, reason.strip()
        found.save()
    return found


def find_indicator(case: Case, key: str, viewer: Viewer) -> Indicator:
    """The indicator of that case. Raises NotFound."""
    found: Indicator | None = Indicator.objects.all().visible_to(viewer).filter(case=case, pk=key).first()
    if found is None:
        raise NotFound(_("There is no such indicator in this case."), _("Look in its list."))
    return found
