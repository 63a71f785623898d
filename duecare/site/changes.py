"""What changed lately, in words: the newest acts of the record, for the home page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

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
    rows = list(heads.order_by("-index")[:SHOWN])
    payloads = {
        payload.index: json.loads(bytes(payload.data))
        for payload in Payload.objects.filter(index__in=[row.index for row in rows])
    }
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
