"""What applied, and what changed about that."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record


class Applying(Record):
    """The answer for one obligation as it last was. Its key is the obligation's id; there is one row each."""

    name = models.CharField(max_length=200)
    citation = models.CharField(max_length=400)
    kind = models.CharField(max_length=40)
    jurisdiction = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    """`in_force`, `phased`, `future` or `proposed`."""
    confidence = models.CharField(max_length=40)
    answer = models.CharField(max_length=20)
    """The one that holds: `applies`, `does not apply` or `cannot tell`."""
    says = models.CharField(max_length=20)
    """What the content says by the facts."""
    override = models.CharField(max_length=40, blank=True)
    """Key of the override that holds; empty where the content's answer does."""
    displaced_by = models.CharField(max_length=40, blank=True)
    """Id of the obligation that applies in its place."""
    deciding = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    """Answers, as they were, to the facts that it turns on; one that is absent was open."""
    parts = models.JSONField(default=dict)
    """Digests of what the content says, by part: `duties`, `clocks`... By them a new version is compared."""
    version = models.CharField(max_length=60)
    """Of the content that was read; `unreadable` for one of one's own of which none can be."""
    since = models.DateTimeField()
    """When the answer that holds became this one."""

    room = "law"

    class Meta:
        verbose_name = "answer of the law"
        indexes = (models.Index(fields=("answer", "name"), name="applying_answer"),)

    def __str__(self) -> str:
        return self.name


class LawChange(Record):
    """That an answer, or what the content says of an obligation, is no longer what it was, and why."""

    obligation = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    before = models.CharField(max_length=20, blank=True)
    """The answer that held; empty for an obligation that was not there."""
    after = models.CharField(max_length=20, blank=True)
    """The answer that holds; empty for one that is there no longer."""
    displaced_before = models.CharField(max_length=40, blank=True)
    displaced_after = models.CharField(max_length=40, blank=True)
    parts = models.JSONField(default=list)
    """Of the content that read otherwise than before: `duties`, `clocks`..."""
    causes = models.JSONField(default=list)
    """`facts`, `content`, `override`, `own`, `unreadable`, `other`: what had changed."""
    facts = models.JSONField(default=dict)
    """Facts whose answers had changed: id to the new one, null for one that is open again."""
    version_before = models.CharField(max_length=60, blank=True)
    version_after = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    room = "law"

    class Meta:
        verbose_name = "change of the law"
        indexes = (models.Index(fields=("-at", "-id"), name="law_change_at"),)

    def __str__(self) -> str:
        return self.name
