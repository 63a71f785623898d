"""A case and the matters of whoever looks at it (docs/decisions/0006): notes for counsel about it.

A note is a paper of a matter, sealed there, that names the case. The case itself says nothing of it: no
field, no entry, no line of the timeline. Members of the matter see its papers on the page of the case; for
all others, the case leads to no matter.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duecare.errors import DuecareError, NotFound
from duecare.incidents.cases.forms import CounselForm
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.pages import form_page, sent
from duecare.incidents.cases.queries import CASE, find_case
from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer
from duecare.program.matter_actions import Draft, add_paper
from duecare.program.matter_models import MatterPaper
from duecare.program.matter_queries import MatterTold, PaperTold, open_matters_of, papers_on


def papers_about(case: Case, viewer: Viewer) -> list[tuple[MatterTold, PaperTold]]:
    """The papers about a case in the viewer's matters, newest first; none on a past day."""
    if asof.current() is not None or not viewer.matters:
        return []
    return papers_on(f"{CASE}:{case.pk}", viewer)


def write_note(viewer: Viewer, case: Case, matter: str, title: str, words: str, now: datetime) -> MatterPaper:
    """Put a note about a case into a matter, sealed. Raises NotFound for one of others."""
    draft = Draft(title, words, about=f"{CASE}:{case.pk}", note=True)
    return add_paper(viewer, matter, draft, now)


@require_http_methods(["GET", "HEAD", "POST"])
def note_new(request: Request, key: str) -> HttpResponseBase:
    """Write a note for counsel about a case. Not there for who is a member of no open matter."""
    viewer = request.viewer
    matters = open_matters_of(viewer) if viewer.matters and asof.current() is None else []
    if not matters:
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    case = find_case(key, viewer)
    form = CounselForm(sent(request), matters=[(one.key, one.title) for one in matters])
    back = reverse("case", args=[key])
    if form.is_valid():
        try:
            write_note(viewer, case, now=request.now, **form.cleaned_data)
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The note is in the matter, sealed."))
            return redirect(f"{back}#counsel")
    title = _("A note for counsel")
    return form_page(request, form, title, _("Seal it"), back, case=case, privileged=True)
