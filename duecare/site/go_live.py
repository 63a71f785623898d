"""Going live: what can be checked from here of address and encryption, and the lines that change it.

Duecare reads `duecare.toml` and never writes it, so the page prints what belongs there. Pure: what is looked
at is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

HERE = "localhost"
GOOD, BAD, UNKNOWN = "met", "unmet", "unknown"
"""Keys of `web/words.py`."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """How the request for the page came in."""

    host: str
    """The name under which it was asked for, without port."""
    secure: bool
    """Whether it came by TLS, as far as the server believes."""
    sender: str
    """The address of the machine that connected."""
    forwarded: bool
    """Whether the sender said that it only hands on."""
    believed: bool
    """Whether it is listed as one that may say so."""


@dataclass(frozen=True, slots=True)
class Served:
    """What the server was started with."""

    hosts: tuple[str, ...]
    """From duecare.toml, besides localhost."""
    tls: bool
    cookie_secure: bool
    proxies: tuple[str, ...]
    port: int
    mails: str = ""
    """Where links in mails lead; empty while nothing is mailed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was said about the address; an empty host while nothing was."""

    host: str
    proxies: tuple[str, ...]

    @property
    def away(self) -> bool:
        """Whether people are to come from other machines."""
        return self.host not in ("", HERE)


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at."""

    what: str
    state: str
    """GOOD, BAD or UNKNOWN."""
    word: str
    words: str
    """What was found, and what to do."""


def look(arrived: Arrived, served: Served, wanted: Wanted) -> list[Checked]:
    """Everything that can be checked from here, in the order in which it is put right."""
    return list(_look(arrived, served, wanted))


def _look(arrived: Arrived, served: Served, wanted: Wanted) -> Iterator[Checked]:
    yield _host(served, wanted)
    yield _tls_flag(served, wanted)
    yield _cookie(arrived, served, wanted)
    yield _proxies(served, wanted)
    yield _handed_on(arrived)
    yield _by_tls(arrived)
    yield _passkeys(arrived)
    yield Checked(
        _("Certificate"),
        UNKNOWN,
        _("Unknown"),
        _("Duecare does not see it from within. Add the name under “Names of ours” and look at it there.")
        if wanted.away
        else _("Needed only once people come from other machines."),
    )
    if served.mails:
        yield _links(served, wanted)


def _host(served: Served, wanted: Wanted) -> Checked:
    what = _("Names that are served")
    listed = ", ".join((HERE, *served.hosts))
    if not wanted.host:
        return Checked(what, UNKNOWN, _("Unknown"), _("Served: %s. Say below which name is wanted.") % listed)
    if wanted.away and wanted.host not in served.hosts:
        return Checked(
            what,
            BAD,
            _("Missing"),
            _("Served: %(listed)s. Requests for %(host)s are refused until the lines below are put in.")
            % {"listed": listed, "host": wanted.host},
        )
    return Checked(what, GOOD, _("In order"), _("Served: %s, and no other.") % listed)


def _tls_flag(served: Served, wanted: Wanted) -> Checked:
    what = _("tls in duecare.toml")
    if served.tls:
        words = _("Switched on: browsers are told to come by TLS only, for a year.")
        return Checked(what, GOOD, _("On"), words)
    if wanted.away:
        return Checked(
            what,
            BAD,
            _("Off"),
            _("Switch it on: without it, cookies may travel over unencrypted connections."),
        )
    return Checked(what, GOOD, _("Off"), _("Right for this machine alone: nothing leaves it."))


def _cookie(arrived: Arrived, served: Served, wanted: Wanted) -> Checked:
    what = _("Secure cookies")
    if served.cookie_secure and not arrived.secure:
        return Checked(
            what,
            BAD,
            _("Not kept"),
            _("They are sent over TLS only, but this page did not come by TLS: signing in here cannot last."),
        )
    if served.cookie_secure:
        return Checked(what, GOOD, _("On"), _("Browsers send them over TLS only."))
    if wanted.away:
        return Checked(what, BAD, _("Off"), _("They follow tls."))
    return Checked(what, GOOD, _("Off"), _("Right for this machine alone; they follow tls."))


def _proxies(served: Served, wanted: Wanted) -> Checked:
    what = _("Web server in front")
    missing = [one for one in wanted.proxies if one not in served.proxies]
    if missing:
        return Checked(
            what,
            BAD,
            _("Not listed"),
            _("%s is not believed: put the lines below in.") % ", ".join(missing),
        )
    if served.proxies:
        words = _("Believed when they say who asks, and how: %s") % ", ".join(served.proxies)
        return Checked(what, GOOD, _("Listed"), words)
    if wanted.away:
        return Checked(
            what,
            BAD,
            _("None named"),
            _("Duecare speaks no TLS itself: something in front of it must. Name its address below."),
        )
    return Checked(what, GOOD, _("None"), _("None is needed on this machine alone."))


def _handed_on(arrived: Arrived) -> Checked:
    what = _("How this page came here")
    if arrived.forwarded and not arrived.believed:
        return Checked(
            what,
            BAD,
            _("Not believed"),
            _("%s says that it hands on for others, and is not listed. If it is yours, list it as a proxy.")
            % arrived.sender,
        )
    if arrived.forwarded:
        return Checked(what, GOOD, _("Handed on"), _("By a listed web server."))
    return Checked(
        what, GOOD, _("Directly"), _("Nothing in between said so; connected from %s.") % arrived.sender
    )


def _by_tls(arrived: Arrived) -> Checked:
    what = _("This page by TLS")
    if arrived.secure:
        return Checked(
            what, GOOD, _("Yes"), _("The connection to you was encrypted, or a listed proxy says so.")
        )
    if arrived.host == HERE:
        return Checked(
            what,
            UNKNOWN,
            _("Unknown"),
            _(
                "It came unencrypted to localhost. That is safe if your browser runs on this machine, which "
                "the "
                "server cannot see."
            ),
        )
    return Checked(what, BAD, _("No"), _("What you type here can be read on the way."))


def _passkeys(arrived: Arrived) -> Checked:
    what = _("Passkeys at this address")
    try:
        ip_address(arrived.host.strip("[]"))
    except ValueError:
        pass
    else:
        return Checked(
            what, BAD, _("No"), _("Browsers make none for an address of numbers. Open Duecare by its name.")
        )
    if arrived.host == HERE or arrived.secure:
        words = _("Browsers make and use them for %s. They count for that name only.") % arrived.host
        return Checked(what, GOOD, _("Possible"), words)
    return Checked(what, BAD, _("No"), _("Browsers make none without TLS."))


def _links(served: Served, wanted: Wanted) -> Checked:
    what = _("Links in mails")
    if wanted.away and urlsplit(served.mails).hostname != wanted.host:
        words = _("They lead to %s. Once the lines below are in place, change it under Settings, Mail.")
        return Checked(what, BAD, _("Elsewhere"), words % served.mails)
    return Checked(what, GOOD, _("In order"), _("They lead to %s.") % served.mails)


# ── What to put in ───────────────────────────────────────────────────────────────────────────────────────


def lines(served: Served, wanted: Wanted) -> str:
    """The table [web] as it should stand in `duecare.toml`, with what is there; empty if none is needed."""
    if not wanted.away:
        return ""
    hosts = dict.fromkeys((*served.hosts, wanted.host))
    proxies = dict.fromkeys((*served.proxies, *wanted.proxies))
    return f"[web]\nhosts = [{_quoted(list(hosts))}]\ntls = true\nproxies = [{_quoted(list(proxies))}]\n"


def in_place(served: Served, wanted: Wanted) -> bool:
    """Whether the server was started with these lines already."""
    return (
        wanted.host in served.hosts
        and served.tls
        and not [one for one in wanted.proxies if one not in served.proxies]
    )


def caddy(served: Served, wanted: Wanted, machine: str) -> str:
    """The part of a Caddyfile that serves the name; Caddy fetches and renews the certificate itself."""
    return f"{wanted.host} {{\n    reverse_proxy {machine}:{served.port}\n}}\n"


def nginx(served: Served, wanted: Wanted, machine: str) -> str:
    """The part of nginx's configuration that serves the name with a certificate that is there."""
    name = wanted.host
    return (
        "server {\n"
        "    listen 80;\n"
        f"    server_name {name};\n"
        "    return 301 https://$host$request_uri;\n"
        "}\n"
        "server {\n"
        "    listen 443 ssl;\n"
        f"    server_name {name};\n"
        f"    ssl_certificate     /etc/ssl/{name}/chain.pem;\n"
        f"    ssl_certificate_key /etc/ssl/{name}/key.pem;\n"
        "    client_max_body_size 32m;\n"
        "    location / {\n"
        f"        proxy_pass http://{machine}:{served.port};\n"
        "        proxy_set_header Host $host;\n"
        "        proxy_set_header X-Forwarded-For $remote_addr;\n"
        "        proxy_set_header X-Forwarded-Proto $scheme;\n"
        "    }\n"
        "}\n"
    )


def _quoted(values: Sequence[str]) -> str:
    """As TOML takes them: names and addresses hold nothing that would need escaping."""
    return ", ".join(f'"{value}"' for value in values)
