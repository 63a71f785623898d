"""Reading a scenario that somebody brings, in a process that can do nothing else (`duecare/confined.py`).

The child turns YAML into plain values; whether they are a scenario is judged on this side.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from duecare.confined import Limits, read_confined
from duecare.errors import BadInput
from duecare.incidents.exercises.scenarios import Scenario, parse
from duecare.program.catalogue import read_yaml
from duecare.words import gettext as _

MOST_BYTES = 128 << 10
SECONDS = 10
"""Of computing."""
MEMORY = 1 << 30
"""Bytes of address space."""
ANSWER = 256 << 10
"""Bytes of what comes back: names that YAML lets a file repeat may make it longer than the file."""


def read_isolated(data: bytes, name: str) -> Scenario:
    """The scenario in a file called `name`. Raises BadInput that says what is wrong and where."""
    if len(data) > MOST_BYTES:
        raise BadInput(_("The file has more than 128 KiB."), _("A scenario is a page or two of text."))
    too_much = BadInput(
        _("The file could not be read within 10 seconds."), _("Write it plainly, without references.")
    )
    told = read_confined(__name__, data, {"name": name}, Limits(SECONDS, MEMORY, ANSWER), too_much)
    return parse(told, name)


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

AT_FIRST_USE = ("encodings.utf_8_sig", "yaml", "yaml.constructor", "_strptime")
"""What would be loaded when it is first needed."""


def answer(data: bytes, orders: Mapping[str, Any]) -> str:
    """The values of a YAML file, as JSON. Raises BadInput if it is none."""
    name = str(orders["name"])
    try:
        told = read_yaml(data.decode("utf-8-sig"), name)
        said = json.dumps(told, allow_nan=False)
    except (UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        raise BadInput(
            f"{name} cannot be read as plain text.", "Save it as UTF-8, with plain values."
        ) from error
    if len(said) > ANSWER:
        raise BadInput(f"{name} holds too much.", "A scenario is a page or two of text.")
    return said
