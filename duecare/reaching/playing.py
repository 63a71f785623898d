"""Runs ansible-core, as a process of its own, over a batch of hosts (ansible-playbook(1), ssh_config(5)).

What goes in are files that are made here, in a private directory, of what was typed: an inventory, the host
keys, a playbook that ships, and a configuration that reads nothing else. What comes out is one file a host,
as ansible's own `tree` callback writes it. No shell is between, and nothing that is secret is an argument.
A host says what it likes: what it sends becomes no variable of ansible's, and files and memory have bounds.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from duecare.errors import DuecareError, Refused
from duecare.home import write_private
from duecare.reaching.addresses import Reached
from duecare.reaching.known import line_for
from duecare.reaching.own_files import Own

PROGRAM = "ansible-playbook"
MEMORY = 4 << 30
"""Bytes of address space that a process of ansible's may take."""

_CONFIGURATION = """\
[defaults]
home = {work}/ansible
local_tmp = {work}/ansible/tmp
host_key_checking = True
retry_files_enabled = False
callbacks_enabled = ansible.builtin.tree
inject_facts_as_vars = False
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
transfer_method = piped
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
class Play:
    """What is done on hosts, and within which bounds."""

    playbook: bytes
    seconds: float
    """For a batch; then it is ended, and hosts that told nothing have failed."""
    most: int = 16 << 20
    """Bytes of a file that ansible writes."""
    beside: Mapping[str, bytes] | None = None
    """Files that the playbook carries to hosts, by name."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a batch ended."""

    unknown: Mapping[str, str]
    """Hosts that were not connected to, by key, and why: their host keys are not known."""
    by_itself: str
    """Empty; or why it did not come to its end by itself."""


def demand_ansible() -> str:
    """Where ansible-playbook is. Raises DuecareError if it is not installed."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise DuecareError(f"{PROGRAM} is not installed here.", "Install the package ansible-core.")
    return found


def carry_out(play: Play, hosts: Sequence[tuple[Reached, Mapping[str, Any]]], own: Own, work: Path) -> Ended:
    """Play on these hosts, each with variables of its own. `work` is a directory that does not exist yet."""
    program = demand_ansible()
    unknown: dict[str, str] = {}
    known: list[str] = []
    inventory: dict[str, Any] = {}
    for host, variables in hosts:
        try:
            known.append(line_for(own, host.address, host.port, host.host_key))
        except Refused as error:
            unknown[host.key] = str(error)
        else:
            inventory[host.key] = _row(host, variables)
    if not inventory:
        return Ended(unknown, "")
    _prepare(work, own, known, {"all": {"hosts": inventory}}, play)
    words = [program, "--inventory", "hosts.yaml", "playbook.yml"]
    return Ended(unknown, _run(words, work, play))


def last_word(work: Path, key: str, most: int) -> dict[str, Any] | None:
    """What ansible said last of a host; None if it said nothing that can be read."""
    try:
        with (work / "told" / key).open("rb") as opened:
            told = json.loads(opened.read(most))
    except (OSError, ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _row(host: Reached, variables: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ansible_host": host.address,
        "ansible_port": host.port,
        "ansible_user": host.user,
        "ansible_connection": "ssh",
        "ansible_become": host.become,
        **variables,
    }


def _prepare(work: Path, own: Own, known: Sequence[str], inventory: Mapping[str, Any], play: Play) -> None:
    for directory in (work, work / "told", work / "ansible", work / "ansible" / "tmp"):
        directory.mkdir(mode=0o700)
    options = {
        **_SSH,
        "IdentityFile": str(own.ssh_key),
        "UserKnownHostsFile": str(work / "known_hosts"),
    }
    ssh = "-F none " + " ".join(f"-o {name}={value}" for name, value in options.items())
    write_private(work / "known_hosts", "".join(known).encode())
    write_private(work / "ansible.cfg", _CONFIGURATION.format(work=work, ssh=ssh).encode())
    write_private(work / "hosts.yaml", json.dumps(inventory, indent=1).encode())  # JSON is YAML
    write_private(work / "playbook.yml", play.playbook)
    for name, content in (play.beside or {}).items():
        write_private(work / name, content)


def _run(words: Sequence[str], work: Path, play: Play) -> str:
    """Run it to its end; why it did not come to one by itself, empty if it did."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": str(work),
        "LANG": "C.UTF-8",
        "ANSIBLE_CONFIG": str(work / "ansible.cfg"),
    }

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (play.most, play.most))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

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
            preexec_fn=bound,  # there are no other threads here
        )
        try:
            process.wait(play.seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return "it took too long and was ended"
    return ""
