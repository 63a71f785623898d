"""Settings as programs keep them in files: INI-like ones, systemd's with their drop-ins, loose lines."""

from __future__ import annotations

from .look import Look


def ini(look: Look, *paths: str) -> dict[str, dict[str, str]]:
    """Sections of INI-like files; in the order given, a later file overrides an earlier one."""
    found: dict[str, dict[str, str]] = {}
    for path in paths:
        section = ""
        for line in look.lines(path):
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1].strip()
            elif "=" in line and not line.startswith(";"):
                name, _, value = line.partition("=")
                found.setdefault(section, {})[name.strip()] = value.strip()
    return found


def systemd_settings(look: Look, name: str, section: str) -> dict[str, str]:
    """What a file such as journald.conf and its drop-ins set (systemd.unit(5), journald.conf(5))."""
    main = next((p for p in (f"/etc/systemd/{name}", f"/usr/lib/systemd/{name}") if look.exists(p)), None)
    drop_ins = [
        path
        for folder in ("/usr/lib/systemd", "/run/systemd", "/etc/systemd")
        for path in look.glob(f"{folder}/{name}.d/*.conf")
    ]
    drop_ins.sort(key=lambda path: path.rpartition("/")[2])
    look.source(*([main] if main else []), *drop_ins)
    return ini(look, *([main] if main else []), *drop_ins).get(section, {})


def truth(value: str) -> bool:
    return value.strip().lower() in ("1", "yes", "true", "on")


def loose_settings(look: Look, *paths: str) -> dict[str, str]:
    """`name = value` lines of files such as pwquality.conf."""
    return {name: value for values in ini(look, *paths).values() for name, value in values.items()}
