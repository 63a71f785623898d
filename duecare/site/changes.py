"""What changed lately, in words: the newest acts of the record, for the home page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from duecare.ledger.asof import View
from duecare.ledger.models import ACT, Entry, Payload
from duecare.ledger.naming import actor_words
from duecare.ledger.viewers import Viewer
from duecare.program.models import Person

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Change:
    """One act."""

    index: int
    at: datetime
    what: str
    who: str
    count: int
    """Records changed and notes made."""


def changes(viewer: Viewer, view: View | None) -> list[Change]:
    """The newest acts that a viewer may see, newest first."""
    heads = Entry.objects.all().visible_to(viewer).filter(kind=ACT)
    if view is not None:
        heads = heads.filter(index__lt=view.size)
    said = Payload.objects.filter(index=OuterRef("index")).values("data")
    rows = list(heads.order_by("-index").annotate(said=Subquery(said))[:SHOWN])
    payloads = {row.index: json.loads(bytes(row.said)) for row in rows if row.said is not None}
    names = _names({row.actor for row in rows}, viewer)
    return [
        Change(
            row.index,
            row.time,
            _(payloads.get(row.index, {}).get("reason", "")),
            actor_words(row.actor, names.get(row.actor)),
            payloads.get(row.index, {}).get("count", 0),
        )
        for row in rows
    ]


def _names(actors: set[str], viewer: Viewer) -> dict[str, str]:
    """People's names for the actors that are people."""
    keys = [actor.removeprefix("person:") for actor in actors if actor.startswith("person:")]
    people = Person.objects.all().visible_to(viewer).filter(pk__in=keys) if keys else []
    return {f"person:{person.pk}": person.name for person in people}
