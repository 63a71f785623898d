"""The section `sshd`: the settings of the SSH server that are in force, for everyone and under each Match."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..look import Look
from ..running import enabled, processes, running
from ..text import masked

SSHD_DEFAULTS = {
    # sshd_config(5) of OpenSSH 8.0 and later
    "allowagentforwarding": "yes",
    "allowtcpforwarding": "yes",
    "authorizedkeysfile": ".ssh/authorized_keys .ssh/authorized_keys2",
    "clientalivecountmax": "3",
    "clientaliveinterval": "0",
    "gatewayports": "no",
    "hostbasedauthentication": "no",
    "ignorerhosts": "yes",
    "kbdinteractiveauthentication": "yes",
    "logingracetime": "120",
    "loglevel": "INFO",
    "maxauthtries": "6",
    "maxsessions": "10",
    "passwordauthentication": "yes",
    "permitemptypasswords": "no",
    "permitrootlogin": "prohibit-password",
    "permituserenvironment": "no",
    "port": "22",
    "pubkeyauthentication": "yes",
    "strictmodes": "yes",
    "usepam": "no",
    "x11forwarding": "no",
}
_SSHD_REPEATED = {
    "allowusers",
    "allowgroups",
    "denyusers",
    "denygroups",
    "acceptenv",
    "listenaddress",
    "port",
    "hostkey",
}
_SSHD_RENAMED = {
    "challengeresponseauthentication": "kbdinteractiveauthentication",
    "skeyauthentication": "kbdinteractiveauthentication",
}


class SshdConfig(NamedTuple):
    settings: dict[str, str]
    matches: list[dict[str, Any]]


def sshd_config(look: Look) -> SshdConfig:
    """What sshd_config(5) and its includes set: for everyone, and under each Match."""
    config = SshdConfig({}, [])
    _read_sshd(look, "/etc/ssh/sshd_config", config, None, 0)
    return config


def _read_sshd(look: Look, path: str, config: SshdConfig, block: dict[str, Any] | None, depth: int) -> None:
    for line in look.lines(path):
        match = re.match(r"(\w+)(?:\s*=\s*|\s+)(.*)$", line)
        if match is None:
            continue
        keyword, value = match[1].lower(), re.sub(r"\s+#.*$", "", match[2]).strip().strip('"')
        keyword = _SSHD_RENAMED.get(keyword, keyword)
        if keyword == "include":
            for pattern in value.split() if depth < 16 else []:
                pattern = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
                for name in look.glob(pattern):
                    _read_sshd(look, name, config, block, depth + 1)
        elif keyword == "match":
            block = None if value.lower() == "all" else {"criteria": value, "settings": {}}
            if block is not None:
                config.matches.append(block)
        else:
            settings = config.settings if block is None else block["settings"]
            if keyword in _SSHD_REPEATED and keyword in settings:
                settings[keyword] += f" {value}"
            else:
                settings.setdefault(keyword, _sshd_value(keyword, value))


def _sshd_value(keyword: str, value: str) -> str:
    value = value.lower() if value.lower() in ("yes", "no", "none", "without-password") else value
    return "prohibit-password" if (keyword, value) == ("permitrootlogin", "without-password") else value


def sshd_facts(look: Look) -> dict[str, Any]:
    settings: dict[str, str] = {}
    server = next((path for path in ("/usr/sbin/sshd", "/usr/bin/sshd") if look.exists(path)), None)
    if server is None:
        if look.any_exists("/usr/sbin/dropbear", "/usr/bin/dropbear"):
            look.problem("dropbear", "its settings are options of its start and are not read")
            return {
                "installed": True,
                "running": running(look, "dropbear"),
                "settings": None,
                "matches": None,
            }
        look.absent = True
        look.source("no sshd is installed")
        return {"installed": False, "running": False, "settings": None, "matches": []}
    config = look.share(sshd_config)
    answer = look.printed("sshd", "-T") if look.machine.as_root else None
    if answer:
        look.source("sshd -T", "/etc/ssh/sshd_config")
        for line in answer.splitlines():
            keyword, _, value = line.partition(" ")
            value = _sshd_value(keyword, value)
            settings[keyword] = f"{settings[keyword]} {value}" if keyword in settings else value
    else:
        look.source("/etc/ssh/sshd_config")
        if not look.exists("/etc/ssh/sshd_config"):
            look.problem("/etc/ssh/sshd_config", "there is none: defaults are shown")
        settings = {**SSHD_DEFAULTS, **config.settings}
    unread = {row["what"] for row in look.problems}
    if not answer and "/etc/ssh/sshd_config" in unread and not config.settings:
        settings = {}
    on = running(look, "sshd")
    if (
        not on
        and look.machine.live
        and enabled(look, "ssh.socket", "sshd.socket")
        and running(look, "systemd")
    ):
        on = True
    for process in look.share(processes)[0]:
        if process.name == "sshd" and re.search(r"\s-(o|f)\s*\S", process.command):
            look.problem(
                "sshd's settings", f"it was started with options of its own: {masked(process.command)}"
            )
    return {"installed": True, "running": on, "settings": settings or None, "matches": config.matches}
