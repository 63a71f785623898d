"""Bringing a home up: for its owner alone, guarded, and refused where a guard is missing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from duecare.errors import BadInput, DuecareError, Tampered
from duecare.home import Home
from duecare.ledger.models import Head
from duecare.ledger.viewers import Role
from duecare.site import configuration, setup
from duecare.site.configuration import Configuration
from duecare.site.setup import demand_record, root_notice, set_up
from tests.ledger.library import sql

ROOT = Path(__file__).parents[2]


def mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


def started(home: Path, *, umask: int = 0o022) -> subprocess.CompletedProcess[str]:
    """A process of its own that brings a home up, as any command of `duecare` does."""
    code = (
        f"import os; os.umask({umask}); import django; django.setup();"
        "from duecare.site.setup import set_up; set_up(print)"
    )
    environment = {**os.environ, "DUECARE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    environment.pop("DUECARE_DATABASE", None)
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)


# The home


def test_a_new_home_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    done = started(home, umask=0)
    assert (done.returncode, done.stdout) == (0, "Making the database\n"), done.stderr
    assert {mode(place) for place in (home, home / "keys", home / "blobs", home / "scratch")} == {0o700}
    files = [place for place in home.rglob("*") if place.is_file()]
    assert {"duecare.db", "session.key", "ledger.key"} <= {place.name for place in files}
    assert {mode(place) for place in files} == {0o600}


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    started(home)
    before = {place: place.read_bytes() for place in (home / "keys").iterdir()}
    done = started(home)
    assert (done.returncode, done.stdout) == (0, "")
    assert {place: place.read_bytes() for place in (home / "keys").iterdir()} == before


@pytest.mark.parametrize("bits", [0o040, 0o004, 0o010, 0o777])
def test_a_home_that_others_can_read_stops_the_start(tmp_path: Path, bits: int) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o700 | bits)
    with pytest.raises(DuecareError, match="chmod -R go="):
        Home(home).prepare()
    assert not (home / "duecare.db").exists()


def test_a_place_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DuecareError, match="--home DIR") as caught:
        Home(tmp_path / "file" / "home").prepare()
    assert str(tmp_path / "file" / "home") in caught.value.what


# The guards


def test_a_missing_trigger_stops_the_start_and_names_it(home: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("for SQLite's schema")
    set_up()
    sql('DROP TRIGGER "duecare_payload_update"')
    with pytest.raises(Tampered, match="duecare_payload_update") as caught:
        set_up()
    assert "duecare ledger verify --live" in caught.value.next_step
    assert caught.value.exit_code == 1


def test_a_trigger_that_was_altered_or_added_stops_the_start(home: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("for SQLite's schema")
    sql("CREATE TRIGGER extra AFTER INSERT ON ledger_entry BEGIN SELECT 1; END")
    with pytest.raises(Tampered, match="extra"):
        set_up()


def test_a_database_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "duecare.db").write_bytes(b"this is no database" * 100)
    done = started(home)
    assert done.returncode != 0
    assert "The database cannot be opened" in done.stderr


def test_a_home_without_a_record_is_told_apart_from_one_with_an_empty_one(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demand_record()
    Head.objects.all()._raw_delete("default")
    with pytest.raises(DuecareError, match="There is no record in"):
        demand_record()
    monkeypatch.setattr(Head._meta, "db_table", "nothing")
    with pytest.raises(DuecareError, match="duecare start"):
        demand_record()


def test_root_is_told_that_no_such_rights_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    assert root_notice().startswith("Serving as root")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    assert root_notice() == ""


# The settings


def test_without_a_file_only_localhost_is_served(tmp_path: Path) -> None:
    assert configuration.read(Home(tmp_path)) == Configuration()


def test_the_settings_of_the_documentation_are_read(tmp_path: Path) -> None:
    (tmp_path / "duecare.toml").write_text(
        '[web]\nhosts = ["duecare.example.org"]\ntls = true\nproxies = ["10.0.0.5", "::1"]\n'
        '[database]\nurl = "postgresql://duecare@db.example/duecare"\n'
    )
    assert configuration.read(Home(tmp_path)) == Configuration(
        ("duecare.example.org",), True, ("10.0.0.5", "::1"), "postgresql://duecare@db.example/duecare"
    )


OPENID = '[openid]\nissuer = "https://id.example"\nclient = "duecare"\n[openid.roles]\n'


def test_a_provider_is_read_with_what_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "duecare.toml").write_text(OPENID + '"all staff" = "member"')
    assert configuration.read(Home(tmp_path)).openid == configuration.OpenId(
        "https://id.example", "duecare", "id.example", "groups", (), (), {"all staff": "member"}
    )
    assert set(configuration.MAPPED) == set(Role) - {Role.AUDITOR}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[web]\ntsl = true", "[web] has no setting 'tsl'"),
        ("[wbe]\ntls = true", "there is no table [wbe]"),
        ("web = 1", "there is no table [web]"),
        ('[web]\ntls = "yes"', "[web] tls must be true or false"),
        ("[web]\ntls = 1", "[web] tls must be true or false"),
        ('[web]\nhosts = "duecare.example"', "[web] hosts must be a list of texts"),
        ("[web]\nhosts = [1]", "[web] hosts must be a list of texts"),
        ('[web]\nhosts = ["*"]', "'*' is not an exact host name"),
        ('[web]\nhosts = [".example"]', "'.example' is not an exact host name"),
        ('[web]\nhosts = ["duecare.example:8000"]', "is not an exact host name"),
        ('[web]\nproxies = ["10.0.0.0/8"]', "'10.0.0.0/8' is not an address"),
        ('[openid]\nissuer = "https://id.example"\nclient = "d"', "[openid] roles is missing"),
        ('[openid]\nclient = "d"\n[openid.roles]\na = "owner"', "[openid] issuer is missing"),
        (OPENID + 'a = "auditor"', "the group 'a' cannot give the role 'auditor'"),
        (OPENID + "a = 1", "[openid] roles must be a table of texts"),
        (OPENID.replace("https", "http") + 'a = "owner"', "is not an address by HTTPS"),
        (OPENID.replace("client", "secret"), "[openid] has no setting 'secret'"),
        ("[web\n", "line 1"),
    ],
)
def test_a_mistake_in_the_settings_is_named_and_stops_the_start(
    tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "duecare.toml").write_text(text)
    with pytest.raises(BadInput) as caught:
        configuration.read(Home(tmp_path))
    assert words in str(caught.value)
    assert "duecare.toml" in caught.value.what
