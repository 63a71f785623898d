"""The deployer for real: two signatures, ansible as a process, sshd, apt, two versions of a package of ours.

apt and dpkg work in a root of their own, so that this machine's packages stay as they are.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from duecare.patching.deployer.known import fingerprint, learn
from duecare.patching.deployer.playing import Account, play
from duecare.patching.orders import Host, Package
from duecare.patching.versions import compare
from tests.patching.deploying import Workshop, host, order, window

PACKAGE = "duecare-test-lamp"
SSHD = "/usr/sbin/sshd"
needs_services = pytest.mark.skipif(
    not all(map(shutil.which, ("ansible-playbook", "ssh", "ssh-keygen", "dpkg-deb", "apt-get")))
    or not Path(SSHD).exists()
    or not Path("/usr/lib/python3/dist-packages/apt_pkg.pyi").parent.joinpath("apt").exists()
    or os.geteuid() != 0,
    reason="needs root, openssh-server, ansible-core and python3-apt",
)
pytestmark = needs_services


def run(*words: str | Path, **more: Any) -> str:
    done = subprocess.run(words, check=False, capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


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


@dataclass(frozen=True, slots=True)
class Sshd:
    """A server of SSH on this machine alone."""

    port: int
    host_key: str
    """The public key's line."""


@contextmanager
def sshd(base: Path, root: Root, authorized: str) -> Iterator[Sshd]:
    base.mkdir(mode=0o700)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", base / "host")
    (base / "authorized").write_text(authorized)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    (base / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {base}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {base}/authorized\nPasswordAuthentication no\nStrictModes no\n"
        "PermitRootLogin prohibit-password\n"
        f"SetEnv APT_CONFIG={root.configuration} DPKG_ADMINDIR={root.path}/var/lib/dpkg\n"
    )
    with (base / "log").open("w") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", base / "sshd_config"], stderr=log)
        try:
            for _attempt in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield Sshd(port, (base / "host.pub").read_text())
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path, datetime.now(UTC))
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", made.place.ssh_key)
    return made


@pytest.fixture
def server(tmp_path: Path, root: Root, shop: Workshop) -> Iterator[Sshd]:
    with sshd(tmp_path / "sshd", root, shop.place.ssh_key.with_suffix(".pub").read_text()) as made:
        yield made


def here(server: Sshd, version: str, **changes: Any) -> Host:
    told = {
        "address": "127.0.0.1",
        "port": server.port,
        "host_key": fingerprint(server.host_key.split()[1]),
        "packages": (Package(PACKAGE, "1.0-1", version),),
    }
    return host(**(told | changes))


def install(shop: Workshop, one: Host, **changes: Any) -> list[dict[str, Any]]:
    """Have an order for this host signed and carried out; what the server reads of it."""
    times = {"not_before": shop.now - timedelta(hours=1), "not_after": shop.now + timedelta(hours=1)}
    shop.hand_over(order(one, window=window(**times), **changes))
    user = pwd.getpwuid(os.geteuid()).pw_name

    def real(of: Any, keys: Any, place: Any, work: Path, account: Account) -> Any:
        return play(of, keys, place, work, Account(user, False), 300)

    shop.deployer(play=real).pass_once()
    return shop.lines()


def ansible_said(shop: Workshop) -> str:
    return "\n".join(file.read_text() for file in shop.place.runs.glob("*/batch-*/log"))


class TestApt:
    def test_what_two_people_signed_is_installed_and_the_next_report_shows_it(
        self, root: Root, server: Sshd, shop: Workshop, tmp_path: Path
    ) -> None:
        old, new = build(tmp_path, "1.0-1"), build(tmp_path, "1.0-2")
        root.publish(old)
        environment = os.environ | {"APT_CONFIG": str(root.configuration)}
        run("apt-get", "update", env=environment)
        run("apt-get", "install", PACKAGE, env=environment)
        root.publish(old, new)
        run("apt-get", "update", env=environment)
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
