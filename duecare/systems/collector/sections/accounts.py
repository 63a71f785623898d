"""The section `accounts`: who there is, how they sign in, and who may act as root.

passwd(5), group(5), shadow(5). Of a password only the kind of its hash is told (crypt(5)).
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..look import Look, Unreadable
from ..text import whole
from ..times import epoch_day
from .logins import last_logins
from .sudo import sudo_rules


class Account(NamedTuple):
    """A line of /etc/passwd (passwd(5))."""

    name: str
    password: str
    uid: int
    gid: int
    home: str
    shell: str


def passwd(look: Look) -> list[Account]:
    found = []
    for line in (look.text("/etc/passwd") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 7 and fields[2].isdigit() and fields[3].isdigit() and fields[0][:1] not in "+-":
            found.append(Account(fields[0], fields[1], int(fields[2]), int(fields[3]), fields[5], fields[6]))
    return found


_NO_SHELLS = {"nologin", "false", "true", "sync", "halt", "shutdown"}
_ADMIN_GROUPS = {"sudo", "wheel", "admin"}


def accounts_facts(look: Look) -> dict[str, Any]:
    known = look.share(passwd)
    if not known:
        raise Unreadable("/etc/passwd", "there is none, or it cannot be read")
    look.source("/etc/passwd", "/etc/group", "/etc/shadow")
    shadow = {}
    for line in (look.text("/etc/shadow") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 8:
            shadow[fields[0]] = fields
    groups: dict[str, list[str]] = {}
    by_gid: dict[str, str] = {}
    for line in (look.text("/etc/group") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 4:
            by_gid.setdefault(fields[2], fields[0])
            for member in filter(None, fields[3].split(",")):
                groups.setdefault(member, []).append(fields[0])
    _directory_accounts(look)
    rules = look.share(sudo_rules)[0]
    unlimited = {rule["who"] for rule in rules if rule["commands"] == "ALL"}
    records, logins = last_logins(look, known)
    items = []
    for account in known:
        mine = sorted({*groups.get(account.name, []), by_gid.get(str(account.gid), str(account.gid))})
        ids = {account.name, f"#{account.uid}", "ALL", *(f"%{group}" for group in mine)}
        row = shadow.get(account.name, [account.name, "", "", "", "", "", "", "", ""])
        secret = account.password if account.password != "x" else row[1]  # noqa: S105
        hidden = account.password == "x" and account.name not in shadow  # noqa: S105
        password, kind = ("unknown", None) if hidden else _password(secret)
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
                "changed_on": epoch_day(row[2]),
                "max_days": whole(row[4]),
                "expires_on": epoch_day(row[7]),
                "groups": mine,
                "last_login": logins.get(account.name),
                "admin": account.uid == 0
                or not _ADMIN_GROUPS.isdisjoint(mine)
                or not ids.isdisjoint(unlimited),
            }
        )
    return {"items": items, "login_records": records}


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


def _password(secret: str) -> tuple[str, str | None]:
    """What a password field says (shadow(5), crypt(5)), and the kind of hash; the hash itself is dropped."""
    if not secret:
        return "none", None
    if secret[0] in "!*" or secret == "x":  # noqa: S105
        return "locked", None
    kind = next((name for prefix, name in _HASHES.items() if secret.startswith(prefix)), None)
    if kind is None and re.fullmatch(r"[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}", secret):
        kind = "des"
    return "set", kind
