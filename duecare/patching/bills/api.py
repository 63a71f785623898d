"""Products for programs: which there are, what one contains, and taking in a bill as a build does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router

from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.patching.bills import actions, lists, queries, views
from duecare.patching.bills.models import Bill, Product
from duecare.patching.software import views as software_views
from duecare.patching.weaknesses.queries import last_matching
from duecare.patching.weaknesses.subjects import common_of
from duecare.program.remarks import clean_name
from duecare.web.api import download, endpoint, list_rows, rows_of, sent_file, upload
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Reason, Words

router = Router(tags=["Products"])


class BillAnswer(Answer):
    """A list of the components of a product, as it was taken in."""

    id: str
    name: str
    file: str
    """SHA-256 of the file, 64 hex."""
    size: int
    format: str
    version: str
    tool: str
    stated_at: Moment | None
    taken_at: Moment
    brought_by: str
    components: int
    without_purl: int
    unknown_type: int
    without_version: int
    unreadable: int
    fault: str
    """The place of the first that is unreadable, and why."""
    statements: int
    """Statements on weaknesses (VEX), which are kept with the file and not used."""
    confirmed_at: Moment | None
    undone_at: Moment | None
    undone_because: str


class OpenAnswer(Answer):
    """A weakness that is open in a product, with its clock."""

    package: str
    version: str
    advisory: str
    urgency: str
    points: int
    fixed: str
    state: str
    undecided: bool
    why: str
    weak_since: Moment
    due: Moment | None


class ProductAnswer(Answer):
    """One product with its newest bills, at most a hundred, and what is open in it, at most five hundred."""

    id: str
    name: str
    what: str
    own: bool
    supplier: str
    person: str | None
    """Key of who is responsible."""
    added_at: Moment
    ended_at: Moment | None
    ended_because: str
    state: str
    """`fresh`, `stale`, `none` or `ended`: of what is stale or none, it is unknown what it contains."""
    told_at: Moment | None
    gaps: list[str]
    """What of it is held against no advisory, or cannot be."""
    weak: list[OpenAnswer]
    weak_count: int
    bills: list[BillAnswer]


class SayProduct(Body):
    """Something that contains software and is no host."""

    name: Line
    own: bool = True
    supplier: Line = ""
    """Who makes it, where we do not."""
    what: Words = ""
    person: Key | None = None


def _told(found: Product, request: Request) -> dict[str, Any]:
    viewer, now = request.viewer, request.view_now
    rows = Bill.objects.all().visible_to(viewer).filter(product=found)
    bills = list(rows.order_by("-taken_at", "-id")[: views.LISTED])
    newest = next((one for one in bills if one.undone_at is None), None)
    matching = last_matching()
    common = None if matching is None else common_of(matching, now)
    standing = views.standing_of(found, newest, common, now)
    weak = views.weak_in(found, viewer, now)
    fields = ("id", "name", "what", "own", "supplier", "added_at", "ended_at", "ended_because")
    return {
        **{name: getattr(found, name) for name in fields},
        "person": found.person_id,
        "state": standing.state,
        "told_at": standing.told_at,
        "gaps": list(standing.gaps),
        "weak_count": len(weak),
        "weak": [
            {
                "package": one.clock.of.package,
                "version": one.version,
                "advisory": advisory.pk,
                "urgency": one.clock.of.urgency.value,
                "points": advisory.points,
                "fixed": one.fixed,
                "state": one.clock.state.value,
                "undecided": one.undecided,
                "why": one.why,
                "weak_since": one.clock.of.weak_since,
                "due": one.clock.due_at,
            }
            for one, advisory in weak[:500]
        ],
        "bills": bills,
    }


_PRODUCTS = lists.products_listing(datetime.now(UTC), 0)
"""For the description of the list, which is the same on every day."""


@endpoint(router, "GET", "/products", Scope.READ, rows_of(_PRODUCTS), listing=_PRODUCTS)
def list_products(request: Request) -> Any:
    """What contains software and is no host."""
    viewer = demand_area(request, views.AREA)
    listing = lists.products_listing(request.view_now, queries.bill_days())
    return list_rows(request, listing, queries.products(viewer))


@endpoint(router, "POST", "/products", Scope.PRODUCTS, ProductAnswer, status=201)
def add_one_product(request: Request, body: SayProduct) -> Any:
    """Name a product. Nothing is known of what it contains yet."""
    viewer = views.changer(request)
    return _told(actions.add_product(viewer.actor, request.now, **body.model_dump()), request)


_ASKED = lists.asked_listing(software_views.asked_listing(Viewer("", ""), {}, datetime.now(UTC)))


@endpoint(router, "GET", "/products/asked", Scope.READ, rows_of(_ASKED, int), listing=_ASKED)
def ask_which_products(request: Request) -> Any:
    """Which products contained some software, below a version, on a day."""
    viewer = demand_area(request, views.AREA)
    given = software_views.demand_name(request)
    listing, rows = software_views.asked_products(viewer, given, request.view_now)
    return list_rows(request, listing, rows)


@endpoint(router, "GET", "/products/{key}", Scope.READ, ProductAnswer)
def one_product(request: Request, key: Key) -> Any:
    """One product: its bills, and what is weak in it."""
    return _told(views.find_product(key, demand_area(request, views.AREA)), request)


@endpoint(router, "PUT", "/products/{key}", Scope.PRODUCTS, ProductAnswer)
def change_one_product(request: Request, key: Key, body: SayProduct) -> Any:
    """Change what is said of a product."""
    viewer = views.changer(request)
    found = views.find_there(key, viewer)
    actions.change_product(found, viewer.actor, request.now, **body.model_dump())
    return _told(views.find_product(key, viewer), request)


@endpoint(router, "POST", "/products/{key}/end", Scope.PRODUCTS, ProductAnswer)
def end_one_product(request: Request, key: Key, body: Reason) -> Any:
    """Say that a product is no longer made or used; its past stays."""
    viewer = views.changer(request)
    actions.end_product(views.find_there(key, viewer), viewer.actor, body.reason, request.now)
    return _told(views.find_product(key, viewer), request)


@endpoint(router, "POST", "/products/{key}/resume", Scope.PRODUCTS, ProductAnswer)
def resume_one_product(request: Request, key: Key) -> Any:
    """Take back that a product ended."""
    viewer = views.changer(request)
    actions.resume_product(views.find_product(key, viewer), viewer.actor)
    return _told(views.find_product(key, viewer), request)


@endpoint(
    router, "GET", "/products/{key}/components", Scope.READ, rows_of(lists.COMPONENTS, int),
    listing=lists.COMPONENTS,
)  # fmt: skip
def list_components(request: Request, key: Key) -> Any:
    """What a product contains and contained."""
    viewer = demand_area(request, views.AREA)
    views.find_product(key, viewer)
    return list_rows(request, lists.COMPONENTS, lists.component_rows(viewer, key))


@endpoint(
    router, "POST", "/products/{key}/bills", Scope.PRODUCTS, BillAnswer, status=201,
    extra=upload("application/json"),
)  # fmt: skip
def take_in_one_bill(request: Request, key: Key, name: Line = "bill.json") -> Any:
    """Take in what a product contains by now: CycloneDX or SPDX in JSON, whose bytes are the body."""
    viewer = views.changer(request)
    found = views.find_there(key, viewer)
    what = _("Look whether it is a list of components at all.")
    with sent_file(request, actions.MOST_BYTES, what) as file:
        return actions.take_bill(found, viewer.actor, file, clean_name(name), request.now)


@endpoint(router, "GET", "/products/{key}/bills/{bill}/file", Scope.READ, extra=download("application/json"))
def download_bill(request: Request, key: Key, bill: Key) -> HttpResponseBase:
    """A bill as it was brought."""
    return views.bill_file(request, key, bill)


@endpoint(router, "POST", "/products/{key}/bills/{bill}/confirm", Scope.PRODUCTS, BillAnswer)
def confirm_one_bill(request: Request, key: Key, bill: Key) -> Any:
    """Say that the newest bill still tells what its product contains."""
    viewer = views.changer(request)
    found = views.find_bill(views.find_there(key, viewer), bill, viewer)
    return actions.confirm_bill(found, viewer.actor, request.now)


@endpoint(router, "POST", "/products/{key}/bills/{bill}/undo", Scope.PRODUCTS, BillAnswer)
def undo_one_bill(request: Request, key: Key, bill: Key, body: Reason) -> Any:
    """Take back a bill that was wrong: what it said never was."""
    viewer = views.changer(request)
    found = views.find_bill(views.find_product(key, viewer), bill, viewer)
    return actions.undo_bill(found, viewer.actor, body.reason, request.now)


_OF_PACKAGE = lists.PACKAGE_PRODUCTS


@endpoint(
    router, "GET", "/software/{key}/products", Scope.READ, rows_of(_OF_PACKAGE, int), listing=_OF_PACKAGE
)
def list_products_of_package(request: Request, key: Key) -> Any:
    """The products that contain a package, or did."""
    viewer = demand_area(request, views.AREA)
    software_views.find_package(viewer, key)
    return list_rows(request, _OF_PACKAGE, lists.package_rows(viewer, key))
