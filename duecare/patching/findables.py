"""What of patching can be found: software that is installed somewhere."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from duecare.patching.software_models import Software
from duecare.patching.software_queries import packages
from duecare.program.search import Findable, Hit, register_findable


def _software(row: Software) -> Hit:
    return Hit(row.name, reverse("package", args=[row.package]), row.ecosystem)


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
