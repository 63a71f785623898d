"""What the collector tells of a Mac, and what the checks make of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from duecare.program.judgement import Verdict, checks
from duecare.systems.collector.report import SECTIONS_ON_MACOS
from duecare.systems.reports import read_report
from tests.systems import macs
from tests.systems.healthy import expect, judge, judge_tree, said
from tests.systems.macs import ANNA, DAEMON, ROOT, mac, offer, past, policies, updates, user, xml
from tests.systems.tree import NOW, Tree

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
Change = Callable[[Tree], Tree]
EVERYWHERE = "0.0.0.0"  # noqa: S104  (written down, not listened on)


def sections(tree: Tree) -> dict[str, str]:
    return {name: section["state"] for name, section in tree.report()["facts"].items()}


def test_a_report_of_a_mac_is_taken_in() -> None:
    report = read_report(json.dumps(mac().report()).encode(), NOW)
    assert (report.name, report.kind, report.facts["os"]["name"]) == (
        "annas-mac",
        "desktop",
        "macOS Tahoe 26.0.1",
    )
    assert set(report.facts) == {section.name for section in SECTIONS_ON_MACOS}


def test_reports_of_an_ordinary_account_and_of_a_mounted_mac_are_taken_in() -> None:
    for tree in (mac().as_user(), mac().mounted()):
        assert read_report(json.dumps(tree.report()).encode(), NOW).facts["os"]["family"] == "macos"


def test_a_mac_keeps_its_key_when_it_is_renamed() -> None:
    renamed = mac().command("scutil --get LocalHostName", "the old mac\n")
    assert renamed.report()["host"]["name"] == "the-old-mac"
    assert renamed.report()["host"]["key"] == mac().report()["host"]["key"]
    assert mac().report()["host"]["key_from"] == "machine id"


def test_only_what_macos_does_not_tell_is_missing_from_a_mac_read_by_root() -> None:
    wanting = {name for name, state in sections(mac()).items() if state not in ("read", "absent")}
    assert wanting == {"reboot"}


def test_a_mac_on_which_no_command_answers_still_gives_a_report() -> None:
    silent = mac()
    for line in list(silent.answers):
        silent = silent.without_command(line)
    report = read_report(json.dumps(silent.report()).encode(), NOW)
    assert report.facts["accounts"]["state"] == "unreadable"
    assert report.facts["firewall"]["state"] == "unreadable"


def test_a_damaged_property_list_is_named_and_nothing_is_concluded_from_it() -> None:
    tree = mac().file(macs.UPDATE, b"bplist00\xff\xff\xff")
    facts = tree.facts("automatic_updates")
    assert facts["state"] == "unreadable"
    assert facts["problems"][0]["what"] == macs.UPDATE
    expect(judge_tree("patching.automatic_updates_on", tree), UNKNOWN, "not a property list")


def test_software_is_listed_with_its_versions() -> None:
    items = {(item["name"], item["version"]) for item in mac().facts("packages")["items"]}
    assert items == {("Firefox", "145.0"), ("openssl@3", "3.6.0")}


def test_an_update_is_dated_by_its_first_sight_and_not_by_its_last() -> None:
    tree = mac().file(macs.UPDATE, updates(RecommendedUpdates=[offer()], LastRecommendedUpdatesAvailable=1))
    (item,) = tree.facts("updates")["items"]
    assert (item["name"], item["offered"], item["installed"]) == ("macOS Tahoe 26.1", "26.1", "26.0.1")
    assert item["first_seen"] == NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    (again,) = seen_before(tree, 20).facts("updates")["items"]
    assert again["first_seen"] == "2026-11-03T14:00:00Z"


def seen_before(tree: Tree, days: float) -> Tree:
    """With the update first seen so many days ago."""
    at = past(days).strftime("%Y-%m-%dT%H:%M:%SZ")
    return replace(tree, sights={f"macos\t{offer()['Identifier']}": at})


def waiting(days: float) -> Tree:
    told = updates(RecommendedUpdates=[offer()], LastRecommendedUpdatesAvailable=1)
    return seen_before(mac().file(macs.UPDATE, told), days)


def test_when_the_last_update_was_installed_does_not_count_its_malware_data() -> None:
    assert mac().facts("updates")["last_installed_at"] == past(30).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_sockets_are_listed_whoever_holds_them() -> None:
    sockets = {(s["protocol"], s["address"], s["port"]): s for s in mac().facts("sockets")["items"]}
    assert set(sockets) == {
        ("tcp", "127.0.0.1", 631),
        ("tcp6", "::1", 631),
        ("tcp6", "::", 7000),
        ("udp", EVERYWHERE, 5353),
    }
    assert sockets["tcp6", "::1", 631]["reach"] == "loopback"
    assert sockets["tcp6", "::", 7000]["process"] == "ControlCenter"
    assert sockets["udp", EVERYWHERE, 5353]["uid"] == 65


def test_an_ordinary_account_sees_sockets_without_their_programs_and_says_so() -> None:
    tree = mac().as_user().without_command("lsof")
    facts = tree.facts("sockets")
    assert {item["process"] for item in facts["items"]} == {None}
    assert any("programs of open sockets (4)" in line for line in tree.report()["more_as_root"])


def test_accounts_come_from_the_directory_with_their_rights() -> None:
    accounts = {a["name"]: a for a in mac().facts("accounts")["items"]}
    assert {name: a["admin"] for name, a in accounts.items()} == {"root": True, "daemon": False, "anna": True}
    assert (accounts["anna"]["password"], accounts["root"]["password"]) == ("set", "locked")
    assert not accounts["daemon"]["can_log_in"]


def directory(*rows: dict[str, list[str]]) -> Change:
    return lambda tree: tree.command(macs.DSCL_USERS, xml(list(rows)))


def services(**states: str) -> Change:
    lines = "".join(f'\t\t"com.{name.replace("_", ".")}" => {state}\n' for name, state in states.items())
    return lambda tree: tree.command(macs.DISABLED, f"\tdisabled services = {{\n{lines}\t}}\n")


def command(line: str, text: str, code: int = 0) -> Change:
    return lambda tree: tree.command(line, text, code)


def gone(start: str) -> Change:
    return lambda tree: tree.without_command(start)


def file(path: str, content: bytes | str) -> Change:
    return lambda tree: tree.file(path, content)


def same(tree: Tree) -> Tree:
    return tree


VERSION = "/System/Library/CoreServices/SystemVersion.plist"
EXTERNAL = "/dev/disk5s1 on /Volumes/Stick (apfs, local, nodev, nosuid, journaled)\n"
STICK = "diskutil info -plist /dev/disk5s1"


def with_stick(encrypted: bool | None) -> Change:
    told = {"RemovableMediaOrExternalDevice": True}
    if encrypted is not None:
        told |= {"FileVault": encrypted, "Encryption": encrypted}
    return lambda tree: tree.command("mount", macs.MOUNT + EXTERNAL).command(STICK, xml(told))


CASES: list[tuple[str, Change, Verdict, str]] = [
    ("systems.os_supported", same, MET, ""),
    ("systems.os_supported", file(VERSION, xml({"ProductVersion": "13.7.8"})), UNMET, "three newest"),
    ("systems.os_supported", file(VERSION, xml({"ProductVersion": "99.1"})), UNKNOWN, "Apple names no day"),
    ("systems.os_supported", file(VERSION, "no plist"), UNKNOWN, "does not give the version"),
    ("systems.software_listed", same, MET, ""),
    (
        "systems.software_listed",
        file("/Applications/Firefox.app/Contents/Info.plist", "x"),
        UNKNOWN,
        "Firefox",
    ),
    ("systems.firewall_refuses", same, MET, ""),
    (
        "systems.firewall_refuses",
        command(macs.FIREWALL, "Firewall is disabled. (State = 0)"),
        UNMET,
        "not active",
    ),
    ("systems.firewall_refuses", gone("/usr/libexec"), UNKNOWN, "no answer"),
    ("systems.firewall_at_boot", same, MET, ""),
    ("systems.firewall_at_boot", command(macs.FIREWALL, "(State = 0)"), UNMET, "not enabled"),
    ("systems.ports_open", same, MET, ""),
    ("systems.ports_open", gone("netstat"), UNKNOWN, "netstat"),
    ("systems.remote_desktops_off_network", same, ASIDE, "no remote desktops"),
    (
        "systems.remote_desktops_off_network",
        command("netstat -an", macs.NETSTAT + "tcp4 0 0 *.5900 *.* LISTEN\n"),
        UNMET,
        "VNC accepts connections",
    ),
    ("systems.antivirus_running", same, MET, ""),
    ("systems.antivirus_running", command("csrutil status", "status: disabled."), UNMET, "XProtect"),
    ("systems.antivirus_running", gone("csrutil"), UNKNOWN, "XProtect"),
    ("systems.antivirus_on_access", same, MET, ""),
    (
        "systems.antivirus_on_access",
        command("spctl --status", "assessments disabled"),
        UNMET,
        "only when asked",
    ),
    ("systems.antivirus_on_access", gone("spctl"), UNKNOWN, "could not be seen"),
    ("systems.antivirus_signatures_fresh", same, MET, ""),
    (
        "systems.antivirus_signatures_fresh",
        lambda t: t.at(NOW.replace(year=2027)),
        UNMET,
        "expected at most 45",
    ),
    ("systems.antivirus_signatures_fresh", lambda t: t.without(macs.XPROTECT), UNKNOWN, "XProtect"),
    ("systems.disks_encrypted", same, MET, ""),
    ("systems.disks_encrypted", command("fdesetup status", "FileVault is Off.\n"), UNMET, "not encrypted"),
    (
        "systems.disks_encrypted",
        command("fdesetup status", "FileVault is On.\nEncryption in progress: Percent completed = 45\n"),
        UNMET,
        "not encrypted",
    ),
    ("systems.disks_encrypted", gone("fdesetup"), UNKNOWN, "fdesetup"),
    ("systems.removable_encrypted", same, ASIDE, "no removable disk"),
    ("systems.removable_encrypted", with_stick(True), MET, ""),
    ("systems.removable_encrypted", with_stick(False), UNMET, "/Volumes/Stick"),
    ("systems.removable_encrypted", with_stick(None), UNKNOWN, "/Volumes/Stick"),
    ("systems.swap_encrypted", same, MET, ""),
    ("systems.swap_encrypted", command("sysctl -n vm.swapusage", "total = 0.00M"), UNMET, "/private/var/vm"),
    ("systems.swap_encrypted", gone("sysctl -n vm.swapusage"), UNKNOWN, "swap"),
    ("systems.clock_synchronised", same, UNKNOWN, "macOS does not tell"),
    (
        "systems.clock_synchronised",
        command("systemsetup -getusingnetworktime", "Network Time: Off\n"),
        UNMET,
        "turned on",
    ),
    ("systems.clock_offset", same, UNKNOWN, "offset_ms"),
    ("detection.time_servers_named", same, MET, ""),
    ("detection.time_servers_named", lambda t: t.without("/etc/ntp.conf"), UNKNOWN, "servers"),
    ("access.no_empty_passwords", same, MET, ""),
    ("access.no_empty_passwords", command("pwpolicy -getaccountpolicies", "Getting...\n"), UNKNOWN, "anna"),
    ("access.no_empty_passwords", gone("dscl -plist . -readall"), UNKNOWN, "dscl"),
    ("access.only_root_is_root", same, MET, ""),
    ("access.only_root_is_root", directory(ROOT, ANNA, user("toor", 0)), UNMET, "toor"),
    ("access.service_accounts_closed", same, MET, ""),
    ("access.service_accounts_closed", directory(ROOT, user("_www", 70, macs.SHADOW)), UNMET, "_www"),
    ("access.no_dormant_accounts", same, UNKNOWN, "anna"),
    ("access.no_dormant_accounts", directory(ROOT, DAEMON), ASIDE, "no account but root"),
    ("access.administrators_few", same, MET, ""),
    (
        "access.administrators_few",
        lambda t: directory(ROOT, *(user(n, 510 + i, macs.SHADOW) for i, n in enumerate("abcd")))(t).command(
            macs.DSCL_ADMINS, xml({"dsAttrTypeStandard:GroupMembership": [*"abcd"]})
        ),
        UNMET,
        "4 accounts",
    ),
    ("access.administrators_few", gone("dscl -plist . -read /Groups"), UNKNOWN, "dscl"),
    ("access.password_hashes_strong", same, ASIDE, "PBKDF2"),
    ("access.new_passwords_hashed_strongly", same, ASIDE, "PBKDF2"),
    ("access.password_length", same, MET, ""),
    ("access.password_length", command("pwpolicy -getaccountpolicies", policies(8)), UNMET, "8 characters"),
    ("access.password_length", command("pwpolicy -getaccountpolicies", ""), UNMET, "0 characters"),
    ("access.password_length", gone("pwpolicy"), UNKNOWN, "pwpolicy"),
    ("access.sign_in_throttled", same, MET, ""),
    (
        "access.sign_in_throttled",
        command("pwpolicy -getaccountpolicies", policies(15, 99)),
        UNMET,
        "99 wrong",
    ),
    ("access.sign_in_throttled", gone("pwpolicy"), UNKNOWN, "pwpolicy"),
    ("access.sudo_asks", same, MET, ""),
    (
        "access.sudo_asks",
        file("/etc/sudoers", "%admin ALL = (ALL) NOPASSWD: ALL\n"),
        UNMET,
        "without a password",
    ),
    ("access.sudo_asks", lambda t: t.as_user(), UNKNOWN, "sudo"),
    ("access.ssh_no_password_alone", same, ASIDE, "Remote Login"),
    ("access.ssh_no_password_alone", services(openssh_sshd="enabled"), MET, ""),
    ("access.ssh_no_password_alone", gone("launchctl"), UNKNOWN, "Remote Login"),
    (
        "access.ssh_no_password_alone",
        lambda t: services(openssh_sshd="enabled")(
            t.command("sshd -T", t.answers["sshd -T"][1].decode().replace("cation no", "cation yes"))
        ),
        UNMET,
        "passwordauthentication is yes",
    ),
    ("access.screen_locks", same, MET, ""),
    (
        "access.screen_locks",
        lambda t: t.without(macs.SCREEN).file(macs.OWN_SCREEN, macs.binary({"idleTime": 0})),
        UNMET,
        "anna",
    ),
    (
        "access.screen_locks",
        file(macs.SCREEN, macs.binary({"idleTime": 3600, "askForPassword": 1})),
        UNMET,
        "60 min",
    ),
    (
        "access.screen_locks",
        lambda t: t.without(macs.SCREEN).file(macs.OWN_SCREEN, macs.binary({"idleTime": 300})),
        UNKNOWN,
        "anna",
    ),
    ("access.remote_desktop_asks_first", same, ASIDE, "no remote desktop is turned on"),
    ("access.remote_desktop_asks_first", services(apple_screensharing="enabled"), MET, ""),
    (
        "access.remote_desktop_asks_first",
        lambda t: services(apple_screensharing="enabled")(
            t.file(macs.REMOTE, macs.binary({"VNCLegacyConnectionsEnabled": True}))
        ),
        UNMET,
        "Screen Sharing",
    ),
    ("access.remote_desktop_asks_first", gone("launchctl"), UNKNOWN, "Screen Sharing"),
    ("patching.security_updates_in_time", same, MET, ""),
    ("patching.security_updates_in_time", lambda t: waiting(20), UNKNOWN, "whether it is a security update"),
    ("patching.security_updates_in_time", lambda t: waiting(5), MET, ""),
    ("patching.updates_in_time", same, MET, ""),
    ("patching.updates_in_time", lambda t: waiting(40), UNMET, "first seen 40 days ago"),
    (
        "patching.updates_in_time",
        file(macs.UPDATE, updates(LastRecommendedUpdatesAvailable=2)),
        UNKNOWN,
        "2 are counted",
    ),
    ("patching.updates_looked_for", same, MET, ""),
    (
        "patching.updates_looked_for",
        file(macs.UPDATE, updates(LastFullSuccessfulDate=past(12))),
        UNMET,
        "12 days ago",
    ),
    ("patching.updates_looked_for", lambda t: t.without(macs.UPDATE), UNKNOWN, "never looked for"),
    ("patching.updates_signed", same, ASIDE, "Apple signed"),
    ("patching.security_repository", same, ASIDE, "one service"),
    ("patching.automatic_updates_on", same, MET, ""),
    (
        "patching.automatic_updates_on",
        file(macs.MANAGED_UPDATE, macs.binary({"AutomaticallyInstallMacOSUpdates": False})),
        UNMET,
        "does not install",
    ),
    ("patching.automatic_updates_on", file(macs.UPDATE, macs.binary({"Other": 1})), UNKNOWN, "enabled"),
    ("patching.automatic_updates_ran", same, MET, ""),
    ("patching.no_reboot_waiting", same, ASIDE, "restart itself"),
    ("patching.newest_kernel_runs", same, ASIDE, "restart"),
    ("detection.logs_survive_restart", same, MET, ""),
    ("detection.logs_survive_restart", gone("ps "), UNKNOWN, "unified logging"),
    ("detection.logs_reach_back", same, MET, ""),
    (
        "detection.logs_reach_back",
        lambda t: t.without("/private/var/db/diagnostics/Persist/0001.tracev3"),
        UNKNOWN,
        "reach back",
    ),
    ("detection.audit_runs", same, MET, ""),
    ("detection.audit_runs", lambda t: t.without("/usr/sbin/auditd"), UNMET, "not installed"),
    ("detection.audit_runs", file("/etc/security/audit_control", "flags:no\n"), UNMET, "single rule"),
    (
        "detection.audit_runs",
        lambda t: t.unreadable("/etc/security/audit_control"),
        UNKNOWN,
        "collect as root",
    ),
    ("detection.logs_leave_host", same, UNMET, "nothing sends logs"),
    ("continuity.backup_recent", same, MET, ""),
    ("continuity.backup_recent", lambda t: t.at(NOW.replace(month=12)), UNMET, "Time Machine"),
    (
        "continuity.backup_recent",
        lambda t: t.unreadable(macs.TIME_MACHINE).command(
            "tmutil destinationinfo -X", xml({"Destinations": [{"Name": "Backups", "Kind": "Network"}]})
        ),
        UNKNOWN,
        "last success",
    ),
    ("continuity.backup_off_host", same, MET, ""),
    ("continuity.backup_set_up", lambda t: t.without(macs.TIME_MACHINE), UNKNOWN, "tmutil"),
    (
        "continuity.backup_set_up",
        lambda t: t.without(macs.TIME_MACHINE).command(
            "tmutil destinationinfo -X", xml({"Destinations": []})
        ),
        UNMET,
        "no backup job",
    ),
]


@pytest.mark.parametrize(("id", "change", "verdict", "word"), CASES)
def test_each_check_answers_for_a_mac(id: str, change: Change, verdict: Verdict, word: str) -> None:
    expect(judge_tree(id, change(mac())), verdict, word)


def test_nothing_is_met_on_a_mac_that_told_nothing() -> None:
    silent = mac()
    for line in list(silent.answers):
        silent = silent.without_command(line)
    for path in list(silent.files):
        if path != VERSION:
            silent = silent.without(path)
    report = silent.report()
    for check in checks():
        answer = judge(check.id, report["facts"])
        assert answer.verdict is not MET or check.id == "systems.os_supported", f"{check.id}: {said(answer)}"
