"""Reading YAML that somebody brought: in a child process that can do nothing else (`duecare/confined.py`).

Back come plain values; what they say of an obligation is judged on this side.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from duecare.confined import Limits, read_confined
from duecare.errors import BadInput
from duecare.law.own.entries import entries_in
from duecare.program.catalogue import read_yaml
from duecare.words import gettext as _
from duecare.words import number

LARGEST = 500_000
"""Bytes of a file."""
SECONDS, MEMORY, ANSWER = 10, 1 << 30, 4_000_000


def read_file(data: bytes, place: str) -> list[dict[str, Any]]:
    """The entries in a file of YAML, as plain values.

    Raises BadInput naming `place` and the line, and for what is too large or takes too long to read.
    """
    if len(data) > LARGEST:
        raise BadInput(
            _("%(place)s has %(size)s bytes; at most %(most)s are taken.")
            % {"place": place, "size": number(len(data)), "most": number(LARGEST)},
            _("Bring it in parts."),
        )
    too_much = BadInput(
        _("%s could not be read within the time and memory that are given to it.") % place,
        _("Write it plainly, without anchors; nothing was taken in."),
    )
    told = read_confined(__name__, data, {"place": place}, Limits(SECONDS, MEMORY, ANSWER), too_much)
    return entries_in({"obligations": told["entries"]}, place)


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

AT_FIRST_USE = ("_strptime", "encodings.utf_8_sig")
"""What the standard library loads when it is first needed."""


def answer(data: bytes, orders: Mapping[str, str]) -> str:
    """The entries as JSON. Raises BadInput if they cannot be used."""
    place = orders["place"]
    try:
        text = data.decode("utf-8-sig")
        return json.dumps({"entries": entries_in(dict(read_yaml(text, place)), place)})
    except UnicodeDecodeError as error:
        raise BadInput(_("%s is not UTF-8 text.") % place, _("Save it as UTF-8.")) from error
    except RecursionError as error:
        raise BadInput(_("%s is nested too deeply.") % place, _("Write it plainly.")) from error
