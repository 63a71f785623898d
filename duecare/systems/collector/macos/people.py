"""The sections `accounts`, `password_policy` and `screen_lock` on macOS (dscl(1), pwpolicy(8))."""

from __future__ import annotations

import re
from typing import Any

from ..look import Look, Unreadable
from ..sections.sudo import sudo_rules
from .plists import MANAGED, flag, number, parsed, plist, printed

FIRST_PERSON = 501
_NO_SHELLS = ("nologin", "false")
_STANDARD = "dsAttrTypeStandard:"
_ATTRIBUTES = (
    "RecordName",
    "UniqueID",
    "PrimaryGroupID",
    "NFSHomeDirectory",
    "UserShell",
    "AuthenticationAuthority",
)


def directory(look: Look) -> list[dict[str, list[str]]]:
    """The accounts of the local directory, each attribute a list of text."""
    rows = printed(look, "dscl", "-plist", ".", "-readall", "/Users", *_ATTRIBUTES)
    found = []
    for row in rows if isinstance(rows, list) else []:
        values = {
            name.replace(_STANDARD, ""): [str(item) for item in value]
            for name, value in row.items()
            if isinstance(value, list)
        }
        if values.get("RecordName") and values.get("UniqueID"):
            found.append(values)
    return found


def macos_accounts_facts(look: Look) -> dict[str, Any]:
    rows = look.share(directory)
    if not rows:
        raise Unreadable("dscl", "the local directory lists no account")
    look.source("dscl")
    group = printed(look, "dscl", "-plist", ".", "-read", "/Groups/admin", "GroupMembership")
    members = group.get(f"{_STANDARD}GroupMembership") if isinstance(group, dict) else None
    admins = set(map(str, members)) if isinstance(members, list) else None
    rules, _ = look.details.share(sudo_rules)
    unlimited = {rule["who"] for rule in rules if rule["commands"] == "ALL"}
    all_rules = not look.host.share(sudo_rules)[1]
    shortest = look.details.share(policy).get("min_length")
    if not shortest:
        look.details.problem("empty passwords", "no policy rules them out, and macOS does not show them")
    items = [_account(row, admins, unlimited, all_rules, bool(shortest)) for row in rows]
    look.details.problem("last sign-ins", "macOS keeps no record of them that is read here")
    return {
        "items": sorted(items, key=lambda item: int(item["uid"])),
        "login_records": None,
        "administrators_elsewhere": [],
    }


def _account(
    row: dict[str, list[str]],
    admins: set[str] | None,
    unlimited: set[str],
    all_rules: bool,
    never_empty: bool,
) -> dict[str, Any]:
    name, authorities = row["RecordName"][0], " ".join(row.get("AuthenticationAuthority", []))
    uid, shell = _whole(row["UniqueID"][0]), (row.get("UserShell") or [""])[0]
    disabled = ";DisabledUser;" in authorities
    if disabled or not authorities:
        password = "locked"  # noqa: S105
    elif "ShadowHash" in authorities and never_empty:
        password = "set"  # noqa: S105
    else:
        password = "unknown"  # noqa: S105
    in_group = admins is not None and name in admins
    admin = uid == 0 or in_group or bool({name, f"#{uid}", "ALL"} & unlimited)
    return {
        "name": name,
        "uid": uid,
        "gid": _whole((row.get("PrimaryGroupID") or ["-1"])[0]),
        "shell": shell,
        "home": (row.get("NFSHomeDirectory") or [""])[0],
        "can_log_in": not disabled and shell.rpartition("/")[2] not in _NO_SHELLS,
        "password": password,
        "hash": None,
        "changed_on": None,
        "max_days": None,
        "expires_on": None,
        "groups": ["admin"] if in_group else [],
        "last_login": None,
        "admin": True if admin else False if admins is not None and all_rules else None,
    }


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,10}", text) else -1


def policy(look: Look) -> dict[str, Any]:
    """The rules for passwords of local accounts, whether set by hand or by a profile.

    Empty if they could not be read. Lengths stand in the rules as regular expressions, such as `.{15,}`.
    """
    answer = look.run("pwpolicy", "-getaccountpolicies")
    if answer is None or answer[0] != 0:
        look.problem("pwpolicy -getaccountpolicies", "no answer")
        return {}
    look.source("pwpolicy -getaccountpolicies")
    text = answer[1]
    told = parsed(look, "pwpolicy", text[text.index("<") :].encode()) if "<plist" in text else {}
    if not isinstance(told, dict):
        return {}
    lengths, remembered, days = [0], 0, None
    for rule in _rules(told, "policyCategoryPasswordContent"):
        content = str(rule.get("policyContent") or "")
        if "policyAttributePassword matches" in content:
            lengths += [int(size) for size in re.findall(r"\.\{(\d{1,4}),\d*\}", content)]
        depth = number(_parameters(rule).get("policyAttributePasswordHistoryDepth"))
        remembered = max(remembered, depth or 0)
    for rule in _rules(told, "policyCategoryPasswordChange"):
        days = number(_parameters(rule).get("policyAttributeExpiresEveryNDays")) or days
    lockout = None
    for rule in _rules(told, "policyCategoryAuthentication"):
        limits = _parameters(rule)
        attempts = number(limits.get("policyAttributeMaximumFailedAuthentications"))
        if attempts is not None:
            unlock = number(limits.get("autoEnableInSeconds"))
            lockout = {"module": "pwpolicy", "attempts": attempts, "unlock_seconds": unlock}
    return {"min_length": max(lengths), "remembered": remembered, "max_days": days, "lockout": lockout}


def _rules(told: dict[str, Any], category: str) -> list[dict[str, Any]]:
    found = told.get(category)
    return [rule for rule in found if isinstance(rule, dict)] if isinstance(found, list) else []


def _parameters(rule: dict[str, Any]) -> dict[str, Any]:
    found = rule.get("policyParameters")
    return found if isinstance(found, dict) else {}


def macos_password_policy_facts(look: Look) -> dict[str, Any]:
    rules = look.share(policy)
    return {**rules, "checker": "pwpolicy", "hash": "pbkdf2"} if rules else {}


def macos_screen_lock_facts(look: Look) -> dict[str, Any]:
    """A profile's limit for everyone, else each person's own. Only a profile says if a password is asked."""
    name = "com.apple.screensaver"
    managed = plist(look, f"{MANAGED}/{name}.plist")
    rules = managed if isinstance(managed, dict) else {}
    idle, asks = number(rules.get("idleTime")), flag(rules.get("askForPassword"))
    delay = number(rules.get("askForPasswordDelay")) or 0
    look.source(f"{MANAGED}/{name}.plist", f"{name} of each account")
    people = []
    for row in look.share(directory):
        uid, home = _whole(row["UniqueID"][0]), (row.get("NFSHomeDirectory") or [""])[0]
        if uid < FIRST_PERSON or not home.startswith("/Users/"):
            continue
        after = idle
        for path in look.glob(f"{home}/Library/Preferences/ByHost/{name}.*.plist"):
            own = plist(look, path)
            after = idle or (number(own.get("idleTime")) if isinstance(own, dict) else None)
        who = row["RecordName"][0]
        people.append({"who": who, "after_seconds": after, "password": asks, "delay_seconds": delay})
    limit = idle + delay if idle and asks else 0
    return {"machine_seconds": limit, "users": people}
