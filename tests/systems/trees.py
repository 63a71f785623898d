"""Healthy, well kept computers to start a test from: Debian 13, Ubuntu 24.04, Rocky Linux 9, Alpine 3.22.

Each builder gives a `Tree` (see tree.py) of a running computer in which everything could be read and is in
order: nothing on offer, a firewall that refuses by default, encrypted disks, a backup from last night.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from tests.systems import formats
from tests.systems.parts import (
    AUDIT_RULES,
    NFTABLES,
    PAM_AUTH,
    PAM_PASSWORD,
    PASSWORD_RULES,
    RSYSLOG,
    TIME_SERVERS,
    common,
    dpkg_status,
    in_release,
    nft_ruleset,
    packages_index,
    with_systemd,
)
from tests.systems.tree import NOW, Tree

__all__ = ["NOW", "Tree", "alpine", "debian", "nft_ruleset", "packages_index", "rhel", "ubuntu", "updateinfo"]

KERNELS = {
    "debian": "6.12.57+deb13-amd64",
    "ubuntu": "6.8.0-87-generic",
    "rhel": "5.14.0-570.58.1.el9_6.x86_64",
    "alpine": "6.12.58-0-lts",
}
_APT_PACKAGES = {
    "debian": [
        ("openssl", "3.5.4-1~deb13u1", "openssl"),
        ("libssl3t64", "3.5.4-1~deb13u1", "openssl"),
        ("openssh-server", "1:10.0p1-7", "openssh"),
        ("unattended-upgrades", "2.12", "unattended-upgrades"),
        ("clamav-daemon", "1.4.3+dfsg-1", "clamav"),
        (f"linux-image-{KERNELS['debian']}", "6.12.57-1", "linux-signed-amd64 (6.12.57+1)"),
    ],
    "ubuntu": [
        ("openssl", "3.0.13-0ubuntu3.6", "openssl"),
        ("libssl3t64", "3.0.13-0ubuntu3.6", "openssl"),
        ("openssh-server", "1:9.6p1-3ubuntu13.14", "openssh"),
        ("unattended-upgrades", "2.9.1+nmu4ubuntu1", "unattended-upgrades"),
        ("clamav-daemon", "1.4.3+dfsg-0ubuntu0.24.04.1", "clamav"),
        (f"linux-image-{KERNELS['ubuntu']}", "6.8.0-87.88", "linux-signed"),
    ],
}


def _apt(tree: Tree, name: str, suites: Iterable[tuple[str, str, str, str, float]], origins: str) -> Tree:
    """dpkg, apt's lists of the suites (base, label, suite, codename, age in days), automatic updates."""
    packages = _APT_PACKAGES[name]
    tree = (
        tree.file("/var/lib/dpkg/status", dpkg_status(packages), modified=NOW - timedelta(days=3))
        .file("/var/lib/dpkg/arch-native", "amd64\n")
        .file(
            "/etc/apt/apt.conf.d/20auto-upgrades",
            'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n',
        )
        .file("/etc/apt/apt.conf.d/50unattended-upgrades", origins)
        .file("/var/lib/apt/periodic/update-success-stamp", "", modified=NOW - timedelta(hours=8))
        .file("/var/lib/apt/periodic/unattended-upgrades-stamp", "", modified=NOW - timedelta(hours=7))
        .file("/etc/pam.d/common-password", PAM_PASSWORD)
        .file("/etc/pam.d/common-auth", PAM_AUTH)
        .written(PASSWORD_RULES)
        .file("/etc/nftables.conf", NFTABLES)
        .file("/etc/chrony/chrony.conf", TIME_SERVERS)
    )
    for base, label, suite, codename, age in suites:
        place = f"/var/lib/apt/lists/{base}"
        made = NOW - timedelta(days=age)
        tree = tree.file(f"{place}_InRelease", in_release(name.title(), label, suite, codename, made))
        offered = [(n, v) for n, v, _ in packages]
        tree = tree.file(f"{place}_main_binary-amd64_Packages", packages_index(offered))
    return with_systemd(
        tree,
        "apt-daily.timer",
        "apt-daily-upgrade.timer",
        "nftables.service",
        "chrony.service",
        "ssh.service",
    )


def debian() -> Tree:
    """Debian 13 on a server of its own."""
    tree = common(KERNELS["debian"]).file(
        "/etc/os-release",
        'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nVERSION_CODENAME=trixie\nID=debian\n',
    )
    tree = tree.file(
        "/proc/version",
        f"Linux version {KERNELS['debian']} (kernel@example) #1 SMP Debian 6.12.57-1 (2026-11-05)\n",
    ).file(
        "/etc/apt/sources.list.d/debian.sources",
        "Types: deb\nURIs: https://deb.example/debian\nSuites: trixie trixie-updates\nComponents: main\n\n"
        "Types: deb\nURIs: https://deb.example/debian-security\nSuites: trixie-security\nComponents: main\n",
    )
    suites = [
        ("deb.example_debian_dists_trixie", "Debian", "stable", "trixie", 16.0),
        ("deb.example_debian_dists_trixie-updates", "Debian", "stable-updates", "trixie-updates", 1.0),
        (
            "deb.example_debian-security_dists_trixie-security",
            "Debian-Security",
            "stable-security",
            "trixie-security",
            1.0,
        ),
    ]
    origins = (
        "Unattended-Upgrade::Origins-Pattern {\n"
        '  "origin=Debian,codename=${distro_codename},label=Debian";\n'
        '  "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";\n'
        '};\n// Unattended-Upgrade::Automatic-Reboot "false";\n'
    )
    return _apt(tree, "debian", suites, origins)


def ubuntu() -> Tree:
    """Ubuntu 24.04 in a virtual machine, with ufw."""
    tree = common(KERNELS["ubuntu"]).file(
        "/etc/os-release",
        'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n'
        "ID=ubuntu\nID_LIKE=debian\n",
    )
    tree = tree.file(
        "/etc/apt/sources.list.d/ubuntu.sources",
        "Types: deb\nURIs: https://archive.example/ubuntu\nSuites: noble noble-updates noble-security\n",
    ).command("systemd-detect-virt --vm", "kvm\n")
    suites = [
        ("archive.example_ubuntu_dists_noble", "Ubuntu", "noble", "noble", 940.0),
        ("archive.example_ubuntu_dists_noble-updates", "Ubuntu", "noble-updates", "noble", 0.5),
        ("archive.example_ubuntu_dists_noble-security", "Ubuntu", "noble-security", "noble", 0.5),
    ]
    origins = (
        "Unattended-Upgrade::Allowed-Origins {\n"
        '\t"${distro_id}:${distro_codename}";\n\t"${distro_id}:${distro_codename}-security";\n'
        '//\t"${distro_id}:${distro_codename}-updates";\n};\n'
    )
    tree = _apt(tree, "ubuntu", suites, origins)
    return (
        tree.file("/etc/ufw/ufw.conf", "ENABLED=yes\nLOGLEVEL=low\n")
        .file("/etc/default/ufw", 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\n')
        .link(
            "/etc/systemd/system/multi-user.target.wants/ufw.service", "/usr/lib/systemd/system/ufw.service"
        )
        .without("/etc/systemd/system/multi-user.target.wants/nftables.service")
    )


_RHEL_PACKAGES = (
    ("openssl", "3.2.2", "6.el9_5.1", "openssl-3.2.2-6.el9_5.1.src.rpm", 1, ""),
    ("openssh-server", "8.7p1", "45.el9", "openssh-8.7p1-45.el9.src.rpm", None, ""),
    ("dnf-automatic", "4.14.0", "25.el9", "dnf-4.14.0-25.el9.src.rpm", None, ""),
    ("clamd", "1.4.3", "2.el9", "clamav-1.4.3-2.el9.src.rpm", None, ""),
    ("kernel-core", "5.14.0", "570.58.1.el9_6", "kernel-5.14.0-570.58.1.el9_6.src.rpm", None, ""),
    (
        "nodejs",
        "20.19.2",
        "1.module+el9.6.0+1",
        "nodejs-20.19.2-1.module+el9.6.0+1.src.rpm",
        1,
        "nodejs:20:90600:abc",
    ),
)


def updateinfo(*advisories: tuple[str, str, str, str, str], module: str = "") -> str:
    """A repository's advisories: (id, type, package name, version, release), all of a module or none."""
    name, _, stream = module.partition(":")
    inner = (
        f'<module name="{name}" stream="{stream}" version="1" context="a" arch="x86_64"/>' if module else ""
    )
    updates = "".join(
        f'<update from="x" status="final" type="{kind}" version="2"><id>{id}</id><title>t</title><pkglist>'
        f'<collection short="c">{inner}<package name="{package}" version="{version}" release="{release}" '
        f'epoch="0" arch="x86_64"><filename>f</filename></package></collection></pkglist></update>'
        for id, kind, package, version, release in advisories
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<updates>{updates}</updates>\n'


def rhel() -> Tree:
    """Rocky Linux 9 with firewalld and dnf-automatic."""
    tree = common(KERNELS["rhel"]).file(
        "/etc/os-release",
        'NAME="Rocky Linux"\nPRETTY_NAME="Rocky Linux 9.6 (Blue Onyx)"\nVERSION_ID="9.6"\nID="rocky"\n'
        'ID_LIKE="rhel centos fedora"\nSUPPORT_END="2032-05-31"\n',
    )
    headers = [
        formats.rpm_header(n, v, r, "x86_64", source, epoch=epoch, module=module)
        for n, v, r, source, epoch, module in _RHEL_PACKAGES
    ]
    tree = tree.file(
        "/var/lib/rpm/rpmdb.sqlite", formats.rpm_database(headers), modified=NOW - timedelta(days=3)
    )
    stamp = int((NOW - timedelta(days=1)).timestamp())
    repomd = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<repomd xmlns="http://linux.duke.edu/metadata/repo">'
        f'<revision>{stamp}</revision><data type="updateinfo"><location href="repodata/0a-updateinfo.xml"/>'
        f"<timestamp>{stamp}</timestamp></data></repomd>\n"
    )
    for name in ("baseos", "appstream"):
        folder = f"/var/cache/dnf/{name}-0123456789abcdef/repodata"
        tree = tree.file(f"{folder}/repomd.xml", repomd)
        tree = tree.file(
            f"{folder}/0a-updateinfo.xml",
            updateinfo((f"RLSA-{name}:1", "security", "openssh-server", "8.7p1", "44.el9")),
        )
    tree = (
        tree.file(
            "/etc/yum.repos.d/rocky.repo",
            "\n".join(
                f"[{name}]\nname=Rocky Linux 9 - {name}\nenabled=1\ngpgcheck=1\nrepo_gpgcheck=1\n"
                for name in ("baseos", "appstream")
            )
            + "\n[devel]\nname=Rocky devel\nenabled=0\n",
        )
        .file("/var/cache/dnf/last_makecache", "", modified=NOW - timedelta(hours=4))
        .file("/etc/dnf/automatic.conf", "[commands]\nupgrade_type = security\napply_updates = yes\n")
        .file("/var/lib/systemd/timers/stamp-dnf-automatic.timer", "", modified=NOW - timedelta(hours=8))
        .command(
            "needs-restarting -r",
            "No core libraries or services have been updated since boot-up.\n",
        )
        .file("/etc/pam.d/system-auth", PAM_AUTH + PAM_PASSWORD)
        .written(PASSWORD_RULES)
        .file("/etc/security/pwquality.conf", "# minlen = 8\n")
        .file("/etc/security/pwquality.conf.d/50-length.conf", "minlen = 15\n")
        .file("/etc/sudoers", "root ALL=(ALL) ALL\n%wheel ALL=(ALL) ALL\n#includedir /etc/sudoers.d\n")
        .file("/usr/sbin/firewalld", "#!/usr/bin/python3 -sP\n")
        .process(730, "firewalld", "/usr/bin/python3 -s /usr/sbin/firewalld --nofork")
        .file("/etc/firewalld/firewalld.conf", "DefaultZone=public\n")
        .file(
            "/usr/lib/firewalld/zones/public.xml", '<?xml version="1.0"?><zone><short>Public</short></zone>\n'
        )
        .file("/etc/chrony.conf", TIME_SERVERS)
        .file("/etc/clamd.d/scan.conf", "OnAccessIncludePath /home\n")
    )
    return with_systemd(
        tree, "dnf-automatic.timer", "firewalld.service", "chronyd.service", "sshd.service", "auditd.service"
    )


_APK_PACKAGES = (
    ("openssl", "3.5.4-r0", "openssl"),
    ("libssl3", "3.5.4-r0", "openssl"),
    ("openssh-server", "10.0_p1-r9", "openssh"),
    ("clamav", "1.4.3-r0", "clamav"),
    ("linux-lts", "6.12.58-r0", "linux-lts"),
)
APK_INDEX = "/var/cache/apk/APKINDEX.910d0eca.tar.gz"


def alpine() -> Tree:
    """Alpine 3.22 with OpenRC, nftables, doas and a backup from cron."""
    tree = common(KERNELS["alpine"]).file(
        "/etc/os-release",
        'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME="Alpine Linux v3.22"\n',
    )
    database = "\n".join(f"C:Q1x\nP:{n}\nV:{v}\nA:x86_64\no:{o}\n" for n, v, o in _APK_PACKAGES)
    for service in ("nftables", "chronyd", "sshd", "crond", "clamd"):
        tree = tree.link(f"/etc/runlevels/default/{service}", f"/etc/init.d/{service}")
    return (
        tree.without("/etc/sudoers", "/etc/sudoers.d", "/var/lib/systemd")
        .without_command("systemd-detect-virt")
        .process(1, "init", "/sbin/init")
        .file("/lib/apk/db/installed", database, modified=NOW - timedelta(days=2))
        .file("/etc/apk/arch", "x86_64\n")
        .file("/etc/apk/repositories", "https://apk.example/alpine/v3.22/main\n")
        .file(
            APK_INDEX,
            formats.apk_index(_APK_PACKAGES, NOW - timedelta(days=1)),
            modified=NOW - timedelta(hours=3),
        )
        .file("/etc/periodic/daily/apk", "#!/bin/sh\napk -U upgrade --available\n", mode=0o755)
        .process(750, "crond", "/usr/sbin/crond -c /etc/crontabs")
        .file("/etc/doas.conf", "permit persist :wheel\n")
        .file("/etc/nftables.nft", NFTABLES)
        .file("/etc/pam.d/base-password", PAM_PASSWORD)
        .file("/etc/pam.d/base-auth", PAM_AUTH)
        .written(PASSWORD_RULES)
        .file("/etc/chrony/chrony.conf", TIME_SERVERS)
        .process(740, "rsyslogd", "/usr/sbin/rsyslogd")
        .file("/usr/sbin/rsyslogd", "\x7fELF")
        .file("/etc/rsyslog.conf", RSYSLOG)
        .process(741, "auditd", "/usr/sbin/auditd")
        .file("/usr/sbin/auditd", "\x7fELF")
        .command("auditctl -l", AUDIT_RULES)
        .file("/etc/logrotate.conf", "weekly\nrotate 60\n")
        .file("/etc/timezone", "Europe/Vienna\n")
        .file("/etc/crontabs/root", "30\t2\t*\t*\t*\t/usr/bin/rsnapshot daily\n")
        .file("/etc/rsnapshot.conf", "config_version\t1.2\nsnapshot_root\t/mnt/store/web-1/\n")
        .append("/proc/self/mountinfo", "40 30 0:50 / /mnt/store rw - nfs4 store.example:/backup rw\n")
        .file(
            "/var/log/rsnapshot.log",
            "[2026-11-23T02:41:07] /usr/bin/rsnapshot daily: completed successfully\n",
            modified=NOW - timedelta(hours=11),
        )
    )
