"""A healthy, well kept Mac to start a test from: macOS 26 with FileVault, a firewall, a Time Machine.

What its commands print is written by hand after their manuals; no Mac was at hand.
"""

from __future__ import annotations

import plistlib
from datetime import datetime, timedelta
from typing import Any

from tests.systems.parts import SSHD_EFFECTIVE, SSHD_LINES
from tests.systems.tree import NOW, Tree

UPDATE = "/Library/Preferences/com.apple.SoftwareUpdate.plist"
MANAGED_UPDATE = "/Library/Managed Preferences/com.apple.SoftwareUpdate.plist"
SCREEN = "/Library/Managed Preferences/com.apple.screensaver.plist"
OWN_SCREEN = "/Users/anna/Library/Preferences/ByHost/com.apple.screensaver.1A2B.plist"
HISTORY = "/Library/Receipts/InstallHistory.plist"
TIME_MACHINE = "/Library/Preferences/com.apple.TimeMachine.plist"
REMOTE = "/Library/Preferences/com.apple.RemoteManagement.plist"
XPROTECT = "/Library/Apple/System/Library/CoreServices/XProtect.bundle/Contents/Info.plist"
FIREWALL = "/usr/libexec/ApplicationFirewall/socketfilterfw --getglobalstate"
DISABLED = "launchctl print-disabled system"
DSCL_USERS = (
    "dscl -plist . -readall /Users RecordName UniqueID PrimaryGroupID NFSHomeDirectory UserShell "
    "AuthenticationAuthority"
)
DSCL_ADMINS = "dscl -plist . -read /Groups/admin GroupMembership"
SHADOW = ";ShadowHash;HASHLIST:<SALTED-SHA512-PBKDF2>"
NETSTAT = """Active Internet connections (including servers)
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
tcp4       0      0  10.0.0.5.52011         17.57.146.20.5223      ESTABLISHED
tcp4       0      0  127.0.0.1.631          *.*                    LISTEN
tcp6       0      0  ::1.631                *.*                    LISTEN
tcp46      0      0  *.7000                 *.*                    LISTEN
udp4       0      0  *.5353                 *.*
udp4       0      0  10.0.0.5.60000         17.57.146.20.443
"""
LSOF_TCP = "p401\nccupsd\nu0\nf5\nn127.0.0.1:631\nf6\nn[::1]:631\np512\ncControlCenter\nu501\nf9\nn*:7000\n"
LSOF_UDP = "p201\ncmDNSResponder\nu65\nf5\nn*:5353\n"
PS = """    1 /sbin/launchd
  120 /usr/libexec/logd
  130 /usr/libexec/timed
  140 /usr/sbin/auditd
"""
MOUNT = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s6 on /System/Volumes/VM (apfs, local, noexec, journaled, noatime, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect, root data)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
"""


def xml(value: Any) -> str:
    """A property list as commands print it."""
    return plistlib.dumps(value).decode()


def binary(value: Any) -> bytes:
    """A property list as files mostly hold it."""
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY)


def user(name: str, uid: int, authority: str = "", login: str = "/bin/zsh") -> dict[str, list[str]]:
    """An account as dscl gives it."""
    told = {
        "RecordName": [name],
        "UniqueID": [str(uid)],
        "PrimaryGroupID": ["20"],
        "NFSHomeDirectory": [f"/Users/{name}" if uid > 500 else "/var/empty"],
        "UserShell": [login],
    }
    if authority:
        told["AuthenticationAuthority"] = [authority, ";SecureToken;"]
    return {f"dsAttrTypeStandard:{key}": value for key, value in told.items()}


ROOT = user("root", 0, login="/bin/sh")
DAEMON = user("daemon", 1, login="/usr/bin/false")
ANNA = user("anna", 501, SHADOW)


def policies(length: int = 15, attempts: int = 10) -> str:
    """What pwpolicy prints."""
    told = {
        "policyCategoryPasswordContent": [
            {"policyContent": f"policyAttributePassword matches '.{{{length},}}+'"}
        ],
        "policyCategoryAuthentication": [
            {
                "policyContent": "policyAttributeFailedAuthentications < some",
                "policyParameters": {
                    "policyAttributeMaximumFailedAuthentications": attempts,
                    "autoEnableInSeconds": 900,
                },
            }
        ],
    }
    return "Getting global account policies\n" + xml(told)


def past(days: float) -> datetime:
    """A moment before NOW as property lists hold it: UTC without saying so."""
    return (NOW - timedelta(days=days)).replace(tzinfo=None)


def updates(**changes: Any) -> bytes:
    """What softwareupdated noted at its last search."""
    return binary(
        {
            "AutomaticCheckEnabled": True,
            "AutomaticallyInstallMacOSUpdates": True,
            "CriticalUpdateInstall": True,
            "LastFullSuccessfulDate": past(0.3),
            "LastRecommendedUpdatesAvailable": 0,
            "RecommendedUpdates": [],
            **changes,
        }
    )


def offer(identifier: str = "MSU_UPDATE_25B78_patch_26.1") -> dict[str, str]:
    return {"Identifier": identifier, "Display Name": "macOS Tahoe 26.1", "Display Version": "26.1"}


def mac() -> Tree:
    """A running Mac, looked at by root."""
    system = {"ProductName": "macOS", "ProductVersion": "26.0.1", "ProductBuildVersion": "25A362"}
    installed = [
        {
            "displayName": "macOS Tahoe 26.0.1",
            "displayVersion": "26.0.1",
            "date": past(30),
            "processName": "softwareupdated",
        },
        {"displayName": "XProtectPlistConfigData", "date": past(9), "processName": "softwareupdated"},
    ]
    backups = {
        "AutoBackup": True,
        "Destinations": [
            {
                "LastKnownVolumeName": "Backups",
                "NetworkURL": "smb://keeper@nas.example/backups",
                "SnapshotDates": [past(2), past(0.4)],
            }
        ],
    }
    return (
        Tree()
        .file("/System/Library/CoreServices/SystemVersion.plist", xml(system))
        .file("/Applications/Firefox.app/Contents/Info.plist", xml({"CFBundleShortVersionString": "145.0"}))
        .file("/opt/homebrew/Cellar/openssl@3/3.6.0/README.md", "")
        .file(UPDATE, updates())
        .file(HISTORY, xml(installed))
        .file(XPROTECT, xml({"CFBundleShortVersionString": "5321"}))
        .file(TIME_MACHINE, binary(backups))
        .file(SCREEN, binary({"idleTime": 600, "askForPassword": 1, "askForPasswordDelay": 5}))
        .file("/etc/sudoers", "root ALL = (ALL) ALL\n%admin ALL = (ALL) ALL\n")
        .file("/etc/ntp.conf", "server time.apple.com\n")
        .file("/etc/ssh/sshd_config", SSHD_LINES)
        .file("/usr/sbin/sshd", "")
        .file("/usr/sbin/auditd", "")
        .file("/etc/security/audit_control", "dir:/var/audit\nflags:lo,aa\nminfree:5\n")
        .file("/private/var/db/diagnostics/Persist/0001.tracev3", "", modified=NOW - timedelta(days=95))
        .link("/etc/localtime", "/var/db/timezone/zoneinfo/Europe/Madrid")
        .command("sysctl -n kern.hv_vmm_present", "0\n")
        .command("sysctl -n kern.osrelease", "25.0.0\n")
        .command("sysctl -n kern.boottime", "{ sec = 1795000000, usec = 0 } Thu Nov 18 00:00:00 2026\n")
        .command("sysctl -n vm.swapusage", "total = 1024.00M  used = 8.00M  free = 1016.00M  (encrypted)\n")
        .command("uname -m", "arm64\n")
        .command("scutil --get LocalHostName", "annas-mac\n")
        .command(
            "ioreg -rd1 -c IOPlatformExpertDevice",
            '  "IOPlatformUUID" = "6C9F2A10-0000-4000-8000-0123456789AB"\n',
        )
        .command("ps -axww -o pid=,comm=", PS)
        .command(DSCL_USERS, xml([ROOT, DAEMON, ANNA]))
        .command(DSCL_ADMINS, xml({"dsAttrTypeStandard:GroupMembership": ["root", "anna"]}))
        .command("pwpolicy -getaccountpolicies", policies())
        .command(FIREWALL, "Firewall is enabled. (State = 1) \n")
        .command("csrutil status", "System Integrity Protection status: enabled.\n")
        .command("spctl --status", "assessments enabled\n")
        .command("mount", MOUNT)
        .command("fdesetup status", "FileVault is On.\n")
        .command(DISABLED, '\tdisabled services = {\n\t\t"com.openssh.sshd" => disabled\n\t}\n')
        .command("sshd -T", SSHD_EFFECTIVE)
        .command("netstat -an", NETSTAT)
        .command("lsof -nP -iTCP -sTCP:LISTEN -Fcun", LSOF_TCP)
        .command("lsof -nP -iUDP -Fcun", LSOF_UDP)
        .command("systemsetup -getusingnetworktime", "Network Time: On\n")
    )
