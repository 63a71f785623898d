"""The configuration that lets a host install its updates by itself, in our own words. Pure.

What is written is what the collector reads as turned on (`systems/collector/sections/automatic_updates.py`);
a test holds one against the other. For apt: unattended-upgrades, whose own file is left as it is and followed
by one of ours (apt.conf(5), `#clear`). For dnf: dnf-automatic(8).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Whose hosts the configuration is for."""

    DEBIAN = "debian"
    """Debian, Ubuntu."""
    RHEL = "rhel"
    """Red Hat and kin, Fedora."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is to stand on a host."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What turns automatic updates on: the commands before, the files, the commands after."""

    before: tuple[str, ...]
    files: tuple[File, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        """All of it as one text, each file under a line with its path."""
        parts = ["# First, as root:", *(f"#   {one}" for one in self.before), ""]
        for file in self.files:
            parts += [f"# ── {file.path} ──", file.text]
        return "\n".join([*parts, "# Then, as root:", *(f"#   {one}" for one in self.after), ""])


def automatic_updates(family: Family, *, everything: bool) -> Setting:
    """What turns automatic updates on: those for security, or with `everything` all of them."""
    return _debian(everything) if family is Family.DEBIAN else _rhel(everything)


_PERIODIC = """\
// Once a day: ask for updates, and install those that the other file allows.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
// Once a week: remove package files that no repository offers any more.
APT::Periodic::AutocleanInterval "7";
"""

_ALLOWED = """\
// Which updates install themselves: {which}.
// This follows the file that came with the package and begins the lists anew.
#clear Unattended-Upgrade::Origins-Pattern;
#clear Unattended-Upgrade::Allowed-Origins;
Unattended-Upgrade::Origins-Pattern {{
{patterns}}};
// A run that is cut short leaves nothing half installed.
Unattended-Upgrade::MinimalSteps "true";
// Old kernels go, or /boot fills up and no update installs.
Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
// Restarting is for people to plan; the checks say which computer waits for one.
Unattended-Upgrade::Automatic-Reboot "false";
"""
_SECURITY = (
    "origin=Debian,codename=${distro_codename}-security,label=Debian-Security",
    "origin=Ubuntu,archive=${distro_codename}-security",
)
_ALL = (
    *_SECURITY,
    "origin=Debian,codename=${distro_codename},label=Debian",
    "origin=Debian,codename=${distro_codename}-updates",
    "origin=Ubuntu,archive=${distro_codename}",
    "origin=Ubuntu,archive=${distro_codename}-updates",
)


def _debian(everything: bool) -> Setting:
    patterns = "".join(f'    "{one}";\n' for one in (_ALL if everything else _SECURITY))
    which = "all that the vendor publishes" if everything else "those for security"
    return Setting(
        ("apt-get install unattended-upgrades",),
        (
            File("/etc/apt/apt.conf.d/20auto-upgrades", _PERIODIC),
            File(
                "/etc/apt/apt.conf.d/52duecare-unattended-upgrades",
                _ALLOWED.format(which=which, patterns=patterns),
            ),
        ),
        ("systemctl enable --now apt-daily.timer apt-daily-upgrade.timer", "unattended-upgrade --dry-run -v"),
    )


_AUTOMATIC = """\
[commands]
# Which updates: security, or default for all of them.
upgrade_type = {which}
# Not every computer at the same moment: wait up to this many seconds.
random_sleep = 3600
download_updates = yes
# Install them; downloading alone protects nobody.
apply_updates = yes
# Restarting is for people to plan; the checks say which computer waits for one.
reboot = never

[emitters]
# Into the journal of the system.
emit_via = stdio
"""


def _rhel(everything: bool) -> Setting:
    return Setting(
        ("dnf install dnf-automatic",),
        (File("/etc/dnf/automatic.conf", _AUTOMATIC.format(which="default" if everything else "security")),),
        ("systemctl enable --now dnf-automatic.timer   # with dnf5: dnf5-automatic.timer",),
    )
