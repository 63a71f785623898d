"""What the walks know of risk's room `register`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from duecare.ledger.viewers import Viewer
from tests.site.answers import Page
from tests.site.calls import Call

PAGES: Mapping[str, Page] = {}
CALLS: Mapping[str, Call] = {}
FILES: frozenset[str] = frozenset()


def write(owner: Viewer, at: datetime) -> None:
    """Nothing yet."""


def keys() -> dict[str, str]:
    return {}
