"""What an installation may set in `duecare.toml` (docs/operations.md), and no more.

Nothing misspelt is passed over: a setting that nobody reads would leave a door as it was while somebody
thinks it shut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

from duecare.errors import BadInput
from duecare.home import Home
from duecare.program.outgoing_rules import read_rules

KNOWN: Mapping[str, Mapping[str, type]] = {
    "web": {"hosts": list, "tls": bool, "proxies": list},
    "database": {"url": str},
    "outgoing": {"allow": list},
    "openid": {
        "issuer": str,
        "client": str,
        "name": str,
        "groups": str,
        "scopes": list,
        "domains": list,
        "roles": dict,
    },
    "words": {"language": str},
    "deployment": {"orders": str, "results": str},
    "pulling": {"reports": str},
}
"""Every setting, by its table."""
MAPPED = ("owner", "manager", "approver", "member")
"""Roles that a group can give; an auditor's right has a last day, so a person gives it."""
_KINDS = {list: "a list of texts", bool: "true or false", str: "a text", dict: "a table of texts"}
LANGUAGES = (("en", "English"), ("de", "Deutsch"))
"""Those that are installed, each by its name in itself; those but English may be translated in part."""
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*")


@dataclass(frozen=True, slots=True)
class OpenId:
    """The provider through which people may sign in."""

    issuer: str
    """As it calls itself."""
    client: str
    """What it calls us."""
    name: str
    """On the button."""
    groups: str
    """The claim that lists somebody's groups."""
    scopes: tuple[str, ...]
    """Asked for besides openid, profile and email."""
    domains: tuple[str, ...]
    """What may follow the @ of their e-mail addresses; empty for anything."""
    roles: Mapping[str, str]
    """From group to role."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of one home."""

    hosts: tuple[str, ...] = ()
    """Exact host names that are served besides localhost; the first one names the ledger."""
    tls: bool = False
    proxies: tuple[str, ...] = ()
    """Addresses whose forwarded headers count."""
    database: str = ""
    outgoing: tuple[str, ...] = ()
    """Networks, addresses and host names that may be reached although they are not public."""
    openid: OpenId | None = None
    language: str = "en"
    """The organisation's: of what is recorded, and for whoever asks for no other."""
    deployment: tuple[Path, Path] | None = None
    """Where orders go for the deployer, and where its results come from."""
    pulling: Path | None = None
    """Where the puller puts what it fetched."""


def read(home: Home) -> Configuration:
    """The settings in `duecare.toml`; the defaults without one. Raises BadInput naming the setting."""
    return parse(home.configured(), str(home.configuration))


def parse(tables: Mapping[str, Any], place: str) -> Configuration:
    """The settings in the parsed file; `place` names it in messages. Raises BadInput naming the setting."""
    for table, values in tables.items():
        if table not in KNOWN or not isinstance(values, dict):
            raise BadInput(f"{place}: there is no table [{table}].", f"Use [{'], ['.join(KNOWN)}].")
        for name, value in values.items():
            kind = KNOWN[table].get(name)
            if kind is None:
                raise BadInput(
                    f"{place}: [{table}] has no setting {name!r}.", f"It has {', '.join(KNOWN[table])}."
                )
            parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            if type(value) is not kind or {type(one) for one in parts} - {str}:
                raise BadInput(f"{place}: [{table}] {name} must be {_KINDS[kind]}.", "Correct it.")
    web = tables.get("web", {})
    for host in web.get("hosts", ()):
        if not _HOST.fullmatch(host):
            raise BadInput(
                f"{place}: [web] hosts: {host!r} is not an exact host name.",
                "Write it in lower case without port or wildcard, such as duecare.example.org.",
            )
    for proxy in web.get("proxies", ()):
        try:
            ip_address(proxy)
        except ValueError:
            raise BadInput(
                f"{place}: [web] proxies: {proxy!r} is not an address.", "Write it as 10.0.0.5."
            ) from None
    language = tables.get("words", {}).get("language", "en")
    if language not in dict(LANGUAGES):
        raise BadInput(
            f"{place}: [words] language: there is no {language!r} here.",
            f"Use one of {', '.join(dict(LANGUAGES))}.",
        )
    allowed = tuple(tables.get("outgoing", {}).get("allow", ()))
    try:
        read_rules(allowed)
    except BadInput as error:
        raise BadInput(f"{place}: [outgoing] allow: {error.what}", error.next_step) from None
    return Configuration(
        tuple(web.get("hosts", ())),
        web.get("tls", False),
        tuple(web.get("proxies", ())),
        tables.get("database", {}).get("url", ""),
        allowed,
        _openid(tables["openid"], place) if "openid" in tables else None,
        language,
        _deployment(tables["deployment"], place) if "deployment" in tables else None,
        _pulling(tables["pulling"], place) if "pulling" in tables else None,
    )


def _deployment(values: Mapping[str, Any], place: str) -> tuple[Path, Path]:
    """The two directories between us and the deployer. Raises BadInput naming the one that is wrong."""
    for name in KNOWN["deployment"]:
        if not Path(values.get(name, "")).is_absolute():
            raise BadInput(
                f"{place}: [deployment] {name} must be the whole path of a directory.",
                "See docs/deployment.md.",
            )
    return Path(values["orders"]), Path(values["results"])


def _pulling(values: Mapping[str, Any], place: str) -> Path:
    """The directory between us and the puller. Raises BadInput if it is none."""
    if not Path(values.get("reports", "")).is_absolute():
        raise BadInput(
            f"{place}: [pulling] reports must be the whole path of a directory.", "See docs/pulling.md."
        )
    return Path(values["reports"])


def _openid(values: Mapping[str, Any], place: str) -> OpenId:
    """The provider, if all is said that is needed. Raises BadInput naming the setting."""
    for name in ("issuer", "client", "roles"):
        if not values.get(name):
            raise BadInput(f"{place}: [openid] {name} is missing.", "See docs/operations.md.")
    issuer = values["issuer"]
    parts = urlsplit(issuer)
    here = parts.scheme == "http" and parts.hostname == "localhost"
    if not parts.hostname or not (parts.scheme == "https" or here):
        raise BadInput(f"{place}: [openid] issuer: {issuer!r} is not an address by HTTPS.", "Correct it.")
    for group, role in values["roles"].items():
        if role not in MAPPED:
            raise BadInput(
                f"{place}: [openid.roles]: the group {group!r} cannot give the role {role!r}.",
                f"Use one of {', '.join(MAPPED)}.",
            )
    return OpenId(
        issuer=issuer,
        client=values["client"],
        name=normalize("NFC", values.get("name") or parts.hostname),
        groups=values.get("groups") or "groups",
        scopes=tuple(values.get("scopes", ())),
        domains=tuple(domain.lower().removeprefix("@") for domain in values.get("domains", ())),
        roles=dict(values["roles"]),
    )
