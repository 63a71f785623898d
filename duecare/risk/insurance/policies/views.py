"""Pages of policies: which there are, one of them with what it would pay, its parts and notice periods."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer
from duecare.program import remarks
from duecare.program.statement_queries import names_of
from duecare.risk.form_pages import form_page, refuse, sent
from duecare.risk.insurance.claims.queries import claims_of
from duecare.risk.insurance.doors import keeper, reader
from duecare.risk.insurance.pages import history
from duecare.risk.insurance.policies import actions
from duecare.risk.insurance.policies.forms import NoticeForm, PartForm, PolicyForm, ReasonForm
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import (
    ENDED,
    EXPIRED,
    POLICY,
    find_policy,
    layer_of,
    listing,
    notices_of,
    parts_of,
    state_of,
)
from duecare.risk.insurance.policies.showing import figures_of, layer_words, part_rows
from duecare.risk.insurance.policies.terms import KINDS, USUAL_FORMS, Group
from duecare.risk.insurance.statements.queries import statements_of
from duecare.risk.money import shown
from duecare.risk.register.queries import terms
from duecare.web.views import show


@require_safe
def policies(request: Request) -> HttpResponseBase:
    """All policies, the one that ends last first."""
    viewer = reader(request)
    may = viewer.changes and asof.current() is None
    today = timezone.localdate(request.view_now)
    rows = InsurancePolicy.objects.all().visible_to(viewer)
    return show(
        request,
        listing(today, reverse("insurance-policy-new") if may else ""),
        rows,
        template="risk/insurance/policies.html",
        context={"may_change": may, "terms": terms(viewer)},
    )


@require_safe
def policy(request: Request, key: str) -> HttpResponseBase:
    """One policy: its terms, what it would pay, whom to tell how fast, statements and claims."""
    viewer = reader(request)
    row = find_policy(key, viewer)
    today = timezone.localdate(request.view_now)
    state, live = state_of(row, today), asof.current() is None
    names = names_of({row.changed_by, row.ended_by} - {""}, viewer)
    context: dict[str, Any] = {
        "row": row,
        "state": state,
        "over": state in (EXPIRED, ENDED),
        "kind": KINDS.get(row.kind, row.kind),
        "premium": shown(row.premium, row.currency),
        "retention": shown(row.retention, row.currency),
        "limit": "" if row.limit is None else shown(row.limit, row.currency),
        "aggregate": "" if row.aggregate is None else shown(row.aggregate, row.currency),
        "parts": part_rows(row),
        "notices": notices_of(row),
        "figures": figures_of(row, viewer),
        "statements": statements_of(row, viewer, request.view_now),
        "claims": claims_of(row, viewer, request.view_now),
        "changed_by": names.get(row.changed_by, row.changed_by),
        "ended_by": names.get(row.ended_by, row.ended_by),
        "may_change": viewer.changes and live and row.ended_at is None,
        "may_renew": viewer.changes and live,
        "entries": history(POLICY, key, viewer),
        **remarks.context(f"{POLICY}:{key}", viewer),
    }
    return render(request, "risk/insurance/policy.html", context)


# ── The policy ───────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponseBase:
    """Write a policy down; `?like=` names one that it follows."""
    viewer = keeper(request)
    kept = terms(viewer)
    if kept is None:
        status = 400 if request.method == "POST" else 200
        return render(request, "risk/insurance/no_terms.html", status=status)
    like = request.GET.get("like", "")
    form = PolicyForm(kept.currency, sent(request), initial=_like(like, viewer))
    if form.is_valid():
        try:
            made = actions.add_policy(viewer, form.draft(), request.now, form.cleaned_data["like"])
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Written down. Next: its parts, and whom to tell how fast."))
            return redirect("insurance-policy", made.pk)
    text = _("Take the policy in hand: everything asked here stands on its first pages.")
    if like:
        text = _("Its parts and notice periods are taken over; look through them afterwards.")
    return form_page(request, form, _("Write down a policy"), text, _("Write it down"), reverse("insurance"))


def _like(like: str, viewer: Viewer) -> dict[str, Any]:
    """What the form of a policy that follows another begins with."""
    if not like:
        return {}
    row = find_policy(like, viewer)
    first = row.period_to + timedelta(days=1)
    last = first + (row.period_to - row.period_from)
    return {**PolicyForm.of(row), "period_from": first, "period_to": last, "like": like, "seen": None}


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, key: str) -> HttpResponseBase:
    """Say anew what a policy says as a whole."""
    viewer, row = _standing(request, key)
    form = PolicyForm(row.currency, sent(request), initial=PolicyForm.of(row))
    if form.is_valid():
        try:
            actions.change_policy(viewer, key, form.draft(), _seen(form), request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The policy was changed."))
            return redirect("insurance-policy", key)
    return form_page(request, form, _("Change the policy"), str(row), _("Save"), _back(key))


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, key: str) -> HttpResponseBase:
    """Say that a policy holds no longer."""
    viewer, _row = _standing(request, key)
    form = ReasonForm(sent(request))
    if form.is_valid():
        try:
            actions.end_policy(viewer, key, form.cleaned_data["reason"], request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("The policy was ended. It stays in the record."))
            return redirect("insurance-policy", key)
    text = _(
        "A policy whose period is over ends by itself. End it here if it was cancelled or rescinded, or "
        "written down by mistake: its notice periods start no clock from then on."
    )
    return form_page(request, form, _("End the policy"), text, _("End it"), _back(key))


# ── Its parts ────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def add_part(request: Request, key: str) -> HttpResponseBase:
    """Add a part; `?kind=` says of which kind, and what such a part usually covers is offered."""
    viewer, row = _standing(request, key)
    kind = request.GET.get("kind", "")
    initial = {"kind": kind, "forms_of_loss": list(USUAL_FORMS.get(kind, ()))}
    form = PartForm(row.currency, sent(request), initial=initial)
    return _part(request, viewer, row, form, "", _("Add a part"))


@require_http_methods(["GET", "HEAD", "POST"])
def change_part(request: Request, key: str, part: str) -> HttpResponseBase:
    """Say anew what a part covers."""
    viewer, row = _standing(request, key)
    found = next((one for one in parts_of(row) if one.id == part), None)
    if found is None:
        raise NotFound(_("There is no such part of the policy."), _("Look at the page of the policy."))
    form = PartForm(row.currency, sent(request), initial=PartForm.of(found, row))
    return _part(request, viewer, row, form, part, _("Change a part"))


def _part(
    request: Request, viewer: Viewer, row: InsurancePolicy, form: PartForm, part: str, title: str
) -> HttpResponseBase:
    if form.is_valid():
        try:
            actions.put_part(viewer, row.pk, form.part(part), _seen(form, new=not part), request.now)
        except DuecareError as error:
            refuse(form, error, {"forms": "forms_of_loss"})
        else:
            messages.success(request, _("The part stands."))
            return redirect("insurance-policy", row.pk)
    shared = layer_words(Group((), (), layer_of(row)), row.currency)
    text = _("The policy as a whole %s. Say here only what is different for this part.") % shared
    return form_page(request, form, title, text, _("Save"), _back(row.pk))


@require_POST
def drop_part(request: Request, key: str, part: str) -> HttpResponseBase:
    """Take a part out."""
    viewer = keeper(request)
    actions.drop_part(viewer, find_policy(key, viewer).pk, part, request.now)
    messages.success(request, _("The part was taken out."))
    return redirect("insurance-policy", key)


# ── Its notice periods ───────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def add_notice(request: Request, key: str) -> HttpResponseBase:
    """Add a notice period."""
    viewer, row = _standing(request, key)
    form = NoticeForm(sent(request), initial={"counted": "hours", "trigger": "awareness"})
    return _notice(request, viewer, row, form, "", _("Add a notice period"))


@require_http_methods(["GET", "HEAD", "POST"])
def change_notice(request: Request, key: str, notice: str) -> HttpResponseBase:
    """Say a notice period anew."""
    viewer, row = _standing(request, key)
    found = next((one for one in notices_of(row) if one.id == notice), None)
    if found is None:
        raise NotFound(_("There is no such notice period."), _("Look at the page of the policy."))
    form = NoticeForm(sent(request), initial=NoticeForm.of(found, row))
    return _notice(request, viewer, row, form, notice, _("Change a notice period"))


def _notice(
    request: Request, viewer: Viewer, row: InsurancePolicy, form: NoticeForm, notice: str, title: str
) -> HttpResponseBase:
    if form.is_valid():
        try:
            actions.put_notice(viewer, row.pk, form.notice(notice), _seen(form, new=not notice), request.now)
        except DuecareError as error:
            refuse(form, error)
        else:
            messages.success(request, _("It counts as a clock of incidents while the policy is in force."))
            return redirect("insurance-policy", row.pk)
    text = _(
        "While the policy is in force, every case has this clock beside those of the law. A case that runs "
        "already keeps the clocks with which it began, until somebody takes over the new ones on its page."
    )
    return form_page(request, form, title, text, _("Save"), _back(row.pk))


@require_POST
def drop_notice(request: Request, key: str, notice: str) -> HttpResponseBase:
    """Take a notice period out."""
    viewer = keeper(request)
    actions.drop_notice(viewer, find_policy(key, viewer).pk, notice, request.now)
    messages.success(request, _("The notice period was taken out. Cases that run keep its clock."))
    return redirect("insurance-policy", key)


def _standing(request: Request, key: str) -> tuple[Viewer, InsurancePolicy]:
    viewer = keeper(request)
    row = find_policy(key, viewer)
    if row.ended_at is not None:
        raise Refused(_("This policy was ended."), _("Write down the one that took its place."))
    return viewer, row


def _seen(form: Any, *, new: bool = False) -> int:
    """The entry that the form was drawn from; of what is new nothing can be overwritten."""
    seen: int | None = form.cleaned_data["seen"]
    return (1 << 62 if new else -1) if seen is None else seen


def _back(key: str) -> str:
    return reverse("insurance-policy", args=[key])
