"""Pages of our own to try the furniture on: a table of rows, the settings, and a server for browsers.

What needs Django is imported inside: this file is read before Django is set up.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.web.sample import Finding


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The alias of a scratch database that holds the `Finding` table, empty."""
    from django.conf import settings
    from django.db import connections

    from tests.web.sample import ALIAS, Finding

    default = connections["default"]
    scratch = {"ENGINE": "django.db.backends.sqlite3"}
    if default.vendor == "postgresql":
        import psycopg

        scratch = {"ENGINE": "django.db.backends.postgresql", "NAME": ALIAS}
        scratch |= {key: default.settings_dict[key] for key in ("HOST", "USER", "OPTIONS")}
        with psycopg.connect(
            host=scratch["HOST"], user=scratch["USER"], dbname="postgres", autocommit=True
        ) as server:
            server.execute(f"CREATE DATABASE {ALIAS}")
    else:
        scratch["NAME"] = str(tmp_path_factory.mktemp("web") / "rows.sqlite3")
    wanted = {"default": dict(settings.DATABASES["default"]), ALIAS: scratch}
    connections.settings[ALIAS] = connections.configure_settings(wanted)[ALIAS]
    with connections[ALIAS].schema_editor() as editor:
        editor.create_model(Finding)
    yield ALIAS
    connections[ALIAS].close()
    del connections.settings[ALIAS]


@pytest.fixture
def rows(table: str) -> Iterator[list[Finding]]:
    """Forty findings in the table, newest first."""
    from tests.web.sample import Finding, findings

    made = findings(40)
    Finding.objects.using(table).bulk_create(made)
    yield made
    Finding.objects.using(table).all().delete()


@pytest.fixture
def site() -> Iterator[None]:
    """The pages of `pages.py` in place of the product's."""
    from django.test import override_settings

    from tests.web import pages

    with override_settings(**pages.SETTINGS):
        yield


@pytest.fixture
def address(site: None, rows: list[Finding]) -> Iterator[str]:
    """Where the pages are served, on a port of this machine."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Requests are no news here."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()
