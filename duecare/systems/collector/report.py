"""The report: all sections in their order, each with its state and what could not be read."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any, NamedTuple

from .identity import host_facts
from .look import Host, Look, Unreadable
from .machine import Machine
from .macos.people import macos_accounts_facts, macos_password_policy_facts, macos_screen_lock_facts
from .macos.protection import (
    macos_antivirus_facts,
    macos_disk_encryption_facts,
    macos_firewall_facts,
    macos_remote_access_facts,
)
from .macos.services import (
    macos_backup_facts,
    macos_logging_facts,
    macos_sockets_facts,
    macos_sshd_facts,
    macos_time_facts,
)
from .macos.software import macos_automatic_updates_facts, macos_packages_facts, macos_updates_facts
from .macos.system import macos_os_facts, macos_reboot_facts
from .sections.accounts import accounts_facts
from .sections.antivirus import antivirus_facts
from .sections.authorized_keys import authorized_keys_facts
from .sections.automatic_updates import automatic_updates_facts
from .sections.backup import backup_facts
from .sections.clock import time_facts
from .sections.disk_encryption import disk_encryption_facts
from .sections.firewall import firewall_facts
from .sections.language_packages import language_packages_facts
from .sections.logs import logging_facts
from .sections.operating_system import os_facts
from .sections.packages import packages_facts
from .sections.password_policy import password_policy_facts
from .sections.reboot import reboot_facts
from .sections.screen_lock import screen_lock_facts
from .sections.sockets import sockets_facts
from .sections.sshd import sshd_facts
from .sections.sudo import sudo_facts
from .sections.updates import updates_facts
from .system import family
from .text import clean
from .times import moment

VERSION = "1"
"""Of the collector, as its reports name it."""
PROBLEM_LIMIT = 100
"""Problems told apart in one section; the rest are counted."""


class Section(NamedTuple):
    """One section of the report."""

    name: str
    learn: Callable[[Look], dict[str, Any]]
    fields: str
    words: str
    """What it holds, for people."""


SECTIONS = (
    Section(
        "os",
        os_facts,
        "family id version codename name kernel architecture virtualization support_end support_source "
        "extended_support_end extended_support_on",
        "the operating system",
    ),
    Section("packages", packages_facts, "manager items rebuilt_at", "installed packages"),
    Section(
        "updates",
        updates_facts,
        "metadata_at metadata_fetched_at metadata_signed packages_signed security_labelled repositories "
        "items",
        "updates on offer",
    ),
    Section(
        "automatic_updates",
        automatic_updates_facts,
        "mechanism enabled installs scope last_run",
        "automatic updates",
    ),
    Section(
        "reboot",
        reboot_facts,
        "required reasons running_kernel newest_kernel booted_at required_since",
        "restarts needed",
    ),
    Section("accounts", accounts_facts, "items login_records", "accounts and password ages"),
    Section(
        "password_policy",
        password_policy_facts,
        "min_length checker max_days hash lockout remembered",
        "rules for passwords",
    ),
    Section("sudo", sudo_facts, "rules log", "rules of sudo"),
    Section("sshd", sshd_facts, "installed running settings matches", "settings of the SSH server"),
    Section("authorized_keys", authorized_keys_facts, "items", "keys that open accounts"),
    Section("firewall", firewall_facts, "kind active enabled_at_boot input_policy rules", "the firewall"),
    Section("antivirus", antivirus_facts, "products", "antivirus programs"),
    Section("disk_encryption", disk_encryption_facts, "mounts swap", "encryption of disks"),
    Section("sockets", sockets_facts, "items", "open sockets"),
    Section("time", time_facts, "service running synchronized offset_ms servers zone", "the clock"),
    Section(
        "logging",
        logging_facts,
        "journald rsyslog others auditd logrotate shipping oldest_at kept_days",
        "logs",
    ),
    Section("backup", backup_facts, "jobs", "backup jobs"),
    Section("screen_lock", screen_lock_facts, "machine_seconds users", "screen locks"),
    Section(
        "language_packages",
        language_packages_facts,
        "items owned",
        "packages of programming languages",
    ),
)

_LEARNT_ON_MACOS = {
    "os": macos_os_facts,
    "packages": macos_packages_facts,
    "updates": macos_updates_facts,
    "automatic_updates": macos_automatic_updates_facts,
    "reboot": macos_reboot_facts,
    "accounts": macos_accounts_facts,
    "password_policy": macos_password_policy_facts,
    "sshd": macos_sshd_facts,
    "firewall": macos_firewall_facts,
    "antivirus": macos_antivirus_facts,
    "disk_encryption": macos_disk_encryption_facts,
    "sockets": macos_sockets_facts,
    "time": macos_time_facts,
    "logging": macos_logging_facts,
    "backup": macos_backup_facts,
    "screen_lock": macos_screen_lock_facts,
}
_MORE_ON_MACOS = {"accounts": " administrators_elsewhere", "updates": " last_installed_at"}
SECTIONS_ON_MACOS = (
    *(
        section._replace(
            learn=_LEARNT_ON_MACOS.get(section.name, section.learn),
            fields=section.fields + _MORE_ON_MACOS.get(section.name, ""),
        )
        for section in SECTIONS
    ),
    Section("remote_access", macos_remote_access_facts, "services", "remote access"),
)


def collect(machine: Machine, now: datetime, seen: MutableMapping[str, str] | None = None) -> dict[str, Any]:
    """The report about a machine (docs/report-format.md), ready for `json.dumps`.

    `now` is aware. `seen` maps updates on offer to the time of their first sight, from earlier reports of
    this host; it is brought up to date in place. Without it no first sight is reported. Never raises for what
    the machine holds: a section that fails is reported as unreadable.
    """
    started = time.monotonic()
    host = Host(machine, now, seen)
    facts = {}
    more: list[str] = []
    for section in SECTIONS_ON_MACOS if Look(host).share(family) == "macos" else SECTIONS:
        before = len(host.wants_root)
        facts[section.name] = _facts(host, section.learn, section.fields.split())
        wanted = list(dict.fromkeys(host.wants_root[before:]))
        if wanted:
            more.append(f"{section.words} ({', '.join(wanted[:3])}{', ...' if len(wanted) > 3 else ''})")
    whom = host_facts(Look(host))
    report = {
        "format": "duecare-report/1",
        "collector": {
            "name": "duecare-collect",
            "version": VERSION,
            "as_root": machine.as_root,
            "root": machine.root,
            "live": machine.live,
            "took_ms": int((time.monotonic() - started) * 1000),
        },
        "collected_at": moment(now),
        "host": whom,
        "facts": facts,
        "more_as_root": more,
    }
    return dict(clean(report))


def _facts(host: Host, learn: Callable[[Look], dict[str, Any]], fields: list[str]) -> dict[str, Any]:
    look = Look(host)
    values: dict[str, Any] = {}
    try:
        values = learn(look)
    except Unreadable as error:
        look.problem(error.what, error.reason)
    except Exception as error:  # noqa: BLE001  (one section that fails must not take the others with it)
        look.problem(learn.__name__, f"{type(error).__name__}: {error}")
    if look.absent:
        state = "absent"
    elif not look.problems:
        state = "read"
    elif any(values.get(field) not in (None, [], {}) for field in fields):
        state = "partial"
    else:
        state, values = "unreadable", {}
    problems = [*look.problems, *(row for row in look.details.problems if row not in look.problems)]
    more = len(problems) - PROBLEM_LIMIT
    return {
        "state": state,
        "problems": problems[:PROBLEM_LIMIT]
        + ([{"what": "others", "reason": f"{more} more problems"}] if more > 0 else []),
        "source": ", ".join(look.sources),
        **{field: values.get(field) for field in fields},
    }
