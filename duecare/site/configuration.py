"""What an installation may set in `duecare.toml` (docs/operations.md), and no more.

Nothing misspelt is passed over: a setting that nobody reads would leave a door as it was while somebody
thinks it shut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from duecare.errors import BadInput
from duecare.home import Home
from duecare.program.outgoing_rules import read_rules

KNOWN: Mapping[str, Mapping[str, type]] = {
    "web": {"hosts": list, "tls": bool, "proxies": list},
    "database": {"url": str},
    "outgoing": {"allow": list},
    "words": {"language": str},
}
"""Every setting, by its table."""
LANGUAGES = (("en", "English"), ("de", "Deutsch"))
"""Those that are installed, each by its name in itself; those but English may be translated in part."""
_KINDS = {list: "a list of texts", bool: "true or false", str: "a text"}
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*")


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
    language: str = "en"
    """The organisation's: of what is recorded, and for whoever asks for no other."""


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
            if type(value) is not kind or (isinstance(value, list) and {type(one) for one in value} - {str}):
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
        language,
    )
