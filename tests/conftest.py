"""Every test that touches the database gets a home and a database of its own, copied from a template.

Acts are outermost transactions, so a test cannot be rolled back, and record tables refuse to be flushed:
a fresh copy is simpler than either. `--postgresql` runs the same tests on a PostgreSQL started in a scratch
directory.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

_base = Path(tempfile.mkdtemp(prefix="duecare-test-"))
os.environ["DUECARE_HOME"] = str(_base / "home")
os.environ["DJANGO_SETTINGS_MODULE"] = "duecare.site.settings"
os.environ["DUECARE_TEST_APPS"] = "tests.testapp tests.pseudo"
os.environ.pop("DUECARE_DATABASE", None)
# Two noisy shared cores: a slow example is no failure.
hypothesis.settings.register_profile("duecare", deadline=None)
hypothesis.settings.load_profile("duecare")

IN_CI = bool(os.environ.get("CI"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgresql", action="store_true", help="run on a PostgreSQL of its own")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--postgresql"):
        from tests.services import start_postgresql

        start_postgresql(_base)
    import django

    django.setup()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long begins first: each file goes to one process whole, and a long one that begins last
    keeps the other waiting. On PostgreSQL only what has a database runs: the rest is the same there."""
    if config.getoption("--postgresql"):
        apart = [item for item in items if "template" not in item.fixturenames]  # type: ignore[attr-defined]
        config.hook.pytest_deselected(items=apart)
        items[:] = [item for item in items if "template" in item.fixturenames]  # type: ignore[attr-defined]
    ranks = {item.path: 2 for item in items}
    for rank, mark in enumerate(("slow", "browser")):
        for item in items:
            if item.get_closest_marker(mark):
                ranks[item.path] = min(ranks[item.path], rank)
    items.sort(key=lambda item: ranks[item.path])


def pytest_unconfigure(config: pytest.Config) -> None:
    from tests.services import stop_postgresql

    stop_postgresql()
    shutil.rmtree(_base, ignore_errors=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI nothing may be left out because the machine lacks something."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    # A lone surrogate in what a test logged cannot travel from one test process to another.
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    if IN_CI and report.skipped and "needs" in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"left out in CI: {report.longrepr}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data beside the project."""
    place = Path(__file__).parents[1].parent / "shared" / "data"
    if not place.exists():
        pytest.skip("needs ../shared/data: put the data set beside the project")
    return place


@pytest.fixture(scope="session")
def template() -> str:
    """A migrated database with an empty log: a file, or the name of a PostgreSQL database."""
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    connections.close_all()
    if connections["default"].vendor == "sqlite":
        name = str(_base / "template.db")
        with sqlite3.connect(connections["default"].settings_dict["NAME"]) as source:
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        source.close()
        shutil.copy(connections["default"].settings_dict["NAME"], name)
        return name
    return str(connections["default"].settings_dict["NAME"])


@pytest.fixture
def home(template: str, tmp_path: Path) -> Iterator[Path]:
    """A home of its own with a database of its own and an empty log; the path of the home."""
    from tests.homes import fresh_home

    with fresh_home(template, tmp_path) as place:
        yield place
