"""Has ansible-core install an order's packages on a batch of hosts, and reads what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from duecare.patching.deployer.own_files import Place
from duecare.patching.runs.orders import Host, Manager, Order, is_package
from duecare.reaching import playing
from duecare.reaching.addresses import Reached
from duecare.reaching.terminal import plain

SECONDS = 2 * 60 * 60
"""For a batch."""
LOG_LIMIT = 1 << 20

INSTALLED, FAILED, UNREACHABLE = "installed", "failed", "unreachable"
RESTART_UNKNOWN = "whether it needs a restart could not be told"


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


def play(
    order: Order, keys: Sequence[str], place: Place, work: Path, account: Account, seconds: float = SECONDS
) -> dict[str, Told]:
    """Install on these hosts; what came of each. `work` is a directory that does not exist yet."""
    playbook = files("duecare.patching.deployer") / "content" / "install.yml"
    hosts = [order.host(key) for key in keys]
    ended = playing.carry_out(
        playing.Play(playbook.read_bytes(), seconds),
        [(_reached(host, account), _variables(host, reboot=order.reboot)) for host in hosts],
        place,
        work,
    )
    return {
        host.key: Told(FAILED, ended.unknown[host.key], {})
        if host.key in ended.unknown
        else _read(work, host, ended.by_itself)
        for host in hosts
    }


def _reached(host: Host, account: Account) -> Reached:
    return Reached(host.key, host.address, host.port, host.host_key, account.user, account.become)


def _variables(host: Host, *, reboot: bool) -> dict[str, Any]:
    return {
        "duecare_manager": host.manager.value,
        "duecare_install": [_wanted(host.manager, one.name, one.version) for one in host.packages],
        "duecare_names": [one.name for one in host.packages],
        "duecare_reboot": reboot,
    }


def _wanted(manager: Manager, name: str, version: str) -> str:
    """A package in one version, as its manager reads it (apt-get(8); dnf(8); apk-list(8))."""
    if manager is Manager.APT:
        return f"{name}={version}"
    if manager is Manager.APK:
        return f"{name}-{version}"  # as apk lists it; it is upgraded by name
    epoch, _colon, rest = version.rpartition(":")
    return f"{name}-{epoch or '0'}:{rest}"


def _read(work: Path, host: Host, ended: str) -> Told:
    """What ansible's last word about a host says."""
    told = playing.last_word(work, host.key, LOG_LIMIT)
    if told is None:
        return Told(FAILED, ended or "ansible told nothing of this host; see its log", {})
    message = told.get("msg")
    if told.get("unreachable"):
        return Told(UNREACHABLE, plain(str(message)), {})
    if not isinstance(message, dict) or message.get("duecare") != "done":
        words = " ".join(str(part) for part in (message, told.get("stderr"), ended) if part)
        return Told(FAILED, plain(words) or "ansible did not come to its end", {})
    versions = _versions(str(message.get("versions")), host)
    wrong = [one for one in host.packages if versions.get(one.name) != _whole(host, one.version)]
    asked = "no" if str(message.get("restarted")) == "True" else str(message.get("restart"))
    restart = asked == "yes"
    if wrong:
        first = wrong[0]
        words = f"{first.name} is {versions.get(first.name, 'not installed')} and not {first.version}"
        return Told(FAILED, plain(words), versions, restart)
    return Told(INSTALLED, "" if asked in ("yes", "no") else RESTART_UNKNOWN, versions, restart)


def _versions(text: str, host: Host) -> dict[str, str]:
    """The versions that the host's package manager names, of the packages that were asked about."""
    wanted = {one.name: _whole(host, one.version) for one in host.packages}
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _blank, version = line.partition(" ")
        if host.manager is Manager.APK:
            name, version = _apart(name, wanted)
        # A package may be there once for each architecture: then each has to have the version.
        if name in wanted and (name not in found or version != wanted[name]):
            found[name] = plain(version)
    return found


def _apart(token: str, names: Iterable[str]) -> tuple[str, str]:
    """Name and version that apk lists as one word; the name is empty for none of these."""
    for name in names:
        version = token.removeprefix(f"{name}-")
        if version != token and is_package(Manager.APK, name, version):
            return name, version
    return "", ""


def _whole(host: Host, version: str) -> str:
    """A version as the manager prints it: rpm's with its epoch."""
    return f"0:{version}" if host.manager is Manager.DNF and ":" not in version else version
