"""Which system this is, as several sections need to know it: family, release, real or virtual."""

from __future__ import annotations

import re

from .look import Look
from .mounts import mounts
from .text import key_values

MACOS_VERSION = "/System/Library/CoreServices/SystemVersion.plist"


def os_release(look: Look) -> dict[str, str]:
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        text = look.text(path)
        if text is not None:
            return key_values(text)
    return {}


def family(look: Look) -> str:
    """`debian`, `rhel`, `alpine`, `macos` or `other`."""
    if look.exists(MACOS_VERSION):
        return "macos"
    release = look.share(os_release)
    like = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    if like & {"debian", "ubuntu"}:
        return "debian"
    if like & {"rhel", "fedora", "centos"}:
        return "rhel"
    return "alpine" if "alpine" in like else "other"


def virtualization(look: Look) -> str | None:
    """`container`, `vm`, `none`; None if it cannot be told."""
    if not look.machine.live:
        return None
    if look.share(family) == "macos":
        told = (look.printed("sysctl", "-n", "kern.hv_vmm_present") or "").strip()
        return {"0": "none", "1": "vm"}.get(told)
    answer = look.run("systemd-detect-virt", "--container")
    marked = look.any_exists("/.dockerenv", "/run/.containerenv", "/run/systemd/container")
    root = next((mount for mount in look.share(mounts) if mount.place == "/"), None)
    layered = root is not None and root.filesystem == "overlay" and not look.exists("/run/live")
    # A machine made from a container's image keeps the marks of one; but it sees the kernel's own threads,
    # and its root lies on a disk.
    own_kernel = (
        look.word("/proc/2/comm") == "kthreadd" and root is not None and root.source.startswith("/dev/")
    )
    if not own_kernel and (marked or layered or (answer is not None and answer[0] == 0)):
        return "container"
    answer = look.run("systemd-detect-virt", "--vm")
    if answer is not None and answer[1].strip():
        return "none" if answer[1].strip() == "none" else "vm"
    maker = " ".join(look.word(f"/sys/class/dmi/id/{name}") or "" for name in ("sys_vendor", "product_name"))
    if re.search(
        r"QEMU|KVM|VMware|VirtualBox|Xen|Virtual Machine|Amazon EC2|Google Compute|OpenStack", maker
    ):
        return "vm"
    if re.search(r"^flags\s*:.*\bhypervisor\b", look.text("/proc/cpuinfo") or "", re.MULTILINE):
        return "vm"
    return "none" if maker.strip() else None
