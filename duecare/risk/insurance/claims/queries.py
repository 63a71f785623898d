"""What pages and programs read of claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound
from duecare.ledger.viewers import Viewer
from duecare.program.queries import live_profile, zone_of
from duecare.program.subjects import register_reference
from duecare.risk.amounts import written
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.claims.states import STATES, Timely, timely
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import notices_of
from duecare.risk.money import shown
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

CLAIM = "risk.claim"


def find_claim(key: str, viewer: Viewer) -> Claim:
    """The claim, if the viewer may see it. Raises NotFound otherwise."""
    rows = Claim.objects.all().visible_to(viewer).select_related("policy")
    found: Claim | None = rows.filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such claim."), _("Look in the list of claims."))
    return found


def timely_of(row: Claim, now: datetime) -> tuple[Timely, ...]:
    """How the policy's notice periods were kept, or stand at a moment."""
    zone = zone_of(live_profile())
    return timely(row.known_at, row.noticed_at, notices_of(row.policy), now, zone)


def claims_of(policy: InsurancePolicy, viewer: Viewer, now: datetime) -> Sequence[dict[str, Any]]:
    """The claims under a policy, the newest first, each with whether a notice was late."""
    rows = Claim.objects.all().visible_to(viewer).filter(policy=policy).select_related("policy")
    return [
        {
            "row": row,
            "claimed": amount(row.claimed, policy.currency),
            "paid": amount(row.paid, policy.currency),
            "late": any(one.late for one in timely_of(row, now)),
        }
        for row in rows.order_by("-known_at", "-id")
    ]


def amount(minor: int | None, currency: str) -> str:
    """An amount as people read it; a dash for none."""
    return "–" if minor is None else shown(minor, currency)


def listing(new_url: str = "") -> Listing[Claim]:
    """All claims."""
    return Listing(
        name="insurance-claims",
        caption=gettext_lazy("Insurance claims"),
        columns=(
            Column("state", gettext_lazy("State"), lambda row: row.state, Kind.STATUS),
            Column(
                "title",
                gettext_lazy("Claim"),
                lambda row: row.title,
                link=lambda row: reverse("insurance-claim", args=[row.pk]),
                order="title",
            ),
            Column(
                "policy",
                gettext_lazy("Policy"),
                lambda row: str(row.policy),
                link=lambda row: reverse("insurance-policy", args=[row.policy_id]),
            ),
            Column("known", gettext_lazy("Known"), lambda row: row.known_at, Kind.DATE, order="known_at"),
            Column("noticed", gettext_lazy("Notice given"), lambda row: row.noticed_at, Kind.DATE),
            Column(
                "claimed",
                gettext_lazy("Claimed"),
                lambda row: amount(row.claimed, row.policy.currency),
                export=lambda row: written(row.claimed, row.policy.currency),
            ),
            Column(
                "paid",
                gettext_lazy("Paid"),
                lambda row: amount(row.paid, row.policy.currency),
                export=lambda row: written(row.paid, row.policy.currency),
            ),
        ),
        sort=("-known_at",),
        search=("title", "number", "words"),
        filters=(
            Filter("state", gettext_lazy("State"), "state", choices=tuple(STATES.items())),
            Filter("from", gettext_lazy("Known, from"), "known_at", FilterKind.SINCE),
        ),
        empty=Empty(
            gettext_lazy("Nothing was claimed"),
            gettext_lazy("When something happened that a policy may pay for, write the claim down at once."),
            new_url,
        ),
    )


register_reference(CLAIM, lambda key: reverse("insurance-claim", args=[key]))
