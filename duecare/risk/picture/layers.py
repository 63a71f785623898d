"""What insurance in force pays of one event, as bands behind the curve of the largest single loss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import inf

from django.utils.translation import gettext as _

from duecare.ledger.viewers import Viewer
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import IN_FORCE, groups_of, in_state
from duecare.risk.money import digits, shown
from duecare.risk.picture.exceedance import Band


def layers(viewer: Viewer, today: date, currency: str) -> Iterator[Band]:
    """A band for each set of terms of each policy in force; losses that no part covers are not told apart."""
    unit = 10 ** digits(currency)
    rows = InsurancePolicy.objects.all().visible_to(viewer).filter(in_state(IN_FORCE, today))
    for row in rows.order_by("period_from", "id"):
        for group in groups_of(row):
            begins, top = group.layer.retention, group.layer.top
            told = {"policy": row, "begins": shown(begins, currency)}
            if top is None:
                label = _("%(policy)s pays from %(begins)s") % told
            else:
                label = _("%(policy)s pays from %(begins)s to %(ends)s") % {
                    **told,
                    "ends": shown(top, currency),
                }
            yield Band(label, begins / unit, inf if top is None else top / unit)
