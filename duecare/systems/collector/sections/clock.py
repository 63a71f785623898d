"""The section `time`: which service keeps the clock, by which servers, and how well."""

from __future__ import annotations

import re
from typing import Any

from ..look import Look
from ..running import enabled, running
from ..settings import systemd_settings

_TIME_SERVICES = (
    ("chrony", ("chronyd",), ("chrony.service", "chronyd.service", "chronyd")),
    ("systemd-timesyncd", ("systemd-timesyncd",), ("systemd-timesyncd.service",)),
    ("openntpd", ("openntpd",), ("openntpd.service", "openntpd")),
    ("ntpd", ("ntpd",), ("ntp.service", "ntpd.service", "ntpsec.service", "ntpd")),
)


def time_facts(look: Look) -> dict[str, Any]:
    service, on = "none", None
    for name, programs, units in _TIME_SERVICES:
        on = running(look, *programs) if look.machine.live else None
        if on or (on is None and enabled(look, *units)):
            service = name
            break
    else:
        service, on = next(
            ((name, on) for name, _, units in _TIME_SERVICES if enabled(look, *units)), ("none", on)
        )
    synchronized: bool | None = None
    offset: int | None = None
    clock = dict(re.findall(r"^(\w+)=(.*)$", look.printed("timedatectl", "show") or "", re.MULTILINE))
    if clock.get("NTPSynchronized"):
        look.source("timedatectl show")
        synchronized = clock["NTPSynchronized"] == "yes"
    if service == "chrony" and on:
        fields = (look.printed("chronyc", "-c", "tracking") or "").strip().split(",")
        if len(fields) >= 14:
            look.source("chronyc -c tracking")
            synchronized = fields[13] == "Normal"
            offset = round(abs(float(fields[4])) * 1000)
        else:
            look.problem("chronyc -c tracking", "no answer")
    elif service == "systemd-timesyncd" and synchronized is None and look.machine.live:
        synchronized = look.exists("/run/systemd/timesync/synchronized")
    elif synchronized is None and look.machine.live and service != "none":
        look.problem("whether the clock is synchronised", f"{service} does not tell it to others")
    if service == "none" and synchronized is None and on is False:
        synchronized = False
    zone = clock.get("Timezone") or look.word("/etc/timezone")
    link = re.search(r"zoneinfo/(.+)$", look.link("/etc/localtime") or "")
    if not look.machine.live and on is None:
        look.problem("whether the clock is synchronised", "a mounted tree has no clock")
    return {
        "service": service,
        "running": bool(on) if service == "none" or on is not None else None,
        "synchronized": synchronized,
        "offset_ms": offset,
        "servers": _time_servers(look, service, bool(on)),
        "zone": zone or (link[1] if link else None),
    }


def _time_servers(look: Look, service: str, on: bool) -> list[str] | None:
    if service == "systemd-timesyncd":
        settings = systemd_settings(look, "timesyncd.conf", "Time")
        told = look.printed("timedatectl", "show-timesync") if on else None
        for line in (told or "").splitlines():
            name, _, value = line.partition("=")
            if name in ("SystemNTPServers", "FallbackNTPServers"):
                settings.setdefault("NTP" if name.startswith("System") else "FallbackNTP", value)
        # With neither set, servers compiled into the program are asked.
        return (settings.get("NTP") or settings.get("FallbackNTP") or "").split() or None
    patterns = {
        "chrony": (
            "/etc/chrony.conf",
            "/etc/chrony/chrony.conf",
            "/etc/chrony/conf.d/*.conf",
            "/etc/chrony/sources.d/*.sources",
        ),
        "ntpd": ("/etc/ntp.conf", "/etc/ntpsec/ntp.conf"),
        "openntpd": ("/etc/openntpd/ntpd.conf", "/etc/ntpd.conf"),
    }
    paths = [path for pattern in patterns.get(service, ()) for path in look.glob(pattern)]
    look.source(*paths)
    found = [
        re.match(r"(?:server|servers|pool|peer)\s+(\S+)", line) for path in paths for line in look.lines(path)
    ]
    return [match[1] for match in found if match]
