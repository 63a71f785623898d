"""Go's sumdb/note and sumdb/tlog, which others wrote, verify our export; ours is only what connects them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from duecare.ledger.merkle import leaf_hash
from tests.ledger import exports
from tests.ledger.exports import Export, acts, export, signer

SOURCE = Path(__file__).parent / "go" / "verify.go"
GOPATH = Path("/usr/share/gocode")
SIZES = [1, 4, 256, 300, 600]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The glue, built against Debian's copy of golang.org/x/mod."""
    go = shutil.which("go")
    if not go or not (GOPATH / "src/golang.org/x/mod/sumdb").is_dir():
        pytest.skip("needs go: apt-get install golang-go golang-golang-x-mod-dev")
    directory = tmp_path_factory.mktemp("go")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "GOCACHE": str(directory / "cache"),
        "GOPATH": str(GOPATH),
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOPROXY": "off",
        "CGO_ENABLED": "0",
    }
    built = directory / "verify"
    command = [go, "build", "-o", str(built), str(SOURCE)]
    subprocess.run(command, env=environment, check=True, timeout=300)
    return built


def run(program: Path, directory: Path, made: Export, held: Export) -> subprocess.CompletedProcess[str]:
    for name, data in made.members.items():
        target = directory / "export" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    older = directory / "held"
    older.write_bytes(held.members["checkpoint"])
    command = [str(program), str(directory / "export"), signer().vkey, str(older)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("size", SIZES)
def test_go_verifies_signature_tiles_every_leaf_and_consistency(
    program: Path, tmp_path: Path, size: int
) -> None:
    result = run(program, tmp_path, export(acts(150)[:600]), export(acts(150)[:size]))
    assert result.stdout == f"600 entries and the tree of {size} before them verified\n", result.stderr


def test_go_finds_an_edited_leaf(program: Path, tmp_path: Path) -> None:
    made = export(acts(150))
    edited = made.leaves[300].replace(b"2026", b"2025")
    made.members["tile/entries/001"] = made.members["tile/entries/001"].replace(made.leaves[300], edited)
    result = run(program, tmp_path, made, export(acts(10)))
    assert result.returncode == 1
    assert "entry 300" in result.stderr


def test_go_finds_an_edited_tile(program: Path, tmp_path: Path) -> None:
    made = export(acts(150))
    made.members["tile/0/001"] = made.members["tile/0/001"].replace(leaf_hash(made.leaves[300]), bytes(32))
    assert run(program, tmp_path, made, export(acts(10))).returncode == 1


def test_go_finds_another_signer(program: Path, tmp_path: Path) -> None:
    made = export(acts(10), signer(2))
    assert run(program, tmp_path, made, export(acts(1))).returncode == 1


def test_go_finds_a_rewrite_against_a_held_checkpoint(program: Path, tmp_path: Path) -> None:
    entries = acts(150)
    entries[1].payload = {**entries[1].payload, "record": {"name": "rewritten"}}
    assert run(program, tmp_path, exports.export(entries), export(acts(10))).returncode == 1
