"""A paper whole: what it tells, who made it and when, the foot of each page, and the signed checkpoint."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from duecare import __version__
from duecare.errors import DuecareError
from duecare.ledger import sealing
from duecare.ledger.models import Checkpoint, Head
from duecare.ledger.viewers import Viewer
from duecare.program.papers.blocks import Facts, as_json, cut
from duecare.program.papers.placing import moment
from duecare.program.papers.render import Attached, render
from duecare.program.papers.seal import foot, seal
from duecare.program.queries import live_profile, zone_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper tells, ready to be set."""

    template: str
    """Name of the file in `content/`."""
    title: str
    lines: tuple[str, ...]
    """Under the title: which day, how far the evidence reaches."""
    content: Mapping[str, Any]
    """JSON for the template: `blocks`, or the parts that the template names."""
    attached: tuple[Attached, ...] = ()


def set_now(paper: Paper, viewer: Viewer, now: datetime) -> bytes:
    """The PDF of a paper that tells of this moment, under a checkpoint signed for it.

    For what is gathered from the live record, in the organisation's zone, before this is called. The record
    is not verified as a whole, which takes a report half a minute: such a paper must come at once on a bad
    day, and its checkpoint lets it be compared later. Where none can be signed the paper comes all the same,
    and says so: that day may be the bad one. Raises as `set_paper` does.
    """
    checkpoint, size = None, 0
    try:
        checkpoint = sealing.checkpoint()
        size = checkpoint.size
    except (DuecareError, OSError):
        log.exception("a paper is set without a checkpoint: none could be signed")
    with timezone.override(zone_of(live_profile())):
        return set_paper(paper, viewer, now, size, checkpoint, now)


def set_paper(
    paper: Paper, viewer: Viewer, instant: datetime, size: int, checkpoint: Checkpoint | None, now: datetime
) -> bytes:
    """The PDF: it speaks from `instant`, rests on the first `size` entries, and names `checkpoint`, if any.

    Raises BadInput or DuecareError as `render` does.
    """
    organisation = _organisation()
    made = _("As of %(instant)s. Made %(now)s by %(name)s with Duecare %(version)s.") % {
        "instant": moment(instant),
        "now": moment(now),
        "name": viewer.name,
        "version": __version__,
    }
    data = {
        **paper.content,
        "language": (get_language() or "en").partition("-")[0],
        "organisation": organisation,
        "title": paper.title,
        "lines": [organisation, *paper.lines, made, *(() if checkpoint else (_unsealed(),))],
        "foot": foot(organisation, instant, size, checkpoint)
        if checkpoint
        else _foot_unsealed(organisation, instant),
        "seal": seal(checkpoint) if checkpoint else _no_seal(),
    }
    notes: tuple[Attached, ...] = ()
    if checkpoint:
        notes = (Attached("checkpoint.txt", bytes(checkpoint.note).decode(), _("The signed checkpoint")),)
    return render(paper.template, data, (*notes, *paper.attached), now)


def _unsealed() -> str:
    return _("NOT SEALED: no checkpoint of the record could be signed. Have the record verified.")


def _foot_unsealed(organisation: str, instant: datetime) -> dict[str, str]:
    """The foot of each page of a paper that names no checkpoint."""
    words = {"organisation": cut(organisation, 70), "moment": moment(instant)}
    return {
        "first": _("%(organisation)s, as of %(moment)s") % words,
        "second": _unsealed(),
        "page": _("%n of %of"),
    }


def _no_seal() -> dict[str, Any]:
    """The last part of a paper that names no checkpoint."""
    return {
        "title": _("Without a checkpoint"),
        "paragraphs": [],
        "note": [_unsealed()],
        "facts": as_json(Facts(())),
        "steps": [],
    }


def _organisation() -> str:
    profile = live_profile()
    name = profile.name if profile else "Duecare"
    if Head.objects.get().demonstration:
        return _("Demonstration, all of it made up: %s") % name
    return name
