"""Pages of accounts: who can sign in to our services, how fresh that is, and one account."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.access import actions
from duecare.access.account_checks import ACCOUNTS as OF_LIST
from duecare.access.account_checks import FACTORS as OF_FACTORS
from duecare.access.account_list import ACCOUNTS
from duecare.access.accounts import ACCOUNT, factors_at, subject
from duecare.access.models import Account, AccountKind, AccountReview, AccountSource
from duecare.errors import NotFound, Refused
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks, subject_findings
from duecare.program.asking import ask
from duecare.program.imports.interface import loaders
from duecare.program.models import Import
from duecare.program.record_form import RecordForm
from duecare.program.statement_queries import names_of
from duecare.web.known import YES_NO_UNKNOWN, three_way, told
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

AREA = "access"
IN_FILES = frozenset(("name", "enabled", "gone_at"))
"""Columns that only CSV and JSON have: the page would be too wide for a laptop."""
LISTED = 50
"""Reviews that the page of an account lists."""


def _state(row: Account) -> str:
    """Whether one can sign in with it, in a word."""
    if row.gone_at is not None:
        return gettext("gone")
    if row.enabled is None:
        return gettext("unknown")
    return gettext("enabled") if row.enabled else gettext("disabled")


KINDS = dict(AccountKind.choices)
LISTING: Listing[Account] = Listing(
    name="accounts",
    caption=_("Accounts"),
    columns=(
        Column(
            "login",
            _("Sign-in name"),
            lambda row: row.login,
            link=lambda row: reverse("account-of", args=[row.pk]),
            order="login",
        ),
        Column("name", _("Name"), lambda row: row.name or None, order="name"),
        Column("source", _("Service"), lambda row: row.source.name),
        Column("kind", _("Whose"), lambda row: KINDS.get(row.kind, row.kind), export=lambda row: row.kind),
        Column("state", _("State"), _state),
        Column("enabled", _("Enabled"), lambda row: told(row.enabled), export=lambda row: row.enabled),
        Column(
            "privileged",
            _("Administrator"),
            lambda row: told(row.privileged),
            export=lambda row: row.privileged,
        ),
        Column(
            "mfa_registered",
            _("Second factor"),
            lambda row: told(row.mfa_registered),
            export=lambda row: row.mfa_registered,
        ),
        Column(
            "last_sign_in", _("Last sign-in"), lambda row: row.last_sign_in, Kind.DATE, order="last_sign_in"
        ),
        Column("findings", _("Open findings"), lambda row: getattr(row, "findings", 0), Kind.NUMBER),
        Column("gone_at", _("Gone"), lambda row: row.gone_at, Kind.DATE),
    ),
    sort=("login",),
    search=("login", "name"),
    filters=(
        Filter("source", _("Service"), "source__name__icontains", FilterKind.TEXT),
        Filter("enabled", _("Enabled"), three_way("enabled"), choices=YES_NO_UNKNOWN),
        Filter("kind", _("Whose"), "kind", choices=AccountKind.choices),
        Filter("privileged", _("Administrator"), three_way("privileged"), choices=YES_NO_UNKNOWN),
        Filter("mfa", _("Second factor"), three_way("mfa_registered"), choices=YES_NO_UNKNOWN),
        Filter("used", _("Last sign-in until"), "last_sign_in", FilterKind.UNTIL),
        Filter(
            "state",
            _("State"),
            lambda value: Q(gone_at__isnull=value == "there"),
            choices=(("there", _("There")), ("gone", _("Gone"))),
        ),
    ),
    empty=Empty(
        _("No accounts yet"),
        _("Bring the list of accounts of your mail and file service, such as Entra ID or Google Workspace."),
    ),
)


def _rows(viewer: Viewer) -> QuerySet[Account]:
    rows: QuerySet[Account] = (
        Account.objects.all()
        .visible_to(viewer)
        .select_related("source")
        .annotate(findings=subject_findings.counted(ACCOUNT, viewer))
    )
    return rows


@require_safe
def accounts(request: Request) -> HttpResponseBase:
    """The accounts of our services, and how fresh what is known of them is."""
    viewer = demand_area(request, AREA)
    context = {
        "sources": _sources(viewer),
        "may_import": viewer.has(*ACCOUNTS.roles),
        "list_id": ACCOUNTS.id,
    }
    listing = LISTING
    if not request.GET.get("format"):
        listing = replace(LISTING, columns=tuple(one for one in LISTING.columns if one.key not in IN_FILES))
    return show(request, listing, _rows(viewer), template="access/accounts.html", context=context)


def _sources(viewer: Viewer) -> list[AccountSource]:
    counted = Count("accounts", filter=Q(accounts__gone_at=None))
    rows = AccountSource.objects.all().visible_to(viewer).annotate(there=counted)
    return list(rows.order_by("name", "id"))


@require_safe
def sources(request: Request) -> HttpResponseBase:
    """Where accounts are known from, how old that is, and how each file is downloaded."""
    viewer = demand_area(request, AREA)
    context = {
        "sources": [(one, factors_at(one)) for one in _sources(viewer)],
        "imports": list(
            Import.objects.all().visible_to(viewer).filter(list=ACCOUNTS.id).order_by("-made_at", "-id")[:20]
        ),
        "loaders": loaders(ACCOUNTS.id),
        "may_import": viewer.has(*ACCOUNTS.roles),
        "list_id": ACCOUNTS.id,
    }
    return render(request, "access/sources.html", context)


def _find(key: str, viewer: Viewer) -> Account:
    found: Account | None = (
        Account.objects.all().visible_to(viewer).filter(pk=key).select_related("source").first()
    )
    if found is None:
        raise NotFound(gettext("There is no such account."), gettext("Look in the list of accounts."))
    return found


@require_safe
def account(request: Request, key: str) -> HttpResponseBase:
    """What is known of an account, what the checks make of it, and who said why it is needed."""
    viewer = demand_area(request, AREA)
    found = _find(key, viewer)
    reviews = list(
        AccountReview.objects.all()
        .visible_to(viewer)
        .filter(account=found)
        .order_by("-made_at", "id")[:LISTED]
    )
    newest = {found.pk: reviews[0].made_at} if reviews else {}
    source, now = found.source, request.view_now
    answers = []
    if found.gone_at is None:
        answers = [
            *ask(
                OF_FACTORS, subject(found, now, factors_at(source), source.factors_file, newest), now, viewer
            ),
            *ask(OF_LIST, subject(found, now, source.list_at, source.list_file, newest), now, viewer),
        ]
    names = names_of({one.made_by for one in reviews}, viewer)
    context = {
        "account": found,
        "kind": KINDS.get(found.kind, found.kind),
        "facts": [
            (gettext("Enabled"), told(found.enabled)),
            (gettext("Administrator"), told(found.privileged)),
            (gettext("Second factor registered"), told(found.mfa_registered)),
            (gettext("Second factor usable"), told(found.mfa_capable)),
            (
                gettext("Methods"),
                gettext("unknown") if found.mfa_methods is None else ", ".join(found.mfa_methods) or "–",
            ),
        ],
        "answers": answers,
        "reviews": [(one, names[one.made_by]) for one in reviews],
        **subject_findings.listed(f"{ACCOUNT}:{found.pk}", viewer),
        "may_review": viewer.has(*ACCOUNTS.roles) and found.gone_at is None,
        **remarks.context(f"{ACCOUNT}:{found.pk}", viewer),
    }
    return render(request, "access/account.html", context)


class ReviewForm(RecordForm):
    """Why an account is needed."""

    words = forms.CharField(
        label=_("Whose it is and why it is needed"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: the tax adviser’s, for the annual accounts; needed until March."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def account_review(request: Request, key: str) -> HttpResponseBase:
    """Say why an account is needed."""
    viewer = demand_area(request, AREA)
    if not viewer.has(*ACCOUNTS.roles):
        raise Refused(gettext("Only an owner or a manager reviews accounts."), gettext("Ask one of them."))
    found = _find(key, viewer)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.review_account(found, viewer.actor, form.cleaned_data["words"], request.now)
        messages.success(request, gettext("Kept. The next assessment takes it into account."))
        return redirect("account-of", found.pk)
    context = {
        "form": form,
        "title": gettext("Why this account is needed"),
        "button": gettext("Keep it"),
        "back": reverse("account-of", args=[found.pk]),
        "about": found.login,
    }
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)
