"""The field lists of every record are pinned: a changed one needs a new schema version and an upcaster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from duecare.ledger.records import shapes

PINNED = Path(__file__).with_name("record_fields.json")


def field_lists() -> dict[str, Any]:
    """Schema version and fields with their types of every record that ships."""
    return {
        kind: {"schema": shape.schema, "fields": dict(zip(shape.columns, shape.types, strict=True))}
        for kind, shape in sorted(shapes().items())
        if not kind.startswith("testapp.")
    }


def test_the_field_lists_are_those_that_were_pinned() -> None:
    assert field_lists() == json.loads(PINNED.read_text()), (
        "a record's fields changed: raise its schema, write a pure upcaster, then update record_fields.json"
    )
