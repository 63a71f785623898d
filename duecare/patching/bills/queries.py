"""What pages and checks ask about products: what one contains, how old its bill is, what was in which one.

A past day (`?as_of=`) is answered by what had been recorded by then, as in `software/queries.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce

from duecare.ledger import asof
from duecare.ledger.models import Entry
from duecare.ledger.viewers import Viewer
from duecare.patching.bills.models import Bill, BillReflected, Contained, Product
from duecare.program.queries import current_targets

BILL_DAYS = "bill_days"
"""The target by which a bill is stale."""
DAY = timedelta(days=1)


# ── Which rows hold ──────────────────────────────────────────────────────────────────────────────────────


def is_told() -> Q:
    """That a row of Contained had been told by the day in view, and was not void."""
    view = asof.current()
    if view is None:
        return Q(void_index=None)
    return Q(told_index__lt=view.size) & (Q(void_index=None) | Q(void_index__gte=view.size))


def is_contained() -> Q:
    """That a row of Contained holds on the day in view."""
    view = asof.current()
    if view is None:
        return Q(void_index=None, until_index=None)
    return is_told() & (Q(until_index=None) | Q(until_index__gte=view.size))


def contained(viewer: Viewer) -> QuerySet[Contained]:
    """All that products had been told to contain by the day in view, what is gone too; `ended` says when."""
    rows: QuerySet[Contained] = Contained.objects.all().visible_to(viewer)
    view = asof.current()
    rows = rows.filter(is_told())
    if view is None:
        return rows.annotate(ended=F("until"))
    return rows.annotate(ended=Case(When(until_index__lt=view.size, then=F("until")), default=None))


# ── Products and their bills ─────────────────────────────────────────────────────────────────────────────


def newest_bill(product: Product) -> Bill | None:
    """The bill that says what a product contains; None if none was brought, or all were undone."""
    found: Bill | None = standing(product).first()
    return found


def newest_bills(products: Iterable[str]) -> dict[str, Bill]:
    """The same of several, by their keys; one without a bill is missing."""
    rows = Bill.objects.filter(product__in=list(products), undone_at=None).order_by("taken_at", "id")
    return {row.product_id: row for row in rows}


def standing(product: Product) -> QuerySet[Bill]:
    """The bills of a product that were not undone, the newest first."""
    return Bill.objects.filter(product=product, undone_at=None).order_by("-taken_at", "-id")


def told_at(bill: Bill) -> datetime:
    """Of when a bill tells: when it was made, or when somebody last said that it still holds."""
    return max(filter(None, (bill.stated_at or bill.taken_at, bill.confirmed_at)))


def is_read(bill: Bill) -> bool:
    """Whether what its product contains is told from this bill, its newest, by the day in view."""
    view = asof.current()
    taken = Entry.objects.filter(kind=Bill._meta.label_lower, subject=bill.pk).order_by("index")
    first = taken.values_list("index", flat=True).first()
    told = BillReflected.objects.filter(product=bill.product_id)
    if view is not None:
        told = told.filter(index__lt=view.size)
    last = told.order_by("-index").first()
    return last is not None and last.read and first is not None and first <= last.index


def is_stale(bill: Bill | None, now: datetime, days: int) -> bool:
    """Whether what a product contains is not known: its bill is too old, or there is none."""
    return bill is None or now - told_at(bill) > days * DAY


def bill_days() -> int:
    """After how many days a bill is stale."""
    found: int = current_targets()[BILL_DAYS].value
    return found


def products(viewer: Viewer) -> QuerySet[Product]:
    """All products, each with what its newest bill says in short, and how many weaknesses are open in it."""
    rows: QuerySet[Product] = Product.objects.all().visible_to(viewer)
    newest = Bill.objects.filter(product=OuterRef("pk"), undone_at=None).order_by("-taken_at", "-id")
    return rows.annotate(
        components=Subquery(newest.values("components")[:1]),
        told=Subquery(newest.annotate(told=_told()).values("told")[:1]),
        version=Subquery(newest.values("version")[:1]),
    ).select_related("person")


def _told() -> Coalesce:
    """`told_at` for the database: who confirms does so after the bill was made."""
    return Coalesce("confirmed_at", "stated_at", "taken_at")


def number_of_products(software: OuterRef) -> Coalesce:
    """How many products contain software on the day in view."""
    rows = Contained.objects.filter(is_contained(), software=software).order_by().values("software")
    counted = rows.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def in_any_product(software: OuterRef) -> Q:
    """That software is in any product on the day in view."""
    return Q(Exists(Contained.objects.filter(is_contained(), software=software)))
