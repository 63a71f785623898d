"""The deployer with apk, by a RECORDING: no apk runs here, but a script that answers as apk-tools 2.14 does.

sshd and ansible are real. What the script prints has the form of `apk list`, and whatever else is asked of it
fails, so these tests show which commands the deployer gives, and no more than that of apk itself.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from duecare.patching.deployer.playing import RESTART_UNKNOWN
from duecare.patching.runs.orders import Manager, Package
from duecare.reaching.known import learn
from tests.patching.runs.deploying import Workshop
from tests.patching.runs.deploying_ssh import PACKAGE, SSHD, Sshd, ansible_said, here, install, run, sshd

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("ansible-playbook", "ssh-keygen")))
    or not Path(SSHD).exists()
    or os.geteuid() != 0,
    reason="needs root, openssh-server and ansible-core",
)
RECORDING = f"""\
#!/bin/sh
# A recording of apk for tests of Duecare, not apk.
cd "$RECORDED" || exit 9
echo "$*" >> asked
had=$(cat installed) offered=$(cat offered)
case "$*" in
"--wait 120 update") echo "OK: 24167 distinct packages available" ;;
"list --installed {PACKAGE}")
    echo "{PACKAGE}-$had noarch {{{PACKAGE}}} (none) [installed]" ;;
"list --upgradable {PACKAGE}")
    test "$had" = "$offered" ||
    echo "{PACKAGE}-$offered noarch {{{PACKAGE}}} (none) [upgradable from: {PACKAGE}-$had]" ;;
"--wait 120 upgrade --no-self-upgrade {PACKAGE}")
    echo "(1/1) Upgrading {PACKAGE} ($had -> $offered)"
    echo "OK: 9 MiB in 17 packages"
    cp offered installed ;;
*) echo "ERROR: not recorded: $*" >&2; exit 1 ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A computer whose apk is the recording."""

    server: Sshd
    place: Path

    def asked(self) -> list[str]:
        return (self.place / "asked").read_text().splitlines()


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path, datetime.now(UTC))
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", made.place.ssh_key)
    return made


@pytest.fixture
def computer(tmp_path: Path, shop: Workshop) -> Iterator[Recorded]:
    place = tmp_path / "apk"
    place.mkdir()
    (place / "apk").write_text(RECORDING)
    (place / "apk").chmod(0o755)
    (place / "installed").write_text("1.0-r0\n")
    key = shop.place.ssh_key.with_suffix(".pub").read_text()
    with sshd(tmp_path / "sshd", key, {"PATH": f"{place}:/usr/bin:/bin", "RECORDED": str(place)}) as made:
        learn(shop.place, "127.0.0.1", made.port, made.host_key)
        yield Recorded(made, place)


@pytest.mark.parametrize(
    ("offered", "upgrades"),
    [("1.0-r1", True), ("1.0-r2", False)],  # the other is newer than what was signed
)
def test_apk_installs_what_two_people_signed_and_nothing_else(
    computer: Recorded, shop: Workshop, offered: str, upgrades: bool
) -> None:
    (computer.place / "offered").write_text(f"{offered}\n")
    wanted = (Package(PACKAGE, "1.0-r0", "1.0-r1"),)
    lines = install(shop, here(computer.server, "", manager=Manager.APK, packages=wanted))
    told = lines[2]["words"] + ansible_said(shop)
    assert lines[2]["outcome"] == ("installed" if upgrades else "failed"), told
    assert any("upgrade" in one.split() for one in computer.asked()) is upgrades
    if upgrades:
        assert lines[2]["versions"] == {PACKAGE: "1.0-r1"}
        assert (lines[2]["restart"], lines[2]["words"]) == (False, RESTART_UNKNOWN)
    else:
        assert f"{PACKAGE}-1.0-r1" in lines[2]["words"]
