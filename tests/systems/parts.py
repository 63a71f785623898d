"""What the healthy trees are put together from: hardware, accounts, services, settings that are in order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.systems import formats
from tests.systems.tree import NOW, Tree

BACKUP_UNIT = "[Timer]\nOnCalendar=*-*-* 02:30:00\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
BACKUP_SERVICE = (
    "[Service]\nType=oneshot\nEnvironmentFile=/etc/restic.env\n"
    "ExecStart=/usr/bin/restic backup --exclude-caches /etc /home /srv\n"
)
NFTABLES = """#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif "lo" accept
    tcp dport 22 accept
  }
}
"""
SSHD_LINES = """Port 22
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxAuthTries 4
X11Forwarding no
ClientAliveInterval 300
LogLevel VERBOSE
AllowGroups staff
"""
SSHD_EFFECTIVE = """port 22
allowagentforwarding yes
allowtcpforwarding no
authorizedkeysfile .ssh/authorized_keys
clientalivecountmax 2
clientaliveinterval 300
hostbasedauthentication no
ignorerhosts yes
kbdinteractiveauthentication no
loglevel VERBOSE
logingracetime 60
maxauthtries 4
passwordauthentication no
permitemptypasswords no
permitrootlogin no
permituserenvironment no
pubkeyauthentication yes
strictmodes yes
usepam yes
x11forwarding no
ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com
kexalgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256
macs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com
allowgroups staff
"""
RSYSLOG = """module(load="imuxsock")
*.* action(type="omfwd" target="logs.example" port="6514" protocol="tcp" StreamDriver="gtls"
    StreamDriverMode="1" StreamDriverAuthMode="x509/name")
*.*;auth,authpriv.none  -/var/log/syslog
"""
PASSWORD_RULES = {
    "/etc/security/pwquality.conf": "minlen = 15\n",
    "/etc/security/faillock.conf": "deny = 10\nunlock_time = 900\n",
    "/etc/login.defs": "PASS_MAX_DAYS\t99999\nENCRYPT_METHOD YESCRYPT\n",
}
PAM_PASSWORD = (
    "password requisite pam_pwquality.so retry=3\n"
    "password [success=1 default=ignore] pam_unix.so obscure use_authtok try_first_pass yescrypt\n"
)
PAM_AUTH = (
    "auth required pam_faillock.so preauth\n"
    "auth [success=1 default=ignore] pam_unix.so nullok\n"
    "auth [default=die] pam_faillock.so authfail\n"
)
TIME_SERVERS = "pool ntp.example iburst\nserver time.example iburst\n"
CHRONY = "0A000001,ntp.example,2,1795442000.1,0.000012,-0.00001,0.0001,1.0,0.0,0.01,0.01,0.001,64.2,Normal\n"
AUDIT_RULES = "-w /etc/passwd -p wa -k identity\n-w /etc/shadow -p wa -k identity\n"


def nft_ruleset(policy: str = "drop", *, family: str = "inet") -> str:
    """What `nft -j list ruleset` prints for one filter of incoming packets with two rules."""
    chain = {"family": family, "table": "filter", "name": "input", "handle": 1}
    accept = {"family": family, "table": "filter", "chain": "input", "handle": 2}
    established = {
        "match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}
    }
    ssh = {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}}
    entries = [
        {"metainfo": {"version": "1.1.3", "json_schema_version": 1}},
        {"table": {"family": family, "name": "filter", "handle": 1}},
        {"chain": {**chain, "type": "filter", "hook": "input", "prio": 0, "policy": policy}},
        {"rule": {**accept, "expr": [established, {"accept": None}]}},
        {"rule": {**accept, "expr": [ssh, {"accept": None}]}},
    ]
    return json.dumps({"nftables": entries})


def packages_index(packages: Iterable[tuple[str, str]], architecture: str = "amd64") -> str:
    """An apt index that offers these (name, version)."""
    stanzas = (f"Package: {n}\nVersion: {v}\nArchitecture: {architecture}\nSize: 1\n" for n, v in packages)
    return "\n".join(stanzas)


def in_release(origin: str, label: str, suite: str, codename: str, made: datetime) -> str:
    """A signed Release file's head."""
    return (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        f"Origin: {origin}\nLabel: {label}\nSuite: {suite}\nCodename: {codename}\n"
        f"Date: {made:%a, %d %b %Y %H:%M:%S} UTC\nSHA256:\n 0 0 main/x\n-----BEGIN PGP SIGNATURE-----\n"
    )


def dpkg_status(packages: Iterable[tuple[str, str, str]]) -> str:
    """dpkg's database with these (name, version, source)."""
    return "\n".join(
        f"Package: {n}\nStatus: install ok installed\nArchitecture: amd64\nSource: {s}\nVersion: {v}\n"
        for n, v, s in packages
    )


def common(kernel: str) -> Tree:
    """What the four have in common: hardware, kernel, accounts, SSH, disks, sockets, the backup."""
    tree = Tree()
    night = NOW - timedelta(hours=11, minutes=28)
    tree = (
        tree.file("/etc/machine-id", "0123456789abcdef0123456789abcdef\n")
        .file("/etc/hostname", "web-1\n")
        .file("/proc/sys/kernel/hostname", "web-1\n")
        .file("/proc/sys/kernel/osrelease", f"{kernel}\n")
        .file("/proc/version", f"Linux version {kernel} (build@example) #1 SMP\n")
        .file("/proc/stat", f"cpu 1 2 3\nbtime {int((NOW - timedelta(days=5)).timestamp())}\n")
        .file("/proc/cpuinfo", "processor : 0\nflags : fpu vme\n")
        .file("/sys/devices/virtual/dmi/id/sys_vendor", "Example Computers\n")
        .file("/sys/devices/virtual/dmi/id/chassis_type", "23\n")
        .link("/sys/class/dmi/id", "../../devices/virtual/dmi/id")
        .file(f"/lib/modules/{kernel}/modules.dep", "", modified=NOW - timedelta(days=6))
        .command("uname -m", "x86_64\n")
        .command("systemd-detect-virt --container", "none\n", 1)
        .command("systemd-detect-virt --vm", "none\n", 1)
        .process(1, "systemd", "/sbin/init")
        .process(2, "kthreadd", "")
    )
    tree = _accounts(tree)
    tree = _disks(tree)
    tree = (
        tree.file("/proc/net/tcp", formats.net_table([("00000000", 22, 0, 1001)], state=0x0A))
        .file("/proc/net/tcp6", formats.net_table([("0" * 32, 22, 0, 1002)], state=0x0A))
        .file("/proc/net/udp", formats.net_table([("0100007F", 323, 0, 1003)], state=0x07))
        .file("/proc/net/udp6", formats.net_table([], state=0x07))
        .file("/proc/net/if_inet6", "fe800000000000005054000000000001 02 40 20 80     eth0\n")
        .process(700, "sshd", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", [1001, 1002])
        .file("/usr/sbin/sshd", "\x7fELF")
        .file("/etc/ssh/sshd_config", SSHD_LINES)
        .command("sshd -T", SSHD_EFFECTIVE)
        .file("/usr/sbin/nft", "\x7fELF")
        .command("nft -j list ruleset", nft_ruleset())
        .process(710, "chronyd", "/usr/sbin/chronyd", [1003])
        .command("chronyc -c tracking", CHRONY)
        .link("/etc/localtime", "/usr/share/zoneinfo/Europe/Vienna")
        .process(720, "clamd", "/usr/sbin/clamd --foreground=true")
        .process(721, "freshclam", "/usr/bin/freshclam -d")
        .process(722, "clamonacc", "/usr/sbin/clamonacc -F")
        .file("/usr/sbin/clamd", "\x7fELF")
        .file("/etc/clamav/clamd.conf", "LocalSocket /run/clamav/clamd.ctl\nOnAccessIncludePath /home\n")
        .file("/var/lib/clamav/daily.cld", formats.clamav_database(NOW - timedelta(hours=20)))
        .file(
            "/etc/restic.env",
            "RESTIC_REPOSITORY=sftp:keeper@backup.example:/srv/web-1\nRESTIC_PASSWORD=hunter2-restic\n",
            mode=0o600,
        )
    )
    return tree.file("/var/log/messages-old", "x\n", modified=NOW - timedelta(days=380)).file(
        "/var/lib/systemd/timers/stamp-backup.timer", "", modified=night
    )


def _accounts(tree: Tree) -> Tree:
    changed = (NOW.date() - datetime(1970, 1, 1).date()).days - 100  # noqa: DTZ001  (only its date is used)
    hashes = {"root": "*", "alice": "$y$j9T$saltsalt$hashhashhash", "bob": "$y$j9T$saltsalt$hashhashhash"}
    shells = {"root": "/bin/bash", "alice": "/bin/bash", "bob": "/bin/bash"}
    ids = {"root": 0, "daemon": 1, "sshd": 105, "chrony": 106, "alice": 1000, "bob": 1001, "nobody": 65534}
    homes = {"root": "/root", "alice": "/home/alice", "bob": "/home/bob"}
    rows = [
        f"{name}:x:{uid}:{uid}::{homes.get(name, '/nonexistent')}:{shells.get(name, '/usr/sbin/nologin')}"
        for name, uid in ids.items()
    ]
    secrets = [f"{name}:{hashes.get(name, '!*')}:{changed}:0:99999:7:::" for name in ids]
    groups = [f"{name}:x:{uid}:" for name, uid in ids.items()]
    key = formats.public_key("ssh-ed25519")
    return (
        tree.file("/etc/passwd", "\n".join(rows) + "\n")
        .file("/etc/shadow", "\n".join(secrets) + "\n", mode=0o640)
        .file(
            "/etc/group",
            "\n".join([*groups, "sudo:x:27:alice", "wheel:x:10:alice", "staff:x:50:alice,bob"]) + "\n",
        )
        .file("/etc/nsswitch.conf", "passwd: files\ngroup: files\n")
        .file("/home/alice/.ssh/authorized_keys", f"ssh-ed25519 {key} alice@laptop\n", mode=0o600)
        .folder("/home/bob")
        .folder("/root")
        .file(
            "/var/lib/lastlog/lastlog2.db",
            formats.lastlog2({"alice": NOW - timedelta(days=1), "bob": NOW - timedelta(days=9)}),
        )
        .file(
            "/etc/sudoers",
            "Defaults use_pty\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
        )
        .folder("/etc/sudoers.d")
    )


def _disks(tree: Tree) -> Tree:
    """One disk: a boot partition in the clear, and an encrypted one with the system and the swap."""
    lines = [
        "22 1 0:21 / /proc rw - proc proc rw",
        "30 1 252:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw",
        "31 30 8:1 / /boot rw,relatime shared:2 - ext4 /dev/sda1 rw",
        "32 30 0:25 / /run rw - tmpfs tmpfs rw",
    ]
    tree = tree.file("/proc/self/mountinfo", "\n".join(lines) + "\n")
    tree = tree.file("/proc/swaps", "Filename Type Size Used Priority\n/dev/dm-2 partition 4194300 0 -2\n")
    disk = "/sys/devices/pci0000:00/ata1/block/sda"
    for part, number in (("sda1", "8:1"), ("sda2", "8:2")):
        tree = tree.file(f"{disk}/{part}/size", "100\n").folder(f"{disk}/{part}/slaves")
        tree = tree.link(f"/sys/class/block/{part}", f"../..{disk[4:]}/{part}")
        tree = tree.link(f"/sys/dev/block/{number}", f"../..{disk[4:]}/{part}")
    tree = tree.file(f"{disk}/removable", "0\n").link("/sys/class/block/sda", f"../..{disk[4:]}")
    # dm-0 is the LUKS container on sda2; the volumes of the group on it are dm-1 (root) and dm-2 (swap).
    for name, uuid, below in (
        ("dm-0", "CRYPT-LUKS2-0123456789abcdef-sda2_crypt", "sda2"),
        ("dm-1", "LVM-abcdefroot", "dm-0"),
        ("dm-2", "LVM-abcdefswap", "dm-0"),
    ):
        base = f"/sys/devices/virtual/block/{name}"
        tree = tree.file(f"{base}/dm/uuid", uuid + "\n").file(f"{base}/removable", "0\n")
        tree = tree.link(f"{base}/slaves/{below}", f"/sys/class/block/{below}")
        tree = tree.link(f"/sys/class/block/{name}", f"../../devices/virtual/block/{name}")
    tree = tree.link("/sys/dev/block/252:1", "../../devices/virtual/block/dm-1")
    return tree.file("/etc/crypttab", "sda2_crypt UUID=0 none luks\n").file(
        "/etc/fstab", "/dev/mapper/sda2_crypt / ext4 defaults 0 1\nUUID=1234 /boot ext4 defaults 0 2\n"
    )


def with_systemd(tree: Tree, *units: str) -> Tree:
    """With systemd, its journal, these units enabled, and the nightly backup."""
    for unit in (*units, "backup.timer"):
        kind = "timers" if unit.endswith(".timer") else "multi-user"
        tree = tree.link(f"/etc/systemd/system/{kind}.target.wants/{unit}", f"/usr/lib/systemd/system/{unit}")
    ended = NOW - timedelta(hours=11, minutes=25)
    return (
        tree.file("/usr/lib/systemd/systemd-journald", "\x7fELF")
        .process(300, "systemd-journald", "/usr/lib/systemd/systemd-journald")
        .file("/etc/systemd/journald.conf", "[Journal]\nStorage=persistent\nSystemMaxUse=4G\n")
        .file("/var/log/journal/0123456789abcdef/system.journal", formats.journal(NOW - timedelta(days=400)))
        .command("timedatectl show", "Timezone=Europe/Vienna\nLocalRTC=no\nNTP=yes\nNTPSynchronized=yes\n")
        .file("/etc/systemd/system/backup.timer", BACKUP_UNIT)
        .file("/etc/systemd/system/backup.service", BACKUP_SERVICE)
        .command(
            "systemctl show -p Result,ExecMainExitTimestamp backup.service",
            f"Result=success\nExecMainExitTimestamp={ended:%a %Y-%m-%d %H:%M:%S} UTC\n",
        )
        .folder("/run/systemd/system")
        .process(740, "rsyslogd", "/usr/sbin/rsyslogd -n")
        .file("/usr/sbin/rsyslogd", "\x7fELF")
        .file("/etc/rsyslog.conf", RSYSLOG)
        .process(741, "auditd", "/usr/sbin/auditd")
        .file("/usr/sbin/auditd", "\x7fELF")
        .command("auditctl -l", AUDIT_RULES)
        .file("/etc/audit/rules.d/identity.rules", AUDIT_RULES)
        .file("/etc/logrotate.conf", "weekly\nrotate 4\ncreate\ninclude /etc/logrotate.d\n")
        .file(
            "/etc/logrotate.d/rsyslog",
            "/var/log/syslog\n/var/log/auth.log\n{\n\trotate 60\n\tweekly\n\tmissingok\n}\n",
        )
        .process(750, "cron", "/usr/sbin/cron -f")
    )
