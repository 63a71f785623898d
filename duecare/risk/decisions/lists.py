"""The list of decisions, as pages and programs show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from duecare.errors import Refused
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import decides_alone, version_of
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import (
    KINDS,
    Condition,
    by_words,
    condition_of,
    in_condition,
    reference,
    signatures,
    with_addressee,
)
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.words import STATUSES


def rows_for(viewer: Viewer) -> QuerySet[RiskDecision]:
    """The decisions that a viewer may see, as the list needs them."""
    return with_addressee(RiskDecision.objects.all().visible_to(viewer))


def listing(viewer: Viewer, today: date) -> Listing[RiskDecision]:
    """The list of decisions, as it stands on a day."""
    told: dict[str, str] = {}

    def complete(rows: Sequence[RiskDecision]) -> None:
        told.update({key: by_words(one) for key, one in signatures(list(rows), viewer).items()})

    return Listing(
        name="risk-decisions",
        caption=gettext_lazy("Decisions about risk"),
        columns=(
            Column("number", gettext_lazy("No."), lambda row: f"D-{row.number}", Kind.MONO, order="number"),
            Column("state", gettext_lazy("State"), lambda row: condition_of(row, today).value, Kind.STATUS),
            Column(
                "question",
                gettext_lazy("Question"),
                lambda row: row.question,
                link=lambda row: reverse("risk-decision", args=[row.pk]),
                order="question",
            ),
            Column(
                "kind",
                gettext_lazy("Kind"),
                lambda row: str(KINDS[row.kind]),
                order="kind",
                export=lambda row: row.kind,
            ),
            Column("signed_by", gettext_lazy("Signed by"), lambda row: told.get(row.pk, "")),
            Column("put", gettext_lazy("Put"), lambda row: row.put_at, Kind.DATE, order="put_at"),
            Column(
                "expires",
                gettext_lazy("Stands until"),
                lambda row: row.expires_on,
                Kind.DATE,
                order="expires_on",
            ),
        ),
        sort=("-number",),
        search=("question", "recommendation"),
        filters=(
            Filter(
                "state",
                gettext_lazy("State"),
                lambda value: in_condition(value, today),
                choices=tuple((one.value, STATUSES[one.value].word) for one in Condition),
            ),
            Filter("kind", gettext_lazy("Kind"), "kind", choices=tuple(KINDS.items())),
            Filter(
                "sign",
                gettext_lazy("To be signed"),
                lambda value: _to_sign(value, viewer, today),
                choices=(("mine", gettext_lazy("by me")), ("any", gettext_lazy("by anybody"))),
            ),
            Filter("until", gettext_lazy("Stands until, at most"), "expires_on", FilterKind.UNTIL),
        ),
        empty=Empty(
            gettext_lazy("No decisions yet"),
            gettext_lazy("Draw up the first: which scenario, what could be done, what you would do."),
        ),
        complete=complete,
    )


def _to_sign(value: str, viewer: Viewer, today: date) -> Q:
    waiting = Q(state=Condition.PUT.value)
    return Q(pk__in=list(_signable(viewer, today))) if value == "mine" else waiting


def _signable(viewer: Viewer, today: date) -> Iterator[str]:
    """Keys of the decisions that wait for this viewer, or for whoever may sign, and that they may sign."""
    waiting = rows_for(viewer).filter(state=Condition.PUT.value, expires_on__gte=today)
    for row in waiting.filter(Q(addressee=viewer.person or None) | Q(addressee=None)):
        try:
            decides_alone(version_of(reference(row.pk), viewer), viewer, utc_now())
        except Refused:  # the amount, an area, what they asked for themselves, who changed their account
            continue
        yield row.pk
