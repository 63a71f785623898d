"""Each section of the report: what is read, in part, not at all, and what is seen to be absent."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.systems import formats
from tests.systems.trees import NOW, Tree, alpine, debian, rhel, ubuntu

BUILDERS: list[Callable[[], Tree]] = [debian, ubuntu, rhel, alpine]
SECTIONS = list(debian().report()["facts"])


@pytest.mark.parametrize("build", BUILDERS)
def test_a_healthy_computer_is_read_in_full_by_root(build: Callable[[], Tree]) -> None:
    report = build().report()
    states = {name: facts["state"] for name, facts in report["facts"].items()}
    assert states.pop("screen_lock") == "absent"  # nobody sits at these
    assert set(states.values()) == {"read"}
    assert report["more_as_root"] == []
    for facts in report["facts"].values():
        assert facts["source"]


@pytest.mark.parametrize("build", BUILDERS)
def test_an_ordinary_account_learns_less_and_says_what_root_would_learn(build: Callable[[], Tree]) -> None:
    report = build().as_user().report()
    partial = {name for name, facts in report["facts"].items() if facts["state"] != "read"}
    assert {"sudo", "authorized_keys", "firewall"} <= partial
    assert not {"accounts", "sockets"} & partial  # Every account and socket is there; fields of them are not.
    assert any("/etc/shadow" in line for line in report["more_as_root"])
    assert {account["password"] for account in report["facts"]["accounts"]["items"]} == {"unknown"}
    assert report["facts"]["firewall"]["active"] is None


UNREADABLE = [
    ("os", debian().unreadable("/etc/os-release"), "unreadable", "/etc/os-release"),
    ("packages", debian().unreadable("/var/lib/dpkg/status"), "unreadable", "/var/lib/dpkg/status"),
    ("packages", rhel().unreadable("/var/lib/rpm/rpmdb.sqlite"), "unreadable", "rpm's database"),
    (
        "packages",
        rhel().file("/var/lib/rpm/rpmdb.sqlite", "SQLite format 3\0..."),
        "unreadable",
        "rpm's database",
    ),
    ("packages", debian().without("/var/lib/dpkg"), "unreadable", "packages"),
    ("updates", debian().unreadable("/var/lib/apt/lists"), "unreadable", "/var/lib/apt/lists"),
    ("automatic_updates", debian().unreadable("/etc/apt/apt.conf.d"), "partial", "/etc/apt/apt.conf.d"),
    ("reboot", debian().without("/lib/modules"), "partial", "newest installed kernel"),
    ("accounts", debian().unreadable("/etc/passwd"), "unreadable", "/etc/passwd"),
    ("accounts", debian().unreadable("/etc/group"), "partial", "/etc/group"),
    (
        "accounts",
        debian().file("/etc/nsswitch.conf", "passwd: files sss").file("/etc/sssd/sssd.conf", ""),
        "partial",
        "accounts from sss",
    ),
    ("password_policy", debian().unreadable("/etc/login.defs"), "partial", "/etc/login.defs"),
    ("sudo", debian().unreadable("/etc/sudoers.d"), "partial", "/etc/sudoers.d"),
    ("sshd", debian().without_command("sshd").unreadable("/etc/ssh"), "partial", "/etc/ssh/sshd_config"),
    (
        "authorized_keys",
        debian().unreadable("/home/alice/.ssh/authorized_keys"),
        "unreadable",
        "/home/alice/.ssh/authorized_keys",
    ),
    (
        "authorized_keys",
        debian().append("/etc/ssh/sshd_config", "AuthorizedKeysCommand /usr/bin/keys %u\n"),
        "partial",
        "keys given by /usr/bin/keys",
    ),
    ("firewall", debian().command("nft -j list ruleset", "", 1), "partial", "the rules in force"),
    ("firewall", debian().command("nft -j list ruleset", "{"), "partial", "nft -j list ruleset"),
    (
        "antivirus",
        debian().file("/var/lib/clamav/daily.cld", "nonsense"),
        "partial",
        "/var/lib/clamav/daily.cld",
    ),
    ("disk_encryption", debian().without("/proc/self/mountinfo"), "partial", "the disk below /"),
    ("sockets", debian().without("/proc/net"), "unreadable", "/proc/net/tcp"),
    ("time", debian().without_command("chronyc"), "partial", "chronyc -c tracking"),
    ("logging", debian().unreadable("/etc/rsyslog.conf"), "partial", "/etc/rsyslog.conf"),
    ("backup", debian().file("/etc/cron.d/x", "").unreadable("/etc/cron.d"), "partial", "/etc/cron.d"),
]


@pytest.mark.parametrize(("name", "tree", "state", "what"), UNREADABLE)
def test_what_cannot_be_read_is_named_with_the_reason(name: str, tree: Tree, state: str, what: str) -> None:
    facts = tree.facts(name)
    assert facts["state"] == state
    row = next(problem for problem in facts["problems"] if problem["what"] == what)
    assert row["reason"]


CLAMAV = ("/usr/sbin/clamd", "/var/lib/clamav", "/etc/clamav")
ABSENT = [
    ("sudo", debian().without("/etc/sudoers", "/etc/sudoers.d")),
    ("sshd", debian().without("/usr/sbin/sshd", "/etc/ssh")),
    (
        "firewall",
        debian()
        .without("/usr/sbin/nft", "/etc/systemd/system/multi-user.target.wants/nftables.service")
        .without_command("nft"),
    ),
    ("antivirus", debian().without(*CLAMAV)),
    (
        "backup",
        debian().without(
            "/etc/systemd/system/backup.timer", "/etc/systemd/system/timers.target.wants/backup.timer"
        ),
    ),
]


@pytest.mark.parametrize(("name", "tree"), ABSENT)
def test_what_was_seen_not_to_be_there_is_absent(name: str, tree: Tree) -> None:
    facts = tree.facts(name)
    assert (facts["state"], facts["problems"]) == ("absent", [])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_content_of_any_file_makes_the_collector_fail(data: st.DataObject) -> None:
    tree = TREES[data.draw(st.integers(0, len(TREES) - 1))]
    for path in data.draw(
        st.lists(st.sampled_from(sorted(tree.files)), min_size=1, max_size=12, unique=True)
    ):
        content = bytearray(tree.files[path].content)
        for at in data.draw(st.lists(st.integers(0, max(len(content) - 1, 0)), max_size=5)):
            content[at : at + 1] = data.draw(st.binary(max_size=4))
        tree = tree.file(path, bytes(content))
    for name, facts in tree.report()["facts"].items():
        reasons = " ".join(problem["reason"] for problem in facts["problems"])
        assert not re.search(r"\b\w*[eE]rror: ", reasons), f"{name}: {reasons}"


TREES = [build() for build in BUILDERS]


# ── One by one ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tree", "facts"),
    [
        (debian(), {"family": "debian", "support_end": "2028-08-09", "extended_support_on": True}),
        (debian().without("/etc/apt/sources.list.d"), {"extended_support_on": False}),
        (
            debian().file("/etc/os-release", "ID=debian\nPRETTY_NAME=sid\n"),
            {"support_end": None, "version": None},
        ),
        (ubuntu(), {"family": "debian", "id": "ubuntu", "support_end": "2029-05-31", "virtualization": "vm"}),
        (rhel(), {"family": "rhel", "support_end": "2032-05-31", "support_source": "os-release"}),
        (
            rhel().file("/etc/os-release", "ID=rocky\nVERSION_ID=8.10\nID_LIKE=rhel\n"),
            {"support_end": "2029-05-31", "support_source": "built-in table"},
        ),
        (alpine(), {"family": "alpine", "support_end": "2027-05-01", "virtualization": "none"}),
        (
            debian().file("/etc/os-release", "ID=plan9\n"),
            {"family": "other", "support_end": None, "support_source": None},
        ),
    ],
)
def test_os(tree: Tree, facts: dict[str, Any]) -> None:
    assert facts.items() <= tree.facts("os").items()


def test_a_container_is_told_from_a_machine_made_of_a_containers_image() -> None:
    marked = debian().command("systemd-detect-virt --container", "docker\n").file("/.dockerenv", "")
    assert marked.facts("os")["virtualization"] == "none"
    within = marked.without("/proc/2").change(
        "/proc/self/mountinfo", "ext4 /dev/mapper/vg-root", "overlay overlay"
    )
    assert within.facts("os")["virtualization"] == "container"
    assert within.report()["host"]["kind"] == "container"
    assert within.facts("disk_encryption")["state"] == "partial"


def test_the_hosts_key_stays_and_gives_away_no_id() -> None:
    host = debian().report()["host"]
    assert host == debian().file("/etc/hostname", "other").report()["host"]
    assert host["key_from"] == "machine id"
    without = (
        debian()
        .without("/etc/machine-id")
        .file("/etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 AAAA root@web-1\n")
    )
    assert without.report()["host"]["key_from"] == "SSH host key"
    assert without.report()["host"]["key"] != host["key"]
    assert "0123456789abcdef0123456789abcdef" not in str(debian().report()["host"])


def test_packages_carry_the_source_that_they_were_built_from() -> None:
    def named(tree: Tree, name: str) -> dict[str, Any]:
        return next(item for item in tree.facts("packages")["items"] if item["name"] == name)

    kernel = named(debian(), "linux-image-6.12.57+deb13-amd64")
    assert (kernel["source"], kernel["source_version"]) == ("linux-signed-amd64", "6.12.57+1")
    assert named(debian(), "libssl3t64")["source"] == "openssl"
    openssl = named(rhel(), "openssl")
    assert (openssl["version"], openssl["source_version"]) == ("1:3.2.2-6.el9_5.1", "3.2.2-6.el9_5.1")
    assert named(alpine(), "libssl3")["source"] == "openssl"


def test_packages_that_were_removed_are_not_listed() -> None:
    tree = debian().append(
        "/var/lib/dpkg/status", "\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
    )
    assert "gone" not in {item["name"] for item in tree.facts("packages")["items"]}


def test_a_database_that_only_rpm_reads_is_asked_of_rpm() -> None:
    form = r"%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{MODULARITYLABEL}\n"
    tree = rhel().without("/var/lib/rpm").file("/var/lib/rpm/Packages", "berkeley")
    assert tree.facts("packages")["state"] == "unreadable"
    line = "bash\t0:5.1.8-9.el9\tx86_64\tbash-5.1.8-9.el9.src.rpm\t(none)\n"
    line += "gpg-pubkey\t0:1-1\t(none)\t(none)\t(none)\n"
    facts = tree.command(f"rpm -qa --qf {form}", line).facts("packages")
    assert [(item["name"], item["version"], item["source"]) for item in facts["items"]] == [
        ("bash", "5.1.8-9.el9", "bash")
    ]


AUTO = "/etc/apt/apt.conf.d/20auto-upgrades"
UPGRADE_TIMER = "/etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer"


@pytest.mark.parametrize(
    ("tree", "facts"),
    [
        (debian(), {"mechanism": "unattended-upgrades", "enabled": True, "installs": True, "scope": "all"}),
        (ubuntu(), {"mechanism": "unattended-upgrades", "enabled": True, "scope": "security"}),
        (debian().change(AUTO, 'Unattended-Upgrade "1"', 'Unattended-Upgrade "0"'), {"enabled": False}),
        (debian().file(AUTO, '/* APT::Periodic::Unattended-Upgrade "1"; */\n'), {"enabled": False}),
        (
            debian().file("/etc/apt/apt.conf.d/99x", 'APT { Periodic { Unattended-Upgrade "0"; }; };'),
            {"enabled": False},
        ),
        (
            debian().file("/etc/apt/apt.conf.d/99x.disabled", 'APT::Periodic::Unattended-Upgrade "0";'),
            {"enabled": True},
        ),
        (debian().without(UPGRADE_TIMER), {"enabled": False}),
        (debian().link("/etc/systemd/system/apt-daily-upgrade.timer", "/dev/null"), {"enabled": False}),
        (debian().without_process("systemd").process(1, "sh"), {"enabled": False}),
        (
            debian().without("/etc/apt/apt.conf.d/50unattended-upgrades"),
            {"enabled": True, "installs": False, "scope": None},
        ),
        (
            debian().change("/var/lib/dpkg/status", "Package: unattended-upgrades", "Package: cron-apt"),
            {"mechanism": "none", "enabled": False},
        ),
        (rhel(), {"mechanism": "dnf-automatic", "enabled": True, "installs": True, "scope": "security"}),
        (
            rhel().change("/etc/dnf/automatic.conf", "apply_updates = yes", "apply_updates = no"),
            {"enabled": True, "installs": False},
        ),
        (alpine(), {"mechanism": "apk-cron", "enabled": True, "installs": True, "scope": "all"}),
        (alpine().without("/etc/runlevels/default/crond"), {"mechanism": "apk-cron", "enabled": False}),
        (alpine().without("/etc/periodic"), {"mechanism": "none"}),
    ],
)
def test_automatic_updates(tree: Tree, facts: dict[str, Any]) -> None:
    assert facts.items() <= tree.facts("automatic_updates").items()


def test_a_restart_is_needed_after_a_new_kernel_since_it_was_installed() -> None:
    tree = debian().file("/lib/modules/6.12.63+deb13-amd64/modules.dep", "", modified=NOW - timedelta(days=2))
    facts = tree.facts("reboot")
    assert (facts["required"], facts["newest_kernel"]) == (True, "6.12.63+deb13-amd64")
    assert facts["required_since"] == "2026-11-21T14:00:00Z"
    other_kind = debian().file("/lib/modules/6.17.1+deb13-cloud-amd64/modules.dep", "").facts("reboot")
    assert other_kind["required"] is False


def test_a_restart_is_needed_when_the_package_manager_asks_for_it() -> None:
    asked = (
        debian()
        .file("/run/reboot-required", "*** System restart required ***")
        .file("/run/reboot-required.pkgs", "libc6\nlibc6\n")
    )
    assert asked.facts("reboot")["reasons"] == ["asked for by libc6"]
    told = rhel().command(
        "needs-restarting -r", "Core libraries have been updated:\n  * glibc\n\nReboot is required\n", 1
    )
    assert told.facts("reboot")["reasons"] == ["glibc was updated since the start"]
    rebuilt = debian().change("/var/lib/dpkg/status", "6.12.57-1\n", "6.12.57-2\n")
    assert rebuilt.facts("reboot")["reasons"] == [
        "kernel package 6.12.57-2 is installed and 6.12.57-1 is running"
    ]


@pytest.mark.parametrize("build", BUILDERS)
def test_no_secret_that_the_collector_meets_is_in_its_report(build: Callable[[], Tree]) -> None:
    key = formats.public_key("ssh-rsa", bits=2048)
    tree = (
        build()
        .file(
            "/etc/cron.d/dump",
            "1 1 * * * root mysqldump -u dump -phunter2 --all-databases > /var/backups/x.sql\n",
        )
        .file(
            "/etc/cron.d/sync",
            "1 1 * * * root RCLONE_CONFIG_PASS=hunter2 rclone sync /srv https://u:hunter2@b.example/x\n",
        )
        .file(
            "/etc/cron.d/rest",
            "1 1 * * * root AWS_SECRET_ACCESS_KEY='hunter2' restic backup --password hunter2 /srv\n",
        )
        .file(
            "/home/alice/.ssh/authorized_keys",
            f'environment="TOKEN=hunter2",command="x --api-key=hunter2" ssh-rsa {key} me\n',
        )
        .file("/etc/doas.conf", "permit nopass bob cmd curl args --password hunter2\n")
        .file("/etc/promtail/config.yml", "clients:\n  - url: https://u:hunter2@logs.example/x\n")
    )
    text = str(tree.report())
    assert "mysqldump" in text
    assert "hunter2" not in text
    assert "hashhash" not in text
    assert key[:60] not in text


def test_a_linux_that_people_sit_at_says_that_its_screen_locks_are_not_read() -> None:
    seat = debian().link("/etc/systemd/system/display-manager.service", "/lib/systemd/system/gdm.service")
    facts = seat.file("/lib/systemd/system/gdm.service", "").facts("screen_lock")
    assert facts["state"] == "unreadable"
    assert "people's own settings" in facts["problems"][0]["reason"]
