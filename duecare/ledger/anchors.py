"""How much of the record is confirmed from outside: what makes an entry *proven* rather than *claimed*.

A checkpoint is anchored once somebody outside returned it, a time stamper stamped it, or a witness cosigned
it (SECURITY.md 2). What was only sent, or only signed here, anchors nothing. An anchor is a note of kind
`ledger.anchor` that names the checkpoint; taking such confirmations in comes with outside anchoring, so a
record of this release has none, and the pages say so.
"""

from __future__ import annotations

import json
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.ledger.models import Entry, Payload, to_microseconds
from duecare.ledger.once import once
from duecare.words import number

ANCHOR = "ledger.anchor"
LOOKED_AT = 100
"""Anchors, the newest first."""


def anchored_size(instant: datetime | None = None, using: str = "default") -> int:
    """The size of the largest checkpoint anchored by `instant`, or by now; 0 if there is none."""
    newest = once(f"anchors in {using}", lambda: _anchors(using), live=True)
    if instant is None:
        return max((size for _at, size in newest), default=0)
    moment = to_microseconds(instant)
    if len(newest) == LOOKED_AT:  # there may be more, and older ones
        newest = _anchors(using, at__lte=moment)
    return max((size for at, size in newest if at <= moment), default=0)


def _anchors(using: str, **limits: int) -> list[tuple[int, int]]:
    """When the newest anchors were recorded, in microseconds, and the sizes that they hold."""
    notes = Entry.objects.using(using).filter(kind=ANCHOR, **limits).order_by("-index")
    times = dict(notes.values_list("index", "at")[:LOOKED_AT])
    payloads = Payload.objects.using(using).filter(index__in=times).values_list("index", "data")
    return [(times[index], int(json.loads(bytes(data))["note"]["size"])) for index, data in payloads]


def words(using: str = "default") -> str:
    """How much is held outside, for the foot of every page."""
    size = anchored_size(using=using)
    if not size:
        return _("Nothing is confirmed as held outside yet")
    return _("%(size)s entries are confirmed as held outside") % {"size": number(size)}
