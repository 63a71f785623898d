"""A directory is read whole: what is damaged becomes a fault with its place, and the rest is there."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from duecare.errors import BadInput
from duecare.patching.advisories import bounds
from duecare.patching.advisories.loading import load_directory
from tests.patching.advisories.reading import read


def osv(identity: str, **more: Any) -> bytes:
    affected = {
        "package": {"ecosystem": "PyPI", "name": "demo"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1"}]}],
    }
    whole = {"id": identity, "modified": "2026-01-02T00:00:00Z", "affected": [affected], **more}
    return json.dumps(whole).encode()


def zipped(**members: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return written.getvalue()


def test_a_file_is_recognised_by_what_stands_in_it(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "all.zip").write_bytes(zipped(**{"X-1.json": osv("X-1"), "README.md": b"words"}))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(osv("X-2") + b"\n" + osv("X-3") + b"\n"))
    (tmp_path / "inner" / "odd.txt").write_bytes(json.dumps(json.loads(osv("X-4")), indent=1).encode())
    (tmp_path / "array.json").write_bytes(b"[" + osv("X-5") + b"," + osv("X-6") + b"]")
    (tmp_path / "README.md").write_text("words")
    loaded = load_directory(tmp_path)
    assert sorted(one.id for one in loaded.advisories) == ["X-1", "X-2", "X-3", "X-4", "X-5", "X-6"]
    assert loaded.faults == []
    told = {one.name: (one.format, one.count) for one in loaded.files}
    assert told == {
        "README.md": ("not recognised", 0),
        "a.jsonl.gz": ("OSV", 2),
        "all.zip": ("OSV", 1),
        "array.json": ("OSV", 2),
        "inner/odd.txt": ("OSV", 1),
    }
    assert all(len(one.digest) == 64 for one in loaded.files)


def test_of_one_record_in_two_files_the_newer_counts(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(osv("X-1", modified="2026-03-01T00:00:00Z", summary="new"))
    (tmp_path / "b.json").write_bytes(osv("X-1", summary="old"))
    assert [one.summary for one in load_directory(tmp_path).advisories] == ["new"]


def test_of_two_catalogues_of_what_is_exploited_the_newer_counts_alone(tmp_path: Path) -> None:
    for name, released, cve in (("a", "2026-01-01", "CVE-2026-0001"), ("b", "2025-01-01", "CVE-2025-0001")):
        entry = {"cveID": cve, "dateAdded": "2025-01-01"}
        catalogue = {"dateReleased": f"{released}T00:00:00Z", "vulnerabilities": [entry]}
        (tmp_path / f"{name}.json").write_text(json.dumps(catalogue))
    assert list(load_directory(tmp_path).enrichment) == ["CVE-2026-0001"]


def test_a_line_that_is_cut_short_is_one_fault() -> None:
    loaded = read(osv("X-1")[:50] + b"\n" + osv("X-2") + b"\n" + osv("X-3")[:40], "feed.jsonl")
    assert [one.id for one in loaded.advisories] == ["X-2"]
    assert [fault.place for fault in loaded.faults] == ["feed.jsonl: line 1", "feed.jsonl: line 3"]
    assert "cut short" in loaded.faults[0].reason
    assert loaded.files[0].faults == 2


def test_a_value_of_the_wrong_kind_names_its_place() -> None:
    loaded = read(b'{"id": "X-1", "affected": [{"package": {"ecosystem": "npm", "name": 7}}]}')
    assert loaded.advisories == []
    assert "$.affected[0].package.name" in loaded.faults[0].reason


def test_a_colon_in_the_name_of_a_file_is_no_way_out_and_a_drive_is() -> None:
    loaded = read(zipped(**{"ALSA-2024:1.json": osv("ALSA-2024:1"), "C:/X-2.json": osv("X-2")}), "all.zip")
    assert [one.id for one in loaded.advisories] == ["ALSA-2024:1"]
    assert [one.place for one in loaded.faults] == ["all.zip: C:/X-2.json"]


def test_a_damaged_zip_loses_only_what_is_damaged() -> None:
    whole = bytearray(zipped(**{"X-1.json": osv("X-1"), "X-2.json": osv("X-2")}))
    whole[60] ^= 0xFF
    loaded = read(bytes(whole), "all.zip")
    assert [one.id for one in loaded.advisories] == ["X-2"]
    assert loaded.faults[0].place == "all.zip: X-1.json"
    cut = read(bytes(whole[:100]), "all.zip")
    assert cut.advisories == []
    assert [fault.place for fault in cut.faults] == ["all.zip"]


def test_compression_that_breaks_off_keeps_what_came_before() -> None:
    lines = b"".join(osv(f"X-{index}", details="x" * index) + b"\n" for index in range(2000))
    loaded = read(gzip.compress(lines)[:-4000], "feed.jsonl.gz")
    assert 100 < len(loaded.advisories) < 2000
    assert "damaged or cut short" in loaded.faults[-1].reason


def test_an_archive_is_never_unpacked_and_names_that_lead_out_are_not_read(tmp_path: Path) -> None:
    members = {"../X-1.json": osv("X-1"), "/X-2.json": osv("X-2"), "deep/X-3.json": osv("X-3")}
    (tmp_path / "all.zip").write_bytes(zipped(**members))
    loaded = load_directory(tmp_path)
    assert [one.id for one in loaded.advisories] == ["X-3"]
    assert [fault.place for fault in loaded.faults] == ["all.zip: ../X-1.json", "all.zip: /X-2.json"]
    assert [one.name for one in tmp_path.iterdir()] == ["all.zip"]


def test_what_unpacks_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LINE", 1 << 20)
    monkeypatch.setattr(bounds, "TOTAL", 3 << 20)
    bomb = read(zipped(**{"a.json": osv("X-1"), "bomb.json": bytes(2 << 20)}), "all.zip")
    assert [one.id for one in bomb.advisories] == ["X-1"]
    assert "1,048,576" in bomb.faults[0].reason
    many = read(zipped(**{f"{n}.json": osv(f"X-{n}") + b" " * (1000 << 10) for n in range(5)}), "all.zip")
    assert len(many.advisories) == 3
    assert "not read" in many.faults[-1].reason
    lines = read(gzip.compress((osv("X-1") + b" " * 1000 + b"\n") * 4000), "feed.jsonl.gz")
    assert len(lines.advisories) == 1
    assert "unpacks to more than" in lines.faults[0].reason


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "X-1.json").write_bytes(osv("X-1"))
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.json").symlink_to(outside / "X-1.json")
    (inside / "all").symlink_to(outside)
    loaded = load_directory(inside)
    assert loaded.advisories == []
    assert [fault.place for fault in loaded.faults] == ["all", "link.json"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no format"),
        (b"\x00\x01\x02", "no format"),
        (b'{"hello": 1}', "no format"),
        (b"[1, 2]", "Expected `object`"),
        (b'{"id": "X", "affected": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"id": "", "affected": []}', "no id is given"),
    ],
)
def test_what_is_of_no_format_is_said_to_be_unused(data: bytes, why: str) -> None:
    loaded = read(data)
    assert loaded.advisories == []
    assert len(loaded.faults) >= 1
    assert why in loaded.faults[0].reason


def test_very_many_faults_are_counted_and_not_all_told() -> None:
    loaded = read(osv("X-0") + b"\n" + b"{}\n" * 3000, "feed.jsonl")
    assert loaded.files[0].faults == 3000
    assert len(loaded.faults) == bounds.FAULTS + 1
    assert loaded.faults[-1].reason == "2,000 more faults."


def test_a_directory_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no directory"):
        load_directory(tmp_path / "none")


def test_all_real_advisories_are_read_without_a_fault(shared: Path) -> None:
    loaded = load_directory(shared / "advisories")
    assert loaded.faults == []
    by_feed: dict[str, int] = {}
    for one in loaded.advisories:
        by_feed[one.feed] = by_feed.get(one.feed, 0) + 1
    assert by_feed["npm"] == 638
    assert by_feed["friendsofphp"] == 1592
    assert sum(one.withdrawn is not None for one in loaded.advisories) == 36
    assert sum(one.kev_added is not None for one in loaded.enrichment.values()) == 1662
    assert sum(bool(one.ssvc) for one in loaded.enrichment.values()) == 44_026
    modular = [said for one in loaded.advisories for said in one.affected if said.module]
    assert len({said.name for said in modular}) > 500
