"""The record for programs: its entries, proofs and checkpoints, and the whole of it as a file."""

from __future__ import annotations

from typing import Annotated, Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from duecare.errors import NotFound
from duecare.ledger import anchors, browsing, proving, sealing, telling, views
from duecare.ledger.models import Checkpoint, Payload
from duecare.ledger.proving import opened
from duecare.ledger.viewers import Request, Scope, Viewer, demand_reader, demand_whole
from duecare.web.api import download, endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Key, Moment

router = Router(tags=["Ledger"])
Index = Annotated[int, Field(ge=0, lt=browsing.NUMBER_LIMIT)]
_LISTING = browsing.listing(Viewer("", ""), ())


class CheckpointAnswer(Answer):
    """A signed note over the record as it stood."""

    size: int
    at: Moment
    note: str


class LedgerAnswer(Answer):
    """What the record is, and how far it is signed and held outside."""

    size: int
    checkpoint: CheckpointAnswer | None
    anchored: int
    """Entries under the newest checkpoint that somebody outside is known to hold."""


class EntryAnswer(Answer):
    """One entry."""

    index: int
    at: Moment
    kind: str
    subject: str
    action: str
    actor: str
    act: int
    """Index of the head of the act that it belongs to."""
    reason: str
    """Of the act."""
    leaf: str
    content: dict[str, Any] | None
    """What it holds; null once it is erased."""


class ProofAnswer(Answer):
    """A proof that one entry is in a tree, as `duecare ledger prove` writes it."""

    format: str
    index: int
    size: int
    leaf: str
    leaf_hash: str
    path: list[str]
    checkpoint: str
    openings: dict[str, dict[str, str]]


def _checkpoint(found: Checkpoint | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"size": found.size, "at": found.time, "note": bytes(found.note).decode()}


@endpoint(router, "GET", "/ledger", Scope.READ, LedgerAnswer)
def the_ledger(request: Request) -> Any:
    """How long the record is, and how far it is signed and held outside."""
    demand_whole(request)
    return {
        "size": browsing.size_in_view(),
        "checkpoint": _checkpoint(browsing.newest_checkpoint()),
        "anchored": anchors.anchored_size(),
    }


@endpoint(router, "GET", "/ledger/entries", Scope.READ, rows_of(_LISTING, int), listing=_LISTING)
def list_entries(request: Request) -> Any:
    """Entries, newest first."""
    viewer = demand_whole(request)
    return list_rows(request, browsing.listing(viewer, browsing.kinds()), browsing.rows(viewer))


@endpoint(router, "GET", "/ledger/entries/{index}", Scope.READ, EntryAnswer)
def one_entry(request: Request, index: Index) -> Any:
    """One entry, with what it holds."""
    found = telling.find_entry(index, demand_reader(request))
    payloads = {one.index: one for one in Payload.objects.filter(index__in=(index, found.head))}
    head = payloads.get(found.head)
    return {
        "index": found.index,
        "at": found.time,
        "kind": found.kind,
        "subject": found.subject,
        "action": found.action,
        "actor": found.actor,
        "act": found.head,
        "reason": opened(head)["reason"] if head is not None else "",
        "leaf": bytes(found.leaf).decode(),
        "content": opened(payloads[index]) if index in payloads else None,
    }


@endpoint(router, "GET", "/ledger/entries/{index}/proof", Scope.READ, ProofAnswer)
def prove_entry(request: Request, index: Index) -> Any:
    """The proof that an entry is in the newest signed tree."""
    telling.find_entry(index, demand_reader(request))
    checkpoint = browsing.newest_checkpoint()
    if checkpoint is None or index >= checkpoint.size:
        raise NotFound(
            _("No checkpoint covers entry %s yet.") % index, _("Sign the record, then ask again."), "index"
        )
    return proving.prove(index, checkpoint).as_json()


@endpoint(
    router,
    "GET",
    "/ledger/entries/{index}/blobs/{digest}",
    Scope.READ,
    extra=download("application/octet-stream"),
)
def download_blob(request: Request, index: Index, digest: Key) -> HttpResponseBase:
    """A blob that an entry names."""
    return views.blob(request, index, digest)


@endpoint(router, "GET", "/ledger/checkpoint", Scope.READ, extra=download("text/plain"))
def newest_checkpoint(request: Request) -> HttpResponseBase:
    """The newest signed note, to be given to somebody outside."""
    return views.checkpoint(request)


@endpoint(router, "POST", "/ledger/checkpoints", Scope.LEDGER, CheckpointAnswer, status=201)
def sign_ledger(request: Request) -> Any:
    """Sign the record as it stands."""
    views.demand_signer(request)
    return _checkpoint(sealing.checkpoint())


@endpoint(router, "POST", "/ledger/export", Scope.LEDGER, extra=download("application/zip"))
def export_ledger(request: Request) -> HttpResponseBase:
    """The whole record as a zip that anyone can check; that it was taken is an entry."""
    return views.export_whole(request)
