"""What all rooms of the risk area have in common: its id, and who sees its records."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from duecare.ledger.viewers import Viewer, VisibleQuerySet

M = TypeVar("M", bound=models.Model)
ROOM = "risk"


class RiskQuerySet(VisibleQuerySet[M]):
    """Who reads the area sees its records, and nobody else."""

    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[M]:
        return self.all() if viewer.reads and viewer.covers(ROOM) else self.none()
