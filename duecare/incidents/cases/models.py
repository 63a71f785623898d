"""Reports of what may be an incident, cases, and what belongs to a case at any time."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from duecare.ledger import asof
from duecare.ledger.once import once
from duecare.ledger.records import BlobField, Record
from duecare.ledger.viewers import Role, Viewer, VisibleQuerySet
from duecare.program.models import Person

M = TypeVar("M", bound=models.Model)
ROOM = "incidents"


def cases_held_by(viewer: Viewer) -> list[str]:
    """Keys of the cases in which the viewer has a role today, whatever day is viewed: a right that has ended
    does not come back with the past."""
    if not viewer.person:
        return []

    def ask() -> list[str]:
        held = CaseRole.objects.using(asof.LIVE).filter(person=viewer.person, ended_at=None)
        return list(held.values_list("case", flat=True))

    return once(f"cases held by {viewer.person}", ask, live=True)


def works_in_cases(viewer: Viewer) -> bool:
    """Whether a role in a case lets the viewer work on it: not one who only reads here by now."""
    return viewer.changes or viewer.has(Role.MEMBER)


class CaseQuerySet(VisibleQuerySet["Case"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Case]:
        """Who reads the area sees all cases; everybody else those in which they have a role."""
        if viewer.reads and viewer.covers(ROOM):
            return self.all()
        if not viewer.roles or not viewer.person:
            return self.none()
        return self.filter(pk__in=cases_held_by(viewer))


class OfCaseQuerySet(VisibleQuerySet[M]):
    """What belongs to a case is seen by who sees the case."""

    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[M]:
        if viewer.reads and viewer.covers(ROOM):
            return self.all()
        return self.filter(case__in=cases_held_by(viewer)) if viewer.roles else self.none()


class Case(Record):
    """An incident that is worked on, from the moment when somebody took it up until its lessons are drawn."""

    number = models.PositiveIntegerField(unique=True)
    """What people call it by: 1, 2, 3..."""
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=40, blank=True)
    """Id of its playbook (`plans/playbooks.py`); empty while nobody has said."""
    severity = models.CharField(max_length=40, blank=True)
    """Id of a step of the plan's scale; empty until triage."""
    phase = models.CharField(max_length=20)
    """`cases/phases.py`."""
    summary = models.TextField(blank=True)
    """What is known by now, in a few sentences: what a reader who comes late needs."""
    country = models.CharField(max_length=6, blank=True)
    """ISO 3166 code of the place whose national acts its clocks follow; empty for the organisation's own."""
    zone = models.CharField(max_length=60)
    """IANA zone in which its times are told."""
    exercise = models.BooleanField()
    """Whether it is only rehearsed. Never changed; nothing of it is sent to anybody outside."""
    plan_entry = models.BigIntegerField(null=True)
    """Index of the entry with the plan under which it runs; null if there was none."""
    law = BlobField()
    """The content of the law by which its clocks are counted, as it was when they first were."""
    law_version = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)
    closed_as = models.CharField(max_length=20, blank=True)
    """`resolved`, `no incident` or `merged`."""
    closed_by = models.CharField(max_length=80, blank=True)
    closed_words = models.TextField(blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    classified = models.JSONField(default=dict)
    """For later statistics, in the words of VERIS: actor, action, asset, attribute."""

    room = ROOM
    objects = CaseQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    class Meta:
        indexes = (models.Index(fields=("closed_at", "-opened_at", "-id"), name="case_open"),)

    @property
    def called(self) -> str:
        """ "Incident 7" in the record's plain way: `7`, with a mark for exercises added by pages."""
        return f"{self.number}"

    def __str__(self) -> str:
        return self.title


class IncidentReportQuerySet(VisibleQuerySet["IncidentReport"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[IncidentReport]:
        """Who reads the area sees all; everybody else what they reported themselves."""
        if viewer.reads and viewer.covers(ROOM):
            return self.all()
        return self.filter(reported_by=viewer.actor) if viewer.roles else self.none()


class IncidentReport(Record):
    """What somebody who is signed in told: that something may be wrong."""

    words = models.TextField()
    """What they saw."""
    kind = models.CharField(max_length=40, blank=True)
    """What it looks like to them: id of a playbook."""
    noticed_at = models.DateTimeField(null=True)
    """When they noticed, by their word; null for just now."""
    reported_by = models.CharField(max_length=80)
    reported_at = models.DateTimeField()
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="reports")
    """The case that it became, or was put to."""
    triaged_at = models.DateTimeField(null=True)
    triaged_by = models.CharField(max_length=80, blank=True)
    triage_words = models.TextField(blank=True)
    """What whoever reported it is told; why it is no incident, if it is none."""

    room = ROOM
    objects = IncidentReportQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("triaged_at", "-reported_at", "-id"), name="incident_report_open"),)

    def __str__(self) -> str:
        return self.words[:80]


class CaseRole(Record):
    """Who has which role of the plan in a case, from when until when."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="roles")
    role = models.CharField(max_length=40)
    """Id of a role of the plan (`plans/roles.py`)."""
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="case_roles")
    """Null for somebody from outside."""
    name = models.CharField(max_length=200, blank=True)
    """Of somebody from outside, with their organisation and how they are reached."""
    since = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("person", "ended_at"), name="case_role_person"),)

    def __str__(self) -> str:
        return self.role


class CaseFact(Record):
    """The answer to one question on which a clock may turn (`law/content/facts.yaml`). One row a fact."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="facts")
    fact = models.CharField(max_length=120)
    value = models.JSONField(null=True)
    """True, false, a whole number or a word; null once somebody said that it is not known after all."""
    words = models.TextField(blank=True)
    """What it rests on."""
    said_by = models.CharField(max_length=80)
    said_at = models.DateTimeField()

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "fact"), name="one_answer_a_fact"),)

    def __str__(self) -> str:
        return self.fact


class Affected(Record):
    """A host, account, data set or other thing that the incident touches or may touch."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="affected")
    about = models.CharField(max_length=120, blank=True)
    """A typed reference, for example `systems.host:k3...`; empty for what is only named."""
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=20)
    """`suspected`, `affected`, `contained`, `recovered` or `clean`."""
    words = models.TextField(blank=True)
    said_by = models.CharField(max_length=80)
    said_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    """When it was taken off, as put there by mistake."""

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("case", "status"), name="affected_case"),)

    def __str__(self) -> str:
        return self.name


class CaseLink(Record):
    """That a finding, an alert or another record belongs to a case, from when until it was detached."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="links")
    about = models.CharField(max_length=120)
    """A typed reference, for example `program.finding:k3...`."""
    why = models.TextField()
    attached_by = models.CharField(max_length=80)
    attached_at = models.DateTimeField()
    detached_by = models.CharField(max_length=80, blank=True)
    detached_at = models.DateTimeField(null=True)
    detached_why = models.TextField(blank=True)

    room = ROOM
    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("about", "detached_at"), name="case_link_about"),)

    def __str__(self) -> str:
        return self.about
