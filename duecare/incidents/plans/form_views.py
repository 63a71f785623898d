"""The guided form of the plan: one question a page, each saved when it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from duecare.errors import DuecareError, NotFound, Refused
from duecare.incidents.plans import changes, forms
from duecare.incidents.plans.actions import Change, save_fields, save_plan
from duecare.incidents.plans.content import PlanContent
from duecare.incidents.plans.doors import changer
from duecare.incidents.plans.models import Plan
from duecare.incidents.plans.queries import find_plan
from duecare.incidents.plans.shipped import shipped
from duecare.incidents.plans.steps import QUESTIONS, Question
from duecare.incidents.plans.stored import stored, stored_playbook
from duecare.incidents.plans.views import content_of
from duecare.ledger.viewers import Request, Viewer
from duecare.program.models import Person
from duecare.program.task_queries import holding_people
from duecare.program.unchanged import seen_entry
from duecare.web.recorded import in_the_records_language

FORMS: Mapping[str, type[forms.PlanForm]] = {
    "scope": forms.ScopeForm,
    "meeting": forms.MeetingForm,
    "words": forms.WordsForm,
}
"""Those that are one field of the plan; the others are lists."""
SHIPPED_ROLES = frozenset(role.id for role in shipped().roles)


def _fields(row: Plan | None) -> dict[str, Any]:
    """The plan as its record has it; before there is one, what it would begin with."""
    return stored(content_of(row))


def _seen(row: Plan | None) -> dict[str, Any]:
    return {} if row is None else {"seen": seen_entry(row)}


def _people(request: Request, viewer: Viewer) -> list[Person]:
    found = holding_people(timezone.localdate(request.view_now)).visible_to(viewer)
    return list(found.order_by("name", "id"))


@require_http_methods(["GET", "HEAD", "POST"])
def plan_step(request: Request, id: str) -> HttpResponseBase:
    """One question of the guided form."""
    viewer = changer(request)
    place = next((place for place, one in enumerate(QUESTIONS) if one.id == id), None)
    if place is None:
        raise NotFound(_("There is no such question."), _("Go back to the plan."))
    row = find_plan(viewer)
    last = place + 1 == len(QUESTIONS)
    onward = reverse("incident-plan") if last else reverse("plan-step", args=[QUESTIONS[place + 1].id])
    sent = request.POST if request.method == "POST" else None
    head = FORMS.get(id, forms.PlanForm)(sent, initial={**_fields(row), **_seen(row)})
    subforms = _subforms(id, row, request, viewer, sent)
    if sent is not None and all([head.is_valid(), *(one.is_valid() for one in subforms)]):
        try:
            _save(id, viewer, head, subforms, request)
        except DuecareError as error:
            head.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(onward)
    refused = any(one.errors for one in (head, *subforms))
    context = {
        **_framed(QUESTIONS[place], place, content_of(row)),
        "form": head,
        "subforms": subforms,
        "row": row,
        "onward": onward,
        **_lists(id, row),
    }
    return render(request, "incidents/plan_step.html", context, status=400 if refused else 200)


def _framed(question: Question, place: int, content: PlanContent) -> dict[str, Any]:
    before = reverse("plan-step", args=[QUESTIONS[place - 1].id]) if place else reverse("incident-plan")
    return {
        "question": question,
        "number": place + 1,
        "total": len(QUESTIONS),
        "before": before,
        "answered": bool(question.answer(content)),
    }


def _subforms(id: str, row: Plan | None, request: Request, viewer: Viewer, sent: Any) -> list[Any]:
    fields = _fields(row)
    if id == "roles":
        people = _people(request, viewer)
        return [forms.RoleHoldersForm(role, people, sent) for role in fields["roles"]]
    if id == "severities":
        return [forms.SeverityForm(severity, sent) for severity in fields["severities"]]
    return []


def _lists(id: str, row: Plan | None) -> dict[str, Any]:
    if id != "playbooks":
        return {}
    here = content_of(row).playbooks
    lacking = [one for key, one in shipped().playbooks.items() if key not in here]
    return {"playbooks": list(here.values()), "lacking": lacking}


def _save(id: str, viewer: Viewer, head: Any, subforms: list[Any], request: Request) -> Plan:
    if id in FORMS:
        return save_fields(viewer.actor, {id: head.cleaned_data[id].strip()}, head.was_seen, request.now)

    def change(plan: Plan) -> None:
        if id in ("roles", "severities"):
            said = {one.prefix: one.cleaned_data for one in subforms}
            rows = getattr(plan, id)
            setattr(plan, id, [{**row, **said.get(row["id"], {})} for row in rows])
        if id == "severities":
            _demand_order(plan.severities)

    return save_plan(viewer.actor, change, head.was_seen, request.now)


def _demand_order(severities: list[dict[str, Any]]) -> None:
    hours = [one["hours"] for one in severities]
    if hours != sorted(hours):
        raise Refused(
            _("A graver step allows more time than a lesser one."),
            _("The gravest stands first: give it the fewest hours."),
        )


# ── One thing within a list ──────────────────────────────────────────────────────────────────────────────


def _one(
    request: Request, form: Any, change: Change, row: Plan | None, *, to: str, told: dict[str, Any]
) -> HttpResponseBase:
    """Draw a form about one thing of the plan, or save it and go on to `to`."""
    if form.is_valid():
        try:
            save_plan(request.viewer.actor, change, form.was_seen, request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(to)
    context = {"form": form, "button": _("Save"), "seen": seen_entry(row) if row else "", **told}
    return render(request, "incidents/plan_form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def role(request: Request, id: str = "") -> HttpResponseBase:
    """What a role is called and does; without an id, another one."""
    viewer = changer(request)
    row = find_plan(viewer)
    roles = {one["id"]: one for one in _fields(row)["roles"]}
    if id and id not in roles:
        raise NotFound(_("There is no such role."), _("Look in the plan for those there are."))
    sent = request.POST if request.method == "POST" else None
    form = forms.RoleForm(sent, initial={**roles.get(id, {}), **_seen(row)})

    def change(plan: Plan) -> None:
        said = {name: form.cleaned_data[name] for name in ("name", "duties")}
        plan.roles = changes.with_role(plan.roles, id, said)

    told = {
        "title": _("Role: %s") % roles[id]["name"] if id else _("Another role"),
        "back": reverse("plan-step", args=["roles"]),
        "drop": reverse("plan-role-drop", args=[id]) if id and id not in SHIPPED_ROLES and row else "",
        "drop_label": _("Take this role out"),
    }
    return _one(request, form, change, row, to=reverse("plan-step", args=["roles"]), told=told)


@require_http_methods(["GET", "HEAD", "POST"])
def playbook_form(request: Request, id: str = "") -> HttpResponseBase:
    """What a playbook is for and what must not be done; without an id, another one."""
    viewer = changer(request)
    row = find_plan(viewer)
    playbooks = _fields(row)["playbooks"]
    if id and id not in playbooks:
        raise NotFound(
            _("There is no such playbook in the plan."), _("Look in the plan for those there are.")
        )
    sent = request.POST if request.method == "POST" else None
    now = forms.PlaybookForm.of(playbooks[id]) if id else {}
    form = forms.PlaybookForm(sent, initial={**now, **_seen(row)})
    key = id or changes.slug(request.POST.get("name", ""), list({**playbooks, **shipped().playbooks}))

    def change(plan: Plan) -> None:
        said = {name: form.cleaned_data[name] for name in ("name", "signs", "never")}
        plan.playbooks = changes.with_playbook(plan.playbooks, key, said)

    told = {
        "title": _("Playbook: %s") % playbooks[id]["name"] if id else _("A playbook of your own"),
        "back": reverse("playbook", args=[id]) if id else reverse("plan-step", args=["playbooks"]),
        "drop": reverse("playbook-drop", args=[id]) if id else "",
        "drop_label": _("Drop this playbook"),
    }
    return _one(request, form, change, row, to=reverse("playbook", args=[key]), told=told)


@require_http_methods(["GET", "HEAD", "POST"])
def playbook_step(request: Request, id: str, step: str = "") -> HttpResponseBase:
    """One step of a playbook; without a step, another one."""
    viewer = changer(request)
    row = find_plan(viewer)
    fields = _fields(row)
    found = fields["playbooks"].get(id)
    steps = [one["id"] for one in found["steps"]] if found else []
    if found is None or (step and step not in steps):
        raise NotFound(_("There is no such step."), _("Look in the playbook for those there are."))
    place = steps.index(step) + 1 if step else len(steps) + 1
    now = found["steps"][place - 1] if step else {}
    sent = request.POST if request.method == "POST" else None
    initial = {**now, "minutes": now.get("minutes") or None, "place": place, **_seen(row)}
    form = forms.StepForm(fields["roles"], sent, initial=initial)

    def change(plan: Plan) -> None:
        said = {name: form.cleaned_data[name] for name in ("what", "phase", "role", "minutes")}
        before = plan.playbooks.get(id, {"steps": []})
        after = changes.with_step(before, step, form.cleaned_data["place"], said)
        plan.playbooks = {**plan.playbooks, id: after}

    told = {
        "title": _("Step %s") % place if step else _("Another step"),
        "about": found["name"],
        "back": reverse("playbook", args=[id]),
        "drop": reverse("playbook-step-drop", args=[id, step]) if step else "",
        "drop_label": _("Take this step out"),
    }
    return _one(request, form, change, row, to=reverse("playbook", args=[id]), told=told)


# ── Taking out, and taking back ──────────────────────────────────────────────────────────────────────────


def _act(request: Request, change: Change, to: str) -> HttpResponseBase:
    """Change the plan by a press of a button; `seen` comes with it, or stands for nothing seen."""
    viewer = changer(request)
    text = request.POST.get("seen", "")
    seen = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
    save_plan(viewer.actor, change, seen, request.now)
    messages.success(request, _("Saved. What was there before stays among the versions."))
    return redirect(to)


@require_POST
def role_drop(request: Request, id: str) -> HttpResponseBase:
    """Take out a role of one's own."""

    def change(plan: Plan) -> None:
        if id in SHIPPED_ROLES:
            raise Refused(_("Every plan has this role."), _("Leave its person empty if nobody has it."))
        plan.roles = changes.without_role(plan.roles, plan.playbooks, id)

    return _act(request, change, reverse("plan-step", args=["roles"]))


@require_POST
def playbook_drop(request: Request, id: str) -> HttpResponseBase:
    """Drop a playbook from the plan."""

    def change(plan: Plan) -> None:
        plan.playbooks = changes.without_playbook(plan.playbooks, id)

    return _act(request, change, reverse("plan-step", args=["playbooks"]))


@require_POST
def playbook_take(request: Request, id: str) -> HttpResponseBase:
    """Take a playbook as it ships: one that was dropped, or in place of one that was changed."""
    ships = shipped().playbooks.get(id)
    if ships is None:
        raise NotFound(_("No such playbook comes with Duecare."), _("Go back to the plan."))
    with in_the_records_language():
        whole = stored_playbook(ships)

    def change(plan: Plan) -> None:
        plan.playbooks = changes.with_playbook(plan.playbooks, id, whole)

    return _act(request, change, reverse("plan-step", args=["playbooks"]))


@require_POST
def playbook_step_drop(request: Request, id: str, step: str) -> HttpResponseBase:
    """Take a step out of a playbook."""

    def change(plan: Plan) -> None:
        found = plan.playbooks.get(id)
        if found is None:
            raise NotFound(_("There is no such playbook in the plan."), _("Go back to the plan."))
        plan.playbooks = {**plan.playbooks, id: changes.without_step(found, step)}

    return _act(request, change, reverse("playbook", args=[id]))
