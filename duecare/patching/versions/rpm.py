"""Versions of RPM packages: `rpmvercmp` in rpm's rpmio/rpmvercmp.c (4.15 and later: with `~` and `^`).

`[epoch:]version[-release]`. Version and release are read as runs of digits and runs of letters; whatever
separates them counts for nothing. `~` sorts before the end, `^` after the end but before any run, letters
before digits. A version without a release sorts before the same with any release, as `rpm.vercmp` has it;
that a dependency without a release matches every release is a rule of dependencies, not of this order.

rpm compares any text at all. Rejected here is what rpmbuild refuses as a version: nothing, or characters
besides letters, digits and `. _ + ~ ^`; so a hyphen only before the release.
"""

from __future__ import annotations

import re

from duecare.patching.versions.encoding import Pieces, number
from duecare.patching.versions.interface import Scheme

_TILDE, _END, _CARET, _LETTERS, _DIGITS = "\x01\x02\x03\x04\x05"
_WITHOUT_RELEASE = "\x00"
_matches = re.compile(r"(?:([0-9]*):)?([A-Za-z0-9._+~^]+)(?:-([A-Za-z0-9._+~^]+))?").fullmatch
_find = re.compile(r"[0-9]+|[A-Za-z]+|[~^]").findall


def _encode_piece(piece: str) -> str:
    if piece == "~":
        return _TILDE
    if piece == "^":
        return _CARET
    return _DIGITS + number(piece) if piece[0].isdigit() else f"{_LETTERS}{piece}\x00"


_piece = Pieces(_encode_piece).__getitem__


def _part(text: str) -> str:
    return "".join(map(_piece, _find(text))) + _END


_release = Pieces(_part).__getitem__


def _encode(text: str) -> str | None:
    found = _matches(text)
    if found is None:
        return None
    epoch, version, release = found.groups()
    end = _WITHOUT_RELEASE if release is None else _release(release)
    return number(epoch or "0") + _part(version) + end


RPM = Scheme("rpm", "rpmvercmp.c of rpm 4.18", _encode)
