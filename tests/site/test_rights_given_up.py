"""Started as root, the program lives on as whom the home belongs to, or says why it cannot."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.site.past import report

ROOT = Path(__file__).parents[2]
PATHS = (str(ROOT), sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
DUECARE = ("-m", "duecare.cli")
USER = "nobody"
SOMEBODY = pwd.getpwnam(USER)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root's rights")


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that other users can pass through; pytest's own belong to its user alone."""
    made = Path(tempfile.mkdtemp(prefix="duecare-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def theirs(place: Path) -> Path:
    """A home that belongs to another user."""
    home = place / "home"
    home.mkdir(mode=0o700)
    shutil.chown(home, USER)
    return home


def run(home: Path, *words: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DUECARE_HOME": str(home), "PYTHONPATH": os.pathsep.join(PATHS)}
    environment.pop("DUECARE_DATABASE", None)
    environment.pop("DUECARE_TEST_APPS", None)
    return subprocess.run([python, *words], env=environment, capture_output=True, text=True, timeout=120)


def their_python() -> str:
    """A Python that the other user can run this program with: ours may lie where only root comes."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        environment = {"PYTHONPATH": os.pathsep.join(PATHS)}
        try:
            words = [python, "-c", "import django, duecare.cli"]
            subprocess.run(
                words, env=environment, user=USER, group=SOMEBODY.pw_gid, extra_groups=[], check=True
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip(f"{USER} can run no {version} with what is installed")


def test_a_command_of_root_works_as_the_homes_owner_and_the_record_names_who_typed(theirs: Path) -> None:
    done = run(theirs, *DUECARE, "assess", "--no-collect", python=their_python())
    assert done.returncode == 0, done.stderr
    made = list(theirs.rglob("*"))
    assert theirs / "duecare.db" in made
    assert {file.stat().st_uid for file in made} == {SOMEBODY.pw_uid}
    with closing(sqlite3.connect(theirs / "duecare.db")) as database:
        actors = {actor for (actor,) in database.execute("SELECT DISTINCT actor FROM ledger_entry")}
    assert f"terminal:{USER}" not in actors
    assert "terminal:root" in actors


def test_rights_given_up_cannot_be_taken_back(theirs: Path) -> None:
    code = (
        "import os; from duecare.home import Home; Home.from_environment().become_its_owner();"
        "print(os.getresuid(), os.getresgid(), 0 in os.getgroups(), os.environ['HOME'], os.environ['USER'])\n"
        "try: os.setuid(0)\n"
        "except PermissionError: print('refused')"
    )
    done = run(theirs, "-c", code, python=their_python())
    user, group = SOMEBODY.pw_uid, SOMEBODY.pw_gid
    said = f"({user}, {user}, {user}) ({group}, {group}, {group}) False {SOMEBODY.pw_dir} {USER}\nrefused\n"
    assert done.stdout == said, done.stderr


def test_a_home_of_roots_own_is_left_to_root(place: Path) -> None:
    home = place / "home"
    home.mkdir(mode=0o700)
    code = (
        "import django, os; from duecare.home import Home; Home.from_environment().become_its_owner();"
        "django.setup(); from duecare.site.setup import root_notice; print(os.geteuid(), root_notice())"
    )
    done = run(home, "-c", code)
    assert done.stdout.startswith("0 Serving as root"), done.stderr
    assert "chown" in done.stdout


def test_an_owner_who_does_not_exist_is_named_with_the_way_out(theirs: Path) -> None:
    os.chown(theirs, 2_000_000, -1)
    done = run(theirs, *DUECARE, "ledger", "verify")
    assert done.returncode == 2
    assert "user 2000000, who does not exist here" in done.stderr
    assert "chown -R USER: DIR" in done.stderr
    assert list(theirs.iterdir()) == []


def test_an_owner_who_cannot_run_the_program_is_told_where_to_install_it(theirs: Path, place: Path) -> None:
    python = place / "python"
    python.write_text("")
    python.chmod(0o700)
    code = (
        f"import sys; sys.executable = {str(python)!r}; from duecare.home import Home;"
        "Home.from_environment().become_its_owner()"
    )
    done = run(theirs, "-c", code)
    assert done.returncode == 1
    assert f"{USER}, to whom the home directory {theirs} belongs, cannot use {python}" in done.stderr


def test_root_can_hand_in_a_report_that_only_root_can_read(theirs: Path, place: Path) -> None:
    carried = place / "report.json"
    carried.write_bytes(report(datetime.now(UTC) - timedelta(hours=1), "ledger-pc"))
    carried.chmod(0o600)
    done = run(theirs, *DUECARE, "import", "facts", str(carried), "--new-host", python=their_python())
    assert done.returncode == 0, done.stderr
    assert "Took in a report of ledger-pc" in done.stderr
