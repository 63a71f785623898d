"""What is kept here for the law, and which holds lie on a case: only the site knows both rooms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.cases.frame import Note, register_noting
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import CASE
from duecare.law.duties.keeping import Kept, register_kept
from duecare.ledger.viewers import Viewer
from duecare.program.holds import held


def _register_of_breaches(viewer: Viewer, now: datetime) -> Kept | None:
    """The list of incidents; what was only rehearsed, was none after all, or went up in another is none."""
    if not viewer.reads or not viewer.covers(Case.room):
        return None
    rows = (
        Case.objects.all()
        .visible_to(viewer)
        .filter(exercise=False)
        .exclude(closed_as__in=("no incident", "merged"))
    )
    oldest = rows.order_by("opened_at", "id").first()
    closed = rows.exclude(closed_at=None).order_by("closed_at").values_list("closed_at", flat=True).first()
    # What is still worked on is kept as long as that takes, and its time begins only then.
    day = timezone.localdate(closed) if oldest and oldest.closed_at and closed else None
    return Kept(
        gettext_lazy("The incidents of this record"),
        reverse("incidents"),
        rows.count(),
        day,
        CASE,
    )


def _holds_on_case(case: Case, viewer: Viewer, now: Any) -> Iterator[Note]:
    """That a case must not be destroyed."""
    for hold in held(f"{CASE}:{case.pk}", viewer):
        yield Note(_("Legal hold"), hold.name, "standing", hold.url)


register_kept("incidents", _register_of_breaches)
register_noting(_holds_on_case)
