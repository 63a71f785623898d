"""FriendsOfPHP's files of YAML are read as its JSON is, and what a feed never needs is refused."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
import yaml

from duecare.patching.advisories.found import Unreadable
from duecare.patching.advisories.loading import load_directory, load_stream
from duecare.patching.advisories.yaml_text import read_yaml
from tests.patching.advisories.reading import one, read

RECORD = b"""\
title:     "A flaw: it reads too far"
link:      https://example.org/1
cve:       ~
branches:
    "1.x":
        time:     2016-08-28 23:50:00
        versions: ['>=1.0', '<1.20.6']
    master:
        time:     null
        versions:
            - <5
reference: composer://Vendor/demo
"""


def test_a_record_of_yaml_says_what_the_same_in_json_says() -> None:
    advisory = one(RECORD, "vendor/demo/CVE-2016-1.yaml")
    assert (advisory.id, advisory.aliases, advisory.affected[0].name) == (
        "vendor/demo/CVE-2016-1",
        (),
        "vendor/demo",
    )
    as_json = one({**read_yaml(RECORD), "path": "vendor/demo/CVE-2016-1.yaml"})
    assert advisory == as_json
    assert read_yaml(RECORD)["branches"] == {
        "1.x": {"time": "2016-08-28 23:50:00", "versions": [">=1.0", "<1.20.6"]},
        "master": {"time": None, "versions": ["<5"]},
    }


def test_an_archive_of_the_repository_is_read_and_what_lies_beside_is_left(tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        root = "security-advisories-master"
        made.writestr(f"{root}/vendor/demo/CVE-2016-1.yaml", RECORD)
        made.writestr(f"{root}/vendor/demo/CVE-2016-2.yaml", RECORD.replace(b"branches:", b"branches: 7\nx:"))
        made.writestr(f"{root}/.github/workflows/ci.yml", "on: [push]\n")
        made.writestr(f"{root}/composer.json", '{"name": "x"}')
        made.writestr(f"{root}/validator.php", "<?php")
    written.seek(0)
    loaded = load_stream("friendsofphp.zip", written)
    assert [advisory.id for advisory in loaded.advisories] == ["vendor/demo/CVE-2016-1"]
    (fault,) = loaded.faults
    assert (fault.place.rpartition("/")[2], fault.of) == ("CVE-2016-2.yaml", "Packagist")
    (tmp_path / "vendor" / "demo").mkdir(parents=True)
    (tmp_path / "vendor" / "demo" / "CVE-2016-1.yaml").write_bytes(RECORD)
    assert [advisory.id for advisory in load_directory(tmp_path).advisories] == ["vendor/demo/CVE-2016-1"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a: &a [x]\nb: *a\n", "refers to another part of itself"),
        (b"a: !!python/object:os.system x\n", "names a type of value"),
        (b"[" * 20 + b"]" * 20, "nested too deeply"),
        (b"- x\n" * 30_000, "more than 20,000 parts"),
        (b"x" * 300_000, "more than 262,144 bytes"),
        (b"a: 1\n---\nb: 2\n", "not one document"),
        (b"a: 1\na: 2\n", "stands there twice"),
        (b"? [a]\n: 1\n", "a key is no text"),
        (b"a: [1\n", "no YAML, or cut short"),
        (b"", "not one document"),
        (b"\xff\xfe\xff", "no YAML"),
    ],
)
def test_what_no_feed_needs_is_refused_and_costs_nothing(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_yaml(data)


def test_a_bomb_is_a_fault_with_its_place_and_the_rest_is_read() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))
    loaded = read(f"a0: &a0 [x]\n{levels}\n".encode(), "bomb.yaml")
    assert loaded.advisories == []
    assert "refers to another part" in loaded.faults[0].reason


def test_the_real_records_are_the_same_from_yaml(shared: Path) -> None:
    with gzip.open(shared / "advisories" / "php-friendsofphp.jsonl.gz") as packed:
        real = [json.loads(line) for line in packed][:300]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for record in real:
            bare = {key: value for key, value in record.items() if key != "path"}
            made.writestr(str(record["path"]), yaml.safe_dump(bare))
    written.seek(0)
    from_yaml = load_stream("php.zip", written)
    lines = "".join(json.dumps(record) + "\n" for record in real).encode()
    from_json = load_stream("php.jsonl", io.BytesIO(lines))
    assert len(from_yaml.faults) == len(from_json.faults)
    assert [a.affected for a in from_yaml.advisories] == [a.affected for a in from_json.advisories]
