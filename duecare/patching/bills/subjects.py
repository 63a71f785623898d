"""The source of subjects called "products": each that has not ended, with its newest bill and what is weak.

What is weak is unknown where there is no bill or a stale one, where components cannot be held against any
advisory, and where feeds are old or speak of no such ecosystem.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.ledger import asof
from duecare.patching.bills.checks import PRODUCTS
from duecare.patching.bills.models import Bill, Contained, Product
from duecare.patching.bills.queries import bill_days, is_contained, is_read, is_stale, newest_bills, told_at
from duecare.patching.ecosystems import find_ecosystem
from duecare.patching.weaknesses.queries import clocks_of_products, last_matching, promised
from duecare.patching.weaknesses.subjects import Common, came_since, common_of, item_of, uncovered, unrated
from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import Subject, register_reference, register_source

PRODUCT = "patching.product"
NONE: Mapping[str, Any] = {"state": "absent", "problems": []}


def products(now: datetime) -> Iterator[Subject]:
    """Every product that has not ended, those without a bill included."""
    there = list(Product.objects.filter(ended_at=None).order_by("name", "id"))
    bills = newest_bills([one.pk for one in there])
    matching, days = last_matching(), bill_days()
    common = None if matching is None else common_of(matching, now)
    for one in there:
        yield subject(one, bills.get(one.pk), common, now, days)


def subject(product: Product, bill: Bill | None, common: Common | None, now: datetime, days: int) -> Subject:
    """A product as checks see it at a moment."""
    told: dict[str, Any] = {"bill": NONE, "weaknesses": NONE}
    if bill is not None:
        told["bill"] = {"state": "read", "problems": [], "told_at": told_at(bill).isoformat()}
        told["weaknesses"] = _weaknesses(product, bill, common, now, days)
    evidence = "" if bill is None else bill.file
    return Subject(
        f"{PRODUCT}:{product.pk}", product.name, Grade.IMPORTED, Facts(now, now, told), evidence=evidence
    )


def _weaknesses(
    product: Product, bill: Bill, common: Common | None, now: datetime, days: int
) -> dict[str, Any]:
    rows = Contained.objects.filter(is_contained(), product=product)
    unknown = [*unmatched(bill), *unspoken_of(rows, common)]
    if not is_read(bill):
        unknown.insert(0, not_read())
    if is_stale(bill, now, days):
        unknown.insert(0, _("its list of components is older than %(days)s days") % {"days": days})
    within = {urgency.value: number for urgency, number in promised().items()}
    items = [item_of(one) for one in clocks_of_products(rows, now) if one.clock.open]
    if common is not None:
        unknown += unrated(items, common.rated)
    return {
        "state": "read",
        "problems": [],
        "components": max(1, bill.components),
        "unknown": unknown,
        "items": [{**one, "promised": within[one["urgency"]]} for one in items],
    }


def not_read() -> str:
    """That nothing follows from a list that was taken in."""
    return _(
        "its list of components was not read, so nothing is known of it; `duecare patching rebuild` reads it"
    )


def unmatched(bill: Bill) -> list[str]:
    """What of a bill can be held against no advisory, in words with their numbers."""
    words = (
        (
            bill.without_purl,
            ngettext(
                "%(count)s component is named without a package URL",
                "%(count)s components are named without a package URL",
                bill.without_purl,
            ),
        ),
        (
            bill.unknown_type,
            ngettext(
                "%(count)s component is of a type that no feed knows",
                "%(count)s components are of a type that no feed knows",
                bill.unknown_type,
            ),
        ),
        (
            bill.without_version,
            ngettext(
                "%(count)s component is named without a version",
                "%(count)s components are named without a version",
                bill.without_version,
            ),
        ),
        (
            bill.unreadable,
            ngettext(
                "%(count)s component has a package URL that cannot be read",
                "%(count)s components have a package URL that cannot be read",
                bill.unreadable,
            ),
        ),
    )
    return [text % {"count": count} for count, text in words if count]


def unspoken_of(rows: QuerySet[Contained], common: Common | None) -> list[str]:
    """Of what else no advisory is known, in words with their numbers.

    How far feeds reached is kept of the last matching alone, so of a past day it is not known.
    """
    if asof.current() is not None:
        return [_("how far its components had been held against advisories by then was not kept")]
    if common is None:
        return [_("its components were never held against advisories: no feed was taken in")]
    counted: Counter[tuple[str, str]] = Counter()
    fresh = 0
    unseen = Q(software__looked=None) | ~Q(software__looked=common.index)
    told = rows.order_by().values_list("software__ecosystem", "software__release")
    for ecosystem, release, count, new in told.annotate(n=Count("pk"), new=Count("pk", filter=unseen)):
        if not ecosystem or ecosystem.startswith("pkg:"):
            continue  # counted as such
        fresh += new
        counted[find_ecosystem(ecosystem, release)] += count
    found = uncovered(counted, common.known)
    if fresh:
        found.append(came_since(fresh))
    return found


register_source(PRODUCTS, products)
register_reference(PRODUCT, lambda key: reverse("product", args=[key]))
