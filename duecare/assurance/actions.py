"""Issuing a report: the record is verified and signed, read as of the day, set as PDF, and kept."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from duecare import __version__
from duecare.assurance.models import IssuedReport
from duecare.assurance.reports.interface import Asked, Report
from duecare.errors import BadInput, Refused, Tampered
from duecare.ledger import asof, blobs, sealing, verifying
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Viewer
from duecare.program.papers.setting import Paper, set_paper
from duecare.program.queries import live_profile, zone_of
from duecare.words import day, number

TITLE = 200


def issue(viewer: Viewer, report: Report, asked: Asked, now: datetime) -> IssuedReport:
    """Make a report and put it on the record. `now` is aware.

    Raises Refused for who changes nothing, BadInput for a day that the record does not reach, Tampered if the
    record does not hold as a whole (25 s at a million entries): then nothing is issued.
    """
    if not viewer.changes:
        raise Refused(_("Only an owner, a manager or an approver makes reports."), _("Ask one of them."))
    _demand_told(asked, now)
    with timezone.override(zone_of(live_profile())):
        _demand_sound()
        view = asof.view_at(asked.instant)
        checkpoint = sealing.checkpoint()
        with asof.viewing(view):
            told = report.gather(asked, viewer)
        paper = Paper(report.template, told.title, told.lines, told.content, told.attached)
        pdf = set_paper(paper, viewer, asked.instant, view.size, checkpoint, now)
    row = IssuedReport(
        report=report.id,
        about=asked.about,
        title=str(told.title)[:TITLE],
        first_day=asked.first_day,
        last_day=asked.last_day,
        instant=asked.instant,
        size=view.size,
        checkpoint=checkpoint.size,
        pdf=blobs.keep(pdf),
        length=len(pdf),
        program=__version__,
        made_by=viewer.actor,
        made_at=now,
    )
    with recording(viewer.actor, "issue a report"):
        row.save(force_insert=True)
    return row


def _demand_sound() -> None:
    """Raises Tampered unless every entry, payload, blob and live record is what the tree says."""
    found = verifying.verify(live=True)
    if not found.ok:
        raise Tampered(
            _("No report was issued: the record has %(count)s faults, first: %(first)s")
            % {"count": number(found.count), "first": verifying.for_readers(found.faults[0])},
            _("Run `duecare ledger verify --live` and keep the database as evidence (docs/operations.md)."),
        )


def _demand_told(asked: Asked, now: datetime) -> None:
    """Raises BadInput unless the record reaches the moment that is asked for."""
    if asked.instant > now or asked.first_day > asked.last_day:
        raise BadInput(
            _("%s lies in the future.") % day(asked.last_day), _("Choose today or an earlier day.")
        )
    if not asof.size_at(asked.instant):
        raise BadInput(_("The record had not begun on %s.") % day(asked.last_day), _("Choose a later day."))
