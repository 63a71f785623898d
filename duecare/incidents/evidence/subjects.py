"""The source of subjects called "evidence": every file that is kept, with what its last reading showed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from duecare.incidents.evidence.checks import EVIDENCE
from duecare.incidents.evidence.models import Custody, Evidence
from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import Subject, register_reference, register_source

KIND = "incidents.evidence"


def evidence(now: datetime) -> Iterator[Subject]:
    """Every file that is kept as evidence, but those of exercises."""
    kept = list(Evidence.objects.filter(case__exercise=False).exclude(content="").order_by("id"))
    readings = Custody.objects.filter(intact__isnull=False).order_by("recorded_at", "id")
    newest = {one.evidence_id: one for one in readings}
    for one in kept:
        yield subject(one, newest.get(one.pk), now)


def subject(of: Evidence, reading: Custody | None, now: datetime) -> Subject:
    """One file as the check sees it."""
    read_at = reading.recorded_at if reading else of.added_at
    told = {"evidence": {"state": "read", "problems": [], "intact": reading is None or bool(reading.intact)}}
    return Subject(f"{KIND}:{of.pk}", of.what, Grade.OWN, Facts(now, read_at, told), evidence=of.content)


register_source(EVIDENCE, evidence)
register_reference(KIND, lambda key: reverse("evidence-of", args=[key]))
