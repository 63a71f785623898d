"""Pages by which a case is closed and opened again."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duecare.errors import DuecareError, Refused
from duecare.incidents.cases.closing import close_case, hindrances, reopen_case
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.incidents.lessons.forms import CloseForm, WordsForm
from duecare.incidents.lessons.queries import called
from duecare.incidents.lessons.views import may_reopen
from duecare.ledger.viewers import Request


@require_http_methods(["GET", "HEAD", "POST"])
def case_close(request: Request, key: str) -> HttpResponseBase:
    """Close a case; the page names what stands in the way."""
    viewer = request.viewer
    case = find_case(key, viewer)
    demand_worker(case, viewer)
    found = hindrances(case, request.now)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            close_case(viewer.actor, key, values["closed_as"], values["words"], request.now)
        except DuecareError as error:
            if found:
                form.add_error(None, _("This case cannot be closed yet: settle what is named below, then close it."))
            else:
                form.add_error(None, str(error))
        else:
            messages.success(request, _("The case is closed. It can be opened again if there is more to do."))
            return redirect("case", key)
    context = framed(case, request, "case-lessons", form=form, hindrances=found)
    return render(request, "incidents/case_close.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def case_reopen(request: Request, key: str) -> HttpResponseBase:
    """Open a closed case again."""
    viewer = request.viewer
    case = find_case(key, viewer)
    if not may_reopen(case, viewer):
        raise Refused(
            _("You may read this case, and change nothing."), _("Ask an owner, a manager or an approver.")
        )
    form = WordsForm(
        request.POST if request.method == "POST" else None, label=_("Why it is opened again")
    )
    if form.is_valid():
        try:
            reopen_case(viewer.actor, key, form.cleaned_data["words"], request.now)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The case is open again."))
            return redirect("case", key)
    context = {
        "form": form,
        "title": _("Open the case again"),
        "button": _("Open it again"),
        "back": reverse("case", args=[key]),
        "about": called(case),
    }
    return render(request, "program/task_form.html", context, status=400 if form.errors else 200)
