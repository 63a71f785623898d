"""The verifier finds every tampering and names the entry, and says what it did not check."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.ledger import canonical, duecare_verify, leaves, merkle, notes, tiles
from tests.ledger import exports
from tests.ledger.exports import Entry, Export, act, acts, export, signer

SCRIPT = Path(duecare_verify.__file__)
KEY = signer().vkey
Faults = list[tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., Faults]:
    """Faults that the verifier finds in an export, under its signer's key and with checkpoints held."""

    def run(made: Export | bytes, *held: bytes, key: str | None = KEY) -> Faults:
        file = tmp_path / "export.zip"
        file.write_bytes(made if isinstance(made, bytes) else made.zipped())
        for number, note in enumerate(held):
            (tmp_path / f"held-{number}").write_bytes(note)
        names = [str(tmp_path / f"held-{number}") for number in range(len(held))]
        return duecare_verify.verify(str(file), key and duecare_verify.read_key(key), names)[1]

    return run


def script(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier as its user does: one file, nothing else of ours in reach."""
    command = [sys.executable, "-I", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def entry_of(faults: Faults, words: str) -> list[int]:
    """Numbers of the entries about which a fault says `words`."""
    return [entry for entry, text in faults if words in text]


def reopen(made: Export, index: int, change: Callable[[list[bytes]], None]) -> None:
    """Change the tab-separated fields of an entry's opening."""
    name = tiles.openings_path(index // tiles.WIDTH)
    lines = made.members[name].split(b"\n")
    fields = lines[index % tiles.WIDTH].split(b"\t")
    change(fields)
    lines[index % tiles.WIDTH] = b"\t".join(fields)
    made.members[name] = b"\n".join(lines)


def recommit(made: Export, index: int, *, meta: bytes | None = None, payload: bytes | None = None) -> None:
    """Put another meta or payload, whatever its bytes, under leaf, tiles and signature."""
    salts = exports.salts(index)
    fields = made.openings(index // tiles.WIDTH)[index % tiles.WIDTH].rstrip(b"\n").split(b"\t")
    meta, payload = meta or fields[3], payload or fields[5]

    def change(opening: list[bytes]) -> None:
        opening[3], opening[5] = meta, payload

    reopen(made, index, change)
    committed = leaves.commit("meta", salts[0], meta), leaves.commit("payload", salts[1], payload)
    made.leaves[index] = leaves.leaf_bytes(exports.LOG, leaves.parse_leaf(made.leaves[index]).at, *committed)
    made.retile()
    made.sign(signer())


def with_blob(blob: bytes = b"a report") -> list[Entry]:
    """One act that names a blob, in entry 1."""
    entries = act(0, {"name": "web-1"})
    entries[1].payload = {**entries[1].payload, "blobs": [hashlib.sha256(blob).hexdigest()]}
    return entries


def test_a_whole_export_has_no_fault_at_any_size(check: Callable[..., Faults]) -> None:
    for count in (0, 1, 63, 64, 65, 200):
        assert check(export(acts(count))) == [], count


def test_what_was_counted_is_reported(tmp_path: Path) -> None:
    entries = acts(3)
    entries[2].state, entries[5].state, entries[6].state = "withheld", "erased", "withheld"
    file = tmp_path / "export.zip"
    file.write_bytes(exports.build_export(entries))
    run = script(file, "--key", KEY)
    assert run.returncode == 0, run.stderr
    for name, value in {
        "origin": exports.ORIGIN,
        "size": 12,
        "disclosed": 9,
        "withheld": 2,
        "erased": 1,
    }.items():
        assert f"{name:<12}{value}\n" in run.stdout
    assert "0 faults found" in run.stdout
    assert "Not shown: that a record is true or complete" in run.stdout


def test_the_report_as_json_holds_the_same(tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    made = export(acts(3))
    made.leaves[5] = made.leaves[5].replace(b"2026", b"2025")
    made.retile()
    file.write_bytes(made.zipped())
    run = script(file, "--json", "--key", KEY)
    assert run.returncode == 1
    report = json.loads(run.stdout)
    assert report["size"] == 12
    assert report["disclosed"] == 12
    assert [entry for entry, _ in report["faults"]] == [-1]
    assert "not_shown" in report


def test_without_a_key_the_signature_is_said_to_be_unchecked(tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    file.write_bytes(exports.build_export(acts(3)))
    run = script(file)
    assert run.returncode == 3
    assert "NOT CHECKED: no key" in run.stdout


def test_what_cannot_be_read_is_no_fault_but_an_error(tmp_path: Path) -> None:
    good, text, empty = tmp_path / "good.zip", tmp_path / "text.zip", tmp_path / "empty.zip"
    good.write_bytes(exports.build_export(acts(1)))
    text.write_text("not a zip")
    zipfile.ZipFile(empty, "w").close()
    for arguments in (
        [tmp_path / "missing.zip"],
        [text],
        [empty],
        [good, "--key", "nonsense"],
        [good, "--key", KEY.replace("+A", "+B")],
        [good, "--held", tmp_path / "missing"],
        [good, "--held", text],
        [],
    ):
        run = script(*arguments)
        assert run.returncode == 2, arguments
        assert "Traceback" not in run.stderr, arguments


def test_no_more_than_twenty_faults_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    made = export(acts(20))
    made.members["openings/000"] = made.members["openings/000"].replace(b"Jo", b"Al")
    file = tmp_path / "export.zip"
    file.write_bytes(made.zipped())
    run = script(file, "--key", KEY)
    assert run.stdout.count("FAULT:") == 20
    assert "80 faults found" in run.stdout


class TestTampering:
    """Each change to an export of 600 entries, and the entry that is named for it."""

    def test_an_edited_leaf(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        made.members["tile/entries/001"] = made.members["tile/entries/001"].replace(
            made.leaves[300], made.leaves[300].replace(b"2026-11", b"2025-11")
        )
        faults = check(made)
        assert entry_of(faults, "its leaf and the hash in its tile disagree") == [300]
        assert entry_of(faults, "it covers 600 entries") == [-1]

    def test_an_edited_leaf_that_is_no_leaf_any_more(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        made.leaves[300] = made.leaves[300].replace(b'"v":1', b'"v":2')
        made.retile()
        assert entry_of(check(made), "not canonical, of version 1") == [300]

    def test_a_leaf_of_another_ledger(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        made.leaves[300] = made.leaves[300].replace(exports.LOG.encode(), b"f" * 32)
        made.retile()
        made.sign(signer())
        assert entry_of(check(made), "of this ledger") == [300]

    @pytest.mark.parametrize(
        ("field", "words"), [(3, "its meta or the salt"), (5, "its payload or the salt")]
    )
    def test_an_edited_opening(self, check: Callable[..., Faults], field: int, words: str) -> None:
        made = export(acts(150))

        def change(fields: list[bytes]) -> None:
            fields[field] = (
                fields[field].replace(b"Jo Example", b"Al Example").replace(b"web-100", b"web-101")
            )

        reopen(made, 401, change)
        assert entry_of(check(made), words) == [401]

    @pytest.mark.parametrize("field", [2, 4])
    def test_a_swapped_salt(self, check: Callable[..., Faults], field: int) -> None:
        made = export(acts(150))
        other = made.openings(1)[3].split(b"\t")[field]

        def change(fields: list[bytes]) -> None:
            fields[field] = other

        reopen(made, 401, change)
        assert entry_of(check(made), "salt of it is not what was recorded") == [401]

    def test_a_salt_that_takes_bytes_from_the_data_or_gives_it_some(
        self, check: Callable[..., Faults]
    ) -> None:
        made = export(acts(1))

        def shorter(fields: list[bytes]) -> None:
            fields[2], fields[3] = fields[2][:-2], bytes.fromhex(fields[2][-2:].decode()) + fields[3]

        def longer(fields: list[bytes]) -> None:
            fields[2], fields[3] = fields[2] + fields[3][:1].hex().encode(), fields[3][1:]

        reopen(made, 1, shorter)
        reopen(made, 2, longer)
        assert [entry for entry, _ in check(made)] == [1, 2]

    def test_a_meta_shown_as_the_payload(self, check: Callable[..., Faults]) -> None:
        made = export(acts(1))

        def change(fields: list[bytes]) -> None:
            fields[4], fields[5] = fields[2], fields[3]

        reopen(made, 2, change)
        assert entry_of(check(made), "its payload or the salt") == [2]

    @pytest.mark.parametrize("retile", [False, True])
    def test_a_deleted_entry(self, check: Callable[..., Faults], retile: bool) -> None:
        made = export(acts(150))
        del made.leaves[520]
        if retile:
            made.retile()
            made.members["tile/entries/002.p/88"] = made.members.pop("tile/entries/002.p/87")
            made.members["tile/0/002.p/88"] = made.members.pop("tile/0/002.p/87")
        else:
            made.members["tile/entries/002.p/88"] = tiles.bundle(made.leaves[512:])
        faults = check(made)
        assert min(entry for entry, _ in faults if entry > 512) == 520
        assert entry_of(faults, "expected 88 entries, got 87") == [512]
        if not retile:
            assert entry_of(faults, "this is the leaf of entry 521") == [520]

    def test_an_inserted_entry(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        made.leaves.insert(520, made.leaves[7])
        made.members["tile/entries/002.p/88"] = tiles.bundle(made.leaves[512:])
        faults = check(made)
        assert entry_of(faults, "expected 88 entries, got 89") == [512]
        assert min(entry for entry, _ in faults if entry > 512) == 520

    def test_two_entries_in_each_others_place(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        made.leaves[518], made.leaves[523] = made.leaves[523], made.leaves[518]
        made.members["tile/entries/002.p/88"] = tiles.bundle(made.leaves[512:])
        faults = check(made)
        assert entry_of(faults, "this is the leaf of entry 523") == [518]
        assert entry_of(faults, "this is the leaf of entry 518") == [523]

    def test_two_openings_in_each_others_place(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        lines = made.openings(0)
        lines[5], lines[9] = lines[9], lines[5]
        made.members["openings/000"] = b"".join(lines)
        assert entry_of(check(made), "stands in another place") == [5, 9]

    def test_a_cut_off_end(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        for name in ("tile/entries/002.p/88", "tile/0/002.p/88", "openings/002"):
            del made.members[name]
        faults = check(made)
        assert entry_of(faults, "is missing or damaged") == [512, 512, 512]
        assert entry_of(faults, "expected 88 entries, got 0") == [512]

    def test_a_cut_off_end_under_a_checkpoint_made_anew(self, check: Callable[..., Faults]) -> None:
        whole = export(acts(150))
        shorter = export(acts(149))
        assert entry_of(check(shorter, whole.members["checkpoint"]), "it covers 600 entries") == [-1]

    def test_nearly_everything_missing(self, check: Callable[..., Faults], tmp_path: Path) -> None:
        made = export(acts(1))
        made.members["checkpoint"] = signer().sign(notes.Checkpoint(exports.ORIGIN, 10**18, bytes(32)).text())
        with pytest.raises(ValueError, match="most of its entries are missing"):
            check(made)

    @pytest.mark.parametrize("at", [0, 7])
    def test_a_tile_alone(self, check: Callable[..., Faults], at: int) -> None:
        made = export(acts(150))
        tile = bytearray(made.members["tile/0/001"])
        tile[at * 32] ^= 1
        made.members["tile/0/001"] = bytes(tile)
        assert check(made) == [(256 + at, "the hash in its tile was changed")]

    def test_two_hashes_of_a_tile_swapped(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        tile = made.members["tile/0/001"]
        made.members["tile/0/001"] = tile[32:64] + tile[:32] + tile[64:]
        assert entry_of(check(made), "the hash in its tile was changed") == [256, 257]

    def test_an_upper_tile_alone(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        made.members["tile/1/000.p/2"] = made.members["tile/1/000.p/2"][:-1] + b"x"
        assert check(made) == [(-1, "tile/1/000.p/2 is not what the leaves give")]

    def test_a_tile_longer_than_it_should_be(self, check: Callable[..., Faults]) -> None:
        made = export(acts(150))
        made.members["tile/0/002.p/88"] += bytes(32)
        assert entry_of(check(made), "its tile") == [600]

    @pytest.mark.parametrize(
        "name", ["tile/0/001", "tile/1/000.p/2", "tile/entries/000", "openings/001", "openings/002"]
    )
    def test_a_missing_member(self, check: Callable[..., Faults], name: str) -> None:
        made = export(acts(150))
        del made.members[name]
        assert entry_of(check(made), f"{name} is missing")

    @pytest.mark.parametrize(
        "name",
        [
            "tile/0/003",
            "tile/0/002",
            "tile/2/000.p/1",
            "openings/003",
            "openings/002.p/88",
            "tile/entries/002",
            "notes.txt",
            "../../etc/passwd",
            "/etc/passwd",
        ],
    )
    def test_a_member_too_many(self, check: Callable[..., Faults], name: str) -> None:
        made = export(acts(150))
        made.members[name] = b"more"
        assert check(made) == [(-1, f"{name} does not belong here")]

    def test_a_member_that_is_there_twice(self, check: Callable[..., Faults], tmp_path: Path) -> None:
        file = tmp_path / "twice.zip"
        made = export(acts(1))
        file.write_bytes(made.zipped())
        with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("openings/000", made.members["openings/000"])
        assert check(file.read_bytes()) == [(-1, "openings/000 does not belong here")]

    def test_an_entry_withheld_that_still_counts(self, check: Callable[..., Faults]) -> None:
        entries = acts(3)
        entries[5].state = entries[8].state = "withheld"
        made = export(entries)
        assert check(made) == []
        made.leaves[5] = made.leaves[5].replace(b"2026", b"2025")
        made.members["tile/entries/000.p/12"] = tiles.bundle(made.leaves)
        assert entry_of(check(made), "disagree") == [5]


class TestBlobs:
    def test_a_blob_that_is_there_is_checked(self, check: Callable[..., Faults]) -> None:
        assert check(export(with_blob(), blobs=[b"a report"])) == []

    def test_a_swapped_blob(self, check: Callable[..., Faults]) -> None:
        made = export(with_blob(), blobs=[b"a report"])
        made.members["blobs/" + hashlib.sha256(b"a report").hexdigest()] = b"another"
        assert entry_of(check(made), "is not what was recorded") == [1]

    @pytest.mark.parametrize("blob", [b"a report", b""])
    def test_a_missing_blob(self, check: Callable[..., Faults], blob: bytes) -> None:
        assert set(entry_of(check(export(with_blob(blob))), "blob")) == {1}

    @pytest.mark.parametrize("why", ["withheld\tnot asked for", "erased\ton request"])
    def test_a_blob_left_out_with_a_reason_is_no_fault(self, check: Callable[..., Faults], why: str) -> None:
        digest = hashlib.sha256(b"a report").hexdigest()
        assert check(export(with_blob(), absent={digest: why})) == []

    def test_a_blob_that_is_there_though_declared_absent(self, check: Callable[..., Faults]) -> None:
        digest = hashlib.sha256(b"a report").hexdigest()
        made = export(with_blob(), blobs=[b"a report"], absent={digest: "erased\ton request"})
        assert entry_of(check(made), "does not belong here") == [-1]

    def test_a_blob_that_nothing_names(self, check: Callable[..., Faults]) -> None:
        assert entry_of(check(export(acts(1), blobs=[b"stray"])), "does not belong here") == [-1]


class TestOpeningsOfALogThatLies:
    """Commitments, tiles and signature fit; only the content breaks the format."""

    @pytest.mark.parametrize(
        "payload",
        [
            b'{"blobs":[],"record":{"name":"a"},"record":{"name":"a"},"schema":1}',
            b'{"blobs":[],"record":{"name":"a","name":"b"},"schema":1}',
            b'{"blobs":[],"record":{"n":1.5},"schema":1}',
            b'{"blobs":[],"record":{"n":1e3},"schema":1}',
            b'{"blobs":[],"record":{"n":NaN},"schema":1}',
            b'{"blobs":[],"record":{"n":-0},"schema":1}',
            b'{"blobs":[],"record":{"n":9007199254740992},"schema":1}',
            b'{"blobs":[],"record":{"n":-9007199254740992},"schema":1}',
            '{"blobs":[],"record":{"n":"Zu\u0308rich"},"schema":1}'.encode(),
            '{"blobs":[],"record":{"ö":1},"schema":1}'.encode(),
            b'{"blobs":[],"record":{"n":"\\u00e4"},"schema":1}',
            b'{"blobs":[],"record":{"n":"\\ud800"},"schema":1}',
            b'{"blobs":[],"record":{"n":"\xff"},"schema":1}',
            b'{"blobs": [],"record":{},"schema":1}',
            b'{"record":{},"blobs":[],"schema":1}',
            b'{"blobs":[],"record":{},"schema":1,"zzz":1}',
            b'{"blobs":[],"record":{}}',
            b'{"blobs":[],"record":null,"schema":1}',
            b'{"blobs":["x"],"record":{},"schema":1}',
            b'{"blobs":[1],"record":{},"schema":1}',
            b'{"blobs":["' + b"b" * 64 + b'","' + b"a" * 64 + b'"],"record":{},"schema":1}',
            b'{"blobs":["' + b"a" * 64 + b'","' + b"a" * 64 + b'"],"record":{},"schema":1}',
            b'{"blobs":[],"note":"a"}',
            b'["blobs","record","schema"]',
            b'"text"',
            b"1",
            b"null",
            b"{",
            b"[" * 20_000 + b"]" * 20_000,
            b'{"blobs":[],"record":{"n":"' + b"x" * 60_000 + b'"},"schema":1}',
        ],
    )
    def test_a_payload_that_none_can_be(self, check: Callable[..., Faults], payload: bytes) -> None:
        made = export(acts(1))
        recommit(made, 2, payload=payload)
        assert [entry for entry, _ in check(made)] == [2]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"act":"act-0",', b'"act":"act-0","act":"act-0",'),
            (b'"act":"act-0",', b""),
            (b'"act":"act-0",', b'"act":0,'),
            (b'"act":"act-0",', b'"act": "act-0",'),
            (b'"action":"created"', b'"action":"invented"'),
            (b'"action":"created"', b'"action":"act"'),
            (b'"kind":"systems.host"', b'"kind":"ledger.act"'),
            (b'"valid_at":null', b'"valid_at":"yesterday"'),
            (b'"valid_at":null', b'"valid_at":null,"x":1'),
            (b"Jo Example", b"J\\u006f Example"),
            (b"Jo Example", b"Jo\\/Example"),
            (b"Jo Example", b"Jo\x01Example"),
            (b"Jo Example", "Zu\u0308rich".encode()),
            (b"Jo Example", b"Jo \xff"),
        ],
    )
    def test_a_meta_that_none_can_be(self, check: Callable[..., Faults], old: bytes, new: bytes) -> None:
        made = export(acts(1))
        meta = made.openings()[2].split(b"\t")[3]
        assert old in meta
        recommit(made, 2, meta=meta.replace(old, new))
        assert [entry for entry, _ in check(made)] == [2]

    @pytest.mark.parametrize("actor", ['Zoë "Z" O\'Neill \\ co', "line\nbreak \u0301", "\u007f \u2028 😀"])
    def test_unusual_text_that_is_canonical_is_no_fault(
        self, check: Callable[..., Faults], actor: str
    ) -> None:
        entries = act(0, {"quote": actor, "list": [actor, {"deep": actor}]})
        for entry in entries:
            entry.meta = {**entry.meta, "actor": actor, "valid_at": "2026-01-31T00:00:00.000000Z"}
        assert check(export(entries)) == []

    def test_notes_and_deletions_are_read(self, check: Callable[..., Faults]) -> None:
        entries = act(0, {}, {})
        entries[1].meta = {**entries[1].meta, "action": "noted"}
        entries[1].payload = {"blobs": [], "note": ["anything", 1]}
        entries[2].meta = {**entries[2].meta, "action": "deleted"}
        entries[2].payload = {"blobs": [], "record": None, "schema": 1}
        assert check(export(entries)) == []


class TestActs:
    def test_a_head_that_counts_too_many(self, check: Callable[..., Faults]) -> None:
        entries = act(0, {}, {}) + act(1, {})
        entries[0].payload = {**entries[0].payload, "count": 3}
        assert entry_of(check(export(entries)), "should have reached to entry 3") == [3]

    def test_a_head_that_counts_too_many_at_the_end(self, check: Callable[..., Faults]) -> None:
        entries = act(0, {}, {})
        entries[0].payload = {**entries[0].payload, "count": 3}
        assert entry_of(check(export(entries)), "should have reached to entry 3") == [3]

    def test_a_head_that_counts_too_few(self, check: Callable[..., Faults]) -> None:
        entries = act(0, {}, {}) + act(1, {})
        entries[0].payload = {**entries[0].payload, "count": 1}
        assert entry_of(check(export(entries)), "more entries than its head counts") == [2]

    def test_a_count_below_zero(self, check: Callable[..., Faults]) -> None:
        entries = act(0, {})
        entries[0].payload = {**entries[0].payload, "count": -1}
        assert entry_of(check(export(entries)), "of the form that it should have") == [0]

    def test_an_entry_of_another_act_within_one(self, check: Callable[..., Faults]) -> None:
        entries = act(0, {}, {}, {})
        entries[2].meta = {**entries[2].meta, "act": "act-9"}
        assert 2 in entry_of(check(export(entries)), "the head of act")

    def test_an_entry_before_any_head(self, check: Callable[..., Faults]) -> None:
        assert entry_of(check(export(act(0, {})[1:])), "the head of act") == [0]

    @pytest.mark.parametrize("state", ["withheld", "erased"])
    @pytest.mark.parametrize("hidden", [[0], [1], [3], [0, 1], [3, 4], [0, 1, 2, 3, 4, 5]])
    def test_what_is_not_disclosed_leaves_acts_whole(
        self, check: Callable[..., Faults], state: str, hidden: list[int]
    ) -> None:
        entries = act(0, {}, {}) + act(1, {}, {})
        for index in hidden:
            entries[index].state = state
        assert check(export(entries)) == []

    def test_an_act_over_the_edge_of_a_bundle(self, check: Callable[..., Faults]) -> None:
        entries = acts(1, 250) + act(2, *({} for _ in range(300)))
        assert check(export(entries)) == []
        entries[250].payload = {**entries[250].payload, "count": 301}
        assert entry_of(check(export(entries)), "should have reached") == [551]


class TestCheckpoints:
    def test_another_key_than_the_readers(self, check: Callable[..., Faults]) -> None:
        assert entry_of(check(export(acts(1)), key=signer(2).vkey), "no valid signature") == [-1]

    def test_a_changed_signature(self, check: Callable[..., Faults]) -> None:
        made = export(acts(1))
        line = made.members["checkpoint"].rsplit(b" ", 1)[1]
        raw = bytearray(base64.b64decode(line))
        raw[40] ^= 1
        made.members["checkpoint"] = made.members["checkpoint"].replace(line, base64.b64encode(raw) + b"\n")
        assert entry_of(check(made), "no valid signature") == [-1]

    def test_a_key_that_speaks_for_another_log(self, check: Callable[..., Faults]) -> None:
        made = export(acts(1))
        other = signer(1, "other.example/log")
        made.sign(other, exports.ORIGIN)
        assert entry_of(check(made, key=other.vkey), "no valid signature") == [-1]

    def test_lines_of_other_signers_are_passed_over(self, check: Callable[..., Faults]) -> None:
        made = export(acts(1))
        made.members["checkpoint"] += "— witness.example AAAAAAAA\n".encode()
        assert check(made) == []

    @pytest.mark.parametrize("size", [0, 4, 256, 300, 512, 600])
    def test_held_checkpoints_of_the_same_record_agree(self, check: Callable[..., Faults], size: int) -> None:
        assert check(export(acts(150)), export(acts(150)[:size]).members["checkpoint"]) == []

    @pytest.mark.parametrize("held", [4, 256, 300, 512, 600])
    def test_a_rewrite_with_the_stolen_key_is_found(self, check: Callable[..., Faults], held: int) -> None:
        note = export(acts(150)[:held]).members["checkpoint"]
        entries = acts(150)
        entries[1].payload = {**entries[1].payload, "record": {"name": "rewritten"}}
        rewritten = export(entries)
        assert check(rewritten) == [], "nothing in the export itself can show it"
        assert entry_of(check(rewritten, note), f"it covers {held} entries") == [-1]

    def test_of_several_held_checkpoints_the_later_ones_narrow_a_rewrite_down(
        self, check: Callable[..., Faults]
    ) -> None:
        held = [export(acts(150)[:size]).members["checkpoint"] for size in (100, 400)]
        entries = acts(150)
        entries[301].payload = {**entries[301].payload, "record": {"name": "rewritten"}}
        faults = check(export(entries), *held)
        assert [text.split(": ")[1][:21] for _, text in faults] == ["it covers 400 entries"]

    def test_a_held_checkpoint_of_another_log_or_key(self, check: Callable[..., Faults]) -> None:
        other_log = signer(1, f"care.example/duecare/{'f' * 32}")
        note = export(acts(1), other_log).members["checkpoint"]
        faults = check(export(acts(1)), note)
        assert len(faults) == 2
        assert "no valid signature" in faults[1][1]
        forged = export(acts(1), signer(2)).members["checkpoint"]
        assert entry_of(check(export(acts(1)), forged), "no valid signature") == [-1]
        assert check(export(acts(1)), forged, key=None) == []

    @given(st.binary(max_size=40), st.integers(0, 400), st.integers(0, 400))
    def test_the_verifier_reads_notes_as_the_program_does(self, new: bytes, start: int, length: int) -> None:
        by = signer()
        note = by.sign(notes.Checkpoint(by.name, 3, bytes(32)).text())
        spoilt = note[:start] + new + note[start + length :]
        try:
            text, names = notes.open_note(spoilt, [by.verifier])
            checkpoint = notes.Checkpoint.parse(text)
            ours = names == [checkpoint.origin]
        except notes.NoteError:
            ours = False
        try:
            verifiers = duecare_verify.read_checkpoint(spoilt, duecare_verify.read_key(by.vkey))[3]
        except ValueError:
            verifiers = False
        assert verifiers == ours


class TestHostileZips:
    def test_a_bomb_is_refused_before_it_is_unpacked(self, check: Callable[..., Faults]) -> None:
        made = export(acts(1))
        made.members["README.txt"] = bytes(200_000_000)
        with pytest.raises(ValueError, match="100 times its size"):
            check(made)

    def test_a_member_larger_than_its_kind_may_be(self, check: Callable[..., Faults]) -> None:
        made = export(acts(1))
        made.members["tile/0/000.p/4"] = bytes(range(256)) * 1000
        assert entry_of(check(made), "larger than 131072 bytes") == [0]

    def test_a_member_whose_stated_size_is_a_lie(self, check: Callable[..., Faults]) -> None:
        made = export(acts(1))
        data = made.zipped()
        at = data.index(b"PK\1\2")
        while data[at + 46 : at + 58] != b"openings/000":
            at = data.index(b"PK\1\2", at + 4)
        lie = data[: at + 24] + struct.pack("<I", 10) + data[at + 28 :]
        assert entry_of(check(lie), "openings/000 is missing or damaged") == [0]

    def test_a_damaged_member_is_a_fault(self, check: Callable[..., Faults]) -> None:
        made = export(acts(1))
        data = made.zipped(zipfile.ZIP_STORED)
        damaged = data.replace(b"Jo Example", b"Al Example", 1)
        assert entry_of(check(damaged), "openings/000 is missing or damaged (Bad CRC") == [0]

    def test_nothing_is_written_anywhere(self, tmp_path: Path) -> None:
        made = export(acts(1))
        made.members["../escaped"] = b"x"
        (tmp_path / "in").mkdir()
        file = tmp_path / "in" / "export.zip"
        file.write_bytes(made.zipped())
        assert script(file, "--key", KEY).returncode == 1
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["export.zip", "in"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(1 - 2**53, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


class TestTheFileItself:
    def test_it_is_shorter_than_300_lines(self) -> None:
        assert len(SCRIPT.read_text().splitlines()) < 300

    def test_it_imports_the_standard_library_only(self) -> None:
        tree = ast.parse(SCRIPT.read_text())
        imported = {
            name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
        }
        imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert imported <= sys.stdlib_module_names

    def test_it_is_written_in_python_3_8(self) -> None:
        ast.parse(SCRIPT.read_text(), feature_version=(3, 8))

    @given(JSON)
    def test_it_takes_for_canonical_what_the_program_does(self, note: Any) -> None:
        data = json.dumps(
            {"blobs": [], "note": note}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        try:
            canonical.decode(data.encode())
            ours = True
        except canonical.CanonicalError:
            ours = False
        made = export([Entry({**act(0)[0].meta, "action": "noted", "kind": "x", "subject": "y"}, {})])
        recommit(made, 0, payload=data.encode())
        line, leaf = made.openings()[0].decode().rstrip("\n"), made.leaves[0]
        match = duecare_verify.OPENING_RE.fullmatch(line)
        try:
            duecare_verify.check_entry(0, leaf, match, duecare_verify.decode([data])[0], exports.LOG)
            verifiers = True
        except (ValueError, TypeError):
            verifiers = False
        assert verifiers == ours

    @given(st.lists(JSON, min_size=1, max_size=5), st.data())
    def test_texts_that_are_read_at_once_are_judged_one_by_one(self, values: list[Any], data: Any) -> None:
        whole = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))[1:-1]
        commas = [at for at, letter in enumerate(whole) if letter == ","]
        cuts = sorted(data.draw(st.sets(st.sampled_from(commas)))) if commas else []
        bounds = list(zip([-1, *cuts], [*cuts, len(whole)], strict=True))
        texts = [whole[begin + 1 : end] for begin, end in bounds]  # wholes, parts, and several in one
        assert duecare_verify.decode(texts) == [as_json(text) for text in texts]


def as_json(text: str) -> Any:
    """The value of a canonical text, and {} for any other, by a reader of its own."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return value if again == text else {}


def test_the_tree_of_the_verifier_is_the_programs() -> None:
    hashes = [merkle.leaf_hash(bytes([index])) for index in range(40)]
    for size in range(41):
        assert duecare_verify.root_of(hashes[:size]) == merkle.root_of(hashes[:size])
    for number in (0, 999, 1000, 1_234_067, 10**9):
        assert duecare_verify.path("openings/", number) == tiles.openings_path(number)
        assert duecare_verify.path("tile/entries/", number, 7) == tiles.entries_path(number, 7)
