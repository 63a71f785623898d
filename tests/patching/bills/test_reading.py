"""Lists of components: what they name, where they are wrong, and that their length does not matter."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from duecare.cli import app
from duecare.errors import BadInput
from duecare.patching.bills import streaming
from duecare.patching.bills.isolated import read_isolated
from duecare.patching.bills.purls import triple_of
from duecare.patching.bills.reading import About, Component, read_bill
from duecare.patching.bills.streaming import ELEMENTS, Stream
from duecare.patching.purls import parse_purl
from duecare.patching.software.installed import Triple

PURLS = [
    ("pkg:pypi/Django_X@5.2", Triple("PyPI", "", "django-x", "", "5.2", "")),
    ("pkg:npm/%40babel/core@7.24.0", Triple("npm", "", "@babel/core", "", "7.24.0", "")),
    ("pkg:npm/@babel/core@7.24.0", Triple("npm", "", "@babel/core", "", "7.24.0", "")),
    ("pkg:npm/@babel/core", Triple("npm", "", "@babel/core", "", "", "")),
    (
        "pkg:golang/github.com/a/b@v1.2.3#sub/x",
        Triple("Go", "", "github.com/a/b", "", "v1.2.3", ""),
    ),
    ("pkg:maven/org.a/b@1.0?type=jar", Triple("Maven", "", "org.a:b", "", "1.0", "")),
    ("pkg:cargo/serde@1.0.1", Triple("crates.io", "", "serde", "", "1.0.1", "")),
    ("pkg:composer/a/b@v1.0", Triple("Packagist", "", "a/b", "", "v1.0", "")),
    ("pkg:gem/rails@7.1", Triple("RubyGems", "", "rails", "", "7.1", "")),
    (
        "pkg:deb/debian/libssl3@3.0.11-1%2Bb1?arch=amd64&distro=debian-12&upstream=openssl%403.0.11-1",
        Triple("Debian", "12", "libssl3", "openssl", "3.0.11-1+b1", "3.0.11-1"),
    ),
    ("pkg:deb/debian/a@1?distro=bookworm&epoch=2", Triple("Debian", "12", "a", "", "2:1", "")),
    ("pkg:deb/ubuntu/a@1?distro=ubuntu-24.04", Triple("Ubuntu", "24.04", "a", "", "1", "")),
    (
        "pkg:rpm/almalinux/openssl-libs@3.0.7-27.el9?distro=almalinux-9.4&epoch=1&upstream=openssl-3.0.7-27.el9.src.rpm",
        Triple("AlmaLinux", "9", "openssl-libs", "openssl", "1:3.0.7-27.el9", "3.0.7-27.el9"),
    ),
    ("pkg:apk/alpine/zlib@1.3-r0?distro=3.20.1", Triple("Alpine", "v3.20", "zlib", "", "1.3-r0", "")),
    ("pkg:npm/half\ud800%C3%A4@1", Triple("npm", "", "half���ä", "", "1", "")),
    ("pkg:generic/ours@1.0", Triple("pkg:generic", "", "ours", "", "1.0", "")),
    ("pkg:deb/mint/a@1", Triple("pkg:deb", "", "mint/a", "", "1", "")),
]


@pytest.mark.parametrize(("purl", "triple"), PURLS)
def test_a_purl_is_of_the_ecosystem_that_advisories_name(purl: str, triple: Triple) -> None:
    assert triple_of(parse_purl(purl)) == triple


@pytest.mark.parametrize(
    "purl", ["", "npm/a@1", "pkg:", "pkg:npm", "pkg:npm/", "pkg:n m/a", "pkg:npm/" + "a" * 3000]
)
def test_what_is_no_purl_is_refused(purl: str) -> None:
    with pytest.raises(BadInput):
        parse_purl(purl)


def cyclonedx(components: list[Any], **more: Any) -> bytes:
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "dependencies": [{"ref": "x"}],
            "components": components,
            **more,
        }
    ).encode()


def names(data: bytes) -> list[tuple[str, str, str, bool]]:
    found = components(data)
    return [(one.place, one.triple.ecosystem, one.triple.name, one.matched) for one in found]


def components(data: bytes) -> list[Component]:
    return [one for one in read_bill(io.BytesIO(data)) if isinstance(one, Component)]


def about(data: bytes) -> About:
    (found,) = (one for one in read_bill(io.BytesIO(data)) if isinstance(one, About))
    return found


def test_nested_components_are_read_and_what_matches_nothing_is_told_as_such() -> None:
    nested = {"name": "b", "purl": "pkg:npm/b@1", "components": [{"name": "c", "purl": "pkg:generic/c@1"}]}
    data = cyclonedx([{"name": "a", "version": "1"}, nested, {"name": "d", "purl": "pkg:npm/d"}])
    assert names(data) == [
        ("components[0]", "", "a", False),
        ("components[1]", "npm", "b", True),
        ("components[1].components[0]", "pkg:generic", "c", False),
        ("components[2]", "npm", "d", False),
    ]


def test_packages_of_spdx_are_read_by_their_reference() -> None:
    reference = {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": "pkg:npm/b",
    }
    data = {
        "spdxVersion": "SPDX-2.3",
        "files": [{"fileName": "x"}] * 3,
        "packages": [
            {"name": "a", "versionInfo": "1"},
            {"name": "b", "versionInfo": "2", "externalRefs": [{"referenceType": "cpe23Type"}, reference]},
        ],
        "relationships": [],
    }
    assert names(json.dumps(data).encode()) == [
        ("packages[0]", "", "a", False),
        ("packages[1]", "npm", "b", True),
    ]
    (_, second) = components(json.dumps(data).encode())
    assert second.triple.version == "2"


def test_what_a_list_says_of_itself_is_read_and_what_is_odd_in_it_left_out() -> None:
    told = {"timestamp": "2026-03-01T00:00:00Z", "component": {"name": "x", "version": "2.1"}}
    old = {**told, "tools": [{"vendor": "v", "name": "builder", "version": "1"}, 7]}
    new = {**told, "tools": {"components": [{"name": "builder"}]}}
    assert about(cyclonedx([], metadata=old)) == About(
        "CycloneDX 1.5", "2.1", "builder 1", "2026-03-01T00:00:00Z", 0
    )
    assert about(cyclonedx([], metadata=new)).tool == "builder"
    odd = cyclonedx([], metadata=7, vulnerabilities=[{"analysis": {}}, {"id": "x"}, 7])
    assert about(odd) == About("CycloneDX 1.5", "", "", "", 1)
    spdx = {
        "creationInfo": {"created": "2026-03-01T00:00:00Z", "creators": ["Person: a", "Tool: b-1", 7]},
        "spdxVersion": "SPDX-2.3",
    }
    assert about(json.dumps(spdx).encode()) == About("SPDX 2.3", "", "b-1", "2026-03-01T00:00:00Z", 0)


def test_a_purl_that_is_none_is_told_with_its_place_and_the_rest_is_read() -> None:
    first, second = components(cyclonedx([{"purl": "npm/a"}, {"purl": "pkg:npm/b@1"}]))
    assert (first.trouble, first.triple.name, first.matched) == ("unreadable", "npm/a", False)
    assert first.fault == "'npm/a' is not a package URL."
    assert second.matched


FAULTS = [
    (b"", "The file breaks off after character 0"),
    (b"[]", "Character 1: expected {"),
    (b"{}", "neither CycloneDX nor SPDX"),
    (
        b'{"bomFormat": "CycloneDX", "components": [{"name": "a"}, {"na',
        "The file breaks off after character 61",
    ),
    (
        b'{"bomFormat": "CycloneDX", "components": [{"name": nope}]}',
        "Character 52: it is not as JSON demands",
    ),
    (cyclonedx([], specVersion="2.0"), "specVersion: expected 1.4, 1.5, 1.6, got '2.0'"),
    (cyclonedx([{"name": "a"}, 7]), r"components[1]: expected an object"),
    (cyclonedx([{"name": "a", "components": 7}]), r"components[0].components: expected a list"),
    (cyclonedx([{"name": ["a"]}]), r"components[0].name: expected text"),
    (cyclonedx([{}]), r"components[0]: it has neither a name nor a purl"),
    (b'{"a": "\xff"}', "it is not UTF-8"),
    (
        b'{"bomFormat": "CycloneDX", "components": '
        + b'[{"name":"a","components":' * 150
        + b"[]"
        + b"}]" * 150
        + b"}",
        "nested too deep",
    ),
    (b'{"components": ' + b"[" * 100_000, "nested too deep"),
]


@pytest.mark.parametrize(("data", "fault"), FAULTS)
def test_a_fault_is_told_with_its_place(data: bytes, fault: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        names(data)
    assert fault in str(caught.value)


@given(
    st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.floats(allow_nan=False) | st.text())),
    st.integers(1, 7),
)
def test_a_stream_gives_what_the_library_gives_however_little_is_read_at_once(
    told: dict[str, Any], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "_READ", size)
        stream = Stream(io.BytesIO(json.dumps(told).encode()))
        found = {
            name: list(stream.elements()) if value is ELEMENTS else value for name, value in stream.members()
        }
    assert found == told


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:0 abcomponents', max_size=200).map(str.encode))
def test_no_bytes_make_the_reader_fail_otherwise_than_it_says(data: bytes) -> None:
    try:
        names(data)
    except BadInput:
        return
    raise AssertionError("it was read")


def test_a_list_of_any_length_takes_no_more_memory(tmp_path: Path) -> None:
    file = tmp_path / "long.json"
    one = json.dumps({"name": "a", "purl": "pkg:npm/a@1.0.0", "description": "x" * 2000})
    with file.open("w") as opened:
        opened.write('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [')
        for _ in range(20_000):
            opened.write(one + ",\n")
        opened.write(one + "]}")
    assert file.stat().st_size > 40_000_000
    with file.open("rb") as opened:
        assert sum(isinstance(one, Component) for one in read_isolated(opened, memory=200 << 20)) == 20_001


def test_the_command_prints_a_line_for_each_and_counts_what_matches_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bill.json"
    file.write_bytes(cyclonedx([{"name": "a", "version": "1"}, {"name": "b", "purl": "pkg:npm/b@1.0.0"}]))
    done = CliRunner().invoke(app, ["patching", "components", str(file), "--about", "shop"])
    assert done.exit_code == 0, done.output
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"host": "shop", "ecosystem": "", "name": "a", "version": "1", "matched": False},
        {"host": "shop", "ecosystem": "npm", "name": "b", "version": "1.0.0", "matched": True},
    ]
    assert "2 components; 1 of them can be matched with no advisory" in done.stderr


def test_a_fault_ends_the_command_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "bill.json"
    file.write_bytes(cyclonedx([{"purl": "npm/a"}, {"name": 7}]))
    duecare = Path(sys.executable).with_name("duecare")
    done = subprocess.run(
        [duecare, "patching", "components", file, "--about", "x"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "components[0].purl: 'npm/a' is not a package URL" in done.stderr
    assert "components[1].name: expected text" in done.stderr
