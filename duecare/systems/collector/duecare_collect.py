#!/usr/bin/env python3
# ruff: noqa: UP017  (datetime.UTC is newer than the oldest Python this file serves)
# ruff: noqa: PTH105, PTH114, PTH115, PTH116, PTH118, PTH123, PTH208  (paths are another machine's text)
"""Gather the security facts of one computer and print them as one JSON report.

This is one file that needs nothing but Python 3.8 and its standard library, so that it can be copied to a
computer, read, and run there with as few rights as wanted: what cannot be read is reported with the reason.
It changes nothing, opens no network connection, starts only read-only commands by fixed paths, and takes up
no secret: of a password it reports the kind of hash, of a key its fingerprint. The report's format is
`duecare-report/1` (docs/report-format.md). Facts only: the judgement is made elsewhere.

Everything that it learns comes through a `Machine`. `collect(machine, now)` is the whole program.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import bz2
import configparser
import contextlib
import errno
import fnmatch
import gzip
import hashlib
import io
import ipaddress
import json
import lzma
import os
import re
import shutil
import signal
import sqlite3
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

VERSION = "1"
MIB = 1 << 20
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
LIST_LIMIT = 512 * MIB
"""Package lists of large distributions unpack to 100 MiB and more."""
PROBLEM_LIMIT = 100
"""Problems told apart in one section; the rest are counted."""


# ── The machine ──────────────────────────────────────────────────────────────────────────────────────────


class Machine:
    """A computer, as far as it can be seen. Paths are absolute, as the computer itself writes them.

    Every method raises OSError where the thing cannot be had (FileNotFoundError where there is none).
    """

    root = "/"
    """Where its file system is mounted."""
    live = True
    """Whether it is the computer that runs this; a mounted tree has no processes and runs no commands."""
    as_root = False

    def read(self, path: str, limit: int = 8 * MIB) -> bytes:
        """A regular file's content; OSError (EFBIG) if it is longer than `limit` bytes."""
        content = self.slice(path, 0, limit + 1)
        if len(content) > limit:
            raise OSError(errno.EFBIG, f"larger than {limit} bytes")
        return content

    def slice(self, path: str, start: int, size: int) -> bytes:
        """At most `size` bytes of a regular file, from byte `start` on."""
        raise NotImplementedError

    def listdir(self, path: str) -> list[str]:
        raise NotImplementedError

    def stat(self, path: str) -> os.stat_result:
        """Of what a link leads to."""
        raise NotImplementedError

    def readlink(self, path: str) -> str:
        raise NotImplementedError

    def exists(self, path: str) -> bool:
        """Whether it is there; PermissionError if that cannot be told."""
        try:
            self.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def run(self, argv: Sequence[str], timeout: float = 10.0, limit: int = 8 * MIB) -> tuple[int, bytes]:
        """Run a read-only command without a shell: its exit code and what it printed.

        Raises FileNotFoundError if it is not installed or this is a mounted tree, TimeoutError, or OSError
        (EFBIG) if it prints more than `limit` bytes.
        """
        raise NotImplementedError


class RealMachine(Machine):
    """This computer, or the file system of another below a directory."""

    def __init__(self, root: str = "/") -> None:
        self.root = os.path.realpath(root)
        self.live = self.root == "/"
        self.as_root = os.geteuid() == 0
        if not Path(self.root).is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a directory", root)

    def _real(self, path: str, *, follow_last: bool = True) -> str:
        """Where a path of that computer lies on this one.

        Links in a mounted tree are followed as its own computer would, so none leads out of the tree.
        """
        if self.live:
            return path
        pending = [part for part in path.split("/") if part][::-1]
        done: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part == ".":
                continue
            if part == "..":
                done = done[:-1]
                continue
            here = os.path.join(self.root, *done, part)
            if (pending or follow_last) and os.path.islink(here):
                links += 1
                if links > 40:
                    raise OSError(errno.ELOOP, "too many links", path)
                target = os.readlink(here)
                done = [] if target.startswith("/") else done
                pending += [piece for piece in target.split("/") if piece][::-1]
            else:
                done.append(part)
        return os.path.join(self.root, *done)

    def slice(self, path: str, start: int, size: int) -> bytes:
        # Anyone may link a file that root reads to a device that acts when it is opened (a watchdog, say).
        # Opening must not wait on a pipe either, nor follow a link put into a mounted tree meanwhile.
        real = self._real(path)
        if not stat.S_ISREG(os.stat(real, follow_symlinks=self.live).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if self.live else os.O_NOFOLLOW)
        with open(os.open(real, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, "not a regular file", path)
            if start:
                file.seek(start)
            return file.read(size)

    def listdir(self, path: str) -> list[str]:
        return os.listdir(self._real(path))

    def stat(self, path: str) -> os.stat_result:
        return os.stat(self._real(path), follow_symlinks=self.live)

    def readlink(self, path: str) -> str:
        return os.readlink(self._real(path, follow_last=False))

    def run(self, argv: Sequence[str], timeout: float = 10.0, limit: int = 8 * MIB) -> tuple[int, bytes]:
        program = shutil.which(argv[0], path=PATH) if self.live else None
        if program is None:
            raise FileNotFoundError(errno.ENOENT, "not installed", argv[0])
        environment = {"PATH": PATH, "LC_ALL": "C", "TZ": "UTC", "HOME": "/nonexistent"}
        process = subprocess.Popen(  # noqa: S603  (fixed commands, fixed PATH, no shell)
            [program, *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill(process)

        timer = threading.Timer(timeout, stop)
        timer.start()
        try:
            assert process.stdout is not None  # noqa: S101  (asked for above)
            with process.stdout as output:
                printed = output.read(limit + 1)
            if len(printed) > limit:
                raise OSError(errno.EFBIG, f"prints more than {limit} bytes", argv[0])
            code = process.wait()
        finally:
            timer.cancel()
            _kill(process)
            process.wait()
        if late.is_set():
            raise TimeoutError(errno.ETIMEDOUT, f"no answer within {timeout:g} s", argv[0])
        return code, printed


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


# ── Looking, and noting what could not be seen ───────────────────────────────────────────────────────────


class Unreadable(Exception):
    """Nothing of a section could be learnt."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what}: {reason}")
        self.what, self.reason = what, reason


class Host:
    """The machine under study, and what several sections share about it."""

    def __init__(self, machine: Machine, now: datetime, seen: MutableMapping[str, str] | None) -> None:
        self.machine, self.now, self.seen = machine, now, seen
        self.wants_root: list[str] = []
        self._shared: dict[str, tuple[Any, list[dict[str, str]]]] = {}

    def share(self, learn: Callable[[Look], Any]) -> tuple[Any, list[dict[str, str]]]:
        """What `learn` gives, learnt once, and the problems met on the way."""
        name = learn.__name__
        if name not in self._shared:
            look = Look(self)
            self._shared[name] = (learn(look), look.problems)
        return self._shared[name]


class Look:
    """One section's view of the machine: missing things are None or empty, unreadable ones are noted."""

    def __init__(self, host: Host) -> None:
        self.host, self.machine = host, host.machine
        self.problems: list[dict[str, str]] = []
        self.sources: list[str] = []
        self.absent = False

    def problem(self, what: str, reason: str | Exception) -> None:
        """Note that something could not be read, and why."""
        if isinstance(reason, PermissionError) and not self.machine.as_root:
            self.host.wants_root.append(what)
        if isinstance(reason, OSError):
            reason = reason.strerror or type(reason).__name__
        row = {"what": what, "reason": str(reason)}
        if row not in self.problems:
            self.problems.append(row)

    def source(self, *names: str) -> None:
        self.sources += [name for name in names if name not in self.sources]

    def share(self, learn: Callable[[Look], Any]) -> Any:
        value, problems = self.host.share(learn)
        self.problems += [row for row in problems if row not in self.problems]
        return value

    def data(self, path: str, limit: int = 8 * MIB) -> bytes | None:
        try:
            return self.machine.read(path, limit)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.problem(path, error)
            return None

    def text(self, path: str, limit: int = 8 * MIB) -> str | None:
        data = self.data(path, limit)
        return None if data is None else decoded(data)

    def need(self, path: str, limit: int = 128 * MIB) -> str:
        """A file's text without which there is nothing to tell. Raises Unreadable."""
        try:
            return decoded(self.machine.read(path, limit))
        except OSError as error:
            if isinstance(error, PermissionError) and not self.machine.as_root:
                self.host.wants_root.append(path)
            raise Unreadable(path, error.strerror or type(error).__name__) from error

    def lines(self, path: str) -> list[str]:
        """A configuration file's lines, without comments (#) and blank ones."""
        lines = (line.strip() for line in (self.text(path) or "").splitlines())
        return [line for line in lines if line and not line.startswith("#")]

    def word(self, path: str) -> str | None:
        """The stripped content of a file of one line; None if empty or missing."""
        return (self.text(path, 64 * 1024) or "").strip() or None

    def names(self, path: str) -> list[str]:
        try:
            return sorted(shown(name) for name in self.machine.listdir(path))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self.problem(path, error)
            return []

    def exists(self, path: str) -> bool:
        return self.stat(path) is not None

    def any_exists(self, *paths: str) -> bool:
        return any(self.exists(path) for path in paths)

    def stat(self, path: str) -> os.stat_result | None:
        try:
            return self.machine.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.problem(path, error)
            return None

    def modified(self, path: str) -> str | None:
        """When a file was last written."""
        status = self.stat(path)
        return None if status is None else from_epoch(status.st_mtime)

    def link(self, path: str) -> str | None:
        try:
            return shown(self.machine.readlink(path))
        except OSError:
            return None

    def glob(self, pattern: str) -> list[str]:
        """The paths that a pattern with * in any of its components matches, sorted."""
        found = [""]
        for part in pattern.strip("/").split("/"):
            if any(sign in part for sign in "*?["):
                found = [
                    f"{base}/{name}"
                    for base in found
                    for name in self.names(base or "/")
                    if fnmatch.fnmatchcase(name, part) and (part.startswith(".") or not name.startswith("."))
                ]
            else:
                found = [f"{base}/{part}" for base in found]
        return [path for path in found if self.exists(path)]

    def run(self, *argv: str, timeout: float = 10.0) -> tuple[int, str] | None:
        """A command's exit code and output; None if it is not installed, or did not answer (noted)."""
        try:
            code, printed = self.machine.run(argv, timeout)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.problem(" ".join(argv), error)
            return None
        return code, decoded(printed)

    def printed(self, *argv: str) -> str | None:
        """What a command printed, if it is installed and ended with 0."""
        answer = self.run(*argv)
        return answer[1] if answer is not None and answer[0] == 0 else None


# ── Text, times, versions ────────────────────────────────────────────────────────────────────────────────


def decoded(data: bytes) -> str:
    """Text of bytes that should be UTF-8; others are shown as \\xNN."""
    return data.decode("utf-8", "backslashreplace")


def shown(name: str) -> str:
    """A name from the file system, with bytes that are not UTF-8 shown as \\xNN."""
    return decoded(os.fsencode(name))


def clean(value: Any) -> Any:
    """The value as a report may hold it: NFC text without NUL, cut at 4,000 characters."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value).replace("\0", "\\x00")
        return text if len(text) <= 4000 else text[:4000] + "…"
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    return value


_SECRETS = re.compile(
    r"(?i)(?P<name>[\w-]*(?:passw(?:or)?d|passphrase|pass(?==)|(?<=--)pass(?=\s)|secret|token|credential|(?:api|access|account|encryption)[-_]?key)[\w-]*)"
    r"(?P<sign>\s*[=:]\s*|\s+)(?P<value>\"[^\"]*\"|'[^']*'|\S+)"
)


def masked(text: str) -> str:
    """The text without what looks like a password, token or key."""
    text = re.sub(r"(\w+://[^\s/:@]*):[^\s/@]+@", r"\1:***@", text)
    if re.search(r"mysql|maria|xtrabackup", text):  # Their -p takes the password without a space.
        text = re.sub(r"(?<=\s)-p(?=[^\s-])\S+", "-p***", text)
    return _SECRETS.sub(r"\g<name>\g<sign>***", text)


def from_epoch(seconds: float) -> str | None:
    """A report's time; None if it is out of range."""
    try:
        return moment(datetime.fromtimestamp(int(seconds), timezone.utc))
    except (OverflowError, ValueError, OSError):
        return None


def moment(at: datetime) -> str:
    """A report's time: UTC, to the second."""
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def mail_date(text: str | None) -> str | None:
    """A report's time of a date such as `Sat, 21 Nov 2026 00:53:02 UTC` (RFC 5322 section 3.3)."""
    match = re.match(r"(?:\w+, *)?(\d+) (\w{3}) (\d{4}) (\d+):(\d+):(\d+) ?(UTC|GMT|[+-]\d{4})?", text or "")
    if match is None or match[2] not in _MONTHS:
        return None
    zone = match[7] or "UTC"
    offset = 0 if zone in ("UTC", "GMT") else int(zone[:3]) * 60 + int(zone[0] + zone[3:])
    year, month = int(match[3]), _MONTHS.index(match[2]) + 1
    day, hour, minute, second = (int(match[index]) for index in (1, 4, 5, 6))
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=timezone(timedelta(minutes=offset)))
        return moment(at)
    except ValueError:
        return None


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def epoch_day(text: str) -> str | None:
    """A report's date of a count of days since 1970, as /etc/shadow writes it; None for none or 0."""
    if not text.isdigit() or int(text) == 0:
        return None
    try:
        return (date(1970, 1, 1) + timedelta(days=int(text))).isoformat()
    except OverflowError:
        return None


def whole(text: str | None) -> int | None:
    """The number that a text is; None if it is none."""
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,15}", text) else None


def latest(*moments: str | None) -> str | None:
    return max((at for at in moments if at), default=None)


def earliest(*moments: str | None) -> str | None:
    return min((at for at in moments if at), default=None)


def dpkg_key(version: str) -> tuple[Any, ...]:
    """A key that sorts versions as dpkg does (Debian policy 5.6.12)."""
    epoch, _, rest = version.rpartition(":") if ":" in version else ("0", "", version)
    if ":" in epoch:
        epoch, _, rest = version.partition(":")
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, ""
    return (int(epoch) if epoch.isdigit() else 0, _dpkg_part(upstream), _dpkg_part(revision))


def _dpkg_part(text: str) -> tuple[Any, ...]:
    end = ((0,), 0)
    parts = [
        (
            (*(-1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256 for c in letters), 0),
            int(digits or 0),
        )
        for letters, digits in re.findall(r"([^0-9]*)([0-9]*)", text)
        if letters or digits
    ]
    return (*(parts or [end]), end)  # nothing counts as 0


def rpm_key(version: str) -> tuple[Any, ...]:
    """A key that sorts [epoch:]version-release as rpm does (rpm-version(7))."""
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, release = rest.partition("-")
    return (int(epoch) if epoch.isdigit() else 0, _rpm_part(upstream), _rpm_part(release))


def _rpm_part(text: str) -> tuple[Any, ...]:
    ranks: dict[str, tuple[Any, ...]] = {"~": (-2,), "^": (0,)}
    parts = re.findall(r"[0-9]+|[a-zA-Z]+|~|\^", text)
    return (*(ranks.get(p) or ((2, int(p)) if p.isdigit() else (1, p)) for p in parts), (-1,))


def apk_key(version: str) -> tuple[Any, ...]:
    """A key that sorts versions as apk-tools does (apk-package(5), pkgver)."""
    key: list[tuple[Any, ...]] = []
    pattern = r"(?P<number>\d+)|_(?P<suffix>[a-z]+)(?P<count>\d*)|-r(?P<revision>\d+)|(?P<letter>[a-z])"
    for match in re.finditer(pattern, version):
        number, suffix, revision = match["number"], match["suffix"], match["revision"]
        if number:
            first = not key
            key.append((5, -1, number) if number.startswith("0") and not first else (5, int(number)))
        elif suffix in _APK_BEFORE:
            key.append((0, _APK_BEFORE.index(suffix), int(match["count"] or 0)))
        elif suffix:
            rank = _APK_AFTER.index(suffix) if suffix in _APK_AFTER else len(_APK_AFTER)
            key.append((3, rank, int(match["count"] or 0)))
        elif revision:
            key.append((2, int(revision)))
        else:
            key.append((4, match["letter"]))
    return (*key, (1,))


_APK_BEFORE = ["alpha", "beta", "pre", "rc"]
_APK_AFTER = ["cvs", "svn", "git", "hg", "p"]


def key_values(text: str) -> dict[str, str]:
    """Shell-like assignments, as in os-release(5); the last of a name counts."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$", line)
        if match:
            found[match[1]] = match[2].strip().strip("\"'")
    return found


def ini(look: Look, *paths: str) -> dict[str, dict[str, str]]:
    """Sections of INI-like files; in the order given, a later file overrides an earlier one."""
    found: dict[str, dict[str, str]] = {}
    for path in paths:
        section = ""
        for line in look.lines(path):
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1].strip()
            elif "=" in line and not line.startswith(";"):
                name, _, value = line.partition("=")
                found.setdefault(section, {})[name.strip()] = value.strip()
    return found


def systemd_settings(look: Look, name: str, section: str) -> dict[str, str]:
    """What a file such as journald.conf and its drop-ins set (systemd.unit(5), journald.conf(5))."""
    main = next((p for p in (f"/etc/systemd/{name}", f"/usr/lib/systemd/{name}") if look.exists(p)), None)
    drop_ins = [
        path
        for folder in ("/usr/lib/systemd", "/run/systemd", "/etc/systemd")
        for path in look.glob(f"{folder}/{name}.d/*.conf")
    ]
    drop_ins.sort(key=lambda path: path.rpartition("/")[2])
    look.source(*([main] if main else []), *drop_ins)
    return ini(look, *([main] if main else []), *drop_ins).get(section, {})


# ── What several sections share ──────────────────────────────────────────────────────────────────────────


class Process(NamedTuple):
    """A running program: its number, the kernel's name for it (15 bytes), its command line."""

    pid: str
    name: str
    command: str


def processes(look: Look) -> tuple[list[Process], bool]:
    """The running programs, and whether that is all of them."""
    if not look.machine.live:
        look.problem("running programs", "a mounted tree has none")
        return [], False
    found, complete = [], True
    for pid in (name for name in look.names("/proc") if name.isdigit()):
        try:
            name = decoded(look.machine.read(f"/proc/{pid}/comm", 4096)).strip()
            command = decoded(look.machine.read(f"/proc/{pid}/cmdline", MIB)).replace("\0", " ").strip()
        except PermissionError:
            complete = False
        except OSError:
            continue  # It has ended meanwhile.
        else:
            found.append(Process(pid, name, command))
    if not complete or not any(process.pid == "1" for process in found):
        look.problem("/proc", PermissionError(errno.EACCES, "the programs of other users are hidden"))
        complete = False
    return found, complete


def running(look: Look, *names: str) -> bool | None:
    """Whether a program of one of these names runs; None if that cannot be told."""
    found, complete = look.share(processes)
    short = {name[:15] for name in names}
    if any(process.name in short for process in found):
        return True
    return False if complete else None


def enabled_units(look: Look) -> set[str]:
    """Units that start by themselves: systemd's by their full name, OpenRC's services by their plain one."""
    units: set[str] = set()
    for folder in ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"):
        for kind in ("wants", "requires"):
            for path in look.glob(f"{folder}/*.{kind}"):
                units.update(look.names(path))
    masked_units = {name for name in units if look.link(f"/etc/systemd/system/{name}") == "/dev/null"}
    services = {name for level in look.glob("/etc/runlevels/*") for name in look.names(level)}
    return (units - masked_units) | services


def enabled(look: Look, *units: str) -> bool:
    """Whether one of the units starts by itself. A name without a suffix is OpenRC's."""
    return not look.share(enabled_units).isdisjoint(units)


def os_release(look: Look) -> dict[str, str]:
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        text = look.text(path)
        if text is not None:
            return key_values(text)
    return {}


def family(look: Look) -> str:
    """`debian`, `rhel`, `alpine` or `other`."""
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


class Mount(NamedTuple):
    """A line of /proc/self/mountinfo (proc_pid_mountinfo(5))."""

    device_number: str
    place: str
    filesystem: str
    source: str


def mounts(look: Look) -> list[Mount]:
    found = []
    for line in (look.text("/proc/self/mountinfo") or "").splitlines():
        before, _, after = line.partition(" - ")
        fields, types = before.split(" "), after.split(" ")
        if len(fields) >= 5 and len(types) >= 2:
            found.append(Mount(fields[2], _unescaped(fields[4]), types[0], _unescaped(types[1])))
    return found


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


class Account(NamedTuple):
    """A line of /etc/passwd (passwd(5))."""

    name: str
    password: str
    uid: int
    gid: int
    home: str
    shell: str


def passwd(look: Look) -> list[Account]:
    found = []
    for line in (look.text("/etc/passwd") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 7 and fields[2].isdigit() and fields[3].isdigit() and fields[0][:1] not in "+-":
            found.append(Account(fields[0], fields[1], int(fields[2]), int(fields[3]), fields[5], fields[6]))
    return found


# ── The operating system ─────────────────────────────────────────────────────────────────────────────────

SUPPORT_ENDS: dict[tuple[str, str], tuple[str, str | None]] = {
    # Vendors' own support, then the extended one: Debian LTS (the same archive), Ubuntu Pro (subscription).
    # Debian and Ubuntu: their distro-info-data. Others: the vendors' pages on life cycles and releases.
    ("debian", "10"): ("2022-09-10", "2024-06-30"),
    ("debian", "11"): ("2024-08-14", "2026-08-31"),
    ("debian", "12"): ("2026-07-11", "2028-06-30"),
    ("debian", "13"): ("2028-08-09", "2030-06-30"),
    ("ubuntu", "18.04"): ("2023-05-31", "2028-04-26"),
    ("ubuntu", "20.04"): ("2025-05-29", "2030-04-23"),
    ("ubuntu", "22.04"): ("2027-06-01", "2032-04-21"),
    ("ubuntu", "24.04"): ("2029-05-31", "2034-04-25"),
    ("ubuntu", "25.10"): ("2026-07-09", None),
    ("ubuntu", "26.04"): ("2031-05-29", "2036-04-23"),
    ("rhel", "8"): ("2029-05-31", None),
    ("rhel", "9"): ("2032-05-31", None),
    ("rhel", "10"): ("2035-05-31", None),
    ("rocky", "8"): ("2029-05-31", None),
    ("rocky", "9"): ("2032-05-31", None),
    ("rocky", "10"): ("2035-05-31", None),
    ("almalinux", "8"): ("2029-05-31", None),
    ("almalinux", "9"): ("2032-05-31", None),
    ("almalinux", "10"): ("2035-05-31", None),
    ("centos", "8"): ("2024-05-31", None),
    ("centos", "9"): ("2027-05-31", None),
    ("alpine", "3.18"): ("2025-05-09", None),
    ("alpine", "3.19"): ("2025-11-01", None),
    ("alpine", "3.20"): ("2026-04-01", None),
    ("alpine", "3.21"): ("2026-11-01", None),
    ("alpine", "3.22"): ("2027-05-01", None),
    ("alpine", "3.23"): ("2027-11-01", None),
}


def os_facts(look: Look) -> dict[str, Any]:
    release = look.share(os_release)
    if not release:
        raise Unreadable("/etc/os-release", "there is none, or it cannot be read")
    look.source("/etc/os-release", "/proc")
    name, version = release.get("ID", "linux"), release.get("VERSION_ID")
    # Debian and Ubuntu are supported by whole versions, Alpine by 3.N, the RHEL family by its first number.
    parts = (version or "").split(".")
    line = parts[0] if look.share(family) == "rhel" else ".".join(parts[:2])
    end, extended = SUPPORT_ENDS.get((name, line), (None, None))
    stated = release.get("SUPPORT_END", "")
    source = "built-in table" if end else None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", stated):
        end, source = stated, "os-release"
    uname = (look.printed("uname", "-m") or "").strip() or None
    return {
        "family": look.share(family),
        "id": name,
        "version": version,
        "codename": release.get("VERSION_CODENAME"),
        "name": release.get("PRETTY_NAME"),
        "kernel": look.word("/proc/sys/kernel/osrelease") if look.machine.live else None,
        "architecture": uname or look.word("/var/lib/dpkg/arch-native") or look.word("/etc/apk/arch"),
        "virtualization": look.share(virtualization),
        "support_end": end,
        "support_source": source,
        "extended_support_end": extended,
        "extended_support_on": _extended_support(look, name) if extended else None,
    }


def _extended_support(look: Look, name: str) -> bool | None:
    """Whether this machine is set up to receive it."""
    if name == "debian":
        return any(suite.endswith(("-security", "/updates")) for suite in look.share(apt_sources)["suites"])
    return any("esm" in entry and entry.endswith("InRelease") for entry in look.names(APT_LISTS))


_DESKTOP_CHASSIS = {
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
    "11",
    "13",
    "14",
    "15",
    "16",
    "30",
    "31",
    "32",
    "35",
}


def host_facts(look: Look) -> dict[str, Any]:
    """Name, key and kind of the host."""
    name = look.word("/proc/sys/kernel/hostname") if look.machine.live else None
    name = re.sub(r"\s+", "-", (name or look.word("/etc/hostname") or "unnamed").strip())[:253]
    key, key_from = _identity(look, name)
    virtual = look.share(virtualization)
    displays = ("gdm", "gdm3", "sddm", "lightdm", "lxdm")
    if virtual == "container":
        kind = "container"
    elif look.glob("/etc/systemd/system/display-manager.service") or enabled(look, *displays):
        kind = "desktop"
    elif virtual == "vm":
        kind = "virtual"
    elif look.word("/sys/class/dmi/id/chassis_type") in _DESKTOP_CHASSIS:
        kind = "desktop"
    else:
        kind = "server" if virtual == "none" else "unknown"
    return {"name": name, "key": key, "key_from": key_from, "kind": kind}


def _identity(look: Look, name: str) -> tuple[str, str]:
    """A key that stays with this host, and what it was made from; ids themselves are kept out of reports."""
    wheres = [("machine id", path) for path in ("/etc/machine-id", "/var/lib/dbus/machine-id")]
    wheres += [("SSH host key", f"/etc/ssh/ssh_host_{kind}_key.pub") for kind in ("ed25519", "ecdsa", "rsa")]
    wheres += [
        ("network address", path)
        for path in look.glob("/sys/class/net/*/address")
        if not path.startswith("/sys/class/net/lo/")
    ]
    for what, path in wheres:
        found = look.word(path)
        if found and found != "uninitialized" and set(found) - set("0:"):
            token = " ".join(found.split()[:2]) if what == "SSH host key" else found
            return hashlib.sha256(b"duecare" + token.encode()).hexdigest(), what
    return hashlib.sha256(b"duecare" + name.encode()).hexdigest(), "name"


# ── Packages ─────────────────────────────────────────────────────────────────────────────────────────────


class Package(NamedTuple):
    name: str
    version: str
    architecture: str | None
    source: str | None
    source_version: str | None
    module: str | None = None
    """`name:stream` of the module that it came from (RHEL family)."""


class Packages(NamedTuple):
    manager: str
    items: list[Package]
    database: str
    """The file they were read from."""


DPKG_STATUS = "/var/lib/dpkg/status"
_DPKG_FIELD = re.compile(r"^(Package|Status|Architecture|Source|Version): *(.*)$", re.MULTILINE)
RPM_DATABASES = ("/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite")
APK_DATABASES = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")


def packages(look: Look) -> Packages:
    """What is installed. Raises Unreadable."""
    if look.exists(DPKG_STATUS):
        return Packages("dpkg", _dpkg_packages(look), DPKG_STATUS)
    for path in RPM_DATABASES:
        if look.exists(path):
            return Packages("rpm", _rpm_packages(look, path), path)
    if look.any_exists("/var/lib/rpm/Packages", "/var/lib/rpm/Packages.db"):
        return Packages(
            "rpm", _rpm_query(look, "its database is of an older kind, which only rpm reads"), "rpm -qa"
        )
    for path in APK_DATABASES:
        if look.exists(path):
            return Packages("apk", _apk_packages(look, path), path)
    raise Unreadable("packages", "neither dpkg's, rpm's nor apk's database was found")


def _dpkg_packages(look: Look) -> list[Package]:
    found = []
    for path in (DPKG_STATUS, *look.glob("/var/lib/dpkg/status.d/*")):
        if path.endswith(".md5sums"):
            continue
        for stanza in look.need(path).split("\n\n"):
            fields: dict[str, str] = dict(_DPKG_FIELD.findall(stanza))
            state = fields.get("Status", "install ok installed").split()[-1:]
            if not {"Package", "Version"} <= fields.keys() or state in (["not-installed"], ["config-files"]):
                continue
            name, version = fields["Package"], fields["Version"]
            source = re.match(r"([^\s(]+)(?: *\((.+)\))?", fields.get("Source", name))
            source_version = source[2] if source and source[2] else version
            found.append(
                Package(
                    name, version, fields.get("Architecture"), source[1] if source else None, source_version
                )
            )
    return found


def _rpm_packages(look: Look, path: str) -> list[Package]:
    # SQLite wants a file of its own: the database and what is not yet merged into it are copied aside.
    try:
        database = look.machine.read(path, LIST_LIMIT)
        pending = look.machine.read(path + "-wal", LIST_LIMIT) if look.machine.exists(path + "-wal") else b""
    except OSError as error:
        return _rpm_query(look, error)
    with tempfile.TemporaryDirectory(prefix="duecare-") as folder:
        copy = Path(folder) / "rpmdb.sqlite"
        copy.write_bytes(database)
        if pending:
            copy.with_name("rpmdb.sqlite-wal").write_bytes(pending)
        try:
            connection = sqlite3.connect(str(copy))
            try:
                headers = [row[0] for row in connection.execute("SELECT blob FROM Packages ORDER BY hnum")]
            finally:
                connection.close()
            found = [rpm_header(header) for header in headers]
        except (sqlite3.Error, ValueError, struct.error) as error:
            return _rpm_query(look, error)
    return [package for package in found if package.name != "gpg-pubkey"]


_RPM_TAGS = {
    1000: "name",
    1001: "version",
    1002: "release",
    1003: "epoch",
    1022: "arch",
    1044: "source",
    5096: "module",
}


def rpm_header(blob: bytes) -> Package:
    """The package that a header of rpm's database describes.

    A header is two big-endian counts, that many 16-byte index entries (tag, type, offset, count), and the
    data (rpm's file format, "Header"). Raises ValueError or struct.error if it is damaged.
    """
    entries, size = struct.unpack_from(">II", blob)
    start = 8 + 16 * entries
    if len(blob) < start + size:
        raise ValueError("a package's header is cut short")
    fields = {}
    for index in range(entries):
        tag, kind, offset, _ = struct.unpack_from(">IIiI", blob, 8 + 16 * index)
        if tag in _RPM_TAGS:
            at = start + offset
            if kind == 4:
                fields[_RPM_TAGS[tag]] = str(struct.unpack_from(">I", blob, at)[0])
            else:
                fields[_RPM_TAGS[tag]] = decoded(blob[at : blob.index(b"\0", at)])
    epoch = fields.get("epoch", "0")
    version = f"{fields['version']}-{fields['release']}"
    source, source_version = _source_rpm(fields.get("source", ""))
    return Package(
        fields["name"],
        version if epoch == "0" else f"{epoch}:{version}",
        fields.get("arch"),
        source,
        source_version,
        ":".join(fields.get("module", "").split(":")[:2]) or None,
    )


def _source_rpm(file: str) -> tuple[str | None, str | None]:
    match = re.fullmatch(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm", file)
    return (match[1], match[2]) if match else (None, None)


def _rpm_query(look: Look, why: str | Exception) -> list[Package]:
    form = r"%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{MODULARITYLABEL}\n"
    answer = look.printed("rpm", "-qa", "--qf", form)
    if answer is None:
        reason = why.strerror if isinstance(why, OSError) and why.strerror else str(why)
        raise Unreadable("rpm's database", f"{reason}; and rpm -qa gave no answer")
    found = []
    for line in answer.splitlines():
        name, version, architecture, source, module = (line.split("\t") + [""] * 5)[:5]
        if name and name != "gpg-pubkey":
            stream = None if module in ("", "(none)") else ":".join(module.split(":")[:2])
            evr = version[2:] if version.startswith("0:") else version
            found.append(Package(name, evr, architecture, *_source_rpm(source), stream))
    return found


def _apk_packages(look: Look, path: str) -> list[Package]:
    found = []
    for stanza in look.need(path).split("\n\n"):
        fields = dict(re.findall(r"^([PVAo]):(.*)$", stanza, re.MULTILINE))
        if "P" in fields and "V" in fields:
            origin = fields.get("o")
            found.append(
                Package(fields["P"], fields["V"], fields.get("A"), origin, fields["V"] if origin else None)
            )
    return found


def packages_facts(look: Look) -> dict[str, Any]:
    found = look.share(packages)
    look.source(found.database)
    items = [package._asdict() for package in sorted(found.items)]
    for item in items:
        del item["module"]
    if not items:
        raise Unreadable(found.database, "it lists no package")
    rebuilt = None if found.database == "rpm -qa" else look.modified(found.database)
    return {"manager": found.manager, "items": items, "rebuilt_at": rebuilt}


def installed(look: Look, *names: str) -> Package | None:
    """The first of these packages that is installed; None also where packages cannot be read."""
    try:
        found = look.share(packages)
    except Unreadable:
        return None
    return next((package for package in found.items if package.name in names), None)


# ── Updates on offer ─────────────────────────────────────────────────────────────────────────────────────

APT_LISTS = "/var/lib/apt/lists"
CAT_FILE = "/usr/lib/apt/apt-helper"


class Offer(NamedTuple):
    """A version that a repository offers."""

    version: str
    origin: str
    security: bool | None
    priority: int = 500


def unpacked(look: Look, path: str) -> bytes | None:
    """The content of a file that may be compressed; None, with the reason noted, if it cannot be had."""
    ending = path.rpartition(".")[2]
    if ending in ("lz4", "zst") and look.machine.exists(CAT_FILE):
        try:
            code, content = look.machine.run([CAT_FILE, "cat-file", path], 60.0, LIST_LIMIT)
        except OSError as error:
            look.problem(path, error)
            return None
        if code:
            look.problem(path, f"{CAT_FILE} ended with {code}")
        return None if code else content
    openers: dict[str, Callable[[io.BytesIO], Any]] = {"gz": _gunzip, "xz": lzma.open, "bz2": bz2.open}
    if sys.version_info >= (3, 14):
        from compression import zstd

        openers["zst"] = zstd.open
    if ending in ("lz4", "zst") and ending not in openers:
        look.problem(path, f"this Python cannot unpack .{ending}")
        return None
    data = look.data(path, LIST_LIMIT)
    if data is None or ending not in openers:
        return data
    try:
        with openers[ending](io.BytesIO(data)) as file:
            content = file.read(LIST_LIMIT + 1)
    except (OSError, EOFError, lzma.LZMAError) as error:
        look.problem(path, f"damaged: {error}")
        return None
    if len(content) > LIST_LIMIT:
        look.problem(path, f"unpacks to more than {LIST_LIMIT} bytes")
        return None
    return bytes(content)


def _gunzip(file: io.BytesIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=file)


def updates_facts(look: Look) -> dict[str, Any]:
    found = look.share(packages)
    return {"dpkg": _apt_updates, "rpm": _dnf_updates, "apk": _apk_updates}[found.manager](look, found.items)


def _updates(
    look: Look,
    offers: Iterable[tuple[Package, Offer | None, list[Offer]]],
    key: Callable[[str], Any],
    **rest: Any,
) -> dict[str, Any]:
    """The section's fields: for each package the offer that counts, and all that are newer than it."""
    items, sights = [], {}
    seen = look.host.seen
    for package, chosen, newer in offers:
        if chosen is None or not newer:
            continue
        security = _any_security(newer)
        earlier = []
        for offer in newer:
            # A sight counts for as long as what was seen is newer than what is installed: an update that
            # is itself overtaken does not start the clock anew.
            name = "\t".join((package.name, package.architecture or "", offer.version, str(offer.security)))
            if seen is not None:
                sights[name] = seen.get(name, moment(look.host.now))
        prefix = f"{package.name}\t{package.architecture or ''}\t"
        for name, at in {**(seen or {}), **sights}.items():
            version, _, labelled = name[len(prefix) :].partition("\t")
            if name.startswith(prefix) and key(version) > key(package.version):
                sights[name] = at
                if not security or labelled == "True":
                    earlier.append(at)
        items.append(
            {
                "name": package.name,
                "architecture": package.architecture,
                "installed": package.version,
                "offered": chosen.version,
                "security": security,
                "origin": chosen.origin,
                "first_seen": min(earlier) if earlier else None,
                "first_seen_by": "this collector" if earlier else None,
            }
        )
    if seen is not None:
        seen.clear()
        seen.update(sights)
    return {"items": sorted(items, key=lambda item: (item["name"], item["architecture"] or "")), **rest}


def _any_security(offers: Iterable[Offer]) -> bool | None:
    labels = {offer.security for offer in offers}
    return True if True in labels else None if None in labels else False


class Release(NamedTuple):
    """What the Release file of an apt repository says of itself."""

    base: str
    suite: str | None
    label: str
    security: bool
    priority: int
    made_at: str | None
    signed: bool


def apt_sources(look: Look) -> dict[str, Any]:
    """The suites that apt is told to use, and whether any is to be trusted without a signature."""
    suites, trusted = [], False
    for path in ("/etc/apt/sources.list", *look.glob("/etc/apt/sources.list.d/*.list")):
        for line in look.lines(path):
            match = re.match(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?\S+\s+(?P<suite>\S+)", line)
            if match:
                suites.append(match["suite"])
                trusted |= "trusted=yes" in (match["options"] or "")
    for path in look.glob("/etc/apt/sources.list.d/*.sources"):
        for stanza in (look.text(path) or "").split("\n\n"):
            fields = {
                name.lower(): value for name, value in re.findall(r"^([\w-]+): *(.*)$", stanza, re.MULTILINE)
            }
            if fields.get("enabled", "yes").lower() != "no" and "deb" in fields.get("types", "").split():
                suites += fields.get("suites", "").split()
                trusted |= fields.get("trusted", "no").lower() == "yes"
    return {"suites": suites, "trusted": trusted}


def _apt_releases(look: Look, entries: list[str], trusted: bool) -> list[Release]:
    found = []
    for entry in entries:
        match = re.fullmatch(r"(.+)_(InRelease|Release)", entry)
        if match is None or (match[2] == "Release" and f"{match[1]}_InRelease" in entries):
            continue
        try:
            head = decoded(look.machine.slice(f"{APT_LISTS}/{entry}", 0, 64 * 1024))
        except OSError as error:
            look.problem(f"{APT_LISTS}/{entry}", error)
            continue
        fields = dict(re.findall(r"^([A-Z][\w-]*): *(.*)$", head, re.MULTILINE))
        names = [fields.get("Codename", ""), fields.get("Suite", ""), match[1].partition("_dists_")[2]]
        label = fields.get("Label", "")
        reluctant = fields.get("NotAutomatic", "no") == "yes"
        priority = 500 if not reluctant else 100 if fields.get("ButAutomaticUpgrades", "no") == "yes" else 1
        found.append(
            Release(
                match[1],
                names[0]
                if "-" in names[0]
                else names[1]
                if "-" in names[1]
                else names[2] or names[0] or None,
                label,
                label == "Debian-Security" or any(name.endswith("-security") for name in names),
                priority,
                mail_date(fields.get("Date")),
                not trusted and (match[2] == "InRelease" or f"{match[1]}_Release.gpg" in entries),
            )
        )
    return sorted(found, key=lambda release: -len(release.base))


def _apt_updates(look: Look, items: list[Package]) -> dict[str, Any]:
    entries = look.names(APT_LISTS)
    indexes = [entry for entry in entries if re.search(r"_Packages(\.\w+)?$", entry)]
    if not indexes:
        raise Unreadable(APT_LISTS, "no package lists: apt-get update has not run here, or they were deleted")
    look.source(f"{APT_LISTS} (pins are not applied)")
    releases = _apt_releases(look, entries, look.share(apt_sources)["trusted"])
    by_name: dict[str, list[Package]] = {}
    for package in items:
        by_name.setdefault(package.name, []).append(package)
    offered: dict[tuple[str, str | None], list[Offer]] = {}
    for index in indexes:
        release = next((r for r in releases if index.startswith(r.base + "_")), None)
        for name, architecture, version in _apt_index(look, f"{APT_LISTS}/{index}", by_name):
            origin = f"{release.label} {release.suite or ''}".strip() if release else index
            offer = Offer(
                version, origin, release.security if release else None, release.priority if release else 500
            )
            offered.setdefault((name, architecture), []).append(offer)
    security = [release for release in releases if release.security]
    return _updates(
        look,
        _apt_candidates(items, offered, look.word("/var/lib/dpkg/arch-native")),
        dpkg_key,
        metadata_at=earliest(*(r.made_at for r in security)) or latest(*(r.made_at for r in releases)),
        metadata_fetched_at=latest(
            look.modified("/var/lib/apt/periodic/update-success-stamp"), look.modified(APT_LISTS)
        ),
        metadata_signed=all(release.signed for release in releases) if releases else None,
        packages_signed=all(release.signed for release in releases) if releases else None,
        security_labelled=bool(security),
        repositories=[
            {
                "name": release.base.replace("_", "/"),
                "suite": release.suite,
                "security": release.security,
                "signed": release.signed,
                "metadata_at": release.made_at,
            }
            for release in sorted(releases)
        ],
    )


def _apt_index(
    look: Look, path: str, wanted: dict[str, list[Package]]
) -> Iterator[tuple[str, str | None, str]]:
    """Name, architecture and version of each wanted package that an apt index offers."""
    data = unpacked(look, path) or b""
    names = {name.encode() for name in wanted}
    for match in re.finditer(rb"^Package: (\S+)$", data, re.MULTILINE):
        if match[1] in names:
            end = data.find(b"\n\n", match.end())
            stanza = decoded(data[match.start() : end if end >= 0 else len(data)])
            fields = dict(re.findall(r"^(Version|Architecture): *(.*)$", stanza, re.MULTILINE))
            if "Version" in fields:
                yield decoded(match[1]), fields.get("Architecture"), fields["Version"]


def _apt_candidates(
    items: list[Package], offered: dict[tuple[str, str | None], list[Offer]], native: str | None
) -> Iterator[tuple[Package, Offer | None, list[Offer]]]:
    """For each package the version that apt would choose (apt_preferences(5), "Default Priority")."""
    for package in items:
        others = {package.architecture, "all", native if package.architecture == "all" else "all"}
        offers = [offer for each in others for offer in offered.get((package.name, each), [])]
        if not offers:
            continue
        current = dpkg_key(package.version)
        newer = [offer for offer in offers if dpkg_key(offer.version) > current]
        here = max([100, *(offer.priority for offer in offers if dpkg_key(offer.version) == current)])
        chosen = max(
            (offer for offer in newer if offer.priority > here or (offer.priority == here and here >= 100)),
            key=lambda offer: (offer.priority, dpkg_key(offer.version), bool(offer.security)),
            default=None,
        )
        from_security = [offer for offer in newer if offer.security]
        if chosen is None and from_security:
            chosen = max(from_security, key=lambda offer: dpkg_key(offer.version))
        yield (
            package,
            chosen,
            [offer for offer in newer if chosen and (offer.priority >= chosen.priority or offer.security)],
        )


def _dnf_repositories(look: Look) -> list[dict[str, Any]]:
    found = []
    for path in look.glob("/etc/yum.repos.d/*.repo"):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(look.text(path) or "")
        except configparser.Error as error:
            look.problem(path, str(error).splitlines()[0])
            continue
        defaults = ini(look, "/etc/dnf/dnf.conf").get("main", {})
        for name in parser.sections():
            settings = parser[name]
            if _truth(settings.get("enabled", "1")):
                checked = _truth(settings.get("gpgcheck", defaults.get("gpgcheck", "0")))
                found.append(
                    {
                        "name": name,
                        "suite": settings.get("name"),
                        "signed": _truth(settings.get("repo_gpgcheck", defaults.get("repo_gpgcheck", "0"))),
                        "packages_signed": checked,
                    }
                )
    return found


def _truth(value: str) -> bool:
    return value.strip().lower() in ("1", "yes", "true", "on")


class Advisory(NamedTuple):
    """One package of one advisory in a repository's updateinfo."""

    name: str
    version: str
    architecture: str
    module: str | None
    security: bool
    id: str


def _xml(data: bytes) -> Iterator[Any]:
    """The elements of a document as they end. Raises ValueError for what metadata never has or is damaged."""
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]:
        raise ValueError("it declares a document type")
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(data)):  # noqa: S314  (refused above)
            element.tag = element.tag.rpartition("}")[2]
            yield element
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from error


def _advisories(data: bytes) -> Iterator[Advisory]:
    for update in _xml(data):
        if update.tag != "update":
            continue
        name, security = update.findtext("id") or "", update.get("type") == "security"
        for collection in update.iter("collection"):
            module = collection.find("module")
            stream = None if module is None else f"{module.get('name')}:{module.get('stream')}"
            for package in collection.iter("package"):
                epoch = package.get("epoch") or "0"
                version = f"{package.get('version')}-{package.get('release')}"
                version = version if epoch == "0" else f"{epoch}:{version}"
                yield Advisory(
                    package.get("name", ""), version, package.get("arch", ""), stream, security, name
                )
        update.clear()


def _dnf_updates(look: Look, items: list[Package]) -> dict[str, Any]:
    repositories = _dnf_repositories(look)
    advisories: list[Advisory] = []
    made: list[str | None] = []
    labelled = unread = False
    for repository in repositories:
        folder = _dnf_cache(look, repository["name"])
        repository.update(security=False, metadata_at=None)
        index = look.data(f"{folder}/repomd.xml") if folder else None
        if index is None:
            look.problem(
                f"metadata of {repository['name']}", "not in dnf's cache: dnf makecache has not run as root"
            )
            continue
        try:
            elements = list(_xml(index))
            stamps = [e.text for e in elements if e.tag in ("revision", "timestamp")]
            times = [int(text) for text in stamps if text and text.isdigit() and len(text) >= 9]
            repository["metadata_at"] = from_epoch(max(times)) if times else None
            made.append(repository["metadata_at"])
            places = [
                e.find("location") for e in elements if e.tag == "data" and e.get("type") == "updateinfo"
            ]
            for place in places:
                file = "" if place is None else (place.get("href") or "").rpartition("/")[2]
                content = unpacked(look, f"{folder}/{file}")
                if content is None:
                    look.problem(f"{folder}/{file}", "the repository's advisories could not be read")
                    unread = True
                    continue
                here = list(_advisories(content))
                repository["security"] = any(advisory.security for advisory in here)
                labelled |= repository["security"]
                advisories += here
        except ValueError as error:
            look.problem(f"{folder}/repomd.xml", error)
    if not repositories or not any(made):
        raise Unreadable("/var/cache/dnf", "no repository's metadata is there: run dnf makecache as root")
    look.source("/var/cache/dnf (updateinfo)")
    result = _updates(
        look,
        _dnf_candidates(items, advisories + (_dnf_listed(look) if unread else [])),
        rpm_key,
        metadata_at=earliest(*(r["metadata_at"] for r in repositories if r["security"])) or latest(*made),
        metadata_fetched_at=latest(
            look.modified("/var/cache/dnf/last_makecache"),
            *map(look.modified, look.glob("/var/cache/*dnf*/*/repodata")),
        ),
        metadata_signed=all(r["signed"] for r in repositories),
        packages_signed=all(r.pop("packages_signed") for r in list(repositories)),
        security_labelled=labelled or unread,
        repositories=repositories,
    )
    if not advisories and not unread:
        look.problem(
            "updateinfo", "these repositories publish no advisories, so updates on offer are not told"
        )
        result["items"] = None
    return result


def _dnf_cache(look: Look, repository: str) -> str | None:
    pattern = re.compile(re.escape(repository) + r"-[0-9a-f]{16}")
    for base in ("/var/cache/libdnf5", "/var/cache/dnf"):
        for name in look.names(base):
            if pattern.fullmatch(name):
                return f"{base}/{name}/repodata"
    return None


def _dnf_listed(look: Look) -> list[Advisory]:
    """dnf's own list of the security advisories that apply, from its cache."""
    found = []
    for line in (look.printed("dnf", "-q", "-C", "updateinfo", "list", "--security") or "").splitlines():
        match = re.match(r"(\S+)\s+\S+\s+(\S+)-((?:\d+:)?[^-\s]+-[^-\s]+)\.(\w+)", line)
        if match:
            found.append(Advisory(match[2], match[3], match[4], None, True, match[1]))
    return found


def _dnf_candidates(
    items: list[Package], advisories: list[Advisory]
) -> Iterator[tuple[Package, Offer | None, list[Offer]]]:
    by_name: dict[tuple[str, str | None], list[Advisory]] = {}
    for advisory in advisories:
        by_name.setdefault((advisory.name, advisory.architecture), []).append(advisory)
    newest: dict[tuple[str, str | None], Package] = {}
    for package in items:  # Kernels are installed side by side; the newest counts.
        at = (package.name, package.architecture)
        if at not in newest or rpm_key(package.version) > rpm_key(newest[at].version):
            newest[at] = package
    for at, package in newest.items():
        current = rpm_key(package.version)
        newer = [
            Offer(advisory.version, advisory.id, advisory.security)
            for advisory in by_name.get(at, [])
            if rpm_key(advisory.version) > current and advisory.module in (None, package.module)
        ]
        newer = [offer for offer in newer if (".module" in offer.version) == (".module" in package.version)]
        yield package, max(newer, key=lambda offer: rpm_key(offer.version), default=None), newer


def _apk_updates(look: Look, items: list[Package]) -> dict[str, Any]:
    files = [
        path
        for folder in ("/var/cache/apk", "/etc/apk/cache")
        for path in look.glob(f"{folder}/APKINDEX.*.tar.gz")
    ]
    if not files:
        raise Unreadable(
            "/var/cache/apk", "no package index: apk update has not run here, or its cache is off"
        )
    look.source("/var/cache/apk")
    urls = [line.split()[-1] for line in look.lines("/etc/apk/repositories")]
    tagged = {line.split()[-1] for line in look.lines("/etc/apk/repositories") if line.startswith("@")}
    by_digest = {
        digest(url.encode()).hexdigest()[:8]: url for url in urls for digest in (hashlib.sha1, hashlib.sha256)
    }
    offered: dict[str, list[Offer]] = {}
    repositories: list[dict[str, Any]] = []
    for path in files:
        url = by_digest.get(path.split(".")[-3])
        index = _apk_index(look, path)
        if index is None or url in tagged or url is None:
            # An index of a repository that is no longer set up, or whose packages only come when named.
            continue
        made_at, signed, stanzas = index
        for name, version in stanzas:
            offered.setdefault(name, []).append(Offer(version, masked(url), None))
        repositories.append(
            {"name": masked(url), "suite": None, "security": None, "signed": signed, "metadata_at": made_at}
        )
    if not repositories:
        raise Unreadable("/var/cache/apk", "no index there belongs to a line of /etc/apk/repositories")
    for url in set(urls) - tagged - {by_digest.get(path.split(".")[-3]) for path in files}:
        look.problem(masked(url), "its index is not in /var/cache/apk")
    candidates = []
    for package in items:
        newer = [o for o in offered.get(package.name, []) if apk_key(o.version) > apk_key(package.version)]
        candidates.append((package, max(newer, key=lambda o: apk_key(o.version), default=None), newer))
    signatures = [repository["signed"] for repository in repositories]
    return _updates(
        look,
        candidates,
        apk_key,
        metadata_at=earliest(*(repository["metadata_at"] for repository in repositories)),
        metadata_fetched_at=latest(*map(look.modified, files)),
        metadata_signed=all(signatures),
        packages_signed=all(signatures),
        security_labelled=False,
        repositories=repositories,
    )


def _apk_index(look: Look, path: str) -> tuple[str | None, bool, list[tuple[str, str]]] | None:
    """When an index was made, whether it is signed, and name and version of each package."""
    content = unpacked(look, path)
    if content is None:
        return None
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:", ignore_zeros=True) as archive:
            members = archive.getmembers()
            member = next(m for m in members if m.name == "APKINDEX")
            file = archive.extractfile(member)
            text = decoded(file.read()) if file else ""
    except (tarfile.TarError, StopIteration) as error:
        look.problem(path, f"damaged: {error or 'no APKINDEX in it'}")
        return None
    pairs = re.findall(r"^P:(.*)\n(?:[^\n]+\n)*?V:(.*)$", text, re.MULTILINE)
    made = member.mtime or max(map(int, re.findall(r"^t:(\d+)$", text, re.MULTILINE)), default=0)
    return from_epoch(made) if made else None, any(m.name.startswith(".SIGN.") for m in members), pairs


# ── Automatic updates and restarts ───────────────────────────────────────────────────────────────────────


def apt_configuration(look: Look) -> dict[str, list[str]]:
    """What apt's configuration files set: lower-case `a::b` to its values (apt.conf(5))."""
    found: dict[str, list[str]] = {}
    for path in ("/etc/apt/apt.conf", *look.glob("/etc/apt/apt.conf.d/*")):
        if path != "/etc/apt/apt.conf" and not re.fullmatch(r"[\w-]+(\.conf)?", path.rpartition("/")[2]):
            continue
        text = re.sub(r"/\*.*?\*/", "", look.text(path) or "", flags=re.DOTALL)
        text = re.sub(r'("(?:[^"\\\n]|\\.)*")|(?://|#).*', lambda match: match[1] or "", text)
        tokens = re.findall(r'"((?:[^"\\]|\\.)*)"|([{};])|([^\s"{};]+)', text)
        scope: list[str] = []
        name, value = "", None
        for quoted, sign, word in tokens:
            if sign == "{":
                scope.append(name)
                name, value = "", None
            elif sign:
                if sign == "}" and scope:
                    scope.pop()
                elif name.startswith("clear"):
                    pass
                elif name or value is not None:
                    full = "::".join([*filter(None, scope), *filter(None, [name.rstrip(":")])]).lower()
                    if name.endswith("::") or not name:
                        found.setdefault(full, []).append(value or "")
                    else:
                        found[full] = [value or ""]
                name, value = "", None
            elif word and not name:
                name = word
            else:
                value = word or quoted
    return found


def _scheduler_runs(look: Look, unit: str) -> bool:
    """Whether what would start a timer or cron job is itself running; a mounted tree is believed."""
    if not look.machine.live:
        return True
    if unit.endswith(".timer"):
        return running(look, "systemd") is not False
    return running(look, "cron", "crond") is not False


def _timer_stamp(look: Look, *timers: str) -> str | None:
    """When systemd last started one of these persistent timers."""
    return latest(*(look.modified(f"/var/lib/systemd/timers/stamp-{timer}") for timer in timers))


def automatic_updates_facts(look: Look) -> dict[str, Any]:
    kind = look.share(family)
    if kind == "debian" and installed(look, "unattended-upgrades"):
        return _unattended_upgrades(look)
    if kind == "rhel" and installed(look, "dnf-automatic", "dnf5-plugin-automatic", "dnf4-automatic"):
        return _dnf_automatic(look)
    if kind == "rhel" and installed(look, "yum-cron"):
        look.source("/etc/yum/yum-cron.conf")
        commands = ini(look, "/etc/yum/yum-cron.conf").get("commands", {})
        return {
            "mechanism": "yum-cron",
            "enabled": enabled(look, "yum-cron.service"),
            "installs": _truth(commands.get("apply_updates", "no")),
            "scope": "security" if "security" in commands.get("update_cmd", "default") else "all",
            "last_run": None,
        }
    if kind == "alpine":
        jobs = look.glob("/etc/periodic/*/*") + look.glob("/etc/crontabs/*")
        for path in jobs:
            if any(re.search(r"\bapk\b.*\bupgrade\b", line) for line in look.lines(path)):
                look.source(path)
                on = enabled(look, "crond") and _scheduler_runs(look, "crond")
                return {
                    "mechanism": "apk-cron",
                    "enabled": on,
                    "installs": True,
                    "scope": "all",
                    "last_run": None,
                }
    look.share(packages)
    look.source("the list of packages")
    return {"mechanism": "none", "enabled": False, "installs": False, "scope": None, "last_run": None}


def _unattended_upgrades(look: Look) -> dict[str, Any]:
    look.source("/etc/apt/apt.conf.d")
    settings = look.share(apt_configuration)
    switch = (settings.get("apt::periodic::unattended-upgrade") or ["0"])[-1]
    periodic = (settings.get("apt::periodic::enable") or ["1"])[-1] != "0"
    timer = "apt-daily-upgrade.timer"
    started = enabled(look, timer) and _scheduler_runs(look, timer)
    if not started and not look.exists("/run/systemd/system"):
        started = look.exists("/etc/cron.daily/apt-compat") and _scheduler_runs(look, "cron")
    origins = [
        value.lower()
        for name in ("unattended-upgrade::allowed-origins", "unattended-upgrade::origins-pattern")
        for value in settings.get(name, [])
    ]
    everything = any("-updates" in o or "label=debian" in o.split(",") or "*:*" in o for o in origins)
    security = any("security" in o for o in origins)
    return {
        "mechanism": "unattended-upgrades",
        "enabled": periodic and switch not in ("0", "") and started,
        "installs": security or everything,
        "scope": "all" if everything else "security" if security else None,
        "last_run": latest(
            look.modified("/var/lib/apt/periodic/unattended-upgrades-stamp"),
            look.modified("/var/lib/apt/periodic/upgrade-stamp"),
        ),
    }


def _dnf_automatic(look: Look) -> dict[str, Any]:
    path = "/etc/dnf/automatic.conf"
    look.source(path)
    commands = ini(
        look, "/usr/share/dnf5/dnf5-plugins/automatic.conf", path, "/etc/dnf/dnf5-plugins/automatic.conf"
    ).get("commands", {})
    forced = enabled(look, "dnf-automatic-install.timer")
    timers = ("dnf-automatic.timer", "dnf-automatic-install.timer", "dnf5-automatic.timer")
    return {
        "mechanism": "dnf-automatic",
        "enabled": enabled(look, *timers) and _scheduler_runs(look, timers[0]),
        "installs": forced or _truth(commands.get("apply_updates", "no")),
        "scope": "security" if commands.get("upgrade_type", "default") == "security" else "all",
        "last_run": _timer_stamp(look, *timers),
    }


def reboot_facts(look: Look) -> dict[str, Any]:
    reasons: list[str] = []
    since: str | None = None
    kernel = look.word("/proc/sys/kernel/osrelease") if look.machine.live else None
    newest = _newest_kernel(look, kernel)
    flag = next((p for p in ("/run/reboot-required", "/var/run/reboot-required") if look.exists(p)), None)
    if flag:
        look.source(flag)
        since = look.modified(flag)
        names = sorted(set(look.lines(f"{flag}.pkgs")))
        reasons.append("asked for by " + (", ".join(names) or "a package"))
    if kernel and newest:
        look.source("/lib/modules")
        if dpkg_key(newest) > dpkg_key(kernel):
            reasons.append(f"kernel {newest} is installed and {kernel} is running")
            since = earliest(since, look.modified(f"/lib/modules/{newest}/modules.dep"))
    elif look.machine.live:
        look.problem("newest installed kernel", "none of the running kernel's kind is installed here")
    else:
        look.problem("running kernel", "a mounted tree has none")
    rebuilt = _rebuilt_kernel(look, kernel)
    if rebuilt:
        reasons.append(rebuilt)
    if look.share(family) == "rhel":
        answer = look.run("needs-restarting", "-r", timeout=30.0)
        if answer is not None and answer[0] in (0, 1):
            look.source("needs-restarting -r")
            parts = re.findall(r"^ +\* (.+)$", answer[1], re.MULTILINE) if answer[0] else []
            reasons += [f"{part} was updated since the start" for part in parts]
            if answer[0] and not reasons:
                reasons.append("needs-restarting asks for it")
    boot = (
        re.search(r"^btime (\d+)$", look.text("/proc/stat") or "", re.MULTILINE)
        if look.machine.live
        else None
    )
    return {
        "required": True if reasons else False if kernel and newest else None,
        "reasons": reasons,
        "running_kernel": kernel,
        "newest_kernel": newest,
        "booted_at": from_epoch(int(boot[1])) if boot else None,
        "required_since": since,
    }


def _newest_kernel(look: Look, kernel: str | None) -> str | None:
    """The newest installed kernel of the running one's kind (`-generic`, `-cloud-amd64`, `.el9.x86_64`)."""
    names = [path.split("/")[3] for path in look.glob("/lib/modules/*/modules.dep")]
    if kernel is not None:
        names = [name for name in names if _flavour(name) == _flavour(kernel)]
    return max(names, key=dpkg_key, default=None)


def _flavour(kernel: str) -> str:
    return re.sub(r"^[\d.]+|(?<=-)[\d.]+(?=[-.]|$)|\d+_\d+", "", kernel)


def _rebuilt_kernel(look: Look, kernel: str | None) -> str | None:
    """Debian gives a rebuilt kernel its old name; the version that runs stands in /proc/version."""
    running_version = re.search(r" Debian (\S+) \(", look.text("/proc/version") or "") if kernel else None
    package = (
        installed(look, f"linux-image-{kernel}", f"linux-image-{kernel}-unsigned")
        if running_version
        else None
    )
    if running_version and package and dpkg_key(package.version) > dpkg_key(running_version[1]):
        return f"kernel package {package.version} is installed and {running_version[1]} is running"
    return None


# ── Accounts, passwords, sudo ────────────────────────────────────────────────────────────────────────────

_NO_SHELLS = {"nologin", "false", "true", "sync", "halt", "shutdown"}
_ADMIN_GROUPS = {"sudo", "wheel", "admin"}


def accounts_facts(look: Look) -> dict[str, Any]:
    known = look.share(passwd)
    if not known:
        raise Unreadable("/etc/passwd", "there is none, or it cannot be read")
    look.source("/etc/passwd", "/etc/group", "/etc/shadow")
    shadow = {}
    for line in (look.text("/etc/shadow") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 8:
            shadow[fields[0]] = fields
    groups: dict[str, list[str]] = {}
    by_gid: dict[str, str] = {}
    for line in (look.text("/etc/group") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 4:
            by_gid.setdefault(fields[2], fields[0])
            for member in filter(None, fields[3].split(",")):
                groups.setdefault(member, []).append(fields[0])
    _directory_accounts(look)
    rules = look.share(sudo_rules)[0]
    unlimited = {rule["who"] for rule in rules if rule["commands"] == "ALL"}
    records, logins = _last_logins(look, known)
    items = []
    for account in known:
        mine = sorted({*groups.get(account.name, []), by_gid.get(str(account.gid), str(account.gid))})
        ids = {account.name, f"#{account.uid}", "ALL", *(f"%{group}" for group in mine)}
        row = shadow.get(account.name, [account.name, "", "", "", "", "", "", "", ""])
        secret = account.password if account.password != "x" else row[1]  # noqa: S105
        hidden = account.password == "x" and account.name not in shadow  # noqa: S105
        password, kind = ("unknown", None) if hidden else _password(secret)
        items.append(
            {
                "name": account.name,
                "uid": account.uid,
                "gid": account.gid,
                "shell": account.shell,
                "home": account.home,
                "can_log_in": account.shell.rpartition("/")[2] not in _NO_SHELLS,
                "password": password,
                "hash": kind,
                "changed_on": epoch_day(row[2]),
                "max_days": whole(row[4]),
                "expires_on": epoch_day(row[7]),
                "groups": mine,
                "last_login": logins.get(account.name),
                "admin": account.uid == 0
                or not _ADMIN_GROUPS.isdisjoint(mine)
                or not ids.isdisjoint(unlimited),
            }
        )
    return {"items": items, "login_records": records}


def _directory_accounts(look: Look) -> None:
    """Accounts from a directory are not in /etc/passwd: say so where one is in use."""
    sources = re.search(r"^passwd:(.*)$", look.text("/etc/nsswitch.conf") or "", re.MULTILINE)
    settings = {"sss": "/etc/sssd/sssd.conf", "ldap": "/etc/nslcd.conf", "winbind": "/etc/samba/smb.conf"}
    for word in (sources[1] if sources else "").split():
        if word in settings and look.exists(settings[word]):
            look.problem(f"accounts from {word}", "those of a directory are not listed here")


_HASHES = {
    "$y$": "yescrypt",
    "$gy$": "yescrypt",
    "$6$": "sha512",
    "$5$": "sha256",
    "$1$": "md5",
    "$2": "bcrypt",
}


def _password(secret: str) -> tuple[str, str | None]:
    """What a password field says (shadow(5), crypt(5)), and the kind of hash; the hash itself is dropped."""
    if not secret:
        return "none", None
    if secret[0] in "!*" or secret == "x":  # noqa: S105
        return "locked", None
    kind = next((name for prefix, name in _HASHES.items() if secret.startswith(prefix)), None)
    if kind is None and re.fullmatch(r"[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}", secret):
        kind = "des"
    return "set", kind


def _last_logins(look: Look, known: list[Account]) -> tuple[str | None, dict[str, str]]:
    """The record of logins that the machine keeps, and each account's newest there."""
    found: dict[str, str] = {}
    path = "/var/lib/lastlog/lastlog2.db"
    if look.exists(path):
        data = look.data(path, 64 * MIB)
        if data is not None:
            with tempfile.TemporaryDirectory(prefix="duecare-") as folder:
                copy = Path(folder) / "lastlog2.db"
                copy.write_bytes(data)
                try:
                    connection = sqlite3.connect(str(copy))
                    try:
                        rows = connection.execute("SELECT Name, Time FROM Lastlog2").fetchall()
                    finally:
                        connection.close()
                    return "lastlog2", {str(name): from_epoch(int(at)) or "" for name, at in rows if at}
                except (sqlite3.Error, ValueError) as error:
                    look.problem(path, str(error))
    status = look.stat("/var/log/lastlog")
    if status is not None and status.st_size:
        for account in known:  # One record of 292 bytes a uid (lastlog(5)); the file has holes.
            try:
                record = look.machine.slice("/var/log/lastlog", account.uid * 292, 4)
            except OSError as error:
                look.problem("/var/log/lastlog", error)
                return None, {}
            if len(record) == 4 and any(record):
                found[account.name] = from_epoch(struct.unpack("<I", record)[0]) or ""
        return "lastlog", found
    records = look.data("/var/log/wtmp", 64 * MIB)
    if not records:
        return None, {}
    for start in range(0, len(records) - 383, 384):  # utmp(5), little-endian
        (kind,) = struct.unpack_from("<h", records, start)
        (at,) = struct.unpack_from("<I", records, start + 340)
        if kind == 7:
            name = decoded(records[start + 44 : start + 76].split(b"\0")[0])
            found[name] = latest(found.get(name), from_epoch(at)) or ""
    return "wtmp", found


def pam_lines(look: Look, kind: str) -> list[tuple[str, list[str]]]:
    """Module and arguments of each line of a kind (`auth`, `password`) for ordinary sign-in (pam.conf(5))."""
    files = {
        "auth": ("common-auth", "system-auth", "base-auth"),
        "password": ("common-password", "system-auth", "base-password"),
    }
    for name in files[kind]:
        path = f"/etc/pam.d/{name}"
        if not look.exists(path):
            continue
        look.source(path)
        found = []
        for line in look.lines(path):
            match = re.match(rf"-?{kind}\s+(?:\[[^\]]*\]|\S+)\s+(\S+)(.*)$", line)
            if match:
                found.append((match[1].rpartition("/")[2], match[2].split()))
        return found
    return []


def _arguments(words: Iterable[str]) -> dict[str, str]:
    """PAM arguments as a mapping; a bare word maps to itself."""
    return {word.partition("=")[0]: word.partition("=")[2] or word for word in words}


def _loose_settings(look: Look, *paths: str) -> dict[str, str]:
    """`name = value` lines of files such as pwquality.conf."""
    return {name: value for values in ini(look, *paths).values() for name, value in values.items()}


_CHECKERS = ("pam_pwquality", "pam_passwdqc", "pam_cracklib")
_PAM_HASHES = ("yescrypt", "gost_yescrypt", "sha512", "sha256", "blowfish", "bigcrypt", "md5")


def password_policy_facts(look: Look) -> dict[str, Any]:
    defaults = {}
    for line in look.lines("/etc/login.defs"):
        name, _, value = line.partition(" ") if "\t" not in line.split(" ")[0] else line.partition("\t")
        defaults[name] = value.strip()
    if defaults:
        look.source("/etc/login.defs")
    modules = {name.replace(".so", ""): _arguments(words) for name, words in pam_lines(look, "password")}
    unix = modules.get("pam_unix", {})
    checker = next((name for name in _CHECKERS if name in modules), "none")
    if not modules and not defaults:
        raise Unreadable("/etc/pam.d and /etc/login.defs", "neither is there, or readable")
    return {
        "min_length": _minimum_length(look, checker, modules, defaults),
        "checker": checker,
        "max_days": whole(defaults.get("PASS_MAX_DAYS")),
        "hash": next((name for name in _PAM_HASHES if name in unix), None)
        or (defaults.get("ENCRYPT_METHOD") or "").lower()
        or None,
        "lockout": _lockout(look),
        "remembered": _remembered(look, modules),
    }


def _minimum_length(
    look: Look, checker: str, modules: dict[str, dict[str, str]], defaults: dict[str, str]
) -> int | None:
    arguments = modules.get(checker, {})
    if checker == "pam_pwquality":
        paths = ["/etc/security/pwquality.conf", *look.glob("/etc/security/pwquality.conf.d/*.conf")]
        look.source(*(path for path in paths if look.exists(path)))
        return whole(arguments.get("minlen") or _loose_settings(look, *paths).get("minlen", "8"))
    if checker == "pam_cracklib":
        return whole(arguments.get("minlen", "9"))
    if checker == "pam_passwdqc":
        stated = arguments.get("min") or _loose_settings(
            look, arguments.get("config", "/etc/passwdqc.conf")
        ).get("min")
        lengths = [int(n) for n in (stated or "disabled,24,11,8,8").split(",") if n.isdigit()]
        return min(lengths) if lengths else None
    if "pam_unix" in modules:
        return whole(modules["pam_unix"].get("minlen", "6"))
    return whole(defaults.get("PASS_MIN_LEN"))


def _lockout(look: Look) -> dict[str, Any] | None:
    for name, words in pam_lines(look, "auth"):
        arguments = _arguments(words)
        if name == "pam_faillock.so":
            settings = {**_loose_settings(look, "/etc/security/faillock.conf"), **arguments}
            return {
                "module": "pam_faillock",
                "attempts": whole(settings.get("deny", "3")),
                "unlock_seconds": whole(settings.get("unlock_time", "600")),
            }
        if name in ("pam_tally2.so", "pam_tally.so"):
            return {
                "module": name[:-3],
                "attempts": whole(arguments.get("deny")),
                "unlock_seconds": whole(arguments.get("unlock_time")),
            }
    return None


def _remembered(look: Look, modules: dict[str, dict[str, str]]) -> int | None:
    if "pam_pwhistory" in modules:
        settings = _loose_settings(look, "/etc/security/pwhistory.conf")
        return whole(modules["pam_pwhistory"].get("remember") or settings.get("remember", "10"))
    return whole(modules.get("pam_unix", {}).get("remember", "0"))


def sudo_rules(look: Look) -> tuple[list[dict[str, Any]], bool | None]:
    """The rules of sudo and doas in force, and whether their uses are logged (None if that is unread)."""
    rules: list[dict[str, Any]] = []
    log: bool | None = None
    if look.exists("/etc/sudoers"):
        lines = list(_sudoers_lines(look, "/etc/sudoers", 0))
        log = True if lines else None  # sudo writes to syslog unless told otherwise (sudoers(5), "syslog").
        aliases: dict[str, str] = {}
        for _, line in lines:
            match = re.match(r"(?:User|Runas|Host|Cmnd|Cmd)_Alias\s+(.+)$", line)
            for definition in match[1].split(" : ") if match else []:
                name, _, value = definition.partition("=")
                aliases[name.strip()] = value.strip()
        for source, line in lines:
            if re.match(r"(User|Runas|Host|Cmnd|Cmd)_Alias\b", line):
                continue
            if line.startswith("Defaults"):
                log = False if re.search(r"!\s*syslog\b", line) and "logfile" not in line else log
                continue
            rules += _sudo_rule(line, source, aliases)
    for path in (*look.glob("/etc/doas.conf"), *look.glob("/etc/doas.d/*.conf")):
        look.source(path)
        lines_of_doas = look.lines(path)
        rules += filter(None, (_doas_rule(line, path) for line in lines_of_doas))
        if lines_of_doas:  # doas, too, writes to syslog unless told otherwise (doas.conf(5), "nolog").
            log = log is not False and not any(re.search(r"\bnolog\b", line) for line in lines_of_doas)
    return rules, log


def _sudoers_lines(look: Look, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Source and text of each logical line, includes followed (sudoers(5), "Including other files")."""
    text = re.sub(r"\\\n", " ", look.text(path) or "")
    for line in text.splitlines():
        include = re.match(r"\s*[#@](include|includedir)\s+\"?([^\"\s]+)", line)
        if include and depth < 8:
            target = include[2] if include[2].startswith("/") else f"{path.rpartition('/')[0]}/{include[2]}"
            names = [target]
            if include[1] == "includedir":
                names = [
                    f"{target.rstrip('/')}/{n}" for n in look.names(target) if "." not in n and n[-1:] != "~"
                ]
            for name in names:
                yield from _sudoers_lines(look, name, depth + 1)
            continue
        line = re.sub(r"(?<!\\)#(?!\d).*$", "", line).strip()
        if line:
            yield path, line


_SUDO_TAG = re.compile(
    r"\s*(?:(?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT)|ROLE|TYPE|CWD)\s*[:=]"
)


def _sudo_rule(line: str, source: str, aliases: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The rules of one line: `who host = (runas) TAGS: commands`, one for each change of runas or tag."""
    match = re.match(r"((?:\\.|\"[^\"]*\"|[^\s=,]|\s*,\s*)+)\s+([^=]+?)\s*=\s*(.+)$", line)
    if match is None:
        return
    whos = [who.strip().strip('"') for who in match[1].split(",")]
    whos = [name.strip() for who in whos for name in aliases.get(who, who).split(",")]
    runas, nopasswd = "root", False
    grouped: dict[tuple[str, bool], list[str]] = {}
    for part in re.split(r"(?<!\\),(?![^(]*\))", match[3]):
        given = re.match(r"\s*\(([^)]*)\)", part)
        if given:
            runas, part = given[1].strip() or "root", part[given.end() :]
        tag = _SUDO_TAG.match(part)
        while tag:
            if "PASSWD" in tag[0]:
                nopasswd = "NOPASSWD" in tag[0]
            part = part[tag.end() :]
            tag = _SUDO_TAG.match(part)
        command = part.strip()
        grouped.setdefault((runas, nopasswd), []).append(aliases.get(command, command))
    for who in whos:
        for (target, free), commands in grouped.items():
            text = (
                "ALL"
                if "ALL" in commands and not any(c.startswith("!") for c in commands)
                else ", ".join(commands)
            )
            yield {"who": who, "runas": target, "commands": masked(text), "nopasswd": free, "source": source}


def _doas_rule(line: str, source: str) -> dict[str, Any] | None:
    """A `permit` line of doas.conf(5) in the words of sudo."""
    match = re.match(
        r"permit((?:\s+(?:nopass|persist|nolog|keepenv|setenv\s*\{[^}]*\}))*)\s+(\S+)(?:\s+as\s+(\S+))?(?:\s+cmd\s+(.+))?$",
        line,
    )
    if match is None:
        return None
    who = f"%{match[2][1:]}" if match[2].startswith(":") else match[2]
    return {
        "who": who,
        "runas": match[3] or "root",
        "commands": masked(match[4]) if match[4] else "ALL",
        "nopasswd": "nopass" in match[1].split(),
        "source": source,
    }


def sudo_facts(look: Look) -> dict[str, Any]:
    rules, log = look.share(sudo_rules)
    if not look.problems and not look.any_exists(
        "/etc/sudoers", "/etc/doas.conf", "/etc/doas.d", "/usr/bin/sudo"
    ):
        look.absent = True
        look.source("neither sudo nor doas is set up")
        return {"rules": [], "log": None}
    look.source("/etc/sudoers" if look.exists("/etc/sudoers") else "/etc/doas.conf")
    return {"rules": rules, "log": log}


# ── Secure shell ─────────────────────────────────────────────────────────────────────────────────────────

SSHD_DEFAULTS = {
    # sshd_config(5) of OpenSSH 8.0 and later
    "allowagentforwarding": "yes",
    "allowtcpforwarding": "yes",
    "authorizedkeysfile": ".ssh/authorized_keys .ssh/authorized_keys2",
    "clientalivecountmax": "3",
    "clientaliveinterval": "0",
    "gatewayports": "no",
    "hostbasedauthentication": "no",
    "ignorerhosts": "yes",
    "kbdinteractiveauthentication": "yes",
    "logingracetime": "120",
    "loglevel": "INFO",
    "maxauthtries": "6",
    "maxsessions": "10",
    "passwordauthentication": "yes",
    "permitemptypasswords": "no",
    "permitrootlogin": "prohibit-password",
    "permituserenvironment": "no",
    "port": "22",
    "pubkeyauthentication": "yes",
    "strictmodes": "yes",
    "usepam": "no",
    "x11forwarding": "no",
}
_SSHD_REPEATED = {
    "allowusers",
    "allowgroups",
    "denyusers",
    "denygroups",
    "acceptenv",
    "listenaddress",
    "port",
    "hostkey",
}
_SSHD_RENAMED = {
    "challengeresponseauthentication": "kbdinteractiveauthentication",
    "skeyauthentication": "kbdinteractiveauthentication",
}


class SshdConfig(NamedTuple):
    settings: dict[str, str]
    matches: list[dict[str, Any]]


def sshd_config(look: Look) -> SshdConfig:
    """What sshd_config(5) and its includes set: for everyone, and under each Match."""
    config = SshdConfig({}, [])
    _read_sshd(look, "/etc/ssh/sshd_config", config, None, 0)
    return config


def _read_sshd(look: Look, path: str, config: SshdConfig, block: dict[str, Any] | None, depth: int) -> None:
    for line in look.lines(path):
        match = re.match(r"(\w+)(?:\s*=\s*|\s+)(.*)$", line)
        if match is None:
            continue
        keyword, value = match[1].lower(), re.sub(r"\s+#.*$", "", match[2]).strip().strip('"')
        keyword = _SSHD_RENAMED.get(keyword, keyword)
        if keyword == "include":
            for pattern in value.split() if depth < 16 else []:
                pattern = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
                for name in look.glob(pattern):
                    _read_sshd(look, name, config, block, depth + 1)
        elif keyword == "match":
            block = None if value.lower() == "all" else {"criteria": value, "settings": {}}
            if block is not None:
                config.matches.append(block)
        else:
            settings = config.settings if block is None else block["settings"]
            if keyword in _SSHD_REPEATED and keyword in settings:
                settings[keyword] += f" {value}"
            else:
                settings.setdefault(keyword, _sshd_value(keyword, value))


def _sshd_value(keyword: str, value: str) -> str:
    value = value.lower() if value.lower() in ("yes", "no", "none", "without-password") else value
    return "prohibit-password" if (keyword, value) == ("permitrootlogin", "without-password") else value


def sshd_facts(look: Look) -> dict[str, Any]:
    settings: dict[str, str] = {}
    server = next((path for path in ("/usr/sbin/sshd", "/usr/bin/sshd") if look.exists(path)), None)
    if server is None:
        if look.any_exists("/usr/sbin/dropbear", "/usr/bin/dropbear"):
            look.problem("dropbear", "its settings are options of its start and are not read")
            return {
                "installed": True,
                "running": running(look, "dropbear"),
                "settings": None,
                "matches": None,
            }
        look.absent = True
        look.source("no sshd is installed")
        return {"installed": False, "running": False, "settings": None, "matches": []}
    config = look.share(sshd_config)
    answer = look.printed("sshd", "-T") if look.machine.as_root else None
    if answer:
        look.source("sshd -T", "/etc/ssh/sshd_config")
        for line in answer.splitlines():
            keyword, _, value = line.partition(" ")
            value = _sshd_value(keyword, value)
            settings[keyword] = f"{settings[keyword]} {value}" if keyword in settings else value
    else:
        look.source("/etc/ssh/sshd_config")
        if not look.exists("/etc/ssh/sshd_config"):
            look.problem("/etc/ssh/sshd_config", "there is none: defaults are shown")
        settings = {**SSHD_DEFAULTS, **config.settings}
    unread = {row["what"] for row in look.problems}
    if not answer and "/etc/ssh/sshd_config" in unread and not config.settings:
        settings = {}
    on = running(look, "sshd")
    if (
        not on
        and look.machine.live
        and enabled(look, "ssh.socket", "sshd.socket")
        and running(look, "systemd")
    ):
        on = True
    for process in look.share(processes)[0]:
        if process.name == "sshd" and re.search(r"\s-(o|f)\s*\S", process.command):
            look.problem(
                "sshd's settings", f"it was started with options of its own: {masked(process.command)}"
            )
    return {"installed": True, "running": on, "settings": settings or None, "matches": config.matches}


_KEY_LINE = re.compile(
    r"(?:(?P<options>(?:[^\s\"]|\"(?:[^\"\\]|\\.)*\")+)\s+)??"
    r"(?P<type>(?:sk-)?(?:ssh|ecdsa)-[\w@.-]+)\s+(?P<key>[A-Za-z0-9+/=]+)(?:\s+(?P<comment>.*))?$"
)


def authorized_keys_facts(look: Look) -> dict[str, Any]:
    settings = look.share(sshd_config).settings
    patterns = settings.get("authorizedkeysfile", SSHD_DEFAULTS["authorizedkeysfile"]).split()
    command = settings.get("authorizedkeyscommand", "none")
    if command != "none":
        look.problem(f"keys given by {command.split()[0]}", "the command is not run")
    items = []
    for account in look.share(passwd):
        for pattern in patterns:
            if pattern == "none":
                continue
            path = pattern.replace("%%", "\0").replace("%h", account.home).replace("%u", account.name)
            path = path.replace("%U", str(account.uid)).replace("\0", "%")
            path = path if path.startswith("/") else f"{account.home.rstrip('/')}/{path}"
            text = look.text(path)
            if text is None:
                continue
            look.source(path)
            changed = look.modified(path)
            for line in text.splitlines():
                key = _authorized_key(line.strip())
                if key is not None:
                    items.append({"account": account.name, **key, "path": path, "modified_at": changed})
    look.source("authorized_keys of every account")
    return {"items": items}


def _authorized_key(line: str) -> dict[str, Any] | None:
    """A line of authorized_keys (sshd(8)): kind, size and fingerprint of its key; None if it holds none."""
    match = _KEY_LINE.match(line) if not line.startswith("#") else None
    if match is None:
        return None
    try:
        blob = base64.b64decode(match["key"], validate=True)
        fields: list[bytes] = []
        while blob and len(fields) < 4:
            (size,) = struct.unpack_from(">I", blob)
            fields.append(blob[4 : 4 + size])
            blob = blob[4 + size :]
    except (binascii.Error, struct.error):
        return None
    if not fields or decoded(fields[0]) != match["type"]:
        return None  # Not a key: the file may be anything that its owner linked there.
    name = match["type"]
    bits: int | None = None
    if name in ("ssh-rsa", "ssh-dss") and len(fields) >= 3:
        bits = int.from_bytes(fields[2 if name == "ssh-rsa" else 1], "big").bit_length()
    elif "ed25519" in name:
        bits = 256
    elif "nistp" in name:
        bits = whole(re.sub(r"\D", "", name.partition("nistp")[2][:3]))
    digest = hashlib.sha256(base64.b64decode(match["key"])).digest()
    options = re.sub(r"(environment=)\"(\w+)=(?:[^\"\\]|\\.)*\"", r'\1"\2=***"', match["options"] or "")
    return {
        "type": name,
        "bits": bits,
        "fingerprint": "SHA256:" + base64.b64encode(digest).decode().rstrip("="),
        "comment": masked(match["comment"] or ""),
        "options": masked(options),
    }


# ── Firewall, antivirus, encryption ──────────────────────────────────────────────────────────────────────


def firewall_facts(look: Look) -> dict[str, Any]:
    ufw = key_values(look.text("/etc/ufw/ufw.conf") or "").get("ENABLED", "no").lower() == "yes"
    firewalld_runs = running(look, "firewalld") if look.exists("/usr/sbin/firewalld") else False
    firewalld = bool(firewalld_runs) or enabled(look, "firewalld.service", "firewalld")
    units = {
        "nftables": ("nftables.service", "nftables"),
        "iptables": ("netfilter-persistent.service", "iptables.service", "iptables"),
        "ufw": ("ufw.service", "ufw"),
        "firewalld": ("firewalld.service", "firewalld"),
    }
    seen = _live_rules(look)
    if ufw:
        kind = "ufw"
    elif firewalld:
        kind = "firewalld"
    elif (seen and seen.kind == "nftables" and seen.rules) or enabled(look, *units["nftables"]):
        kind = "nftables"
    elif (seen and seen.rules) or enabled(look, *units["iptables"]):
        kind = "iptables"
    else:
        kind = "none"
    tools = look.any_exists(*(f"{d}/{n}" for d in ("/usr/sbin", "/sbin") for n in ("nft", "iptables")))
    if kind == "none":
        if look.machine.live and not tools:
            look.problems.clear()
            look.absent = True
            look.source("no firewall's programs are installed")
            return {
                "kind": "none",
                "active": False,
                "enabled_at_boot": False,
                "input_policy": None,
                "rules": 0,
            }
        if seen is None:
            look.problem("the rules in force", _why_no_rules(look))
            return {
                "kind": None,
                "active": None,
                "enabled_at_boot": False,
                "input_policy": None,
                "rules": None,
            }
        return {
            "kind": "none",
            "active": False,
            "enabled_at_boot": False,
            "input_policy": "accept",
            "rules": seen.rules,
        }
    boot = enabled(look, *units[kind])
    # firewalld refuses at the end of its chain; a default zone that accepts lets no packet get there.
    open_zone = kind == "firewalld" and _configured_policy(look, kind) == "accept"
    if seen is None:
        look.problem("the rules in force", _why_no_rules(look))
        policy = _configured_policy(look, kind)
        return {"kind": kind, "active": None, "enabled_at_boot": boot, "input_policy": policy, "rules": None}
    return {
        "kind": kind,
        "active": seen.filters and firewalld_runs is not False if kind == "firewalld" else seen.filters,
        "enabled_at_boot": boot,
        "input_policy": "drop" if seen.drops and not open_zone else "accept",
        "rules": seen.rules,
    }


def _why_no_rules(look: Look) -> str | Exception:
    if not look.machine.live:
        return "a mounted tree has none"
    if not look.machine.as_root:
        return PermissionError(errno.EACCES, "only root may list them")
    return "neither nft nor iptables-save could list them"


class Rules(NamedTuple):
    """The packet filter as it runs."""

    kind: str
    rules: int
    filters: bool
    """Whether anything stands in the way of incoming packets."""
    drops: bool
    """Whether what no rule allows is refused, over IPv4 and over IPv6 where that is on."""


def _live_rules(look: Look) -> Rules | None:
    ipv6 = any(not line.endswith(" lo") for line in (look.text("/proc/net/if_inet6") or "").splitlines())
    listed = _nft_rules(look, ipv6)
    if listed is not None and listed.filters:
        return listed
    older = _iptables_rules(look, ipv6)
    return older if older is not None and (older.filters or listed is None) else listed


def _nft_rules(look: Look, ipv6: bool) -> Rules | None:
    text = look.printed("nft", "-j", "list", "ruleset")
    if text is None:
        return None
    look.source("nft -j list ruleset")
    try:
        entries = json.loads(text)["nftables"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        look.problem("nft -j list ruleset", f"not understood: {error}")
        return None
    rules = [entry["rule"] for entry in entries if "rule" in entry]
    last = {(r.get("family"), r.get("table"), r.get("chain")): r.get("expr", []) for r in rules}
    chains = [
        e["chain"]
        for e in entries
        if e.get("chain", {}).get("hook") == "input" and e["chain"].get("type") == "filter"
    ]
    dropping = set()
    for chain in chains:
        final = last.get((chain.get("family"), chain.get("table"), chain.get("name")), [])
        words = {key for expression in final for key in expression} - {"counter", "log", "comment"}
        if chain.get("policy") == "drop" or (words and words <= {"drop", "reject"}):
            dropping |= {"ip", "ip6"} if chain["family"] == "inet" else {chain["family"]}
    return Rules("nftables", len(rules), bool(chains), dropping >= ({"ip", "ip6"} if ipv6 else {"ip"}))


def _iptables_rules(look: Look, ipv6: bool) -> Rules | None:
    texts = [look.printed("iptables-save"), look.printed("ip6tables-save") if ipv6 else ""]
    if texts[0] is None:
        return None
    look.source("iptables-save")
    policies = [_iptables_policy(text or "") for text in texts[: 2 if ipv6 else 1]]
    count = sum(len(re.findall(r"^-A ", text or "", re.MULTILINE)) for text in texts)
    filters = any(p == "drop" for p in policies) or bool(re.search(r"^-A INPUT ", texts[0], re.MULTILINE))
    return Rules("iptables", count, filters, all(policy == "drop" for policy in policies))


def _iptables_policy(text: str) -> str:
    tables = re.split(r"^\*", text, flags=re.MULTILINE)
    rules = next((table for table in tables if table.startswith("filter")), "")
    last = re.findall(r"^-A INPUT .*$", rules, re.MULTILINE)[-1:]
    refused = re.search(r"^:INPUT DROP", rules, re.MULTILINE) or any(
        re.match(r"-A INPUT -j (DROP|REJECT)", r) for r in last
    )
    return "drop" if refused else "accept"


def _configured_policy(look: Look, kind: str) -> str | None:
    """What the firewall's own files say of packets that no rule allows."""
    if kind == "ufw":
        look.source("/etc/default/ufw")
        policy = key_values(look.text("/etc/default/ufw") or "").get("DEFAULT_INPUT_POLICY", "DROP")
        return "drop" if policy.upper() in ("DROP", "REJECT") else "accept"
    if kind == "firewalld":
        look.source("/etc/firewalld/firewalld.conf")
        zone = key_values(look.text("/etc/firewalld/firewalld.conf") or "").get("DefaultZone", "public")
        zones = (
            look.text(f"{folder}/zones/{zone}.xml") for folder in ("/etc/firewalld", "/usr/lib/firewalld")
        )
        text = next((text for text in zones if text is not None), None)
        return None if text is None else "accept" if 'target="ACCEPT"' in text else "drop"
    if kind == "nftables":
        paths = ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf", "/etc/nftables.nft")
        texts = [look.text(path) for path in paths]
        hooks = [h for text in texts for h in re.findall(r"hook input[^;]*;\s*(?:policy (\w+))?", text or "")]
        return None if not any(texts) else "drop" if "drop" in hooks else "accept"
    paths = ("/etc/iptables/rules.v4", "/etc/sysconfig/iptables", "/etc/iptables/rules-save")
    saved = [text for text in map(look.text, paths) if text]
    return _iptables_policy(saved[0]) if saved else None


_PRODUCTS = (
    # name, where it is installed, its programs, its packages
    ("CrowdStrike Falcon", ("/opt/CrowdStrike",), ("falcon-sensor", "falcon-sensor-bpf"), ("falcon-sensor",)),
    ("Microsoft Defender for Endpoint", ("/opt/microsoft/mdatp",), ("wdavdaemon", "mdatp"), ("mdatp",)),
    (
        "SentinelOne",
        ("/opt/sentinelone",),
        ("s1-agent", "s1-orchestrator"),
        ("sentinelagent", "SentinelAgent"),
    ),
    (
        "Sophos Protection",
        ("/opt/sophos-spl", "/opt/sophos-av"),
        ("sophos_threat_d", "sophos-spl", "savscand"),
        (),
    ),
    ("ESET Server Security", ("/opt/eset/efs", "/opt/eset/eea"), ("startd", "oaeventd"), ("efs", "eea")),
    ("Trend Micro Deep Security", ("/opt/ds_agent",), ("ds_agent", "ds_am"), ("ds-agent", "ds_agent")),
)
_CLAMAV_PROGRAMS = ("/usr/sbin/clamd", "/usr/bin/clamscan", "/usr/bin/freshclam")


def antivirus_facts(look: Look) -> dict[str, Any]:
    products = []
    if look.any_exists(*_CLAMAV_PROGRAMS):
        look.source("/var/lib/clamav")
        package = installed(look, "clamav-daemon", "clamd", "clamav", "clamav-server")
        settings = " ".join(
            line
            for path in ("/etc/clamav/clamd.conf", "/etc/clamd.d/scan.conf", "/etc/clamd.conf")
            for line in look.lines(path)
        )
        on_access = running(look, "clamonacc")
        if on_access and "OnAccessIncludePath" not in settings and "OnAccessMountPath" not in settings:
            on_access = False
        products.append(
            {
                "name": "ClamAV",
                "version": package.version if package else None,
                "running": running(look, "clamd"),
                "on_access": on_access,
                "signatures_at": _clamav_signatures(look),
            }
        )
    for name, places, programs, names in _PRODUCTS:
        if look.any_exists(*places):
            look.source(places[0])
            package = installed(look, *names)
            version = package.version if package else None
            on = running(look, *programs)
            products.append(
                {"name": name, "version": version, "running": on, "on_access": None, "signatures_at": None}
            )
    if not products:
        look.source("the places of the antivirus programs known here")
        look.absent = not look.problems
    return {"products": products}


def _clamav_signatures(look: Look) -> str | None:
    """When the newest daily database was built: the second field of its 512-byte head (`ClamAV-VDB:...`)."""
    dates = []
    for ending in ("cld", "cvd"):
        path = f"/var/lib/clamav/daily.{ending}"
        if not look.exists(path):
            continue
        try:
            head = decoded(look.machine.slice(path, 0, 512))
        except OSError as error:
            look.problem(path, error)
            continue
        match = re.match(r"ClamAV-VDB:(\d+) (\w{3}) (\d{4}) (\d\d)-(\d\d) ([+-]\d{4})", head)
        if match:
            dates.append(mail_date(f"{match[1]} {match[2]} {match[3]} {match[4]}:{match[5]}:00 {match[6]}"))
        else:
            look.problem(path, "its head is not a database's")
    return latest(*dates)


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
        device, kind = _unescaped(fields[0]), fields[1]
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


# ── Network, time ────────────────────────────────────────────────────────────────────────────────────────


def sockets_facts(look: Look) -> dict[str, Any]:
    if not look.machine.live:
        raise Unreadable("/proc/net", "a mounted tree has no open sockets")
    look.source("/proc/net")
    found = []
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        text = look.text(f"/proc/net/{protocol}", 64 * MIB)
        if text is None and not protocol.endswith("6"):
            look.problem(f"/proc/net/{protocol}", "there is none")
        for line in (text or "").splitlines()[1:]:
            fields = line.split()
            # Listening TCP sockets and UDP sockets that take datagrams from anyone (proc_net(5)).
            if len(fields) < 10 or fields[3] != ("0A" if protocol.startswith("tcp") else "07"):
                continue
            where, _, port = fields[1].partition(":")
            try:
                found.append((protocol, _kernel_address(where), int(port, 16), int(fields[7]), fields[9]))
            except ValueError:
                look.problem(f"/proc/net/{protocol}", "a line of it is not understood")
    owners = _socket_owners(look, {row[4] for row in found})
    items = {}
    for protocol, address, number, uid, inode in found:
        process = owners.get(inode)
        key = (protocol, str(address), number, process)
        items[key] = {
            "protocol": protocol,
            "address": str(address),
            "port": number,
            "process": process,
            "uid": uid,
            "reach": "loopback" if _is_loopback(address) else "network",
        }
    unknown = sum(item["process"] is None for item in items.values())
    if unknown:
        reason = (
            "they belong to other users"
            if not look.machine.as_root
            else "they belong to no process seen here"
        )
        look.problem(f"the programs of open sockets ({unknown})", PermissionError(errno.EACCES, reason))
    return {"items": [items[key] for key in sorted(items, key=str)]}


def _kernel_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address of /proc/net: 32-bit words in the machine's byte order, in hexadecimal."""
    data = b"".join(struct.pack("=I", int(text[at : at + 8], 16)) for at in range(0, len(text), 8))
    return ipaddress.ip_address(data)


def _is_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _socket_owners(look: Look, inodes: set[str]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for process in look.share(processes)[0]:
        try:
            descriptors = look.machine.listdir(f"/proc/{process.pid}/fd")
        except OSError:
            continue  # The sockets that stay without an owner are counted and reported.
        for descriptor in descriptors:
            target = look.link(f"/proc/{process.pid}/fd/{descriptor}") or ""
            if target.startswith("socket:[") and target[8:-1] in inodes:
                owners.setdefault(target[8:-1], process.name)
    return owners


_TIME_SERVICES = (
    ("chrony", ("chronyd",), ("chrony.service", "chronyd.service", "chronyd")),
    ("systemd-timesyncd", ("systemd-timesyncd",), ("systemd-timesyncd.service",)),
    ("openntpd", ("openntpd",), ("openntpd.service", "openntpd")),
    ("ntpd", ("ntpd",), ("ntp.service", "ntpd.service", "ntpsec.service", "ntpd")),
)


def time_facts(look: Look) -> dict[str, Any]:
    service, on = "none", None
    for name, programs, units in _TIME_SERVICES:
        on = running(look, *programs) if look.machine.live else None
        if on or (on is None and enabled(look, *units)):
            service = name
            break
    else:
        service, on = next(
            ((name, on) for name, _, units in _TIME_SERVICES if enabled(look, *units)), ("none", on)
        )
    synchronized: bool | None = None
    offset: int | None = None
    clock = dict(re.findall(r"^(\w+)=(.*)$", look.printed("timedatectl", "show") or "", re.MULTILINE))
    if clock.get("NTPSynchronized"):
        look.source("timedatectl show")
        synchronized = clock["NTPSynchronized"] == "yes"
    if service == "chrony" and on:
        fields = (look.printed("chronyc", "-c", "tracking") or "").strip().split(",")
        if len(fields) >= 14:
            look.source("chronyc -c tracking")
            synchronized = fields[13] == "Normal"
            offset = round(abs(float(fields[4])) * 1000)
        else:
            look.problem("chronyc -c tracking", "no answer")
    elif service == "systemd-timesyncd" and synchronized is None and look.machine.live:
        synchronized = look.exists("/run/systemd/timesync/synchronized")
    elif synchronized is None and look.machine.live and service != "none":
        look.problem("whether the clock is synchronised", f"{service} does not tell it to others")
    if service == "none" and synchronized is None and on is False:
        synchronized = False
    zone = clock.get("Timezone") or look.word("/etc/timezone")
    link = re.search(r"zoneinfo/(.+)$", look.link("/etc/localtime") or "")
    if not look.machine.live and on is None:
        look.problem("whether the clock is synchronised", "a mounted tree has no clock")
    return {
        "service": service,
        "running": bool(on) if service == "none" or on is not None else None,
        "synchronized": synchronized,
        "offset_ms": offset,
        "servers": _time_servers(look, service, bool(on)),
        "zone": zone or (link[1] if link else None),
    }


def _time_servers(look: Look, service: str, on: bool) -> list[str] | None:
    if service == "systemd-timesyncd":
        settings = systemd_settings(look, "timesyncd.conf", "Time")
        shown_ = look.printed("timedatectl", "show-timesync") if on else None
        for line in (shown_ or "").splitlines():
            name, _, value = line.partition("=")
            if name in ("SystemNTPServers", "FallbackNTPServers"):
                settings.setdefault("NTP" if name.startswith("System") else "FallbackNTP", value)
        # With neither set, servers compiled into the program are asked.
        return (settings.get("NTP") or settings.get("FallbackNTP") or "").split() or None
    patterns = {
        "chrony": (
            "/etc/chrony.conf",
            "/etc/chrony/chrony.conf",
            "/etc/chrony/conf.d/*.conf",
            "/etc/chrony/sources.d/*.sources",
        ),
        "ntpd": ("/etc/ntp.conf", "/etc/ntpsec/ntp.conf"),
        "openntpd": ("/etc/openntpd/ntpd.conf", "/etc/ntpd.conf"),
    }
    paths = [path for pattern in patterns.get(service, ()) for path in look.glob(pattern)]
    look.source(*paths)
    found = [
        re.match(r"(?:server|servers|pool|peer)\s+(\S+)", line) for path in paths for line in look.lines(path)
    ]
    return [match[1] for match in found if match]


# ── Logs ─────────────────────────────────────────────────────────────────────────────────────────────────


def logging_facts(look: Look) -> dict[str, Any]:
    journald, oldest = _journald(look)
    rsyslog = look.any_exists("/usr/sbin/rsyslogd", "/sbin/rsyslogd")
    auditd = look.any_exists("/usr/sbin/auditd", "/sbin/auditd")
    files = [
        path
        for name in ("syslog", "messages", "auth.log", "secure", "audit/audit.log")
        for path in look.glob(f"/var/log/{name}*")
    ]
    # A log file was last written when its newest line was, so its oldest line is no younger.
    oldest = earliest(oldest, *(look.modified(path) for path in files))
    look.source("/var/log")
    days = None
    if oldest is not None:
        days = (
            look.host.now - datetime.strptime(oldest, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        ).days
    return {
        "journald": journald,
        "rsyslog": {"installed": rsyslog, "running": running(look, "rsyslogd") if rsyslog else False},
        "auditd": {
            "installed": auditd,
            "running": running(look, "auditd") if auditd else False,
            "rules": _audit_rules(look) if auditd else 0,
        },
        "logrotate": {"weeks": _rotation_weeks(look)},
        "shipping": _shipping(look),
        "oldest_at": oldest,
        "kept_days": None if days is None else max(days, 0),
    }


def _journald(look: Look) -> tuple[dict[str, Any], str | None]:
    if not look.any_exists("/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald"):
        return {
            "running": False,
            "storage": "none",
            "oldest_at": None,
            "max_retention_days": None,
            "max_bytes": None,
        }, None
    settings = systemd_settings(look, "journald.conf", "Journal")
    storage = settings.get("Storage", "auto").lower()
    if storage == "auto":
        storage = "persistent" if look.exists("/var/log/journal") else "volatile"
    heads = []
    for path in look.glob("/var/log/journal/*/*.journal") + look.glob("/run/log/journal/*/*.journal"):
        try:
            head = look.machine.slice(path, 0, 208)
        except OSError as error:
            look.problem(path, error)
            continue
        # systemd's journal file format, "Header": head_entry_realtime is the 64-bit number at byte 184.
        if len(head) >= 192 and head.startswith(b"LPKSHHRH"):
            (realtime,) = struct.unpack_from("<Q", head, 184)
            heads.append(from_epoch(realtime / 1e6) if realtime else None)
    span = _seconds(settings.get("MaxRetentionSec", ""))
    oldest = earliest(*heads)
    facts = {
        "running": running(look, "systemd-journald"),
        "storage": storage,
        "oldest_at": oldest,
        "max_retention_days": span // 86400 if span else None,
        "max_bytes": _bytes(settings.get("SystemMaxUse", "")),
    }
    return facts, oldest


_SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "month": 2629800, "y": 31557600}


def _seconds(text: str) -> int:
    """The length of a time span (systemd.time(7), "Parsing time spans")."""
    total = 0
    for count, unit in re.findall(r"(\d+)\s*([a-zA-Z]*)", text):
        name = "month" if unit == "M" or unit.startswith("mon") else unit[:1].lower() or "s"
        total += int(count) * _SPANS.get(name, 0)
    return total


def _bytes(text: str) -> int | None:
    match = re.fullmatch(r"(\d+)([KMGTP]?)", text)
    return int(match[1]) * 1024 ** " KMGTP".index(match[2] or " ") if match else None


def _audit_rules(look: Look) -> int | None:
    """How many rules are loaded; in files if those in force cannot be listed."""
    listed = look.printed("auditctl", "-l") if look.machine.as_root else None
    if listed is not None:
        look.source("auditctl -l")
        return sum(line.startswith("-") for line in listed.splitlines())
    before = len(look.problems)
    paths = ["/etc/audit/audit.rules", *look.glob("/etc/audit/rules.d/*.rules")]
    rules = {line for path in paths for line in look.lines(path) if line.startswith(("-a ", "-w ", "-A "))}
    return len(rules) if rules or len(look.problems) == before else None


def _rotation_weeks(look: Look) -> int | None:
    """For how many weeks the system's own log files are kept, by logrotate.conf(5)."""
    main = look.lines("/etc/logrotate.conf")
    names = ("rsyslog", "syslog", "messages")
    special = next((path for path in (f"/etc/logrotate.d/{n}" for n in names) if look.exists(path)), None)
    if not main and not special:
        return None
    look.source("/etc/logrotate.conf", *([special] if special else []))
    count, unit, depth = 0, 7, 0
    for lines, own in ((main, False), (look.lines(special) if special else [], True)):
        for line in lines:
            if depth == 0 or own:
                match = re.fullmatch(r"(rotate)\s+(\d+)|(daily|weekly|monthly|yearly)(?:\s+\d+)?", line)
                if match and match[1]:
                    count = int(match[2])
                elif match:
                    unit = {"daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}[match[3]]
            depth += line.count("{") - line.count("}")
    return count * unit // 7


class Shipper(NamedTuple):
    """A program that sends logs elsewhere, and how its settings tell where to and whether with TLS."""

    name: str
    files: tuple[str, ...]
    target: str
    tls: str


_SHIPPERS = (
    Shipper(
        "fluent-bit",
        ("/etc/fluent-bit/*.conf", "/etc/fluent-bit/*.yaml"),
        r"(?im)^\s*host:?\s+(\S+)",
        r"(?im)^\s*tls:?\s+on",
    ),
    Shipper(
        "filebeat",
        ("/etc/filebeat/filebeat.yml",),
        r"(?m)^\s*hosts:\s*\[?\s*[\"']?([^\"'\],\s]+)",
        r"https://|ssl\.|ssl:",
    ),
    Shipper(
        "vector",
        ("/etc/vector/vector.*",),
        r"(?m)^\s*(?:endpoints?|address)\s*[:=]\s*\[?\s*[\"']?([^\"'\],\s]+)",
        r"https://|tls\.enabled\s*[:=]\s*true",
    ),
    Shipper(
        "promtail",
        ("/etc/promtail/*.y*ml",),
        r"(?m)^\s*-?\s*url:\s*[\"']?(\S+?)[\"']?\s*$",
        r"https://",
    ),
    Shipper(
        "systemd-journal-upload",
        ("/etc/systemd/journal-upload.conf", "/etc/systemd/journal-upload.conf.d/*.conf"),
        r"(?m)^\s*URL=(\S+)",
        r"https://",
    ),
    Shipper(
        "audisp-remote",
        ("/etc/audit/audisp-remote.conf",),
        r"(?m)^\s*remote_server\s*=\s*(\S+)",
        r"(?m)^\s*transport\s*=\s*KRB5",
    ),
)


def _shipping(look: Look) -> list[dict[str, Any]]:
    found = _rsyslog_targets(look)
    for shipper in _SHIPPERS:
        paths = [path for pattern in shipper.files for path in look.glob(pattern)]
        text = "\n".join(line for path in paths for line in look.lines(path))
        target = re.search(shipper.target, text)
        if target:
            look.source(*paths)
            found.append(_shipment(look, shipper.name, target[1], bool(re.search(shipper.tls, text))))
    options = key_values(look.text("/etc/conf.d/syslog") or "").get("SYSLOGD_OPTS", "")
    target = re.search(r"-R\s*(\S+)", options)
    if target:
        look.source("/etc/conf.d/syslog")
        found.append(_shipment(look, "syslogd", target[1], False))
    for path in look.glob("/etc/syslog-ng/syslog-ng.conf") + look.glob("/etc/syslog-ng/conf.d/*.conf"):
        call = re.compile(r"\b(?:network|syslog|tcp|udp)\(\s*\"([^\"]+)\"([^;]*)")
        for to, options in call.findall("\n".join(look.lines(path))):
            look.source(path)
            found.append(_shipment(look, "syslog-ng", to, bool(re.search(r"transport\(\"?tls", options))))
    return found


def _shipment(look: Look, program: str, to: str, tls: bool) -> dict[str, Any]:
    return {"by": program, "to": masked(to), "tls": tls, "running": running(look, program)}


def _rsyslog_targets(look: Look) -> list[dict[str, Any]]:
    """Where rsyslog sends messages: `@host`, `@@host`, omfwd and omrelp actions (rsyslog.conf(5))."""
    paths = [path for path in ("/etc/rsyslog.conf",) if look.exists(path)] + look.glob(
        "/etc/rsyslog.d/*.conf"
    )
    text = "\n".join(line for path in paths for line in look.lines(path))
    encrypted = bool(re.search(r"(?im)^\$ActionSendStreamDriverMode\s+1", text))
    found = []
    for sign, target in re.findall(r"(?m)^[^\s@]+[ \t]+(@@?)(?:\([^)]*\))?(\S+)", text):
        found.append((target, sign == "@@" and encrypted))
    for call in re.findall(r"(?is)\baction\s*\((.*?)\)", text):
        settings = {name.lower(): value for name, value in re.findall(r"([\w.]+)\s*=\s*\"([^\"]*)\"", call)}
        if settings.get("type", "").lower() in ("omfwd", "omrelp") and "target" in settings:
            port = f":{settings['port']}" if "port" in settings else ""
            tls = settings.get("streamdrivermode") == "1" or settings.get("tls", "").lower() == "on"
            found.append((settings["target"] + port, tls))
    if found:
        look.source("/etc/rsyslog.conf")
    on = running(look, "rsyslogd") if found else None
    return [{**_shipment(look, "rsyslog", target, tls), "running": on} for target, tls in found]


# ── Backups ──────────────────────────────────────────────────────────────────────────────────────────────

_TOOLS: dict[str, str] = {
    # A tool, and what its command line says when it makes a backup rather than looks after one.
    "restic": r"\bbackup\b",
    "borg": r"\bcreate\b",
    "borgmatic": r"",
    "rsnapshot": r"",
    "duplicity": r"^(?!.*\b(restore|verify|cleanup|remove-older-than|collection-status)\b)",
    "duply": r"\b(backup|bkp|full|incr)",
    "kopia": r"\bsnapshot create\b",
    "tarsnap": r"\s-\w*c",
    "rclone": r"\b(sync|copy)\b",
    "rsync": r"",
    "proxmox-backup-client": r"\bbackup\b",
    "pgbackrest": r"\bbackup\b",
    "pg_dumpall": r"",
    "pg_dump": r"",
    "pg_basebackup": r"",
    "mysqldump": r"",
    "mariadb-dump": r"",
    "mariabackup": r"--backup",
    "xtrabackup": r"--backup",
    "btrbk": r"\brun\b",
}
_TOOL = re.compile(
    # Where a command stands: at the start of a line or list, after a word such as sudo, after assignments.
    r"(?:^|[;&|({!]\s*|\b(?:sudo|exec|nice|ionice|chronic|time|env|do|then|else|if)\s+(?:-\S+\s+|\d\S*\s+)*)"
    r"(?:\w+=\S*\s+)*(?:/[\w./-]*/)?(" + "|".join(sorted(_TOOLS, key=len, reverse=True)) + r")(?=\s|$)"
)
_DAEMONS = (
    ("bacula", ("bacula-fd",), ("bacula-fd.service", "bacula-fd")),
    ("bareos", ("bareos-fd",), ("bareos-fd.service", "bareos-filedaemon.service", "bareos-fd")),
    ("veeam", ("veeamservice",), ("veeamservice.service",)),
    ("urbackup", ("urbackupclientbackend",), ("urbackupclientbackend.service",)),
)


def backup_facts(look: Look) -> dict[str, Any]:
    jobs = [*_timer_jobs(look), *_cron_jobs(look)]
    for name, programs, units in _DAEMONS:
        on = enabled(look, *units)
        if on or (look.machine.live and running(look, *programs)):
            look.source(name)
            jobs.append(_job(look, name, "what its server asks for", None, None, on, f"{name}'s client"))
    look.source("systemd's timers", "cron")
    if not jobs and not look.problems:
        look.absent = True
    return {"jobs": jobs}


def _job(
    look: Look, tool: str, what: str, to: str | None, schedule: str | None, enabled_: bool | None, source: str
) -> dict[str, Any]:
    return {
        "tool": tool,
        "what": masked(what)[:300],
        "to": masked(to) if to else None,
        "off_host": _off_host(look, to),
        "schedule": " ".join(schedule.split()) if schedule else None,
        "enabled": enabled_,
        "last_run": None,
        "last_success": _own_log_success(look, tool),
        "source": source,
    }


def _own_log_success(look: Look, tool: str) -> str | None:
    """The last success that a tool's own log tells: the log's age if its last word is success."""
    if tool == "rsnapshot":
        last = (look.text("/var/log/rsnapshot.log", 64 * MIB) or "").strip().splitlines()[-1:]
        return (
            look.modified("/var/log/rsnapshot.log") if last and "completed successfully" in last[0] else None
        )
    return None


def _off_host(look: Look, to: str | None) -> bool | None:
    """Whether a destination lies elsewhere than on this host's own disks."""
    if not to:
        return None
    if re.match(r"(s3|sftp|rest|b2|azure|gs|swift|rclone|ssh|scp|rsync|https?|ftps?|webdavs?|dav)s?:", to):
        return True
    if to.startswith("file://"):
        to = to[7:]
    if to.startswith("/"):
        holders = [m for m in look.share(mounts) if to == m.place or to.startswith(m.place.rstrip("/") + "/")]
        holder = max(holders, key=lambda mount: len(mount.place), default=None)
        return (
            None
            if holder is None
            else holder.filesystem in ("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "ceph", "9p")
        )
    return True if re.match(r"[\w.@-]+::?\S", to) else None


def _tool_lines(text: str) -> list[tuple[str, str]]:
    """Each backup tool that a script or command starts, with the line that does."""
    found: dict[str, str] = {}
    for line in re.sub(r"\\\n", " ", text).splitlines():
        line = line.strip()
        match = (
            _TOOL.search(line)
            if line and not line.startswith(("#", "echo ", "command -v", "test ", "[ "))
            else None
        )
        if match and re.search(_TOOLS[match[1]], line[match.end(1) :]):
            found.setdefault(match[1], line)
    return list(found.items())


def _jobs_of(
    look: Look, command: str, schedule: str | None, on: bool | None, source: str, settings: str = ""
) -> list[dict[str, Any]]:
    """The backup jobs that a command starts, itself or in the script that it names."""
    text = command
    lines = _tool_lines(command)
    for path in re.findall(r"(?:^|\s)(/[\w./+-]+)", command) if not lines else []:
        status = look.stat(path)
        if status is None or not stat.S_ISREG(status.st_mode) or status.st_size > 256 * 1024:
            continue
        content = look.text(path, 256 * 1024) or ""
        if content.startswith("#!"):
            lines = _tool_lines(content)
            text += "\n" + content
    return [
        _job(look, tool, line, _destination(look, tool, line, text + "\n" + settings), schedule, on, source)
        for tool, line in lines
    ]


def _destination(look: Look, tool: str, line: str, context: str) -> str | None:
    """Where a backup goes, as the command, the script's variables or the tool's own settings say."""
    assigned = dict(re.findall(r"\b([A-Za-z_]\w*)=[\"']?([^\s\"';&|]+)", context))
    found: str | None = None
    if tool == "restic":
        match = re.search(r"(?:\s-r\s*|--repo(?:sitory)?[=\s])[\"']?([^\s\"']+)", line)
        found = match[1] if match else assigned.get("RESTIC_REPOSITORY")
    elif tool == "borg":
        match = re.search(r"[\"']?([^\s\"']*)::", line)
        found = match[1] if match and match[1] else assigned.get("BORG_REPO")
    elif tool == "borgmatic":
        paths = ["/etc/borgmatic/config.yaml", *look.glob("/etc/borgmatic.d/*.y*ml")]
        text = "\n".join("\n".join(look.lines(path)) for path in paths)
        match = re.search(r"repositories:\s*\n\s*-\s*(?:path:\s*)?[\"']?([^\s\"']+)", text)
        found = match[1] if match else None
    elif tool == "rsnapshot":
        match = re.search(r"(?m)^snapshot_root\s+(\S+)", "\n".join(look.lines("/etc/rsnapshot.conf")))
        found = match[1] if match else None
    elif tool in ("rsync", "rclone", "duplicity"):
        command = re.split(r"\s(?:\|\|?|&&|;|>>?|2>)", line)[0]
        words = [word.strip("\"'") for word in command.split() if not word.startswith("-")]
        found = words[-1] if len(words) > 2 else None
    else:
        match = re.search(r"(?:>\s*|\s-f\s*|--file=|--repository[=\s]|-D\s*)[\"']?([^\s\"';&|]+)", line)
        found = match[1] if match else None
    if found and found.startswith("$"):
        found = assigned.get(found.strip('${}"'))
    return found


_UNIT_FOLDERS = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")


def _timer_jobs(look: Look) -> Iterator[dict[str, Any]]:
    """Backups by timers that are on, and by those that an administrator wrote and left off."""
    own = {path.rpartition("/")[2] for path in look.glob("/etc/systemd/system/*.timer")}
    on = {unit for unit in look.share(enabled_units) if unit.endswith(".timer")}
    for name in sorted(on | {timer for timer in own if not timer.endswith("@.timer")}):
        path = _unit_file(look, name)
        if path is None or look.link(path) == "/dev/null":
            continue
        timer = ini(look, path, *look.glob(f"/etc/systemd/system/{name}.d/*.conf")).get("Timer", {})
        service = timer.get("Unit", name[:-6] + ".service")
        body = "\n".join(look.lines(_unit_file(look, service) or ""))
        settings = "\n".join(re.findall(r"(?m)^Environment=\"?(.+?)\"?$", body))
        for file in re.findall(r"(?m)^EnvironmentFile=-?(\S+)$", body):
            settings += "\n" + "\n".join(look.lines(file))
        schedule = timer.get("OnCalendar") or timer.get("OnUnitActiveSec")
        active = name in on and _scheduler_runs(look, name)
        for command in re.findall(r"(?m)^Exec(?:Start|StartPost|StartPre)=[-@:+!]*(.+)$", body):
            for job in _jobs_of(look, command, schedule, active, path, settings):
                job["last_run"] = _timer_stamp(look, name)
                _service_result(look, service, job)
                yield job


def _unit_file(look: Look, unit: str) -> str | None:
    """The file of a unit, or of the template that it is an instance of."""
    template = re.sub(r"@[^@]*\.", "@.", unit)
    paths = (f"{folder}/{name}" for name in (unit, template) for folder in _UNIT_FOLDERS)
    return next((path for path in paths if look.exists(path)), None)


def _service_result(look: Look, service: str, job: dict[str, Any]) -> None:
    answer = look.printed("systemctl", "show", "-p", "Result,ExecMainExitTimestamp", service)
    shown_ = dict(line.partition("=")[::2] for line in (answer or "").splitlines())
    match = re.match(
        r"\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$", shown_.get("ExecMainExitTimestamp", "")
    )
    if match:
        ended = f"{match[1]}T{match[2]}Z"
        job["last_run"] = latest(job["last_run"], ended)
        if shown_.get("Result") == "success":
            job["last_success"] = ended


def _cron_jobs(look: Look) -> Iterator[dict[str, Any]]:
    units = ("cron.service", "crond.service", "cronie.service", "crond", "cronie", "dcron")
    on: bool | None = enabled(look, *units)
    if look.machine.live:
        on = running(look, "cron", "crond")
    tables = [(path, True) for path in ("/etc/crontab", *look.glob("/etc/cron.d/*"))]
    for folder in ("/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs"):
        tables += [(f"{folder}/{name}", False) for name in look.names(folder) if name != "crontabs"]
    for path, with_user in tables:
        status = look.stat(path)
        if status is None or not stat.S_ISREG(status.st_mode):
            continue
        text = look.text(path) or ""
        user = r"\S+\s+" if with_user else ""
        for line in text.splitlines():
            fields = 1 if line.startswith("@") else 5
            match = re.match(rf"\s*([^#\s]\S*(?:\s+\S+){{{fields - 1}}})\s+{user}(.+)$", line)
            if match and not re.match(r"\s*\w+\s*=", line):
                yield from _jobs_of(look, match[2], match[1], on, path, text)
    for pattern in ("/etc/cron.{}/*", "/etc/periodic/{}/*"):
        for period in ("hourly", "daily", "weekly", "monthly"):
            for path in look.glob(pattern.format(period)):
                yield from _jobs_of(look, path, period, on, path)


# ── The report ───────────────────────────────────────────────────────────────────────────────────────────


class Section(NamedTuple):
    """One section of the report."""

    name: str
    learn: Callable[[Look], dict[str, Any]]
    fields: str
    words: str
    """What it holds, for people."""


SECTIONS = (
    Section(
        "os",
        os_facts,
        "family id version codename name kernel architecture virtualization support_end support_source "
        "extended_support_end extended_support_on",
        "the operating system",
    ),
    Section("packages", packages_facts, "manager items rebuilt_at", "installed packages"),
    Section(
        "updates",
        updates_facts,
        "metadata_at metadata_fetched_at metadata_signed packages_signed security_labelled repositories "
        "items",
        "updates on offer",
    ),
    Section(
        "automatic_updates",
        automatic_updates_facts,
        "mechanism enabled installs scope last_run",
        "automatic updates",
    ),
    Section(
        "reboot",
        reboot_facts,
        "required reasons running_kernel newest_kernel booted_at required_since",
        "restarts needed",
    ),
    Section("accounts", accounts_facts, "items login_records", "accounts and password ages"),
    Section(
        "password_policy",
        password_policy_facts,
        "min_length checker max_days hash lockout remembered",
        "rules for passwords",
    ),
    Section("sudo", sudo_facts, "rules log", "rules of sudo"),
    Section("sshd", sshd_facts, "installed running settings matches", "settings of the SSH server"),
    Section("authorized_keys", authorized_keys_facts, "items", "keys that open accounts"),
    Section("firewall", firewall_facts, "kind active enabled_at_boot input_policy rules", "the firewall"),
    Section("antivirus", antivirus_facts, "products", "antivirus programs"),
    Section("disk_encryption", disk_encryption_facts, "mounts swap", "encryption of disks"),
    Section("sockets", sockets_facts, "items", "open sockets"),
    Section("time", time_facts, "service running synchronized offset_ms servers zone", "the clock"),
    Section(
        "logging",
        logging_facts,
        "journald rsyslog auditd logrotate shipping oldest_at kept_days",
        "logs",
    ),
    Section("backup", backup_facts, "jobs", "backup jobs"),
)


def collect(machine: Machine, now: datetime, seen: MutableMapping[str, str] | None = None) -> dict[str, Any]:
    """The report about a machine (docs/report-format.md), ready for `json.dumps`.

    `now` is aware. `seen` maps updates on offer to the time of their first sight, from earlier reports of
    this host; it is brought up to date in place. Without it no first sight is reported. Never raises for what
    the machine holds: a section that fails is reported as unreadable.
    """
    started = time.monotonic()
    host = Host(machine, now, seen)
    facts = {}
    more: list[str] = []
    for section in SECTIONS:
        before = len(host.wants_root)
        facts[section.name] = _facts(host, section.learn, section.fields.split())
        wanted = list(dict.fromkeys(host.wants_root[before:]))
        if wanted:
            more.append(f"{section.words} ({', '.join(wanted[:3])}{', ...' if len(wanted) > 3 else ''})")
    whom = host_facts(Look(host))
    report = {
        "format": "duecare-report/1",
        "collector": {
            "name": "duecare-collect",
            "version": VERSION,
            "as_root": machine.as_root,
            "root": machine.root,
            "live": machine.live,
            "took_ms": int((time.monotonic() - started) * 1000),
        },
        "collected_at": moment(now),
        "host": whom,
        "facts": facts,
        "more_as_root": more,
    }
    return dict(clean(report))


def _facts(host: Host, learn: Callable[[Look], dict[str, Any]], fields: list[str]) -> dict[str, Any]:
    look = Look(host)
    values: dict[str, Any] = {}
    try:
        values = learn(look)
    except Unreadable as error:
        look.problem(error.what, error.reason)
    except Exception as error:  # noqa: BLE001  (one section that fails must not take the others with it)
        look.problem(learn.__name__, f"{type(error).__name__}: {error}")
    if look.absent:
        state = "absent"
    elif not look.problems:
        state = "read"
    else:
        state = (
            "partial" if any(values.get(field) not in (None, [], {}) for field in fields) else "unreadable"
        )
    problems = look.problems[:PROBLEM_LIMIT]
    if len(look.problems) > PROBLEM_LIMIT:
        problems.append({"what": "others", "reason": f"{len(look.problems) - PROBLEM_LIMIT} more problems"})
    if state == "unreadable":
        values = {}
    return {
        "state": state,
        "problems": problems,
        "source": ", ".join(look.sources),
        **{field: values.get(field) for field in fields},
    }


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────


def load_sights(path: Path) -> dict[str, str]:
    """The first sights of a state file; none if there is no such file. Raises ValueError if it is not one."""
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a state file: {error}") from error
    if not isinstance(content, dict) or content.get("format") != "duecare-collect-state/1":
        raise ValueError(f"{path} is not a state file of this collector")
    sights = content.get("first_sights")
    if not isinstance(sights, dict) or not all(isinstance(at, str) for at in sights.values()):
        raise ValueError(f"{path}: first_sights is not a mapping of text")
    return sights


def write_private(path: Path, content: bytes) -> None:
    """Put the content in place of the file at once, readable by its owner alone."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink()
        raise


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="duecare_collect.py",
        description="Gather the security facts of this computer and print them as one JSON report. It "
        "changes nothing, sends nothing and takes up no secret. What it may not read it reports; run it as "
        "root for all.",
        epilog="Exit codes: 0 a report was made, 1 it could not be written, 2 wrong usage.",
    )
    parser.add_argument(
        "--root", metavar="DIR", default="/", help="read the file system mounted at DIR; runs no command"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="write to FILE (for its owner alone) and not to the screen"
    )
    parser.add_argument(
        "--state", metavar="FILE", type=Path, help="remember in FILE when each update was first seen on offer"
    )
    parser.add_argument("--version", action="version", version=f"duecare-collect {VERSION}")
    options = parser.parse_args(arguments)
    try:
        machine = RealMachine(options.root)
        seen = load_sights(options.state) if options.state else None
    except (OSError, ValueError) as error:
        parser.error(str(error))
    report = collect(machine, datetime.now(timezone.utc), seen)
    content = json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n"
    try:
        if options.state:
            state = {"format": "duecare-collect-state/1", "first_sights": seen}
            write_private(options.state, json.dumps(state, indent=1, sort_keys=True).encode() + b"\n")
        if options.out:
            write_private(options.out, content)
        else:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
    except OSError as error:
        print(f"duecare_collect.py: the report could not be written: {error}", file=sys.stderr)
        return 1
    if options.out and report["more_as_root"]:
        print("As root it could also read: " + "; ".join(report["more_as_root"]), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
