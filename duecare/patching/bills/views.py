"""Pages of products: which there are, what one contains and what is weak in it, and taking in its bills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.viewers import Request, Role, Viewer, demand_area
from duecare.patching.bills import actions, lists, queries
from duecare.patching.bills.checks import PRODUCTS
from duecare.patching.bills.forms import BillForm, EndProductForm, ProductForm, UndoBillForm
from duecare.patching.bills.models import Bill, Contained, Product
from duecare.patching.bills.subjects import PRODUCT, not_read, subject, unmatched, unspoken_of
from duecare.patching.software import views as software_views
from duecare.patching.weaknesses.models import Advisory
from duecare.patching.weaknesses.queries import Open, clocks_of_products, last_matching
from duecare.patching.weaknesses.subjects import Common, common_of
from duecare.patching.weaknesses.words import STATES, URGENCIES
from duecare.program import remarks, subject_findings
from duecare.program.asking import ask
from duecare.program.statement_queries import names_of
from duecare.program.task_queries import holding_people
from duecare.web.uploads import demand_size
from duecare.web.views import show

AREA = software_views.AREA
CHANGERS = (Role.OWNER, Role.MANAGER)
LISTED = 100
"""Weaknesses, and bills, that the page of a product names."""


def changer(request: Request) -> Viewer:
    """The viewer, if they may change products. Raises Refused for one who may only read, else NotFound."""
    viewer = demand_area(request, AREA)
    if not viewer.has(*CHANGERS):
        raise Refused(gettext("Only an owner or a manager changes products."), gettext("Ask one of them."))
    return viewer


def find_product(key: str, viewer: Viewer) -> Product:
    """The product. Raises NotFound."""
    found: Product | None = (
        Product.objects.all().visible_to(viewer).filter(pk=key).select_related("person").first()
    )
    if found is None:
        raise NotFound(gettext("There is no such product."), gettext("Look in the list of products."))
    return found


def find_bill(product: Product, key: str, viewer: Viewer) -> Bill:
    """The bill of that product. Raises NotFound."""
    found: Bill | None = Bill.objects.all().visible_to(viewer).filter(product=product, pk=key).first()
    if found is None:
        raise NotFound(gettext("There is no such list."), gettext("Look on the page of the product."))
    return found


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def products(request: Request) -> HttpResponseBase:
    """What contains software and is no host, and how fresh what is known of it is."""
    viewer = demand_area(request, AREA)
    listing, may_add = lists.products_listing(request.view_now, queries.bill_days()), viewer.has(*CHANGERS)
    if may_add:
        listing = replace(listing, empty=replace(listing.empty, url=reverse("product-add")))
    context = {"may_add": may_add, "days": queries.bill_days()}
    return show(
        request, listing, queries.products(viewer), template="patching/products.html", context=context
    )


@require_safe
def asked(request: Request) -> HttpResponseBase:
    """Which products contained some software, below a version, on a day."""
    viewer = demand_area(request, AREA)
    given = software_views.given_in(request.GET)
    software_views.asked_rows(viewer, given, request.view_now)  # refuses a question without a name
    listing, rows = software_views.asked_products(viewer, given, request.view_now)
    rows = rows if given.get("name") else Contained.objects.none()
    return show(request, listing, rows, template="patching/products_asked.html")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far it is known what a product contains."""

    state: str
    """`fresh`, `stale`, `none` or `ended`."""
    told_at: datetime | None
    gaps: tuple[str, ...]
    """What of it can be held against no advisory, in words."""
    unread: bool = False
    """Whether its newest list was not read."""

    @property
    def unknown(self) -> bool:
        return self.unread or self.state in ("stale", "none")


def standing_of(product: Product, bill: Bill | None, common: Common | None, now: datetime) -> Standing:
    """How far it is known what a product contains, and what is weak in it."""
    if bill is None:
        return Standing("ended" if product.ended_at else "none", None, ())
    rows = Contained.objects.filter(queries.is_contained(), product=product)
    stale = queries.is_stale(bill, now, queries.bill_days())
    state = "ended" if product.ended_at else "stale" if stale else "fresh"
    gaps = (*unmatched(bill), *unspoken_of(rows, common)) if state != "ended" else ()
    unread = state != "ended" and not queries.is_read(bill)
    return Standing(state, queries.told_at(bill), (*([not_read()] if unread else ()), *gaps), unread)


def weak_in(product: Product, viewer: Viewer, now: datetime) -> list[tuple[Open, Advisory]]:
    """What is open in a product, what to mend first at the top."""
    rows = queries.contained(viewer).filter(product=product)
    found = [one for one in clocks_of_products(rows, now) if one.clock.open]
    known = Advisory.objects.in_bulk({one.clock.of.advisory for one in found})
    told = [(one, known[one.clock.of.advisory]) for one in found]
    far = (datetime.max.replace(tzinfo=now.tzinfo),)
    return sorted(
        told, key=lambda pair: (-pair[1].points, pair[0].clock.due_at or far[0], pair[0].clock.of.package)
    )


def may_resume(product: Product, viewer: Viewer) -> bool:
    return viewer.has(*CHANGERS) and product.ended_at is not None


@require_safe
def product(request: Request, key: str) -> HttpResponseBase:
    """A product: its bills, what it contains, and what is weak in it."""
    viewer = demand_area(request, AREA)
    found = find_product(key, viewer)
    context: dict[str, Any] = {}
    if not request.GET.get("format"):
        context = _about(request, found, viewer)
    rows = lists.component_rows(viewer, key)
    return show(request, lists.COMPONENTS, rows, template="patching/product.html", context=context)


def _about(request: Request, found: Product, viewer: Viewer) -> dict[str, Any]:
    now, days = request.view_now, queries.bill_days()
    bills = list(Bill.objects.filter(product=found).order_by("-taken_at", "-id")[:LISTED])
    newest = next((one for one in bills if one.undone_at is None), None)
    matching = last_matching()
    common = None if matching is None else common_of(matching, now)
    weak = weak_in(found, viewer, now)
    there = found.ended_at is None
    names = names_of({one.brought_by for one in bills} | {one.undone_by for one in bills} - {""}, viewer)
    return {
        "product": found,
        "bill": newest,
        "standing": standing_of(found, newest, common, now),
        "days": days,
        "bills": [(one, names.get(one.brought_by, ""), names.get(one.undone_by, "")) for one in bills],
        "weak": [
            (one, advisory, URGENCIES[one.clock.of.urgency], STATES[one.clock.state])
            for one, advisory in weak[:LISTED]
        ],
        "weak_count": len(weak),
        "weak_more": max(0, len(weak) - LISTED),
        "matching": matching,
        "answers": ask(PRODUCTS, subject(found, newest, common, now, days), now, viewer) if there else [],
        "may_change": there and viewer.has(*CHANGERS),
        "may_resume": may_resume(found, viewer),
        **subject_findings.listed(f"{PRODUCT}:{found.pk}", viewer),
    }


@require_safe
def bill_file(request: Request, key: str, bill: str) -> HttpResponseBase:
    """A bill as it was brought, as a download."""
    viewer = demand_area(request, AREA)
    found = find_bill(find_product(key, viewer), bill, viewer)
    return blob_response(found)


def blob_response(bill: Bill) -> FileResponse:
    """The file of a bill, a piece at a time, once it was found to be what its name says."""
    with blobs.opened(bill.file) as checked:
        file = Path(checked.name).open("rb")  # noqa: SIM115  (the answer closes it)
    answer = FileResponse(file, as_attachment=True, filename=bill.name, content_type="application/json")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


# ── Changing products ────────────────────────────────────────────────────────────────────────────────────


def _product_form(request: Request, viewer: Viewer, found: Product | None = None) -> ProductForm:
    people = holding_people(timezone.localdate(request.now)).visible_to(viewer).order_by("name", "id")
    offered = list(people)
    if found is not None and found.person is not None and found.person not in offered:
        offered.append(found.person)
    initial = {} if found is None else ProductForm.of(found)
    return ProductForm(request.POST if request.method == "POST" else None, people=offered, initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
def product_add(request: Request) -> HttpResponseBase:
    """Name a product."""
    viewer = changer(request)
    form = _product_form(request, viewer)
    if form.is_valid():
        try:
            added = actions.add_product(viewer.actor, request.now, **form.told())
        except DuecareError as error:
            form.add_error("name", str(error))
        else:
            messages.success(
                request, gettext("%s is listed. Nothing is known of what it contains yet.") % added
            )
            return redirect("product", added.pk)
    return render(request, "patching/product_form.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def product_change(request: Request, key: str) -> HttpResponseBase:
    """Change what is said of a product."""
    viewer = changer(request)
    found = find_there(key, viewer)
    form = _product_form(request, viewer, found)
    if form.is_valid():
        try:
            actions.change_product(found, viewer.actor, request.now, **form.told())
        except DuecareError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, gettext("Changed."))
            return redirect("product", found.pk)
    context = {"form": form, "product": found}
    return render(request, "patching/product_form.html", context, status=400 if form.errors else 200)


def find_there(key: str, viewer: Viewer) -> Product:
    """The product, if it has not ended. Raises NotFound or Refused."""
    found = find_product(key, viewer)
    if found.ended_at is not None:
        raise Refused(gettext("%s has ended.") % found, gettext("Look on its page for the reason."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def product_end(request: Request, key: str) -> HttpResponseBase:
    """Say that a product is no longer made or used, for a reason; its past stays."""
    viewer = changer(request)
    found = find_there(key, viewer)
    form = EndProductForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.end_product(found, viewer.actor, form.cleaned_data["reason"], request.now)
        messages.success(request, gettext("%s has ended. Its past stays in the record.") % found)
        return redirect("product", found.pk)
    context = {"form": form, "product": found}
    return render(request, "patching/product_end.html", context, status=400 if form.errors else 200)


@require_POST
def product_resume(request: Request, key: str) -> HttpResponseBase:
    """Take back that a product ended."""
    viewer = changer(request)
    found = find_product(key, viewer)
    actions.resume_product(found, viewer.actor)
    messages.success(request, gettext("%s is there again, as if it had never ended.") % found)
    return redirect("product", found.pk)


# ── Bills ────────────────────────────────────────────────────────────────────────────────────────────────


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def bill_add(request: Request, key: str) -> HttpResponseBase:
    """Take in what a product contains by now."""
    viewer = changer(request)
    find_there(key, viewer)
    demand_size(request, actions.MOST_BYTES, gettext("Look whether it is a list of components at all."))
    return _bill_add(request, key)


@csrf_protect
def _bill_add(request: Request, key: str) -> HttpResponseBase:
    found = find_there(key, request.viewer)
    form = BillForm(request.POST, request.FILES) if request.method == "POST" else BillForm()
    if form.is_valid():
        upload = form.cleaned_data["bill"]
        try:
            with on_disk(upload) as file:
                name = remarks.clean_name(upload.name)
                taken = actions.take_bill(found, request.viewer.actor, file, name, request.now)
        except DuecareError as error:
            form.add_error("bill", str(error))
        else:
            words = gettext("%s components were taken in. The next assessment holds them against advisories.")
            messages.success(request, words % f"{taken.components:,}")
            return redirect("product", found.pk)
    context = {"form": form, "product": found}
    return render(request, "patching/bill_form.html", context, status=400 if form.errors else 200)


@contextmanager
def on_disk(upload: Any) -> Iterator[Path]:
    """The file of an upload: a long one is there already, a short one is written."""
    if hasattr(upload, "temporary_file_path"):
        yield Path(upload.temporary_file_path())
        return
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        for piece in upload.chunks():
            file.write(piece)
        file.flush()
        yield Path(file.name)


@require_POST
def bill_confirm(request: Request, key: str, bill: str) -> HttpResponseBase:
    """Say that the newest bill still tells what its product contains."""
    viewer = changer(request)
    found = find_there(key, viewer)
    actions.confirm_bill(find_bill(found, bill, viewer), viewer.actor, request.now)
    messages.success(request, gettext("Confirmed: %s contains what its newest list tells.") % found)
    return redirect("product", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def bill_undo(request: Request, key: str, bill: str) -> HttpResponseBase:
    """Take back a bill that was wrong."""
    viewer = changer(request)
    product_of = find_product(key, viewer)
    found = find_bill(product_of, bill, viewer)
    if found.undone_at is not None:
        raise Refused(gettext("This list was undone before."), gettext("Look on the product's page."))
    form = UndoBillForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.undo_bill(found, viewer.actor, form.cleaned_data["reason"], request.now)
        messages.success(request, gettext("Undone: what it said never was, and the clocks have run on."))
        return redirect("product", product_of.pk)
    context = {"form": form, "product": product_of, "bill": found}
    return render(request, "patching/bill_undo.html", context, status=400 if form.errors else 200)
