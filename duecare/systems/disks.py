"""Which parts of a host's disks are encrypted; pure.

Encryption is judged where a person who takes the disk away would meet it: on what the file system or swap
area lies on. Beneath a virtual machine's disk its provider may encrypt too, which cannot be seen from within.
"""

from __future__ import annotations

from collections.abc import Sequence

from duecare.program.judgement import Facts, Item, Judgement, Section
from duecare.systems.evidence import decided_by_its_host, each, value, virtualization
from duecare.words import gettext as _
from duecare.words import gettext_noop

Areas = Sequence[tuple[str, bool | None]]
"""File systems or swap areas by name, with whether each is encrypted; None if that could not be told."""

BOOT_MOUNTS = {"/boot", "/boot/efi", "/boot/firmware", "/efi"}
"""Read before any key can be given, so that they are seldom encrypted; they hold no data."""
IN_MEMORY = "/dev/zram"
"""Swap that is compressed memory and never reaches a disk."""

_BENEATH = gettext_noop(
    "it is not encrypted within this virtual machine; "
    "whether the provider encrypts the disk beneath cannot be seen from here"
)


def built_in(section: Section) -> Areas:
    """File systems on disks that are not known to be removable, without the boot partitions."""
    return [
        (mount["mount"], mount["encrypted"])
        for mount in value(section, "mounts")
        if mount["removable"] is not True and mount["mount"] not in BOOT_MOUNTS
    ]


def removable(section: Section) -> Areas:
    """File systems on disks that are removable, or that may be and are not encrypted: those untold."""
    return [
        (mount["mount"], mount["encrypted"] if mount["removable"] else None)
        for mount in value(section, "mounts")
        if mount["removable"] or (mount["removable"] is None and not mount["encrypted"])
    ]


def swap(section: Section) -> Areas:
    """Swap areas on disks."""
    return [
        (area["device"], area["encrypted"])
        for area in value(section, "swap")
        if not area["device"].startswith(IN_MEMORY)
    ]


def encrypted(facts: Facts, what: str, areas: Areas) -> Judgement:
    """Whether all the areas, `what` in the plural, are encrypted."""
    plain = [name for name, state in areas if state is False]
    untold = [
        Item(name, _("whether it is encrypted could not be told")) for name, state in areas if state is None
    ]
    if virtualization(facts) == "vm":
        untold += [Item(name, _(_BENEATH)) for name in plain]
        plain = []
    answer = each(
        len(areas),
        [Item(name, _("it is not encrypted")) for name in plain],
        untold,
        read_from=[facts.section("disk_encryption")],
        nothing=_("no %(what)s were seen") % {"what": what},
    )
    return decided_by_its_host(facts, _("the encryption of disks"), answer)
