"""Has ansible-core run the collector on a batch of hosts, and takes what each printed."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from duecare.reaching import playing
from duecare.reaching.terminal import plain
from duecare.systems.puller.hosts import Listed, Place
from duecare.systems.puller.passes import MOST_REPORT, Came

BATCH = 20
SECONDS = 300
"""That the collector may take on a host."""
WAIT = 90
"""Seconds that each step around it may take: signing in, carrying it there."""
_LARGE = f"what it sent cannot be read, or has more than {MOST_REPORT} bytes"
_MOST_WORD = 2 * MOST_REPORT + (1 << 20)
"""Bytes of ansible's word about a host: a report with every quotation mark escaped."""

_NO_PYTHON = re.compile(r"python3: (not found|No such file or directory)")
"""As shells say it (sh of Debian, busybox and bash)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one host."""

    came: Came
    words: str
    report: bytes = b""


def fetch(
    hosts: Sequence[Listed],
    place: Place,
    collector: bytes,
    work: Path,
    seconds: int = SECONDS,
    wait: int = WAIT,
) -> dict[str, Fetched]:
    """What came of each of these hosts, by name; `work` is a directory that does not exist yet.

    A host can send what breaks ansible as a whole. Those of whom it told nothing then, or nothing but that an
    earlier step went well, are asked once more, each alone, so that such a host hurts itself and no other.
    """
    told = _fetch(hosts, place, collector, work, seconds, wait)
    if len(hosts) > 1:
        for number, one in enumerate(host for host in hosts if host.name not in told):
            alone = work.with_name(f"{work.name}-{number:02}")
            told |= _fetch([one], place, collector, alone, seconds, wait)
    for one in hosts:
        told.setdefault(one.name, Fetched(Came.FAILED, "ansible told nothing of it; see its log"))
    return told


def _fetch(
    hosts: Sequence[Listed], place: Place, collector: bytes, work: Path, seconds: int, wait: int
) -> dict[str, Fetched]:
    """The same of those of whom ansible told anything."""
    playbook = files("duecare.systems.puller") / "content" / "pull.yml"
    play = playing.Play(playbook.read_bytes(), seconds + 4 * wait, _MOST_WORD, {"collect.pyz": collector})
    ended = playing.carry_out(
        play,
        [(one.reached, {"duecare_seconds": seconds, "duecare_wait": wait}) for one in hosts],
        place,
        work,
    )
    told: dict[str, Fetched] = {}
    for one in hosts:
        if one.key in ended.unknown:
            told[one.name] = Fetched(Came.OTHER_KEY, plain(ended.unknown[one.key]))
        elif (word := playing.last_word(work, one.key, _MOST_WORD)) is not None:
            if len(hosts) == 1 or _is_last(word):
                told[one.name] = _read(word, seconds)
        elif (work / "told" / one.key).exists():
            told[one.name] = Fetched(
                Came.UNUSABLE, f"what it sent cannot be read, or is over {MOST_REPORT} bytes"
            )
        elif ended.by_itself and len(hosts) == 1:
            told[one.name] = Fetched(Came.LATE, ended.by_itself)
    shutil.rmtree(work / "told", ignore_errors=True)  # reports are kept where the server reads them, once
    return told


def _is_last(word: dict[str, Any]) -> bool:
    """Whether no step was to come after that of which ansible tells: it failed, or it was the collector."""
    return bool(word.get("unreachable") or word.get("failed")) or "cmd" in word


def _read(word: dict[str, Any], seconds: int) -> Fetched:
    words = plain(" ".join(str(word.get(part) or "")[:2000] for part in ("msg", "module_stderr", "stderr")))
    if word.get("unreachable"):
        key = "host key" in words.lower() or "HOST IDENTIFICATION" in words
        return Fetched(Came.OTHER_KEY if key else Came.UNREACHABLE, words)
    printed, code = word.get("stdout"), word.get("rc")
    if word.get("failed") or code != 0 or not isinstance(printed, str) or "cmd" not in word:
        return _failed(word, words, code, seconds)
    data = printed.encode("utf-8", "replace") + b"\n"
    if len(data) > MOST_REPORT:
        return Fetched(Came.UNUSABLE, _LARGE)
    return Fetched(Came.REPORTED, "", data)


def _failed(word: dict[str, Any], words: str, code: Any, seconds: int) -> Fetched:
    said = plain(f"{words} {str(word.get('module_stdout') or '')[:2000]}")
    if _NO_PYTHON.search(said):
        return Fetched(Came.NO_PYTHON, said)
    if code == -signal.SIGALRM:
        return Fetched(Came.LATE, f"the collector did not end within {seconds} seconds")
    if word.get("timedout") or "in the expected time frame" in said:
        return Fetched(Came.LATE, said)
    return Fetched(Came.FAILED, said or "the collector did not come to its end")
