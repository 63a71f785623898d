"""Versions with the corners of each scheme, in pairs that often differ in one place only."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hypothesis import strategies as st

from tests.patching.versions.oracles import Pair

_NUMBERS = ["0", "1", "2", "9", "10", "00", "01", "007", "20230101", "18446744073709551615"]
_WORDS = ["a", "b", "rc", "alpha", "beta", "z", "A"]
_PIECES = {
    "deb": [".", "-", "+", "~", "~~", ":", "0:", "1:", "_", "-1", "+deb12u1", "2147483648:"],
    "rpm": [".", "-", "+", "~", "^", "_", ":", "1:", ".el8", "-1", "%", "git"],
    "apk": [".", "_", "_alpha", "_rc", "_pre", "_p", "_git", "_x", "-r", "-r0", "-r10", "~", "~ab1", "-"],
    "pypi": [
        ".",
        "-",
        "_",
        "!",
        "1!",
        "+",
        "c",
        "pre",
        "post",
        ".post",
        "rev",
        "r",
        "dev",
        ".dev1",
        "v",
        " ",
    ],
    "npm": [".", ".", "-", "+", "1.2.3", "1.2.3-", ".1", "v", "=", " ", "-0"],
    "go": [
        ".",
        ".",
        "-",
        "+",
        "v",
        "v1.2.3-",
        "1.2.3-",
        ".1",
        "+incompatible",
        "-0.20230101000000-abcdef123456",
    ],
    "maven": [
        ".",
        "-",
        "ga",
        "final",
        "release",
        "sp",
        "snapshot",
        "cr",
        "m",
        "milestone",
        "x",
        "-1",
        ".0",
        "_",
    ],
    "gem": [".", "-", ".0", ".0.", "1.2-", "pre", ".a", " "],
    "composer": [
        ".",
        "-",
        ".0",
        ".x",
        "dev",
        "-dev",
        "p",
        "pl",
        "patch",
        "stable",
        "RC",
        "v",
        "+1",
        "@dev",
        "_",
        "2023",
        "-01-02",
        "dev-main",
        "1.0 as 2.0",
    ],
}
_PIECES["semver"] = _PIECES["npm"]
BEGINNINGS = {
    "npm": ["1.2.3", "1.2.3-", "0.0.0-alpha.", "v1.0.0", ""],
    "semver": ["1.2.3", "1.2.3-", "0.0.0-alpha.", ""],
    "go": ["v1.2.3", "1.2.3-", "v0.0.0-", "v1", ""],
    "rpm": ["1", "1:", "2.0-", ""],
}


def texts(scheme: str) -> st.SearchStrategy[str]:
    """Most of them versions of the scheme, or nearly so."""
    beginnings = st.sampled_from(BEGINNINGS.get(scheme, ["1", "1.", "0", ""]))
    pieces = st.lists(st.sampled_from([*_NUMBERS, *_WORDS, *_PIECES[scheme]]), min_size=1, max_size=6)
    return st.builds(lambda begin, rest: begin + "".join(rest), beginnings, pieces)


BATCH = 400
"""Pairs an example: enough that another program is worth its start. They are made from a number that
hypothesis draws, since to draw each piece would take most of the time."""


def _batches(pair: Callable[[Random], Pair]) -> st.SearchStrategy[list[Pair]]:
    return st.integers(0, 2**32).map(
        lambda seed: [pair(chance) for chance in [Random(seed)] for _ in range(BATCH)]
    )


def pairs(scheme: str) -> st.SearchStrategy[list[Pair]]:
    """Two thirds of them differ in one place only."""
    beginnings = BEGINNINGS.get(scheme, ["1", "1.", "0", ""])
    pieces = [*_NUMBERS, *_WORDS, *_PIECES[scheme]]

    def text(chance: Random) -> str:
        return chance.choice(beginnings) + "".join(chance.choices(pieces, k=chance.randint(1, 6)))

    def pair(chance: Random) -> Pair:
        if chance.random() < 0.3:
            return text(chance), text(chance)
        begin, end = text(chance), chance.choice(["", "1", ".1"])
        a, b = chance.choice(["", text(chance)]), chance.choice(["", "0", ".0", "-1", "1", *_PIECES[scheme]])
        return begin + a + end, begin + b + end

    return _batches(pair)


_ODD = [
    "-jre",
    "-rc1",
    "-alpha-1",
    ".Final",
    "-SNAPSHOT",
    "-M2",
    "-1",
    "-b01",
    ".SP1",
    "-redhat-00001",
    "a",
    "",
]


def maven_names() -> st.SearchStrategy[list[Pair]]:
    """Versions as Maven's projects write them."""

    def text(chance: Random) -> str:
        numbers = chance.choices(["0", "0", "1", "2", "10", "20230101"], k=chance.randint(1, 4))
        return ".".join(numbers) + chance.choice(_ODD)

    return _batches(lambda chance: (text(chance), text(chance)))


_SUFFIXES = ["", "", "_rc1", "_alpha", "_beta2", "_pre3", "_p1", "_p20230101"]


def apk_names() -> st.SearchStrategy[list[Pair]]:
    """Versions as Alpine's packages have them, all with a revision."""

    def text(chance: Random) -> str:
        numbers = ".".join(chance.choices(["0", "1", "2", "10", "20230101"], k=chance.randint(1, 4)))
        letter, revision = chance.choice(["", "", "a", "z"]), chance.choice(["0", "1", "12"])
        return f"{numbers}{letter}{chance.choice(_SUFFIXES)}-r{revision}"

    return _batches(lambda chance: (text(chance), text(chance)))
