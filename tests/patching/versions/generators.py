"""Versions with the corners of each scheme, in pairs that often differ in one place only."""

from __future__ import annotations

from hypothesis import strategies as st

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
    ]
    + ["2023", "-01-02", "dev-main", "1.0 as 2.0"],
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
    pieces = st.sampled_from([*_NUMBERS, *_WORDS, *_PIECES[scheme]])
    beginnings = st.sampled_from(BEGINNINGS.get(scheme, ["1", "1.", "0", ""]))
    return st.builds(
        lambda begin, rest: begin + "".join(rest), beginnings, st.lists(pieces, min_size=1, max_size=6)
    )


def pairs(scheme: str) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Enough pairs at once that asking another program is worth its start."""
    near = st.builds(
        lambda begin, a, b, end: (begin + a + end, begin + b + end),
        texts(scheme),
        st.one_of(st.just(""), texts(scheme)),
        st.sampled_from(["", "0", ".0", "-1", "1", *_PIECES[scheme]]),
        st.sampled_from(["", "1", ".1"]),
    )
    pair = st.one_of(near, st.tuples(texts(scheme), texts(scheme)))
    return st.lists(pair, min_size=30, max_size=60)


ODD = [
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


def maven_names() -> st.SearchStrategy[list[tuple[str, str]]]:
    """Versions as Maven's projects write them."""
    numbers = st.lists(st.sampled_from("0 0 1 2 10 20230101".split()), min_size=1, max_size=4).map(".".join)
    version = st.builds(str.__add__, numbers, st.sampled_from(ODD))
    return st.lists(st.tuples(version, version), min_size=30, max_size=60)


def apk_names() -> st.SearchStrategy[list[tuple[str, str]]]:
    """Versions as Alpine's packages have them, all with a revision."""
    numbers = st.lists(st.sampled_from("0 1 2 10 20230101".split()), min_size=1, max_size=4).map(".".join)
    suffixes = st.sampled_from(["", "", "_rc1", "_alpha", "_beta2", "_pre3", "_p1", "_p20230101"])
    version = st.builds(
        lambda number, letter, suffix, revision: f"{number}{letter}{suffix}-r{revision}",
        numbers,
        st.sampled_from(["", "", "a", "z"]),
        suffixes,
        st.sampled_from(["0", "1", "12"]),
    )
    return st.lists(st.tuples(version, version), min_size=30, max_size=60)
