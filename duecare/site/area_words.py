"""Areas in words, for rights that are limited to some."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from duecare.program.catalogue import areas


def area_words(limit: Iterable[str] | None) -> str:
    """The names of these areas in the order of the house; empty for a right without limit."""
    wanted = frozenset(limit or ())
    return ", ".join(_(area.name) for area in areas() if area.id in wanted)
