"""Checks of what is there to look at after an incident: logs that survive, reach back, leave the host.

After NIST SP 800-92 sections 4 and 5 (log configuration, storage, a central store apart from the host): an
intruder with root can rewrite what the host keeps, so that only a copy elsewhere is evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

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
from duecare.systems.evidence import (
    FAST,
    SLOW,
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
from duecare.systems.sshd import judge_settings, one_of
from duecare.words import gettext as _

SIGN_INS_LOGGED = frozenset({"info", "verbose", "debug", "debug1", "debug2", "debug3"})
"""Levels of sshd_config(5) at which each sign-in, kept or refused, leaves a line."""

_LOOPBACK = re.compile(r"(?:^|[@/\[\s])(?:localhost|127\.\d+\.\d+\.\d+|::1)(?:[\]:/\s]|$)", re.ASCII)


@check(
    "detection.logs_survive_restart",
    safeguard="logging",
    question="Does a running log service keep its logs on disk, so that a restart does not wipe them?",
    advice="Set Storage=persistent in journald.conf, or run a log service that writes to a disk.",
    fresh_for=FAST,
)
def logs_survive_restart(facts: Facts, _target: None) -> Judgement:
    section = facts.section("logging")
    require_running(facts, _("log services"))
    journald, rsyslog = value(section, "journald"), value(section, "rsyslog")
    others = section.get("others")  # not in reports of the earliest collectors
    if rsyslog["running"] or (journald["running"] and journald["storage"] == "persistent"):
        return met()
    if any(other["running"] and other["on_disk"] for other in others or ()):
        return met()
    if rsyslog["running"] is None and rsyslog["installed"] is not False:
        return unknown(_("whether rsyslog is running could not be seen"))
    if journald["running"] is None or (journald["running"] and journald["storage"] is None):
        return unknown(_("whether journald runs and keeps its logs on disk could not be seen"))
    if others is None:
        return unknown(_("the report does not tell of log services other than journald and rsyslog"))
    untold = [o["name"] for o in others if o["running"] is None or (o["running"] and o["on_disk"] is None)]
    if untold:
        return unknown(
            _("whether %(names)s runs and keeps its logs on disk could not be seen") % {"names": few(untold)}
        )
    kept = [
        _("%(name)s keeps its logs off the disk") % {"name": other["name"]}
        for other in others
        if other["running"]
    ]
    if journald["running"]:
        kept.insert(0, _kept(journald["storage"]))
    if not kept:
        return unknown(_("no log service that is known here is running"))
    answer = unmet("; ".join([*kept, _("and no other log service runs")]))
    return perhaps_done_by_its_host(facts, _("the logs"), answer)


@check(
    "detection.logs_reach_back",
    safeguard="log_retention",
    question="Do the logs on the computer reach back at least the target number of days?",
    advice="Let journald and logrotate keep logs for the target, and give them the space.",
    fresh_for=SLOW,
    target="log_days",
    unit="days",
)
def logs_reach_back(facts: Facts, target: int) -> Judgement:
    """By the oldest entry; what the configuration promises decides only while the logs are young."""
    section = facts.section("logging")
    oldest = section["oldest_at"]
    reach = days_since(facts, oldest)
    if reach is None:
        return unknown(_("how far the logs reach back: %(why)s") % {"why": undated(oldest)})
    if reach >= target:
        return met(measure=reach)
    kept = max(_promised(section), default=0)
    if kept >= target:
        return unknown(
            _("logs are set to be kept for %(kept)s days, but the oldest is only %(reach)s days old")
            % {"kept": kept, "reach": reach}
        )
    answer = unmet(
        _("the logs reach back %(reach)s days, expected at least %(target)s")
        % {"reach": reach, "target": target},
        measure=reach,
    )
    return perhaps_done_by_its_host(facts, _("keeping the logs"), answer)


@check(
    "detection.audit_runs",
    safeguard="logging",
    question="Does the audit service run, with rules on what to record?",
    advice="Install auditd (on Windows set the audit policy) with rules on sign-ins, rights and the clock.",
    fresh_for=FAST,
)
def audit_runs(facts: Facts, _target: None) -> Judgement:
    section = facts.section("logging")
    require_running(facts, _("the audit service and its rules"))
    auditd = value(section, "auditd")
    name = _("the event log") if family(facts) == "windows" else "auditd"
    if auditd["installed"] is False:
        answer = unmet(_("%(name)s is not installed") % {"name": name})
    elif auditd["running"] is None:
        answer = unknown(_("whether %(name)s is running could not be seen") % {"name": name})
    elif not auditd["running"]:
        answer = unmet(_("%(name)s is not running") % {"name": name})
    elif auditd["rules"] is None:
        answer = unknown(
            _("%(name)s is running, but what it audits could not be read: collect as root") % {"name": name}
        )
    elif auditd["rules"] == 0:
        answer = unmet(_("%(name)s is running without a single rule on what to audit") % {"name": name})
    else:
        answer = met()
    return decided_by_its_host(facts, _("the audit log"), answer)


@check(
    "detection.logs_leave_host",
    safeguard="logging",
    question="Are logs sent to another computer as they arise?",
    advice="Send the logs to a central store (rsyslog over TLS, Windows Event Forwarding, an agent).",
    fresh_for=FAST,
)
def logs_leave_host(facts: Facts, _target: None) -> Judgement:
    section = facts.section("logging")
    shippers = _shippers(section)
    if not shippers:
        if not section.complete:
            return unknown(
                _("what sends logs away could not be read: %(problems)s") % {"problems": section.problems}
            )
        return perhaps_done_by_its_host(
            facts, _("the logs"), unmet(_("nothing sends logs to another computer"))
        )
    require_running(facts, _("log services"))
    if any(shipper["running"] and shipper["to"] for shipper in shippers):
        return met()
    running = [shipper for shipper in shippers if shipper["running"] is not False]
    if running:
        return unknown(
            _("set up, but not seen running or without a known destination: %(names)s")
            % {"names": _names(running)}
        )
    return unmet(_("set up, but not running: %(names)s") % {"names": _names(shippers)})


@check(
    "detection.logs_sent_encrypted",
    safeguard="encryption_transit",
    question="Are logs that leave the computer encrypted on their way?",
    advice="Turn on TLS for the named destination.",
    fresh_for=SLOW,
    counts="destinations",
)
def logs_sent_encrypted(facts: Facts, _target: None) -> Judgement:
    section = facts.section("logging")
    shippers = _shippers(section)
    if not shippers and section.complete:
        return not_applicable(_("no logs leave the computer, which is a gap of its own"))
    plain = [Item(_name(s), _("logs are sent without TLS")) for s in shippers if s["tls"] is False]
    untold = [
        Item(_name(s), _("whether TLS is used could not be read")) for s in shippers if s["tls"] is None
    ]
    return each(len(shippers), plain, untold, read_from=[section])


@check(
    "detection.ssh_sign_ins_logged",
    safeguard="logging",
    question="Does the SSH server log who signs in and who is refused?",
    advice="Set LogLevel to INFO or VERBOSE.",
    fresh_for=SLOW,
    counts="settings",
)
def ssh_sign_ins_logged(facts: Facts, _target: None) -> Judgement:
    rule = one_of("loglevel", SIGN_INS_LOGGED, _("sign-ins are not logged"))
    return judge_settings(facts, ("loglevel",), rule)


@check(
    "detection.time_servers_named",
    safeguard="time_sync",
    question="Does the clock follow at least the target number of named time servers?",
    advice="Name the time servers in the time service's configuration, the same ones on every computer.",
    fresh_for=SLOW,
    target="time_servers",
)
def time_servers_named(facts: Facts, target: int) -> Judgement:
    """Entries that put events of several computers into one order need clocks with a common source."""
    section = facts.section("time")
    if section.absent or section["service"] == "none":
        answer = not_applicable(_("no time service is installed, which is a gap of its own"))
    else:
        servers = set(value(section, "servers"))
        if len(servers) >= target:
            answer = met()
        elif section.complete:
            answer = unmet(
                _("%(count)s time servers are named, expected at least %(target)s")
                % {"count": len(servers), "target": target}
            )
        else:
            answer = unknown(
                _("not all time servers could be read: %(problems)s") % {"problems": section.problems}
            )
    return decided_by_its_host(facts, _("the clock"), answer)


def _kept(storage: str) -> str:
    if storage == "none":
        return _("journald keeps its logs nowhere")
    return _("journald keeps its logs in memory only")


def _promised(section: Section) -> list[int]:
    """For how many days journald and logrotate are set to keep logs, as far as that was read."""
    retention: int | None = value(section, "journald")["max_retention_days"]
    weeks: int | None = value(section, "logrotate")["weeks"]
    return [*([retention] if retention else []), *([weeks * 7] if weeks else [])]


def _shippers(section: Section) -> Sequence[Mapping[str, Any]]:
    """What sends logs to another computer; a destination on this one is none."""
    return [s for s in value(section, "shipping") if s["to"] is None or not _LOOPBACK.search(s["to"])]


def _name(shipper: Mapping[str, Any]) -> str:
    return f"{shipper['by']} to {shipper['to'] or 'an unknown destination'}"


def _names(shippers: Sequence[Mapping[str, Any]]) -> str:
    return few(_name(shipper) for shipper in shippers)
