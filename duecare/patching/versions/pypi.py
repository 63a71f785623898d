"""Versions of Python packages: PEP 440, as the packaging library reads and orders it.

`[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]` with all the spellings that normalise to it. Trailing zeros of
the release do not count. Without pre- and post-release, a development release sorts before the pre-releases;
a local version sorts after the same without one, its numbers after its words.
"""

from __future__ import annotations

import re

from duecare.patching.versions.encoding import NUMBERS, number
from duecare.patching.versions.interface import Scheme

_WHOLE = re.compile(
    r"""
    v? (?:([0-9]+)!)? ([0-9]+(?:\.[0-9]+)*)
    (?: [-_.]? (alpha|beta|preview|pre|a|b|c|rc) [-_.]? ([0-9]*) )?
    (?: -([0-9]+) | ([-_.]? (?:post|rev|r) [-_.]? ([0-9]*)) )?
    ([-_.]? dev [-_.]? ([0-9]*))?
    (?: \+ ([a-z0-9]+(?:[-_.][a-z0-9]+)*) )?
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_DEV_ONLY, _FINAL = "\x01", "\x05"
_PRE = {"a": "\x02", "alpha": "\x02", "b": "\x03", "beta": "\x03", "c": "\x04", "rc": "\x04"} | {
    "pre": "\x04",
    "preview": "\x04",
}
_NO_POST, _POST = "\x01", "\x02"
_DEV, _NO_DEV = "\x01", "\x02"
_NO_LOCAL, _LOCAL = "\x00", "\x01"
_WORD, _NUMBER, _END = "\x01", "\x02", "\x00"
_NOTHING_MORE = f"{_FINAL}{_NO_POST}{_NO_DEV}{_NO_LOCAL}"
_FIRST_EPOCH = number("0")
_TRAILING = re.compile(r"(?:\.0+)+$")


def _release(text: str) -> str:
    """The numbers of a release without trailing zeros, and their end, which is below any number."""
    if text[-1] == "0":
        text = _TRAILING.sub("", text)
    return "".join(map(NUMBERS.__getitem__, text.split("."))) + _END


def _local(text: str) -> str:
    pieces = re.split(r"[-_.]", text)
    return "".join(_NUMBER + number(piece) if piece.isdigit() else f"{_WORD}{piece}\x00" for piece in pieces)


def _encode(text: str) -> str | None:
    if _PLAIN.fullmatch(text):
        return f"{_FIRST_EPOCH}{_release(text)}{_NOTHING_MORE}"
    found = _WHOLE.fullmatch(text.strip().lower())
    if found is None:
        return None
    epoch, release, pre, pre_n, bare_post, post, post_n, dev, dev_n, local = found.groups()
    is_post = bare_post is not None or post is not None
    key = number(epoch or "0") + _release(release)
    if pre:
        key += _PRE[pre] + number(pre_n)
    else:
        key += _DEV_ONLY if dev is not None and not is_post else _FINAL
    key += _POST + number(bare_post or post_n or "") if is_post else _NO_POST
    key += _NO_DEV if dev is None else _DEV + number(dev_n)
    return key + (_NO_LOCAL if local is None else _LOCAL + _local(local) + _END)


PYPI = Scheme("pypi", "PEP 440", _encode)
