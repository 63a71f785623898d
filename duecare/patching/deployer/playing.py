"""Runs ansible-core, as a process of its own, over a batch of hosts (ansible-playbook(1), ssh_config(5)).

What goes in are three files that are made here, in a private directory, of what was typed: an inventory, the
host keys, and a configuration that reads nothing else. What comes out is one file a host, as ansible's own
`tree` callback writes it. No shell is between, and nothing that is secret is an argument.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from duecare.errors import DuecareError, Refused
from duecare.home import write_private
from duecare.patching.deployer.journal import plain
from duecare.patching.deployer.known import line_for
from duecare.patching.deployer.own_files import Place
from duecare.patching.runs.orders import Host, Manager, Order

PROGRAM = "ansible-playbook"
SECONDS = 2 * 60 * 60
"""For a batch; then it is ended, and hosts that told nothing have failed."""
LOG_LIMIT = 1 << 20

INSTALLED, FAILED, UNREACHABLE = "installed", "failed", "unreachable"

_CONFIGURATION = """\
[defaults]
home = {work}/ansible
local_tmp = {work}/ansible/tmp
host_key_checking = True
retry_files_enabled = False
callbacks_enabled = ansible.builtin.tree
nocows = True
nocolor = True
timeout = 20
forks = 20
interpreter_python = /usr/bin/python3
gathering = explicit

[callback_tree]
directory = {work}/told

[inventory]
enable_plugins = yaml

[ssh_connection]
ssh_args = {ssh}
pipelining = True
retries = 1
"""
_SSH = {
    "BatchMode": "yes",
    "CheckHostIP": "no",
    "ClearAllForwardings": "yes",
    "ConnectTimeout": "20",
    "ForwardAgent": "no",
    "GlobalKnownHostsFile": "/dev/null",
    "IdentitiesOnly": "yes",
    "IdentityAgent": "none",
    "PasswordAuthentication": "no",
    "KbdInteractiveAuthentication": "no",
    "ServerAliveInterval": "30",
    "StrictHostKeyChecking": "yes",
    "UpdateHostKeys": "no",
}


@dataclass(frozen=True, slots=True)
class Account:
    """As whom the deployer signs in on hosts."""

    user: str
    become: bool
    """Whether it becomes root there through sudo."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one host."""

    outcome: str
    words: str
    versions: Mapping[str, str]
    """By package, as the host's own package manager named them afterwards."""
    restart: bool = False
    """Whether a restart still waits."""


def demand_ansible() -> str:
    """Where ansible-playbook is. Raises DuecareError if it is not installed."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise DuecareError(f"{PROGRAM} is not installed here.", "Install the package ansible-core.")
    return found


def play(
    order: Order, keys: Sequence[str], place: Place, work: Path, account: Account, seconds: float = SECONDS
) -> dict[str, Told]:
    """Install on these hosts; what came of each. `work` is a directory that does not exist yet."""
    program = demand_ansible()
    told: dict[str, Told] = {}
    known: list[str] = []
    hosts: list[Host] = []
    for host in map(order.host, keys):
        try:
            known.append(line_for(place, host))
        except Refused as error:
            told[host.key] = Told(FAILED, str(error), {})
        else:
            hosts.append(host)
    if not hosts:
        return told
    _prepare(work, place, known, _inventory(hosts, account, reboot=order.reboot))
    ended = _run([program, "--inventory", "hosts.yaml", "install.yml"], work, seconds)
    return told | {host.key: _read(work / "told" / host.key, host, ended) for host in hosts}


def _prepare(work: Path, place: Place, known: Sequence[str], inventory: Mapping[str, Any]) -> None:
    for directory in (work, work / "told", work / "ansible", work / "ansible" / "tmp"):
        directory.mkdir(mode=0o700)
    options = {
        **_SSH,
        "IdentityFile": str(place.ssh_key),
        "UserKnownHostsFile": str(work / "known_hosts"),
    }
    ssh = "-F none " + " ".join(f"-o {name}={value}" for name, value in options.items())
    write_private(work / "known_hosts", "".join(known).encode())
    write_private(work / "ansible.cfg", _CONFIGURATION.format(work=work, ssh=ssh).encode())
    write_private(work / "hosts.yaml", json.dumps(inventory, indent=1).encode())  # JSON is YAML
    playbook = files("duecare.patching.deployer") / "content" / "install.yml"
    write_private(work / "install.yml", playbook.read_bytes())


def _inventory(hosts: Sequence[Host], account: Account, *, reboot: bool) -> dict[str, Any]:
    return {
        "all": {
            "hosts": {
                host.key: {
                    "ansible_host": host.address,
                    "ansible_port": host.port,
                    "ansible_user": account.user,
                    "ansible_connection": "ssh",
                    "ansible_become": account.become,
                    "duecare_manager": host.manager.value,
                    "duecare_install": [
                        _wanted(host.manager, one.name, one.version) for one in host.packages
                    ],
                    "duecare_names": [one.name for one in host.packages],
                    "duecare_reboot": reboot,
                }
                for host in hosts
            }
        }
    }


def _wanted(manager: Manager, name: str, version: str) -> str:
    """A package in one version, as its manager reads it (apt-get(8); dnf(8), "Specifying packages")."""
    if manager is Manager.APT:
        return f"{name}={version}"
    epoch, _colon, rest = version.rpartition(":")
    return f"{name}-{epoch or '0'}:{rest}"


def _run(words: Sequence[str], work: Path, seconds: float) -> str:
    """Run it to its end; why it did not come to one by itself, empty if it did."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": str(work),
        "LANG": "C.UTF-8",
        "ANSIBLE_CONFIG": str(work / "ansible.cfg"),
    }
    log = os.open(work / "log", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(log, "wb") as file:
        process = subprocess.Popen(  # noqa: S603 - a fixed program with fixed arguments
            words,
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return "it took too long and was ended"
    return ""


def _read(file: Path, host: Host, ended: str) -> Told:
    """What ansible's last word about a host says."""
    try:
        with file.open("rb") as opened:
            told = json.loads(opened.read(LOG_LIMIT))
    except (OSError, ValueError):
        return Told(FAILED, ended or "ansible told nothing of this host; see its log", {})
    message = told.get("msg")
    if told.get("unreachable"):
        return Told(UNREACHABLE, plain(str(message)), {})
    if not isinstance(message, dict) or message.get("duecare") != "done":
        words = " ".join(str(part) for part in (message, told.get("stderr"), ended) if part)
        return Told(FAILED, plain(words) or "ansible did not come to its end", {})
    versions = _versions(str(message.get("versions")), host)
    wrong = [one for one in host.packages if versions.get(one.name) != _whole(host, one.version)]
    restart = str(message.get("restart")) == "True" and str(message.get("restarted")) != "True"
    if wrong:
        first = wrong[0]
        words = f"{first.name} is {versions.get(first.name, 'not installed')} and not {first.version}"
        return Told(FAILED, plain(words), versions, restart)
    return Told(INSTALLED, "", versions, restart)


def _versions(text: str, host: Host) -> dict[str, str]:
    """The versions that the host's package manager names, of the packages that were asked about."""
    wanted = {one.name: _whole(host, one.version) for one in host.packages}
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _blank, version = line.partition(" ")
        # A package may be there once for each architecture: then each has to have the version.
        if name in wanted and (name not in found or version != wanted[name]):
            found[name] = plain(version)
    return found


def _whole(host: Host, version: str) -> str:
    """A version as the manager prints it: rpm's with its epoch."""
    return version if host.manager is Manager.APT or ":" in version else f"0:{version}"
