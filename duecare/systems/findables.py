"""What of systems can be found: hosts and names of ours."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger import asof
from duecare.ledger.viewers import Role, Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf
from duecare.systems.fleet_models import Enrolment, EnrolmentState
from duecare.systems.models import Device, Host, Look, Name, Report


def _hosts(viewer: Viewer) -> QuerySet[Host]:
    found: QuerySet[Host] = Host.objects.all().visible_to(viewer)
    return found


def _host(row: Host) -> Hit:
    note = _("%s, removed") % row.system if row.removed_at else row.system
    return Hit(row.name, reverse("host", args=[row.pk]), note)


def _report(row: Report) -> Hit:
    note = _("its report of %s") % date_format(row.collected_at, "SHORT_DATE_FORMAT")
    return Hit(row.host.name, reverse("host", args=[row.host_id]), note)


def _look(row: Look) -> Hit:
    note = _("what was seen on %s") % date_format(row.looked_at, "SHORT_DATE_FORMAT")
    return Hit(str(row.name), reverse("name", args=[row.name_id]), note)


def _names(viewer: Viewer) -> QuerySet[Name]:
    found: QuerySet[Name] = Name.objects.all().visible_to(viewer)
    return found


def _name(row: Name) -> Hit:
    return Hit(str(row), reverse("name", args=[row.pk]), _("removed") if row.removed_at else row.kind)


def _reports(viewer: Viewer) -> QuerySet[Report]:
    found: QuerySet[Report] = Report.objects.all().visible_to(viewer).select_related("host")
    return found


def _looks(viewer: Viewer) -> QuerySet[Look]:
    found: QuerySet[Look] = Look.objects.all().visible_to(viewer).select_related("name")
    return found


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if viewer.has(Role.OWNER, Role.MANAGER) and viewer.covers("systems") and asof.current() is None:
        yield Thing(_("Import a host’s report"), reverse("host-import"), texts=("assess",))
        yield Thing(_("Add a name of ours"), reverse("name-add"), texts=("domain website mail",))


def _devices(viewer: Viewer) -> QuerySet[Device]:
    found: QuerySet[Device] = Device.objects.all().visible_to(viewer).select_related("source")
    return found


def _device(row: Device) -> Hit:
    note = _("gone from %s") % row.source.name if row.gone_at else row.source.name
    return Hit(row.name, reverse("device", args=[row.pk]), note)


def _enrolments(viewer: Viewer) -> QuerySet[Enrolment]:
    found: QuerySet[Enrolment] = Enrolment.objects.all().visible_to(viewer)
    return found


def _enrolment(row: Enrolment) -> Hit:
    return Hit(row.name, reverse("enrolment", args=[row.pk]), str(EnrolmentState(row.state).label))


register_shelf(Shelf("systems-actions", gettext_lazy("Do in Systems"), 6, _actions, offered=True))
register_findable(
    Findable(
        "hosts",
        gettext_lazy("Hosts"),
        15,
        _hosts,
        (("name", gettext_lazy("Name")), ("system", gettext_lazy("System"))),
        _host,
        ("name", "pk"),
    )
)
register_findable(
    Findable(
        "names",
        gettext_lazy("Names of ours"),
        16,
        _names,
        (("name", gettext_lazy("Name")),),
        _name,
        ("name", "pk"),
    )
)
register_findable(
    Findable(
        "devices",
        gettext_lazy("Devices"),
        16,
        _devices,
        (
            ("name", gettext_lazy("Device")),
            ("owner", gettext_lazy("Who uses it")),
            ("serial", gettext_lazy("Serial number")),
        ),
        _device,
        ("name", "pk"),
    )
)
register_findable(
    Findable(
        "enrolments",
        gettext_lazy("Enrolments"),
        16,
        _enrolments,
        (("name", gettext_lazy("Name")), ("told_name", gettext_lazy("Calls itself"))),
        _enrolment,
        ("name", "pk"),
    )
)
register_findable(
    Findable("reports", gettext_lazy("Reports of hosts"), 17, _reports, (), _report, digests=("report",))
)
register_findable(Findable("looks", gettext_lazy("Looks at names"), 18, _looks, (), _look, digests=("look",)))
