"""What pages, actions and other rooms of insurance read of policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from duecare.errors import NotFound
from duecare.ledger.viewers import Viewer
from duecare.program.subjects import register_reference
from duecare.risk.amounts import written
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.terms import (
    KINDS,
    Group,
    Layer,
    Notice,
    Part,
    groups,
    notice_of,
    part_of,
)
from duecare.risk.money import shown
from duecare.risk.register.terms_actions import register_amounts
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

POLICY = "risk.insurancepolicy"
IN_FORCE, NOT_YET, EXPIRED, ENDED = "in force", "not yet", "expired", "ended"


def find_policy(key: str, viewer: Viewer) -> InsurancePolicy:
    """The policy, if the viewer may see it. Raises NotFound otherwise."""
    found: InsurancePolicy | None = InsurancePolicy.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such policy."), _("Look in the list of insurance policies."))
    return found


def state_of(row: InsurancePolicy, today: date) -> str:
    """Where it stands on a day: a key of `web/words.py`."""
    if row.ended_at is not None:
        return ENDED
    if row.period_to < today:
        return EXPIRED
    return NOT_YET if row.period_from > today else IN_FORCE


def in_state(state: str, today: date) -> Q:
    """The same, asked of the database."""
    live = Q(ended_at=None)
    return {
        ENDED: ~live,
        EXPIRED: live & Q(period_to__lt=today),
        NOT_YET: live & Q(period_from__gt=today),
        IN_FORCE: live & Q(period_from__lte=today, period_to__gte=today),
    }[state]


def parts_of(row: InsurancePolicy) -> tuple[Part, ...]:
    return tuple(part_of(one) for one in row.parts)


def notices_of(row: InsurancePolicy) -> tuple[Notice, ...]:
    return tuple(notice_of(one) for one in row.notices)


def layer_of(row: InsurancePolicy) -> Layer:
    """The terms that its parts share."""
    return Layer(row.retention, row.limit, row.aggregate)


def groups_of(row: InsurancePolicy) -> tuple[Group, ...]:
    return groups(parts_of(row), layer_of(row))


def policy_choices(viewer: Viewer) -> Sequence[tuple[str, str]]:
    """The policies that were not ended, newest period first, for a field of a form."""
    rows = InsurancePolicy.objects.all().visible_to(viewer).filter(ended_at=None)
    return [(row.pk, str(row)) for row in rows.order_by("-period_from", "id")[:200]]


def listing(today: date, new_url: str = "") -> Listing[InsurancePolicy]:
    """All policies; `new_url` is where the first is written down, for who may."""
    return Listing(
        name="insurance",
        caption=gettext_lazy("Insurance policies"),
        columns=(
            Column("state", gettext_lazy("State"), lambda row: state_of(row, today), Kind.STATUS),
            Column(
                "policy",
                gettext_lazy("Policy"),
                lambda row: str(row),
                link=lambda row: reverse("insurance-policy", args=[row.pk]),
                order="insurer",
            ),
            Column("kind", gettext_lazy("Kind"), lambda row: str(KINDS.get(row.kind, row.kind))),
            Column("from", gettext_lazy("From"), lambda row: row.period_from, Kind.DATE, order="period_from"),
            Column("to", gettext_lazy("Last day"), lambda row: row.period_to, Kind.DATE, order="period_to"),
            Column(
                "limit",
                gettext_lazy("Limit of one event"),
                lambda row: _("none") if row.limit is None else shown(row.limit, row.currency),
                export=lambda row: written(row.limit, row.currency),
            ),
            Column(
                "premium",
                gettext_lazy("Premium"),
                lambda row: shown(row.premium, row.currency),
                export=lambda row: written(row.premium, row.currency),
            ),
        ),
        sort=("-period_to",),
        search=("insurer", "number", "wording"),
        filters=(
            Filter(
                "state",
                gettext_lazy("State"),
                lambda value: in_state(value, today),
                choices=(
                    (IN_FORCE, gettext_lazy("In force")),
                    (NOT_YET, gettext_lazy("Not yet")),
                    (EXPIRED, gettext_lazy("Expired")),
                    (ENDED, gettext_lazy("Ended")),
                ),
            ),
            Filter("kind", gettext_lazy("Kind"), "kind", choices=tuple(KINDS.items())),
            Filter("insurer", gettext_lazy("Insurer"), "insurer__icontains", FilterKind.TEXT),
        ),
        empty=Empty(
            gettext_lazy("No policy is written down"),
            gettext_lazy("Take the policy from its folder and write down who insures what until when."),
            new_url,
        ),
    )


register_amounts(gettext_noop("insurance policies"), InsurancePolicy.objects.exists)
register_reference(POLICY, lambda key: reverse("insurance-policy", args=[key]))
