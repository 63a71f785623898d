"""A paper whole: what it tells, who made it and when, the foot of each page, and the signed checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from duecare import __version__
from duecare.ledger import sealing
from duecare.ledger.models import Checkpoint, Head
from duecare.ledger.viewers import Viewer
from duecare.program.papers.placing import moment
from duecare.program.papers.render import Attached, render
from duecare.program.papers.seal import foot, seal
from duecare.program.queries import live_profile, zone_of


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
    day, and its checkpoint lets it be compared later. Raises Tampered if no checkpoint can be signed.
    """
    checkpoint = sealing.checkpoint()
    with timezone.override(zone_of(live_profile())):
        return set_paper(paper, viewer, now, checkpoint.size, checkpoint, now)


def set_paper(
    paper: Paper, viewer: Viewer, instant: datetime, size: int, checkpoint: Checkpoint, now: datetime
) -> bytes:
    """The PDF: it speaks from `instant`, rests on the first `size` entries, and names `checkpoint`.

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
        "lines": [organisation, *paper.lines, made],
        "foot": foot(organisation, instant, size, checkpoint),
        "seal": seal(checkpoint),
    }
    note = Attached("checkpoint.txt", bytes(checkpoint.note).decode(), _("The signed checkpoint"))
    return render(paper.template, data, (note, *paper.attached), now)


def _organisation() -> str:
    profile = live_profile()
    name = profile.name if profile else "Duecare"
    if Head.objects.get().demonstration:
        return _("Demonstration, all of it made up: %s") % name
    return name
