"""Log services other than journald and rsyslog, and whether what they keep outlives a restart.

BusyBox's syslogd (Alpine's), those after BSD's (sysklogd, inetutils), and syslog-ng. A service is looked at
as it runs: by the options that it was started with, and the files that these and its settings name.
"""

from __future__ import annotations

import re
from typing import Any

from ..look import Look
from ..mounts import mount_of
from ..running import processes, running

_IN_MEMORY = {"tmpfs", "ramfs"}
_CATCH_ALL = re.compile(r"\*\.(?:\*|debug|info|notice)\S*\s+-?(/\S+)$")
"""A rule of syslog.conf(5) for messages of all origins, down to those that merely inform, into a file."""


def other_services(look: Look) -> list[dict[str, Any]]:
    """Those that are installed: name, whether it runs, its main file, and whether that lies on a disk."""
    found = []
    for name, program, folders in (
        ("syslogd", "syslogd", ("/sbin", "/usr/sbin")),
        ("syslog-ng", "syslog-ng", ("/usr/sbin", "/sbin")),
    ):
        path = next((p for p in (f"{folder}/{program}" for folder in folders) if look.exists(p)), None)
        if path is None:
            continue
        busybox = (look.link(path) or "").endswith("/busybox")
        on = running(look, program)
        file = None
        if on:
            file = _syslog_ng_file(look) if program == "syslog-ng" else _syslogd_file(look, busybox=busybox)
        row = {"name": f"busybox {name}" if busybox else name, "running": on}
        found.append({**row, "file": file or None, "on_disk": _on_disk(look, file)})
        look.source(path)
    return found


def _syslogd_file(look: Look, *, busybox: bool) -> str | None:
    """The file that takes messages of all kinds; empty if there is none, None if that cannot be told.

    BusyBox's syslogd keeps what no rule takes in memory (-C, -K), or sends it elsewhere (-R without -L), or
    appends it to a file (-O), of which there is a default; the others write what their rules say.
    """
    command = next((p.command for p in look.share(processes)[0] if p.name == "syslogd"), "")
    options = command.split()[1:]
    given = re.search(r"\s-f\s*(\S+)", command)
    rules = look.in_full(lambda part: part.lines(given[1] if given else "/etc/syslog.conf"))
    if rules is None:
        return None
    ruled = next((match[1] for match in map(_CATCH_ALL.match, rules) if match), None)
    if ruled is not None:
        return "" if ruled.startswith("/dev/") else ruled
    letters = {option[1] for option in options if re.match(r"-\w", option)}
    if not busybox or letters & {"C", "K"} or ("R" in letters and "L" not in letters):
        return ""
    stated = re.search(r"\s-O\s*(\S+)", command)
    return stated[1] if stated else "/var/log/messages"


def _syslog_ng_file(look: Look) -> str | None:
    """The first file on disk that a destination names; empty if there is none, None if that was not read."""
    paths = ["/etc/syslog-ng/syslog-ng.conf", *look.glob("/etc/syslog-ng/conf.d/*.conf")]
    lines = look.in_full(lambda part: [line for path in paths for line in part.lines(path)])
    if lines is None:
        return None
    destinations = re.findall(r"\bdestination\b[^;]*?\bfile\(\s*\"(/[^\"]+)\"", "\n".join(lines))
    return next((path for path in destinations if not path.startswith(("/dev/", "/proc/"))), "")


def _on_disk(look: Look, file: str | None) -> bool | None:
    """Whether the file is there and not in memory; None if it is not there, or its place cannot be told."""
    if not file:
        return None if file is None else False
    holder = mount_of(look, file)
    if holder is None or not look.exists(file):
        return None
    return holder.filesystem not in _IN_MEMORY
