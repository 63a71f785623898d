"""The records of assurance: the reports that were issued."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from duecare.ledger.records import BlobField, Record
from duecare.ledger.viewers import Viewer, VisibleQuerySet


class IssuedReportQuerySet(VisibleQuerySet["IssuedReport"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[IssuedReport]:
        """Who may read all areas; an auditor those whose days all lie in the period that they were given."""
        if not viewer.reads or viewer.areas is not None:
            return self.none()
        first, last = viewer.period
        within = Q()
        if first is not None:
            within &= Q(first_day__gte=first)
        if last is not None:
            within &= Q(last_day__lte=last)
        return self.filter(within)


class IssuedReport(Record):
    """A report as it was handed out. It is not changed and not made again: another one is another record."""

    report = models.CharField(max_length=40)
    """Id of the report (`reports/`)."""
    about = models.CharField(max_length=120, blank=True)
    """`safeguard:<id>`, `obligation:<id>` or `case:<key>`; empty where it is about the whole organisation."""
    title = models.CharField(max_length=200)
    """As printed."""
    first_day = models.DateField()
    """First day whose state it tells, in the organisation's zone."""
    last_day = models.DateField()
    """Last day whose state it tells; the same as the first where it tells of one day."""
    instant = models.DateTimeField()
    """The moment it speaks from."""
    size = models.BigIntegerField()
    """How many entries there were at that moment: what it rests on."""
    checkpoint = models.BigIntegerField()
    """Size of the checkpoint that it prints, which covers those entries."""
    pdf = BlobField()
    """The file itself."""
    length = models.PositiveBigIntegerField()
    """Bytes of the file."""
    program = models.CharField(max_length=40)
    """Version of Duecare that made it."""
    made_by = models.CharField(max_length=80)
    """The actor. Asserted by the server."""
    made_at = models.DateTimeField()

    objects = IssuedReportQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    class Meta:
        verbose_name = "report that was issued"
        indexes = (
            models.Index(fields=("-made_at", "-id"), name="issued_made"),
            models.Index(fields=("report", "-made_at", "-id"), name="issued_report"),
        )

    def __str__(self) -> str:
        return self.title
