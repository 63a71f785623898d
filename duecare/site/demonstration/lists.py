"""The lists that the clinic downloads from its services on a day, as those services would write them. Pure.

Heads and the way in which days are written are those of the loaders (`access/loaders`, `systems/loaders`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

MADE = -400
"""The day on which what has no day of its own was made."""
GONE = 30
"""Days after which a service forgets an account that was closed."""
Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it stands on a day."""

    login: str
    name: str
    enabled: bool
    guest: bool
    admin: bool
    methods: Sequence[str]
    made: int
    """The day."""


def bring(kind: str, told: Mapping[str, Any], day: int, now: datetime) -> bytes:
    """The file of that kind, as downloaded at `now`, which is that day of the story."""
    head, rows = _FILES[kind](told, day, now)
    text = io.StringIO()
    written = csv.writer(text)
    written.writerow(head)
    written.writerows(rows)
    return text.getvalue().encode()


def accounts(told: Mapping[str, Any], day: int) -> Iterator[Account]:
    """The accounts in Microsoft 365 on a day."""
    for one in told["accounts"]:
        if one.get("since", MADE) <= day:
            yield _account(one, day)
    staff = told["staff"]
    for number in range(staff["count"]):
        made, left = staff["came"].get(number, MADE), staff["left"].get(number, 0)
        if made <= day and not (left and day >= left + GONE):
            lacks = number in staff["came"] or _chosen(staff["without_factor"], number, day)
            methods = () if lacks else ("microsoftAuthenticatorPush", "softwareOneTimePasscode")
            name = _name(told, number)
            yield Account(_login(name), name, not (left and day >= left), False, False, methods, made)


def _account(one: Mapping[str, Any], day: int) -> Account:
    methods: Sequence[str] = ("microsoftAuthenticatorPush",)
    for change in one.get("methods", ()):
        if change["day"] <= day:
            methods = change["is"]
    enabled = day < one.get("until", 1)
    guest, admin = one.get("guest", False), one.get("admin", False)
    return Account(one["login"], one["name"], enabled, guest, admin, methods, one.get("since", MADE))


def _users(told: Mapping[str, Any], day: int, now: datetime) -> tuple[Row, Iterable[Row]]:
    head = ("userPrincipalName", "displayName", "id", "userType", "accountEnabled", "createdDateTime")
    return head, (
        (one.login, one.name, _id(one.login), "Guest" if one.guest else "Member", str(one.enabled),
         _american(now.replace(hour=8, minute=30, second=0) + timedelta(days=one.made - day)))
        for one in accounts(told, day)
    )  # fmt: skip


def _factors(told: Mapping[str, Any], day: int, now: datetime) -> tuple[Row, Iterable[Row]]:
    """As the real one does, it leaves out accounts that are closed."""
    head = ("userPrincipalName", "userDisplayName", "userType", "isAdmin", "isMfaRegistered", "isMfaCapable",
            "methodsRegistered")  # fmt: skip
    return head, (
        (one.login, one.name, "guest" if one.guest else "member", str(one.admin), str(bool(one.methods)),
         str(bool(one.methods)), ",".join(one.methods))
        for one in accounts(told, day)
        if one.enabled
    )  # fmt: skip


def _practice(told: Mapping[str, Any], day: int, now: datetime) -> tuple[Row, Iterable[Row]]:
    practice = told["practice"]
    head = ("User name", "Full name", "Kind", "Active", "Admin", "Second factor", "Last login")

    def rows() -> Iterator[Row]:
        for number in range(practice["count"]):
            name = _name(told, number)
            last = min(practice["away"].get(number, day), day - number % 3)
            seen = (now + timedelta(days=last - day)).strftime("%Y-%m-%d %H:%M")
            card = day >= practice["cards"] or number % 2 == 0
            login = _login(name).partition("@")[0]
            yield (login, name, "person", "yes", "no", "yes" if card else "no", seen)

    return head, rows()


def _office(told: Mapping[str, Any], day: int, now: datetime) -> tuple[Row, Iterable[Row]]:
    """The personnel office's own list: who works at the clinic on a day, and who left lately."""
    staff, office = told["staff"], told["office"]
    head = ("Staff number", "Name", "E-mail", "Manager", "Department", "Job title", "First day", "Last day")

    def rows() -> Iterator[Row]:
        for number in range(staff["count"]):
            made, left = staff["came"].get(number, MADE - 37 * number % 2000), staff["left"].get(number, 0)
            if made > day or (left and day >= left + GONE) or (number in office["forgets"] and day >= -8):
                continue
            name, ward = _name(told, number), number % len(office["departments"])
            leads = number < len(office["departments"])
            manager = "" if not number else _number(0 if leads else ward)
            first = (now + timedelta(days=made - day)).strftime("%Y-%m-%d")
            last = (now + timedelta(days=left - day)).strftime("%Y-%m-%d") if left and day >= left else ""
            title = office["head"] if leads else office["titles"][number % len(office["titles"])]
            department = office["departments"][ward]
            yield (_number(number), name, _login(name), manager, department, title, first, last)

    return head, rows()


def _number(number: int) -> str:
    return f"HC{number + 1001}"


def _devices(told: Mapping[str, Any], day: int, now: datetime) -> tuple[Row, Iterable[Row]]:
    head = ("Device ID", "Device name", "Last check-in", "OS version", "Serial number", "Compliance",
            "Encrypted", "OS", "Primary user UPN")  # fmt: skip
    listed = told["devices"]
    kinds = [("HC-PC-", "Windows", "10.0.26100.4946")] * listed["computers"]
    kinds += [("HC-PAD-", "iPadOS", "18.6")] * listed["pads"] + [("HC-TEL-", "iOS", "18.6")] * listed[
        "phones"
    ]

    def rows() -> Iterator[Row]:
        for number, (begins, system, version) in enumerate(kinds):
            name = f"{begins}{number + 1:03}"
            last = min(listed["silent"].get(number, day), day - number % 2)
            complies = not _chosen(listed["breaking_rules"], number, day)
            encrypted = system != "Windows" or not _chosen(listed["unencrypted"], number, day)
            yield (
                _id(name), name, _american(now + timedelta(days=last - day)), version, f"MU{number:05}",
                "Compliant" if complies else "Noncompliant", str(encrypted), system,
                _login(_name(told, number)) if number % 4 else "",
            )  # fmt: skip

    return head, rows()


_FILES: Mapping[str, Callable[[Mapping[str, Any], int, datetime], tuple[Row, Iterable[Row]]]] = {
    "entra-users": _users,
    "entra-mfa": _factors,
    "accounts": _practice,
    "staff": _office,
    "intune-devices": _devices,
}
"""By the id of the loader, or of the list for files that have none: of the practice system, of the office."""


def _chosen(faults: Iterable[Mapping[str, Any]], number: int, day: int) -> bool:
    """Whether one of the faults holds for the so manieth on that day."""
    return any(
        fault.get("from", MADE) <= day < fault.get("until", 1)
        and (number in fault.get("of", ()) or ("every" in fault and number % fault["every"] == 1))
        for fault in faults
    )


def _name(told: Mapping[str, Any], number: int) -> str:
    """The so manieth name: the two lists have no common divisor, so none comes twice."""
    given, family = told["given"], told["family"]
    return f"{given[number % len(given)]} {family[number % len(family)]}"


def _login(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@harbour.example"


def _id(name: str) -> str:
    return str(uuid5(NAMESPACE_DNS, name))


def _american(moment: datetime) -> str:
    """Month first, as these services write it."""
    return moment.strftime("%m/%d/%Y %I:%M:%S %p")
