"""Pages of contacts: whom one calls, and whether anybody tried it lately."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, Refused
from duecare.incidents.plans import contact_actions, contact_queries
from duecare.incidents.plans.approving import CONTACT
from duecare.incidents.plans.contact_forms import ContactForm, EndContactForm
from duecare.incidents.plans.contacts import KINDS
from duecare.incidents.plans.doors import CHANGERS, changer, reader, worker
from duecare.incidents.plans.models import PlanContact
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer
from duecare.program import remarks
from duecare.program.statement_queries import names_of
from duecare.program.task_queries import holding_people
from duecare.program.unchanged import seen_entry
from duecare.web.views import show


@require_safe
def contacts(request: Request) -> HttpResponseBase:
    """All contacts with when they were last tried."""
    viewer = reader(request)
    may = viewer.has(*CHANGERS) and asof.current() is None
    listing = contact_queries.listing(contact_queries.since(request.view_now))
    if may:
        listing = replace(listing, empty=replace(listing.empty, url=reverse("plan-contact-add")))
    if not request.GET.get("format"):
        shown = tuple(one for one in listing.columns if one.key not in contact_queries.IN_FILES)
        listing = replace(listing, columns=shown)
    here = contact_queries.rows(viewer)
    domains = contact_queries.mail_domains(viewer)
    now = here.filter(ended_at=None)
    context = {
        "may_change": may,
        "lost": [one for one in now if contact_queries.lost_with_our_mail(one, domains)],
    }
    return show(request, listing, here, template="incidents/contacts.html", context=context)


@require_safe
def contact(request: Request, key: str) -> HttpResponseBase:
    """One contact."""
    viewer = reader(request)
    row = contact_queries.find_contact(key, viewer)
    names = names_of({row.confirmed_by, row.ended_by} - {""}, viewer)
    here = row.ended_at is None and asof.current() is None
    context = {
        "row": row,
        "kind": KINDS[row.kind],
        "state": contact_queries.state_of(row, contact_queries.since(request.view_now)),
        "lost": contact_queries.lost_with_our_mail(row, contact_queries.mail_domains(viewer)),
        "confirmed_by": names.get(row.confirmed_by, ""),
        "ended_by": names.get(row.ended_by, ""),
        "may_change": here and viewer.has(*CHANGERS),
        "may_confirm": here and viewer.changes,
        "seen": seen_entry(row),
        **remarks.context(f"{CONTACT}:{row.pk}", viewer),
    }
    return render(request, "incidents/contact.html", context)


def _form(request: Request, viewer: Viewer, initial: dict[str, Any]) -> ContactForm:
    people = holding_people(timezone.localdate(request.view_now)).visible_to(viewer).order_by("name", "id")
    return ContactForm(people, request.POST if request.method == "POST" else None, initial=initial)


def _caution(request: Request, row: PlanContact, viewer: Viewer) -> None:
    """Say so if nobody could reach them once our mail is lost."""
    if contact_queries.lost_with_our_mail(row, contact_queries.mail_domains(viewer)):
        messages.warning(
            request, _("Their only way is our own mail, which may be lost. Ask them for a number as well.")
        )


@require_http_methods(["GET", "HEAD", "POST"])
def contact_add(request: Request) -> HttpResponseBase:
    """Add somebody to call."""
    viewer = changer(request)
    form = _form(request, viewer, {})
    if form.is_valid():
        try:
            row = contact_actions.add_contact(
                viewer.actor, form.said, request.now, tried=form.cleaned_data["tried"]
            )
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("%s is among the contacts.") % row.name)
            _caution(request, row, viewer)
            return redirect("plan-contacts")
    context = {
        "form": form,
        "title": _("Add a contact"),
        "about": _("Somebody to call when mail and sign-in are down."),
        "button": _("Add"),
        "back": reverse("plan-contacts"),
    }
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)


def _listed(key: str, viewer: Viewer) -> PlanContact:
    row = contact_queries.find_contact(key, viewer)
    if row.ended_at is not None:
        raise Refused(_("This contact was ended."), _("Look on its page for the reason."))
    return row


@require_http_methods(["GET", "HEAD", "POST"])
def contact_change(request: Request, key: str) -> HttpResponseBase:
    """Change a contact."""
    viewer = changer(request)
    row = _listed(key, viewer)
    form = _form(request, viewer, {**ContactForm.of(row), "seen": seen_entry(row)})
    if form.is_valid():
        try:
            changed = contact_actions.change_contact(
                viewer.actor,
                key,
                form.said,
                form.was_seen,
                request.now,
                tried=form.cleaned_data["tried"],
            )
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("Changed."))
            _caution(request, changed, viewer)
            return redirect("plan-contact", key)
    context = {
        "form": form,
        "title": _("Change %s") % row.name,
        "about": _("Another number counts as confirmed once somebody tried it."),
        "button": _("Save"),
        "back": reverse("plan-contact", args=[key]),
    }
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)


@require_POST
def contact_confirm(request: Request, key: str) -> HttpResponseBase:
    """Say that they were reached today, as the page had them; `seen` says which version that was."""
    viewer = worker(request)
    text = request.POST.get("seen", "")
    seen = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
    row = _listed(key, viewer)
    try:
        contact_actions.confirm_contact(viewer.actor, row.pk, request.now, seen=seen)
    except Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("%s was reached today.") % row.name)
    return redirect("plan-contact", key)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_end(request: Request, key: str) -> HttpResponseBase:
    """Take somebody off the list."""
    viewer = changer(request)
    row = _listed(key, viewer)
    form = EndContactForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        contact_actions.end_contact(viewer.actor, key, form.cleaned_data["why"], request.now)
        messages.success(request, _("%s is no longer called; that they were stays in the record.") % row.name)
        return redirect("plan-contacts")
    context = {
        "form": form,
        "title": _("End the contact %s") % row.name,
        "about": "",
        "button": _("End it"),
        "back": reverse("plan-contact", args=[key]),
    }
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)
