"""Versions of Debian and Ubuntu packages: deb-version(7), Debian Policy 5.6.12, `dpkg --compare-versions`.

`[epoch:]upstream[-revision]`. Upstream and revision are read as pairs of a run without digits and a number,
either of which may be empty. In a run, `~` sorts before its end, its end before letters, letters before all
else. A missing revision equals `0`.

Rejected is what dpkg calls bad syntax, with an error or with a warning: an empty part, a version that does
not begin with a digit, other characters, an epoch beyond 2147483647. (After its warning dpkg would still
guess an order; a guess is not evidence here.)
"""

from __future__ import annotations

import re

from duecare.patching.versions.encoding import ZERO, Pieces, number
from duecare.patching.versions.interface import Scheme

_END = "\x02"
"""Ends a run, and the whole: above `~`, below everything else."""
_IN_ORDER = {ord("~"): "\x01", **{ord(other): chr(ord(other) | 0x80) for other in "+-.:"}}
_matches = re.compile(r"[0-9][A-Za-z0-9.+~:-]*").fullmatch
_MOST = 2**31 - 1
_find = re.compile(r"[0-9]+|[^0-9]+").findall


def _encode_piece(piece: str) -> str:
    return number(piece) if piece[0].isdigit() else piece.translate(_IN_ORDER) + _END


_piece = Pieces(_encode_piece).__getitem__


def _part(text: str) -> str:
    """Pairs of run and number, each ended, then the end of all."""
    first = "" if text and not text[0].isdigit() else _END
    last = "" if text and text[-1].isdigit() else ZERO
    return f"{first}{''.join(map(_piece, _find(text)))}{last}{_END}"


_revision = Pieces(_part).__getitem__
_WITHOUT_REVISION = _part("0")


def _encode(text: str) -> str | None:
    text = text.strip(" \t\r\n")
    if not _matches(text):
        return None
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    elif not epoch.isdigit() or int(epoch) > _MOST or not rest[:1].isdigit():
        return None
    upstream, hyphen, revision = rest.rpartition("-")
    if not hyphen:
        return number(epoch) + _part(rest) + _WITHOUT_REVISION
    if not revision or ":" in revision:
        return None
    return number(epoch) + _part(upstream) + _revision(revision)


DEB = Scheme("deb", "deb-version(7), Debian Policy 5.6.12", _encode)
