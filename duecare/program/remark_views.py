"""Adding comments and files to records, and taking files away again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from duecare.errors import BadInput
from duecare.ledger import blobs
from duecare.ledger.viewers import Request
from duecare.program import remarks
from duecare.program.subjects import address_of, name_of
from duecare.program.task_forms import CommentForm, FileForm
from duecare.web.uploads import demand_size


@require_POST
def comment(request: Request, reference: str) -> HttpResponseBase:
    """Say something about a record."""
    remarks.demand_remark(reference, request.viewer)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _again(request, reference, form, _("Comment"))
    words = form.cleaned_data["words"]
    people = remarks.people_who_see(reference, request.now) if "@" in words else []
    mentioned, unknown = remarks.find_mentions(words, people)
    remarks.add_comment(request.viewer.actor, reference, words, mentioned, request.now)
    for mark in unknown:
        messages.warning(
            request,
            _("“@%s” is nobody who may see this: write the whole name as it stands here.") % mark[:60],
        )
    return _back(reference)


@csrf_exempt
@require_POST
def add_file(request: Request, reference: str) -> HttpResponseBase:
    """Put a file to a record."""
    remarks.demand_remark(reference, request.viewer)
    demand_size(request, remarks.SIZE_LIMIT, _("Keep it elsewhere and write where."))
    return _add_file(request, reference)


@csrf_protect
def _add_file(request: Request, reference: str) -> HttpResponseBase:
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            remarks.add_attachment(request.viewer.actor, reference, upload.name, upload.read(), request.now)
        except BadInput as error:
            form.add_error("file", str(error))
        else:
            return _back(reference)
    return _again(request, reference, form, _("Add a file"))


@require_safe
def file(request: Request, key: str) -> HttpResponse:
    """A file as it was handed in; always a download, never shown by the browser."""
    found = remarks.find_attachment(key, request.viewer)
    response = HttpResponse(blobs.fetch(found.content), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=found.name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _back(reference: str) -> HttpResponseBase:
    return redirect(f"{address_of(reference)}#remarks")


def _again(request: Request, reference: str, form: Any, title: str) -> HttpResponseBase:
    """The form with what is wrong about it, on a page of its own."""
    context = {
        "form": form,
        "title": title,
        "about": name_of(reference, request.viewer),
        "back": address_of(reference),
        "button": title,
        "upload": isinstance(form, FileForm),
    }
    return render(request, "program/task_form.html", context, status=400)
