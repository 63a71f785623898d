"""Pages of approvals: what was decided about a record, and deciding on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import BadInput, DuecareError
from duecare.ledger import asof
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Request, Viewer, demand_reader
from duecare.program import signing
from duecare.program.approval_actions import Signed, approve, demand_open
from duecare.program.approval_forms import DecisionForm
from duecare.program.approval_queries import (
    APPROVERS,
    Version,
    approvable,
    decides_alone,
    decisions_about,
    demand_right,
    passkeys_of,
    title_of,
    url_of,
    usual_roles,
    version_of,
)
from duecare.program.models import Decided, Passkey
from duecare.program.statement_queries import names_of
from duecare.program.subjects import referred

TICKETS = "program.approvals"
"""In the session: what this browser was shown to decide on, and when; each is good for one signature."""
FRESH = timedelta(minutes=5)
KEPT = 10


@require_safe
def approvals(request: Request, about: str) -> HttpResponseBase:
    """What stands to be decided, and every decision about it, newest first."""
    viewer = demand_reader(request)
    version = version_of(about, viewer)
    context = {
        **_told(version, viewer),
        "decisions": decisions_about([about], viewer).get(about, []),
        "may_decide": may_decide(viewer, about),
    }
    return render(request, "program/approvals.html", context)


def may_decide(viewer: Viewer, about: str) -> bool:
    """Whether a page offers to decide; whether this version may be is said by the page that decides."""
    if asof.current() is not None:
        return False
    record = referred(about, viewer)
    return viewer.has(*(APPROVERS if record is None else approvable(about).roles(record)))


def _told(version: Version, viewer: Viewer) -> dict[str, Any]:
    return {
        "version": version,
        "title": title_of(version),
        "facts": approvable(version.reference).facts(version.record, viewer),
        "asker": names_of([version.actor], viewer)[version.actor],
        "back": url_of(version.reference),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Request, about: str) -> HttpResponseBase:
    """Read what stands, and approve or refuse it."""
    viewer = demand_reader(request)
    if approvable(about).roles is usual_roles:
        demand_right(viewer)  # whatever it is, and whether it is there or not
    version = version_of(about, viewer)
    alone = decides_alone(version, viewer, request.now)
    demand_open(version, request.view_now)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        decided = Decided(form.cleaned_data["decided"])
        try:
            signed = signed_by(request, version)
            approve(
                viewer, about, entry_sent(request), decided, form.cleaned_data["words"], signed, request.now
            )
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your decision was recorded."))
            return redirect(url_of(about))
    passkeys = passkeys_of(viewer.person)
    past = asof.current() is not None
    context = {
        **_told(version, viewer),
        "form": form,
        "alone": alone,
        "past": past,
        "passkeys": passkeys,
        "two_people": approvable(about).two_people,
        "options": {} if past else signing_options(request, version, passkeys, Decided),
    }
    return render(request, "program/approval_form.html", context, status=400 if form.errors else 200)


def entry_sent(request: Request) -> int:
    """The entry that was on the page; -1 if what was sent names none."""
    text = request.POST.get("entry", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1


def signed_by(request: Request, version: Version) -> Signed | None:
    """The signature that was sent. Raises BadInput if it cannot be read, or its page is used or too old."""
    text = request.POST.get("assertion", "")
    if not text:
        return None
    assertion = signing.parse_assertion(text)
    tickets = request.session.get(TICKETS, {})
    ticket = tickets.pop(version.reference, None)
    request.session[TICKETS] = tickets
    if ticket is None or ticket["entry"] != version.entry or _age(ticket) > FRESH:
        raise BadInput(
            _("The page was open for more than five minutes, or was used already."),
            _("Read it again, then sign once more."),
        )
    return Signed(assertion, frozenset({_origin(request)}), _site(request))


def signing_options(
    request: Request, version: Version, passkeys: Sequence[Passkey], decisions: Iterable[str]
) -> dict[str, Any]:
    """What the browser needs to have one of these decisions on this version signed; it is noted as shown."""
    _show_ticket(request, version)
    return {
        "challenges": {
            str(one): signing.encode(signing.challenge(str(one), version.commitment)) for one in decisions
        },
        "rpId": _site(request),
        "allowCredentials": [{"type": "public-key", "id": one.credential} for one in passkeys],
        "userVerification": "required",
        "timeout": int(FRESH.total_seconds()) * 1000,
    }


def _show_ticket(request: Request, version: Version) -> None:
    """Note in the session that this version was shown."""
    tickets = {key: one for key, one in request.session.get(TICKETS, {}).items() if _age(one) <= FRESH}
    tickets.pop(version.reference, None)
    kept = dict(list(tickets.items())[1 - KEPT :])
    request.session[TICKETS] = {
        **kept,
        version.reference: {"entry": version.entry, "at": utc_now().timestamp()},
    }


def _age(ticket: dict[str, Any]) -> timedelta:
    return timedelta(seconds=utc_now().timestamp() - ticket["at"])


def _site(request: Request) -> str:
    """The host by which passkeys are registered here: that of the address, without a port."""
    return request.get_host().partition(":")[0]


def _origin(request: Request) -> str:
    """Where our pages are, as a browser writes it."""
    return f"{'https' if settings.DUECARE_TLS else 'http'}://{request.get_host()}"
