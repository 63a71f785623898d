"""The section `antivirus`: which products are installed, whether they run, how old their signatures are."""

from __future__ import annotations

import re
from typing import Any

from ..look import Look
from ..running import running
from ..text import decoded
from ..times import latest, mail_date
from .packages import installed

_PRODUCTS = (
    # name, where it is installed, its programs, its packages
    ("CrowdStrike Falcon", ("/opt/CrowdStrike",), ("falcon-sensor", "falcon-sensor-bpf"), ("falcon-sensor",)),
    ("Microsoft Defender for Endpoint", ("/opt/microsoft/mdatp",), ("wdavdaemon", "mdatp"), ("mdatp",)),
    (
        "SentinelOne",
        ("/opt/sentinelone",),
        ("s1-agent", "s1-orchestrator"),
        ("sentinelagent", "SentinelAgent"),
    ),
    (
        "Sophos Protection",
        ("/opt/sophos-spl", "/opt/sophos-av"),
        ("sophos_threat_d", "sophos-spl", "savscand"),
        (),
    ),
    ("ESET Server Security", ("/opt/eset/efs", "/opt/eset/eea"), ("startd", "oaeventd"), ("efs", "eea")),
    ("Trend Micro Deep Security", ("/opt/ds_agent",), ("ds_agent", "ds_am"), ("ds-agent", "ds_agent")),
)
_CLAMAV_PROGRAMS = ("/usr/sbin/clamd", "/usr/bin/clamscan", "/usr/bin/freshclam")


def antivirus_facts(look: Look) -> dict[str, Any]:
    products = []
    if look.any_exists(*_CLAMAV_PROGRAMS):
        look.source("/var/lib/clamav")
        package = installed(look, "clamav-daemon", "clamd", "clamav", "clamav-server")
        settings = " ".join(
            line
            for path in ("/etc/clamav/clamd.conf", "/etc/clamd.d/scan.conf", "/etc/clamd.conf")
            for line in look.lines(path)
        )
        on_access = running(look, "clamonacc")
        if on_access and "OnAccessIncludePath" not in settings and "OnAccessMountPath" not in settings:
            on_access = False
        products.append(
            {
                "name": "ClamAV",
                "version": package.version if package else None,
                "running": running(look, "clamd"),
                "on_access": on_access,
                "signatures_at": _clamav_signatures(look),
            }
        )
    for name, places, programs, names in _PRODUCTS:
        if look.any_exists(*places):
            look.source(places[0])
            package = installed(look, *names)
            version = package.version if package else None
            on = running(look, *programs)
            products.append(
                {"name": name, "version": version, "running": on, "on_access": None, "signatures_at": None}
            )
    if not products:
        look.source("the places of the antivirus programs known here")
        look.absent = not look.problems
    return {"products": products}


def _clamav_signatures(look: Look) -> str | None:
    """When the newest daily database was built: the second field of its 512-byte head (`ClamAV-VDB:...`)."""
    dates = []
    for ending in ("cld", "cvd"):
        path = f"/var/lib/clamav/daily.{ending}"
        if not look.exists(path):
            continue
        try:
            head = decoded(look.machine.slice(path, 0, 512))
        except OSError as error:
            look.problem(path, error)
            continue
        match = re.match(r"ClamAV-VDB:(\d+) (\w{3}) (\d{4}) (\d\d)-(\d\d) ([+-]\d{4})", head)
        if match:
            dates.append(mail_date(f"{match[1]} {match[2]} {match[3]} {match[4]}:{match[5]}:00 {match[6]}"))
        else:
            look.problem(path, "its head is not a database's")
    return latest(*dates)
