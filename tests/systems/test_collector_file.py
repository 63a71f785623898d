"""The collector as a file that is carried about and run: what it needs, what it may touch, what it writes."""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from duecare.cli import app
from duecare.errors import BadInput
from duecare.systems import collector
from duecare.systems.collector import RealMachine, collect
from duecare.systems.collector import report as report_module
from duecare.systems.portable import one_file, write_one_file
from duecare.systems.reports import read_report
from tests.systems.trees import Tree, alpine, debian, rhel

PACKAGE = Path(collector.__file__).parent


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collector as the one file that is carried about."""
    path = tmp_path_factory.mktemp("copy") / "duecare-collect.pyz"
    write_one_file(path)
    return path


def run(copy: Path, *arguments: object, python: str = sys.executable) -> subprocess.CompletedProcess[bytes]:
    """The file, run as somebody would who was given it: alone, with nothing of ours on the path."""
    command = [python, "-I", str(copy), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, cwd=copy.parent)


def pythons() -> list[str]:
    """This Python, and each of another version that pyenv keeps here, the oldest that serves first."""
    place = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    others = [
        (tuple(map(int, path.name.split("."))), str(path / "bin" / "python3"))
        for path in place.glob("3.*.*")
        if path.name.replace(".", "").isdigit() and (path / "bin" / "python3").exists()
    ]
    return [sys.executable, *(python for version, python in sorted(others) if version >= (3, 8))]


def sources(copy: Path) -> Iterator[tuple[str, ast.Module]]:
    """Each module in the file, parsed as Python 3.8 does."""
    with zipfile.ZipFile(copy) as archive:
        for name in archive.namelist():
            yield name, ast.parse(archive.read(name), feature_version=(3, 8))


def test_it_is_written_in_the_python_of_2019_and_needs_only_the_standard_library(copy: Path) -> None:
    for name, tree in sources(copy):
        imported = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                assert node.level <= name.count("/"), f"{name} imports from outside the package"
                if node.level == 0:
                    imported.add((node.module or "").partition(".")[0])
        own = {"duecare_collect"} if name == "__main__.py" else {"compression"}  # a library of 3.14 on
        assert imported - own <= sys.stdlib_module_names, name


def test_one_module_alone_opens_the_network_and_none_a_shell(copy: Path) -> None:
    for name, tree in sources(copy):
        imported = {
            a.name.partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names
        }
        if name != "duecare_collect/pushing.py":
            assert not imported & {"socket", "urllib", "http", "ssl", "ftplib", "smtplib"}, name
        words = [k.arg for n in ast.walk(tree) if isinstance(n, ast.Call) for k in n.keywords]
        assert "shell" not in words, name


def test_what_opens_the_network_is_not_even_loaded_to_write_a_report(copy: Path, tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(copy)!r}); from duecare_collect.command import main;"
        f"main(['--root', {str(tmp_path)!r}, '--out', {str(tmp_path / 'out')!r}]);"
        "assert not set(sys.modules) & {'duecare_collect.pushing', 'ssl', 'http.client'}"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_one_file_holds_the_collector_whole_and_nothing_else(copy: Path) -> None:
    with zipfile.ZipFile(copy) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name != "__main__.py"}
    own = {f"duecare_collect/{p.relative_to(PACKAGE).as_posix()}": p for p in PACKAGE.rglob("*.py")}
    assert held == {name: path.read_bytes() for name, path in own.items()}


def test_the_one_file_has_the_same_bytes_whenever_it_is_written() -> None:
    first = one_file()
    (PACKAGE / "report.py").touch()
    assert one_file() == first
    names = zipfile.ZipFile(io.BytesIO(first)).namelist()
    assert names == sorted(names)


def test_the_terminal_writes_the_one_file_and_says_how_to_run_it(tmp_path: Path) -> None:
    path = tmp_path / "carried.pyz"
    done = CliRunner().invoke(app, ["collect", "--write-copy", str(path)])
    assert done.exit_code == 0
    assert "python3 carried.pyz" in done.stderr
    assert path.read_bytes() == one_file()
    assert path.stat().st_mode & 0o111 == 0o111


def test_a_copy_that_cannot_be_written_is_an_error_that_names_the_place(tmp_path: Path) -> None:
    missing = tmp_path / "no" / "copy.pyz"
    with pytest.raises(BadInput, match="could not be written there: No such file") as caught:
        write_one_file(missing)
    assert str(missing) in str(caught.value)


@pytest.mark.parametrize("python", pythons())
def test_every_python_from_3_8_on_reports_the_same_of_a_mounted_tree(
    python: str, copy: Path, tmp_path: Path
) -> None:
    root = rhel().write(tmp_path)
    done, here = run(copy, "--root", root, python=python), run(copy, "--root", root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["facts"] == json.loads(here.stdout)["facts"]


def test_it_runs_as_a_module_too() -> None:
    command = [sys.executable, "-m", "duecare.systems.collector", "--version"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.stdout.startswith(b"duecare-collect ")


def test_help_says_what_it_does_and_does_not_do(copy: Path) -> None:
    done = run(copy, "--help")
    assert done.returncode == 0
    text = b" ".join(done.stdout.split()).decode()
    assert "changes nothing, sends nothing and takes up no secret" in text
    assert "--root DIR" in text and "--out FILE" in text and "--state FILE" in text  # noqa: PT018


def test_it_reports_this_machine_within_five_seconds_in_the_format(copy: Path) -> None:
    done = run(copy)
    assert done.returncode == 0, done.stderr
    report = read_report(done.stdout, datetime.now(UTC))
    assert report.live
    assert json.loads(done.stdout)["collector"]["took_ms"] < 5000


@pytest.mark.parametrize("build", [debian, rhel, alpine])
def test_a_tree_on_disk_gives_what_the_same_tree_gives_in_memory(
    build: type[Tree], copy: Path, tmp_path: Path
) -> None:
    tree: Tree = build()
    done = run(copy, "--root", tree.write(tmp_path))
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


def test_out_and_state_are_for_their_owner_alone_and_replaced_at_once(copy: Path, tmp_path: Path) -> None:
    tree = debian().change("/var/lib/dpkg/status", "Version: 3.5.4-1~deb13u1", "Version: 3.5.1-1")
    root, out, state = tree.write(tmp_path / "root"), tmp_path / "report", tmp_path / "state"
    out.write_text("before")
    assert run(copy, "--root", root, "--out", out, "--state", state).returncode == 0
    first = json.loads(state.read_text())["first_sights"]
    assert first
    for path in (out, state):
        assert path.stat().st_mode & 0o777 == 0o600
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert run(copy, "--root", root, "--out", out, "--state", state).returncode == 0
    assert json.loads(state.read_text())["first_sights"] == first


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": "duecare-collect-state/1", "first_sights": [1]}', "[" * 99999]
)
def test_a_state_file_that_is_none_is_refused_and_kept(content: str, copy: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text(content)
    done = run(copy, "--root", tmp_path, "--state", state)
    assert done.returncode == 2
    assert str(state) in done.stderr.decode()
    assert state.read_text() == content


def test_a_root_that_is_no_directory_is_refused_in_words(copy: Path, tmp_path: Path) -> None:
    done = run(copy, "--root", tmp_path / "missing")
    assert done.returncode == 2
    assert b"not a directory" in done.stderr


def test_an_out_that_cannot_be_written_is_said_and_leaves_nothing(copy: Path, tmp_path: Path) -> None:
    done = run(copy, "--root", tmp_path, "--out", tmp_path / "no" / "such" / "place")
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
        for section in report_module.SECTIONS
    )
    monkeypatch.setattr(report_module, "SECTIONS", sections)
    facts = debian().report()["facts"]
    assert facts["sudo"]["state"] == "unreadable"
    assert facts["sudo"]["problems"] == [
        {"what": "broken", "reason": "ZeroDivisionError: a fault of the collector"}
    ]
    assert facts["sudo"]["rules"] is None
    assert {**facts, "sudo": None} == {**whole, "sudo": None}
