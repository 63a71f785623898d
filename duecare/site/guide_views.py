"""The guided set-up: where it stands, and one question a page. Each answer is saved when it is given."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound
from duecare.ledger.viewers import Request, Role, Viewer
from duecare.program import setup_actions
from duecare.site.doors import HIDDEN
from duecare.site.guide_steps import STEPS, Here, find, read

AGAIN = "again"
"""The name of the button that adds another answer to the same question."""
END = "first-ninety-days"
"""The page to which the last question leads."""


def owner_of(request: Request) -> Viewer:
    """The viewer, if they are an owner. Raises NotFound for others, who may not know of the page."""
    viewer = request.viewer
    if not viewer.has(Role.OWNER):
        request.META[HIDDEN] = True
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    return viewer


@require_safe
def guide(request: Request) -> HttpResponseBase:
    """The questions with their present answers, and where to go on."""
    here = _read(request, owner_of(request))
    rows = [(step, step.answer(here)) for step in STEPS]
    waiting = [step for step, answer in rows if not answer]
    context = {
        "rows": rows,
        "answered": len(rows) - len(waiting),
        "total": len(rows),
        "next": waiting[0] if waiting else None,
        "minutes": _minutes(sum(step.seconds for step in waiting)),
        "planned": here.arranged.plan_from is not None,
    }
    return render(request, "site/guide.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def guide_step(request: Request, id: str) -> HttpResponseBase:
    """One question: why we ask, the form, and the present answer."""
    viewer = owner_of(request)
    place = find(id)
    if place is None:
        raise NotFound(_("There is no such question."), _("Go back to the set-up."))
    here, step = _read(request, viewer), STEPS[place]
    last = place + 1 == len(STEPS)
    onward = reverse(END) if last else reverse("guide-step", args=[STEPS[place + 1].id])
    form = step.form(here, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            said = step.save(here, form)
        except DuecareError as error:
            form.add_error(step.blames or None, str(error))
        if not form.errors:
            if said.words:
                messages.success(request, said.words)
            if said.caution:
                messages.warning(request, said.caution)
            return redirect(request.path if AGAIN in request.POST and step.several else onward)
    answers = [one.answer(here) for one in STEPS]
    ahead = zip(STEPS[place:], answers[place:], strict=True)
    left = [one.seconds for one, answer in ahead if one is step or not answer]
    context = {
        "step": step,
        "number": place + 1,
        "total": len(STEPS),
        "minutes": _minutes(sum(left)),
        "form": form,
        "answer": answers[place],
        "here": here,
        "before": reverse("guide-step", args=[STEPS[place - 1].id]) if place else reverse("guide"),
        "onward": onward,
        "last": last,
    }
    return render(request, "site/guide_step.html", context, status=400 if form.errors else 200)


@require_POST
def keeper_end(request: Request, key: str) -> HttpResponseBase:
    """Somebody keeps checkpoints no longer."""
    viewer = owner_of(request)
    setup_actions.end_keeper(viewer.actor, key, request.now)
    messages.success(request, _("They keep checkpoints no longer; that they did stays in the record."))
    return redirect("guide-step", "keeper")


def _read(request: Request, viewer: Viewer) -> Here:
    origin = request.build_absolute_uri("/").rstrip("/")
    return read(viewer, request.view_now, timezone.localdate(request.view_now), origin)


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)
