"""`duecare patching match`: an inventory and feeds in, a line a finding out, whatever the input is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ADVISORIES: list[dict[str, Any]] = [
    {
        "id": "GHSA-1",
        "modified": "2026-03-03T00:00:00Z",
        "aliases": ["CVE-2026-10001"],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "requests"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "2.3"}]}],
            }
        ],
    },
    {
        "id": "GHSA-2",
        "modified": "2026-03-03T00:00:00Z",
        "aliases": ["CVE-2026-10002", "GHSA-2"],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "requests"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
            }
        ],
    },
    {
        "id": "DSA-1",
        "modified": "2026-03-03T00:00:00Z",
        "related": ["CVE-2026-10002"],
        "affected": [
            {
                "package": {"ecosystem": "Debian:12", "name": "openssl"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.9-1"}]}],
            }
        ],
    },
]
KEV = {
    "catalogVersion": "2026.03.03",
    "dateReleased": "2026-03-03T00:00:00Z",
    "title": "CISA Catalog of Known Exploited Vulnerabilities",
    "count": 1,
    "vulnerabilities": [
        {
            "cveID": "CVE-2026-10002",
            "vendorProject": "x",
            "product": "y",
            "vulnerabilityName": "z",
            "dateAdded": "2026-03-01",
            "shortDescription": "",
            "requiredAction": "",
            "dueDate": "2026-03-21",
            "knownRansomwareCampaignUse": "Unknown",
        }
    ],
}
HOST_A = [
    {"host": "a", "ecosystem": "pypi", "name": "Requests", "version": "2.1"},
    {
        "host": "a",
        "ecosystem": "deb",
        "release": "bookworm",
        "name": "libssl3",
        "source": "openssl",
        "version": "3.0.8-1",
    },
]


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    place = tmp_path / "feeds"
    place.mkdir()
    (place / "osv.jsonl").write_text("".join(json.dumps(one) + "\n" for one in ADVISORIES))
    return place


def matched(
    feeds: Path, lines: list[Any] | bytes, *words: str
) -> tuple[list[dict[str, Any]], list[str], int]:
    """Findings, what was said on the error stream, and the exit code. No home is given."""
    given = lines if isinstance(lines, bytes) else "".join(json.dumps(one) + "\n" for one in lines).encode()
    done = run(feeds, given, "--json", *words)
    return (
        [json.loads(line) for line in done.stdout.splitlines()],
        done.stderr.decode().splitlines(),
        done.returncode,
    )


def run(feeds: Path, given: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    code = "from duecare.cli import main; main()"
    command = [
        sys.executable,
        "-c",
        code,
        "patching",
        "match",
        "--inventory",
        "-",
        "--advisories",
        str(feeds),
        *words,
    ]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, input=given, capture_output=True, check=False, env=environment)


def test_a_line_for_every_host_package_and_advisory_in_their_order(feeds: Path) -> None:
    (feeds / "kev.json").write_text(json.dumps(KEV))
    lines = [{"host": "b", "ecosystem": "PyPI", "name": "requests", "version": "2.3"}, *HOST_A, HOST_A[0]]
    found, said, code = matched(feeds, lines)
    assert (said, code) == ([], 0)
    assert [(one["host"], one["name"], one["version"], one["advisory"]) for one in found] == [
        ("a", "Requests", "2.1", "GHSA-1"),
        ("a", "Requests", "2.1", "GHSA-2"),
        ("a", "libssl3", "3.0.8-1", "DSA-1"),
        ("b", "requests", "2.3", "GHSA-1"),
        ("b", "requests", "2.3", "GHSA-2"),
    ]
    assert [(one["verdict"], one["fixed"], one["kev"]) for one in found] == [
        ("affected", "2.3", False),
        ("affected", None, True),
        ("affected", "3.0.9-1", True),
        ("fixed", None, False),
        ("affected", None, True),
    ]
    assert found[0] == {
        "host": "a",
        "name": "Requests",
        "version": "2.1",
        "advisory": "GHSA-1",
        "aliases": ["CVE-2026-10001"],
        "verdict": "affected",
        "fixed": "2.3",
        "kev": False,
        "why": "osv: the version lies in the affected range >= 2.0, < 2.3",
    }


def test_what_stands_twice_under_one_name_makes_one_line_with_the_graver_verdict(feeds: Path) -> None:
    """The same Debian package for two releases, of which one is affected, on one host."""
    line = {"host": "a", "ecosystem": "Debian", "name": "openssl", "version": "3.0.9-1"}
    record = {**ADVISORIES[2], "id": "DSA-0", "affected": [*ADVISORIES[2]["affected"]]}
    later = json.loads(json.dumps(ADVISORIES[2]["affected"][0]))
    later["package"]["ecosystem"] = "Debian:13"
    later["ranges"][0]["events"][1]["fixed"] = "3.5-1"
    record["affected"].append(later)
    (feeds / "more.json").write_text(json.dumps(record))
    found, _, _ = matched(feeds, [{**line, "release": "13"}, {**line, "release": "12"}])
    assert [(one["advisory"], one["verdict"]) for one in found] == [("DSA-0", "affected"), ("DSA-1", "fixed")]


def test_without_the_list_of_the_exploited_nothing_is_said_of_exploits(feeds: Path) -> None:
    found, _, _ = matched(feeds, HOST_A)
    assert {one["kev"] for one in found} == {None}


def test_verdicts_can_be_chosen_and_one_that_there_is_not_is_refused(feeds: Path) -> None:
    lines = [{"host": "b", "ecosystem": "PyPI", "name": "requests", "version": "2.3"}]
    found, _, _ = matched(feeds, lines, "--only", "fixed,undecided")
    assert [one["advisory"] for one in found] == ["GHSA-1"]
    _, said, code = matched(feeds, lines, "--only", "clean")
    assert code == 2
    assert said == [
        "duecare: --only 'clean' names a verdict that there is not. Verdicts are: affected, fixed, not "
        "affected, undecided; part them by commas."
    ]


def test_what_no_feed_speaks_of_is_counted_as_unknown_and_not_as_clean(feeds: Path) -> None:
    others = [
        {"host": "a", "ecosystem": "nuget", "name": "x", "version": "1"},
        {"host": "b", "ecosystem": "nuget", "name": "x", "version": "1"},
        {"host": "a", "ecosystem": "rpm", "name": "bash", "version": "5-1"},
        {"host": "a", "ecosystem": "Debian", "release": "13", "name": "openssl", "version": "3.5-1"},
        {"host": "a", "ecosystem": "pypi", "name": "nobody-names-me", "version": "1"},
    ]
    found, said, code = matched(feeds, [*HOST_A, *others])
    assert code == 0
    assert len(found) == 3
    assert said == [
        "duecare: 3 of 7 packages belong to ecosystems of which no feed was loaded (NuGet 2, rpm 1): "
        "unknown, not clean.",
        "duecare: 1 of 7 packages belong to releases of which no loaded feed speaks (Debian:13 1): "
        "unknown, not clean.",
        "duecare: 1 of 7 packages are named by no advisory that was loaded.",
    ]


def test_lines_that_cannot_be_used_are_named_by_place_and_the_rest_is_matched(feeds: Path) -> None:
    bad = [
        b'{"host": "a", "ecosystem": "pypi", "name": "requests", "version": "2.1',
        b'{"host": "a", "ecosystem": "pypi", "name": "../../x", "version": "1"}',
        b'{"host": "a", "ecosystem": "pypi", "version": "1"}',
        b'["host"]',
        b'{"host": "a", "ecosystem": "pypi", "name": "requests", "version": "' + b"1" * 10_000_000 + b'"}',
        b'{"host": "a", "ecosystem": "pypi", "name": "requests", "version": "' + b"1" * 10_000 + b'"}',
        b'{"host": "a", "ecosystem": "pypi", "name": "req\\u0000uests", "version": "1"}',
        b'{"host": "\\ud800", "ecosystem": "pypi", "name": "requests", "version": "1"}',
        b'{"host": "a", "ecosystem": "pypi", "name": "requests", "version": 2.1}',
        b"\xff\xfe",
        b"[" * 60_000,
    ]
    good = [json.dumps(one).encode() for one in HOST_A]
    found, said, code = matched(feeds, b"\n".join([good[0], *bad, b"", good[1]]))
    assert code == 2
    assert [one["advisory"] for one in found] == ["GHSA-1", "GHSA-2", "DSA-1"]
    assert said == [
        "duecare: standard input: line 2: it cannot be read: Input data was truncated.",
        "duecare: standard input: line 3: the name '../../x' is a path, and no package is called so.",
        "duecare: standard input: line 4: it cannot be read: Object missing required field `name`.",
        "duecare: standard input: line 5: it cannot be read: Expected `object`, got `array`.",
        "duecare: standard input: line 6: the line has more than 65,536 bytes.",
        "duecare: standard input: line 7: version has 10,000 characters, and at most 4,096 are taken.",
        "duecare: standard input: line 8: name holds characters that cannot be printed.",
        "duecare: standard input: line 9: it cannot be read: JSON is malformed: unexpected end of escaped "
        "utf-16 surrogate pair (byte 16).",
        "duecare: standard input: line 10: it cannot be read: Expected `str`, got `float` - at `$.version`.",
        "duecare: standard input: line 11: it cannot be read: JSON is malformed: invalid character (byte 0).",
        "duecare: standard input: line 12: it cannot be read: Expected `object`, got `array`.",
        "duecare: 11 of 13 lines could not be read. The rest was matched.",
    ]


def test_a_feed_that_cannot_be_read_is_named_and_the_rest_is_matched(feeds: Path) -> None:
    with (feeds / "osv.jsonl").open("a") as file:
        file.write('{"id": "GHSA-3", "affected": [{"package"\n')
    found, said, code = matched(feeds, HOST_A)
    assert code == 2
    assert len(found) == 3
    assert said[0].startswith("duecare: osv.jsonl: line 4: ")
    assert said[-1] == "duecare: 1 pieces of the feeds could not be read. The rest was matched."


def test_an_advisory_that_is_fixed_before_it_is_introduced_is_refused_and_its_package_undecided(
    feeds: Path,
) -> None:
    events = [{"introduced": "3.0"}, {"fixed": "2.0"}]
    package = {
        "package": {"ecosystem": "PyPI", "name": "requests"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    (feeds / "more.json").write_text(
        json.dumps({"id": "X-1", "modified": "2026-01-01T00:00:00Z", "affected": [package]})
    )
    found, said, code = matched(feeds, HOST_A[:1])
    assert code == 0
    assert said == ["duecare: osv: X-1: requests, range 1: it ends with 2.0 before it begins."]
    assert [(one["advisory"], one["verdict"]) for one in found] == [
        ("GHSA-1", "affected"),
        ("GHSA-2", "affected"),
        ("X-1", "undecided"),
    ]


def test_an_inventory_or_a_directory_that_holds_nothing_is_refused(feeds: Path, tmp_path: Path) -> None:
    assert matched(feeds, b"")[1:] == (
        ["duecare: - names no software. Give a JSON object a line: host, ecosystem, name, version."],
        2,
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    assert matched(empty, HOST_A)[1:] == (
        [f"duecare: {empty} holds no advisories. Name a directory of feeds."],
        2,
    )
    assert matched(tmp_path / "none", HOST_A)[2] == 2


def test_people_read_columns_and_sums(feeds: Path) -> None:
    lines = [*HOST_A, {"host": "b", "ecosystem": "PyPI", "name": "requests", "version": "x"}]
    done = run(feeds, "".join(json.dumps(one) + "\n" for one in lines).encode())
    assert done.stdout.decode() == (
        "a\n"
        "  affected  Requests 2.1     GHSA-1  fixed in 2.3\n"
        "  affected  Requests 2.1     GHSA-2  no fix known\n"
        "  affected  libssl3 3.0.8-1  DSA-1   fixed in 3.0.9-1\n"
        "\n"
        "b\n"
        "  undecided  requests x  GHSA-1\n"
        "  affected   requests x  GHSA-2  no fix known\n"
        "\n"
        "2 hosts, 2 of them above. Findings: 4 affected, 0 fixed, 0 not affected, 1 undecided.\n"
    )


def test_the_help_loads_no_database() -> None:
    code = (
        "import sys\nfrom duecare.cli import app\n"
        "app(['patching', 'match', '--help'], standalone_mode=False)\n"
        "print([one for one in ('duckdb', 'ibis', 'django', 'msgspec') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_ends_it_without_a_traceback(feeds: Path) -> None:
    lines = [{**HOST_A[0], "host": f"host{number}"} for number in range(5_000)]
    inventory = feeds.parent / "inventory.jsonl"
    inventory.write_text("".join(json.dumps(one) + "\n" for one in lines))
    code = "from duecare.cli import main; main()"
    words = f"patching match --inventory {inventory} --advisories {feeds} --json"
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -c "{code}" {words} | head -n 1'], capture_output=True, check=True
    )
    assert done.stdout.startswith(b'{"host": "host0", "name": "Requests"')
    assert done.stderr == b""
