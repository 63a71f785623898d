"""What of clocks, notices and decisions can be found."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.decisions.models import CaseDecision
from duecare.incidents.notices.models import Notice
from duecare.incidents.notices.queries import state_of, with_mail
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf
from duecare.web.words import STATUSES


def _notices(viewer: Viewer) -> QuerySet[Notice]:
    found: QuerySet[Notice] = with_mail(Notice.objects.all().visible_to(viewer).select_related("case"))
    return found


def _notice(row: Notice) -> Hit:
    note = _("incident %(number)s: %(state)s") % {
        "number": row.case.number,
        "state": STATUSES[state_of(row)].word,
    }
    return Hit(row.subject, reverse("case-notice", args=[row.pk]), note)


def _decisions(viewer: Viewer) -> QuerySet[CaseDecision]:
    found: QuerySet[CaseDecision] = CaseDecision.objects.all().visible_to(viewer).select_related("case")
    return found


def _decision(row: CaseDecision) -> Hit:
    return Hit(row.question, reverse("case-decision", args=[row.pk]), row.chosen)


def _pages(viewer: Viewer) -> Iterator[Thing]:
    if viewer.reads and viewer.covers(Notice.room):
        yield Thing(_("Board of clocks"), reverse("incident-board"), texts=("limits deadlines",))


register_findable(
    Findable(
        "notices",
        gettext_lazy("Notices"),
        13,
        _notices,
        (
            ("subject", gettext_lazy("Subject")),
            ("recipient", gettext_lazy("To")),
            ("reference", gettext_lazy("Their reference")),
            ("words", gettext_lazy("Text")),
        ),
        _notice,
    )
)
register_findable(
    Findable(
        "case-decisions",
        gettext_lazy("Decisions in incidents"),
        14,
        _decisions,
        (("question", gettext_lazy("Question")), ("reasons", gettext_lazy("Why"))),
        _decision,
    )
)
register_shelf(Shelf("clocks", gettext_lazy("Clocks"), 15, _pages))
