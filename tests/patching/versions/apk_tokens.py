"""apk-tools 3's comparison of two versions, piece by piece and without any key; `apk.py` must agree.

apk is in no distribution that tests run on, so this is a plain second reading of how it behaves (version.c):
pieces are taken one by one as it takes them, and it is the first pair of different pieces that decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

KINDS = ["first", "number", "letter", "suffix", "count", "hash", "revision", "end"]
SUFFIXES = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"]
FORMS = [
    ("letter", r"[a-z]", {"first", "number"}),
    ("number", r"\.[0-9]+", {"first", "number"}),
    ("count", r"[0-9]+", {"suffix"}),
    ("suffix", r"_[a-z]*", {"first", "number", "letter", "suffix", "count"}),
    ("hash", r"~[0-9a-f]+", {"first", "number", "letter", "suffix", "count"}),
    ("revision", r"-r[0-9]+", {"first", "number", "letter", "suffix", "count", "hash"}),
]


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each piece; raises ValueError at what apk refuses."""
    kind, rest = "first", text
    while rest or kind == "first":
        forms = [("first", r"[0-9]+", {"first"})] if rest is text else FORMS
        for name, form, after in forms:
            found = re.match(form, rest)
            if found and kind in after:
                kind, piece, rest = name, found[0], rest[found.end() :]
                break
        else:
            raise ValueError(text)
        if kind == "suffix" and (piece == "_" or piece[1:] not in SUFFIXES):
            raise ValueError(text)
        yield kind, piece
        if not rest:
            break
    yield "end", ""


def _one(kind: str, piece: str) -> int | str:
    bare = piece.lstrip("._~-r") if kind != "hash" else piece
    if kind == "suffix":
        return SUFFIXES.index(piece[1:])
    return bare if kind in ("letter", "hash", "end") else int(bare or "0")


def compare(first: str, second: str) -> int | None:
    """-1, 0, 1; None if apk refuses either."""
    try:
        one, other = list(pieces(first)), list(pieces(second))
    except ValueError:
        return None
    for (kind, piece), (other_kind, other_piece) in zip(one, other, strict=False):
        if kind != other_kind:
            break
        if kind == "number" and ".0" in (piece[:2], other_piece[:2]):
            a, b = piece, other_piece
        else:
            a, b = _one(kind, piece), _one(kind, other_piece)
        if a != b:
            return -1 if a < b else 1
    else:
        return 0
    if kind == "suffix" and SUFFIXES.index(piece[1:]) < SUFFIXES.index(""):
        return -1
    if other_kind == "suffix" and SUFFIXES.index(other_piece[1:]) < SUFFIXES.index(""):
        return 1
    return -1 if KINDS.index(kind) > KINDS.index(other_kind) else 1
