"""What checks found: assessments, outcomes, findings."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from duecare.ledger.records import BlobField, Record
from duecare.ledger.viewers import VisibleQuerySet
from duecare.program.catalogue import safeguards_of
from duecare.program.judgement import Grade, Verdict

M = TypeVar("M", bound=models.Model)


class OfSafeguardsQuerySet(VisibleQuerySet[M]):
    """Rows that name a safeguard, and so are of its area."""

    def within(self, areas: frozenset[str]) -> VisibleQuerySet[M]:
        return self.filter(safeguard__in=safeguards_of(areas))


class AssessmentQuerySet(VisibleQuerySet["Assessment"]):
    def within(self, areas: frozenset[str]) -> VisibleQuerySet[Assessment]:
        """When the checks ran is of every area."""
        return self.all()


class Assessment(Record):
    """One run of the checks. It is recorded as started before any evidence is read; one that never finished
    shows as such."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict)
    """How many outcomes by verdict."""
    program = models.CharField(max_length=40)
    """Version of Duecare that judged."""

    objects = AssessmentQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    def __str__(self) -> str:
        return f"assessment {self.started_at:%Y-%m-%d %H:%M}"


class Outcome(Record):
    """What a check found about its population: one row a check, changed on change, else once a day.
    Its key is the check's id."""

    safeguard = models.CharField(max_length=40)
    verdict = models.CharField(max_length=20, choices=[(verdict.value, verdict.value) for verdict in Verdict])
    reason = models.TextField(blank=True)
    """In words, why it is unknown or not applicable as a whole; empty where the exceptions say it."""
    revision = models.PositiveIntegerField()
    population = models.PositiveIntegerField()
    """How many things it looked at, in the check's `counts`."""
    population_was = models.PositiveIntegerField(null=True)
    """The population of the outcome before, if it was another."""
    subjects = models.PositiveIntegerField()
    """How many hosts (or other sources) that was."""
    unmet = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    example = models.TextField(blank=True)
    """The first exception that decides the verdict, in words; empty if there is none."""
    measure = models.IntegerField(null=True)
    """The largest, in the check's `unit`."""
    target = models.IntegerField(null=True)
    target_was = models.IntegerField(null=True)
    """The target of the outcome before, if it was another."""
    grade = models.CharField(
        max_length=30, choices=[(grade.value, grade.value) for grade in Grade], blank=True
    )
    """The weakest grade among the evidence; empty without evidence."""
    evidence_at = models.DateTimeField(null=True)
    """When the oldest evidence that counted was gathered."""
    stale_at = models.DateTimeField(null=True)
    """When the evidence will be too old to say anything but unknown."""
    judged_at = models.DateTimeField()
    since = models.DateTimeField()
    """Since when the verdict is this."""
    assessment = models.ForeignKey(Assessment, models.PROTECT)
    looked_at = BlobField()
    """JSON lines: every subject of the population with the digest of its evidence (`outcomes.py`)."""
    exceptions = BlobField()
    """JSON lines: every exception by name and reason; empty if there are none."""

    objects = OfSafeguardsQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("safeguard",), name="outcome_safeguard"),)

    def __str__(self) -> str:
        return f"{self.pk}: {self.verdict}"


class Finding(Record):
    """A gap. One that comes from a check opens and closes by itself; its history is in the ledger."""

    check_id = models.CharField(max_length=80)
    safeguard = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    """A typed reference (`references.py`) to what falls short, for example `systems.host:k3...`."""
    subject_name = models.CharField(max_length=255)
    item = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=200, blank=True)

    objects = OfSafeguardsQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (
            models.Index(fields=("-opened_at", "-id"), name="finding_opened"),
            models.Index(fields=("check_id", "subject", "item"), name="finding_what"),
            models.Index(fields=("subject", "closed_at", "-opened_at"), name="finding_subject"),
            models.Index(fields=("safeguard", "-opened_at", "-id"), name="finding_safeguard"),
            models.Index(fields=("closed_at", "-opened_at", "-id"), name="finding_closed"),
        )

    def __str__(self) -> str:
        where = f"{self.subject_name} {self.item}".strip()
        return f"{where}: {self.reason}"
