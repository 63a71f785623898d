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
from duecare.words import number

ANCHOR = "ledger.anchor"


def anchored_size(instant: datetime | None = None, using: str = "default") -> int:
    """The size of the largest checkpoint anchored by `instant`, or by now; 0 if there is none."""
    notes = Entry.objects.using(using).filter(kind=ANCHOR)
    if instant is not None:
        notes = notes.filter(at__lte=to_microseconds(instant))
    indexes = list(notes.order_by("-index").values_list("index", flat=True)[:100])
    payloads = Payload.objects.using(using).filter(index__in=indexes).values_list("data", flat=True)
    return max((int(json.loads(bytes(data))["note"]["size"]) for data in payloads), default=0)


def words(using: str = "default") -> str:
    """How much is held outside, for the foot of every page."""
    size = anchored_size(using=using)
    if not size:
        return _("Nothing is confirmed as held outside yet")
    return _("%(size)s entries are confirmed as held outside") % {"size": number(size)}
