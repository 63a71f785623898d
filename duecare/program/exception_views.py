"""Pages of exceptions: which there are, one of them with its decision, asking for one, withdrawing one."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.naming import actor_words
from duecare.ledger.viewers import Request, Viewer, demand_reader
from duecare.program import remarks
from duecare.program.approval_queries import decisions_about
from duecare.program.approval_views import may_decide
from duecare.program.catalogue import catalogue
from duecare.program.exception_actions import ask_for_exception, withdraw_exception
from duecare.program.exception_forms import ExceptionForm, WithdrawForm
from duecare.program.exception_queries import (
    EXCEPTION,
    FINDING,
    Condition,
    condition_of,
    covers,
    find_exception,
    listing,
    reference,
    rows,
    safeguard_title,
)
from duecare.program.models import Finding
from duecare.program.queries import safeguards_for
from duecare.program.subjects import address_of
from duecare.program.task_queries import today_at
from duecare.web.views import show

SAFEGUARD = "program.safeguard"
HISTORY = 20


def changer(request: Request) -> Viewer:
    """The viewer, if they may ask for exceptions. Raises Refused for one who may only read, else NotFound."""
    viewer = demand_reader(request)
    if not viewer.changes:
        raise Refused(
            _("Only an owner, a manager or an approver asks for exceptions."), _("Ask one of them.")
        )
    return viewer


@require_safe
def exceptions(request: Request) -> HttpResponseBase:
    """All exceptions, newest first."""
    viewer = demand_reader(request)
    context = {"may_ask": viewer.changes and asof.current() is None}
    return show(
        request,
        listing(today_at(request.view_now)),
        rows(viewer),
        template="program/exceptions.html",
        context=context,
    )


@require_safe
def exception(request: Request, key: str) -> HttpResponseBase:
    """One exception: what it covers, what is done instead, who decided and how that is shown."""
    viewer = demand_reader(request)
    row = find_exception(key, viewer)
    condition = condition_of(row, today_at(request.view_now))
    name = reference(key)
    live = asof.current() is None
    entries = entries_about(EXCEPTION, [key], viewer).filter(kind=EXCEPTION).order_by("-index")
    context = {
        "row": row,
        "condition": condition,
        "title": safeguard_title(row.safeguard),
        "safeguard": catalogue().get(row.safeguard),
        "covers": covers(row, viewer),
        "covers_url": address_of(row.about) if row.about else "",
        "asker": actor_words(row.asked_by, getattr(row, "asked_name", None)),
        "reference": name,
        "decisions": decisions_about([name], viewer).get(name, []),
        "may_decide": condition is Condition.ASKED and may_decide(viewer, name),
        "may_withdraw": condition in (Condition.ASKED, Condition.APPROVED) and viewer.changes and live,
        **remarks.context(name, viewer),
        "entries": list(entries[:HISTORY]),
    }
    return render(request, "program/exception.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request) -> HttpResponseBase:
    """Ask for an exception; `?about=` names the finding or the safeguard."""
    viewer = changer(request)
    safeguard, finding = about_of(request.GET.get("about", ""), viewer)
    sent = request.POST if request.method == "POST" else None
    form = ExceptionForm(today_at(request.now), safeguard, finding, sent)
    if not safeguard:
        form.offer(safeguards_for(viewer).values())
    if form.is_valid():
        try:
            made = ask_for_exception(viewer.actor, form.draft(), request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Asked for. It holds once an owner or an approver has approved it."))
            return redirect("exception", made.pk)
    context = {
        "form": form,
        "title": _("Ask for an exception"),
        "text": _("From “%s”.") % safeguard_title(safeguard) if safeguard else "",
        "covers": f"{finding.subject_name}: {finding.reason}" if finding else "",
        "button": _("Ask for it"),
        "back": address_of(request.GET.get("about", "")) or reverse("exceptions"),
    }
    return render(request, "program/exception_form.html", context, status=400 if form.errors else 200)


def about_of(about: str, viewer: Viewer) -> tuple[str, Finding | None]:
    """Safeguard and finding that a reference names; nothing for none. Raises NotFound for another."""
    kind, _colon, key = about.partition(":")
    if not about:
        return "", None
    if kind == SAFEGUARD and key in safeguards_for(viewer):
        return key, None
    finding = Finding.objects.all().visible_to(viewer).filter(pk=key).first() if kind == FINDING else None
    if finding is None:
        raise NotFound(
            _("There is no such finding or safeguard."), _("Ask for an exception from its own page.")
        )
    return finding.safeguard, finding


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, key: str) -> HttpResponseBase:
    """End an exception before its day."""
    viewer = changer(request)
    row = find_exception(key, viewer)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        withdraw_exception(viewer.actor, key, form.cleaned_data["reason"], request.now)
        messages.success(request, _("The exception was withdrawn; it stays in the record."))
        return redirect("exception", key)
    context = {
        "form": form,
        "title": _("Withdraw this exception"),
        "text": _("From “%s”. The gap counts again at once.") % safeguard_title(row.safeguard),
        "button": _("Withdraw it"),
        "back": reverse("exception", args=[key]),
    }
    return render(request, "program/exception_form.html", context, status=400 if form.errors else 200)
