"""Legal holds: what must not be destroyed, because somebody may have to show it."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.ledger.viewers import Viewer, VisibleQuerySet

ROOM = "law"


class HoldQuerySet(VisibleQuerySet["LegalHold"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[LegalHold]:
        """Those who decide see them on pages and lists: an auditor, and whose right ends before the law, does
        not. Who reads the whole record reads their entries, an auditor too."""
        return self.all() if viewer.changes and viewer.covers(ROOM) else self.none()


class LegalHold(Record):
    """That some things are kept whatever their time, from a day on until somebody ends it with a reason."""

    name = models.CharField(max_length=200)
    why = models.TextField()
    covers = models.TextField()
    """What is held, in words: what is no thing of Duecare stands here alone."""
    things = models.JSONField(default=list)
    """What is held of Duecare's own: typed references ("incidents.case:k3..."), or a kind as a whole
    ("incidents.case")."""
    asked_by = models.CharField(max_length=200)
    """Who asked for it: counsel, a court, an authority."""
    since = models.DateField()
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_because = models.TextField(blank=True)

    room = ROOM
    objects = HoldQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "legal hold"

    def __str__(self) -> str:
        return self.name
