"""Pages of hosts: which computers are known, what one of them told, and reports carried here by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.db.models import (
    BooleanField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import asof, blobs
from duecare.ledger.viewers import Request, Role, Viewer, demand_area
from duecare.program import subject_findings
from duecare.program.holds import held
from duecare.program.judgement import Grade
from duecare.program.task_queries import holding_people, today_at
from duecare.systems import actions, exposure, exposure_telling, fleet, fleet_telling, telling
from duecare.systems.device_views import devices_of
from duecare.systems.forms import ImportForm, RemoveForm
from duecare.systems.hosts import HOST
from duecare.systems.models import NEWEST, Host, Report
from duecare.systems.reports import SIZE_LIMIT
from duecare.web.known import YES_NO_UNKNOWN, told
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.uploads import demand_size
from duecare.web.views import show
from duecare.words import Text

AREA = "systems"
CHANGERS = (Role.OWNER, Role.MANAGER)
LISTED = 50
"""Reports that the page of a host lists."""


def changer(request: Request) -> Viewer:
    """The viewer, if they may change hosts. Raises Refused for one who may only read, else NotFound."""
    viewer = demand_area(request, AREA)
    if not viewer.has(*CHANGERS):
        raise Refused(gettext("Only an owner or a manager changes hosts."), gettext("Ask one of them."))
    return viewer


def find_host(key: str, viewer: Viewer) -> Host:
    found: Host | None = (
        Host.objects.all()
        .visible_to(viewer)
        .select_related("exposure__responsible")
        .filter(pk=key)
        .first()
    )  # fmt: skip
    if found is None:
        raise NotFound(gettext("There is no such host."), gettext("Look in the list of hosts."))
    return found


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────


def _silent_since(day: str) -> Q:
    """Hosts whose newest report came on that day or before, in the organisation's zone, or never."""
    end = timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=1), time()))
    return Q(reported__lt=end) | Q(reported=None)


def _reporting(value: str) -> Q:
    """Hosts that stopped reporting, or those that still do; of both, those that were not removed."""
    stopped = fleet.silent(fleet.cutoff())
    return stopped if value == "silent" else Q(removed_at=None) & ~stopped


def _state_words(row: Host) -> str:
    words = {
        "removed": gettext("removed"),
        "silent": gettext("stopped reporting"),
        "active": gettext("active"),
    }
    return words[_state(row)]


def _state(row: Host) -> str:
    if row.removed_at:
        return "removed"
    return "silent" if getattr(row, "stopped", False) else "active"


def _exposed(field: str) -> Callable[[str], Q]:
    """The filter of one answer about exposure."""
    return lambda value: exposure.answered(field, value, exposure.cutoff())


def _known(row: Host) -> exposure.Known:
    """What counts of a row of `rows`, which says since when."""
    since: datetime = getattr(row, "counts_since")  # noqa: B009 - an annotation, which types do not know
    return exposure.known_of(exposure.exposure_of(row), since)


def _plain(answer: bool | None) -> str | None:
    """An answer as files have it."""
    return None if answer is None else "yes" if answer else "no"


def _responsible(row: Host) -> str | None:
    said = exposure.exposure_of(row)
    person = said.responsible if said is not None else None
    return exposure_telling.name_of_responsible(person, getattr(row, "holds_right", False)) or None


def _responsible_name(row: Host) -> str | None:
    said = exposure.exposure_of(row)
    return said.responsible.name if said is not None and said.responsible else None


def _responsible_holds(row: Host) -> str | None:
    """Whether who is responsible holds a right, as files have it."""
    return None if _responsible_name(row) is None else _plain(getattr(row, "holds_right", False))


EXPOSURES = (*YES_NO_UNKNOWN, ("stale", _("Said too long ago")))
IN_FILES = frozenset(("grade", "unreadable", "internet", "holds_data", "responsible_signs_in"))
"""Columns that only CSV and JSON have: the page would be too wide for a laptop."""


def _by_data_set(viewer: Viewer) -> Filter:
    return Filter(
        "data_set", _("Data set (name)"), lambda name: exposure.holding(name, viewer), FilterKind.TEXT
    )


NO_ONE = Viewer("", "")
HOSTS: Listing[Host] = Listing(
    name="hosts",
    caption=_("Hosts"),
    columns=(
        Column(
            "name",
            _("Host"),
            lambda row: row.name,
            Kind.MONO,
            lambda row: reverse("host", args=[row.pk]),
            "name",
        ),
        Column("system", _("System"), lambda row: row.system, order="system"),
        Column("support_end", _("Support ends"), lambda row: row.support_end, Kind.DATE, order="support_end"),
        Column(
            "reported",
            _("Last report"),
            lambda row: getattr(row, "reported", None),
            Kind.DATE,
            order="reported",
        ),
        Column(
            "grade",
            _("Evidence"),
            lambda row: Text(getattr(row, "grade", None) or ""),
            export=lambda row: getattr(row, "grade", None),
        ),
        Column("unreadable", _("Not read"), lambda row: getattr(row, "unreadable", None), Kind.NUMBER),
        Column("findings", _("Open findings"), lambda row: getattr(row, "findings", 0), Kind.NUMBER),
        Column(
            "internet",
            _("Internet"),
            lambda row: told(_known(row).internet),
            export=lambda row: _plain(_known(row).internet),
        ),
        Column(
            "holds_data",
            _("Data of people on it"),
            lambda row: told(_known(row).holds_data),
            export=lambda row: _plain(_known(row).holds_data),
        ),
        Column("responsible", _("Responsible"), _responsible, export=_responsible_name),
        Column("responsible_signs_in", _("Responsible may sign in"), _responsible_holds),
        Column(
            "state",
            _("State"),
            _state_words,
            export=_state,
        ),
    ),
    sort=("name",),
    filters=(
        Filter("name", _("Name begins with"), "name__istartswith", FilterKind.TEXT),
        Filter(
            "family",
            _("System"),
            "family",
            choices=(
                ("debian", _("Debian, Ubuntu")),
                ("rhel", _("Red Hat and kin")),
                ("alpine", "Alpine"),
                ("windows", "Windows"),
                ("macos", "macOS"),
                ("other", _("Other")),
            ),
        ),
        Filter(
            "state",
            _("State"),
            lambda value: Q(removed_at__isnull=value == "active"),
            choices=(("active", _("Active")), ("removed", _("Removed"))),
        ),
        Filter(
            "reporting",
            _("Reporting"),
            _reporting,
            choices=(("lately", _("Reports")), ("silent", _("Stopped reporting"))),
        ),
        Filter("internet", _("Internet reaches it"), _exposed("internet"), choices=EXPOSURES),
        Filter("holds_data", _("Data of people on it"), _exposed("data"), choices=EXPOSURES),
        _by_data_set(NO_ONE),
        Filter(
            "responsible", _("Responsible (name)"), "exposure__responsible__name__icontains", FilterKind.TEXT
        ),
        Filter(
            "owner",
            _("Somebody is responsible"),
            lambda value: Q(exposure__responsible__isnull=value == "nobody"),
            choices=(("somebody", _("Yes")), ("nobody", _("Nobody yet"))),
        ),
        Filter("silent", _("Last report until"), _silent_since, FilterKind.UNTIL),
        Filter("support", _("Support ends until"), "support_end", FilterKind.UNTIL),
    ),
    empty=Empty(
        _("No hosts yet"),
        _("Run “duecare assess” on this machine, or import the report of another."),
    ),
)


def listing(viewer: Viewer) -> Listing[Host]:
    """The list of hosts, whose filter by data set looks at those alone that the viewer may see."""
    filters = tuple(_by_data_set(viewer) if one.key == "data_set" else one for one in HOSTS.filters)
    return replace(HOSTS, filters=filters)


def _box(row: Host) -> str:
    """Nothing is done with a host that was removed."""
    if row.removed_at is not None:
        return ""
    return format_html(
        '<input type="checkbox" name="hosts" value="{}" form="chosen" aria-label="{}">',
        row.pk,
        gettext("Choose %s") % row.name,
    )


CHOOSE: Column[Host] = Column("choose", _("Choose"), _box, Kind.MONO)
"""A box of the form under the list, by which hosts are chosen for something that is done with several."""


def rows(viewer: Viewer) -> QuerySet[Host]:
    """Hosts with their newest report and how many findings are open, in one query."""
    rows: QuerySet[Host] = (
        Host.objects.all()
        .visible_to(viewer)
        .select_related("exposure__responsible")
        .annotate(last=FilteredRelation("reports", condition=Q(reports__newest__in=NEWEST)))
        .annotate(
            reported=F("last__collected_at"),
            grade=F("last__grade"),
            unreadable=F("last__unreadable"),
            holds_right=Exists(
                holding_people(today_at(fleet.moment())).filter(pk=OuterRef("exposure__responsible"))
            ),
            findings=subject_findings.counted(HOST, viewer),
            counts_since=Value(exposure.cutoff(), DateTimeField()),
        )
        .annotate(stopped=ExpressionWrapper(fleet.silent(fleet.cutoff()), output_field=BooleanField()))
    )
    return rows


@require_safe
def hosts(request: Request) -> HttpResponseBase:
    """The computers that are known."""
    viewer = demand_area(request, AREA)
    may_choose = viewer.has(*CHANGERS) and asof.current() is None
    context = {"may_import": viewer.has(*CHANGERS), "choosing": may_choose and "systems/parts/choosing.html"}
    found = listing(viewer)
    if not request.GET.get("format"):
        columns = [one for one in HOSTS.columns if one.key not in IN_FILES]
        found = replace(found, columns=(CHOOSE, *columns) if may_choose else tuple(columns))
    if viewer.has(*CHANGERS):
        found = replace(found, empty=replace(HOSTS.empty, url=reverse("host-import")))
    return show(request, found, rows(viewer), template="systems/hosts.html", context=context)


# ── One host ─────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def host(request: Request, key: str) -> HttpResponseBase:
    """What a host told, what could not be read and why, and what the checks make of it."""
    viewer = demand_area(request, AREA)
    found = find_host(key, viewer)
    reports = list(
        Report.objects.all().visible_to(viewer).filter(host=found).order_by("-collected_at", "id")[:LISTED]
    )
    newest = next((report for report in reports if report.newest), None)
    facts, fault = telling.unreadable_because(newest)
    sections = telling.tell_sections(facts, request.GET.get("show", "")) if facts else []
    context = {
        "host": found,
        "report": newest,
        "fault": fault,
        "sections": sections,
        "full": request.GET.get("show", ""),
        "gaps": [
            section for section in sections if section.problems or section.state in ("partial", "unreadable")
        ],
        "more_as_root": facts.get("more_as_root", []) if facts else [],
        "checks": telling.tell_checks(found, newest, facts, viewer, request.view_now),
        **subject_findings.listed(f"{HOST}:{found.pk}", viewer),
        "exposure": exposure_telling.tell_exposure(found, facts, viewer),
        "reports": reports,
        "devices": devices_of(found, viewer),
        "sees_software": viewer.covers("patching"),
        "signing": fleet_telling.tell_key(found, viewer),
        "pulled": fleet_telling.tell_connections(found, viewer),
        "stopped": fleet_telling.tell_silence(found, newest, request.view_now),
        "holds": held(f"{HOST}:{found.pk}", viewer),
        "may_remove": viewer.has(*CHANGERS) and found.removed_at is None,
    }
    return render(request, "systems/host.html", context)


@require_safe
def report_file(request: Request, key: str, report: str) -> HttpResponseBase:
    """A report as it came, as a download."""
    viewer = demand_area(request, AREA)
    found = Report.objects.all().visible_to(viewer).filter(pk=report, host=find_host(key, viewer)).first()
    if found is None:
        raise NotFound(
            gettext("There is no such report of this host."), gettext("Look on the page of the host.")
        )
    response = HttpResponse(blobs.fetch(found.report), content_type="application/json")
    response["Content-Disposition"] = (
        f'attachment; filename="report-{found.collected_at:%Y%m%dT%H%M%SZ}.json"'
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def host_remove(request: Request, key: str) -> HttpResponseBase:
    """Take a host out of what is looked at, for a reason; its past stays."""
    viewer = changer(request)
    found = find_host(key, viewer)
    if found.removed_at is not None:
        raise Refused(
            gettext("%s was removed before.") % found.name, gettext("Look on its page for the reason.")
        )
    form = RemoveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.remove_host(found, viewer.actor, form.cleaned_data["reason"], request.now)
        messages.success(
            request, gettext("%s is no longer looked at. Its past stays in the record.") % found.name
        )
        return redirect("host", found.pk)
    return render(
        request, "systems/remove.html", {"host": found, "form": form}, status=400 if form.errors else 200
    )


# ── Import ───────────────────────────────────────────────────────────────────────────────────────────────


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def host_import(request: Request) -> HttpResponseBase:
    """Take in a report that was carried here by hand."""
    changer(request)
    demand_size(request, SIZE_LIMIT, gettext("Look whether the file is a report at all."))
    return _host_import(request)


@csrf_protect
def _host_import(request: Request) -> HttpResponseBase:
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_valid():
        try:
            taken = actions.take_in_report(
                form.cleaned_data["report"].read(),
                request.viewer.actor,
                request.now,
                Grade.IMPORTED,
                new_host=form.cleaned_data["new_host"],
            )
        except NotFound as error:
            form.add_error(
                "new_host", f"{error.what} {gettext('If it is yours, tick this and send it again.')}"
            )
        except DuecareError as error:
            form.add_error("report", str(error))
        else:
            messages.success(
                request,
                gettext("The report of %s was taken in. The next assessment judges it.") % taken.host.name,
            )
            return redirect("host", taken.host.pk)
    return render(request, "systems/import.html", {"form": form}, status=400 if form.errors else 200)
