"""Pages of the staff: who works here as lists tell it, and what became of who is no longer listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks
from duecare.program.record_form import DayField, RecordForm
from duecare.program.staff import actions, queries
from duecare.program.staff.lists import STAFF
from duecare.program.staff.models import StaffAnswer, StaffMember
from duecare.program.staff.queries import STATES, State, state_of
from duecare.program.statement_queries import names_of
from duecare.program.subjects import register_reference
from duecare.web.known import YES_NO_UNKNOWN, three_way, told
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

AREA = "people"
MEMBER = "program.staffmember"
IN_FILES = frozenset(("number", "outside", "starts_on", "source", "gone_at"))
"""Columns that only CSV, JSON and the API have: the page would be too wide for a laptop."""
register_reference(MEMBER, lambda key: reverse("staff-member", args=[key]))


def listing(today: date) -> Listing[StaffMember]:
    """The list of staff as it is to be read on a day."""
    words = dict(STATES)
    state: Callable[[StaffMember], State] = lambda row: state_of(row, today)  # noqa: E731
    return Listing(
        name="staff",
        caption=_("Staff"),
        columns=(
            Column(
                "name",
                _("Name"),
                lambda row: row.name,
                link=lambda row: reverse("staff-member", args=[row.pk]),
                order="name",
            ),
            Column("email", _("E-mail address"), lambda row: row.email or None, order="email"),
            Column("number", _("Staff number"), lambda row: row.number or None),
            Column("department", _("Department"), lambda row: row.department or None, order="department"),
            Column("work", _("What they do"), lambda row: row.work or None),
            Column("manager", _("Manager"), lambda row: getattr(row, "managed_by", "") or None),
            Column(
                "outside",
                _("Belongs to another organisation"),
                lambda row: told(row.outside),
                export=lambda row: row.outside,
            ),
            Column("state", _("State"), lambda row: words[state(row)], export=lambda row: state(row).value),
            Column("starts_on", _("First day"), lambda row: row.starts_on, Kind.DATE, order="starts_on"),
            Column("leaves_on", _("Last day"), lambda row: row.leaves_on, Kind.DATE, order="leaves_on"),
            Column("source", _("Known from"), lambda row: row.source.name),
            Column("gone_at", _("Gone from its list"), lambda row: row.gone_at, Kind.DATE),
        ),
        sort=("name",),
        search=("name", "email", "number"),
        filters=(
            Filter("state", _("State"), lambda value: queries.in_state(value, today), choices=STATES),
            Filter("department", _("Department"), "department__icontains", FilterKind.TEXT),
            Filter("source", _("Known from"), "source__name__icontains", FilterKind.TEXT),
            Filter("outside", _("Of another organisation"), three_way("outside"), choices=YES_NO_UNKNOWN),
            Filter(
                "sign_in",
                _("Sign-in to Duecare"),
                lambda value: queries.still_signing_in(today),
                choices=(("left", _("Left, and may still sign in now")),),
            ),
        ),
        empty=Empty(
            _("Nobody yet"),
            _("Bring the list of your personnel office, or the users of Entra ID or Google Workspace."),
        ),
    )


@require_safe
def staff(request: Request) -> HttpResponseBase:
    """Who works here as the lists tell it, and how fresh that is."""
    viewer = demand_area(request, AREA)
    today = timezone.localdate(request.view_now)
    may = viewer.has(*STAFF.roles)
    shown = may and asof.current() is None
    still_in, more = queries.leavers_who_sign_in(viewer, today) if shown else ([], 0)
    context = {
        "sources": queries.sources(viewer),
        "may_import": may,
        "still_in": still_in,
        "more_in": more,
    }
    whole = listing(today)
    if not request.GET.get("format"):
        whole = replace(whole, columns=tuple(one for one in whole.columns if one.key not in IN_FILES))
    return show(request, whole, queries.rows(viewer), template="program/staff.html", context=context)


def find_member(key: str, viewer: Viewer) -> StaffMember:
    """Raises NotFound if there is nobody of that key whom the viewer may see."""
    found = queries.rows(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(gettext("There is no such person."), gettext("Look in the list of staff."))
    return found


@require_safe
def staff_member(request: Request, key: str) -> HttpResponseBase:
    """What the lists tell of somebody, and what was said of them."""
    viewer = demand_area(request, AREA)
    found = find_member(key, viewer)
    state = state_of(found, timezone.localdate(request.view_now))
    led = StaffMember.objects.all().visible_to(viewer).filter(manager=found.pk).order_by("name", "id")
    context = {
        "member": found,
        "state": dict(STATES)[state],
        "asked": state is State.ASKED,
        "facts": [
            (gettext("E-mail address"), found.email or "–"),
            (gettext("Staff number"), found.number or "–"),
            (gettext("Department"), found.department or "–"),
            (gettext("What they do"), found.work or "–"),
            (gettext("Belongs to another organisation"), told(found.outside)),
        ],
        "manager": getattr(found, "managed_by", ""),
        "led": list(led[:LISTED]),
        "signs_in": found.email in queries.sign_in_addresses() if asof.current() is None else None,
        "answer": StaffAnswer(found.answer).label if found.answer else "",
        "answered_by": names_of({found.answered_by} - {""}, viewer).get(found.answered_by, ""),
        "may_answer": viewer.has(*STAFF.roles),
        **remarks.context(f"{MEMBER}:{found.pk}", viewer),
    }
    return render(request, "program/staff_member.html", context)


LISTED = 50
"""Of those whom somebody leads."""


class AnswerForm(RecordForm):
    """What became of somebody."""

    answer = forms.ChoiceField(
        label=_("What is so"),
        choices=[(one.value, one.label) for one in StaffAnswer if one is not StaffAnswer.NONE],
        widget=forms.RadioSelect,
    )
    day = DayField(label=_("Their last day"), required=False, help_text=_("Of somebody who left."))
    words = forms.CharField(
        label=_("How you know"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: on parental leave until May, the personnel office says."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def staff_answer(request: Request, key: str) -> HttpResponseBase:
    """Say what became of somebody."""
    viewer = demand_area(request, AREA)
    if not viewer.has(*STAFF.roles):
        raise Refused(
            gettext("Only an owner or a manager says what became of somebody."), gettext("Ask one of them.")
        )
    found = find_member(key, viewer)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        values: dict[str, Any] = form.cleaned_data
        try:
            actions.say_what_became(
                found.pk, viewer.actor, values["answer"], values["day"], values["words"], request.now
            )
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, gettext("Kept."))
            return redirect("staff-member", found.pk)
    context = {
        "form": form,
        "title": gettext("What became of %s?") % found.name,
        "button": gettext("Keep it"),
        "back": reverse("staff-member", args=[found.pk]),
        "about": gettext("It changes nothing of what they may sign in to; end that where it was given."),
    }
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)
