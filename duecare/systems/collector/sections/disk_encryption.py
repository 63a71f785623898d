"""The section `disk_encryption`: what each mounted file system and swap area stands on."""

from __future__ import annotations

from typing import Any

from ..look import Look
from ..mounts import Mount, mounts, unescaped


def disk_encryption_facts(look: Look) -> dict[str, Any]:
    if not look.machine.live:
        return _configured_encryption(look)
    look.source("/proc/self/mountinfo", "/sys/class/block")
    found: dict[str, dict[str, Any]] = {}
    for mount in look.share(mounts):
        if mount.filesystem == "zfs":
            encrypted, how = _zfs_encryption(look, mount.source)
            row = {"encrypted": encrypted, "how": how, "removable": None}
        elif not mount.source.startswith("/dev/") or mount.filesystem in ("squashfs", "iso9660"):
            continue
        else:
            block = _block_name(look, mount)
            if block is None or block.startswith(("loop", "zram", "ram")):
                continue
            encrypted, how = _block_encryption(look, block)
            row = {"encrypted": encrypted, "how": how, "removable": _removable(look, block)}
        row = {"mount": mount.place, "device": mount.source, "filesystem": mount.filesystem, **row}
        known = found.get(mount.source)
        if known is None or len(mount.place) < len(known["mount"]):
            found[mount.source] = row
    rows = sorted(found.values(), key=lambda row: str(row["mount"]))
    if not any(row["mount"] == "/" for row in rows):
        look.problem(
            "the disk below /", "it is not to be seen from here, as in a container or over the network"
        )
    return {"mounts": rows, "swap": _swap(look, rows)}


def _block_name(look: Look, mount: Mount) -> str | None:
    """The kernel's name of the device that is mounted, such as dm-0."""
    link = look.link(f"/sys/dev/block/{mount.device_number}")
    if link is None and mount.source.startswith("/dev/"):  # btrfs shows a number of its own
        link = look.link(mount.source) or mount.source
    return None if link is None else link.rpartition("/")[2]


def _block_encryption(look: Look, block: str) -> tuple[bool | None, str | None]:
    """Whether all that the device stands on is encrypted, and by what (the kernel's sysfs, ABI/stable)."""
    base = f"/sys/class/block/{block}"
    uuid = look.word(f"{base}/dm/uuid") or ""
    if uuid.startswith("CRYPT-"):
        return True, f"dm-crypt ({uuid.split('-')[1]})"
    below = look.names(f"{base}/slaves")
    if not below:
        parent = (look.link(base) or "").split("/")[-2:-1]
        if parent and look.exists(f"/sys/class/block/{parent[0]}/slaves"):
            below = look.names(f"/sys/class/block/{parent[0]}/slaves")
            uuid = look.word(f"/sys/class/block/{parent[0]}/dm/uuid") or ""
            if uuid.startswith("CRYPT-"):
                return True, f"dm-crypt ({uuid.split('-')[1]})"
    if not below:
        if not look.exists(base):
            return None, "the device is not in /sys"
        return False, "no encryption on this machine between file system and disk"
    answers = [_block_encryption(look, name) for name in below]
    if all(encrypted for encrypted, _ in answers):
        return True, answers[0][1]
    return next((answer for answer in answers if not answer[0]), (None, None))


def _removable(look: Look, block: str) -> bool | None:
    names = [block, *(look.link(f"/sys/class/block/{block}") or "").split("/")[-2:-1]]
    flags = [look.word(f"/sys/class/block/{name}/removable") for name in names]
    return None if not any(flags) else "1" in flags


def _zfs_encryption(look: Look, dataset: str) -> tuple[bool | None, str | None]:
    answer = (look.printed("zfs", "get", "-H", "-o", "value", "encryption", dataset) or "").strip()
    if not answer:
        look.problem(f"encryption of {dataset}", "zfs gave no answer")
        return None, None
    return answer != "off", f"zfs ({answer})"


def _swap(look: Look, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for line in (look.text("/proc/swaps") or "").splitlines()[1:]:
        fields = line.split()
        if len(fields) < 2 or "/zram" in fields[0]:
            continue
        device, kind = unescaped(fields[0]), fields[1]
        if kind == "file":
            holders = [row for row in rows if device.startswith(row["mount"].rstrip("/") + "/")]
            holder = max(holders, key=lambda row: len(row["mount"]), default=None)
            encrypted = holder["encrypted"] if holder else None
        else:
            link = look.link(device) or device
            encrypted = _block_encryption(look, link.rpartition("/")[2])[0]
        found.append({"device": device, "encrypted": encrypted})
    return found


def _configured_encryption(look: Look) -> dict[str, Any]:
    """What fstab and crypttab say, for a tree that is not running."""
    look.source("/etc/fstab", "/etc/crypttab")
    look.problem("the devices below the file systems", "a mounted tree does not show them")
    mapped = {line.split()[0] for line in look.lines("/etc/crypttab")}
    rows, swap = [], []
    for line in look.lines("/etc/fstab"):
        fields = line.split()
        if len(fields) < 3:
            continue
        device, place, filesystem = fields[:3]
        encrypted = (
            True if device.rpartition("/")[2] in mapped and device.startswith("/dev/mapper/") else None
        )
        if filesystem == "swap":
            swap.append({"device": device, "encrypted": encrypted})
        elif device.startswith(("/dev/", "UUID=", "LABEL=", "PARTUUID=")):
            how = "crypttab" if encrypted else None
            rows.append(
                {
                    "mount": place,
                    "device": device,
                    "filesystem": filesystem,
                    "encrypted": encrypted,
                    "how": how,
                    "removable": None,
                }
            )
    return {"mounts": rows or None, "swap": swap}
