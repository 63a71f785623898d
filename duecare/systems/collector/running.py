"""What runs on the machine, and what starts by itself: programs, systemd's units, OpenRC's services."""

from __future__ import annotations

import errno
from typing import NamedTuple

from .look import Look
from .machine import MIB
from .system import family
from .text import decoded
from .times import latest

UNIT_FOLDERS = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
"""Of systemd, the first to be heard first (systemd.unit(5))."""


class Process(NamedTuple):
    """A running program: its number, the kernel's name for it (15 bytes), its command line."""

    pid: str
    name: str
    command: str


def processes(look: Look) -> tuple[list[Process], bool]:
    """The running programs, and whether that is all of them."""
    if not look.machine.live:
        look.problem("running programs", "a mounted tree has none")
        return [], False
    if look.share(family) == "macos":
        return _processes_of_macos(look)
    found, complete = [], True
    for pid in (name for name in look.names("/proc") if name.isdigit()):
        try:
            name = decoded(look.machine.read(f"/proc/{pid}/comm", 4096)).strip()
            command = decoded(look.machine.read(f"/proc/{pid}/cmdline", MIB)).replace("\0", " ").strip()
        except PermissionError:
            complete = False
        except OSError:
            continue  # It has ended meanwhile.
        else:
            found.append(Process(pid, name, command))
    if not complete or not any(process.pid == "1" for process in found):
        look.problem("/proc", PermissionError(errno.EACCES, "the programs of other users are hidden"))
        complete = False
    return found, complete


def _processes_of_macos(look: Look) -> tuple[list[Process], bool]:
    found = []
    for line in (look.printed("ps", "-axww", "-o", "pid=,comm=") or "").splitlines():
        pid, _, program = line.strip().partition(" ")
        if pid.isdigit():
            found.append(Process(pid, program.rpartition("/")[2].strip()[:15], program.strip()))
    if not found:
        look.problem("ps", "no answer")
    return found, bool(found)


def running(look: Look, *names: str) -> bool | None:
    """Whether a program of one of these names runs; None if that cannot be told."""
    found, complete = look.share(processes)
    short = {name[:15] for name in names}
    if any(process.name in short for process in found):
        return True
    return False if complete else None


def enabled_units(look: Look) -> set[str]:
    """Units that start by themselves: systemd's by their full name, OpenRC's services by their plain one."""
    units: set[str] = set()
    for folder in UNIT_FOLDERS:
        for kind in ("wants", "requires"):
            for path in look.glob(f"{folder}/*.{kind}"):
                units.update(look.names(path))
    masked_units = {name for name in units if look.link(f"/etc/systemd/system/{name}") == "/dev/null"}
    services = {name for level in look.glob("/etc/runlevels/*") for name in look.names(level)}
    return (units - masked_units) | services


def enabled(look: Look, *units: str) -> bool:
    """Whether one of the units starts by itself. A name without a suffix is OpenRC's."""
    return not look.share(enabled_units).isdisjoint(units)


def graphical(look: Look) -> bool:
    """Whether Linux starts a graphical sign-in, at which people sit."""
    displays = ("gdm", "gdm3", "sddm", "lightdm", "lxdm")
    return bool(look.glob("/etc/systemd/system/display-manager.service")) or enabled(look, *displays)


def scheduler_runs(look: Look, unit: str) -> bool:
    """Whether what would start a timer or cron job is itself running; a mounted tree is believed."""
    if not look.machine.live:
        return True
    if unit.endswith(".timer"):
        return running(look, "systemd") is not False
    return running(look, "cron", "crond") is not False


def timer_stamp(look: Look, *timers: str) -> str | None:
    """When systemd last started one of these persistent timers."""
    return latest(*(look.modified(f"/var/lib/systemd/timers/stamp-{timer}") for timer in timers))
