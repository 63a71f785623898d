"""The home page, the first run, and the settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.incidents.cases.home import told_open
from duecare.law.facts_form import FactsForm, seen_profile
from duecare.law.following.actions import told_in_short
from duecare.law.following.queries import changed_since
from duecare.law.obligations import profile_facts
from duecare.ledger import asof, sealing
from duecare.ledger.viewers import Request, Role, Viewer, demand_whole
from duecare.program import actions
from duecare.program.approval_queries import TARGET, approvals_in_force
from duecare.program.catalogue import areas
from duecare.program.escalations import escalated
from duecare.program.mail.notices import MANAGERS
from duecare.program.mail.server import mail_server
from duecare.program.models import Assessment, DataSet, Finding, Person, Right
from duecare.program.plan_queries import next_of_plan
from duecare.program.posture import Standing, State, count_states
from duecare.program.queries import current_targets, profile, standings
from duecare.program.task_views import my_duties
from duecare.site import first_run as claim_token
from duecare.site import forms, people
from duecare.site.area_words import area_words
from duecare.site.changes import changes
from duecare.site.configuration import OpenId
from duecare.site.doors import HIDDEN
from duecare.site.due import due
from duecare.site.feed_tokens import token_in_force
from duecare.site.models import OpenIdAccount

LISTED = 10


@require_safe
def home(request: Request) -> HttpResponseBase:
    """What is due, what is unproven, what changed, and the house; for a member, their duties."""
    viewer = request.viewer
    now = request.view_now
    if not viewer.reads:
        return my_duties(request)
    rows = standings(viewer, now)
    counts = count_states(rows)
    wanting = [row for row in rows if row.state is State.FAILING]
    wanting += [row for row in rows if row.state is State.UNPROVEN and not row.silent]
    silent = [row for row in rows if row.state is State.UNPROVEN and row.silent]
    last = Assessment.objects.all().visible_to(viewer).order_by("-started_at").first()
    here = profile()
    week = next_of_plan(viewer)
    context = {
        "week": week,
        "today": timezone.localdate(now),
        "due": due(rows, last, here, viewer, now, shown={task.pk for task in week}),
        "wanting": wanting[:LISTED],
        "wanting_more": max(0, len(wanting) - LISTED),
        "silent": len(silent),
        "counts": counts,
        "total": len(rows),
        "house": _house(rows),
        # What changed is of every area; whose right is limited to some finds it on the pages of those.
        "changes": changes(viewer, asof.current()) if viewer.areas is None else None,
        "areas": area_words(viewer.areas),
        "assessment": last,
        "incidents": told_open(viewer),
        "escalated": escalated(viewer, now) if viewer.has(*MANAGERS) else [],
        "open_findings": Finding.objects.all().visible_to(viewer).filter(closed_at=None)[:1000].count(),
    }
    return render(request, "site/home.html", context)


def _house(rows: list[Standing]) -> list[dict[str, Any]]:
    """The areas with their safeguards counted by state."""
    house = []
    for area in areas():
        counts = count_states(row for row in rows if row.safeguard.area == area.id)
        if sum(counts.values()):
            house.append(
                {
                    "area": area,
                    "proven": counts[State.PROVEN],
                    "stated": counts[State.STATED],
                    "failing": counts[State.FAILING],
                    "unproven": counts[State.UNPROVEN],
                    "other": counts[State.NOT_APPLICABLE] + counts[State.EXCEPTED],
                }
            )
    return house


@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: Request) -> HttpResponseBase:
    """The claim. A GET shows the form and changes nothing."""
    if claim_token.claimed():
        return redirect("home")
    form = forms.FirstRunForm(_sent(request), initial={"zone": "UTC"})
    if request.method == "POST":
        form.is_valid()
        try:
            if "token" in form.cleaned_data:  # said at once, not after all else has been put right
                claim_token.check_token(form.cleaned_data["token"])
        except Refused as error:
            form.add_error("token", str(error))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            people.claim(
                values["organisation"], values["zone"], values["computers"],
                values["name"], values["email"], values["password"],
            )  # fmt: skip
        except DuecareError as error:
            form.add_error("token" if isinstance(error, Refused) else "password", str(error))
        else:
            claim_token.discard_token()
            messages.success(request, _("This Duecare is yours. Sign in to set up your second factor."))
            return redirect("account_login")
    status = 400 if form.errors else 200
    return render(request, "site/first_run.html", {"form": form}, status=status)


@require_safe
def healthy(request: Request) -> HttpResponse:
    """For a supervisor: the database answers. Says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


CLOSED = (
    "signup/",
    "password/set/",
    "password/reset/",
    "password/reset/<path:rest>",
    "confirm-email/",
    "confirm-email/<path:rest>",
    "login/code/<path:rest>",
)
"""Addresses of the sign-in library that lead to accounts or passwords by mail; this Duecare sends none."""


def gone(request: Request, rest: str = "") -> HttpResponseBase:
    """An address that is closed."""
    raise NotFound(
        _("Accounts are made by an owner, and a forgotten password is not reset by mail."),
        _("Ask whoever runs this Duecare: “duecare user password” sets a new one at the terminal."),
    )


@require_safe
def account(request: Request) -> HttpResponseBase:
    """Your name, rights, password and second factor."""
    viewer = request.viewer
    held = [right for right in people.rights_held(request.now) if right.person_id == viewer.person]
    rights = [(right, _limit(right)) for right in held]
    context = {"rights": rights, "feed": token_in_force(viewer, request.now), "mail": mail_server()}
    return render(request, "site/account.html", context)


def _limit(right: Right) -> str:
    """The areas that a right of `rights_held` is limited to, in words; empty if it is not."""
    return area_words(one.area for one in right.areas.all())


def changer(request: Request, *roles: Role) -> Viewer:
    """The viewer, if they hold one of the roles. Raises NotFound for others, who may not know of the page."""
    viewer = request.viewer
    if not viewer.has(*roles):
        request.META[HIDDEN] = True
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    return demand_whole(request)  # settings are of no area


@require_safe
def settings_page(request: Request) -> HttpResponseBase:
    """The organisation, its data, its targets, and who may sign in."""
    viewer = changer(request, Role.OWNER, Role.MANAGER, Role.APPROVER)
    here = profile()
    approved = approvals_in_force([f"{TARGET}:{id}" for id in current_targets()], viewer)
    context = {
        "profile": here,
        "answered": len(here.facts) if here else 0,
        "questions": len(profile_facts()),
        "data_sets": list(DataSet.objects.all().visible_to(viewer).order_by("name")),
        "targets": [
            (one, f"{TARGET}:{id}", approved.get(f"{TARGET}:{id}")) for id, one in current_targets().items()
        ],
        "mail": mail_server(),
        "rights": [(right, _limit(right)) for right in people.rights_held(request.view_now)]
        if viewer.has(Role.OWNER)
        else None,
        "may_change": viewer.has(Role.OWNER, Role.MANAGER),
        "owns": viewer.has(Role.OWNER),
        "key": sealing.signer().vkey,
        **_openid(viewer),
    }
    return render(request, "site/settings.html", context)


def _openid(viewer: Viewer) -> dict[str, Any]:
    """For owners: through which provider people may sign in, and who may already."""
    found: OpenId | None = settings.DUECARE_OPENID
    if found is None or not viewer.has(Role.OWNER):
        return {}
    known = OpenIdAccount.objects.filter(issuer=found.issuer).values_list("person", flat=True)
    return {"openid": found.name, "openid_people": set(known)}


def _sent(request: Request) -> QueryDict | None:
    """What a form was sent with; None while it is only shown. An empty form is one that was sent."""
    return request.POST if request.method == "POST" else None


def _form_page(
    request: Request, form: Any, title: str, text: str = "", button: str = "", back: str = ""
) -> HttpResponseBase:
    context = {
        "form": form,
        "title": title,
        "text": text,
        "button": button or _("Save"),
        "back": back or reverse("settings"),
    }
    return render(request, "site/form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def profile_page(request: Request) -> HttpResponseBase:
    viewer = changer(request, Role.OWNER, Role.MANAGER)
    here = profile()
    form = forms.ProfileForm(_sent(request), initial=forms.ProfileForm.of(here) if here else None)
    if request.method == "POST" and form.is_valid():
        actions.change_profile(viewer.actor, **form.cleaned_data)
        messages.success(request, _("The profile was changed."))
        return redirect("settings")
    return _form_page(request, form, _("The organisation"))


@require_http_methods(["GET", "HEAD", "POST"])
def facts_page(request: Request) -> HttpResponseBase:
    viewer = changer(request, Role.OWNER, Role.MANAGER)
    here = profile()
    form = FactsForm(dict(profile_facts()), here.facts if here else {}, _sent(request), seen=seen_profile())
    if request.method == "POST" and form.is_valid() and form.record(viewer.actor):
        messages.success(request, _("The answers were recorded."))
        if changed := told_in_short(changed_since(request.now, viewer)):
            messages.info(request, _("What applies has changed. %s") % changed)
        return redirect("settings")
    text = _(
        "The answers decide which obligations are shown as applying. Leave open what you do not know: "
        "an open question is shown as open, never as no."
    )
    return _form_page(request, form, _("Which laws may apply"), text)


@require_http_methods(["GET", "HEAD", "POST"])
def data_set_page(request: Request, key: str | None = None) -> HttpResponseBase:
    viewer = changer(request, Role.OWNER, Role.MANAGER)
    instance = None
    if key is not None:
        instance = DataSet.objects.all().visible_to(viewer).filter(pk=key).first()
        if instance is None:
            raise NotFound(_("There is no such data set."), _("Go back to the settings."))
    initial = forms.DataSetForm.of(instance) if instance else None
    form = forms.DataSetForm(_sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.keep_data_set(viewer.actor, key, **form.cleaned_data)
        messages.success(request, _("The data set was recorded."))
        return redirect("settings")
    return _form_page(request, form, instance.name if instance else _("Add a data set"))


@require_POST
def data_set_remove(request: Request, key: str) -> HttpResponseBase:
    viewer = changer(request, Role.OWNER, Role.MANAGER)
    actions.drop_data_set(viewer.actor, key)
    messages.success(request, _("The data set was removed; its past stays in the record."))
    return redirect("settings")


@require_http_methods(["GET", "HEAD", "POST"])
def target_page(request: Request, id: str) -> HttpResponseBase:
    viewer = changer(request, Role.OWNER, Role.MANAGER)
    target = current_targets().get(id)
    if target is None:
        raise NotFound(_("There is no such target."), _("Choose one from the settings."))
    actions.demand_may_adopt(viewer.actor, target.definition, request.now)
    form = forms.TargetForm(target, _sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.adopt_target(viewer.actor, id, now=request.now, **form.cleaned_data)
        except BadInput as error:
            form.add_error("value", str(error))
        else:
            messages.success(request, _("Recorded. The next assessment judges by it."))
            return redirect("settings")
    return _form_page(request, form, target.definition.name, target.definition.why, _("Adopt"))


@require_http_methods(["GET", "HEAD", "POST"])
def person_add(request: Request) -> HttpResponseBase:
    viewer = changer(request, Role.OWNER)
    form = forms.PersonForm(_sent(request), initial={"role": Role.MEMBER})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        until = values["until"].isoformat() if values["until"] else ""
        try:
            people.add_user(
                viewer.actor, values["email"], values["name"], values["password"], values["role"], until,
                sees_from=values["sees_from"], sees_to=values["sees_to"], areas=values["areas"],
            )  # fmt: skip
        except BadInput as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%s can sign in.") % values["name"])
            return redirect("settings")
    return _form_page(request, form, _("Let somebody sign in"))


@require_http_methods(["GET", "HEAD", "POST"])
def right_give(request: Request, key: str) -> HttpResponseBase:
    viewer = changer(request, Role.OWNER)
    person = Person.objects.all().visible_to(viewer).filter(pk=key).first()
    if person is None:
        raise NotFound(_("There is no such person."), _("Go back to the settings."))
    form = forms.RightForm(_sent(request), initial={"role": Role.MEMBER})
    if request.method == "POST" and form.is_valid():
        try:
            people.give_right(viewer.actor, person, **form.cleaned_data)
        except BadInput as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The right was given."))
            return redirect("settings")
    return _form_page(request, form, _("Give %s a right") % person.name)


@require_POST
def right_end(request: Request, key: str) -> HttpResponseBase:
    viewer = changer(request, Role.OWNER)
    right = Right.objects.all().visible_to(viewer).filter(pk=key, ended_at=None).first()
    if right is None:
        raise NotFound(_("There is no such right."), _("Go back to the settings."))
    people.end_right(viewer.actor, right, request.now)
    messages.success(request, _("The right was ended."))
    return redirect("settings")
