"""The deployer for real: two signatures, ansible as a process, sshd, apt, two versions of a package of ours.

apt and dpkg work in a root of their own, so that this machine's packages stay as they are.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from duecare.patching.versions import compare
from duecare.reaching.known import fingerprint, learn
from tests.patching.runs.deploying import Workshop
from tests.patching.runs.deploying_ssh import PACKAGE, SSHD, Sshd, ansible_said, here, install, run, sshd

needs_services = pytest.mark.skipif(
    not all(map(shutil.which, ("ansible-playbook", "ssh", "ssh-keygen", "dpkg-deb", "apt-get")))
    or not Path(SSHD).exists()
    or not Path("/usr/lib/python3/dist-packages/apt").exists()
    or os.geteuid() != 0,
    reason="needs root, openssh-server, ansible-core and python3-apt",
)
pytestmark = needs_services


def build(directory: Path, version: str) -> Path:
    """A package of ours in this version."""
    tree = directory / f"tree-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "usr/share" / PACKAGE).mkdir(parents=True)
    (tree / "usr/share" / PACKAGE / "version").write_text(f"{version}\n")
    (tree / "DEBIAN/control").write_text(
        f"Package: {PACKAGE}\nVersion: {version}\nArchitecture: all\nMaintainer: Test <test@clinic.example>\n"
        "Description: nothing but its version\n"
    )
    for one in (tree, *tree.rglob("*")):
        one.chmod(0o755 if one.is_dir() else 0o644)
    made = directory / f"{PACKAGE}_{version}_all.deb"
    run("dpkg-deb", "--root-owner-group", "--build", tree, made)
    return made


@dataclass(frozen=True, slots=True)
class Root:
    """A root of apt's and dpkg's own, and the repository that it looks into."""

    path: Path
    repository: Path
    configuration: Path

    def publish(self, *packages: Path) -> None:
        """Let the repository offer these."""
        stanzas = []
        for one in packages:
            shutil.copy(one, self.repository)
            control = run("dpkg-deb", "--field", one)
            data = one.read_bytes()
            stanzas.append(
                f"{control}Filename: ./{one.name}\nSize: {len(data)}\n"
                f"SHA256: {hashlib.sha256(data).hexdigest()}\n"
            )
        index = "\n".join(stanzas).encode()
        (self.repository / "Packages").write_bytes(index)
        (self.repository / "Packages.gz").write_bytes(gzip.compress(index))
        sums = "".join(
            f" {hashlib.sha256((self.repository / name).read_bytes()).hexdigest()} "
            f"{(self.repository / name).stat().st_size} {name}\n"
            for name in ("Packages", "Packages.gz")
        )
        (self.repository / "Release").write_text(
            "Origin: Clinic\nLabel: Clinic\nSuite: clinic-security\nCodename: clinic-security\n"
            f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}\nSHA256:\n{sums}"
        )

    def version(self) -> str:
        return run("dpkg-query", f"--admindir={self.path}/var/lib/dpkg", "-W", "-f", "${Version}", PACKAGE)

    def report(self) -> dict[str, Any]:
        """What the collector tells of it."""
        told: dict[str, Any] = json.loads(
            run(sys.executable, "-m", "duecare.systems.collector", "--root", self.path)
        )
        return told


@pytest.fixture
def root(tmp_path: Path) -> Root:
    path, repository, configuration = tmp_path / "root", tmp_path / "repository", tmp_path / "apt.conf"
    for directory in (
        "etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/sources.list.d", "etc/apt/trusted.gpg.d",
        "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/lib/dpkg/info",
        "var/lib/dpkg/updates", "var/log/apt", "run",
    ):  # fmt: skip
        (path / directory).mkdir(parents=True)
    repository.mkdir()
    (path / "var/lib/dpkg/status").touch()
    (path / "var/lib/dpkg/arch-native").write_text(run("dpkg", "--print-architecture"))
    (path / "etc/os-release").write_text('ID=debian\nPRETTY_NAME="Debian"\nVERSION_ID="12"\n')
    (path / "etc/machine-id").write_text("0" * 31 + "7\n")
    (path / "etc/apt/sources.list").write_text(f"deb [trusted=yes] file:{repository} ./\n")
    configuration.write_text(
        f'Dir "{path}";\nDir::State::status "{path}/var/lib/dpkg/status";\n'
        f'Dir::Bin::dpkg "/usr/bin/dpkg";\n'
        f'DPkg::Options {{ "--root={path}"; "--log={path}/var/log/dpkg.log"; '
        '"--force-not-root"; };\nAPT::Sandbox::User "root";\n'
        'APT::Get::Assume-Yes "true";\nDir::Etc::parts "none";\n'
    )
    # One that tells apt and python3-apt where their root is: both read it wherever it is named.
    return Root(path, repository, configuration)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path, datetime.now(UTC))
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", made.place.ssh_key)
    return made


@pytest.fixture
def server(tmp_path: Path, root: Root, shop: Workshop) -> Iterator[Sshd]:
    key = shop.place.ssh_key.with_suffix(".pub").read_text()
    variables = {"APT_CONFIG": str(root.configuration), "DPKG_ADMINDIR": f"{root.path}/var/lib/dpkg"}
    with sshd(tmp_path / "sshd", key, variables) as made:
        yield made


def prepare(root: Root, directory: Path) -> None:
    """A computer that has the old version of the package and hears of the new one."""
    old, new = build(directory, "1.0-1"), build(directory, "1.0-2")
    environment = os.environ | {"APT_CONFIG": str(root.configuration)}
    root.publish(old)
    run("apt-get", "update", env=environment)
    run("apt-get", "install", PACKAGE, env=environment)
    root.publish(old, new)
    run("apt-get", "update", env=environment)


class TestApt:
    def test_what_two_people_signed_is_installed_and_the_next_report_shows_it(
        self, root: Root, server: Sshd, shop: Workshop, tmp_path: Path
    ) -> None:
        prepare(root, tmp_path)
        (waits,) = root.report()["facts"]["updates"]["items"]
        assert (waits["name"], waits["installed"], waits["offered"]) == (PACKAGE, "1.0-1", "1.0-2")

        learn(shop.place, "127.0.0.1", server.port, server.host_key)
        lines = install(shop, here(server, "1.0-2"))

        assert [line["what"] for line in lines] == ["accepted", "begun", "host", "over"], ansible_said(shop)
        assert lines[2]["outcome"] == "installed", lines[2]["words"] + ansible_said(shop)
        assert lines[2]["versions"] == {PACKAGE: "1.0-2"}
        assert lines[3]["words"] == ""
        assert root.version() == "1.0-2"
        assert (root.path / "usr/share" / PACKAGE / "version").read_text() == "1.0-2\n"
        after = root.report()["facts"]
        (package,) = after["packages"]["items"]
        assert compare("deb", package["version"], "1.0-2") == 0
        assert after["updates"]["items"] == []

    def test_a_version_that_is_not_on_offer_fails_and_changes_nothing(
        self, root: Root, server: Sshd, shop: Workshop, tmp_path: Path
    ) -> None:
        prepare(root, tmp_path)
        learn(shop.place, "127.0.0.1", server.port, server.host_key)
        lines = install(shop, here(server, "1.0-9"))
        assert lines[2]["outcome"] == "failed"
        assert "1.0-9" in lines[2]["words"]
        assert lines[3]["words"] == "stopped: 1 of the 1 hosts of ring 1 failed"
        assert root.version() == "1.0-1"

    def test_a_held_package_fails_and_stays(
        self, root: Root, server: Sshd, shop: Workshop, tmp_path: Path
    ) -> None:
        prepare(root, tmp_path)
        run("dpkg", f"--admindir={root.path}/var/lib/dpkg", "--set-selections", input=f"{PACKAGE} hold\n")
        learn(shop.place, "127.0.0.1", server.port, server.host_key)
        lines = install(shop, here(server, "1.0-2"))
        assert lines[2]["outcome"] == "failed", ansible_said(shop)
        assert root.version() == "1.0-1"

    def test_a_host_that_shows_another_key_is_not_connected_to(
        self, root: Root, server: Sshd, shop: Workshop, tmp_path: Path
    ) -> None:
        prepare(root, tmp_path)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other")
        other = (tmp_path / "other.pub").read_text()
        learn(shop.place, "127.0.0.1", server.port, other)
        lines = install(shop, here(server, "1.0-2", host_key=fingerprint(other.split()[1])))
        assert lines[2]["outcome"] == "unreachable", lines
        assert "host key has just been changed" in lines[2]["words"]
        assert root.version() == "1.0-1"
