"""The section `reboot`: whether something that was updated still waits for a restart."""

from __future__ import annotations

import re
from typing import Any

from ..look import Look
from ..system import family
from ..times import earliest, from_epoch
from ..versions import dpkg_key
from .packages import installed


def reboot_facts(look: Look) -> dict[str, Any]:
    reasons: list[str] = []
    since: str | None = None
    kernel = look.word("/proc/sys/kernel/osrelease") if look.machine.live else None
    newest = _newest_kernel(look, kernel)
    flag = next((p for p in ("/run/reboot-required", "/var/run/reboot-required") if look.exists(p)), None)
    if flag:
        look.source(flag)
        since = look.modified(flag)
        names = sorted(set(look.lines(f"{flag}.pkgs")))
        reasons.append("asked for by " + (", ".join(names) or "a package"))
    if kernel and newest:
        look.source("/lib/modules")
        if dpkg_key(newest) > dpkg_key(kernel):
            reasons.append(f"kernel {newest} is installed and {kernel} is running")
            since = earliest(since, look.modified(f"/lib/modules/{newest}/modules.dep"))
    elif look.machine.live:
        look.problem("newest installed kernel", "none of the running kernel's kind is installed here")
    else:
        look.problem("running kernel", "a mounted tree has none")
    rebuilt = _rebuilt_kernel(look, kernel)
    if rebuilt:
        reasons.append(rebuilt)
    if look.share(family) == "rhel":
        answer = look.run("needs-restarting", "-r", timeout=30.0)
        if answer is not None and answer[0] in (0, 1):
            look.source("needs-restarting -r")
            parts = re.findall(r"^ +\* (.+)$", answer[1], re.MULTILINE) if answer[0] else []
            reasons += [f"{part} was updated since the start" for part in parts]
            if answer[0] and not reasons:
                reasons.append("needs-restarting asks for it")
    boot = (
        re.search(r"^btime (\d+)$", look.text("/proc/stat") or "", re.MULTILINE)
        if look.machine.live
        else None
    )
    return {
        "required": True if reasons else False if kernel and newest else None,
        "reasons": reasons,
        "running_kernel": kernel,
        "newest_kernel": newest,
        "booted_at": from_epoch(int(boot[1])) if boot else None,
        "required_since": since,
    }


def _newest_kernel(look: Look, kernel: str | None) -> str | None:
    """The newest installed kernel of the running one's kind (`-generic`, `-cloud-amd64`, `.el9.x86_64`)."""
    names = [path.split("/")[3] for path in look.glob("/lib/modules/*/modules.dep")]
    if kernel is not None:
        names = [name for name in names if _flavour(name) == _flavour(kernel)]
    return max(names, key=dpkg_key, default=None)


def _flavour(kernel: str) -> str:
    return re.sub(r"^[\d.]+|(?<=-)[\d.]+(?=[-.]|$)|\d+_\d+", "", kernel)


def _rebuilt_kernel(look: Look, kernel: str | None) -> str | None:
    """Debian gives a rebuilt kernel its old name; the version that runs stands in /proc/version."""
    running_version = re.search(r" Debian (\S+) \(", look.text("/proc/version") or "") if kernel else None
    package = (
        installed(look, f"linux-image-{kernel}", f"linux-image-{kernel}-unsigned")
        if running_version
        else None
    )
    if running_version and package and dpkg_key(package.version) > dpkg_key(running_version[1]):
        return f"kernel package {package.version} is installed and {running_version[1]} is running"
    return None
