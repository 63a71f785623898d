"""Where logs are sent to, by which program, and whether with TLS."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..look import Look
from ..running import running
from ..text import key_values, masked


class Shipper(NamedTuple):
    """A program that sends logs elsewhere, and how its settings tell where to and whether with TLS."""

    name: str
    files: tuple[str, ...]
    target: str
    tls: str


_SHIPPERS = (
    Shipper(
        "fluent-bit",
        ("/etc/fluent-bit/*.conf", "/etc/fluent-bit/*.yaml"),
        r"(?im)^\s*host:?\s+(\S+)",
        r"(?im)^\s*tls:?\s+on",
    ),
    Shipper(
        "filebeat",
        ("/etc/filebeat/filebeat.yml",),
        r"(?m)^\s*hosts:\s*\[?\s*[\"']?([^\"'\],\s]+)",
        r"https://|ssl\.|ssl:",
    ),
    Shipper(
        "vector",
        ("/etc/vector/vector.*",),
        r"(?m)^\s*(?:endpoints?|address)\s*[:=]\s*\[?\s*[\"']?([^\"'\],\s]+)",
        r"https://|tls\.enabled\s*[:=]\s*true",
    ),
    Shipper(
        "promtail",
        ("/etc/promtail/*.y*ml",),
        r"(?m)^\s*-?\s*url:\s*[\"']?(\S+?)[\"']?\s*$",
        r"https://",
    ),
    Shipper(
        "systemd-journal-upload",
        ("/etc/systemd/journal-upload.conf", "/etc/systemd/journal-upload.conf.d/*.conf"),
        r"(?m)^\s*URL=(\S+)",
        r"https://",
    ),
    Shipper(
        "audisp-remote",
        ("/etc/audit/audisp-remote.conf",),
        r"(?m)^\s*remote_server\s*=\s*(\S+)",
        r"(?m)^\s*transport\s*=\s*KRB5",
    ),
)


def shipping(look: Look) -> list[dict[str, Any]]:
    found = _rsyslog_targets(look)
    for shipper in _SHIPPERS:
        paths = [path for pattern in shipper.files for path in look.glob(pattern)]
        text = "\n".join(line for path in paths for line in look.lines(path))
        target = re.search(shipper.target, text)
        if target:
            look.source(*paths)
            found.append(_shipment(look, shipper.name, target[1], bool(re.search(shipper.tls, text))))
    options = key_values(look.text("/etc/conf.d/syslog") or "").get("SYSLOGD_OPTS", "")
    target = re.search(r"-R\s*(\S+)", options)
    if target:
        look.source("/etc/conf.d/syslog")
        found.append(_shipment(look, "syslogd", target[1], False))
    for path in look.glob("/etc/syslog-ng/syslog-ng.conf") + look.glob("/etc/syslog-ng/conf.d/*.conf"):
        call = re.compile(r"\b(?:network|syslog|tcp|udp)\(\s*\"([^\"]+)\"([^;]*)")
        for to, options in call.findall("\n".join(look.lines(path))):
            look.source(path)
            found.append(_shipment(look, "syslog-ng", to, bool(re.search(r"transport\(\"?tls", options))))
    return found


def _shipment(look: Look, program: str, to: str, tls: bool) -> dict[str, Any]:
    return {"by": program, "to": masked(to), "tls": tls, "running": running(look, program)}


def _rsyslog_targets(look: Look) -> list[dict[str, Any]]:
    """Where rsyslog sends messages: `@host`, `@@host`, omfwd and omrelp actions (rsyslog.conf(5))."""
    paths = [path for path in ("/etc/rsyslog.conf",) if look.exists(path)] + look.glob(
        "/etc/rsyslog.d/*.conf"
    )
    text = "\n".join(line for path in paths for line in look.lines(path))
    encrypted = bool(re.search(r"(?im)^\$ActionSendStreamDriverMode\s+1", text))
    found = []
    for sign, target in re.findall(r"(?m)^[^\s@]+[ \t]+(@@?)(?:\([^)]*\))?(\S+)", text):
        found.append((target, sign == "@@" and encrypted))
    for call in re.findall(r"(?is)\baction\s*\((.*?)\)", text):
        settings = {name.lower(): value for name, value in re.findall(r"([\w.]+)\s*=\s*\"([^\"]*)\"", call)}
        if settings.get("type", "").lower() in ("omfwd", "omrelp") and "target" in settings:
            port = f":{settings['port']}" if "port" in settings else ""
            tls = settings.get("streamdrivermode") == "1" or settings.get("tls", "").lower() == "on"
            found.append((settings["target"] + port, tls))
    if found:
        look.source("/etc/rsyslog.conf")
    on = running(look, "rsyslogd") if found else None
    return [{**_shipment(look, "rsyslog", target, tls), "running": on} for target, tls in found]
