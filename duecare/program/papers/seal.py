"""What ties a printed report to the record: the foot of each page, and the signed checkpoint on the last.

A checkpoint on paper that somebody outside keeps is what a later rewriting of the record cannot reach.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.ledger import anchors, sealing
from duecare.ledger.models import Checkpoint
from duecare.program.papers.blocks import Code, Facts, as_json, cut
from duecare.program.papers.placing import moment
from duecare.words import number

ROOT = 16
"""Signs of the root at the foot; the last page has it whole."""


def foot(organisation: str, instant: datetime, size: int, checkpoint: Checkpoint) -> dict[str, str]:
    """The two lines at the foot of each page; it speaks from `instant`, and rests on `size` entries."""
    words = {
        "organisation": cut(organisation, 70),
        "moment": moment(instant),
        "size": number(size),
        "root": _root(checkpoint)[:ROOT],
        "checkpoint": number(checkpoint.size),
    }
    return {
        "first": _("%(organisation)s, as of %(moment)s") % words,
        "second": _(
            "Rests on the first %(size)s entries of the record; root %(root)s… of the checkpoint over "
            "%(checkpoint)s entries"
        )
        % words,
        "page": _("%n of %of"),
    }


def seal(checkpoint: Checkpoint) -> dict[str, Any]:
    """The last part of a report: the whole signed note, and how to check the report by it."""
    note = bytes(checkpoint.note).decode()
    size = number(checkpoint.size)
    return {
        "title": _("The checkpoint, and how to check this report"),
        "paragraphs": [
            _(
                "This checkpoint was signed when the report was made. It fixes all %(size)s entries that the "
                "record had then, those that this report rests on among them: whoever keeps this page can "
                "tell later whether any of them was changed, removed or put in another place."
            )
            % {"size": size},
        ],
        "note": note.rstrip("\n").split("\n"),
        "facts": as_json(
            Facts(((_("Verifier key"), Code(sealing.signer().vkey)), (_("Held outside"), anchors.words())))
        ),
        "steps": [
            _(
                "To check: save the note above as checkpoint.txt (the PDF has it attached under that name), "
                "ask for an export of the record, and run: duecare-verify EXPORT.zip --key KEY --held "
                "checkpoint.txt, where KEY is the verifier key above. Take duecare-verify from elsewhere "
                "than the export. The page of an entry in Duecare gives its proof, which other tools check."
            ),
            _(
                "It proves what was recorded, in what order, and no later than when. It does not prove that "
                "what was recorded is true or complete, or that nothing was recorded late."
            ),
        ],
    }


def _root(checkpoint: Checkpoint) -> str:
    """The root as the note writes it, base64."""
    return bytes(checkpoint.note).decode().split("\n")[2]
