"""The spine's records: who the organisation is, what it holds itself to, and what the checks found."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import BlobField, Record
from duecare.ledger.viewers import Role, Viewer, VisibleQuerySet
from duecare.program.judgement import Grade, Verdict


class Person(Record):
    """Somebody named in the record. The random key stands in entries; the name can be erased."""

    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Right(Record):
    """A role that a person holds in Duecare, from the day it was given until it ends."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="rights")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    given_at = models.DateTimeField()
    until = models.DateField(null=True)
    """Last day on which it holds; an auditor's always has one."""
    sees_from = models.DateField(null=True)
    """For an auditor: the first day whose state they may see."""
    sees_to = models.DateField(null=True)
    """For an auditor: the last day whose state they may see; null for until today."""
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person} as {self.role}"


class ProfileQuerySet(VisibleQuerySet["Profile"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Profile]:
        """Everyone who is signed in sees the organisation's name."""
        return self.all() if viewer.roles else self.none()


class Profile(Record):
    """Facts about the organisation. One row, with the key `profile`."""

    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, blank=True)
    """ISO 3166 code."""
    zone = models.CharField(max_length=60, default="UTC")
    """IANA time zone: days end there."""
    people = models.PositiveIntegerField(null=True)
    """How many people work there; null if not said."""
    computers = models.PositiveIntegerField(null=True)
    """How many computers there are; null if not said. The pages name their reach by it."""
    facts = models.JSONField(default=dict)
    """Answers to the questions of the obligations, by fact id: true, false, or absent for unknown."""

    objects = ProfileQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    def __str__(self) -> str:
        return self.name


class DataSet(Record):
    """Kinds of data held: whose and how many by jurisdiction, where, encrypted how, with which supplier."""

    name = models.CharField(max_length=200)
    kinds = models.TextField(blank=True)
    people = models.JSONField(default=dict)
    """How many people's data, by jurisdiction code; null for a number not known."""
    place = models.CharField(max_length=200, blank=True)
    encryption = models.CharField(max_length=200, blank=True)
    supplier = models.CharField(max_length=200, blank=True)
    keeper = models.CharField(max_length=200, blank=True)
    """Who answers for it."""

    def __str__(self) -> str:
        return self.name


class Target(Record):
    """A number that the organisation holds itself to. Its key is the target's id; without a row the shipped
    default is used and shown as not yet adopted."""

    value = models.IntegerField()
    reason = models.TextField()
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=80)
    """The actor. Asserted by the server; a signed approval comes with approvals."""

    def __str__(self) -> str:
        return f"{self.pk} = {self.value}"


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

    class Meta:
        indexes = (
            models.Index(fields=("-opened_at", "-id"), name="finding_opened"),
            models.Index(fields=("check_id", "subject", "item"), name="finding_what"),
            models.Index(fields=("subject", "closed_at", "-opened_at"), name="finding_subject"),
            models.Index(fields=("safeguard", "-opened_at", "-id"), name="finding_safeguard"),
            models.Index(fields=("closed_at", "-opened_at", "-id"), name="finding_closed"),
        )

    def __str__(self) -> str:
        return f"{self.subject_name} {self.item}: {self.reason}"
