"""A fact that may be yes, no or not known, as lists show it and filter by it."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

YES_NO_UNKNOWN = (("yes", _("Yes")), ("no", _("No")), ("unknown", _("Unknown")))
"""The choices of a filter."""


def three_way(field: str) -> Callable[[str], Q]:
    """The condition that such a filter sets on a field."""
    values = {"yes": True, "no": False}
    return lambda value: Q(**{f"{field}__isnull": True} if value == "unknown" else {field: values[value]})


def told(value: bool | None) -> str:
    """Yes, no, or that it is not known."""
    return gettext("unknown") if value is None else gettext("yes") if value else gettext("no")
