"""The sources of subjects called "named hosts" and "mail domains": every name with its newest look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.ledger import blobs
from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import Subject, register_reference, register_source
from duecare.systems.models import NEWEST, Look, Name, NameKind
from duecare.systems.name_checks import MAIL, TLS

NAME = "systems.name"


def names(kind: NameKind, now: datetime) -> Iterator[Subject]:
    """Every name of a kind that was not removed, those that nobody looked at yet included."""
    looks = {look.name_id: look for look in Look.objects.filter(newest__in=NEWEST, name__kind=kind)}
    for name in Name.objects.filter(kind=kind, removed_at=None).order_by("name", "id"):
        yield subject(name, looks.get(name.pk), now)


def subject(name: Name, look: Look | None, now: datetime) -> Subject:
    """A name as checks see it at a moment; without facts if there is no look or it cannot be read."""
    reference = f"{NAME}:{name.pk}"
    if look is None:
        return Subject(reference, str(name), Grade.OWN, None, _("nobody has looked at it yet"))
    grade = Grade(look.grade)
    try:
        sections = json.loads(blobs.fetch(look.look))["facts"]
    except DuecareError as error:
        return Subject(reference, str(name), grade, None, error.what, look.look)
    return Subject(reference, str(name), grade, Facts(now, look.looked_at, sections), evidence=look.look)


register_source(TLS, partial(names, NameKind.TLS))
register_source(MAIL, partial(names, NameKind.MAIL))
register_reference(NAME, lambda key: reverse("name", args=[key]))
