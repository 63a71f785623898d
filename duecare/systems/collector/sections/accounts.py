"""The section `accounts`: who there is, how they sign in, and who may act as root.

passwd(5), group(5), shadow(5). Of a password only the kind of its hash is told (crypt(5)).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..look import Look, Unreadable
from ..passwd import Account, passwd
from ..text import whole
from ..times import epoch_day
from .logins import last_logins
from .sudo import sudo_rules

_NO_SHELLS = {"nologin", "false", "true", "sync", "halt", "shutdown"}
_ADMIN_GROUPS = {"sudo", "wheel", "admin"}


def accounts_facts(look: Look) -> dict[str, Any]:
    known = look.share(passwd)
    if not known:
        raise Unreadable("/etc/passwd", "there is none, or it cannot be read")
    look.source("/etc/passwd", "/etc/group", "/etc/shadow")
    _directory_accounts(look)
    shadow, groups = _shadow(look.details, known), _groups(look, known)
    rules, _ = look.details.share(sudo_rules)
    unlimited = {rule["who"] for rule in rules if rule["commands"] == "ALL"}
    all_rules = not look.host.share(sudo_rules)[1]
    records, logins = last_logins(look.details, known)
    items = []
    for account in known:
        row = shadow.get(account.name)
        password, kind = _password(account.password, row)
        mine = groups[account.name]
        admin = account.uid == 0 or bool(_ADMIN_GROUPS & mine) or bool(_sudo_names(account, mine) & unlimited)
        items.append(
            {
                "name": account.name,
                "uid": account.uid,
                "gid": account.gid,
                "shell": account.shell,
                "home": account.home,
                "can_log_in": account.shell.rpartition("/")[2] not in _NO_SHELLS,
                "password": password,
                "hash": kind,
                "changed_on": epoch_day(row[2]) if row else None,
                "max_days": whole(row[4]) if row else None,
                "expires_on": epoch_day(row[7]) if row else None,
                "groups": sorted(mine),
                "last_login": logins.get(account.name),
                "admin": True if admin else False if all_rules else None,
            }
        )
    return {"items": items, "login_records": records}


def _shadow(look: Look, known: Sequence[Account]) -> dict[str, list[str]]:
    """The lines of /etc/shadow by account (shadow(5)); which of the known ones lack theirs is noted."""
    before = len(look.problems)
    rows = [line.split(":") for line in (look.text("/etc/shadow") or "").splitlines()]
    found = {fields[0]: fields for fields in rows if len(fields) >= 8}
    lacking = [a.name for a in known if a.password == "x" and a.name not in found]  # noqa: S105
    if lacking and len(look.problems) == before:
        look.problem("/etc/shadow", f"it has no line for {', '.join(lacking[:6])}")
    return found


def _groups(look: Look, known: Sequence[Account]) -> dict[str, set[str]]:
    """The names of each account's groups, its own among them (group(5)); a number for one without a name."""
    names: dict[str, str] = {}
    members: dict[str, set[str]] = {}
    for line in (look.text("/etc/group") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 4:
            names.setdefault(fields[2], fields[0])
            for member in filter(None, fields[3].split(",")):
                members.setdefault(member, set()).add(fields[0])
    return {
        account.name: {names.get(str(account.gid), str(account.gid)), *members.get(account.name, ())}
        for account in known
    }


def _sudo_names(account: Account, groups: Iterable[str]) -> set[str]:
    """The names by which a rule of sudo may mean the account."""
    return {account.name, f"#{account.uid}", "ALL", *(f"%{group}" for group in groups)}


def _directory_accounts(look: Look) -> None:
    """Accounts from a directory are not in /etc/passwd: say so where one is in use."""
    sources = re.search(r"^passwd:(.*)$", look.text("/etc/nsswitch.conf") or "", re.MULTILINE)
    settings = {"sss": "/etc/sssd/sssd.conf", "ldap": "/etc/nslcd.conf", "winbind": "/etc/samba/smb.conf"}
    for word in (sources[1] if sources else "").split():
        if word in settings and look.exists(settings[word]):
            look.problem(f"accounts from {word}", "those of a directory are not listed here")


_HASHES = {
    "$y$": "yescrypt",
    "$gy$": "yescrypt",
    "$6$": "sha512",
    "$5$": "sha256",
    "$1$": "md5",
    "$2": "bcrypt",
}


def _password(in_passwd: str, row: Sequence[str] | None) -> tuple[str, str | None]:
    """What the password field says (shadow(5), crypt(5)), and the kind of hash, which itself is dropped."""
    if in_passwd == "x" and row is None:  # noqa: S105
        return "unknown", None
    secret = row[1] if in_passwd == "x" and row is not None else in_passwd  # noqa: S105
    if not secret:
        return "none", None
    if secret[0] in "!*" or secret == "x":  # noqa: S105
        return "locked", None
    kind = next((name for prefix, name in _HASHES.items() if secret.startswith(prefix)), None)
    if kind is None and re.fullmatch(r"[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}", secret):
        kind = "des"
    return "set", kind
