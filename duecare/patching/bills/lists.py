"""The lists of products: all of them, what one contains, which ones contain a package, which did on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.ledger.viewers import Viewer
from duecare.patching.bills import queries
from duecare.patching.bills.models import Bill, Contained, Product
from duecare.patching.software.installed import ECOSYSTEMS
from duecare.patching.software.models import Software
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing


def _address(row: Product) -> str:
    return reverse("product", args=[row.pk])


def bill_state(row: Any, now: datetime, days: int) -> str:
    """`fresh`, `stale`, `none` or `ended`: whether it is known what a product contains."""
    if row.ended_at is not None:
        return "ended"
    if row.told is None:
        return "none"
    return "stale" if now - row.told > days * queries.DAY else "fresh"


def products_listing(now: datetime, days: int) -> Listing[Product]:
    """All products; a bill older than so many days at `now` is stale."""
    words = {
        "fresh": gettext("Fresh"),
        "stale": gettext("Stale: what it contains is unknown"),
        "none": gettext("None: what it contains is unknown"),
        "ended": gettext("Ended"),
    }
    since = now - days * queries.DAY
    conditions = {
        "fresh": Q(ended_at=None, told__gte=since),
        "stale": Q(ended_at=None, told__lt=since),
        "none": Q(ended_at=None, told=None),
        "ended": Q(ended_at__isnull=False),
    }
    return Listing(
        name="products",
        caption=_("Products"),
        columns=(
            Column("name", _("Product"), lambda row: row.name, link=_address, order="name"),
            Column(
                "supplier",
                _("Made by"),
                lambda row: gettext("us") if row.own else row.supplier,
                export=lambda row: "" if row.own else row.supplier,
            ),
            Column("person", _("Responsible"), lambda row: row.person.name if row.person else None),
            Column(
                "state",
                _("List of components"),
                lambda row: words[bill_state(row, now, days)],
                export=lambda row: bill_state(row, now, days),
            ),
            Column("told", _("Tells of"), lambda row: getattr(row, "told", None), Kind.DATE, order="told"),
            Column("version", _("Version"), lambda row: getattr(row, "version", None) or None, Kind.MONO),
            Column("components", _("Components"), lambda row: getattr(row, "components", None), Kind.NUMBER),
        ),
        sort=("name",),
        search=("name", "supplier"),
        filters=(
            Filter("name", _("Name begins with"), "name__istartswith", FilterKind.TEXT),
            Filter(
                "whose",
                _("Made by"),
                lambda value: Q(own=value == "own"),
                choices=(("own", _("Us")), ("supplier", _("A supplier"))),
            ),
            Filter(
                "state",
                _("List of components"),
                lambda value: conditions[value],
                choices=(
                    ("fresh", _("Fresh")),
                    ("stale", _("Stale")),
                    ("none", _("None")),
                    ("ended", _("Ended")),
                ),
            ),
        ),
        empty=Empty(
            _("No products yet"),
            _("Name what contains software and reports nothing itself: an application of yours, a device."),
        ),
    )


# ── What one contains ────────────────────────────────────────────────────────────────────────────────────


def _of(row: Software) -> str | None:
    """The ecosystem with its release: "Debian 12", "npm"; None where it is not said."""
    return f"{row.ecosystem} {row.release}".strip() or None


def _package(row: Contained) -> str:
    return reverse("package", args=[row.software.package])


def _ended(row: Contained) -> datetime | None:
    ended: datetime | None = getattr(row, "ended", None)
    return ended


_STATE = Filter(
    "state",
    _("State"),
    lambda value: queries.is_contained() if value == "there" else ~queries.is_contained(),
    choices=(("there", _("There")), ("gone", _("Gone"))),
)
_HELD = Q(software__ecosystem="") | Q(software__ecosystem__startswith="pkg:") | Q(software__version="")

COMPONENTS: Listing[Contained] = Listing(
    name="product-components",
    caption=_("What this product contains"),
    columns=(
        Column("name", _("Name"), lambda row: row.software.name, Kind.MONO, _package, "software__name"),
        Column("version", _("Version"), lambda row: row.software.version or None, Kind.MONO),
        Column("of", _("Of"), lambda row: _of(row.software)),
        Column("since", _("Seen since"), lambda row: row.since, Kind.DATE, order="since"),
        Column("until", _("Gone since"), _ended, Kind.DATE),
    ),
    sort=("software__name",),
    search=("software__name",),
    filters=(
        _STATE,
        Filter(
            "ecosystem",
            _("Of"),
            "software__ecosystem",
            choices=tuple((name, name) for name in ECOSYSTEMS),
        ),
        Filter(
            "matched",
            _("Advisories"),
            lambda value: ~_HELD if value == "yes" else _HELD,
            choices=(("yes", _("Can be held against them")), ("no", _("Cannot"))),
        ),
    ),
    empty=Empty(_("Nothing is known of what it contains"), _("Take in a list of its components.")),
)


def component_rows(viewer: Viewer, key: str) -> QuerySet[Contained]:
    """What a product contains or contained, by the day in view."""
    return queries.contained(viewer).filter(product=key).select_related("software")


# ── Which ones contain a package ─────────────────────────────────────────────────────────────────────────


def _product(row: Contained) -> str:
    return reverse("product", args=[row.product_id])


PACKAGE_PRODUCTS: Listing[Contained] = Listing(
    name="package-products",
    caption=_("Products that contain it, or did"),
    columns=(
        Column("product", _("Product"), lambda row: row.product.name, link=_product, order="product__name"),
        Column("version", _("Version"), lambda row: row.software.version or None, Kind.MONO),
        Column("of", _("Of"), lambda row: _of(row.software)),
        Column("since", _("Seen since"), lambda row: row.since, Kind.DATE, order="since"),
        Column("until", _("Gone since"), _ended, Kind.DATE),
    ),
    sort=("-since",),
    filters=(
        _STATE,
        Filter("version", _("Version"), "software__version", FilterKind.TEXT),
        Filter("product", _("Product begins with"), "product__name__istartswith", FilterKind.TEXT),
    ),
    empty=Empty(_("In no product"), _("Look at the whole list of software.")),
)


def package_rows(viewer: Viewer, key: str) -> QuerySet[Contained]:
    """Which products contain a package or did, by the day in view."""
    rows = queries.contained(viewer).filter(software__package=key)
    return rows.select_related("software").prefetch_related("product")


# ── Which ones did on a day ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an answer about products on a day goes."""

    products: int
    """That were there on that day."""
    found: int
    """Of these, in which it was; or may have been, where the version is undecided."""
    unknown: int
    """Of the others, those of which it was not known: without a bill, with a stale one, or with components
    of which no purl says what they are."""
    named: tuple[Product, ...]
    """The first of these."""

    @property
    def without(self) -> int:
        """Of which it was known that it was not in there."""
        return self.products - self.found - self.unknown


def bills_by(moment: datetime) -> dict[str, Bill]:
    """By the key of each product, its newest bill by a moment."""
    rows = Bill.objects.filter(undone_at=None, taken_at__lte=moment).order_by("taken_at", "id")
    return {one.product_id: one for one in rows}


def told_by(moment: datetime) -> dict[str, datetime]:
    """By the key of each product, of when its newest bill by a moment told."""
    return {key: _told_by(bill, moment) for key, bill in bills_by(moment).items()}


def _told_by(bill: Bill, moment: datetime) -> datetime:
    confirmed = bill.confirmed_at if bill.confirmed_at and bill.confirmed_at <= moment else None
    return max(filter(None, (bill.stated_at or bill.taken_at, confirmed)))


def _leaves_open(bill: Bill | None, moment: datetime) -> bool:
    """Whether a product may contain at a moment what its newest bill by then does not name: there is none, it
    was too old, or it has components of which no purl that can be read says what they are."""
    if bill is None or _told_by(bill, moment) < moment - queries.bill_days() * queries.DAY:
        return True
    return bool(bill.without_purl or bill.unreadable or bill.unknown_type)


def reach(viewer: Viewer, rows: QuerySet[Contained], moment: datetime, shown: int) -> Reach:
    """In how many products `rows` are, and of how many others it was not known at a moment."""
    there = Product.objects.all().visible_to(viewer).filter(added_at__lte=moment)
    there = there.filter(Q(ended_at=None) | Q(ended_at__gt=moment))
    having = set(rows.order_by().values_list("product", flat=True).distinct())
    bills = bills_by(moment)
    products = list(there.order_by("name", "id"))
    others = [one for one in products if one.pk not in having]
    unknown = [one for one in others if _leaves_open(bills.get(one.pk), moment)]
    found = sum(one.pk in having for one in products)
    return Reach(len(products), found, len(unknown), tuple(unknown[:shown]))


def asked_listing(hosts: Listing[Any], moment: datetime | None = None) -> Listing[Contained]:
    """The answer for products to the question that a list of hosts answers, by its filters, at a moment."""
    told = {} if moment is None else told_by(moment)
    oldest = None if moment is None else moment - queries.bill_days() * queries.DAY

    def known(row: Contained) -> str:
        at = told.get(row.product_id)
        return "known" if at and oldest and at >= oldest else "unknown"

    shared = tuple(one for one in hosts.columns if one.key in ("name", "version", "of", "answer", "since"))
    return Listing(
        name="products-asked",
        caption=_("Products that contained it"),
        columns=(
            Column(
                "product", _("Product"), lambda row: row.product.name, link=_product, order="product__name"
            ),
            *shared,
            Column(
                "known",
                _("On that day"),
                lambda row: gettext("known") if known(row) == "known" else gettext("not known since"),
                export=known,
            ),
            Column("told", _("Last list by then"), lambda row: told.get(row.product_id), Kind.DATE),
        ),
        sort=("product__name",),
        filters=hosts.filters,
        empty=Empty(_("In no product"), _("A product without a young list of components is unknown.")),
    )


def asked_rows(viewer: Viewer, *, past: bool) -> QuerySet[Contained]:
    """The rows that the filters of the question narrow: of all days, or only what is there in view."""
    rows = queries.contained(viewer)
    rows = rows if past else rows.filter(queries.is_contained())
    return rows.select_related("software").prefetch_related("product")
