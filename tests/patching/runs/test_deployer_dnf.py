"""The deployer with a real dnf and rpm: two versions of a package of ours in a local repository.

dnf works in mounts of its own, which nobody else on this machine sees and which go with the test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from duecare.patching.deployer.playing import RESTART_UNKNOWN
from duecare.patching.runs.orders import Manager
from duecare.reaching.known import learn
from tests.patching.runs.deploying import Workshop
from tests.patching.runs.deploying_ssh import PACKAGE, SSHD, Sshd, ansible_said, here, install, run, sshd

pytestmark = [
    pytest.mark.skipif(
        not all(map(shutil.which, ("ansible-playbook", "ssh-keygen", "dnf", "rpmbuild", "createrepo_c")))
        or not Path(SSHD).exists()
        or os.geteuid() != 0,
        reason="needs root, openssh-server, ansible-core, dnf, rpm and createrepo-c",
    ),
    pytest.mark.skipif(
        subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0,
        reason="this machine lets nobody have mounts of their own",
    ),
]
OWN = ("/opt", "/etc/dnf", "/etc/yum.repos.d", "/var/cache/dnf", "/var/lib/dnf", "/var/log")
"""Where dnf and our package write; each gets an empty place of its own."""
BEGIN = """\
set -e
umask 022
for place in $OWN "$(rpm --eval '%{_dbpath}')"; do mkdir -p "$place"; mount -t tmpfs none "$place"; done
printf '[main]\\ngpgcheck=0\\nplugins=0\\n' > /etc/dnf/dnf.conf
printf '[clinic]\\nname=clinic\\nbaseurl=file://%s\\ngpgcheck=0\\nmetadata_expire=0\\n' "$REPOSITORY" \
  > /etc/yum.repos.d/clinic.repo
rpm --initdb
dnf -q -y install "$PACKAGE-1.0-1"
exec "$@"
"""


def build(directory: Path, release: int) -> Path:
    """A package of ours in this release."""
    spec = directory / f"lamp-{release}.spec"
    spec.write_text(
        f"Name: {PACKAGE}\nVersion: 1.0\nRelease: {release}\nSummary: its version\nLicense: none\n"
        f"BuildArch: noarch\n%description\nNothing but its version.\n%install\n"
        f"mkdir -p %{{buildroot}}/opt/{PACKAGE}\necho 1.0-{release} > %{{buildroot}}/opt/{PACKAGE}/version\n"
        f"%files\n/opt/{PACKAGE}\n"
    )
    run("rpmbuild", "--quiet", "--define", f"_topdir {directory}/build", "-bb", spec)
    return next((directory / "build/RPMS").rglob(f"{PACKAGE}-1.0-{release}.noarch.rpm"))


@dataclass(frozen=True, slots=True)
class Computer:
    """A computer with dnf of its own."""

    server: Sshd

    def said(self, *words: str) -> str:
        """What a command says that is run on it."""
        return run("nsenter", "--target", str(self.server.process), "--mount", *words)

    def version(self) -> str:
        return self.said("rpm", "--query", "--queryformat", "%{VERSION}-%{RELEASE}", PACKAGE)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path, datetime.now(UTC))
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", made.place.ssh_key)
    return made


@pytest.fixture
def computer(tmp_path: Path, shop: Workshop) -> Iterator[Computer]:
    repository = tmp_path / "repository"
    repository.mkdir()
    for release in (1, 2):
        shutil.copy(build(tmp_path, release), repository)
    run("createrepo_c", "--quiet", repository)
    (tmp_path / "begin").write_text(BEGIN)
    within = (
        "env", f"OWN={' '.join(OWN)}", f"REPOSITORY={repository}", f"PACKAGE={PACKAGE}",
        "unshare", "--mount", "sh", tmp_path / "begin",
    )  # fmt: skip
    key = shop.place.ssh_key.with_suffix(".pub").read_text()
    with sshd(tmp_path / "sshd", key, {}, within) as made:
        yield Computer(made)


def test_dnf_installs_what_two_people_signed(computer: Computer, shop: Workshop) -> None:
    assert computer.version() == "1.0-1"
    learn(shop.place, "127.0.0.1", computer.server.port, computer.server.host_key)
    lines = install(shop, here(computer.server, "1.0-2", manager=Manager.DNF))
    assert lines[2]["outcome"] == "installed", lines[2]["words"] + ansible_said(shop)
    assert lines[2]["versions"] == {PACKAGE: "0:1.0-2"}
    assert lines[2]["words"] == ("" if shutil.which("needs-restarting") else RESTART_UNKNOWN)
    assert computer.version() == "1.0-2"
    assert computer.said("cat", f"/opt/{PACKAGE}/version") == "1.0-2\n"


def test_dnf_installs_no_version_that_is_not_on_offer(computer: Computer, shop: Workshop) -> None:
    learn(shop.place, "127.0.0.1", computer.server.port, computer.server.host_key)
    lines = install(shop, here(computer.server, "1.0-9", manager=Manager.DNF))
    assert lines[2]["outcome"] == "failed", lines
    assert computer.version() == "1.0-1"


def test_dnf_installs_nothing_that_was_not_installed_before(computer: Computer, shop: Workshop) -> None:
    computer.said("rpm", "--erase", PACKAGE)
    learn(shop.place, "127.0.0.1", computer.server.port, computer.server.host_key)
    lines = install(shop, here(computer.server, "1.0-2", manager=Manager.DNF))
    assert lines[2]["outcome"] == "failed", lines
    assert computer.said("sh", "-c", f"rpm --query {PACKAGE} || true").endswith("is not installed\n")
