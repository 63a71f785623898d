"""Pages of the ledger: what it holds and proves, one entry, its proof, and what is handed to others."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.home import Home
from duecare.ledger import anchors, blobs, browsing, export, naming, notes, proving, sealing, telling
from duecare.ledger.models import Checkpoint
from duecare.ledger.recording import record_note
from duecare.ledger.viewers import Request, Role, demand_reader, demand_whole
from duecare.web.views import show
from duecare.words import number

EXPORT = "ledger.export"
"""The kind of the note that says who took the record away, and how much of it."""
SIGNERS = (Role.OWNER, Role.MANAGER)
EXPORTERS = (Role.OWNER, Role.AUDITOR)


@require_safe
def ledger(request: Request) -> HttpResponseBase:
    """What the record is and proves, how far it is signed and held outside, and its entries."""
    viewer = demand_whole(request)
    newest = browsing.newest_checkpoint()
    try:
        verifier_key, key_fault = sealing.signer().vkey, ""
    except DuecareError as error:
        # The record can still be read, and must be able to be on the day that the key is lost.
        verifier_key, key_fault = "", str(error)
    context = {
        "size": browsing.size_in_view(),
        "checkpoint": newest,
        "root": _statement(newest) if newest else None,
        "verifier_key": verifier_key,
        "key_fault": key_fault,
        "outside": anchors.words(),
        "anchored": anchors.anchored_size(),
        "may_sign": viewer.has(*SIGNERS),
        "may_export": viewer.has(*EXPORTERS),
    }
    listing = browsing.listing(viewer, browsing.kinds())
    return show(request, listing, browsing.rows(viewer), template="ledger/ledger.html", context=context)


def _statement(checkpoint: Checkpoint) -> str:
    """The root as the checkpoint writes it, in base64."""
    return bytes(checkpoint.note).decode().split("\n")[2]


@require_safe
def entry(request: Request, index: int) -> HttpResponseBase:
    """One entry: who did what, what it held, what was different before, and the act it belongs to."""
    viewer = demand_reader(request)
    hidden = telling.find_withheld(index, viewer)
    if hidden is not None:
        return render(request, "ledger/withheld.html", {"entry": hidden})
    told = telling.tell(telling.find_entry(index, viewer), viewer)
    act = [(one, naming.kind_words(one.kind), naming.action_words(one.action)) for one in told.act]
    return render(request, "ledger/entry.html", {"told": told, "entry": told.entry, "act": act})


@require_safe
def proof(request: Request, index: int) -> HttpResponseBase:
    """The proof that an entry is in the newest signed tree, step by step."""
    viewer = demand_reader(request)
    told = telling.find_entry(index, viewer)
    checkpoint = browsing.newest_checkpoint()
    if checkpoint is None or index >= checkpoint.size:
        return _uncovered(request, index, checkpoint, 200)
    made = proving.prove(index, checkpoint)
    statement = notes.Checkpoint.parse(bytes(checkpoint.note).decode().partition("\n\n")[0] + "\n")
    steps = telling.climb(made)
    leaf_hash = made.as_json()["leaf_hash"]
    context = {
        "entry": told,
        "proof": made,
        "leaf_hash": leaf_hash,
        "steps": steps,
        "checkpoint": checkpoint,
        "root": statement.root.hex(),
        "holds": (steps[-1].result if steps else leaf_hash) == statement.root.hex(),
    }
    return render(request, "ledger/proof.html", context)


@require_safe
def proof_file(request: Request, index: int) -> HttpResponseBase:
    """The same proof as a file that other tools can check."""
    telling.find_entry(index, demand_reader(request))
    checkpoint = browsing.newest_checkpoint()
    if checkpoint is None or index >= checkpoint.size:
        return _uncovered(request, index, checkpoint, 409)
    text = json.dumps(proving.prove(index, checkpoint).as_json(), indent=2, ensure_ascii=False)
    return _file(text.encode(), f"entry-{index}-proof.json", "application/json")


def _uncovered(request: Request, index: int, checkpoint: Checkpoint | None, status: int) -> HttpResponse:
    """That no checkpoint covers the entry yet, and where one is made: a GET signs nothing."""
    may_sign = request.viewer.has(*SIGNERS) and request.viewer.areas is None
    context = {"index": index, "checkpoint": checkpoint, "may_sign": may_sign}
    return render(request, "ledger/uncovered.html", context, status=status)


@require_safe
def checkpoint(request: Request) -> HttpResponseBase:
    """The newest signed note, to be given to somebody outside."""
    demand_whole(request)
    newest = browsing.newest_checkpoint()
    if newest is None:
        raise NotFound(_("No checkpoint has been signed yet."), _("Sign one on the page of the ledger."))
    return _file(bytes(newest.note), f"checkpoint-{newest.size}.txt", "text/plain; charset=utf-8")


def demand_signer(request: Request) -> None:
    """Raises Refused for a viewer who may read the record but not sign it, NotFound for others."""
    if not demand_whole(request).has(*SIGNERS):
        raise Refused(_("Only an owner or a manager signs checkpoints."), _("Ask one of them."))


@require_POST
def sign(request: Request) -> HttpResponseBase:
    """Sign the record as it stands."""
    demand_signer(request)
    made = sealing.checkpoint()
    messages.success(
        request, _("Signed: a checkpoint over %s entries. Give it to somebody outside.") % number(made.size)
    )
    index = request.POST.get("entry", "")
    return redirect("entry-prove", int(index)) if index.isdecimal() else redirect("ledger")


@require_POST
def export_whole(request: Request) -> HttpResponseBase:
    """The whole record as a zip that anyone can check. That it was taken, and by whom, is an entry."""
    viewer = demand_whole(request)
    if not viewer.has(*EXPORTERS):
        raise Refused(_("Only an owner or an auditor takes the record away."), _("Ask one of them."))
    home: Home = settings.DUECARE_HOME
    place = home.scratch / f"export-{secrets.token_hex(6)}.zip"
    made = export.export(place)
    archive = place.open("rb")
    place.unlink()  # without a name it lasts as long as the answer that reads it, however that ends
    content: dict[str, Any] = {"size": made.size, "checkpoint": bytes(made.note).decode()}
    record_note(viewer.actor, "export the record", EXPORT, str(made.size), content)
    return FileResponse(archive, as_attachment=True, filename=f"duecare-record-{made.size}.zip")


@require_safe
def blob(request: Request, index: int, digest: str) -> HttpResponseBase:
    """A blob, if the entry's payload names it and the viewer may see that entry; always as a download."""
    found = telling.find_entry(index, demand_reader(request))
    if digest not in telling.blobs_of(found):
        raise NotFound(_("That entry names no such file."), _("Look at the entry."))
    return _file(blobs.fetch(digest), digest, "application/octet-stream")


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
