"""The ledger's shared test vectors (shared/data/ledger; its README names source and licence of each)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "../shared/data/ledger"


def load(name: str) -> Any:
    """The parsed file `name`: JSON, or one JSON value a line, perhaps gzipped."""
    path = DATA / name
    if not path.exists():
        pytest.skip("needs shared data: a checkout of `shared` beside this repository")
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    if ".jsonl" in name:
        return [json.loads(line) for line in text.splitlines()]
    return json.loads(text)
