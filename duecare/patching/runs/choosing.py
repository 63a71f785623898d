"""Which updates an order installs on which hosts, and which it leaves out and why. Pure.

What is left out is said: an update that waits and is silently not in an order would look like one that was
installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from duecare.patching.runs.orders import LONGEST, MOST_PACKAGES, Host, LeftOut, Manager, Package, is_package
from duecare.words import gettext as _
from duecare.words import ngettext

SILENT = timedelta(days=2)
"""Without a report for longer than this, what waits on a host is not known well enough to order."""
MANAGERS: Mapping[str, Manager] = {
    "debian": Manager.APT,
    "rhel": Manager.DNF,
    "alpine": Manager.APK,
}
"""By family of operating system."""


class Which(StrEnum):
    """Which of the updates that wait."""

    SECURITY = "security"
    ALL = "all"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A host that was chosen, with what is known of it."""

    key: str
    name: str
    family: str
    address: str
    """Empty if nobody said how it is reached."""
    port: int
    host_key: str
    reported_at: datetime | None
    updates: Sequence[Mapping[str, Any]] | None
    """The items of the section `updates` of its newest report; None if they could not be read."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an order is made of."""

    hosts: tuple[Host, ...]
    left_out: tuple[LeftOut, ...]


def choose(candidates: Iterable[Candidate], which: Which, names: frozenset[str], now: datetime) -> Chosen:
    """What to install on these hosts; `names` are the packages that are meant by `Which.NAMED`."""
    hosts: list[Host] = []
    left_out: list[LeftOut] = []
    for one in candidates:
        why = _unfit(one, now)
        if why:
            left_out.append(_left(one, "", why))
            continue
        packages, others = _packages(one, which, names)
        left_out += others
        if packages:
            manager = MANAGERS[one.family]
            hosts.append(
                Host(one.key, shown(one.name), one.address, one.port, one.host_key, manager, tuple(packages))
            )
        elif not others:
            left_out.append(_left(one, "", _("nothing of what was asked for waits there")))
    return Chosen(tuple(hosts), tuple(left_out))


def _unfit(one: Candidate, now: datetime) -> str:
    """Why nothing is installed on a host; empty if something may be."""
    if one.family not in MANAGERS:
        return _("Duecare installs with apt, dnf and apk only")
    if one.reported_at is None or one.updates is None:
        return _("it has told nothing of its updates")
    if now - one.reported_at > SILENT:
        return ngettext("silent for %s day", "silent for %s days", (now - one.reported_at).days) % (
            (now - one.reported_at).days
        )
    if not one.address:
        return _("nobody has said how it is reached")
    return ""


def _packages(one: Candidate, which: Which, names: frozenset[str]) -> tuple[list[Package], list[LeftOut]]:
    found: dict[str, Package] = {}
    left: list[LeftOut] = []
    unlabelled = 0
    for update in one.updates or ():
        name, installed, offered = str(update["name"]), str(update["installed"]), str(update["offered"])
        if which is Which.NAMED and name not in names:
            continue
        if which is Which.SECURITY and not update["security"]:
            unlabelled += update["security"] is None
            continue
        manager = MANAGERS[one.family]
        if not is_package(manager, name, installed) or not is_package(manager, name, offered):
            why = _("its name or a version is not written as %s writes them") % manager.value
            left.append(_left(one, name, why))
        elif name in found and found[name].version != offered:
            left.append(_left(one, name, _("two versions of it are on offer")))
            del found[name]
        elif len(found) == MOST_PACKAGES:
            left.append(_left(one, name, _("more packages than one order takes for a host")))
        else:
            found[name] = Package(name, installed, offered)
    if unlabelled:
        why = ngettext(
            "%s update of which the vendor does not say whether it is for security",
            "%s updates of which the vendor does not say whether they are for security",
            unlabelled,
        )
        left.append(_left(one, "", why % unlabelled))
    return sorted(found.values(), key=lambda package: package.name), left


def _left(one: Candidate, package: str, why: str) -> LeftOut:
    return LeftOut(shown(one.name), shown(package) if package else "", why[:LONGEST])


def shown(text: str) -> str:
    """Text that came from a host, as an order takes it: printable, on one line, not too long."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)[:LONGEST] or "?"
