"""The checks of logs: that they survive, reach back, leave the host and can be put in order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duecare.program.judgement import Verdict
from tests.systems import formats
from tests.systems.healthy import (
    Change,
    Changes,
    ago,
    expect,
    healthy,
    judge,
    judge_tree,
    partial,
    shipper,
    unreadable,
)
from tests.systems.tree import Tree
from tests.systems.trees import debian

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
SURVIVE = "detection.logs_survive_restart"
LEAVE = "detection.logs_leave_host"
NO_RSYSLOG: Changes = {"logging.rsyslog.installed": False, "logging.rsyslog.running": False}
VOLATILE: Changes = {**NO_RSYSLOG, "logging.journald.storage": "volatile"}
ALPINE: Changes = {**NO_RSYSLOG, "logging.journald.running": False}
CONTAINER: Changes = {"os.virtualization": "container"}


def other(**facts: bool | None) -> Changes:
    """With BusyBox's syslogd, which runs and writes to a file on a disk unless told otherwise."""
    row = {"name": "busybox syslogd", "running": True, "file": "/var/log/messages", "on_disk": True}
    return {"logging.others": [{**row, **facts}]}


CASES: list[tuple[str, Changes, Verdict, str]] = [
    (SURVIVE, NO_RSYSLOG, MET, ""),
    (SURVIVE, {"logging.journald.storage": "volatile"}, MET, ""),
    (SURVIVE, VOLATILE, UNMET, "in memory only"),
    (SURVIVE, {**VOLATILE, **CONTAINER}, UNKNOWN, "its host may see to the logs"),
    (SURVIVE, {**VOLATILE, "logging.journald.storage": None}, UNKNOWN, "could not be seen"),
    (
        SURVIVE,
        {**VOLATILE, "logging.rsyslog.installed": True, "logging.rsyslog.running": None},
        UNKNOWN,
        "rsyslog",
    ),
    (SURVIVE, ALPINE, UNKNOWN, "no log service that is known here"),
    (SURVIVE, {**ALPINE, "logging.others": None}, UNKNOWN, "does not tell of log services other than"),
    (SURVIVE, {**ALPINE, **other()}, MET, ""),
    (SURVIVE, {**ALPINE, **other(running=False)}, UNKNOWN, "no log service that is known here"),
    (SURVIVE, {**ALPINE, **other(running=None)}, UNKNOWN, "whether busybox syslogd runs"),
    (SURVIVE, {**ALPINE, **other(on_disk=None)}, UNKNOWN, "whether busybox syslogd runs"),
    (SURVIVE, {**ALPINE, **other(on_disk=False)}, UNMET, "busybox syslogd keeps its logs off the disk"),
    (SURVIVE, {**VOLATILE, **other()}, MET, ""),
    (SURVIVE, {**VOLATILE, **other(on_disk=None)}, UNKNOWN, "busybox syslogd"),
    (SURVIVE, {"logging.journald": None}, UNKNOWN, "logging.journald"),
    ("detection.logs_reach_back", {"logging.oldest_at": ago(90)}, MET, ""),
    ("detection.logs_reach_back", {"logging.oldest_at": ago(30)}, UNKNOWN, "set to be kept for 140 days"),
    (
        "detection.logs_reach_back",
        {"logging.oldest_at": ago(30), "logging.logrotate.weeks": 4},
        UNMET,
        "reach back 30 days, expected at least 90",
    ),
    (
        "detection.logs_reach_back",
        {
            "logging.oldest_at": ago(30),
            "logging.logrotate.weeks": 4,
            "logging.journald.max_retention_days": 365,
        },
        UNKNOWN,
        "365 days",
    ),
    (
        "detection.logs_reach_back",
        {
            "logging.oldest_at": ago(30),
            "logging.logrotate.weeks": None,
            "logging.journald.max_retention_days": 90,
        },
        UNKNOWN,
        "kept for 90 days",
    ),
    ("detection.logs_reach_back", {"logging.oldest_at": None}, UNKNOWN, "does not say when"),
    ("detection.audit_runs", {"logging.auditd.installed": False}, UNMET, "not installed"),
    ("detection.audit_runs", {"logging.auditd.running": False}, UNMET, "not running"),
    ("detection.audit_runs", {"logging.auditd.rules": 0}, UNMET, "without a single rule"),
    ("detection.audit_runs", {"logging.auditd.rules": None}, UNKNOWN, "collect as root"),
    ("detection.audit_runs", {"logging.auditd.running": None}, UNKNOWN, "could not be seen"),
    ("detection.audit_runs", {"logging.auditd.installed": False, **CONTAINER}, UNKNOWN, "assess the host"),
    (LEAVE, {"logging.shipping": []}, UNMET, "nothing sends logs"),
    (LEAVE, {"logging.shipping": [shipper(to="127.0.0.1:514")]}, UNMET, "nothing sends logs"),
    (LEAVE, {"logging.shipping": [shipper(to="https://[::1]:19532")]}, UNMET, "nothing sends logs"),
    (LEAVE, {"logging.shipping": [shipper(to="localhost.example:514")]}, MET, ""),
    (
        LEAVE,
        {"logging.shipping": [shipper(running=False)]},
        UNMET,
        "set up, but not running: rsyslog to logs.example",
    ),
    (LEAVE, {"logging.shipping": [shipper(running=False), shipper(by="filebeat")]}, MET, ""),
    (LEAVE, {"logging.shipping": [shipper(running=None)]}, UNKNOWN, "not seen running"),
    (LEAVE, {"logging.shipping": [shipper(to=None)]}, UNKNOWN, "destination"),
    (LEAVE, {"logging.shipping": [], **partial("logging")}, UNKNOWN, "permission denied"),
    (LEAVE, {"logging.shipping": [], **CONTAINER}, UNKNOWN, "its host may see to the logs"),
    ("detection.logs_sent_encrypted", {"logging.shipping.0.tls": False}, UNMET, "without TLS"),
    (
        "detection.logs_sent_encrypted",
        {"logging.shipping.0.tls": None},
        UNKNOWN,
        "rsyslog to logs.example:6514",
    ),
    ("detection.logs_sent_encrypted", {"logging.shipping": []}, ASIDE, "gap of its own"),
    ("detection.logs_sent_encrypted", {"logging.shipping": [], **partial("logging")}, UNKNOWN, "permission"),
    ("detection.ssh_sign_ins_logged", {"sshd.settings.loglevel": "QUIET"}, UNMET, "sign-ins are not logged"),
    ("detection.ssh_sign_ins_logged", {"sshd.settings": {}}, UNKNOWN, "loglevel"),
    (
        "detection.ssh_sign_ins_logged",
        {"sshd.state": "absent", "sshd.installed": False},
        ASIDE,
        "no SSH server",
    ),
    ("detection.time_servers_named", {"time.servers": []}, UNMET, "0 time servers are named"),
    ("detection.time_servers_named", {"time.servers": [], **partial("time")}, UNKNOWN, "permission denied"),
    ("detection.time_servers_named", unreadable("time"), UNKNOWN, "permission denied"),
    ("detection.time_servers_named", {"time.service": "none"}, ASIDE, "gap of its own"),
    ("detection.time_servers_named", CONTAINER, UNKNOWN, "assess the host"),
]


@pytest.mark.parametrize(("id", "changes", "verdict", "word"), CASES)
def test_a_change_of_the_logs_changes_the_answer(
    id: str, changes: Changes, verdict: Verdict, word: str
) -> None:
    expect(judge(id, healthy(changes)), verdict, word)


def test_the_same_server_named_twice_is_one_server() -> None:
    facts = healthy({"time.servers": ["time.example", "time.example"]})
    assert judge("detection.time_servers_named", facts, target=2).verdict is UNMET


def young_logs(weeks: int) -> Change:
    """With a journal of thirty days and logs that are to be kept for so many weeks."""

    def change(tree: Tree) -> Tree:
        journal = formats.journal(tree.now - timedelta(days=30))
        tree = tree.file("/var/log/journal/0123456789abcdef/system.journal", journal)
        return tree.without("/var/log/messages-old").change("/etc/logrotate.d/rsyslog", "60", str(weeks))

    return change


def only_in_memory(tree: Tree) -> Tree:
    tree = tree.change("/etc/systemd/journald.conf", "persistent", "volatile")
    return tree.without("/usr/sbin/rsyslogd", "/etc/rsyslog.conf").without_process("rsyslogd")


def syslogd(tree: Tree, options: str) -> Tree:
    """With BusyBox's syslogd, which writes to a file unless its options say otherwise."""
    tree = tree.file("/bin/busybox", "\x7fELF").link("/sbin/syslogd", "/bin/busybox")
    tree = tree.process(742, "syslogd", f"/sbin/syslogd {options}")
    return tree.file("/var/log/messages", "started\n")


def rsyslog(old: str, new: str) -> Change:
    return lambda tree: tree.change("/etc/rsyslog.conf", old, new)


def hidden_rsyslog(tree: Tree) -> Tree:
    return tree.unreadable("/etc/rsyslog.conf")


MACHINES: list[tuple[str, Change, Verdict, str]] = [
    (SURVIVE, only_in_memory, UNMET, "in memory only"),
    (SURVIVE, lambda tree: syslogd(only_in_memory(tree), "-t"), MET, ""),
    (
        SURVIVE,
        lambda tree: syslogd(only_in_memory(tree), "-C64"),
        UNMET,
        "syslogd keeps its logs off the disk",
    ),
    (SURVIVE, lambda tree: tree.mounted(), UNKNOWN, "mounted tree"),
    ("detection.logs_reach_back", young_logs(4), UNMET, "reach back 30 days"),
    ("detection.logs_reach_back", young_logs(52), UNKNOWN, "364 days"),
    ("detection.logs_reach_back", lambda tree: tree.without("/var/log"), UNKNOWN, "does not say when"),
    ("detection.audit_runs", lambda tree: tree.command("auditctl -l", "No rules\n"), UNMET, "single rule"),
    ("detection.audit_runs", lambda tree: tree.without_process("auditd"), UNMET, "not running"),
    ("detection.audit_runs", lambda tree: tree.as_user(), UNKNOWN, "collect as root"),
    (LEAVE, rsyslog("logs.example", "127.0.0.1"), UNMET, "nothing sends logs"),
    (LEAVE, lambda tree: tree.without_process("rsyslogd"), UNMET, "not running"),
    (LEAVE, hidden_rsyslog, UNKNOWN, "/etc/rsyslog.conf"),
    ("detection.logs_sent_encrypted", rsyslog('Mode="1"', 'Mode="0"'), UNMET, "without TLS"),
    ("detection.logs_sent_encrypted", hidden_rsyslog, UNKNOWN, "/etc/rsyslog.conf"),
    (
        "detection.ssh_sign_ins_logged",
        lambda tree: tree.command("sshd -T", "loglevel QUIET\n"),
        UNMET,
        "loglevel is QUIET",
    ),
    ("detection.ssh_sign_ins_logged", lambda tree: tree.command("sshd -T", "port 22\n"), UNKNOWN, "loglevel"),
    (
        "detection.time_servers_named",
        lambda tree: tree.file("/etc/chrony/chrony.conf", "makestep 1 3\n"),
        UNMET,
        "0 time servers are named",
    ),
    (
        "detection.time_servers_named",
        lambda tree: tree.unreadable("/etc/chrony/chrony.conf"),
        UNKNOWN,
        "/etc/chrony/chrony.conf",
    ),
]


@pytest.mark.parametrize(("id", "change", "verdict", "word"), MACHINES)
def test_a_change_of_the_machine_changes_the_answer(
    id: str, change: Change, verdict: Verdict, word: str
) -> None:
    expect(judge_tree(id, change(debian())), verdict, word)
