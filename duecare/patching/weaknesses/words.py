"""The words for classes of promises and states of clocks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from duecare.patching.weaknesses.clocks import State
from duecare.patching.weaknesses.urgency import Urgency

URGENCIES = {
    Urgency.EXPLOITED: _("Exploited"),
    Urgency.CRITICAL: _("Critical"),
    Urgency.SERIOUS: _("Serious"),
    Urgency.ORDINARY: _("Ordinary"),
}
STATES = {
    State.NO_FIX: _("No fix on offer"),
    State.RUNNING: _("In time"),
    State.LATE: _("Late"),
    State.EXCEPTED: _("Excepted"),
    State.KEPT: _("Mended in time"),
    State.CLOSED_LATE: _("Mended late"),
    State.UNPROVEN: _("Ended without proof"),
}
