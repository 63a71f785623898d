"""Who there is, what each of them may do, and what they sign with."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.ledger.viewers import Role, Viewer, VisibleQuerySet


class PersonQuerySet(VisibleQuerySet["Person"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Person]:
        """Everyone who is signed in sees people's names: who gave them a task, who said what about it."""
        return self.all() if viewer.roles else self.none()


class Person(Record):
    """Somebody named in the record. The random key stands in entries; the name can be erased."""

    name = models.CharField(max_length=200)

    objects = PersonQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

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


class RightArea(Record):
    """An area that a right is limited to. A right without any is not limited; an owner's never is."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="areas")
    area = models.CharField(max_length=40)
    """Id of the area (`catalogue.py`)."""

    def __str__(self) -> str:
        return f"{self.right} in {self.area}"


class Passkey(Record):
    """A credential with which a person signs approvals; registered before whatever it signs."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="passkeys")
    name = models.CharField(max_length=100)
    credential = models.CharField(max_length=1400)
    """The credential's id, base64url without padding (WebAuthn Level 3, 4)."""
    public_key = models.TextField()
    """SubjectPublicKeyInfo, PEM: what openssl takes."""
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
