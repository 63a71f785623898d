"""Checks of the machine itself: its system, firewall, open ports, antivirus, encryption, clock.

Each is a pure function over a host's report (docs/report-format.md). What a container leaves to its host,
and what a mounted tree cannot show, is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duecare.systems.device_checks
import duecare.systems.fleet_checks
import duecare.systems.name_checks  # noqa: F401  (all register their checks with these)
from duecare.program.judgement import (
    Facts,
    Item,
    Judgement,
    Section,
    check,
    met,
    not_applicable,
    unknown,
    unmet,
)
from duecare.systems.disks import built_in, encrypted, removable, swap
from duecare.systems.evidence import (
    FAST,
    SLOW,
    day,
    days_since,
    decided_by_its_host,
    each,
    family,
    few,
    perhaps_done_by_its_host,
    require_running,
    undated,
    value,
)
from duecare.systems.listening import (
    CLEAR_TEXT,
    CONTROL_INTERFACES,
    DATABASES,
    REMOTE_DESKTOPS,
    kept_off_the_network,
    port_name,
)
from duecare.words import gettext as _
from duecare.words import gettext_noop

WITHOUT_SIGNATURES = {"CrowdStrike Falcon", "SentinelOne"}
"""Endpoint protection that watches what runs: it has no signatures on the host and no scans on access."""
PUBLISHED_SELDOM = {"XProtect": 45}
"""Built-in protection whose vendor publishes signatures every few weeks, with the days after which one must
have been missed; a target of a few days would tell of the vendor and not of the computer."""
NO_SCANNER = gettext_noop(
    "no antivirus program that scans files is installed (systems.antivirus_running tells of none at all)"
)


@check(
    "systems.os_supported",
    safeguard="patching",
    question="Does the vendor still publish security updates for the operating system?",
    advice="Upgrade to a release that the vendor supports, or replace the computer.",
    fresh_for=SLOW,
)
def os_supported(facts: Facts, _target: None) -> Judgement:
    """Support is compared with the day of judging: it ends on its date whether or not anyone looks."""
    section = facts.section("os")
    today = facts.now.date()
    name = section["name"] or _("the operating system")
    if family(facts) == "macos" and section["support_end"] is None:
        return unknown(
            _("Apple names no day on which support for %(name)s ends, and this release is not known")
            % {"name": name}
        )
    end = day(value(section, "support_end"))
    if today <= end:
        return met()
    if section["support_source"] == "vendor's practice":
        return unmet(
            _("%(name)s is no longer among the three newest releases, which alone get all fixes (%(end)s)")
            % {"name": name, "end": end}
        )
    extended = section["extended_support_end"]
    if extended is None or today > day(extended):
        return unmet(_("support for %(name)s ended on %(value)s") % {"name": name, "value": extended or end})
    match section["extended_support_on"]:
        case True:
            return met()
        case False:
            return unmet(
                _(
                    "support for %(name)s ended on %(end)s, and the extended support to %(extended)s is "
                    "not set up"
                )
                % {"name": name, "end": end, "extended": extended}
            )
        case _:
            return unknown(
                _(
                    "support for %(name)s ended on %(end)s; whether the extended support to %(extended)s "
                    "is set up could not be seen"
                )
                % {"name": name, "end": end, "extended": extended}
            )


@check(
    "systems.software_listed",
    safeguard="asset_inventory",
    question="Could the list of installed software be read in full?",
    advice="Repair the package database, and collect as root or administrator.",
    fresh_for=SLOW,
    counts="packages",
)
def software_listed(facts: Facts, _target: None) -> Judgement:
    section = facts.section("packages")
    count = len(value(section, "items"))
    return each(count, (), read_from=[section], nothing=_("the list of packages is empty"))


@check(
    "systems.firewall_refuses",
    safeguard="network_security",
    question="Does a running firewall refuse incoming connections that no rule allows?",
    advice="Turn the firewall on with a default of refusing, and allow only the ports that are needed.",
    fresh_for=FAST,
)
def firewall_refuses(facts: Facts, _target: None) -> Judgement:
    section = facts.section("firewall")
    if section.absent or section["kind"] == "none":
        answer = unmet(_("no firewall is set up"))
    else:
        require_running(facts, _("a firewall's rules"))
        kind = section["kind"] or "firewall"
        if not value(section, "active"):
            answer = unmet(_("the firewall (%(kind)s) is not active") % {"kind": kind})
        elif value(section, "input_policy") != "drop":
            answer = unmet(
                _("the firewall (%(kind)s) accepts what no rule refuses (expected drop, got accept)")
                % {"kind": kind}
            )
        else:
            answer = met()
    return perhaps_done_by_its_host(facts, _("the firewall"), answer)


@check(
    "systems.firewall_at_boot",
    safeguard="network_security",
    question="Does the firewall start with the computer?",
    advice="Enable the firewall's service, so that it is there before the network is.",
    fresh_for=SLOW,
)
def firewall_at_boot(facts: Facts, _target: None) -> Judgement:
    section = facts.section("firewall")
    if section.absent or section["kind"] == "none":
        return not_applicable(_("no firewall is set up, which is a gap of its own"))
    if value(section, "enabled_at_boot"):
        return met()
    answer = unmet(
        _("the firewall (%(value)s) is not enabled to start at boot")
        % {"value": section["kind"] or _("of unknown kind")}
    )
    return perhaps_done_by_its_host(facts, _("the firewall"), answer)


@check(
    "systems.ports_open",
    safeguard="network_security",
    question="Are at most the target number of ports open to the network?",
    advice="Stop the services that are not needed, or bind them to the loopback address.",
    fresh_for=FAST,
    target="open_ports",
    unit="ports",
)
def ports_open(facts: Facts, target: int) -> Judgement:
    section = facts.section("sockets")
    require_running(facts, _("listening services"))
    ports = {port_name(socket) for socket in value(section, "items") if socket["reach"] == "network"}
    if len(ports) > target:
        reason = _("%(count)s ports are open to the network, expected at most %(target)s: %(names)s") % {
            "count": len(ports),
            "target": target,
            "names": few(ports),
        }
        return unmet(reason, measure=len(ports))
    return each(1, (), read_from=[section], measure=len(ports))


@check(
    "systems.databases_off_network",
    safeguard="network_security",
    question="Do databases accept connections only from the computer itself?",
    advice="Bind the database to the loopback address, or let only named computers through the firewall.",
    fresh_for=FAST,
    counts="services",
)
def databases_off_network(facts: Facts, _target: None) -> Judgement:
    return kept_off_the_network(facts, DATABASES)


@check(
    "systems.remote_desktops_off_network",
    safeguard="network_security",
    question="Are remote desktops closed to the network?",
    advice="Reach the desktop through a VPN or an SSH tunnel, and bind it to the loopback address.",
    fresh_for=FAST,
    counts="services",
)
def remote_desktops_off_network(facts: Facts, _target: None) -> Judgement:
    return kept_off_the_network(facts, REMOTE_DESKTOPS)


@check(
    "systems.control_interfaces_off_network",
    safeguard="hardening",
    question="Are interfaces that hand over control without a password closed to the network?",
    advice="Bind the interface to the loopback address, or require client certificates on it.",
    fresh_for=FAST,
    counts="services",
)
def control_interfaces_off_network(facts: Facts, _target: None) -> Judgement:
    return kept_off_the_network(facts, CONTROL_INTERFACES)


@check(
    "systems.no_clear_text_sign_in",
    safeguard="encryption_transit",
    question="Does nothing on the network take passwords in clear text (Telnet, rlogin, rexec, rsh)?",
    advice="Remove the service and use SSH in its place.",
    fresh_for=FAST,
    counts="services",
)
def no_clear_text_sign_in(facts: Facts, _target: None) -> Judgement:
    return kept_off_the_network(facts, CLEAR_TEXT)


@check(
    "systems.antivirus_running",
    safeguard="anti_malware",
    question="Is an antivirus or endpoint protection program running?",
    advice="Install an endpoint protection program and let it start with the computer.",
    fresh_for=FAST,
)
def antivirus_running(facts: Facts, _target: None) -> Judgement:
    section = facts.section("antivirus")
    products = _products(section)
    if products:
        require_running(facts, "programs")
    if any(product["running"] for product in products):
        return met()
    untold = [_product(product) for product in products if product["running"] is None]
    if untold or not section.complete:
        reasons = [Item(name, _("whether it is running could not be seen")) for name in untold]
        return each(1, (), reasons, read_from=[section])
    stopped = ", ".join(_product(product) for product in products)
    answer = unmet(
        _("installed but not running: %(stopped)s") % {"stopped": stopped}
        if stopped
        else _("no antivirus program is installed")
    )
    return perhaps_done_by_its_host(facts, _("protection from malware"), answer)


@check(
    "systems.antivirus_on_access",
    safeguard="anti_malware",
    question="Does the antivirus program look at files as they are opened, and not only when asked?",
    advice="Turn on scanning on access, or schedule scans and record how.",
    fresh_for=SLOW,
    counts="programs",
)
def antivirus_on_access(facts: Facts, _target: None) -> Judgement:
    section = facts.section("antivirus")
    products = [p for p in _products(section) if p["name"] not in WITHOUT_SIGNATURES]
    if not products and section.complete:
        return not_applicable(_(NO_SCANNER))
    short = [Item(_product(p), _("it scans only when asked")) for p in products if p["on_access"] is False]
    untold = [
        Item(_product(p), _("how it scans could not be seen")) for p in products if p["on_access"] is None
    ]
    return each(len(products), short, untold, read_from=[section])


@check(
    "systems.antivirus_signatures_fresh",
    safeguard="anti_malware",
    question="Are the antivirus program's signatures at most the target number of days old?",
    advice="Repair the signature updates: read the updater's log and check its way to the network.",
    fresh_for=FAST,
    counts="programs",
    target="signature_age",
    unit="days",
)
def antivirus_signatures_fresh(facts: Facts, target: int) -> Judgement:
    section = facts.section("antivirus")
    products = [p for p in _products(section) if p["name"] not in WITHOUT_SIGNATURES]
    if not products and section.complete:
        return not_applicable(_(NO_SCANNER))
    old, untold, ages = [], [], []
    for product in products:
        age = days_since(facts, product["signatures_at"])
        if age is None:
            untold.append(
                Item(
                    _product(product),
                    _("age of its signatures: %(why)s") % {"why": undated(product["signatures_at"])},
                )
            )
            continue
        ages.append(age)
        most = max(target, PUBLISHED_SELDOM.get(product["name"], 0))
        if age > most:
            old.append(
                Item(
                    _product(product),
                    _("its signatures are %(age)s days old, expected at most %(most)s")
                    % {"age": age, "most": most},
                )
            )
    return each(len(products), old, untold, read_from=[section], measure=max(ages, default=None))


@check(
    "systems.disks_encrypted",
    safeguard="encryption_rest",
    question="Is every file system on a built-in disk encrypted, the boot partition apart?",
    advice="Turn on BitLocker or FileVault, or LUKS when the computer is next set up; portable ones first.",
    fresh_for=SLOW,
    counts="file systems",
)
def disks_encrypted(facts: Facts, _target: None) -> Judgement:
    return encrypted(facts, _("file systems on a built-in disk"), built_in(facts.section("disk_encryption")))


@check(
    "systems.removable_encrypted",
    safeguard="encryption_rest",
    question="Is every removable disk that is attached encrypted?",
    advice="Move the data to an encrypted disk and wipe the old one.",
    fresh_for=FAST,
    counts="file systems",
)
def removable_encrypted(facts: Facts, _target: None) -> Judgement:
    section = facts.section("disk_encryption")
    require_running(facts, _("attached disks"))
    disks = removable(section)
    if not disks and section.complete:
        return decided_by_its_host(
            facts, _("the encryption of disks"), not_applicable(_("no removable disk is attached"))
        )
    return encrypted(facts, _("removable disks"), disks)


@check(
    "systems.swap_encrypted",
    safeguard="encryption_rest",
    question="Is swap space on a disk encrypted?",
    advice="Encrypt swap (on Windows the paging file's drive), or turn it off: it holds what memory held.",
    fresh_for=SLOW,
    counts="swap areas",
)
def swap_encrypted(facts: Facts, _target: None) -> Judgement:
    section = facts.section("disk_encryption")
    require_running(facts, _("swap areas in use"))
    areas = swap(section)
    if not areas and section.complete:
        return decided_by_its_host(
            facts, _("the encryption of disks"), not_applicable(_("no swap space on a disk is in use"))
        )
    return encrypted(facts, _("swap areas"), areas)


@check(
    "systems.clock_synchronised",
    safeguard="time_sync",
    question="Does a running service keep the clock in step with a time server?",
    advice="Turn on the time service (systemd-timesyncd, chrony, W32Time), and check its way to its servers.",
    fresh_for=FAST,
)
def clock_synchronised(facts: Facts, _target: None) -> Judgement:
    section = facts.section("time")
    if section.absent or section["service"] == "none":
        answer = unmet(_("no time service is installed or turned on"))
    else:
        require_running(facts, _("the clock and its service"))
        service = section["service"] or _("the time service")
        if not value(section, "running"):
            answer = unmet(_("%(service)s is not running") % {"service": service})
        elif section["synchronized"] is None and section["service"] == "timed":
            answer = unknown(_("macOS does not tell whether its time service is in step with a server"))
        elif not value(section, "synchronized"):
            answer = unmet(
                _("%(service)s is running, but the clock is not in step with a server") % {"service": service}
            )
        else:
            answer = met()
    return decided_by_its_host(facts, _("the clock"), answer)


@check(
    "systems.clock_offset",
    safeguard="time_sync",
    question="Is the clock off by at most the target number of milliseconds?",
    advice="Look at the time service's sources, and set the clock once by hand if it is far off.",
    fresh_for=FAST,
    target="clock_offset",
    unit="milliseconds",
)
def clock_offset(facts: Facts, target: int) -> Judgement:
    section = facts.section("time")
    require_running(facts, _("the clock and its service"))
    offset = abs(value(section, "offset_ms"))
    if offset > target:
        answer = unmet(
            _("the clock is off by %(offset)s ms, expected at most %(target)s")
            % {"offset": offset, "target": target},
            measure=offset,
        )
    else:
        answer = met(measure=offset)
    return decided_by_its_host(facts, _("the clock"), answer)


def _products(section: Section) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = [] if section.absent else value(section, "products")
    return found


def _product(product: Mapping[str, Any]) -> str:
    return product["name"] or "a program without a name"
