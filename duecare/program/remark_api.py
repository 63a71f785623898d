"""Comments and files for programs: those on a record, and adding some."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router

from duecare.ledger.viewers import Request, Scope
from duecare.program import remark_views, remarks
from duecare.program.models import Attachment, Comment
from duecare.web.api import download, endpoint, sent, upload
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reference, Words

router = Router(tags=["Comments and files"])
BYTES_BODY = upload("application/octet-stream")


class CommentAnswer(Answer):
    """What somebody said about a record."""

    id: str
    about: str
    words: str
    mentions: list[str]
    """Keys of the people whom it names."""
    made_by: str
    made_at: Moment


class FileAnswer(Answer):
    """A file that somebody put to a record."""

    id: str
    about: str
    name: str
    size: int
    content: str
    """SHA-256 of the file, 64 hex."""
    made_by: str
    made_at: Moment


class Remarks(Answer):
    """The newest comments and files of a record, oldest first."""

    comments: list[CommentAnswer]
    files: list[FileAnswer]


class AddComment(Body):
    """What to say. `@Name` mentions somebody who may see it."""

    words: Words


class Commented(Answer):
    """The comment, and the marks in it that name nobody who may see it."""

    comment: CommentAnswer
    unknown: list[str]


@endpoint(router, "GET", "/remarks/{reference}", Scope.READ, Remarks)
def list_remarks(request: Request, reference: Reference) -> Any:
    """Comments and files of a record, named by a reference such as program.task:k3…"""
    remarks.demand_visible(reference, request.viewer)
    found = remarks.context(reference, request.viewer)["remarks"]
    comments: list[Comment] = [one.comment for one in found["comments"]]
    files: list[Attachment] = [one.attachment for one in found["files"]]
    return {"comments": comments, "files": files}


@endpoint(router, "POST", "/remarks/{reference}/comments", Scope.REMARKS, Commented, status=201)
def add_comment(request: Request, reference: Reference, body: AddComment) -> Any:
    """Say something about a record."""
    remarks.demand_remark(reference, request.viewer)
    people = remarks.people_who_see(reference, request.now) if "@" in body.words else []
    mentioned, unknown = remarks.find_mentions(body.words, people)
    made = remarks.add_comment(request.viewer.actor, reference, body.words, mentioned, request.now)
    return {"comment": made, "unknown": unknown}


@endpoint(
    router,
    "POST",
    "/remarks/{reference}/files",
    Scope.REMARKS,
    FileAnswer,
    status=201,
    extra=BYTES_BODY,
)
def add_file(request: Request, reference: Reference, name: Line) -> Any:
    """Put a file to a record: its bytes are the body, its name is the parameter."""
    remarks.demand_remark(reference, request.viewer)
    data = sent(request, remarks.SIZE_LIMIT, _("Keep it elsewhere and write where."))
    return remarks.add_attachment(request.viewer.actor, reference, name, data, request.now)


@endpoint(router, "GET", "/files/{key}", Scope.READ, extra=download("application/octet-stream"))
def download_file(request: Request, key: Key) -> HttpResponseBase:
    """A file as it was handed in."""
    return remark_views.file(request, key)
