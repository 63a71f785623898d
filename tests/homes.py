"""A home of its own for a test, or for all tests of a file that only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh_home(template: str, place: Path, *, begun: bool = True) -> Iterator[Path]:
    """A home below `place` with a copy of the migrated template database and an empty log; its path.

    Unless it has `begun` there is no log yet.

    One at a time: the settings of the whole process point at it until the end.
    """
    from django.conf import settings
    from django.db import connections

    from duecare.home import Home
    from duecare.ledger import asof, sealing
    from tests.services import copied_database

    before = settings.DUECARE_HOME
    connections.close_all()
    settings.DUECARE_HOME = Home(place / "home")
    settings.DUECARE_HOME.prepare()
    asof._release_digest.cache_clear()
    default = connections["default"]
    name_before = default.settings_dict["NAME"]
    with copied_database(default, template, place) as name:
        default.settings_dict["NAME"] = name
        connections.settings["default"]["NAME"] = name
        if begun:
            sealing.create_log("localhost")
        try:
            yield settings.DUECARE_HOME.path
        finally:
            connections.close_all()
            settings.DUECARE_HOME = before
            default.settings_dict["NAME"] = connections.settings["default"]["NAME"] = name_before
            asof._release_digest.cache_clear()
