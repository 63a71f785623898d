"""The section `automatic_updates`: whether updates install themselves, and which."""

from __future__ import annotations

import re
from typing import Any

from ..look import Look
from ..running import enabled, scheduler_runs, timer_stamp
from ..settings import ini, truth
from ..system import family
from ..times import latest
from .apt import apt_configuration
from .packages import installed, packages


def automatic_updates_facts(look: Look) -> dict[str, Any]:
    kind = look.share(family)
    if kind == "debian" and installed(look, "unattended-upgrades"):
        return _unattended_upgrades(look)
    if kind == "rhel" and installed(look, "dnf-automatic", "dnf5-plugin-automatic", "dnf4-automatic"):
        return _dnf_automatic(look)
    if kind == "rhel" and installed(look, "yum-cron"):
        look.source("/etc/yum/yum-cron.conf")
        commands = ini(look, "/etc/yum/yum-cron.conf").get("commands", {})
        return {
            "mechanism": "yum-cron",
            "enabled": enabled(look, "yum-cron.service"),
            "installs": truth(commands.get("apply_updates", "no")),
            "scope": "security" if "security" in commands.get("update_cmd", "default") else "all",
            "last_run": None,
        }
    if kind == "alpine":
        jobs = look.glob("/etc/periodic/*/*") + look.glob("/etc/crontabs/*")
        for path in jobs:
            if any(re.search(r"\bapk\b.*\bupgrade\b", line) for line in look.lines(path)):
                look.source(path)
                on = enabled(look, "crond") and scheduler_runs(look, "crond")
                return {
                    "mechanism": "apk-cron",
                    "enabled": on,
                    "installs": True,
                    "scope": "all",
                    "last_run": None,
                }
    look.share(packages)
    look.source("the list of packages")
    return {"mechanism": "none", "enabled": False, "installs": False, "scope": None, "last_run": None}


def _unattended_upgrades(look: Look) -> dict[str, Any]:
    look.source("/etc/apt/apt.conf.d")
    settings = look.share(apt_configuration)
    switch = (settings.get("apt::periodic::unattended-upgrade") or ["0"])[-1]
    periodic = (settings.get("apt::periodic::enable") or ["1"])[-1] != "0"
    timer = "apt-daily-upgrade.timer"
    started = enabled(look, timer) and scheduler_runs(look, timer)
    if not started and not look.exists("/run/systemd/system"):
        started = look.exists("/etc/cron.daily/apt-compat") and scheduler_runs(look, "cron")
    origins = [
        value.lower()
        for name in ("unattended-upgrade::allowed-origins", "unattended-upgrade::origins-pattern")
        for value in settings.get(name, [])
    ]
    everything = any("-updates" in o or "label=debian" in o.split(",") or "*:*" in o for o in origins)
    security = any("security" in o for o in origins)
    return {
        "mechanism": "unattended-upgrades",
        "enabled": periodic and switch not in ("0", "") and started,
        "installs": security or everything,
        "scope": "all" if everything else "security" if security else None,
        "last_run": latest(
            look.modified("/var/lib/apt/periodic/unattended-upgrades-stamp"),
            look.modified("/var/lib/apt/periodic/upgrade-stamp"),
        ),
    }


def _dnf_automatic(look: Look) -> dict[str, Any]:
    path = "/etc/dnf/automatic.conf"
    look.source(path)
    commands = ini(
        look, "/usr/share/dnf5/dnf5-plugins/automatic.conf", path, "/etc/dnf/dnf5-plugins/automatic.conf"
    ).get("commands", {})
    forced = enabled(look, "dnf-automatic-install.timer")
    timers = ("dnf-automatic.timer", "dnf-automatic-install.timer", "dnf5-automatic.timer")
    return {
        "mechanism": "dnf-automatic",
        "enabled": enabled(look, *timers) and scheduler_runs(look, timers[0]),
        "installs": forced or truth(commands.get("apply_updates", "no")),
        "scope": "security" if commands.get("upgrade_type", "default") == "security" else "all",
        "last_run": timer_stamp(look, *timers),
    }
