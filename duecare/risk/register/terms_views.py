"""The page of the terms of risk: read by all who read the area, set by those who change it."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duecare.errors import DuecareError
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.risk.form_pages import refuse
from duecare.risk.money import shown
from duecare.risk.register import terms_actions
from duecare.risk.register.doors import changer
from duecare.risk.register.models import TERMS, RiskTerms
from duecare.risk.register.queries import terms
from duecare.risk.register.terms_forms import TermsForm
from duecare.risk.rooms import ROOM

KIND = "risk.riskterms"
HISTORY = 20


@require_http_methods(["GET", "HEAD", "POST"])
def terms_page(request: Request) -> HttpResponseBase:
    """The terms, with the form to set them."""
    viewer = changer(request) if request.method == "POST" else demand_area(request, ROOM)
    row = terms(viewer)
    form = None
    if viewer.changes and asof.current() is None:
        form = TermsForm(viewer, row, request.POST if request.method == "POST" else None)
        if form.is_valid():
            seen = form.cleaned_data["seen"]
            try:
                terms_actions.set_terms(viewer, form.draft(), -1 if seen is None else seen)
            except DuecareError as error:
                refuse(form, error)
            else:
                messages.success(request, _("The terms stand."))
                return redirect("risk-terms" if row else "scenarios")
    context = {
        "terms": row,
        "facts": _facts(row, viewer) if row else (),
        "form": form,
        "entries": list(entries_about(KIND, [TERMS], viewer).filter(kind=KIND).order_by("-index")[:HISTORY]),
    }
    return render(request, "risk/terms.html", context, status=400 if form and form.errors else 200)


def _facts(row: RiskTerms, viewer: Viewer) -> tuple[tuple[str, str], ...]:
    none = _("nobody has said")
    return (
        (_("Currency"), row.currency),
        (_("Turnover of a year"), shown(row.turnover, row.currency) if row.turnover else none),
        (_("A bad year, 1 in 20, may cost"), shown(row.tolerance, row.currency) if row.tolerance else none),
        (_("It may cost others"), shown(row.remedy, row.currency) if row.remedy else none),
        (_("Security costs in a year"), shown(row.programme, row.currency) if row.programme else none),
        (_("Horizon"), _("%s years") % row.horizon),
        (_("Tests of law"), law_words(row, viewer)),
    )


def law_words(row: RiskTerms, viewer: Viewer) -> str:
    """Whether the tests of law are computed and who reads them; of a matter only its members are told."""
    if not row.legal_tests:
        return _("not computed: an owner has not decided")
    if not row.matter:
        return _("computed, and shown to all who read risk")
    if row.matter in viewer.matters:
        return _("computed, and held by a matter of yours")
    return _("computed, and kept from this page")
