"""Software for programs: what is installed anywhere, where a package is, who runs what below a version."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ninja import Router

from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.patching.bills.lists import reach as product_reach
from duecare.patching.bills.models import Contained
from duecare.patching.software import queries, views
from duecare.patching.software.models import Installed
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Key, Moment

router = Router(tags=["Patching"])


class VersionAnswer(Answer):
    """A version of a package, in one release of its ecosystem."""

    version: str
    release: str
    source: str
    source_version: str
    decided: bool
    """Whether its place in the order of versions is known."""
    hosts: int
    had: int
    """Hosts on which it was seen until now."""
    products: int
    since: Moment


class PackageAnswer(Answer):
    """A package in all its versions, newest first as far as their order is decided."""

    id: str
    name: str
    ecosystem: str
    versions: list[VersionAnswer]


class UnknownAnswer(Answer):
    """A host of which it was not known."""

    host: str
    name: str
    since: Moment | None
    """When it last told of all its packages of this kind; null if it never did."""


class ProductReachAnswer(Answer):
    """How far the same answer about products goes."""

    products: int
    found: int
    without: int
    unknown: int
    """Of which there was no young list of components."""


class ReachAnswer(Answer):
    """How far the answer goes. What is not known is never counted as being without."""

    hosts: int
    found: int
    without: int
    unknown: int
    named: list[UnknownAnswer]
    """The first hundred of which it was not known."""
    inside: ProductReachAnswer


@endpoint(router, "GET", "/software", Scope.READ, rows_of(views.SOFTWARE, int), listing=views.SOFTWARE)
def list_software(request: Request) -> Any:
    """What is installed anywhere, each version once with its number of hosts."""
    return list_rows(request, views.SOFTWARE, queries.software(demand_area(request, views.AREA)))


_NOBODY = Viewer("", "")
"""For the description of a list, which is the same for everybody."""
_ASKED = views.asked_listing(_NOBODY, {}, datetime.now(UTC))


@endpoint(router, "GET", "/software/asked", Scope.READ, rows_of(_ASKED, int), listing=_ASKED)
def ask_who_runs(request: Request) -> Any:
    """Which hosts had some software, below a version, on a day."""
    viewer = demand_area(request, views.AREA)
    given = views.demand_name(request)
    listing = views.asked_listing(viewer, given, request.view_now)
    return list_rows(request, listing, views.asked_rows(viewer, given, request.view_now))


@endpoint(router, "GET", "/software/reach", Scope.READ, ReachAnswer, listing=_ASKED)
def ask_how_far(request: Request) -> Any:
    """How far the answer to the same question goes: of how many hosts it was not known."""
    viewer = demand_area(request, views.AREA)
    given = views.demand_name(request)
    listing = views.asked_listing(viewer, given, request.view_now)
    rows = listing.narrow(
        views.asked_rows(viewer, given, request.view_now), listing.read(request.GET, Installed)
    )
    found = queries.reach(rows, given["name"], views.moment_of(given, request.view_now))
    inside, contained = views.asked_products(viewer, given, request.view_now, listing)
    contained = inside.narrow(contained, inside.read(request.GET, Contained))
    of = product_reach(viewer, contained, views.moment_of(given, request.view_now), 0)
    named = [{"host": host.pk, "name": host.name, "since": since} for host, since in found.named]
    return {
        "hosts": found.hosts,
        "found": found.found,
        "without": found.without,
        "unknown": found.unknown,
        "named": named,
        "inside": {
            "products": of.products,
            "found": of.found,
            "without": of.without,
            "unknown": of.unknown,
        },
    }


@endpoint(router, "GET", "/software/{key}", Scope.READ, PackageAnswer)
def one_package(request: Request, key: Key) -> Any:
    """A package in all its versions."""
    found = views.find_package(demand_area(request, views.AREA), key)
    versions = [
        {
            "version": one.software.version,
            "release": one.software.release,
            "source": one.software.source,
            "source_version": one.software.source_version,
            "decided": one.software.key is not None,
            "hosts": one.hosts,
            "had": one.had,
            "products": one.products,
            "since": one.since,
        }
        for one in found
    ]
    first = found[0].software
    return {"id": key, "name": first.name, "ecosystem": first.ecosystem, "versions": versions}


_HOSTS = views.hosts_listing(_NOBODY)


@endpoint(router, "GET", "/software/{key}/hosts", Scope.READ, rows_of(_HOSTS, int), listing=_HOSTS)
def list_hosts_of_package(request: Request, key: Key) -> Any:
    """The hosts that have a package, or had it."""
    viewer = demand_area(request, views.AREA)
    views.find_package(viewer, key)
    return list_rows(request, views.hosts_listing(viewer), views.package_rows(viewer, key))


@endpoint(
    router, "GET", "/hosts/{key}/software", Scope.READ, rows_of(views.OF_HOST, int), listing=views.OF_HOST
)
def list_software_of_host(request: Request, key: Key) -> Any:
    """What a host has and had."""
    viewer = demand_area(request, views.AREA)
    views.find_host(viewer, key)
    return list_rows(request, views.OF_HOST, views.host_rows(viewer, key))
