"""Bringing a home up: its directories, its database, its log, its guards."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.ledger import sealing, triggers
from duecare.ledger.models import Head
from duecare.ledger.upcasting import upcast_live

MIGRATED = "server"


def set_up(say: Callable[[str], None] = lambda line: None, *, domain: str = "") -> None:
    """Migrate if needed, make the log if there is none, and refuse to go on without every guard.

    A new log is named after `domain`, else after the first host name of the settings.

    Raises Tampered if a trigger is missing from a database that needed no migration, DuecareError if the
    database cannot be reached.
    """
    connection = connections["default"]
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception as error:
        raise DuecareError(
            _("The database cannot be opened: %(error)s") % {"error": error},
            _("Check the home directory or `[database]` in duecare.toml."),
        ) from error
    if waiting:
        say(
            "Making the database"
            if not executor.loader.applied_migrations
            else "Bringing the database up to date"
        )
        call_command("migrate", verbosity=0, interactive=False)
    else:
        triggers.demand()
    sealing.create_log(domain or settings.DUECARE_DOMAIN)
    upcast_live(MIGRATED)
    if connection.vendor == "sqlite":
        _private(Path(str(connection.settings_dict["NAME"])))


def demand_record() -> None:
    """Raises DuecareError where this home holds no record yet, or none of this release."""
    tables = connections["default"].introspection.table_names()
    if Head._meta.db_table not in tables or not Head.objects.exists():
        raise DuecareError(
            _("There is no record in %(path)s.") % {"path": settings.DUECARE_HOME.path},
            _("Name another home with --home, or begin one with `duecare start`."),
        )


def _private(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file = database.with_name(database.name + suffix)
        if file.exists():
            file.chmod(0o600)


def root_notice() -> str:
    """What to say to somebody who serves this as root; empty otherwise (SECURITY.md 12)."""
    if os.geteuid() != 0:
        return ""
    return (
        "Serving as root, whose the home directory is. Duecare needs no such rights: "
        "give the directory to a user of its own (chown -R USER: DIR), and it serves as that user."
    )
