"""Receipts: what whoever caused an entry keeps, to show later that it was recorded (SECURITY.md 4).

A receipt holds the entry's number, its leaf, and what opens the leaf. It needs no checkpoint and proves
nothing by itself; held against an export or a proof file, it shows an entry that is lacking or differs.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.ledger.merkle import leaf_hash
from duecare.ledger.models import Entry, Payload
from duecare.ledger.recording import Act

FORMAT = "duecare-receipt/1"


def receipt(act: Act, kind: str, subject: str) -> dict[str, Any]:
    """The receipt for the entry of an act that has committed, about one record.

    Raises NotFound if the act changed no such record.
    """
    entry = None
    if act.head is not None:
        entry = Entry.objects.filter(head=act.head, kind=kind, subject=subject).first()
    if entry is None:
        raise NotFound(_("The act left no entry about %(kind)s.") % {"kind": kind})
    payload = Payload.objects.get(index=entry.index)
    leaf = bytes(entry.leaf)
    return {
        "format": FORMAT,
        "index": entry.index,
        "act": act.head,
        "leaf": leaf.decode(),
        "leaf_hash": leaf_hash(leaf).hex(),
        "openings": {
            "meta": {"salt": bytes(entry.meta_salt).hex(), "data": bytes(entry.meta).decode()},
            "payload": {"salt": bytes(payload.salt).hex(), "data": bytes(payload.data).decode()},
        },
    }
