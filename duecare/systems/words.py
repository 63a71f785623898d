"""The sections and fields of a host report in words (docs/report-format.md, "A section")."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

SECTIONS: Mapping[str, Words] = {
    "os": _("Operating system"),
    "updates": _("Updates on offer"),
    "automatic_updates": _("Automatic updates"),
    "reboot": _("Restart"),
    "accounts": _("Accounts"),
    "password_policy": _("Password policy"),
    "sudo": _("Rights of administrators (sudo)"),
    "sshd": _("SSH server"),
    "authorized_keys": _("SSH keys that let in"),
    "sockets": _("Open to connections"),
    "firewall": _("Firewall"),
    "antivirus": _("Antivirus"),
    "screen_lock": _("Screen lock"),
    "remote_access": _("Remote desktop"),
    "disk_encryption": _("Disk encryption"),
    "time": _("Clock"),
    "logging": _("Logs"),
    "backup": _("Backups"),
    "packages": _("Installed software"),
}
"""In the order of the page: what goes wrong most often first, the longest list last."""

FIELDS: Mapping[str, Words] = {
    "address": _("Address"),
    "administrators_elsewhere": _("Administrators kept elsewhere"),
    "asks_first": _("Asks who is there"),
    "can_log_in": _("Can sign in"),
    "changed_on": _("Password changed"),
    "enabled_at_boot": _("Starts with the system"),
    "encrypted": _("Encrypted"),
    "expires_on": _("Closes on"),
    "extended_support_end": _("Extended support ends"),
    "extended_support_on": _("Extended support in use"),
    "first_seen": _("First seen by the collector"),
    "gid": _("Group number"),
    "hash": _("Kind of hash"),
    "id": _("Distribution"),
    "input_policy": _("What is let in by default"),
    "installs": _("Installs by itself"),
    "items": _("List"),
    "kept_days": _("Days kept"),
    "last_installed_at": _("Last installed"),
    "log": _("Use is logged"),
    "login_records": _("Sign-ins known from"),
    "machine_seconds": _("Locks after, by the machine (seconds)"),
    "max_days": _("Password lasts (days)"),
    "metadata_at": _("Vendor's list made"),
    "metadata_fetched_at": _("Vendor's list fetched"),
    "metadata_signed": _("Vendor's list signed"),
    "min_length": _("Shortest password"),
    "newest_kernel": _("Newest kernel installed"),
    "nopasswd": _("Without a password"),
    "offered": _("On offer"),
    "offset_ms": _("Off by (milliseconds)"),
    "oldest_at": _("Oldest entry"),
    "on_disk": _("Kept on disk"),
    "others": _("Other log services"),
    "on_access": _("Checks files as they are opened"),
    "packages_signed": _("Packages signed"),
    "reach": _("Reachable from"),
    "rebuilt_at": _("List of software changed"),
    "remembered": _("Old passwords refused"),
    "runas": _("As"),
    "running_kernel": _("Kernel that runs"),
    "security": _("Security"),
    "security_labelled": _("Vendor marks security updates"),
    "shipping": _("Sent elsewhere"),
    "signatures_at": _("Signatures made"),
    "support_end": _("Support ends"),
    "support_source": _("Known from"),
    "synchronized": _("In step"),
    "uid": _("User number"),
    "virtualization": _("Virtual"),
    "who": _("Who"),
}
"""Where the field's own name would not say it; other fields are shown by name."""


def field_words(name: str) -> str:
    """A field's name in words, whatever section it is in."""
    return str(FIELDS.get(name) or name.replace("_", " ").capitalize())
