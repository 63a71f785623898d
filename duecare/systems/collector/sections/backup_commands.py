"""What a command line or script says of a backup: the tool, what it saves, and where to."""

from __future__ import annotations

import re
import stat
from typing import Any

from ..look import Look
from ..machine import MIB
from ..mounts import mount_of
from ..text import masked

_TOOLS: dict[str, str] = {
    # A tool, and what its command line says when it makes a backup rather than looks after one.
    "restic": r"\bbackup\b",
    "borg": r"\bcreate\b",
    "borgmatic": r"",
    "rsnapshot": r"",
    "duplicity": r"^(?!.*\b(restore|verify|cleanup|remove-older-than|collection-status)\b)",
    "duply": r"\b(backup|bkp|full|incr)",
    "kopia": r"\bsnapshot create\b",
    "tarsnap": r"\s-\w*c",
    "rclone": r"\b(sync|copy)\b",
    "rsync": r"",
    "proxmox-backup-client": r"\bbackup\b",
    "pgbackrest": r"\bbackup\b",
    "pg_dumpall": r"",
    "pg_dump": r"",
    "pg_basebackup": r"",
    "mysqldump": r"",
    "mariadb-dump": r"",
    "mariabackup": r"--backup",
    "xtrabackup": r"--backup",
    "btrbk": r"\brun\b",
}
_TOOL = re.compile(
    # Where a command stands: at the start of a line or list, after a word such as sudo, after assignments.
    r"(?:^|[;&|({!]\s*|\b(?:sudo|exec|nice|ionice|chronic|time|env|do|then|else|if)\s+(?:-\S+\s+|\d\S*\s+)*)"
    r"(?:\w+=\S*\s+)*(?:/[\w./-]*/)?(" + "|".join(sorted(_TOOLS, key=len, reverse=True)) + r")(?=\s|$)"
)


def backup_job(
    look: Look, tool: str, what: str, to: str | None, schedule: str | None, enabled_: bool | None, source: str
) -> dict[str, Any]:
    return {
        "tool": tool,
        "what": masked(what)[:300],
        "to": masked(to) if to else None,
        "off_host": _off_host(look, to),
        "schedule": " ".join(schedule.split()) if schedule else None,
        "enabled": enabled_,
        "last_run": None,
        "last_success": _own_log_success(look, tool),
        "source": source,
    }


def _own_log_success(look: Look, tool: str) -> str | None:
    """The last success that a tool's own log tells: the log's age if its last word is success."""
    if tool == "rsnapshot":
        last = (look.text("/var/log/rsnapshot.log", 64 * MIB) or "").strip().splitlines()[-1:]
        return (
            look.modified("/var/log/rsnapshot.log") if last and "completed successfully" in last[0] else None
        )
    return None


def _off_host(look: Look, to: str | None) -> bool | None:
    """Whether a destination lies elsewhere than on this host's own disks."""
    if not to:
        return None
    if re.match(r"(s3|sftp|rest|b2|azure|gs|swift|rclone|ssh|scp|rsync|https?|ftps?|webdavs?|dav)s?:", to):
        return True
    if to.startswith("file://"):
        to = to[7:]
    if to.startswith("/"):
        holder = mount_of(look, to)
        return (
            None
            if holder is None
            else holder.filesystem in ("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "ceph", "9p")
        )
    return True if re.match(r"[\w.@-]+::?\S", to) else None


def _tool_lines(text: str) -> list[tuple[str, str]]:
    """Each backup tool that a script or command starts, with the line that does."""
    found: dict[str, str] = {}
    for line in re.sub(r"\\\n", " ", text).splitlines():
        line = line.strip()
        match = (
            _TOOL.search(line)
            if line and not line.startswith(("#", "echo ", "command -v", "test ", "[ "))
            else None
        )
        if match and re.search(_TOOLS[match[1]], line[match.end(1) :]):
            found.setdefault(match[1], line)
    return list(found.items())


def jobs_of(
    look: Look, command: str, schedule: str | None, on: bool | None, source: str, settings: str = ""
) -> list[dict[str, Any]]:
    """The backup jobs that a command starts, itself or in the script that it names."""
    text = command
    lines = _tool_lines(command)
    for path in re.findall(r"(?:^|\s)(/[\w./+-]+)", command) if not lines else []:
        status = look.stat(path)
        if status is None or not stat.S_ISREG(status.st_mode) or status.st_size > 256 * 1024:
            continue
        content = look.text(path, 256 * 1024) or ""
        if content.startswith("#!"):
            lines = _tool_lines(content)
            text += "\n" + content
    return [
        backup_job(
            look, tool, line, _destination(look, tool, line, text + "\n" + settings), schedule, on, source
        )
        for tool, line in lines
    ]


def _destination(look: Look, tool: str, line: str, context: str) -> str | None:
    """Where a backup goes, as the command, the script's variables or the tool's own settings say."""
    assigned = dict(re.findall(r"\b([A-Za-z_]\w*)=[\"']?([^\s\"';&|]+)", context))
    found: str | None = None
    if tool == "restic":
        match = re.search(r"(?:\s-r\s*|--repo(?:sitory)?[=\s])[\"']?([^\s\"']+)", line)
        found = match[1] if match else assigned.get("RESTIC_REPOSITORY")
    elif tool == "borg":
        match = re.search(r"[\"']?([^\s\"']*)::", line)
        found = match[1] if match and match[1] else assigned.get("BORG_REPO")
    elif tool == "borgmatic":
        paths = ["/etc/borgmatic/config.yaml", *look.glob("/etc/borgmatic.d/*.y*ml")]
        text = "\n".join("\n".join(look.lines(path)) for path in paths)
        match = re.search(r"repositories:\s*\n\s*-\s*(?:path:\s*)?[\"']?([^\s\"']+)", text)
        found = match[1] if match else None
    elif tool == "rsnapshot":
        match = re.search(r"(?m)^snapshot_root\s+(\S+)", "\n".join(look.lines("/etc/rsnapshot.conf")))
        found = match[1] if match else None
    elif tool in ("rsync", "rclone", "duplicity"):
        command = re.split(r"\s(?:\|\|?|&&|;|>>?|2>)", line)[0]
        words = [word.strip("\"'") for word in command.split() if not word.startswith("-")]
        found = words[-1] if len(words) > 2 else None
    else:
        match = re.search(r"(?:>\s*|\s-f\s*|--file=|--repository[=\s]|-D\s*)[\"']?([^\s\"';&|]+)", line)
        found = match[1] if match else None
    if found and found.startswith("$"):
        found = assigned.get(found.strip('${}"'))
    return found
