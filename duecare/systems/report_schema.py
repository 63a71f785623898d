"""The shape of a host report: which fields each section has, and of which type.

Declared here once, after docs/report-format.md ("A section"); `reports.py` applies it. A shape is a function
that is given a value and its place in the report, and raises BadInput naming that place when the value does
not fit. Fields beyond the declared ones are let through: a later collector may add facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from duecare.errors import BadInput
from duecare.words import gettext as _
from duecare.words import gettext_noop

Shape = Callable[[Any, str], None]

_RETAKE = gettext_noop("Collect the report again, with the collector that belongs to this version.")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SHOWN = 40
_HOSTNAME = gettext_noop("a host's name without spaces, at most 253 characters")


def wrong(place: str, expected: str, got: object) -> BadInput:
    """The error for a value that does not fit its place."""
    shown = _("nothing (null)") if got is None else repr(got)
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
    return BadInput(
        _("%(place)s: expected %(expected)s, got %(shown)s.")
        % {"place": place, "expected": expected, "shown": shown},
        _(_RETAKE),
    )


def parse_moment(value: object, place: str) -> datetime:
    """A time as reports write it (`2026-11-23T14:17:25Z`), aware, in UTC. Raises BadInput."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            pass
    raise wrong(place, _("a time such as 2026-11-23T14:17:25Z"), value)


def text(value: Any, place: str) -> None:
    if not isinstance(value, str):
        raise wrong(place, _("text"), value)


def flag(value: Any, place: str) -> None:
    if not isinstance(value, bool):
        raise wrong(place, _("true or false"), value)


def number(value: Any, place: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong(place, _("a whole number"), value)


def moment(value: Any, place: str) -> None:
    parse_moment(value, place)


def day(value: Any, place: str) -> None:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            pass
        else:
            return
    raise wrong(place, _("a date such as 2026-11-23"), value)


def one_of(*words: str) -> Shape:
    """One of these words."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, str) or value not in words:
            raise wrong(place, _("one of %(words)s") % {"words": ", ".join(words)}, value)

    return check


def matching(pattern: str, in_words: str) -> Shape:
    """Text that the whole of `pattern` matches; `in_words` says what that is."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: Any, place: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise wrong(place, _(in_words), value)

    return check


def maybe(shape: Shape) -> Shape:
    """The shape, or null: it could not be learnt."""

    def check(value: Any, place: str) -> None:
        if value is not None:
            shape(value, place)

    return check


def many(shape: Shape) -> Shape:
    """A list of the shape."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, list):
            raise wrong(place, _("a list"), value)
        for index, item in enumerate(value):
            shape(item, f"{place}[{index}]")

    return check


def named(shape: Shape) -> Shape:
    """An object whose members, of any name, all have the shape."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise wrong(place, _("an object"), value)
        for key, item in value.items():
            shape(item, f"{place}.{key}")

    return check


def record(**fields: Shape) -> Shape:
    """An object with at least these members."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise wrong(place, _("an object"), value)
        for key, shape in fields.items():
            if key not in value:
                raise BadInput(_("%(place)s.%(key)s is missing.") % {"place": place, "key": key}, _(_RETAKE))
            shape(value[key], f"{place}.{key}")

    return check


def section(**fields: Shape) -> Shape:
    """A section of facts: its state and problems, and these fields, each of them null if not learnt."""
    return record(
        state=one_of("read", "partial", "unreadable", "absent"),
        problems=many(record(what=text, reason=text)),
        source=text,
        **{key: maybe(shape) for key, shape in fields.items()},
    )


SECTIONS: Mapping[str, Shape] = {
    "os": section(
        family=one_of("debian", "rhel", "alpine", "windows", "macos", "other"),
        id=text,
        version=text,
        codename=text,
        name=text,
        kernel=text,
        architecture=text,
        virtualization=one_of("container", "vm", "none"),
        support_end=day,
        support_source=one_of("os-release", "built-in table", "vendor's practice"),
        extended_support_end=day,
        extended_support_on=flag,
    ),
    "packages": section(
        manager=one_of("dpkg", "rpm", "apk", "registry", "bundles"),
        items=many(
            record(
                name=text,
                version=text,
                architecture=maybe(text),
                source=maybe(text),
                source_version=maybe(text),
            )
        ),
        rebuilt_at=moment,
    ),
    "updates": section(
        metadata_at=moment,
        metadata_fetched_at=moment,
        metadata_signed=flag,
        packages_signed=flag,
        security_labelled=flag,
        repositories=many(
            record(
                name=text,
                suite=maybe(text),
                security=maybe(flag),
                signed=maybe(flag),
                metadata_at=maybe(moment),
            )
        ),
        items=many(
            record(
                name=text,
                architecture=maybe(text),
                installed=text,
                offered=text,
                security=maybe(flag),
                origin=maybe(text),
                first_seen=maybe(moment),
                first_seen_by=maybe(text),
            )
        ),
    ),
    "automatic_updates": section(
        mechanism=one_of(
            *("unattended-upgrades", "dnf-automatic", "yum-cron", "apk-cron"),
            *("windows-update", "softwareupdate", "none"),
        ),
        enabled=flag,
        installs=flag,
        scope=one_of("security", "all"),
        last_run=moment,
    ),
    "reboot": section(
        required=flag,
        reasons=many(text),
        running_kernel=text,
        newest_kernel=text,
        booted_at=moment,
        required_since=moment,
    ),
    "accounts": section(
        login_records=one_of("lastlog", "lastlog2", "wtmp", "sam"),
        items=many(
            record(
                name=text,
                uid=number,
                gid=number,
                shell=text,
                home=text,
                can_log_in=flag,
                password=one_of("set", "locked", "none", "unknown"),
                hash=maybe(one_of("yescrypt", "sha512", "sha256", "md5", "des", "bcrypt")),
                changed_on=maybe(day),
                max_days=maybe(number),
                expires_on=maybe(day),
                groups=many(text),
                last_login=maybe(moment),
                admin=maybe(flag),
            )
        ),
    ),
    "password_policy": section(
        min_length=number,
        checker=one_of("pam_pwquality", "pam_passwdqc", "pam_cracklib", "windows", "pwpolicy", "none"),
        max_days=number,
        hash=text,
        lockout=record(module=text, attempts=maybe(number), unlock_seconds=maybe(number)),
        remembered=number,
    ),
    "sudo": section(
        rules=many(record(who=text, runas=text, commands=text, nopasswd=flag, source=text)), log=flag
    ),
    "sshd": section(
        installed=flag,
        running=flag,
        settings=named(text),
        matches=many(record(criteria=text, settings=named(text))),
    ),
    "authorized_keys": section(
        items=many(
            record(
                account=text,
                type=text,
                bits=maybe(number),
                fingerprint=text,
                comment=text,
                options=text,
                path=text,
                modified_at=maybe(moment),
            )
        )
    ),
    "firewall": section(
        kind=one_of(
            *("nftables", "iptables", "ufw", "firewalld"),
            *("windows-firewall", "application-firewall", "other", "none"),
        ),
        active=flag,
        enabled_at_boot=flag,
        input_policy=one_of("drop", "accept"),
        rules=number,
    ),
    "antivirus": section(
        products=many(
            record(
                name=text,
                version=maybe(text),
                running=maybe(flag),
                on_access=maybe(flag),
                signatures_at=maybe(moment),
            )
        )
    ),
    "disk_encryption": section(
        mounts=many(
            record(
                mount=text,
                device=text,
                filesystem=text,
                encrypted=maybe(flag),
                how=maybe(text),
                removable=maybe(flag),
            )
        ),
        swap=many(record(device=text, encrypted=maybe(flag))),
    ),
    "sockets": section(
        items=many(
            record(
                protocol=one_of("tcp", "tcp6", "udp", "udp6"),
                address=text,
                port=number,
                process=maybe(text),
                uid=maybe(number),
                reach=one_of("loopback", "network"),
            )
        )
    ),
    "time": section(
        service=one_of("chrony", "systemd-timesyncd", "ntpd", "openntpd", "w32time", "timed", "none"),
        running=flag,
        synchronized=flag,
        offset_ms=number,
        servers=many(text),
        zone=text,
    ),
    "logging": section(
        journald=record(
            running=maybe(flag),
            storage=maybe(one_of("persistent", "volatile", "none")),
            oldest_at=maybe(moment),
            max_retention_days=maybe(number),
            max_bytes=maybe(number),
        ),
        rsyslog=record(installed=maybe(flag), running=maybe(flag)),
        others=many(record(name=text, running=maybe(flag), file=maybe(text), on_disk=maybe(flag))),
        auditd=record(installed=maybe(flag), running=maybe(flag), rules=maybe(number)),
        logrotate=record(weeks=maybe(number)),
        shipping=many(record(by=text, to=maybe(text), tls=maybe(flag), running=maybe(flag))),
        oldest_at=moment,
        kept_days=number,
    ),
    "backup": section(
        jobs=many(
            record(
                tool=text,
                what=maybe(text),
                to=maybe(text),
                off_host=maybe(flag),
                schedule=maybe(text),
                enabled=maybe(flag),
                last_run=maybe(moment),
                last_success=maybe(moment),
                source=text,
            )
        )
    ),
}
"""The shape of every section that a report must have."""

LATER_FIELDS: Mapping[str, Mapping[str, Shape]] = {
    "updates": {"last_installed_at": moment},
    "accounts": {
        "administrators_elsewhere": many(record(name=text, kind=one_of("user", "group", "unknown")))
    },
}
"""By section: fields that reports of earlier collectors lack."""

LATER_SECTIONS: Mapping[str, Shape] = {
    "screen_lock": section(
        machine_seconds=number,
        users=many(
            record(who=text, after_seconds=maybe(number), password=maybe(flag), delay_seconds=maybe(number))
        ),
    ),
    "remote_access": section(services=many(record(name=text, on=maybe(flag), asks_first=maybe(flag)))),
}
"""Sections that reports of earlier collectors lack; on the families below every report has them."""

OPTIONAL_SECTIONS: Mapping[str, Shape] = {
    "language_packages": section(
        items=many(record(ecosystem=text, name=text, version=text, path=text, how=text)), owned=number
    ),
}
"""Sections that only some collectors tell; whoever reads them takes their absence as not learnt."""

FAMILIES_WITH_ALL = frozenset({"windows", "macos"})
"""Families (`os.family`) whose reports always had what others' lacked at first."""

HEAD: Shape = record(
    collector=record(name=text, version=text, as_root=flag, root=text, live=flag, took_ms=number),
    collected_at=moment,
    host=record(
        name=matching(
            r"[^\s\x00-\x1f\x7f]{1,253}", gettext_noop("a host's name without spaces, at most 253 characters")
        ),
        key=matching(r"[0-9a-f]{64}", gettext_noop("64 hexadecimal digits")),
        kind=one_of("server", "desktop", "container", "virtual", "unknown"),
    ),
    facts=named(record()),
    more_as_root=many(text),
)
"""The shape of what surrounds the sections."""
