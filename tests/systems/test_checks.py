"""The checks of the machine itself: its system, firewall, open ports, antivirus, encryption, clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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
    mount,
    partial,
    socket,
    unreadable,
)
from tests.systems.tree import Tree
from tests.systems.trees import alpine, debian, nft_ruleset, rhel, ubuntu

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
STOPPED = {"name": "ClamAV", "version": "1", "running": False, "on_access": False, "signatures_at": ago(9)}
UNSEEN = {"name": "ClamAV", "version": "1", "running": None, "on_access": None, "signatures_at": None}
MANY = [socket(port, "python3") for port in range(8000, 8011)]

CASES: list[tuple[str, Changes, Verdict, str]] = [
    (
        "systems.os_supported",
        {"os.support_end": "2026-11-22", "os.extended_support_end": None},
        UNMET,
        "2026-11-22",
    ),
    ("systems.os_supported", {"os.support_end": "2026-11-23"}, MET, ""),
    ("systems.os_supported", {"os.support_end": "2024-06-10"}, UNKNOWN, "could not be seen"),
    ("systems.os_supported", {"os.support_end": "2024-06-10", "os.extended_support_on": True}, MET, ""),
    (
        "systems.os_supported",
        {"os.support_end": "2024-06-10", "os.extended_support_on": False},
        UNMET,
        "not set up",
    ),
    (
        "systems.os_supported",
        {
            "os.support_end": "2020-01-01",
            "os.extended_support_end": "2022-01-01",
            "os.extended_support_on": True,
        },
        UNMET,
        "2022-01-01",
    ),
    ("systems.os_supported", {"os.support_end": None}, UNKNOWN, "support_end"),
    ("systems.software_listed", {"packages.items": []}, UNKNOWN, "list of packages is empty"),
    ("systems.software_listed", partial("packages"), UNKNOWN, "permission denied"),
    ("systems.software_listed", unreadable("packages", "the database is damaged"), UNKNOWN, "damaged"),
    ("systems.firewall_refuses", {"firewall.active": False}, UNMET, "not active"),
    ("systems.firewall_refuses", {"firewall.input_policy": "accept"}, UNMET, "expected drop, got accept"),
    ("systems.firewall_refuses", {"firewall.kind": "none", "firewall.active": False}, UNMET, "no firewall"),
    ("systems.firewall_refuses", {"firewall.state": "absent", "firewall.kind": None}, UNMET, "no firewall"),
    ("systems.firewall_refuses", {"firewall.input_policy": None}, UNKNOWN, "input_policy"),
    ("systems.firewall_refuses", unreadable("firewall", "nft: must be root"), UNKNOWN, "must be root"),
    ("systems.firewall_refuses", {"os.virtualization": "container"}, MET, ""),
    (
        "systems.firewall_refuses",
        {"os.virtualization": "container", "firewall.kind": "none"},
        UNKNOWN,
        "its host may see to the firewall",
    ),
    ("systems.firewall_at_boot", {"firewall.enabled_at_boot": False}, UNMET, "not enabled"),
    ("systems.firewall_at_boot", {"firewall.enabled_at_boot": None}, UNKNOWN, "enabled_at_boot"),
    ("systems.firewall_at_boot", {"firewall.kind": "none"}, ASIDE, "gap of its own"),
    ("systems.ports_open", {"sockets.items": MANY}, UNMET, "11 ports are open"),
    ("systems.ports_open", {"sockets.items": MANY[1:]}, MET, ""),
    ("systems.ports_open", {"sockets.items": []}, MET, ""),
    ("systems.ports_open", {"sockets.items": MANY, **partial("sockets")}, UNMET, "expected at most 10"),
    ("systems.ports_open", partial("sockets"), UNKNOWN, "permission denied"),
    (
        "systems.databases_off_network",
        {"sockets.items": [socket(3306, None)]},
        UNMET,
        "port 3306/tcp: MySQL or MariaDB accepts connections from the network at 0.0.0.0",
    ),
    (
        "systems.databases_off_network",
        {"sockets.items": [socket(15432, "postgres")]},
        UNMET,
        "port 15432/tcp",
    ),
    ("systems.databases_off_network", {"sockets.items": [socket(8443, None)]}, UNKNOWN, "port 8443/tcp"),
    ("systems.databases_off_network", {"sockets.items": [socket(22, "sshd")]}, ASIDE, "no databases"),
    (
        "systems.databases_off_network",
        {"sockets.items": [], **partial("sockets")},
        UNKNOWN,
        "permission denied",
    ),
    ("systems.remote_desktops_off_network", {"sockets.items": [socket(3389, "xrdp")]}, UNMET, "RDP"),
    (
        "systems.remote_desktops_off_network",
        {"sockets.items": [socket(7000, None)]},
        UNKNOWN,
        "could not be seen",
    ),
    ("systems.control_interfaces_off_network", {"sockets.items": [socket(2375, "dockerd")]}, UNMET, "Docker"),
    (
        "systems.control_interfaces_off_network",
        {"sockets.items": [socket(7000, None)]},
        UNKNOWN,
        "could not be seen",
    ),
    ("systems.no_clear_text_sign_in", {"sockets.items": [socket(23, "inetd")]}, UNMET, "Telnet"),
    ("systems.no_clear_text_sign_in", unreadable("sockets"), UNKNOWN, "permission denied"),
    ("systems.antivirus_running", {"antivirus.products": [STOPPED]}, UNMET, "not running: ClamAV"),
    ("systems.antivirus_running", {"antivirus.products": []}, UNMET, "no antivirus"),
    (
        "systems.antivirus_running",
        {"antivirus.products": [], "antivirus.state": "absent"},
        UNMET,
        "no antivirus",
    ),
    ("systems.antivirus_running", {"antivirus.products": [UNSEEN]}, UNKNOWN, "ClamAV"),
    ("systems.antivirus_running", {"antivirus.products": [], **partial("antivirus")}, UNKNOWN, "permission"),
    ("systems.antivirus_running", {"antivirus.products": None}, UNKNOWN, "products"),
    ("systems.antivirus_on_access", {"antivirus.products": [STOPPED]}, UNMET, "only when asked"),
    ("systems.antivirus_on_access", {"antivirus.products": [UNSEEN]}, UNKNOWN, "could not be seen"),
    ("systems.antivirus_on_access", {"antivirus.products": []}, ASIDE, "no antivirus"),
    ("systems.antivirus_signatures_fresh", {"antivirus.products": [STOPPED]}, UNMET, "9 days old"),
    ("systems.antivirus_signatures_fresh", {"antivirus.products": [UNSEEN]}, UNKNOWN, "does not say when"),
    (
        "systems.antivirus_signatures_fresh",
        {"antivirus.products.0.signatures_at": ago(-3)},
        UNKNOWN,
        "lies after",
    ),
    (
        "systems.antivirus_signatures_fresh",
        {"antivirus.products": [], **partial("antivirus")},
        UNKNOWN,
        "path",
    ),
    (
        "systems.disks_encrypted",
        {"disk_encryption.mounts": [mount("/", False)]},
        UNMET,
        "/: it is not encrypted",
    ),
    ("systems.disks_encrypted", {"disk_encryption.mounts": [mount("/", None)]}, UNKNOWN, "could not be told"),
    ("systems.disks_encrypted", {"disk_encryption.mounts": []}, UNKNOWN, "no file systems"),
    (
        "systems.disks_encrypted",
        {"disk_encryption.mounts": [mount("/boot", False)]},
        UNKNOWN,
        "no file systems",
    ),
    (
        "systems.disks_encrypted",
        {"disk_encryption.mounts": [mount("/", True)], **partial("disk_encryption")},
        UNKNOWN,
        "",
    ),
    (
        "systems.disks_encrypted",
        {"disk_encryption.mounts": [mount("/", False)], "os.virtualization": "vm"},
        UNKNOWN,
        "provider",
    ),
    ("systems.disks_encrypted", {"os.virtualization": "container"}, UNKNOWN, "decided by its host"),
    ("systems.disks_encrypted", {"os.virtualization": None}, UNKNOWN, "could not be told"),
    ("systems.swap_encrypted", {"disk_encryption.swap.0.encrypted": False}, UNMET, "/dev/dm-1"),
    ("systems.swap_encrypted", {"disk_encryption.swap.0.encrypted": None}, UNKNOWN, "/dev/dm-1"),
    ("systems.swap_encrypted", {"disk_encryption.swap": []}, ASIDE, "no swap"),
    ("systems.swap_encrypted", {"disk_encryption.swap.0.device": "/dev/zram0"}, ASIDE, "no swap"),
    (
        "systems.swap_encrypted",
        {"disk_encryption.swap": [], **partial("disk_encryption")},
        UNKNOWN,
        "permission",
    ),
    ("systems.removable_encrypted", {"disk_encryption.mounts.2.encrypted": False}, UNMET, "/media/stick"),
    (
        "systems.removable_encrypted",
        {"disk_encryption.mounts": [mount("/mnt", False, removable=None)]},
        UNKNOWN,
        "/mnt",
    ),
    ("systems.removable_encrypted", {"disk_encryption.mounts": [mount("/", True)]}, ASIDE, "no removable"),
    ("systems.clock_synchronised", {"time.synchronized": False}, UNMET, "not in step"),
    ("systems.clock_synchronised", {"time.running": False}, UNMET, "chrony is not running"),
    ("systems.clock_synchronised", {"time.service": "none", "time.running": None}, UNMET, "no time service"),
    ("systems.clock_synchronised", {"time.synchronized": None}, UNKNOWN, "synchronized"),
    (
        "systems.clock_synchronised",
        {"time.service": "none", "os.virtualization": "container"},
        UNKNOWN,
        "host",
    ),
    ("systems.clock_offset", {"time.offset_ms": -1001}, UNMET, "1001 ms"),
    ("systems.clock_offset", {"time.offset_ms": None}, UNKNOWN, "offset_ms"),
]


@pytest.mark.parametrize(("id", "changes", "verdict", "word"), CASES)
def test_a_change_of_the_facts_changes_the_answer(
    id: str, changes: Changes, verdict: Verdict, word: str
) -> None:
    expect(judge(id, healthy(changes)), verdict, word)


def test_support_ends_on_its_date_even_when_the_report_is_older() -> None:
    facts = healthy({"os.support_end": "2026-11-24", "os.extended_support_end": None})
    assert judge("systems.os_supported", facts).verdict is MET
    later = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    expect(judge("systems.os_supported", facts, now=later), UNMET, "2026-11-24")


def test_a_port_open_on_both_families_of_addresses_counts_once() -> None:
    facts = healthy({"sockets.items": [socket(443, "nginx"), socket(443, "nginx", protocol="tcp6")]})
    assert judge("systems.ports_open", facts).measure == 1


def test_the_worst_age_is_kept_as_the_measure() -> None:
    products = [{**STOPPED, "signatures_at": ago(days)} for days in (1, 6.9, 3)]
    facts = healthy({"antivirus.products": products})
    assert judge("systems.antivirus_signatures_fresh", facts).measure == 6


def listening(tree: Tree, *ports: int, program: str | None = "python3", address: str = "00000000") -> Tree:
    """With a program that listens on these ports, or one that cannot be seen."""
    rows = [(address, port, 0, 9000 + port) for port in ports]
    tree = tree.file("/proc/net/tcp", formats.net_table(rows, state=0x0A))
    return tree if program is None else tree.process(900, program, program, [9000 + port for port in ports])


def without_sockets(tree: Tree) -> Tree:
    return tree.unreadable("/proc/net/tcp")


def contained(tree: Tree) -> Tree:
    return tree.file("/.dockerenv", "").without_process("kthreadd")


def without_antivirus(tree: Tree) -> Tree:
    tree = tree.without("/usr/sbin/clamd", "/etc/clamav", "/var/lib/clamav")
    tree = tree.change("/var/lib/dpkg/status", "Package: clamav-daemon", "Package: other")
    return tree.without_process("clamd", "freshclam", "clamonacc")


def unencrypted(tree: Tree) -> Tree:
    return tree.file("/sys/devices/virtual/block/dm-0/dm/uuid", "LVM-plain\n")


def without_mounts(tree: Tree) -> Tree:
    return tree.unreadable("/proc/self/mountinfo")


def with_stick(tree: Tree) -> Tree:
    usb = "/sys/devices/usb/block/sdb"
    return (
        tree.append("/proc/self/mountinfo", "40 30 8:17 / /media/stick rw - vfat /dev/sdb1 rw\n")
        .file(f"{usb}/removable", "1\n")
        .file(f"{usb}/sdb1/size", "1\n")
        .link("/sys/class/block/sdb", f"../..{usb[4:]}")
        .link("/sys/class/block/sdb1", f"../..{usb[4:]}/sdb1")
        .link("/sys/dev/block/8:17", f"../..{usb[4:]}/sdb1")
    )


def without_clock(tree: Tree) -> Tree:
    return tree.without_command("timedatectl").without_command("chronyc")


LOOPBACK = "0100007F"
MACHINES: list[tuple[str, Change, Verdict, str]] = [
    ("systems.os_supported", lambda tree: tree.change("/etc/os-release", '"13"', '"10"'), UNMET, "ended on"),
    (
        "systems.os_supported",
        lambda tree: tree.change("/etc/os-release", '"13"', '"99"'),
        UNKNOWN,
        "support_end",
    ),
    ("systems.software_listed", lambda tree: tree.unreadable("/var/lib/dpkg/status"), UNKNOWN, "dpkg"),
    (
        "systems.firewall_refuses",
        lambda tree: tree.command("nft -j list ruleset", nft_ruleset("accept")),
        UNMET,
        "expected drop, got accept",
    ),
    ("systems.firewall_refuses", lambda tree: tree.as_user(), UNKNOWN, "only root"),
    (
        "systems.firewall_at_boot",
        lambda tree: tree.without("/etc/systemd/system/multi-user.target.wants/nftables.service"),
        UNMET,
        "not enabled",
    ),
    ("systems.ports_open", lambda tree: listening(tree, *range(8000, 8011)), UNMET, "12 ports are open"),
    ("systems.ports_open", without_sockets, UNKNOWN, "/proc/net/tcp"),
    ("systems.ports_open", lambda tree: tree.as_user(), MET, ""),
    (
        "systems.databases_off_network",
        lambda tree: listening(tree, 3306, program="mysqld"),
        UNMET,
        "port 3306/tcp",
    ),
    ("systems.databases_off_network", lambda tree: listening(tree, 5432, address=LOOPBACK), MET, ""),
    (
        "systems.databases_off_network",
        lambda tree: listening(tree, 8443, program=None),
        UNKNOWN,
        "port 8443/tcp",
    ),
    ("systems.databases_off_network", lambda tree: tree, ASIDE, "no databases"),
    ("systems.databases_off_network", lambda tree: tree.as_user(), UNKNOWN, "root sees most"),
    ("systems.remote_desktops_off_network", lambda tree: listening(tree, 3389), UNMET, "port 3389/tcp"),
    ("systems.remote_desktops_off_network", lambda tree: listening(tree, 5901, address=LOOPBACK), MET, ""),
    ("systems.remote_desktops_off_network", without_sockets, UNKNOWN, "/proc/net/tcp"),
    ("systems.control_interfaces_off_network", lambda tree: listening(tree, 2375), UNMET, "Docker"),
    ("systems.control_interfaces_off_network", lambda tree: listening(tree, 2379, address=LOOPBACK), MET, ""),
    ("systems.control_interfaces_off_network", without_sockets, UNKNOWN, "/proc/net/tcp"),
    ("systems.no_clear_text_sign_in", lambda tree: listening(tree, 23, program="inetd"), UNMET, "Telnet"),
    ("systems.no_clear_text_sign_in", lambda tree: listening(tree, 23, address=LOOPBACK), MET, ""),
    ("systems.no_clear_text_sign_in", without_sockets, UNKNOWN, "/proc/net/tcp"),
    ("systems.antivirus_running", lambda tree: tree.without_process("clamd"), UNMET, "not running"),
    ("systems.antivirus_running", without_antivirus, UNMET, "no antivirus"),
    (
        "systems.antivirus_running",
        lambda tree: contained(without_antivirus(tree)),
        UNKNOWN,
        "this is a container",
    ),
    ("systems.antivirus_running", lambda tree: tree.mounted(), UNKNOWN, "mounted tree"),
    ("systems.antivirus_on_access", lambda tree: tree.without_process("clamonacc"), UNMET, "only when asked"),
    ("systems.antivirus_on_access", lambda tree: tree.mounted(), UNKNOWN, "could not be seen"),
    (
        "systems.antivirus_signatures_fresh",
        lambda tree: tree.at(tree.now + timedelta(days=10)),
        UNMET,
        "10 days old",
    ),
    (
        "systems.antivirus_signatures_fresh",
        lambda tree: tree.unreadable("/var/lib/clamav"),
        UNKNOWN,
        "ClamAV",
    ),
    ("systems.disks_encrypted", unencrypted, UNMET, "/: it is not encrypted"),
    ("systems.disks_encrypted", without_mounts, UNKNOWN, "/proc/self/mountinfo"),
    ("systems.disks_encrypted", contained, UNKNOWN, "decided by its host"),
    ("systems.swap_encrypted", unencrypted, UNMET, "/dev/dm-2"),
    ("systems.swap_encrypted", lambda tree: tree.unreadable("/proc/swaps"), UNKNOWN, "/proc/swaps"),
    ("systems.removable_encrypted", with_stick, UNMET, "/media/stick"),
    ("systems.removable_encrypted", without_mounts, UNKNOWN, "/proc/self/mountinfo"),
    ("systems.removable_encrypted", lambda tree: tree, ASIDE, "no removable disk"),
    ("systems.clock_synchronised", lambda tree: tree.without_process("chronyd"), UNMET, "not running"),
    ("systems.clock_synchronised", without_clock, UNKNOWN, "chronyc"),
    (
        "systems.clock_offset",
        lambda tree: tree.command(
            "chronyc -c tracking", "0A,ntp.example,2,1.1,2.5,0,0,1,0,0,0,0,64,Normal\n"
        ),
        UNMET,
        "2500 ms",
    ),
    ("systems.clock_offset", without_clock, UNKNOWN, "offset_ms"),
]


@pytest.mark.parametrize("build", [debian, ubuntu, rhel, alpine])
@pytest.mark.parametrize(
    "id",
    [
        *(
            "systems.os_supported",
            "systems.software_listed",
            "systems.firewall_refuses",
            "systems.firewall_at_boot",
        ),
        *("systems.ports_open", "systems.antivirus_running", "systems.antivirus_signatures_fresh"),
        *(
            "systems.disks_encrypted",
            "systems.swap_encrypted",
            "systems.clock_synchronised",
            "systems.clock_offset",
        ),
        *(
            "access.no_empty_passwords",
            "access.ssh_no_root",
            "access.ssh_no_password_alone",
            "access.password_length",
        ),
        *("access.sign_in_throttled", "access.no_dormant_accounts", "access.sudo_asks", "access.keys_strong"),
        *("patching.updates_in_time", "patching.updates_signed", "patching.automatic_updates_on"),
        *("patching.no_reboot_waiting", "patching.newest_kernel_runs", "detection.logs_leave_host"),
        *("detection.logs_reach_back", "detection.time_servers_named", "continuity.backup_off_host"),
    ],
)
def test_a_well_kept_machine_of_any_family_meets_the_check(id: str, build: Callable[[], Tree]) -> None:
    expect(judge_tree(id, build()), MET, "")


@pytest.mark.parametrize(("id", "change", "verdict", "word"), MACHINES)
def test_a_change_of_the_machine_changes_the_answer(
    id: str, change: Change, verdict: Verdict, word: str
) -> None:
    expect(judge_tree(id, change(debian())), verdict, word)
