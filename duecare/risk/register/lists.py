"""The register as a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.ledger.viewers import Viewer
from duecare.risk.money import digits
from duecare.risk.register.figures import Means, means
from duecare.risk.register.models import Scenario
from duecare.risk.register.queries import rows_of, terms
from duecare.risk.register.rates import MILLION, rate_words, write_rate
from duecare.risk.register.reviewing import (
    Condition,
    condition_of,
    is_estimated,
    is_stale,
    stale_before,
)
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

_NEVER = datetime(1, 1, 1, tzinfo=UTC) + timedelta(days=36_500)
"""The moment of a list that has its shape alone."""


def rows(viewer: Viewer) -> QuerySet[Scenario]:
    """The scenarios that a viewer may see, with what their rows show."""
    found: QuerySet[Scenario] = (
        Scenario.objects.all()
        .visible_to(viewer)
        .select_related("owner")
        .annotate(looked=Coalesce("reviewed_at", "made_at"))
    )
    return found


def scenarios_listing(viewer: Viewer | None, now: datetime | None, next_step: str = "") -> Listing[Scenario]:
    """The list as it stands at a moment; `next_step` is where an empty one leads. Without a viewer it has its
    shape alone, for descriptions."""
    found = terms(viewer) if viewer else None
    currency = found.currency if found else ""

    def complete(listed: Sequence[Scenario]) -> None:
        if viewer is None or now is None:
            return
        before = stale_before(now)
        for row, told in zip(listed, rows_of(listed, viewer), strict=True):
            told_of: Any = row
            told_of.condition = condition_of(row, {one.what for one in told.told}, before)
            told_of.means = means(told, digits(currency)) if currency else Means(None, None, None)

    return Listing(
        name="scenarios",
        caption=_("Scenarios"),
        columns=(
            Column(
                "scenario",
                _("Scenario"),
                str,
                link=lambda row: reverse("risk-scenario", args=[row.pk]),
                order="number",
            ),
            Column("state", _("State"), lambda row: _condition(row).value, Kind.STATUS),
            Column("owner", _("Who looks after it"), lambda row: row.owner.name if row.owner else None),
            Column(
                "rate",
                _("Times a year"),
                lambda row: _times(_means(row)),
                export=lambda row: None if _means(row).rate is None else _rate(row),
            ),
            _money("loss", _in(_("Our loss each time"), currency), "own", currency),
            _money("year", _in(_("Our expected loss a year"), currency), "own_year", currency),
            _money("others", _in(_("Expected harm to others a year"), currency), "others_year", currency),
            Column("looked", _("Last looked at"), lambda row: _looked(row), Kind.DATE, order="looked"),
        ),
        sort=("number",),
        search=("title", "who", "does", "to", "harm"),
        filters=(
            Filter(
                "state",
                _("State"),
                lambda value: _in_condition(value, now or _NEVER),
                choices=(
                    ("standing", _("All that stand")),
                    (Condition.ESTIMATED.value, _("Estimated")),
                    (Condition.OPEN.value, _("Not estimated")),
                    (Condition.STALE.value, _("Stale")),
                    (Condition.ENDED.value, _("Ended")),
                ),
            ),
            Filter("owner", _("Who looks after it (name)"), "owner__name__icontains", FilterKind.TEXT),
            Filter("since", _("Last looked at, from"), "looked", FilterKind.SINCE),
        ),
        complete=complete,
        empty=Empty(
            _("No scenario yet"),
            _("Think of the three events that would harm you most, and begin with one."),
            next_step,
        ),
    )


def _in_condition(value: str, now: datetime) -> Q:
    before = stale_before(now)
    if value == Condition.ENDED:
        return Q(ended_at__isnull=False)
    if value == Condition.STALE:
        return is_stale(before) & is_estimated()
    if value == Condition.OPEN:
        return Q(ended_at=None) & ~is_estimated()
    if value == Condition.ESTIMATED:
        return Q(ended_at=None) & is_estimated() & ~is_stale(before)
    return Q(ended_at=None)


def _money(key: str, label: Any, what: str, currency: str) -> Column[Scenario]:
    def value(row: Scenario) -> int | None:
        found: float | None = getattr(_means(row), what)
        return None if found is None else round(found)

    return Column(key, label, value, Kind.NUMBER)


def _times(told: Means) -> str | None:
    """How often in words; what cannot be computed of the scenario is told here, beside its dashes."""
    rate = None if told.rate is None else rate_words(told.rate)
    return f"{rate or '–'} {gettext('Not computed: %s') % told.why}" if told.why else rate


def _rate(row: Scenario) -> str:
    return write_rate(round((_means(row).rate or 0) * MILLION))


def _in(label: Any, currency: str) -> str:
    return (
        gettext("%(label)s, %(currency)s") % {"label": label, "currency": currency}
        if currency
        else str(label)
    )


def _means(row: Any) -> Means:
    found: Means = row.means
    return found


def _condition(row: Any) -> Condition:
    found: Condition = row.condition
    return found


def _looked(row: Any) -> datetime:
    found: datetime = row.looked
    return found
