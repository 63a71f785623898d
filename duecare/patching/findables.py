"""What of patching can be found: software that is installed somewhere, and advisories about it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from duecare.patching.software_models import Software
from duecare.patching.software_queries import packages
from duecare.patching.weak_models import Advisory
from duecare.patching.weak_queries import advisories
from duecare.program.search import Findable, Hit, register_findable


def _software(row: Software) -> Hit:
    return Hit(row.name, reverse("package", args=[row.package]), row.ecosystem)


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
        "software",
        gettext_lazy("Software"),
        17,
        packages,
        (("name", gettext_lazy("Name")), ("source", gettext_lazy("Built from"))),
        _software,
        ("name", "pk"),
    )
)
