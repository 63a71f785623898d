"""A real sshd on this machine alone, for tests of the deployer, and the hosts of orders that lead to it."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from duecare.patching.deployer.playing import Account, play
from duecare.patching.runs.orders import Host, Package
from duecare.reaching.known import fingerprint
from tests.patching.runs.deploying import Workshop, host, order, window

PACKAGE = "duecare-test-lamp"
SSHD = "/usr/sbin/sshd"


def run(*words: str | Path, **more: Any) -> str:
    """What a command said. It has to end well."""
    done = subprocess.run(words, check=False, capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


@dataclass(frozen=True, slots=True)
class Sshd:
    """A server of SSH."""

    port: int
    host_key: str
    """The public key's line."""
    process: int


@contextmanager
def sshd(
    base: Path,
    authorized: str,
    environment: Mapping[str, str],
    within: Sequence[str | Path] = (),
    settings: str = "",
) -> Iterator[Sshd]:
    """A server that lets in who has this key, with these variables; started by `within`, if that is given.

    `settings` are lines that count before its others.
    """
    base.mkdir(mode=0o700)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", base / "host")
    (base / "authorized").write_text(authorized)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    variables = " ".join(f"{name}={value}" for name, value in environment.items())
    first, match, rest = settings.partition("Match ")
    (base / "sshd_config").write_text(
        f"{first}Port {port}\nListenAddress 127.0.0.1\nHostKey {base}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {base}/authorized\nPasswordAuthentication no\nStrictModes no\n"
        "PermitRootLogin prohibit-password\n" + (f"SetEnv {variables}\n" if variables else "") + match + rest
    )
    with (base / "log").open("w") as log:
        server = subprocess.Popen(
            [*within, SSHD, "-D", "-e", "-f", base / "sshd_config"], stderr=log, stdout=log
        )
        try:
            for _attempt in range(600):
                assert server.poll() is None, (base / "log").read_text()
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield Sshd(port, (base / "host.pub").read_text(), server.pid)
        finally:
            server.terminate()
            server.wait(10)


def here(server: Sshd, version: str, **changes: Any) -> Host:
    """The host of an order that is this server, on which our package gets this version."""
    told = {
        "address": "127.0.0.1",
        "port": server.port,
        "host_key": fingerprint(server.host_key.split()[1]),
        "packages": (Package(PACKAGE, "1.0-1", version),),
    }
    return host(**(told | changes))


def install(shop: Workshop, one: Host, **changes: Any) -> list[dict[str, Any]]:
    """Have an order for this host signed and carried out with ansible; what the server reads of it."""
    times = {"not_before": shop.now - timedelta(hours=1), "not_after": shop.now + timedelta(hours=1)}
    shop.hand_over(order(one, window=window(**times), **changes))
    user = pwd.getpwuid(os.geteuid()).pw_name

    def real(of: Any, keys: Any, place: Any, work: Path, account: Account) -> Any:
        return play(of, keys, place, work, Account(user, False), 300)

    shop.deployer(play=real).pass_once()
    return shop.lines()


def ansible_said(shop: Workshop) -> str:
    """ansible's own words, for whoever reads a test that failed."""
    return "\n".join(file.read_text() for file in shop.place.runs.glob("*/batch-*/log"))
