"""A JSON file that somebody hands in at the terminal: read whole or refused, with the place of the fault.

Pure but for reading the file: no Django, no database, no network.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from duecare.errors import BadInput


def read_json(file: Path, largest: int, smaller: str, documented: str) -> Any:
    """The JSON in a file of at most `largest` bytes, "-" for what comes in.

    `smaller` is the next step where it has more, `documented` the page that shows its form. Raises BadInput
    with the place of a fault: no such file, not UTF-8, not JSON, a name twice, NaN or infinity.
    """
    name = "The input" if str(file) == "-" else str(file)
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as opened:
            written = opened.read(largest + 1)
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}.", "Name a JSON file.") from error
    if len(written) > largest:
        raise BadInput(f"{name} is larger than {largest:,} bytes.", smaller)
    try:
        return json.loads(written.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{name} is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.",
            "Correct that line.",
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is not UTF-8 text.", "Save it as UTF-8.") from error
    except RecursionError as error:
        raise BadInput(f"{name} is nested too deeply.", f"Write it as {documented} shows.") from error


def _no_number(word: str) -> Any:
    raise BadInput(f"{word} is no number of JSON.", "Write a finite number.")


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadInput(f"The name '{name}' stands twice in one place.", "Keep one of them.")
        found[name] = value
    return found
