"""Open sockets, the clock, logs, backups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.systems import formats
from tests.systems.trees import Tree, alpine, debian


def test_listening_sockets_carry_address_reach_and_program() -> None:
    rows = [("0100007F", 5432, 106, 2001), ("0A00000A", 80, 0, 2002)]
    table6 = [
        ("00000000000000000000000001000000", 631, 0, 2003),
        ("0000000000000000FFFF00000100007F", 25, 0, 2004),
    ]
    tree = (
        debian()
        .file("/proc/net/tcp", formats.net_table(rows, state=0x0A))
        .file("/proc/net/tcp6", formats.net_table(table6, state=0x0A))
    )
    tree = tree.process(900, "postgres", "postgres", [2001]).process(
        901, "nginx", "nginx", [2002, 2003, 2004]
    )
    found = {
        item["port"]: item for item in tree.facts("sockets")["items"] if item["protocol"].startswith("tcp")
    }
    assert (found[5432]["address"], found[5432]["reach"], found[5432]["process"]) == (
        "127.0.0.1",
        "loopback",
        "postgres",
    )
    assert (found[80]["address"], found[80]["reach"], found[80]["uid"]) == ("10.0.0.10", "network", 0)
    assert (found[631]["address"], found[631]["reach"]) == ("::1", "loopback")
    assert found[25]["reach"] == "loopback"


def test_connections_are_not_listening_sockets() -> None:
    tree = debian().file("/proc/net/tcp", formats.net_table([("0100007F", 40000, 0, 1)], state=0x01))
    assert 40000 not in {item["port"] for item in tree.facts("sockets")["items"]}


def test_a_socket_whose_program_is_hidden_is_listed_without_it() -> None:
    facts = debian().as_user().facts("sockets")
    assert facts["state"] == "read"
    assert {item["process"] for item in facts["items"]} == {None}
    assert any("programs of open sockets" in problem["what"] for problem in facts["problems"])


@pytest.mark.parametrize(
    ("tree", "facts"),
    [
        (
            debian(),
            {
                "service": "chrony",
                "running": True,
                "synchronized": True,
                "offset_ms": 0,
                "servers": ["ntp.example", "time.example"],
            },
        ),
        (
            debian().command("chronyc -c tracking", "0,,0,0.0,0.75,0,0,0,0,0,0,0,0,Not synchronised\n"),
            {"synchronized": False, "offset_ms": 750},
        ),
        (debian().without_process("chronyd"), {"service": "chrony", "running": False}),
        (
            debian().without_process("chronyd").process(710, "systemd-timesyncd"),
            {"service": "systemd-timesyncd", "running": True, "synchronized": True, "servers": None},
        ),
        (
            debian()
            .without_process("chronyd")
            .process(710, "systemd-timesyncd")
            .file("/etc/systemd/timesyncd.conf.d/own.conf", "[Time]\nNTP=a.example b.example\n"),
            {"servers": ["a.example", "b.example"]},
        ),
        (
            debian()
            .without_process("chronyd")
            .without("/etc/systemd/system/multi-user.target.wants/chrony.service")
            .without_command("timedatectl"),
            {"service": "none", "running": False, "synchronized": False},
        ),
        (alpine(), {"service": "chrony", "zone": "Europe/Vienna"}),
        (debian().mounted(), {"service": "chrony", "running": None, "synchronized": None}),
    ],
)
def test_time(tree: Tree, facts: dict[str, Any]) -> None:
    found = tree.facts("time")
    assert facts == {key: found[key] for key in facts}


def shipments(tree: Tree) -> list[tuple[str, str, bool | None]]:
    return [(row["by"], row["to"], row["tls"]) for row in tree.facts("logging")["shipping"]]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("/etc/rsyslog.conf", "*.* @@logs.example:514\n", ("rsyslog", "logs.example:514", False)),
        (
            "/etc/rsyslog.conf",
            "$ActionSendStreamDriverMode 1\n*.* @@(o)logs.example:6514\n",
            ("rsyslog", "logs.example:6514", True),
        ),
        ("/etc/rsyslog.conf", "*.*\t@logs.example\n", ("rsyslog", "logs.example", False)),
        (
            "/etc/rsyslog.d/r.conf",
            'action(type="omrelp" target="logs.example" port="20514" tls="on")\n',
            ("rsyslog", "logs.example:20514", True),
        ),
        (
            "/etc/systemd/journal-upload.conf",
            "[Upload]\nURL=https://logs.example:19532\n",
            ("systemd-journal-upload", "https://logs.example:19532", True),
        ),
        (
            "/etc/filebeat/filebeat.yml",
            'output.elasticsearch:\n  hosts: ["https://es.example:9200"]\n',
            ("filebeat", "https://es.example:9200", True),
        ),
        (
            "/etc/promtail/config.yml",
            "clients:\n  - url: http://user:hunter2@loki.example/push\n",
            ("promtail", "http://user:***@loki.example/push", False),
        ),
        (
            "/etc/fluent-bit/fluent-bit.conf",
            "[OUTPUT]\n    Name forward\n    Host logs.example\n    tls on\n",
            ("fluent-bit", "logs.example", True),
        ),
        (
            "/etc/vector/vector.toml",
            '[sinks.out]\naddress = "logs.example:6000"\n',
            ("vector", "logs.example:6000", False),
        ),
        (
            "/etc/conf.d/syslog",
            'SYSLOGD_OPTS="-t -R logs.example:514"\n',
            ("syslogd", "logs.example:514", False),
        ),
        (
            "/etc/syslog-ng/syslog-ng.conf",
            'destination d { network("logs.example" port(6514) transport("tls")); };\n',
            ("syslog-ng", "logs.example", True),
        ),
    ],
)
def test_where_logs_are_shipped_and_whether_with_tls(path: str, text: str, expected: tuple[Any, ...]) -> None:
    assert shipments(debian().file("/etc/rsyslog.conf", "").file(path, text)) == [expected]


SYSLOGD = "/sbin/syslogd"


def busybox(options: str = "", tree: Tree | None = None) -> Tree:
    """An Alpine that logs by BusyBox's syslogd, started with these options."""
    tree = (tree or alpine()).without_process("rsyslogd").without("/usr/sbin/rsyslogd", "/etc/rsyslog.conf")
    tree = tree.file("/bin/busybox", "\x7fELF").link(SYSLOGD, "/bin/busybox")
    tree = tree.process(742, "syslogd", f"{SYSLOGD} {options}".strip())
    return tree.file("/var/log/messages", "Nov 23 13:59:00 web-1 syslog.info syslogd started\n")


def in_memory(place: str) -> Tree:
    return alpine().append("/proc/self/mountinfo", f"41 30 0:51 / {place} rw - tmpfs tmpfs rw\n")


BSD = busybox().without(SYSLOGD).file(SYSLOGD, "\x7fELF")


@pytest.mark.parametrize(
    ("tree", "file", "on_disk"),
    [
        (busybox("-t -n"), "/var/log/messages", True),
        (busybox("-O /srv/own.log").file("/srv/own.log", ""), "/srv/own.log", True),
        (busybox("-O/srv/not-yet.log"), "/srv/not-yet.log", None),
        (busybox("-C128"), None, False),
        (busybox("-K"), None, False),
        (busybox("-R logs.example:514"), None, False),
        (busybox("-R logs.example:514 -L"), "/var/log/messages", True),
        (busybox("-t", in_memory("/var/log")), "/var/log/messages", False),
        (busybox("-C").file("/etc/syslog.conf", "*.* /var/log/messages\n"), "/var/log/messages", True),
        (busybox("-f /etc/s.conf").file("/etc/s.conf", "*.* /dev/null\n"), None, False),
        (busybox().file("/etc/syslog.conf", "").unreadable("/etc/syslog.conf"), None, None),
        (BSD.file("/etc/syslog.conf", "*.info;mail.none\t-/var/log/messages\n"), "/var/log/messages", True),
        (BSD.file("/etc/syslog.conf", "*.emerg\t:omusrmsg:*\nmail.* /var/log/messages\n"), None, False),
        (busybox().without_process("syslogd"), None, None),
    ],
)
def test_of_another_syslogd_the_main_file_is_told_and_whether_it_outlives_a_restart(
    tree: Tree, file: str | None, on_disk: bool | None
) -> None:
    (service,) = tree.facts("logging")["others"]
    name = "syslogd" if tree.files.get(SYSLOGD) else "busybox syslogd"
    assert (service["name"], service["file"], service["on_disk"]) == (name, file, on_disk)


def test_of_syslog_ng_the_first_destination_that_is_a_file_is_told() -> None:
    tree = debian().file("/usr/sbin/syslog-ng", "\x7fELF").process(743, "syslog-ng")
    config = (
        'source s_sys { file("/proc/kmsg"); };\ndestination d_tty { file("/dev/tty12"); };\n'
        'destination d_all { file("/var/log/messages"); };\n'
    )
    written = tree.file("/etc/syslog-ng/syslog-ng.conf", config).file("/var/log/messages", "x\n")
    expected = {"name": "syslog-ng", "running": True, "file": "/var/log/messages", "on_disk": True}
    assert written.facts("logging")["others"] == [expected]
    (stopped,) = written.without_process("syslog-ng").facts("logging")["others"]
    assert (stopped["running"], stopped["on_disk"]) == (False, None)
    (unseen,) = written.mounted().facts("logging")["others"]
    assert (unseen["running"], unseen["on_disk"]) == (None, None)


def test_a_machine_without_another_log_service_has_none() -> None:
    assert debian().facts("logging")["others"] == []


def test_how_long_logs_are_kept_is_told_from_settings_and_from_what_is_there() -> None:
    facts = debian().facts("logging")
    assert (facts["logrotate"]["weeks"], facts["oldest_at"], facts["kept_days"]) == (
        60,
        "2025-10-19T14:00:00Z",
        400,
    )
    daily = (
        debian()
        .file("/etc/logrotate.d/rsyslog", "/var/log/syslog\n{\n rotate 14\n daily\n}\n")
        .facts("logging")
    )
    assert daily["logrotate"]["weeks"] == 2
    settings_ = debian().file(
        "/etc/systemd/journald.conf.d/own.conf", "[Journal]\nMaxRetentionSec=3month\nSystemMaxUse=500M\n"
    )
    journald = settings_.facts("logging")["journald"]
    assert (journald["max_retention_days"], journald["max_bytes"]) == (91, 500 * 1024**2)


def test_a_journal_without_a_place_on_disk_is_volatile() -> None:
    tree = debian().file("/etc/systemd/journald.conf", "[Journal]\n#Storage=auto\n")
    assert tree.facts("logging")["journald"]["storage"] == "persistent"
    assert tree.without("/var/log/journal").facts("logging")["journald"]["storage"] == "volatile"


def test_rules_of_the_audit_are_those_loaded_else_those_in_files() -> None:
    assert debian().command("auditctl -l", "No rules\n").facts("logging")["auditd"]["rules"] == 0
    assert debian().without_command("auditctl").facts("logging")["auditd"]["rules"] == 2
    assert debian().as_user().facts("logging")["auditd"]["rules"] is None


BARE = debian().without(
    "/etc/systemd/system/backup.timer", "/etc/systemd/system/timers.target.wants/backup.timer"
)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "/etc/cron.d/b",
            "30 2 * * * root restic -r /srv/repo backup /home\n",
            ("restic", "/srv/repo", False, "30 2 * * *"),
        ),
        (
            "/etc/cron.d/b",
            "@daily root RESTIC_REPOSITORY=s3:https://s3.example/b restic backup /home\n",
            ("restic", "s3:https://s3.example/b", True, "@daily"),
        ),
        (
            "/var/spool/cron/crontabs/root",
            "0 3 * * 0 borg create keeper@b.example:repo::x /etc\n",
            ("borg", "keeper@b.example:repo", True, "0 3 * * 0"),
        ),
        (
            "/etc/crontab",
            "0 3 * * * root /usr/bin/rsync -a /srv/ b.example:/backup/ >/dev/null 2>&1\n",
            ("rsync", "b.example:/backup/", True, "0 3 * * *"),
        ),
        (
            "/etc/crontab",
            "0 3 * * * postgres pg_dumpall -f /var/backups/all.sql\n",
            ("pg_dumpall", "/var/backups/all.sql", False, "0 3 * * *"),
        ),
        (
            "/etc/cron.daily/b",
            "#!/bin/sh\n# rsync old\nexport BORG_REPO=ssh://b.example/./r\nnice borg create ::x /etc\n",
            ("borg", "ssh://b.example/./r", True, "daily"),
        ),
        (
            "/etc/cron.daily/b",
            "#!/bin/sh\nif true; then\n  duplicity full /etc sftp://u:hunter2@b.example/x\nfi\n",
            ("duplicity", "sftp://u:***@b.example/x", True, "daily"),
        ),
    ],
)
def test_backup_jobs_of_cron(path: str, text: str, expected: tuple[Any, ...]) -> None:
    jobs = BARE.file(path, text).facts("backup")["jobs"]
    assert [(job["tool"], job["to"], job["off_host"], job["schedule"]) for job in jobs] == [expected]
    assert jobs[0]["enabled"] is True
    stopped = BARE.file(path, text).without_process("cron").facts("backup")["jobs"]
    assert stopped[0]["enabled"] is False


def test_looking_after_a_backup_and_speaking_of_one_are_no_backups() -> None:
    text = "#!/bin/sh\nrestic forget --keep-daily 7\nborg check\necho restic backup\nusage: use pg_dump\n"
    assert BARE.file("/etc/cron.daily/b", text).facts("backup")["jobs"] == []


def test_a_script_that_cron_starts_is_looked_into() -> None:
    tree = BARE.file("/etc/cron.d/b", "5 4 * * * root /usr/local/bin/nightly.sh\n")
    tree = tree.file("/usr/local/bin/nightly.sh", "#!/bin/bash\nset -e\nborgmatic --verbosity 1\n")
    tree = tree.file(
        "/etc/borgmatic/config.yaml", "repositories:\n    - path: ssh://k@b.example/./web\n      label: far\n"
    )
    (job,) = tree.facts("backup")["jobs"]
    assert (job["tool"], job["to"], job["off_host"]) == ("borgmatic", "ssh://k@b.example/./web", True)


def test_a_timers_last_run_and_success_are_those_that_systemd_knows() -> None:
    (job,) = debian().facts("backup")["jobs"]
    assert (job["enabled"], job["last_success"]) == (True, "2026-11-23T02:35:00Z")
    failed = debian().command(
        "systemctl show -p Result,ExecMainExitTimestamp backup.service",
        "Result=exit-code\nExecMainExitTimestamp=Mon 2026-11-23 02:35:00 UTC\n",
    )
    (job,) = failed.facts("backup")["jobs"]
    assert (job["last_run"], job["last_success"]) == ("2026-11-23T02:35:00Z", None)
    off = debian().without("/etc/systemd/system/timers.target.wants/backup.timer").facts("backup")["jobs"]
    assert [job["enabled"] for job in off] == [False]


def test_a_backup_to_a_mounted_share_leaves_the_host() -> None:
    (job,) = alpine().facts("backup")["jobs"]
    assert (job["to"], job["off_host"], job["last_success"]) == (
        "/mnt/store/web-1/",
        True,
        "2026-11-23T03:00:00Z",
    )
    broken = (
        alpine()
        .append("/var/log/rsnapshot.log", "rsnapshot daily: ERROR: rsync failed\n")
        .facts("backup")["jobs"]
    )
    assert broken[0]["last_success"] is None


def test_clients_of_backup_servers_are_jobs_too() -> None:
    jobs = BARE.process(950, "bareos-fd", "/usr/sbin/bareos-fd").facts("backup")["jobs"]
    assert [(job["tool"], job["off_host"]) for job in jobs] == [("bareos", None)]
