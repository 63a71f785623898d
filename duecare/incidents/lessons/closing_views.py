"""The page by which a case is closed."""

from __future__ import annotations

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duecare.errors import DuecareError
from duecare.incidents.cases.closing import close_case, hindrances
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.queries import demand_worker, find_case
from duecare.incidents.lessons.forms import WordsForm
from duecare.ledger.viewers import Request


@require_http_methods(["GET", "HEAD", "POST"])
def case_close(request: Request, key: str) -> HttpResponseBase:
    """Close a case; the page names what stands in the way."""
    viewer = request.viewer
    case = find_case(key, viewer)
    demand_worker(case, viewer)
    found = hindrances(case, request.now)
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        label=_("What became of it"),
        help_text=_(
            "What happened, what was done, what was learned or why nothing was: for a reader in a year."
        ),
    )
    if form.is_valid():
        try:
            close_case(viewer.actor, key, form.cleaned_data["words"], request.now)
        except DuecareError as error:
            if found:
                form.add_error(
                    None, _("This case cannot be closed yet: settle what this page names, then close it.")
                )
            else:
                form.add_error(None, str(error))
        else:
            messages.success(request, _("The case is closed. It can be opened again if there is more to do."))
            return redirect("case", key)
    context = framed(case, request, "case-lessons", form=form, hindrances=found)
    return render(request, "incidents/case_close.html", context, status=400 if form.errors else 200)
