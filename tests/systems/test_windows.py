"""What the checks make of Windows' facts, and what can be said of `collect.ps1` without a Windows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from duecare.cli import app
from duecare.errors import BadInput
from duecare.program.judgement import Verdict, checks
from duecare.systems.portable import windows_file
from duecare.systems.reports import read_report
from tests.systems.healthy import NOW, Changes, ago, expect, judge, partial, said, socket, unreadable
from tests.systems.windows import local, person, product, task, update, volume, windows, windows_report

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
SCRIPT = windows_file().decode()
CODE = re.sub(r"(?s)<#.*?#>", "", SCRIPT)
"""The script without its head of comments."""
ASIDES = r"(?m:#.*$)|'(?:[^']|'')*'|\"(?:[^\"`]|`.)*\""
"""Comments and strings of PowerShell, as far as the script uses them."""
THIRD = product(name="Avira", version=None, signatures_at=None)
ELSEWHERE = [{"name": "CORP\\Domain Admins", "kind": "group"}]
COLLEAGUES = [{"name": f"CORP\\{name}", "kind": "user"} for name in "bcd"]

# ── The facts ────────────────────────────────────────────────────────────────────────────────────────────


def taken_in(report: dict[str, Any]) -> Any:
    return read_report(json.dumps(report).encode(), NOW)


def test_a_report_of_windows_is_taken_in() -> None:
    report = taken_in(windows_report())
    assert (report.name, report.kind, report.facts["os"]["family"]) == ("DESK-7", "desktop", "windows")


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ("screen_lock", None),
        ("remote_access", None),
        ("accounts", "administrators_elsewhere"),
        ("updates", "last_installed_at"),
    ],
)
def test_a_report_of_windows_lacks_nothing_that_older_ones_lack(section: str, field: str | None) -> None:
    report = windows_report()
    del (report["facts"][section] if field else report["facts"])[field or section]
    with pytest.raises(BadInput, match=f"{section}.*is missing"):
        taken_in(report)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("accounts.administrators_elsewhere", [{"name": "CORP\\x", "kind": "robot"}]),
        ("updates.last_installed_at", "yesterday"),
        ("screen_lock.machine_seconds", "ten minutes"),
        ("remote_access.services", [{"name": "Remote Desktop", "on": 1, "asks_first": True}]),
        ("os.family", "Windows"),
        ("firewall.kind", "defender"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_its_place(path: str, value: Any) -> None:
    with pytest.raises(BadInput, match=re.escape(f"$.facts.{path}")):
        taken_in(windows_report({path: value}))


CASES: list[tuple[str, Changes, Verdict, str]] = [
    ("systems.os_supported", {}, MET, ""),
    ("systems.os_supported", {"os.support_end": "2026-10-13"}, UNMET, "2026-10-13"),
    ("systems.os_supported", {"os.support_end": None}, UNKNOWN, "support_end"),
    (
        "systems.os_supported",
        {"os.support_end": "2025-10-14", "os.extended_support_end": "2028-10-10"},
        UNKNOWN,
        "could not be seen",
    ),
    ("systems.software_listed", {}, MET, ""),
    (
        "systems.software_listed",
        partial("packages", "only an administrator sees them"),
        UNKNOWN,
        "administrator",
    ),
    ("systems.firewall_refuses", {}, MET, ""),
    ("systems.firewall_refuses", {"firewall.active": False}, UNMET, "windows-firewall"),
    ("systems.firewall_refuses", {"firewall.input_policy": "accept"}, UNMET, "got accept"),
    (
        "systems.firewall_refuses",
        {
            **partial("firewall", "another is registered"),
            "firewall.kind": "other",
            "firewall.active": None,
            "firewall.input_policy": None,
        },
        UNKNOWN,
        "another is registered",
    ),
    ("systems.firewall_at_boot", {}, MET, ""),
    ("systems.firewall_at_boot", {"firewall.enabled_at_boot": False}, UNMET, "not enabled"),
    ("systems.firewall_at_boot", unreadable("firewall"), UNKNOWN, "permission denied"),
    ("systems.ports_open", {}, MET, ""),
    ("systems.remote_desktops_off_network", {}, ASIDE, "no remote desktops"),
    (
        "systems.remote_desktops_off_network",
        {"sockets.items": [socket(3389, "svchost")]},
        UNMET,
        "Remote Desktop (RDP)",
    ),
    ("systems.remote_desktops_off_network", {"sockets.items": [socket(7070, "AnyDesk")]}, UNMET, "AnyDesk"),
    ("systems.remote_desktops_off_network", unreadable("sockets"), UNKNOWN, "permission denied"),
    ("systems.databases_off_network", {"sockets.items": [socket(1433, "sqlservr")]}, UNMET, "SQL Server"),
    ("systems.antivirus_running", {}, MET, ""),
    ("systems.antivirus_running", {"antivirus.products.0.running": False}, UNMET, "Defender"),
    ("systems.antivirus_running", unreadable("antivirus", "no Get-MpComputerStatus"), UNKNOWN, "Get-Mp"),
    ("systems.antivirus_on_access", {}, MET, ""),
    ("systems.antivirus_on_access", {"antivirus.products.0.on_access": False}, UNMET, "only when asked"),
    ("systems.antivirus_on_access", {"antivirus.products.0.on_access": None}, UNKNOWN, "could not be seen"),
    ("systems.antivirus_signatures_fresh", {}, MET, ""),
    (
        "systems.antivirus_signatures_fresh",
        {"antivirus.products.0.signatures_at": ago(5)},
        UNMET,
        "5 days old",
    ),
    ("systems.antivirus_signatures_fresh", {"antivirus.products": [THIRD]}, UNKNOWN, "Avira"),
    ("systems.disks_encrypted", {}, MET, ""),
    ("systems.disks_encrypted", {"disk_encryption.mounts": [volume("C", False)]}, UNMET, "C:\\"),
    ("systems.disks_encrypted", {"disk_encryption.mounts": [volume("C", None)]}, UNKNOWN, "C:\\"),
    ("systems.disks_encrypted", unreadable("disk_encryption", "Access denied"), UNKNOWN, "Access denied"),
    (
        "systems.disks_encrypted",
        {"disk_encryption.mounts": [volume("C", False)], "os.virtualization": "vm"},
        UNKNOWN,
        "provider",
    ),
    ("systems.removable_encrypted", {}, ASIDE, "no removable disk"),
    (
        "systems.removable_encrypted",
        {"disk_encryption.mounts": [volume("C", True), volume("E", False, removable=True)]},
        UNMET,
        "E:\\",
    ),
    (
        "systems.removable_encrypted",
        {"disk_encryption.mounts": [volume("C", True), volume("E", False, removable=None)]},
        UNKNOWN,
        "E:\\",
    ),
    ("systems.swap_encrypted", {}, MET, ""),
    ("systems.swap_encrypted", {"disk_encryption.swap.0.encrypted": False}, UNMET, "pagefile.sys"),
    ("systems.swap_encrypted", {"disk_encryption.swap.0.encrypted": None}, UNKNOWN, "pagefile.sys"),
    ("systems.clock_synchronised", {}, MET, ""),
    ("systems.clock_synchronised", {"time.running": False}, UNMET, "w32time is not running"),
    ("systems.clock_synchronised", {"time.synchronized": None}, UNKNOWN, "synchronized"),
    ("systems.clock_offset", {}, MET, ""),
    ("systems.clock_offset", {"time.offset_ms": 4000}, UNMET, "4000 ms"),
    ("systems.clock_offset", {"time.offset_ms": None}, UNKNOWN, "offset_ms"),
    ("detection.time_servers_named", {}, MET, ""),
    ("detection.time_servers_named", {"time.servers": None}, UNKNOWN, "servers"),
    ("access.no_empty_passwords", {}, MET, ""),
    ("access.no_empty_passwords", {"accounts.items.2.password": "none"}, UNMET, "account anna"),
    ("access.no_empty_passwords", {"accounts.items.2.password": "unknown"}, UNKNOWN, "anna"),
    ("access.only_root_is_root", {}, ASIDE, "Windows has no root"),
    ("access.service_accounts_closed", {}, MET, ""),
    ("access.service_accounts_closed", {"accounts.items.1.can_log_in": True}, UNMET, "account Guest"),
    ("access.service_accounts_closed", unreadable("accounts", "a domain controller"), UNKNOWN, "controller"),
    ("access.no_dormant_accounts", {}, MET, ""),
    ("access.no_dormant_accounts", {"accounts.items.2.last_login": ago(200)}, UNMET, "200 days ago"),
    ("access.no_dormant_accounts", {"accounts.items.2.last_login": None}, UNKNOWN, "anna"),
    ("access.administrators_few", {}, MET, ""),
    ("access.administrators_few", {"accounts.administrators_elsewhere": COLLEAGUES}, UNMET, "CORP\\b"),
    ("access.administrators_few", {"accounts.administrators_elsewhere": ELSEWHERE}, UNKNOWN, "Domain Admins"),
    ("access.administrators_few", {"accounts.items.2.admin": None}, UNKNOWN, "anna"),
    ("access.password_hashes_strong", {}, ASIDE, "NT hashes"),
    ("access.new_passwords_hashed_strongly", {}, ASIDE, "NT hashes"),
    ("access.new_passwords_hashed_strongly", {"password_policy.hash": "lm"}, UNMET, "lm"),
    ("access.new_passwords_hashed_strongly", {"password_policy.hash": None}, UNKNOWN, "hash"),
    ("access.password_length", {}, MET, ""),
    ("access.password_length", {"password_policy.min_length": 0}, UNMET, "0 characters"),
    ("access.password_length", partial("password_policy", "only an administrator"), UNKNOWN, "administrator"),
    ("access.sign_in_throttled", {}, MET, ""),
    ("access.sign_in_throttled", {"password_policy.lockout.attempts": 0}, UNMET, "never shuts"),
    ("access.sign_in_throttled", {"password_policy.lockout.attempts": None}, UNKNOWN, "attempts"),
    ("access.sudo_asks", {}, ASIDE, "Windows gives no rights by sudo"),
    ("access.sudo_logged", {}, ASIDE, "Windows gives no rights by sudo"),
    ("access.ssh_no_password_alone", {}, ASIDE, "no SSH server"),
    ("access.keys_strong", {}, ASIDE, ""),
    ("access.screen_locks", {}, MET, ""),
    ("access.screen_locks", {"screen_lock.machine_seconds": 0, "screen_lock.users": [person()]}, MET, ""),
    (
        "access.screen_locks",
        {"screen_lock.machine_seconds": 3600, "screen_lock.users": [person(after_seconds=3600)]},
        UNMET,
        "60 minutes",
    ),
    (
        "access.screen_locks",
        {"screen_lock.machine_seconds": 0, "screen_lock.users": [person(password=False)]},
        UNMET,
        "account anna",
    ),
    ("access.screen_locks", {"screen_lock.machine_seconds": 0}, UNKNOWN, "nobody's own setting"),
    (
        "access.screen_locks",
        {"screen_lock.machine_seconds": 0, "screen_lock.users": [person()], **partial("screen_lock")},
        UNKNOWN,
        "permission denied",
    ),
    ("access.remote_desktop_asks_first", {}, MET, ""),
    ("access.remote_desktop_asks_first", {"remote_access.services.0.on": False}, ASIDE, "turned on"),
    (
        "access.remote_desktop_asks_first",
        {"remote_access.services.0.asks_first": False},
        UNMET,
        "who is there",
    ),
    ("access.remote_desktop_asks_first", {"remote_access.services.0.on": None}, UNKNOWN, "Remote Desktop"),
    ("patching.security_updates_in_time", {}, MET, ""),
    ("patching.security_updates_in_time", {"updates.items": [update("KB1", 30)]}, UNMET, "KB1"),
    ("patching.security_updates_in_time", {"updates.items": [update("KB1", None)]}, UNKNOWN, "KB1"),
    ("patching.security_updates_in_time", {"updates.metadata_at": None}, UNKNOWN, "list of updates was made"),
    ("patching.updates_in_time", {"updates.items": [update("KB2", 60, security=False)]}, UNMET, "KB2"),
    ("patching.updates_looked_for", {"updates.metadata_fetched_at": ago(9)}, UNMET, "9 days ago"),
    ("patching.updates_signed", {}, ASIDE, "Windows Update"),
    ("patching.security_repository", {}, ASIDE, "one service"),
    ("patching.automatic_updates_on", {}, MET, ""),
    ("patching.automatic_updates_on", {"automatic_updates.installs": False}, UNMET, "downloads"),
    ("patching.automatic_updates_on", {"automatic_updates.installs": None}, UNKNOWN, "installs"),
    ("patching.automatic_updates_ran", {"automatic_updates.last_run": ago(20)}, UNMET, "20 days ago"),
    ("patching.no_reboot_waiting", {}, MET, ""),
    (
        "patching.no_reboot_waiting",
        {"reboot.required": True, "reboot.required_since": ago(9)},
        UNMET,
        "for 9 days",
    ),
    ("patching.no_reboot_waiting", {"reboot.required": True}, UNKNOWN, "does not say when"),
    ("patching.newest_kernel_runs", {}, ASIDE, "no_reboot_waiting"),
    ("detection.logs_survive_restart", {}, MET, ""),
    ("detection.logs_survive_restart", {"logging.others.0.on_disk": None}, UNKNOWN, "Windows Event Log"),
    ("detection.logs_survive_restart", {"logging.others.0.on_disk": False}, UNMET, "Windows Event Log"),
    ("detection.logs_reach_back", {}, MET, ""),
    ("detection.logs_reach_back", {"logging.oldest_at": ago(4)}, UNMET, "4 days"),
    ("detection.logs_reach_back", {"logging.oldest_at": None}, UNKNOWN, "does not say when"),
    ("detection.audit_runs", {}, MET, ""),
    ("detection.audit_runs", {"logging.auditd.rules": 0}, UNMET, "the event log"),
    ("detection.audit_runs", {"logging.auditd.rules": None}, UNKNOWN, "the event log"),
    ("detection.logs_leave_host", {}, MET, ""),
    ("detection.logs_leave_host", {"logging.shipping": []}, UNMET, "nothing sends logs"),
    ("detection.logs_leave_host", {"logging.shipping.0.to": None}, UNKNOWN, "unknown destination"),
    ("continuity.backup_recent", {}, MET, ""),
    ("continuity.backup_recent", {"backup.jobs": [task(last_success=ago(30))]}, UNMET, "30 days ago"),
    ("continuity.backup_recent", {"backup.jobs": [task(last_success=None)]}, UNKNOWN, "last success"),
    ("continuity.backup_off_host", {}, UNKNOWN, "whether it leaves"),
    ("continuity.backup_set_up", {}, MET, ""),
    ("continuity.backup_set_up", {"backup.jobs": [], **partial("backup")}, UNKNOWN, "permission denied"),
    ("continuity.backup_set_up", {"backup.state": "absent", "backup.jobs": []}, UNMET, "no backup job"),
]


@pytest.mark.parametrize(("id", "changes", "verdict", "word"), CASES)
def test_each_check_answers_for_windows(id: str, changes: Changes, verdict: Verdict, word: str) -> None:
    expect(judge(id, windows(changes)), verdict, word)


def test_a_disabled_administrator_does_not_count() -> None:
    accounts = [local("Administrator", 500), *(local(name, 1001, admin=True) for name in "abc")]
    assert judge("access.administrators_few", windows({"accounts.items": accounts})).verdict is MET
    accounts[0]["can_log_in"] = True
    assert judge("access.administrators_few", windows({"accounts.items": accounts})).verdict is UNMET


def test_nothing_is_met_on_a_windows_that_told_nothing() -> None:
    facts = windows({key: value for name in windows() for key, value in unreadable(name).items()})
    answers = {check.id: judge(check.id, facts) for check in checks()}
    assert {id: said(answer) for id, answer in answers.items() if answer.verdict is not UNKNOWN} == {}


# ── The script ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_terminal_writes_the_script_and_says_how_to_run_it(tmp_path: Path) -> None:
    path = tmp_path / "carried.ps1"
    done = CliRunner().invoke(app, ["collect", "--write-copy", str(path)])
    assert done.exit_code == 0
    assert "-File carried.ps1 -Out FILE" in done.stderr
    assert path.read_bytes() == windows_file()


def test_the_script_is_plain_ascii_because_powershell_5_reads_other_bytes_as_the_code_page() -> None:
    assert SCRIPT.isascii()


def test_the_script_names_every_section_and_every_field_of_the_report() -> None:
    calls = re.findall(
        r"\$Facts\['(\w+)'\] = Get-Section '(\w+)' '[^']+' @\(([^)]*)\) \$Learn", CODE.replace("\n", " ")
    )
    told = {name: set(re.findall(r"'(\w+)'", fields)) for name, _, fields in calls}
    assert all(name == again for name, again, _ in calls)
    about = {"state", "problems", "source"}
    assert told == {name: set(section) - about for name, section in windows().items()}


@pytest.mark.parametrize(
    "newer", [r"\?\?", r"\s\?\s[^{]*\s:\s", r"&&", r"\|\|", r"\?\.", r"-Parallel\b", r"\bclean\s*\{"]
)
def test_the_script_uses_nothing_that_powershell_5_does_not_know(newer: str) -> None:
    assert not re.search(newer, re.sub(ASIDES, "''", CODE))


def test_the_script_assigns_none_of_the_variables_that_powershell_keeps_to_itself() -> None:
    own = {"home", "host", "pid", "error", "input", "args", "matches", "true", "false", "null", "this"}
    own |= {
        "psitem",
        "pshome",
        "executioncontext",
        "psculture",
        "profile",
        "shellid",
        "lastexitcode",
        "sender",
    }
    assigned = {name.lower() for name in re.findall(r"\$(\w+)\s*(?:=(?!=)|\+=)", CODE)}
    assigned |= {name.lower() for name in re.findall(r"foreach\s*\(\s*\$(\w+)", CODE)}
    assert not assigned & own


@pytest.mark.parametrize(
    "word",
    [
        *(
            "Invoke-WebRequest",
            "Invoke-RestMethod",
            "WebClient",
            "HttpClient",
            "Start-BitsTransfer",
            "Sockets.",
        ),
        *("Set-", "Invoke-Expression", "Start-Process", "Write-Host", "Add-Type", "Install-", "Stop-"),
        *("SetValue", "CreateSubKey", "DeleteSubKey", "New-Item", "Restart-", "Enable-", "Disable-"),
    ],
)
def test_the_script_neither_changes_the_computer_nor_speaks_to_the_network(word: str) -> None:
    assert word.lower() not in CODE.lower()
    assert "Online = $false" in CODE


def test_what_the_script_writes_is_only_what_it_was_told_to_and_what_it_removes_again() -> None:
    written = re.findall(r"WriteAllText|Move-Item|GetTempFileName|/backup|/export|Out-File|Export-\w+", CODE)
    assert set(written) == {"WriteAllText", "Move-Item", "GetTempFileName", "/backup", "/export"}
    assert CODE.count("WriteAllText") == CODE.count("Move-Item") == 1
    assert CODE.count("Remove-Item") == 2


def test_the_script_is_well_formed_powershell() -> None:
    """By a grammar of PowerShell; whether it does what it should only a Windows can show."""
    tree_sitter = pytest.importorskip("tree_sitter", reason="the grammar of PowerShell is not installed")
    grammar = pytest.importorskip("tree_sitter_powershell", reason="the grammar is not installed")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    assert not parser.parse(windows_file()).root_node.has_error
    assert parser.parse(windows_file().replace(b"catch {", b"catch (", 1)).root_node.has_error


def test_the_brackets_of_the_script_close_in_the_order_in_which_they_open() -> None:
    """Holds without any tool; what stands in comments and strings is left out."""
    bare = re.sub(ASIDES, "", CODE)
    pairs, opened = {")": "(", "}": "{", "]": "["}, []
    for sign in re.findall(r"[()\[\]{}]", bare):
        if sign in pairs:
            assert opened, f"{sign} closes what was not opened"
            assert opened.pop() == pairs[sign]
        else:
            opened.append(sign)
    assert not opened


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell is not installed here")
def test_off_windows_the_script_gives_a_report_in_which_nothing_was_read(tmp_path: Path) -> None:
    path, out = tmp_path / "collect.ps1", tmp_path / "report.json"
    path.write_bytes(windows_file())
    command = ["pwsh", "-NoProfile", "-File", str(path), "-Out", str(out)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert not done.stdout
    report = read_report(out.read_bytes(), datetime.now(UTC))
    assert report.facts["os"]["state"] == "unreadable"
