"""Hosts and names of ours for programs: which are known, taking in a report, looking."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import Refused
from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.program.judgement import Grade
from duecare.systems import actions, name_actions, name_views, pull_actions, pull_views, views
from duecare.systems.models import Host, Look, Name, NameKind, Report
from duecare.systems.reports import SIZE_LIMIT
from duecare.web.api import download, endpoint, list_rows, rows_of, sent, upload
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason

router = Router(tags=["Systems"])


class ReportAnswer(Answer):
    """What one host told at one time, in short."""

    id: str
    collected_at: Moment
    received_at: Moment
    grade: str
    collector: str
    as_root: bool
    unreadable: int
    newest: bool
    report: str
    """SHA-256 of the report, 64 hex."""


class HostAnswer(Answer):
    """One host with its newest reports, at most fifty."""

    id: str
    name: str
    kind: str
    family: str
    system: str
    support_end: date | None
    first_seen_at: Moment
    removed_at: Moment | None
    removed_because: str
    reports: list[ReportAnswer]


class TakenIn(Answer):
    """A report that was taken in."""

    host: str
    name: str
    new_host: bool
    report: ReportAnswer


def _host(found: Host, request: Request) -> dict[str, Any]:
    reports = Report.objects.all().visible_to(request.viewer).filter(host=found)
    told = {name: getattr(found, name) for name in HostAnswer.model_fields if name != "reports"}
    return {**told, "reports": list(reports.order_by("-collected_at", "id")[: views.LISTED])}


@endpoint(router, "GET", "/hosts", Scope.READ, rows_of(views.HOSTS), listing=views.HOSTS)
def list_hosts(request: Request) -> Any:
    """The computers that are known."""
    viewer = demand_area(request, views.AREA)
    return list_rows(request, views.listing(viewer), views.rows(viewer))


@endpoint(router, "GET", "/hosts/{key}", Scope.READ, HostAnswer)
def one_host(request: Request, key: Key) -> Any:
    """One host."""
    return _host(views.find_host(key, demand_area(request, views.AREA)), request)


@endpoint(
    router, "POST", "/host-reports", Scope.SYSTEMS, TakenIn, status=201, extra=upload("application/json")
)
def take_in_one_report(request: Request, new_host: bool = False) -> Any:
    """Take in a report that `duecare collect` wrote: its bytes are the body."""
    viewer = views.changer(request)
    data = sent(request, SIZE_LIMIT, _("Look whether the file is a report at all."))
    taken = actions.take_in_report(data, viewer.actor, request.now, Grade.IMPORTED, new_host=new_host)
    host = taken.host
    return {"host": host.pk, "name": host.name, "new_host": taken.new_host, "report": taken.report}


@endpoint(router, "GET", "/hosts/{key}/reports/{report}", Scope.READ, extra=download("application/json"))
def download_report(request: Request, key: Key, report: Key) -> HttpResponseBase:
    """A report as it came."""
    return views.report_file(request, key, report)


@endpoint(router, "POST", "/hosts/{key}/remove", Scope.SYSTEMS, HostAnswer)
def remove_one_host(request: Request, key: Key, body: Reason) -> Any:
    """Take a host out of what is looked at, for a reason; its past stays."""
    viewer = views.changer(request)
    found = views.find_host(key, viewer)
    if found.removed_at is not None:
        raise Refused(_("%s was removed before.") % found.name, _("Look on its page for the reason."))
    actions.remove_host(found, viewer.actor, body.reason, request.now)
    return _host(found, request)


# ── Pulled hosts ─────────────────────────────────────────────────────────────────────────────────────────


class ConnectionEnded(Answer):
    """A host of which the next report that is fetched tells anew which computer it is."""

    host: str
    ended_at: Moment


@endpoint(router, "GET", "/pulled-hosts", Scope.READ, rows_of(pull_views.PULLED), listing=pull_views.PULLED)
def list_pulled_hosts(request: Request) -> Any:
    """The hosts from which reports are fetched over SSH, and what came last of each."""
    return list_rows(request, pull_views.PULLED, pull_views.rows(demand_area(request, views.AREA)))


@endpoint(router, "POST", "/hosts/{key}/end-connection", Scope.SYSTEMS, ConnectionEnded)
def end_a_connection(request: Request, key: Key, body: Reason) -> Any:
    """Forget which computer a host's connection leads to, for a reason."""
    viewer = views.changer(request)
    found, now = views.find_host(key, viewer), request.now
    pull_actions.end_connection(found, viewer.actor, now, body.reason)
    return {"host": found.pk, "ended_at": now}


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────


class LookAnswer(Answer):
    """What was seen of a name at one time, in short."""

    id: str
    looked_at: Moment
    unreadable: int
    fault: str
    """Why nothing at all was seen; empty if something was."""
    expires_at: Moment | None
    newest: bool
    look: str
    """SHA-256 of what was seen, 64 hex."""


class NameAnswer(Answer):
    """A host name or mail domain of ours with its newest looks, at most fifty."""

    id: str
    name: str
    kind: str
    port: int | None
    selectors: list[str]
    daily: bool
    added_at: Moment
    removed_at: Moment | None
    removed_because: str
    looks: list[LookAnswer]


class AddName(Body):
    """A host or mail domain that is ours."""

    kind: Literal["tls", "mail"]
    name: Line
    port: int | None = None
    """Of a host; 443 for a website."""
    selectors: list[Line] = []
    """DKIM selectors of a domain."""
    daily: bool = False


class ChangeName(Body):
    """How a name is looked at."""

    daily: bool
    selectors: list[Line] = []


def _name(found: Name, request: Request) -> dict[str, Any]:
    looks = Look.objects.all().visible_to(request.viewer).filter(name=found)
    told = {name: getattr(found, name) for name in NameAnswer.model_fields if name != "looks"}
    return {**told, "looks": list(looks.order_by("-looked_at", "id")[: name_views.LISTED])}


@endpoint(router, "GET", "/names", Scope.READ, rows_of(name_views.NAMES), listing=name_views.NAMES)
def list_names(request: Request) -> Any:
    """The host names and mail domains that are ours."""
    return list_rows(request, name_views.NAMES, name_views.rows(demand_area(request, views.AREA)))


@endpoint(router, "POST", "/names", Scope.SYSTEMS, NameAnswer, status=201)
def add_one_name(request: Request, body: AddName) -> Any:
    """Say that a host or mail domain is ours. Nobody looks at it yet."""
    viewer = name_views.changer(request)
    added = name_actions.add_name(
        viewer.actor,
        NameKind(body.kind),
        body.name,
        request.now,
        port=body.port,
        selectors=body.selectors,
        daily=body.daily,
    )
    return _name(added, request)


@endpoint(router, "GET", "/names/{key}", Scope.READ, NameAnswer)
def one_name(request: Request, key: Key) -> Any:
    """One name."""
    return _name(name_views.find_name(key, demand_area(request, views.AREA)), request)


@endpoint(router, "PUT", "/names/{key}", Scope.SYSTEMS, NameAnswer)
def change_one_name(request: Request, key: Key, body: ChangeName) -> Any:
    """Say how a name is looked at."""
    viewer = name_views.changer(request)
    name_actions.change_name(
        name_views.find_listed(key, viewer), viewer.actor, daily=body.daily, selectors=body.selectors
    )
    return _name(name_views.find_name(key, viewer), request)


@endpoint(router, "POST", "/names/{key}/look", Scope.SYSTEMS, LookAnswer, status=201)
def look_at_one_name(request: Request, key: Key) -> Any:
    """Look at a name now; it takes up to half a minute."""
    viewer = name_views.changer(request)
    return name_actions.look_at(name_views.find_name(key, viewer), viewer.actor, request.now)


@endpoint(router, "POST", "/names/{key}/remove", Scope.SYSTEMS, NameAnswer)
def remove_one_name(request: Request, key: Key, body: Reason) -> Any:
    """Take a name out of what is looked at, for a reason; its past stays."""
    viewer = name_views.changer(request)
    name_actions.remove_name(name_views.find_listed(key, viewer), viewer.actor, body.reason, request.now)
    return _name(name_views.find_name(key, viewer), request)
