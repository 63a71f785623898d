"""Pages of claims: all of them, one of them, writing one down, saying how it stands."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError
from duecare.ledger import asof
from duecare.ledger.viewers import Request
from duecare.program import remarks
from duecare.program.subjects import address_of, name_of
from duecare.risk.form_pages import form_page, refuse, sent
from duecare.risk.insurance.claims import actions
from duecare.risk.insurance.claims.forms import ClaimForm
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.claims.queries import CLAIM, amount, find_claim, listing, timely_of
from duecare.risk.insurance.doors import keeper, reader
from duecare.risk.insurance.pages import history
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import find_policy, parts_of
from duecare.risk.insurance.policies.showing import named, part_name
from duecare.web.views import show


@require_safe
def claims(request: Request) -> HttpResponseBase:
    """All claims, the newest first."""
    viewer = reader(request)
    rows = Claim.objects.all().visible_to(viewer).select_related("policy")
    context = {"may_change": viewer.changes and asof.current() is None}
    return show(
        request, listing(reverse("insurance")), rows, template="risk/insurance/claims.html", context=context
    )


@require_safe
def claim(request: Request, key: str) -> HttpResponseBase:
    """One claim: what it asks, whether the insurer was told in time, what came of it."""
    viewer = reader(request)
    row = find_claim(key, viewer)
    about = name_of(row.about, viewer) if row.about else ""
    context = {
        "row": row,
        "part": named(row.policy, row.part),
        "about": about or (_("an incident that you may not see") if row.about else ""),
        "about_url": address_of(row.about) if about else "",
        "claimed": amount(row.claimed, row.policy.currency),
        "paid": amount(row.paid, row.policy.currency),
        "timely": timely_of(row, request.view_now),
        "may_change": viewer.changes and asof.current() is None,
        "entries": history(CLAIM, key, viewer),
        **remarks.context(f"{CLAIM}:{key}", viewer),
    }
    return render(request, "risk/insurance/claim.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request, key: str) -> HttpResponseBase:
    """Write a claim under a policy down; `?about=` names the incident."""
    viewer = keeper(request)
    policy = find_policy(key, viewer)
    initial = {"about": request.GET.get("about", "")[:120]}
    if initial["about"]:
        initial["title"] = name_of(initial["about"], viewer)[:200]
    form = ClaimForm(policy.currency, _parts(policy), sent(request), initial=initial)
    if form.is_valid():
        try:
            made = actions.add_claim(viewer, key, form.draft(), request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The claim is written down. That tells the insurer nothing yet."))
            return redirect("insurance-claim", made.pk)
    text = (
        _("Under %s. Written down here the insurer is not told: send the notice as the policy asks.") % policy
    )
    back = reverse("insurance-policy", args=[key])
    return form_page(request, form, _("Write down a claim"), text, _("Write it down"), back)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, key: str) -> HttpResponseBase:
    """Say how a claim stands."""
    viewer = keeper(request)
    row = find_claim(key, viewer)
    form = ClaimForm(
        row.policy.currency, _parts(row.policy, row.part), sent(request), initial=ClaimForm.of(row)
    )
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            actions.change_claim(viewer, key, form.draft(), -1 if seen is None else seen, request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The claim was changed."))
            return redirect("insurance-claim", key)
    back = reverse("insurance-claim", args=[key])
    return form_page(request, form, _("How the claim stands"), row.title, _("Save"), back)


def _parts(policy: InsurancePolicy, kept: str = "") -> list[tuple[str, str]]:
    found = [(one.id, part_name(one)) for one in parts_of(policy)]
    if kept and kept not in dict(found):
        found.append((kept, named(policy, kept)))
    return found
