"""Lists with their filters under a name: one's own, or shared with all who may see the list.

A view is an address, and nothing else: which rows it shows is decided when it is opened, for whoever opens
it, by the list itself. A shared one is the organisation's and on the record; one's own is a preference in a
plain table. A view whose filter the list no longer has is told as such when it is opened: a list refuses what
it does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.assurance.models import IssuedReport
from duecare.assurance.views import ISSUED
from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.alerts.models import Alert
from duecare.incidents.alerts.views import ALERTS
from duecare.incidents.cases.lists import cases_listing
from duecare.incidents.cases.models import Case
from duecare.incidents.exercises import lists as exercise_lists
from duecare.incidents.lessons import lists as lesson_lists
from duecare.incidents.models import Exercise, Lesson
from duecare.incidents.plans import contact_queries
from duecare.incidents.plans.models import PlanContact
from duecare.incidents.plans.queries import plan_content
from duecare.law.applicable import register_now
from duecare.law.duties.listing import read as read_duties
from duecare.law.holds.models import LegalHold
from duecare.law.holds.queries import LISTING as HOLDS
from duecare.law.lists import CHANGES as LAW_CHANGES
from duecare.law.lists import OBLIGATIONS
from duecare.law.models import Applying, LawChange
from duecare.ledger import asof, browsing
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Request, Viewer
from duecare.patching.bills.lists import products_listing
from duecare.patching.bills.models import Contained, Product
from duecare.patching.bills.queries import bill_days
from duecare.patching.feeds.models import FeedSnapshot
from duecare.patching.feeds.updates import UPDATES
from duecare.patching.runs import queries as run_queries
from duecare.patching.runs.models import PatchRun
from duecare.patching.software.models import Installed, Software
from duecare.patching.software.views import SOFTWARE, asked_listing, asked_products, given_in
from duecare.patching.weaknesses.models import Advisory
from duecare.patching.weaknesses.views import WEAKNESSES
from duecare.program import exception_queries, task_views
from duecare.program.catalogue import areas
from duecare.program.models import (
    EVERYBODYS_LISTS,
    Answer,
    Finding,
    SafeguardException,
    SharedView,
    StaffMember,
    Task,
)
from duecare.program.posture import State
from duecare.program.search import Shelf, Thing, register_shelf
from duecare.program.staff.views import listing as staff_listing
from duecare.program.statement_queries import Condition
from duecare.program.views import FINDINGS
from duecare.risk.decisions import lists as risk_decisions
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.claims.queries import listing as claims_listing
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import listing as policies_listing
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.risk.insurance.questionnaires.queries import listing as questionnaires_listing
from duecare.risk.insurance.statements.models import InsurerStatement
from duecare.risk.insurance.statements.queries import listing as told_listing
from duecare.risk.measures.models import Choice, Measure
from duecare.risk.measures.queries import CHOICES as CHOICES_KEPT
from duecare.risk.measures.queries import LISTING as MEASURES
from duecare.risk.models import RiskDecision
from duecare.risk.register.estimate_lists import estimates_listing
from duecare.risk.register.lists import scenarios_listing
from duecare.risk.register.models import Estimate, Scenario
from duecare.risk.training.models import Calibration
from duecare.risk.training.queries import LISTING as CALIBRATIONS
from duecare.site.models import OwnView
from duecare.systems.models import Host, Name
from duecare.systems.name_views import NAMES
from duecare.systems.pull_models import PulledHost
from duecare.systems.pull_views import PULLED
from duecare.systems.views import HOSTS
from duecare.web.listing import AFTER, AS_OF, BEFORE, FORMAT, Listing, Text
from duecare.web.recorded import recorded
from duecare.web.shell import Link, SavedViews

LONGEST_NAME = 100
LONGEST_QUERY = 1000
"""Characters."""
MOST = 50
"""Views that one person, or all together, may save of a list."""
LEFT_OUT = (AFTER, BEFORE, FORMAT, AS_OF)
"""Parameters that say where in a list one was, not what it shows."""

Read = Callable[[QueryDict, Viewer, datetime], object]


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list of which views can be saved."""

    label: Text
    read: Read
    """Raises BadInput for an address that the list does not understand."""
    area: str | None = None
    """The area that the whole list is of, empty for the whole organisation; None where its rows decide."""


@dataclass(frozen=True, slots=True)
class View:
    """A saved view, whoever's it is."""

    key: str
    list: str
    name: str
    query: str
    shared: bool

    @property
    def url(self) -> str:
        return reverse("view", args=[self.key])


def _listing(listing: Listing[Any], model: Any) -> Read:
    return lambda query, viewer, now: listing.read(query, model)


def _choices(offered: Mapping[str, Sequence[str]]) -> Read:
    """How a page that is no `Listing` reads its filters."""

    def read(query: QueryDict, viewer: Viewer, now: datetime) -> None:
        for key, values in query.lists():
            if key not in offered:
                raise BadInput(
                    _("This list has no parameter “%s”.") % key, _("It has %s.") % ", ".join(offered)
                )
            if len(values) > 1 or (values[0] and values[0] not in offered[key]):
                raise BadInput(
                    _("“%(value)s” is no choice of the filter “%(key)s”.")
                    % {"value": values[0][:40], "key": key},
                    _("Choose one of %s.") % ", ".join(offered[key]),
                )

    return read


def _tasks(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return task_views.listing(viewer, timezone.localdate(now)).read(query, Task)


def _exceptions(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return exception_queries.listing(timezone.localdate(now)).read(query, SafeguardException)


def _asked(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return asked_listing(viewer, given_in(query), now).read(query, Installed)


def _products(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return products_listing(now, bill_days()).read(query, Product)


def _products_asked(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return asked_products(viewer, given_in(query), now)[0].read(query, Contained)


def _incidents(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return cases_listing(plan_content(None)).read(query, Case)


def _patch_runs(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return run_queries.listing(now).read(query, PatchRun)


def _contacts(query: QueryDict, now: datetime) -> object:
    return contact_queries.listing(contact_queries.since(now)).read(query, PlanContact)


def _lessons(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return lesson_lists.listing(timezone.localdate(now)).read(query, Lesson)


def _risk_decisions(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return risk_decisions.listing(viewer, timezone.localdate(now)).read(query, RiskDecision)


def _scenarios(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return scenarios_listing(viewer, now).read(query, Scenario)


def _estimates(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return estimates_listing(viewer).read(query, Estimate)


def _exercises(query: QueryDict, viewer: Viewer, now: datetime) -> object:
    return exercise_lists.listing(timezone.localdate(now), plan_content(None)).read(query, Exercise)


_AREAS = [area.id for area in areas()]
LISTS: Mapping[str, ListPage] = {
    "tasks": ListPage(gettext_lazy("Tasks"), _tasks),
    "safeguards": ListPage(
        gettext_lazy("Safeguards"), _choices({"state": [one.value for one in State], "area": _AREAS})
    ),
    "statements": ListPage(
        gettext_lazy("Statements"),
        _choices(
            {
                "state": [one.value for one in Condition],
                "answer": [one.value for one in Answer],
                "area": _AREAS,
            }
        ),
    ),
    "findings": ListPage(gettext_lazy("Findings"), _listing(FINDINGS, Finding)),
    "exceptions": ListPage(gettext_lazy("Exceptions"), _exceptions),
    "hosts": ListPage(gettext_lazy("Hosts"), _listing(HOSTS, Host), "systems"),
    "pulled-hosts": ListPage(gettext_lazy("Pulled hosts"), _listing(PULLED, PulledHost), "systems"),
    "weaknesses": ListPage(gettext_lazy("Weaknesses"), _listing(WEAKNESSES, Advisory), "patching"),
    "software": ListPage(gettext_lazy("Software"), _listing(SOFTWARE, Software), "patching"),
    "software-asked": ListPage(gettext_lazy("Who runs what"), _asked, "patching"),
    "products": ListPage(gettext_lazy("Products"), _products, "patching"),
    "products-asked": ListPage(gettext_lazy("Which products contained what"), _products_asked, "patching"),
    "plan-contacts": ListPage(
        gettext_lazy("Contacts for an incident"),
        lambda query, viewer, now: _contacts(query, now),
        "incidents",
    ),
    "staff": ListPage(
        gettext_lazy("Staff"),
        lambda query, viewer, now: staff_listing(timezone.localdate(now)).read(query, StaffMember),
        "people",
    ),
    "incidents": ListPage(gettext_lazy("Incidents"), _incidents, "incidents"),
    "alerts": ListPage(gettext_lazy("Alerts"), _listing(ALERTS, Alert), "incidents"),
    "names": ListPage(gettext_lazy("Names of ours"), _listing(NAMES, Name), "systems"),
    "feed-updates": ListPage(gettext_lazy("What feeds brought"), _listing(UPDATES, FeedSnapshot), "patching"),
    "patch-runs": ListPage(gettext_lazy("Patch runs"), _patch_runs, "patching"),
    "obligations": ListPage(gettext_lazy("Obligations"), _listing(OBLIGATIONS, Applying), "law"),
    "law-changes": ListPage(gettext_lazy("What changed in the law"), _listing(LAW_CHANGES, LawChange), "law"),
    "law-duties": ListPage(
        gettext_lazy("Duties of the law"),
        lambda query, viewer, now: read_duties(query, list(register_now().obligations)),
        "law",
    ),
    "legal-holds": ListPage(gettext_lazy("Legal holds"), _listing(HOLDS, LegalHold), "law"),
    "insurance": ListPage(
        gettext_lazy("Insurance policies"),
        lambda query, viewer, now: policies_listing(timezone.localdate(now)).read(query, InsurancePolicy),
        "risk",
    ),
    "insurer-statements": ListPage(
        gettext_lazy("What insurers were told"),
        lambda query, viewer, now: told_listing(timezone.localdate(now)).read(query, InsurerStatement),
        "risk",
    ),
    "questionnaires": ListPage(
        gettext_lazy("Questionnaires of insurers"), _listing(questionnaires_listing(), Questionnaire), "risk"
    ),
    "insurance-claims": ListPage(gettext_lazy("Insurance claims"), _listing(claims_listing(), Claim), "risk"),
    "calibrations": ListPage(
        gettext_lazy("Calibration exercises"), _listing(CALIBRATIONS, Calibration), "risk"
    ),
    "lessons": ListPage(gettext_lazy("Lessons"), _lessons, "incidents"),
    "exercises": ListPage(gettext_lazy("Exercises"), _exercises, "incidents"),
    "measures": ListPage(gettext_lazy("Measures"), _listing(MEASURES, Measure), "risk"),
    "choices": ListPage(gettext_lazy("Choices of measures"), _listing(CHOICES_KEPT, Choice), "risk"),
    "risk-decisions": ListPage(gettext_lazy("Decisions about risk"), _risk_decisions, "risk"),
    "scenarios": ListPage(gettext_lazy("Scenarios"), _scenarios, "risk"),
    "risk-estimates": ListPage(gettext_lazy("Estimates"), _estimates, "risk"),
    "reports": ListPage(gettext_lazy("Reports that were issued"), _listing(ISSUED, IssuedReport), ""),
    "ledger": ListPage(
        gettext_lazy("Entries of the record"),
        lambda query, viewer, now: browsing.listing(viewer, browsing.kinds()).read(query, Entry),
        "",
    ),
}
"""By the name of the list's address, in the order in which pages show them."""


def may_see(list: str, viewer: Viewer) -> bool:
    """Whether there is such a list that the viewer may open."""
    if list not in LISTS:
        return False
    if not viewer.reads:
        return bool(viewer.roles) and list in EVERYBODYS_LISTS
    return viewer.areas is None or LISTS[list].area is None or viewer.covers(LISTS[list].area or "")


# ── What there is ────────────────────────────────────────────────────────────────────────────────────────


def views(viewer: Viewer, list: str = "") -> Iterator[View]:
    """The views that a viewer may open, shared ones first: of one list, or of all in the order of LISTS."""
    shared = SharedView.objects.all().visible_to(viewer)
    own = OwnView.objects.filter(person=viewer.person) if viewer.person else OwnView.objects.none()
    if list:
        shared, own = shared.filter(list=list), own.filter(list=list)
    found = [View(row.pk, row.list, row.name, row.query, True) for row in shared.order_by("name", "id")]
    found += [View(row.pk, row.list, row.name, row.query, False) for row in own.order_by("name", "id")]
    order = [*LISTS]
    kept = [one for one in found if may_see(one.list, viewer)]
    yield from sorted(kept, key=lambda one: order.index(one.list))


def find_view(key: str, viewer: Viewer) -> View:
    """The view, if it is the viewer's own or shared with them. Raises NotFound otherwise."""
    found = next((one for one in views(viewer) if one.key == key), None)
    if found is None:
        raise NotFound(
            _("There is no such view, or it is somebody else’s own."), _("Look in the list of your views.")
        )
    return found


def address_of(view: View, viewer: Viewer, now: datetime) -> str:
    """The address of the list with the view's filters.

    Raises BadInput, naming the view and what is wrong, if the list no longer understands them.
    """
    try:
        LISTS[view.list].read(QueryDict(view.query), viewer, now)
    except BadInput as error:
        raise BadInput(
            _("The view “%(name)s” no longer fits its list: %(why)s")
            % {"name": view.name, "why": error.what},
            _("Remove it under “Saved views”, and save it anew from the list."),
        ) from None
    return f"{reverse(view.list)}?{view.query}"


def strip(request: Request, viewer: Viewer) -> SavedViews | None:
    """What stands above a list; None on a page that is none."""
    match = request.resolver_match
    list = match.url_name if match is not None else None
    if list is None or not may_see(list, viewer) or request.method not in ("GET", "HEAD"):
        return None
    query = kept(request.GET)
    live = asof.current() is None
    return SavedViews(
        links=tuple(Link(one.name, one.url, one.query == query) for one in views(viewer, list)),
        list=list,
        query=query,
        save_url=reverse("view-save") if live and viewer.person else "",
        manage_url=reverse("views"),
        may_share=viewer.changes,
    )


def kept(parameters: QueryDict) -> str:
    """What of an address makes the view: filters, search and order, in the order of their names."""
    pairs = [
        (key, value.strip())
        for key in sorted(parameters)
        for value in parameters.getlist(key)
        if key not in LEFT_OUT and value.strip()
    ]
    return urlencode(pairs)


# ── What is done with them ───────────────────────────────────────────────────────────────────────────────


def save_view(viewer: Viewer, list: str, query: str, name: str, *, shared: bool, now: datetime) -> View:
    """Keep a list's filters under a name.

    Raises NotFound for a list that the viewer may not see, Refused for who may not share, BadInput for a name
    or an address that cannot be.
    """
    if not may_see(list, viewer):
        raise NotFound(_("There is no such list, or none that you may see."), _("Begin at the home page."))
    if shared and not viewer.changes:
        raise Refused(_("Only who changes things may share a view."), _("Save it for yourself."))
    query = kept(QueryDict(query))
    if not query or len(query) > LONGEST_QUERY:
        raise BadInput(
            _("There is no filter to save, or it is too long."), _("Narrow the list first, then save it.")
        )
    LISTS[list].read(QueryDict(query), viewer, now)
    name = _named(name, list, viewer, shared)
    if shared:
        with recording(viewer.actor, recorded("share the view %(name)s", name=name)):
            row = SharedView.objects.create(
                id=new_key(), list=list, name=name, query=query, made_by=viewer.actor, made_at=now
            )
        return View(row.pk, list, name, query, True)
    own = OwnView.objects.create(
        id=new_key(), person=viewer.person, list=list, name=name, query=query, made_at=now
    )
    return View(own.pk, list, name, query, False)


def rename_view(viewer: Viewer, view: View, name: str) -> None:
    """Give a view another name. Raises Refused for who may not, BadInput for a name that cannot be."""
    demand_change(viewer, view)
    name = _named(name, view.list, viewer, view.shared, but=view.key)
    if view.shared:
        with recording(viewer.actor, recorded("rename the view %(old)s to %(new)s", old=view.name, new=name)):
            SharedView.objects.filter(pk=view.key).update(name=name)
    else:
        OwnView.objects.filter(pk=view.key, person=viewer.person).update(name=name)


def remove_view(viewer: Viewer, view: View) -> None:
    """Forget a view; that a shared one was there stays in the record. Raises Refused for who may not."""
    demand_change(viewer, view)
    if view.shared:
        with recording(viewer.actor, recorded("remove the view %(name)s", name=view.name)):
            SharedView.objects.filter(pk=view.key).delete()
    else:
        OwnView.objects.filter(pk=view.key, person=viewer.person).delete()


def demand_change(viewer: Viewer, view: View) -> None:
    """Raises Refused for a shared view if the viewer changes nothing."""
    if view.shared and not viewer.changes:
        raise Refused(_("Only who changes things may change a shared view."), _("Save one for yourself."))


def _named(name: str, list: str, viewer: Viewer, shared: bool, but: str = "") -> str:
    """The name, cleaned. Raises BadInput if it cannot be, or if there are too many views."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise BadInput(
            _("A view needs a name of at most %s characters.") % LONGEST_NAME, _("Give it another.")
        )
    others = [one for one in views(viewer, list) if one.shared is shared and one.key != but]
    if any(one.name == name for one in others):
        raise BadInput(_("There is a view “%s” of this list already.") % name, _("Give it another name."))
    if len(others) >= MOST:
        raise BadInput(_("There are %s views of this list.") % len(others), _("Remove one first."))
    return name


def _things(viewer: Viewer) -> Iterator[Thing]:
    for one in views(viewer):
        yield Thing(one.name, one.url, str(LISTS[one.list].label), (str(LISTS[one.list].label),))


register_shelf(Shelf("views", gettext_lazy("Saved views"), 3, _things, offered=True))
