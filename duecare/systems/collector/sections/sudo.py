"""The section `sudo`: who may act as another user, by sudoers(5) and doas.conf(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..look import Look
from ..text import masked


def sudo_rules(look: Look) -> tuple[list[dict[str, Any]], bool | None]:
    """The rules of sudo and doas in force, and whether their uses are logged (None if that is unread)."""
    rules: list[dict[str, Any]] = []
    log: bool | None = None
    if look.exists("/etc/sudoers"):
        lines = list(_sudoers_lines(look, "/etc/sudoers", 0))
        log = True if lines else None  # sudo writes to syslog unless told otherwise (sudoers(5), "syslog").
        aliases: dict[str, str] = {}
        for _, line in lines:
            match = re.match(r"(?:User|Runas|Host|Cmnd|Cmd)_Alias\s+(.+)$", line)
            for definition in match[1].split(" : ") if match else []:
                name, _, value = definition.partition("=")
                aliases[name.strip()] = value.strip()
        for source, line in lines:
            if re.match(r"(User|Runas|Host|Cmnd|Cmd)_Alias\b", line):
                continue
            if line.startswith("Defaults"):
                log = False if re.search(r"!\s*syslog\b", line) and "logfile" not in line else log
                continue
            rules += _sudo_rule(line, source, aliases)
    for path in (*look.glob("/etc/doas.conf"), *look.glob("/etc/doas.d/*.conf")):
        look.source(path)
        lines_of_doas = look.lines(path)
        rules += filter(None, (_doas_rule(line, path) for line in lines_of_doas))
        if lines_of_doas:  # doas, too, writes to syslog unless told otherwise (doas.conf(5), "nolog").
            log = log is not False and not any(re.search(r"\bnolog\b", line) for line in lines_of_doas)
    return rules, log


def _sudoers_lines(look: Look, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Source and text of each logical line, includes followed (sudoers(5), "Including other files")."""
    text = re.sub(r"\\\n", " ", look.text(path) or "")
    for line in text.splitlines():
        include = re.match(r"\s*[#@](include|includedir)\s+\"?([^\"\s]+)", line)
        if include and depth < 8:
            target = include[2] if include[2].startswith("/") else f"{path.rpartition('/')[0]}/{include[2]}"
            names = [target]
            if include[1] == "includedir":
                names = [
                    f"{target.rstrip('/')}/{n}" for n in look.names(target) if "." not in n and n[-1:] != "~"
                ]
            for name in names:
                yield from _sudoers_lines(look, name, depth + 1)
            continue
        line = re.sub(r"(?<!\\)#(?!\d).*$", "", line).strip()
        if line:
            yield path, line


_SUDO_TAG = re.compile(
    r"\s*(?:(?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT)|ROLE|TYPE|CWD)\s*[:=]"
)


def _sudo_rule(line: str, source: str, aliases: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The rules of one line: `who host = (runas) TAGS: commands`, one for each change of runas or tag."""
    match = re.match(r"((?:\\.|\"[^\"]*\"|[^\s=,]|\s*,\s*)+)\s+([^=]+?)\s*=\s*(.+)$", line)
    if match is None:
        return
    whos = [who.strip().strip('"') for who in match[1].split(",")]
    whos = [name.strip() for who in whos for name in aliases.get(who, who).split(",")]
    runas, nopasswd = "root", False
    grouped: dict[tuple[str, bool], list[str]] = {}
    for part in re.split(r"(?<!\\),(?![^(]*\))", match[3]):
        given = re.match(r"\s*\(([^)]*)\)", part)
        if given:
            runas, part = given[1].strip() or "root", part[given.end() :]
        tag = _SUDO_TAG.match(part)
        while tag:
            if "PASSWD" in tag[0]:
                nopasswd = "NOPASSWD" in tag[0]
            part = part[tag.end() :]
            tag = _SUDO_TAG.match(part)
        command = part.strip()
        grouped.setdefault((runas, nopasswd), []).append(aliases.get(command, command))
    for who in whos:
        for (target, free), commands in grouped.items():
            text = (
                "ALL"
                if "ALL" in commands and not any(c.startswith("!") for c in commands)
                else ", ".join(commands)
            )
            yield {"who": who, "runas": target, "commands": masked(text), "nopasswd": free, "source": source}


def _doas_rule(line: str, source: str) -> dict[str, Any] | None:
    """A `permit` line of doas.conf(5) in the words of sudo."""
    match = re.match(
        r"permit((?:\s+(?:nopass|persist|nolog|keepenv|setenv\s*\{[^}]*\}))*)\s+(\S+)(?:\s+as\s+(\S+))?(?:\s+cmd\s+(.+))?$",
        line,
    )
    if match is None:
        return None
    who = f"%{match[2][1:]}" if match[2].startswith(":") else match[2]
    return {
        "who": who,
        "runas": match[3] or "root",
        "commands": masked(match[4]) if match[4] else "ALL",
        "nopasswd": "nopass" in match[1].split(),
        "source": source,
    }


def sudo_facts(look: Look) -> dict[str, Any]:
    rules, log = look.share(sudo_rules)
    if not look.problems and not look.any_exists(
        "/etc/sudoers", "/etc/doas.conf", "/etc/doas.d", "/usr/bin/sudo"
    ):
        look.absent = True
        look.source("neither sudo nor doas is set up")
        return {"rules": [], "log": None}
    look.source("/etc/sudoers" if look.exists("/etc/sudoers") else "/etc/doas.conf")
    return {"rules": rules, "log": log}
