"""The collector as a file that is copied about and run: what it needs, what it may touch, what it writes."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from duecare.systems.collector import duecare_collect
from duecare.systems.collector.duecare_collect import RealMachine, collect
from duecare.systems.reports import read_report
from tests.systems.trees import Tree, alpine, debian, rhel

FILE = Path(duecare_collect.__file__)


def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    """The file, run as somebody would who copied it: alone, with nothing of ours on the path."""
    command = [sys.executable, "-I", str(FILE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


def test_it_is_written_in_the_python_of_2019_and_needs_only_the_standard_library() -> None:
    tree = ast.parse(FILE.read_text(), feature_version=(3, 8))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add((node.module or "").partition(".")[0])
    assert imported - {"compression"} <= sys.stdlib_module_names  # in the library from 3.14 on


def test_it_opens_no_network_and_no_shell() -> None:
    tree = ast.parse(FILE.read_text())
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert not imported & {"socket", "urllib", "http", "ssl", "ftplib", "smtplib"}
    shells = [k for n in ast.walk(tree) if isinstance(n, ast.Call) for k in n.keywords if k.arg == "shell"]
    assert not shells


def test_help_says_what_it_does_and_does_not_do() -> None:
    done = run("--help")
    assert done.returncode == 0
    text = b" ".join(done.stdout.split()).decode()
    assert "changes nothing, sends nothing and takes up no secret" in text
    assert "--root DIR" in text and "--out FILE" in text and "--state FILE" in text  # noqa: PT018


def test_it_reports_this_machine_within_five_seconds_in_the_format() -> None:
    done = run()
    assert done.returncode == 0, done.stderr
    report = read_report(done.stdout, datetime.now(UTC))
    assert report.live
    assert json.loads(done.stdout)["collector"]["took_ms"] < 5000


@pytest.mark.parametrize("build", [debian, rhel, alpine])
def test_a_tree_on_disk_gives_what_the_same_tree_gives_in_memory(build: type[Tree], tmp_path: Path) -> None:
    tree: Tree = build()
    done = run("--root", tree.write(tmp_path))
    assert done.returncode == 0, done.stderr
    found, expected = json.loads(done.stdout)["facts"], tree.mounted().report()["facts"]
    read_report(done.stdout, datetime.now(UTC))
    for name in (
        "os",
        "packages",
        "accounts",
        "password_policy",
        "sudo",
        "sshd",
        "authorized_keys",
        "backup",
    ):
        assert found[name] == expected[name], name


def test_out_and_state_are_for_their_owner_alone_and_replaced_at_once(tmp_path: Path) -> None:
    tree = debian().change("/var/lib/dpkg/status", "Version: 3.5.4-1~deb13u1", "Version: 3.5.1-1")
    root, out, state = tree.write(tmp_path / "root"), tmp_path / "report", tmp_path / "state"
    out.write_text("before")
    assert run("--root", root, "--out", out, "--state", state).returncode == 0
    first = json.loads(state.read_text())["first_sights"]
    assert first
    for path in (out, state):
        assert path.stat().st_mode & 0o777 == 0o600
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert run("--root", root, "--out", out, "--state", state).returncode == 0
    assert json.loads(state.read_text())["first_sights"] == first


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": "duecare-collect-state/1", "first_sights": [1]}', "[" * 99999]
)
def test_a_state_file_that_is_none_is_refused_and_kept(content: str, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text(content)
    done = run("--root", tmp_path, "--state", state)
    assert done.returncode == 2
    assert str(state) in done.stderr.decode()
    assert state.read_text() == content


def test_a_root_that_is_no_directory_is_refused_in_words(tmp_path: Path) -> None:
    done = run("--root", tmp_path / "missing")
    assert done.returncode == 2
    assert b"not a directory" in done.stderr


def test_an_out_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    done = run("--root", tmp_path, "--out", tmp_path / "no" / "such" / "place")
    assert done.returncode == 1
    assert b"could not be written" in done.stderr


# ── The door to the machine ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("outside")
    (tmp_path / "root" / "etc").mkdir(parents=True)
    (tmp_path / "root" / "etc" / "own").write_text("inside")
    return tmp_path


@pytest.mark.parametrize(
    "target",
    ["../../secret", "../../../../../../../../secret", "/../secret", "{top}/secret", "/etc/../../secret"],
)
def test_no_link_leads_out_of_a_mounted_tree(target: str, outside: Path) -> None:
    (outside / "root" / "etc" / "link").symlink_to(target.format(top=outside))
    (outside / "root" / "loose").symlink_to(outside)
    machine = RealMachine(str(outside / "root"))
    for path in ("/etc/link", "/loose/secret", "/etc/../../secret", "/../secret"):
        with pytest.raises(FileNotFoundError):
            machine.read(path)
        assert not machine.exists(path)
    with pytest.raises(FileNotFoundError):
        machine.listdir("/loose")


def test_links_within_a_mounted_tree_lead_where_its_own_computer_would_go(outside: Path) -> None:
    root = outside / "root"
    (root / "link").symlink_to("/etc/own")
    (root / "folder").symlink_to("etc")
    machine = RealMachine(str(root))
    assert machine.read("/link") == b"inside"
    assert machine.read("/folder/own") == b"inside"
    assert machine.readlink("/link") == "/etc/own"
    assert machine.listdir("/folder") == ["own"]


def test_a_circle_of_links_ends(outside: Path) -> None:
    (outside / "root" / "a").symlink_to("b")
    (outside / "root" / "b").symlink_to("a")
    with pytest.raises(OSError, match="too many links"):
        RealMachine(str(outside / "root")).read("/a")


def test_a_pipe_or_device_in_the_place_of_a_file_neither_hangs_nor_is_read(outside: Path) -> None:
    os.mkfifo(outside / "root" / "etc" / "passwd")
    with pytest.raises(OSError, match="not a regular file"):
        RealMachine().read("/dev/null")
    machine = RealMachine(str(outside / "root"))
    with pytest.raises(OSError, match="not a regular file"):
        machine.read("/etc/passwd")
    report = collect(machine, datetime.now(UTC))
    assert report["facts"]["accounts"]["state"] == "unreadable"


def test_a_file_over_the_limit_is_refused_and_not_cut(outside: Path) -> None:
    machine = RealMachine(str(outside / "root"))
    assert machine.read("/etc/own", 6) == b"inside"
    with pytest.raises(OSError, match="larger than 5 bytes"):
        machine.read("/etc/own", 5)


def test_a_mounted_tree_runs_no_command(outside: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RealMachine(str(outside / "root")).run(["uname", "-m"])


def test_a_command_gets_a_fixed_path_the_c_locale_and_no_shell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    impostor = tmp_path / "env"
    impostor.write_text("#!/bin/sh\necho impostor\n")
    impostor.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SECRET", "hunter2")
    code, printed = RealMachine().run(["env"])
    assert code == 0
    assert b"LC_ALL=C" in printed
    assert b"hunter2" not in printed and b"impostor" not in printed  # noqa: PT018
    assert RealMachine().run(["echo", "$HOME; ls"])[1] == b"$HOME; ls\n"


def test_a_command_that_does_not_end_is_ended_with_its_children() -> None:
    with pytest.raises(TimeoutError, match="no answer"):
        RealMachine().run(["sh", "-c", "sleep 30 & sleep 30"], timeout=0.3)


def test_a_command_that_prints_without_end_is_ended() -> None:
    with pytest.raises(OSError, match="prints more than 1000 bytes"):
        RealMachine().run(["yes"], limit=1000)


def test_a_section_that_fails_is_unreadable_with_the_reason_and_the_others_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = debian().report()["facts"]

    def broken(look: object) -> dict[str, object]:
        raise ZeroDivisionError("a fault of the collector")

    sections = tuple(
        section._replace(learn=broken) if section.name == "sudo" else section
        for section in duecare_collect.SECTIONS
    )
    monkeypatch.setattr(duecare_collect, "SECTIONS", sections)
    facts = debian().report()["facts"]
    assert facts["sudo"]["state"] == "unreadable"
    assert facts["sudo"]["problems"] == [
        {"what": "broken", "reason": "ZeroDivisionError: a fault of the collector"}
    ]
    assert facts["sudo"]["rules"] is None
    assert {**facts, "sudo": None} == {**whole, "sudo": None}
