"""The source of subjects that is called "hosts": every known host with its newest report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.ledger import blobs
from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import Subject, register_reference, register_source
from duecare.systems.models import NEWEST, Host, Report

HOST = "systems.host"


def hosts(now: datetime) -> Iterator[Subject]:
    """Every host that was not removed, those that never reported included."""
    newest = {
        row[0]: row[1:]
        for row in Report.objects.filter(newest__in=NEWEST).values_list(
            "host_id", "report", "grade", "collected_at", "live"
        )
    }
    for key, name in Host.objects.filter(removed_at=None).order_by("name", "id").values_list("id", "name"):
        reference = f"{HOST}:{key}"
        if key not in newest:
            yield Subject(reference, name, Grade.OWN, None, _("it has never reported"))
            continue
        digest, grade, collected_at, live = newest[key]
        try:
            facts = Facts(now, collected_at, json.loads(blobs.fetch(digest))["facts"], live)
        except DuecareError as error:
            yield Subject(reference, name, Grade(grade), None, error.what, digest)
            continue
        yield Subject(reference, name, Grade(grade), facts, evidence=digest)


register_source("hosts", hosts)
register_reference(HOST, lambda key: reverse("host", args=[key]))
