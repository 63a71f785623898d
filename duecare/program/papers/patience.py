"""How many papers one person has set in a minute: each takes a second of computing, and most sign a
checkpoint or replay the record (SECURITY.md 9)."""

from __future__ import annotations

from django.core.cache import cache
from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.ledger.viewers import Viewer

PAPERS_A_MINUTE = 10
"""Of each kind."""


def demand_patience(viewer: Viewer, kind: str) -> None:
    """Raises Refused for who had as many papers of a kind set within a minute."""
    key = f"papers:{kind}:{viewer.person or viewer.actor}"
    if cache.add(key, 1, 60):
        return
    try:
        made = cache.incr(key)
    except ValueError:  # its minute has just ended
        return
    if made > PAPERS_A_MINUTE:
        raise Refused(_("Too many papers were asked for in one minute."), _("Wait a minute and try again."))
