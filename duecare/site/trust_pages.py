"""The public trust page, its preview, and its settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.assurance import trust
from duecare.assurance.trust_actions import LONGEST, choose
from duecare.errors import BadInput, NotFound
from duecare.ledger import asof
from duecare.ledger.models import Head
from duecare.ledger.viewers import Request, Role
from duecare.program.approval_queries import decisions_about
from duecare.program.approval_views import may_decide
from duecare.program.models import TrustPage
from duecare.program.queries import profile, standings
from duecare.program.record_form import LONG, RecordForm
from duecare.site.views import changer
from duecare.web.listing import AS_OF
from duecare.web.views import error_page

KEPT = 60
"""Seconds that a drawn page is kept, here and by others."""
ASKED_A_MINUTE = 60
"""Requests of one address that are answered."""


@require_safe
def public(request: Request) -> HttpResponseBase:
    """The chosen facts, for everybody: no sign-in, no cookie, no past days."""
    if not _is_patient(request):
        response = error_page(
            429, _("Too many requests"), _("This page was asked for too often from your address."),
            _("Wait a minute and try again."),
        )  # fmt: skip
        response["Retry-After"] = "60"
        return response
    if AS_OF in request.GET:
        raise BadInput(_("This page knows no past days."), _("Ask for it without a day."))
    version = trust.published()
    if version is None:
        raise NotFound(_("There is no such page."), _("Check the address."))
    key = f"trust:{version.entry}:{get_language()}"
    body = cache.get(key)
    if body is None:
        body = _drawn(version, request, preview=False)
        cache.set(key, body, KEPT)
    response = HttpResponse(body)
    response["Cache-Control"] = f"public, max-age={KEPT}"
    response["X-Robots-Tag"] = "all" if version.indexable else "noindex, nofollow"
    return response


def _is_patient(request: Request) -> bool:
    """Whether the address has not asked too often within a minute."""
    key = f"trust-asked:{request.META.get('REMOTE_ADDR', '')}"
    if cache.add(key, 1, 60):
        return True
    try:
        return int(cache.incr(key)) <= ASKED_A_MINUTE
    except ValueError:  # its minute has just ended
        return True


def _drawn(version: Any, request: Request, *, preview: bool) -> str:
    """The page. It is drawn without the request, so that it is the same for everybody."""
    here = profile()
    context = {
        "organisation": here.name if here else _("This organisation"),
        "version": version,
        "parts": trust.tell(version.chosen, request.view_now),
        "today": request.view_now,
        "preview": preview,
        "demonstration": Head.objects.get().demonstration,
        "mail": "@" in version.contact and not version.contact.startswith("https://"),
    }
    return render_to_string("site/trust.html", context)


@require_safe
def preview(request: Request) -> HttpResponseBase:
    """What was chosen, as everybody would see it."""
    viewer = changer(request, Role.OWNER, Role.MANAGER, Role.APPROVER)
    row = trust.choice(viewer)
    if row is None:
        raise NotFound(_("Nothing was chosen yet."), _("Choose facts in the settings of the trust page."))
    return HttpResponse(_drawn(row, request, preview=True))


class TrustForm(RecordForm):
    """What the page shows."""

    shown = forms.BooleanField(
        label=gettext_lazy("Show the page to everybody, once it is approved"), required=False
    )
    general = forms.MultipleChoiceField(
        label=gettext_lazy("Facts in short"),
        required=False,
        choices=[*trust.GENERAL.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    safeguards = forms.MultipleChoiceField(
        label=gettext_lazy("Safeguards"),
        required=False,
        help_text=gettext_lazy(
            "By name, with its state while it is proven or stated. When it is neither, the page says since "
            "when it is not confirmed, and not why."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    obligations = forms.MultipleChoiceField(
        label=gettext_lazy("Obligations that apply"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reports = forms.MultipleChoiceField(
        label=gettext_lazy("Titles of reports"),
        required=False,
        help_text=gettext_lazy("Only title and day, never the report itself."),
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=gettext_lazy("What you say above them"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    contact = forms.CharField(
        label=gettext_lazy("Where weaknesses are reported"),
        max_length=LONGEST,
        help_text=gettext_lazy("An e-mail address or an https address. It is always shown."),
    )
    indexable = forms.BooleanField(label=gettext_lazy("Search engines may list the page"), required=False)
    PARTS = ("general", "safeguards", "obligations", "reports")

    def __init__(self, request: Request, row: TrustPage | None, sent: QueryDict | None) -> None:
        chosen = list(row.chosen) if row else []
        values = ("shown", "words", "contact", "indexable")
        initial = {name: getattr(row, name) for name in values} if row else {}
        super().__init__(sent, initial=initial | dict.fromkeys(self.PARTS, chosen))
        offered = {
            "safeguards": trust.offered_safeguards(standings(request.viewer, request.view_now)),
            "obligations": trust.offered_obligations(),
            "reports": trust.offered_reports(),
        }
        for name, prefix in (("obligations", trust.OBLIGATION), ("reports", trust.REPORT)):
            # What was chosen and no longer holds stays until somebody takes it away.
            lost = [id for id in chosen if id.startswith(prefix) and id not in dict(offered[name])]
            offered[name] += list(zip(lost, trust.titles(lost), strict=True))
        for name, choices in offered.items():
            field: Any = self.fields[name]
            field.choices = choices
            if not choices:
                del self.fields[name]

    def chosen(self) -> list[str]:
        """The ids of the facts, in the order of the page."""
        return [id for name in self.PARTS for id in self.cleaned_data.get(name, ())]


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request) -> HttpResponseBase:
    """What is public, what waits for approval, and for an owner the choice."""
    sent = request.method == "POST"
    viewer = changer(request, *((Role.OWNER,) if sent else (Role.OWNER, Role.MANAGER, Role.APPROVER)))
    row = trust.choice(viewer)
    form = None
    if viewer.has(Role.OWNER) and asof.current() is None:
        form = TrustForm(request, row, request.POST if sent else None)
        if form.is_valid():
            try:
                made = _choose(request, form)
            except BadInput as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request,
                    _("Recorded. It is public once an owner or an approver has approved it.")
                    if made.shown
                    else _("Recorded. The page is not public."),
                )
                return redirect("settings-trust")
    version = trust.published()
    decisions = decisions_about([trust.REFERENCE], viewer).get(trust.REFERENCE, [])
    context = {
        "form": form,
        "row": row,
        "version": version,
        "waits": row is not None and row.shown and not any(one.current for one in decisions),
        "decisions": decisions,
        "reference": trust.REFERENCE,
        "may_decide": may_decide(viewer, trust.REFERENCE),
        "titles": trust.titles(row.chosen) if row else [],
    }
    status = 400 if form is not None and form.errors else 200
    return render(request, "site/trust_settings.html", context, status=status)


def _choose(request: Request, form: TrustForm) -> TrustPage:
    values = form.cleaned_data
    return choose(
        request.viewer.actor,
        shown=values["shown"],
        chosen=form.chosen(),
        words=values["words"],
        contact=values["contact"],
        indexable=values["indexable"],
        now=request.now,
    )
