"""What people say about records, and the files that they put to them."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat

from duecare.ledger.records import BlobField, Record
from duecare.ledger.viewers import Viewer, VisibleQuerySet
from duecare.program.approval_models import SafeguardException
from duecare.program.catalogue import safeguards_of
from duecare.program.outcome_models import Finding
from duecare.program.statement_models import Statement
from duecare.program.task_models import Task

M = TypeVar("M", bound=models.Model)

_told: dict[str, type[Record]] = {}


def register_remarked(kind: str, model: type[Record]) -> None:
    """Let who does not read everything see what is said of the rows of this kind that they may see."""
    _told[kind] = model


class RemarkQuerySet(VisibleQuerySet[M]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[M]:
        """Who may read all sees all remarks; everyone else those on their own tasks, and those on what is of
        their areas if their right is limited to some.

        Whether somebody may see what a remark is about is asked once more, by `subjects.visible`.
        """
        if viewer.reads and viewer.areas is None:
            return self.all()
        seen = Q(about__in=_named("program.task", Task, viewer))
        for kind, model in _told.items():
            seen |= Q(about__in=_named(kind, model, viewer))
        if viewer.reads and viewer.areas is not None:
            spine: tuple[tuple[str, type[Record]], ...] = (
                ("program.finding", Finding),
                ("program.statement", Statement),
                ("program.safeguardexception", SafeguardException),
            )
            for kind, model in spine:
                seen |= Q(about__in=_named(kind, model, viewer))
            seen |= Q(about__in=[f"program.safeguard:{id}" for id in safeguards_of(viewer.areas)])
        return self.filter(seen)


def _named(kind: str, model: type[Record], viewer: Viewer) -> Any:
    """The references to the rows of a kind that a viewer may see, for a subquery."""
    rows = model.objects.all().visible_to(viewer)
    return rows.annotate(named=Concat(Value(f"{kind}:"), "pk")).values("named")


class Comment(Record):
    """What somebody said about a record. Comments are not changed: what was said, was said."""

    about = models.CharField(max_length=120)
    """A typed reference, for example `program.task:k3...`."""
    words = models.TextField()
    mentions = models.JSONField(default=list)
    """Keys of the people whom it names."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    objects = RemarkQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("about", "made_at"), name="comment_about"),)

    def __str__(self) -> str:
        return f"comment on {self.about}"


class Attachment(Record):
    """A file that somebody put to a record."""

    about = models.CharField(max_length=120)
    """A typed reference, for example `program.statement:k3...`."""
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    """Bytes."""
    content = BlobField()
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    objects = RemarkQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("about", "made_at"), name="attachment_about"),)

    def __str__(self) -> str:
        return self.name
