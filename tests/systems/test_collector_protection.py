"""Firewall, antivirus, encryption of disks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.systems import formats
from tests.systems.trees import NOW, Tree, debian, nft_ruleset, rhel, ubuntu

SAVED = (
    "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n"
    "*filter\n:INPUT {policy} [0:0]\n-A INPUT -i lo -j ACCEPT\n{last}COMMIT\n"
)
NFTABLES_ON = "/etc/systemd/system/multi-user.target.wants/nftables.service"


def iptables(policy: str, last: str = "", *, policy6: str = "") -> Tree:
    tree = (
        debian()
        .without("/usr/sbin/nft", NFTABLES_ON)
        .without_command("nft")
        .file("/usr/sbin/iptables", "\x7fELF")
    )
    tree = tree.command("iptables-save", SAVED.format(policy=policy, last=last))
    return tree.command("ip6tables-save", SAVED.format(policy=policy6 or policy, last=""))


FINAL_REJECT = '"expr": [{"counter": {"packets": 1}}, {"reject": {"type": "icmpx"}}]}}]}'


@pytest.mark.parametrize(
    ("tree", "facts"),
    [
        (
            debian(),
            {"kind": "nftables", "active": True, "enabled_at_boot": True, "input_policy": "drop", "rules": 2},
        ),
        (
            debian().command("nft -j list ruleset", nft_ruleset("accept")),
            {"active": True, "input_policy": "accept"},
        ),
        (
            debian().command(
                "nft -j list ruleset",
                nft_ruleset("accept").replace(
                    '"expr": [{"match": {"op": "=="', '"expr": [{"drop": null}, {"limit": {"op": "=="'
                ),
            ),
            {"input_policy": "accept"},
        ),
        (
            debian().command(
                "nft -j list ruleset",
                nft_ruleset("accept")[:-3]
                + ', {"rule": {"family": "inet", "table": "filter", "chain": "input", '
                + FINAL_REJECT,
            ),
            {"input_policy": "drop"},
        ),
        (debian().command("nft -j list ruleset", nft_ruleset(family="ip")), {"input_policy": "accept"}),
        (
            debian().command("nft -j list ruleset", nft_ruleset(family="ip")).without("/proc/net/if_inet6"),
            {"input_policy": "drop"},
        ),
        (
            debian().command("nft -j list ruleset", '{"nftables": []}'),
            {"active": False, "input_policy": "accept", "rules": 0},
        ),
        (debian().without(NFTABLES_ON), {"kind": "nftables", "active": True, "enabled_at_boot": False}),
        (ubuntu(), {"kind": "ufw", "active": True, "enabled_at_boot": True}),
        (ubuntu().change("/etc/ufw/ufw.conf", "yes", "no"), {"kind": "nftables", "enabled_at_boot": False}),
        (rhel(), {"kind": "firewalld", "active": True, "enabled_at_boot": True, "input_policy": "drop"}),
        (rhel().without_process("firewalld"), {"kind": "firewalld", "active": False}),
        (
            rhel().file("/etc/firewalld/zones/public.xml", '<zone target="ACCEPT"/>'),
            {"input_policy": "accept"},
        ),
        (
            iptables("DROP"),
            {"kind": "iptables", "active": True, "enabled_at_boot": False, "input_policy": "drop"},
        ),
        (iptables("ACCEPT"), {"active": True, "input_policy": "accept"}),
        (iptables("DROP", policy6="ACCEPT"), {"input_policy": "accept"}),
        (debian().as_user(), {"kind": "nftables", "active": None, "input_policy": "drop", "rules": None}),
        (
            debian().without(NFTABLES_ON).command("nft -j list ruleset", '{"nftables": []}'),
            {"kind": "none", "active": False},
        ),
    ],
)
def test_firewall(tree: Tree, facts: dict[str, Any]) -> None:
    found = tree.facts("firewall")
    assert facts == {key: found[key] for key in facts}


def test_the_age_of_signatures_is_that_of_the_newest_daily_database() -> None:
    tree = debian().file("/var/lib/clamav/daily.cvd", formats.clamav_database(NOW - timedelta(days=40)))
    assert tree.facts("antivirus")["products"][0]["signatures_at"] == "2026-11-22T18:00:00Z"


def test_antivirus_that_is_installed_but_does_not_run_or_watch_is_told_so() -> None:
    stopped = debian().without_process("clamd").facts("antivirus")["products"][0]
    assert (stopped["running"], stopped["on_access"]) == (False, True)
    idle = debian().file("/etc/clamav/clamd.conf", "LocalSocket /run/x\n").facts("antivirus")["products"][0]
    assert idle["on_access"] is False


def test_other_products_are_known_by_their_place() -> None:
    tree = debian().file("/opt/CrowdStrike/falcond", "").process(800, "falcon-sensor-bpf")
    products = {product["name"]: product["running"] for product in tree.facts("antivirus")["products"]}
    assert products == {"ClamAV": True, "CrowdStrike Falcon": True}


def encrypted(tree: Tree) -> dict[str, bool | None]:
    return {row["mount"]: row["encrypted"] for row in tree.facts("disk_encryption")["mounts"]}


def test_encryption_is_followed_down_through_volumes_to_the_disk() -> None:
    assert encrypted(debian()) == {"/": True, "/boot": False}
    assert debian().facts("disk_encryption")["swap"] == [{"device": "/dev/dm-2", "encrypted": True}]
    plain = debian().file("/sys/devices/virtual/block/dm-0/dm/uuid", "LVM-plain\n")
    assert encrypted(plain) == {"/": False, "/boot": False}
    striped = debian().link("/sys/devices/virtual/block/dm-1/slaves/sda1", "/sys/class/block/sda1")
    assert encrypted(striped)["/"] is False


def test_a_swap_file_is_as_encrypted_as_the_file_system_that_holds_it() -> None:
    tree = debian().file(
        "/proc/swaps",
        "Filename Type\n/swapfile file 1 0 -2\n/boot/swap file 1 0 -3\n/dev/zram0 partition 1 0 5\n",
    )
    assert tree.facts("disk_encryption")["swap"] == [
        {"device": "/swapfile", "encrypted": True},
        {"device": "/boot/swap", "encrypted": False},
    ]


def test_removable_disks_are_told_and_images_are_left_out() -> None:
    tree = debian().append(
        "/proc/self/mountinfo",
        "50 30 8:17 / /media/stick rw - vfat /dev/sdb1 rw\n51 30 7:0 / /snap/x ro - squashfs /dev/loop0 ro\n",
    )
    disk = "/sys/devices/usb1/block/sdb"
    tree = (
        tree.file(f"{disk}/removable", "1\n")
        .folder(f"{disk}/sdb1/slaves")
        .link("/sys/class/block/sdb", f"../..{disk[4:]}")
    )
    tree = tree.link("/sys/dev/block/8:17", f"../..{disk[4:]}/sdb1").link(
        "/sys/class/block/sdb1", f"../..{disk[4:]}/sdb1"
    )
    rows = {row["mount"]: row for row in tree.facts("disk_encryption")["mounts"]}
    assert (rows["/media/stick"]["removable"], rows["/media/stick"]["encrypted"]) == (True, False)
    assert "/snap/x" not in rows


def test_zfs_is_asked_for_its_own_encryption() -> None:
    tree = debian().append("/proc/self/mountinfo", "60 30 0:60 / /tank rw - zfs tank/data rw\n")
    assert encrypted(tree)["/tank"] is None
    assert tree.facts("disk_encryption")["state"] == "partial"
    ask = "zfs get -H -o value encryption tank/data"
    assert encrypted(tree.command(ask, "aes-256-gcm\n"))["/tank"] is True
    assert encrypted(tree.command(ask, "off\n"))["/tank"] is False
