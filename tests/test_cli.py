"""The terminal, as its user meets it: real processes, their words, their exit codes, what they leave behind.

Where only the words of a refusal are of interest, the command runs in this process: `said()`.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from typer.main import get_command

from duecare import __version__, cli
from duecare.ledger.models import Head
from duecare.site import first_run, people
from duecare.site.models import User
from duecare.systems.models import Host
from tests.people import PASSWORD
from tests.site.past import report
from tests.systems.trees import debian

DUECARE = Path(sys.executable).with_name("duecare")
VERIFY = Path(sys.executable).with_name("duecare-verify")
HELP_LIMIT = 1.0
"""Seconds; generous, for machines that do other things too. The true figure is in docs/benchmarks.md."""


def duecare(
    *words: object, home: Path | None = None, typed: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """What `duecare` says to these words."""
    return subprocess.run(
        [str(DUECARE), *map(str, words)],
        env={**environment(home), **more},
        input=typed,
        capture_output=True,
        text=True,
    )


def environment(home: Path | None) -> dict[str, str]:
    """This process's environment with that home in place of what the tests set."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("DUECARE_", "DJANGO_"))}
    return {**ours, "DUECARE_HOME": str(home)} if home else ours


@dataclass(frozen=True, slots=True)
class Said:
    """How a command in this process ended."""

    returncode: int
    stdout: str
    stderr: str


Say = Callable[..., Said]


@pytest.fixture
def said(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Say]:
    """What a command on this test's own home says, without a process of its own."""
    first_run.forget()

    def run(*words: object, typed: str = "") -> Said:
        monkeypatch.setattr(sys, "argv", ["duecare", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, told.out, told.err)

    yield run
    first_run.forget()


@pytest.fixture
def claimed(said: Say) -> Say:
    """The same, once Ann has claimed that home."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        people.claim("Clinic", "UTC", None, "Ann", "ann@clinic.example", PASSWORD)
    return said


def size(home: Path) -> int:
    """How many entries the record has."""
    with closing(sqlite3.connect(f"file:{home / 'duecare.db'}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT size FROM ledger_head").fetchone()[0])


def told_at(at: datetime, name: str = "web-1", **changes: Any) -> bytes:
    return json.dumps({**json.loads(report(at, name)), **changes}).encode()


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], datetime]:
    """A home with an imported and assessed host; the posture as JSON; and a moment right after. Read only."""
    home = tmp_path_factory.mktemp("cli") / "home"
    file = home.with_name("web-1.json")
    file.write_bytes(told_at(datetime.now(UTC) - timedelta(hours=1)))
    taken = duecare("import", "facts", file, "--new-host", home=home)
    assert taken.returncode == 0, taken.stderr
    done = duecare("assess", "--no-collect", "--json", home=home)
    assert done.returncode == 0, done.stderr
    return home, json.loads(done.stdout), datetime.now(UTC)


@pytest.fixture
def own(assessed: tuple[Path, dict[str, Any], datetime], tmp_path: Path) -> Path:
    """A copy of that home to do with as one likes."""
    return Path(shutil.copytree(assessed[0], tmp_path / "home"))


# Help


def test_help_answers_at_once() -> None:
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        assert duecare("--help").returncode == 0
        took.append(time.perf_counter() - begun)
    assert statistics.median(took) < HELP_LIMIT


def test_help_loads_neither_django_nor_the_terminals_ornaments() -> None:
    look = "import sys, duecare.cli; print([name for name in ('django', 'rich') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def commands() -> list[tuple[str, ...]]:
    """Every command with its words."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield words
        for name, one in getattr(command, "commands", {}).items():
            yield from walk(one, (*words, name))

    return list(walk(get_command(cli.app), ()))


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_says_what_it_does_and_what_it_takes(words: tuple[str, ...], tmp_path: Path) -> None:
    done = duecare(*words, "--help", home=tmp_path / "home")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: {' '.join(('duecare', *words))}")
    assert len(done.stdout.splitlines()) > 4
    assert not (tmp_path / "home").exists(), "asking for help makes nothing"


def test_the_version_is_printed() -> None:
    assert duecare("--version").stdout == f"duecare {__version__}\n"


# Wrong use


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Usage: duecare"),
        (("ledger",), "Usage: duecare ledger"),
        (("asess",), "No such command 'asess'"),
        (("assess", "--jsn"), "No such option: --jsn"),
        (("assess", "--fail-on", "maybe"), "--fail-on takes unmet or unknown, not 'maybe'"),
        (("ledger", "prove", "-1"), "See `duecare ledger prove --help`"),
        (("ledger", "prove", "first"), "valid integer"),
        (("ledger", "export"), "Missing argument"),
        (("start", "--port", "0"), "See `duecare start --help`"),
        (("user", "add", "ann@clinic.example"), "Missing option '--name'"),
    ],
)
def test_wrong_use_is_told_in_a_sentence_and_ends_with_2(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = duecare(*words, home=tmp_path / "home")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home").exists()


def test_a_home_that_others_can_read_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    done = duecare("--home", home, "ledger", "checkpoint")
    assert done.returncode == 2
    assert f"chmod -R go= '{home}'" in done.stderr


def test_a_mistake_in_the_settings_is_named(tmp_path: Path) -> None:
    (tmp_path / "duecare.toml").write_text("[web]\ntsl = true\n")
    done = duecare("ledger", "verify", home=tmp_path)
    assert done.returncode == 2
    assert "[web] has no setting 'tsl'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_without_a_record_is_not_called_sound(tmp_path: Path) -> None:
    done = duecare("ledger", "verify", home=tmp_path / "home")
    assert done.returncode == 2
    assert f"There is no record in {tmp_path / 'home'}" in done.stderr
    assert "No fault" not in done.stdout


def test_a_fault_of_the_program_is_no_fault_of_the_record(own: Path) -> None:
    (own / "duecare.db").write_bytes(b"no database at all " * 1000)
    for suffix in ("-wal", "-shm"):
        (own / f"duecare.db{suffix}").unlink(missing_ok=True)
    assert duecare("ledger", "verify", home=own).returncode == 2


def test_what_a_report_says_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    cli.say("host \x1b]0;owned\x07\x1b[2J web\u202e1\x9b31m")
    cli.tell("line one\nline two")
    told = capsys.readouterr()
    assert not set(told.err) & set("\x1b\x07\u202e\x9b")
    assert told.out == "line one\nline two\n"


def test_who_types_is_told_by_the_system_and_not_by_the_environment(own: Path) -> None:
    before = size(own)
    file = own.with_name("later.json")
    file.write_bytes(told_at(datetime.now(UTC)))
    done = duecare("import", "facts", file, home=own, LOGNAME="mallory", USER="mallory")
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(own / "duecare.db")) as database:
        actors = {
            row[0] for row in database.execute('SELECT actor FROM ledger_entry WHERE "index" >= ?', [before])
        }
    assert actors
    assert "terminal:mallory" not in actors


def test_an_interrupted_command_says_so_and_ends_with_130(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(DUECARE), "user", "password", "ann@clinic.example"],
        env=environment(tmp_path / "home"),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts what it runs in the background with interrupts ignored, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    with process:
        assert process.stderr is not None
        assert process.stderr.readline() == "Making the database\n"
        while not (tmp_path / "home" / "keys" / "ledger.key").exists():
            time.sleep(0.1)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert (process.returncode, told) == (130, "Interrupted; nothing half-done was kept.\n")


# Assess


def shape(value: Any) -> Any:
    """The keys and types of a JSON value; of a list, those of its members."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [json.loads(one) for one in sorted({json.dumps(shape(one), sort_keys=True) for one in value})]
    return type(value).__name__


def test_the_posture_as_json_has_exactly_the_shape_that_was_promised(
    assessed: tuple[Path, dict[str, Any], datetime],
) -> None:
    _, posture, _ = assessed
    assert list(posture) == ["as_of", "safeguards", "updates", "ledger"]
    assert posture["updates"] is None  # this machine never reported
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", posture["as_of"])
    assert shape(posture["ledger"]) == {"size": "int", "root": "str", "checkpoint": "int"}
    assert re.fullmatch("[0-9a-f]{64}", posture["ledger"]["root"])
    assert len(posture["safeguards"]) > 40
    for safeguard in posture["safeguards"]:
        assert list(safeguard) == ["id", "title", "status", "required_by", "checks", "statements"]
        assert safeguard["status"] in ("proven", "failing", "unproven", "not applicable")  # no person spoke
        assert safeguard["statements"] == []
        assert shape(safeguard["required_by"]) in ([], ["str"])
    checks = [check for safeguard in posture["safeguards"] for check in safeguard["checks"]]
    assert len(checks) >= 25
    for check in checks:
        assert list(check) == ["id", "question", "verdict", "population", "exceptions", "measure", "evidence"]
        assert check["verdict"] in ("met", "unmet", "unknown", "not applicable")
        assert isinstance(check["population"], int)
        assert shape(check["exceptions"]) in ([], [{"subject": "str", "reason": "str"}])
        assert shape(check["measure"]) in ("int", "NoneType")
        assert check["evidence"] in (
            "imported by hand", "Duecare's own reading", "stated by a person", None,
        )  # fmt: skip
    assert {check["verdict"] for check in checks} >= {"met", "unmet"}


def test_a_shortfall_is_named_with_where_and_why(assessed: tuple[Path, dict[str, Any], datetime]) -> None:
    _, posture, _ = assessed
    checks = {check["id"]: check for one in posture["safeguards"] for check in one["checks"]}
    firewall = checks["systems.firewall_refuses"]
    assert firewall["verdict"] == "unmet"
    assert [one["subject"].split()[0] for one in firewall["exceptions"]] == ["web-1"]
    assert all(one["reason"] for one in firewall["exceptions"])


def test_a_past_posture_is_that_of_then_and_changes_nothing(
    assessed: tuple[Path, dict[str, Any], datetime],
) -> None:
    home, before, moment = assessed
    entries = size(home)
    done = duecare("assess", "--json", "--as-of", moment.isoformat(), home=home)
    assert done.returncode == 0, done.stderr
    then = json.loads(done.stdout)
    assert then["safeguards"] == before["safeguards"]
    assert then["ledger"] == before["ledger"]
    assert datetime.fromisoformat(then["as_of"]) == moment
    assert size(home) == entries


def test_what_came_later_is_not_in_a_past_posture(said: Say, tmp_path: Path) -> None:
    earlier = ""
    for name in ("web-1", "web-2"):
        moment = datetime.now(UTC).isoformat()
        file = tmp_path / name
        file.write_bytes(told_at(datetime.now(UTC), name))
        assert said("import", "facts", file, "--new-host").returncode == 0
        assert said("assess", "--no-collect").returncode == 0
        earlier = said("assess", "--json", "--as-of", moment).stdout
        if name == "web-1":
            assert "web-1" not in earlier
    assert "web-1" in earlier
    assert "web-2" not in earlier
    first = json.loads(said("assess", "--json", "--as-of", "2001-01-01").stdout)
    assert (first["ledger"]["size"], first["ledger"]["checkpoint"]) == (0, None)
    assert {one["status"] for one in first["safeguards"]} == {"unproven"}


def test_what_is_no_day_is_refused(said: Say) -> None:
    done = said("assess", "--as-of", "last week")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'last week' is not a day. Write it as 2026-03-01" in done.stderr


def test_the_posture_can_fail_a_pipeline(own: Path) -> None:
    done = duecare("assess", "--no-collect", "--fail-on", "unmet", home=own)
    assert done.returncode == 1
    assert "safeguards failing" in done.stdout, "the posture is printed all the same"


def test_where_nothing_was_assessed_all_is_unknown_but_that_there_is_no_incident_plan(said: Say) -> None:
    lacking = said("assess", "--no-collect", "--fail-on", "unmet")
    assert (lacking.returncode, "1 safeguards failing" in lacking.stdout) == (1, True), lacking.stdout
    assert said("assess", "--no-collect", "--fail-on", "unknown").returncode == 1


def test_this_machine_is_collected_judged_and_told_shortly(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = duecare("assess", home=home)
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"\d+ safeguards failing, \d+ unproven, 0 excepted, 0 stated by people, \d+ proven, of \d+; \d+ ",
        done.stdout,
    )
    assert "1 computer seen" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 150
    assert (home / "first-seen.json").exists()
    told = json.loads(duecare("assess", "--no-collect", "--json", home=home).stdout)["updates"]
    assert list(told) == ["host", "collected_at", "fault", "security", "unlabelled", "others"]
    if told["security"] is None:
        assert f"Updates of {told['host']}: unknown" in done.stdout
        assert told["fault"]
    else:
        assert f"wait on {told['host']}, by its report of" in done.stdout
        assert all(one["installed"] != one["offered"] for one in told["security"])
        named = [one["name"] for one in told["security"]][:20]
        assert (
            re.findall(r"^    (?:seen today|age unknown|1 day|\d+ days) +(\S+)  ", done.stdout, re.M) == named
        )


# Import


def bad_reports() -> dict[str, tuple[bytes, str]]:
    good = told_at(datetime.now(UTC), "web-1")
    whole = json.loads(good)
    del whole["facts"]["updates"]["items"]
    return {
        "truncated": (good[:-40], f"breaks off after byte {len(good) - 40:,}"),
        "empty": (b"", "The file is empty"),
        "oversized": (b" " * ((64 << 20) + 1), "more than 67,108,864 bytes"),
        "newer": (told_at(datetime.now(UTC), format="duecare-report/2"), "duecare-report/2"),
        "no report": (b'{"some": "json"}', "format"),
        "no JSON": (b"Dear Sir or Madam", "Byte 1"),
        "no UTF-8": (good.replace(b"web-1", b"web-\xff"), "UTF-8"),
        "repeated key": (good.replace(b'"kind"', b'"name"', 1), "name"),
        "a field short": (json.dumps(whole).encode(), "facts.updates"),
        "from the future": (told_at(datetime.now(UTC) + timedelta(days=3)), "collected_at"),
    }


@pytest.mark.parametrize("what", sorted(bad_reports()))
def test_a_report_that_cannot_be_used_is_refused_with_the_place_and_nothing_changes(
    what: str, said: Say, tmp_path: Path
) -> None:
    data, words = bad_reports()[what]
    file = tmp_path / "bad.json"
    file.write_bytes(data)
    done = said("import", "facts", file, "--new-host")
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert (Head.objects.get().size, Host.objects.count()) == (0, 0)


def test_a_report_of_an_unknown_host_is_refused_with_the_way_to_add_it(said: Say, tmp_path: Path) -> None:
    file = tmp_path / "web-9.json"
    file.write_bytes(told_at(datetime.now(UTC), "web-9"))
    done = said("import", "facts", file)
    assert done.returncode == 2
    assert "--new-host" in done.stderr
    assert Head.objects.get().size == 0
    assert said("import", "facts", file, "--new-host").returncode == 0
    assert "was taken in before" in said("import", "facts", file).stderr


def test_a_file_that_is_not_there_is_named(said: Say, tmp_path: Path) -> None:
    done = said("import", "facts", tmp_path / "nothing.json")
    assert done.returncode == 2
    assert f"{tmp_path / 'nothing.json'} cannot be read: No such file" in done.stderr


def test_a_report_collected_from_a_tree_can_be_imported(own: Path, tmp_path: Path) -> None:
    tree = debian().file("/etc/machine-id", "c" * 32 + "\n").write(tmp_path / "tree")
    file = tmp_path / "mounted.json"
    done = duecare("collect", "--root", tree, "--out", file)
    assert done.returncode == 0, done.stderr
    assert json.loads(file.read_text())["collector"]["live"] is False
    assert duecare("import", "facts", file, "--new-host", home=own).returncode == 0


# People


def claim(home: Path) -> None:
    """Do what the first run does, in a process of its own."""
    code = (
        "import django; django.setup(); from duecare.site import people;"
        f"people.claim('Clinic', 'UTC', None, 'Ann', 'ann@clinic.example', {PASSWORD!r})"
    )
    named = {"DJANGO_SETTINGS_MODULE": "duecare.site.settings"}
    subprocess.run([sys.executable, "-c", code], env={**environment(home), **named}, check=True)


ADD = ("user", "add", "bo@clinic.example", "--name", "Bo")


def test_a_person_is_added_with_a_password_from_standard_input(own: Path) -> None:
    claim(own)
    done = duecare(*ADD, "--role", "manager", home=own, typed=f"{PASSWORD}\n")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Bo can sign in as manager." in done.stderr
    assert PASSWORD not in done.stderr
    with closing(sqlite3.connect(own / "duecare.db")) as database:
        emails = [row[0] for row in database.execute("SELECT email FROM site_user ORDER BY id")]
    assert emails == ["ann@clinic.example", "bo@clinic.example"]
    cy = ("user", "add", "cy@clinic.example", "--name", "Cy", "--role", "manager")
    limited = duecare(*cy, "--area", "patching", "--area", "access", home=own, typed=f"{PASSWORD}\n")
    assert "Cy can sign in as manager of access, patching." in limited.stderr
    with closing(sqlite3.connect(own / "duecare.db")) as database:
        areas = [row[0] for row in database.execute("SELECT area FROM program_rightarea ORDER BY area")]
    assert areas == ["access", "patching"]
    again = duecare(*ADD, home=own, typed=f"{PASSWORD}\n")
    assert again.returncode == 2
    assert "can sign in already" in again.stderr
    forgot = duecare(
        "user", "password", "bo@clinic.example", home=own, typed="nine brown otters under the pier\n"
    )
    assert forgot.returncode == 0, forgot.stderr


@pytest.mark.parametrize(
    ("options", "typed", "words"),
    [
        ((), "short\n", "15 characters"),
        ((), "", "15 characters"),
        (("--role", "king"), f"{PASSWORD}\n", "There is no role 'king'. Choose one of owner, manager"),
        (("--role", "auditor"), f"{PASSWORD}\n", "needs a last day"),
        (("--until", "soon"), f"{PASSWORD}\n", "'soon' is not a day"),
        (("--area", "patching"), f"{PASSWORD}\n", "The right member is not limited to areas"),
        (("--role", "manager", "--area", "moon"), f"{PASSWORD}\n", "There is no area 'moon'"),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_with_the_reason(
    options: tuple[str, ...], typed: str, words: str, claimed: Say
) -> None:
    before = Head.objects.get().size
    done = claimed(*ADD, *options, typed=typed)
    assert done.returncode == 2
    assert words in done.stderr
    assert (Head.objects.get().size, User.objects.count()) == (before, 1)


def test_before_the_first_run_nobody_is_added_around_it(said: Say) -> None:
    done = said(*ADD, "--role", "owner", typed=f"{PASSWORD}\n")
    assert done.returncode == 2
    assert "claim it in the browser first" in done.stderr


# The record


def test_a_sound_record_verifies(assessed: tuple[Path, dict[str, Any], datetime]) -> None:
    done = duecare("ledger", "verify", "--live", home=assessed[0])
    assert done.returncode == 0, done.stdout
    assert f"{size(assessed[0]):,} entries, root" in done.stdout
    assert "live records compared with a replay" in done.stdout
    assert "No fault found" in done.stdout


def test_one_changed_byte_is_found_and_the_entry_named(own: Path) -> None:
    with closing(sqlite3.connect(own / "duecare.db")) as database:
        triggers = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'"
        ).fetchall()
        for name, _ in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        index, leaf = database.execute('SELECT "index", leaf FROM ledger_entry WHERE "index" = 7').fetchone()
        changed = bytes(leaf[:-10]) + bytes([leaf[-10] ^ 1]) + bytes(leaf[-9:])
        database.execute('UPDATE ledger_entry SET leaf = ? WHERE "index" = 7', [changed])
        for _, sql in triggers:
            database.execute(sql)
        database.commit()
    assert len(triggers) > 0
    assert sum(a != b for a, b in zip(leaf, changed, strict=True)) == 1
    done = duecare("ledger", "verify", home=own)
    assert done.returncode == 1
    assert re.search(rf"FAULT .*entry {index}\b", done.stdout)
    assert "Keep this database as evidence; see docs/operations.md" in done.stdout


def test_a_missing_trigger_stops_every_command_that_writes(own: Path) -> None:
    with closing(sqlite3.connect(own / "duecare.db")) as database:
        database.execute("DROP TRIGGER duecare_payload_update")
        database.execute("DROP TRIGGER duecare_payload_rewrite")
    done = duecare("assess", "--no-collect", home=own)
    assert done.returncode == 1
    assert "duecare_payload_update" in done.stderr
    assert duecare("migrate", home=own).returncode == 0
    assert duecare("ledger", "verify", "--live", home=own).returncode == 0


def test_a_proof_names_its_entry_and_holds_for_the_signed_tree(own: Path) -> None:
    done = duecare("ledger", "prove", 3, home=own)
    assert done.returncode == 0, done.stderr
    proof = json.loads(done.stdout)
    assert (proof["format"], proof["index"]) == ("duecare-proof/1", 3)


def test_there_is_no_proof_of_an_entry_that_is_not_there(said: Say) -> None:
    missing = said("ledger", "prove", 999_999)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "there is no entry 999999" in missing.stderr


def test_an_export_checks_with_the_verifier_against_a_held_checkpoint(own: Path, tmp_path: Path) -> None:
    signed = duecare("ledger", "checkpoint", home=own)
    assert signed.returncode == 0, signed.stderr
    held = tmp_path / "held.txt"
    held.write_text(signed.stdout)
    key = re.search(r"Verifier key: (\S+)", signed.stderr)
    assert key
    archive = tmp_path / "record.zip"
    done = duecare("ledger", "export", archive, home=own)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert key[1] in done.stderr

    def verify(file: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(VERIFY), str(file), "--key", key[1], "--held", str(held)], capture_output=True, text=True
        )

    assert verify(archive).returncode == 0, verify(archive).stdout
    data = bytearray(archive.read_bytes())
    data[len(data) // 3] ^= 1
    broken = tmp_path / "broken.zip"
    broken.write_bytes(data)
    assert verify(broken).returncode != 0


def test_an_export_can_disclose_one_kind_only(own: Path, tmp_path: Path) -> None:
    archive = tmp_path / "part.zip"
    assert duecare("ledger", "export", archive, "--only", "program.assessment", home=own).returncode == 0
    with zipfile.ZipFile(archive) as opened:
        lines = opened.read("openings/000").decode().splitlines()
    states = {line.split("\t")[1] for line in lines}
    assert states == {"disclosed", "withheld"}
    assert not any("systems.host" in line for line in lines)


def test_an_export_to_nowhere_is_refused(said: Say, tmp_path: Path) -> None:
    nowhere = said("ledger", "export", tmp_path / "no" / "such" / "x.zip")
    assert nowhere.returncode == 2
    assert "cannot be written" in nowhere.stderr


def test_the_record_can_be_rebuilt_from_the_ledger_alone(own: Path, tmp_path: Path) -> None:
    done = duecare("ledger", "rebuild", "--into", tmp_path / "rebuilt", home=own)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every record equals its live row, field for field." in done.stdout
    assert (tmp_path / "rebuilt" / "duecare.db").exists()


# Serving


def test_a_port_that_is_taken_is_told_and_nothing_is_left_running(own: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = duecare("start", "--port", taken.getsockname()[1], home=own)
    assert done.returncode == 2
    assert "Choose another with --port" in done.stderr
    still = [place for place in Path("/proc").glob("[0-9]*/environ") if _belongs_to(place, own)]
    assert still == []


def _belongs_to(place: Path, home: Path) -> bool:
    try:
        return f"DUECARE_HOME={home}\0".encode() in place.read_bytes()
    except OSError:
        return False
