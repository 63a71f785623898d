"""The lists of cases and of what a case affects."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from duecare.incidents.cases.models import Affected, Case
from duecare.incidents.cases.naming import STATUSES, kind_name, severity_name
from duecare.incidents.cases.phases import OF_CASES, phase_of
from duecare.incidents.plans.content import PlanContent
from duecare.ledger.viewers import Viewer
from duecare.program.subjects import address_seen
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

STATES = {"open": Q(closed_at=None), "closed": Q(closed_at__isnull=False)}
ENDED = (("resolved", _("Resolved")), ("no incident", _("No incident")), ("merged", _("Merged")))


def cases_listing(content: PlanContent, *, closed_choices: bool = True) -> Listing[Case]:
    """The list of cases, the newest first, in the words of a plan.

    Without `closed_choices` severities and kinds are asked for as text: what a plan may hold is not known
    when the API is described.
    """
    choices = {
        "severity": [(one.id, str(one.name)) for one in content.severities],
        "kind": [(id, str(one.name)) for id, one in content.playbooks.items()],
    }
    asked = FilterKind.CHOICE if closed_choices else FilterKind.TEXT
    return Listing(
        name="incidents",
        caption=_("Incidents"),
        columns=(
            Column("number", _("No."), lambda row: row.number, Kind.NUMBER, order="number"),
            Column(
                "title", _("Incident"), lambda row: row.title, link=lambda row: reverse("case", args=[row.pk])
            ),
            Column(
                "state",
                _("State"),
                lambda row: "ended" if row.closed_at else "open",
                Kind.STATUS,
                export=lambda row: "closed" if row.closed_at else "open",
            ),
            Column(
                "severity",
                _("Severity"),
                lambda row: severity_name(content, row.severity),
                export=lambda row: row.severity,
            ),
            Column("kind", _("Kind"), lambda row: kind_name(content, row.kind), export=lambda row: row.kind),
            Column("phase", _("Phase"), lambda row: phase_of(row.phase).name, export=lambda row: row.phase),
            Column("opened_at", _("Opened"), lambda row: row.opened_at, Kind.DATE, order="opened_at"),
            Column("closed_at", _("Closed"), lambda row: row.closed_at, Kind.DATE, order="closed_at"),
            Column(
                "exercise",
                _("Exercise"),
                lambda row: row.exercise,
                export=lambda row: "yes" if row.exercise else "no",
            ),
        ),
        sort=("-opened_at",),
        search=("title", "summary"),
        filters=(
            Filter(
                "state",
                _("State"),
                lambda value: STATES[value],
                choices=(("open", _("Open")), ("closed", _("Closed"))),
            ),
            Filter(
                "severity", _("Severity"), "severity", asked, choices["severity"] if closed_choices else ()
            ),
            Filter("kind", _("Kind"), "kind", asked, choices["kind"] if closed_choices else ()),
            Filter("phase", _("Phase"), "phase", choices=[(id, phase_of(id).name) for id in OF_CASES]),
            Filter("closed_as", _("Closed as"), "closed_as", choices=ENDED),
            Filter(
                "exercise",
                _("Exercise"),
                lambda value: Q(exercise=value == "yes"),
                choices=(("no", _("No")), ("yes", _("Yes"))),
            ),
            Filter("since", _("Opened since"), "opened_at", FilterKind.SINCE),
        ),
        empty=Empty(
            _("No incidents yet"),
            _("What somebody reports waits for you here; you can also open one yourself."),
        ),
    )


def affected_listing(viewer: Viewer, case: str, *, may_work: bool = False) -> Listing[Affected]:
    """What one case affects, in the order in which it came up."""

    def changed(row: Affected) -> str:
        return reverse("case-affected-change", args=[case, row.pk]) if may_work and not row.removed_at else ""

    return Listing(
        name="case-affected",
        caption=_("What is affected"),
        columns=(
            Column(
                "name",
                _("What"),
                lambda row: row.name,
                link=lambda row: address_seen(row.about, viewer) if row.about else "",
            ),
            Column("status", _("How it stands"), lambda row: row.status, Kind.STATUS, order="status"),
            Column("words", _("What is known of it"), lambda row: row.words),
            Column("said_at", _("Said"), lambda row: row.said_at, Kind.DATE, order="said_at"),
            Column("about", _("Reference"), lambda row: row.about, Kind.MONO),
            *(
                [Column("change", _("Change"), lambda row: _("Change"), link=changed, export=lambda row: "")]
                if may_work
                else []
            ),
        ),
        sort=("id",),
        search=("name", "words"),
        filters=(Filter("status", _("How it stands"), "status", choices=[(one, one) for one in STATUSES]),),
        empty=Empty(
            _("Nothing is known to be affected"),
            _("Name hosts, accounts, data and whatever else it touches."),
        ),
    )
