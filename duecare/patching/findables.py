"""What of patching can be found: weaknesses, software that is somewhere, products, patch runs."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger import asof
from duecare.ledger.viewers import Role, Viewer
from duecare.patching.bills.models import Product
from duecare.patching.bills.queries import products
from duecare.patching.feeds.sources import sources
from duecare.patching.runs.models import PatchRun
from duecare.patching.software.models import Software
from duecare.patching.software.queries import packages
from duecare.patching.weaknesses.models import Advisory
from duecare.patching.weaknesses.queries import advisories
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf


def _software(row: Software) -> Hit:
    return Hit(row.name, reverse("package", args=[row.package]), row.ecosystem)


def _product(row: Product) -> Hit:
    return Hit(row.name, reverse("product", args=[row.pk]), _("ended") if row.ended_at else row.supplier)


def _advisory(row: Advisory) -> Hit:
    return Hit(row.pk, reverse("advisory", args=[row.pk]), row.summary)


register_findable(
    Findable(
        "weaknesses",
        gettext_lazy("Weaknesses"),
        16,
        advisories,
        (
            ("id", gettext_lazy("Advisory")),
            ("called", gettext_lazy("Also called")),
            ("summary", gettext_lazy("What it is")),
        ),
        _advisory,
        ("-points", "pk"),
    )
)
register_findable(
    Findable(
        "products",
        gettext_lazy("Products"),
        18,
        products,
        (
            ("name", gettext_lazy("Name")),
            ("supplier", gettext_lazy("Made by")),
            ("what", gettext_lazy("What it is")),
        ),
        _product,
        ("name", "pk"),
    )
)
register_findable(
    Findable(
        "software",
        gettext_lazy("Software"),
        17,
        packages,
        (("name", gettext_lazy("Name")), ("source", gettext_lazy("Built from"))),
        _software,
        ("name", "pk"),
    )
)


def _runs(viewer: Viewer) -> QuerySet[PatchRun]:
    found: QuerySet[PatchRun] = PatchRun.objects.all().visible_to(viewer)
    return found


def _run(row: PatchRun) -> Hit:
    return Hit(row.title, reverse("patch-run", args=[row.pk]), _("ended") if row.ended_at else "")


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if viewer.changes and viewer.covers("patching") and asof.current() is None:
        if viewer.has(Role.OWNER, Role.MANAGER):
            yield Thing(_("Add a product"), reverse("product-add"), texts=("sbom bill application device",))
        yield Thing(_("Draw up a patch run"), reverse("patch-run-new"), texts=("updates deploy install",))


def _feeds(viewer: Viewer) -> Iterator[Thing]:
    if viewer.reads and viewer.covers("patching"):
        for one in sources().values():
            yield Thing(one.name, reverse("advisory-feed", args=[one.id]), one.id, texts=(str(one.what),))


register_shelf(Shelf("feeds", gettext_lazy("Feeds of advisories"), 18, _feeds))
register_shelf(Shelf("patching-actions", gettext_lazy("Do in Patching"), 7, _actions, offered=True))
register_findable(
    Findable(
        "patch-runs",
        gettext_lazy("Patch runs"),
        19,
        _runs,
        (("title", gettext_lazy("Title")),),
        _run,
        ("title", "pk"),
        digests=("order",),
    )
)
