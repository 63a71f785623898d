"""The configuration of automatic updates: the collector reads what we write as turned on, as it says."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from duecare.patching.automatic import Family, automatic_updates
from tests.systems.tree import Tree
from tests.systems.trees import debian, rhel, ubuntu


def section(tree: Tree, family: Family, *, everything: bool) -> dict[str, Any]:
    """What the collector tells of a computer that has our files."""
    for file in automatic_updates(family, everything=everything).files:
        tree = tree.file(file.path, file.text)
    told: dict[str, Any] = tree.report(tree.now)["facts"]["automatic_updates"]
    return told


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("computer", [debian, ubuntu])
def test_apt_installs_what_was_chosen_also_beside_the_file_of_the_package(
    computer: Any, everything: bool
) -> None:
    tree = computer().file("/etc/apt/apt.conf.d/20auto-upgrades", 'APT::Periodic::Unattended-Upgrade "0";')
    told = section(tree, Family.DEBIAN, everything=everything)
    assert (told["mechanism"], told["enabled"], told["installs"]) == ("unattended-upgrades", True, True)
    assert told["scope"] == ("all" if everything else "security")


@pytest.mark.parametrize("everything", [False, True])
def test_dnf_installs_what_was_chosen(everything: bool) -> None:
    told = section(rhel(), Family.RHEL, everything=everything)
    assert (told["mechanism"], told["enabled"], told["installs"]) == ("dnf-automatic", True, True)
    assert told["scope"] == ("all" if everything else "security")


def test_apt_itself_reads_it_so(tmp_path: Any) -> None:
    parts = tmp_path / "apt.conf.d"
    parts.mkdir()
    (parts / "50unattended-upgrades").write_text('Unattended-Upgrade::Origins-Pattern { "origin=Other"; };\n')
    for file in automatic_updates(Family.DEBIAN, everything=False).files:
        (parts / file.path.rpartition("/")[2]).write_text(file.text)
    (tmp_path / "apt.conf").write_text(f'Dir::Etc::parts "{parts}";\nDir::Etc::main "none";\n')
    done = subprocess.run(
        ["apt-config", "dump", "Unattended-Upgrade::Origins-Pattern"],
        capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "APT_CONFIG": str(tmp_path / "apt.conf")},
    )  # fmt: skip
    assert "origin=Other" not in done.stdout
    assert done.stdout.count("-security") == 2


def test_the_command_prints_every_file_under_its_path() -> None:
    words = [sys.executable, "-m", "duecare.cli", "patching", "automatic", "--for"]
    done = subprocess.run([*words, "rhel", "--all"], capture_output=True, text=True, check=True)
    assert "── /etc/dnf/automatic.conf ──" in done.stdout
    assert "upgrade_type = default" in done.stdout
    wrong = subprocess.run([*words, "beos"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stderr.strip()) == (2, "duecare: --for takes debian or rhel, not 'beos'.")
