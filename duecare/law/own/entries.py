"""An obligation of one's own in the form of the files: what is taken in, and how it is written out.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

import yaml

from duecare.errors import BadInput
from duecare.law import fields
from duecare.law.incident_files import PLACE
from duecare.law.obligations import OWN, Obligation, Register
from duecare.law.reading import OBLIGATION, known_of, obligation
from duecare.words import gettext as _
from duecare.words import number

Entry = Mapping[str, Any]
LARGEST = 40_000
"""Bytes of an entry as JSON: what one entry of the record takes, with room to spare."""
MOST = 50
"""Obligations in one file."""
DEEPEST = 12
VERSION = "version"
"""Which version a saved entry is; no part of what it says."""
ID = re.compile(rf"{OWN}[a-z0-9]+(-[a-z0-9]+)*")
ID_LENGTH = 40
LEFT_OUT: Entry = {
    "duties": [],
    "measures": [],
    "clocks": [],
    "records": [],
    "penalties_max": "",
    "sources": [],
}
"""What a file of ours must say, and a contract need not."""


def taken_in(written: object, place: str) -> dict[str, Any]:
    """The entry in plain values with its text in Unicode's form NFC, what may be left out filled in.

    Raises BadInput naming the field for what no record can hold, and for an entry that is too large.
    """
    if not isinstance(written, dict):
        raise BadInput(_("%s is not a mapping.") % place, _("Write its fields as “name: value”."))
    entry = {**LEFT_OUT, **_plain(written, place)}
    if (size := len(json.dumps(entry))) > LARGEST:
        raise BadInput(
            _("%(place)s has %(size)s bytes; at most %(most)s are taken.")
            % {"place": place, "size": number(size), "most": number(LARGEST)},
            _("Make two obligations of it, or shorten its texts."),
        )
    return entry


def read(entry: Entry, version: str, day: str, register: Register) -> Obligation:
    """What the entry says; `day` is the ISO date on which it was compared with its paper.

    Raises BadInput naming the field: all that the files' own reader refuses, an id that is not of one's own.
    """
    id = str(entry.get("id", ""))
    place = id or _("The obligation")
    if not ID.fullmatch(id) or len(id) > ID_LENGTH:
        raise BadInput(
            _("%(place)s: the field 'id' must begin with %(own)s and hold small letters, digits and hyphens.")
            % {"place": place, "own": OWN},
            _("Write for example %s, of at most 40 characters.") % "own-northwind-contract",
            "id",
        )
    one = obligation(entry, place, day, known_of(register, version))
    if not (PLACE.fullmatch(one.jurisdiction) or one.jurisdiction in ("EU", "GLOBAL")):
        raise BadInput(
            _("%(place)s: the field 'jurisdiction' holds “%(code)s”.")
            % {"place": place, "code": one.jurisdiction},
            _("Write a code such as DE or US-NY, EU, or GLOBAL for everywhere."),
            "jurisdiction",
        )
    if not one.name.strip() or len(one.name) > 200:
        raise BadInput(
            _("%s: the field 'name' must have between 1 and 200 characters.") % place,
            _("Call it as people call it."),
            "name",
        )
    if len(one.citation) > 400:
        raise BadInput(
            _("%s: the field 'citation' is longer than 400 characters.") % place,
            _("Say where it is written, and put the rest into 'sources'."),
            "citation",
        )
    return one


def demand_displaced(one: Obligation, register: Register) -> None:
    """That what it displaces is there, of one's own, and does not displace it in turn. Raises BadInput."""
    place = f"{one.id}: the field 'displaces'"
    for other in one.displaces:
        others = [id for id in register.obligations if id != one.id]
        fields.refer(other, others, "obligation", place)
        if not other.startswith(OWN):
            raise BadInput(
                _("%(place)s names %(other)s, which ships with Duecare: a paper of ours ends no law.")
                % {"place": place, "other": other},
                _("Decide on its page that it does not apply, with a reason."),
                "displaces",
            )
        if one.id in _displaced_from(other, register):
            raise BadInput(
                _("%(place)s names %(other)s, which stands in its place already.")
                % {"place": place, "other": other},
                _("Say it of one of the two only."),
                "displaces",
            )


def _displaced_from(id: str, register: Register) -> set[str]:
    """What an obligation displaces, and what that displaces in turn."""
    found: set[str] = set()
    ahead = [id]
    while ahead:
        one = register.obligations.get(ahead.pop())
        new = set(one.displaces) - found if one else set()
        found |= new
        ahead += new
    return found


def entries_in(content: object, place: str) -> list[dict[str, Any]]:
    """The entries of a file: one alone, or those under `obligations`. Raises BadInput if there are none, or
    too many."""
    if isinstance(content, dict) and "obligations" in content:
        fields.known(content, place, ("obligations",))
        found = fields.get(content, "obligations", list, place)
    else:
        found = [content]
    if not 0 < len(found) <= MOST:
        raise BadInput(
            _("%(place)s holds %(count)s obligations; expected 1 to %(most)s.")
            % {"place": place, "count": number(len(found)), "most": MOST},
            _("Bring them in parts."),
        )
    return [
        taken_in(one, _("%(place)s, obligation %(n)s") % {"place": place, "n": number(n)})
        for n, one in enumerate(found, start=1)
    ]


def without_version(entry: Entry) -> tuple[Entry, int | None]:
    """The entry, and the number of the version of which it was saved; None where it does not say. Raises
    BadInput for what is no such number."""
    if VERSION not in entry:
        return entry, None
    number: int = fields.get(entry, VERSION, int, str(entry.get("id", "")) or _("The obligation"))
    return {name: value for name, value in entry.items() if name != VERSION}, number


def as_yaml(entries: Iterable[Entry], versions: Mapping[str, int] = MappingProxyType({})) -> str:
    """The entries as a file that `entries_in` reads, each with the number of its version if that is given by
    its id."""
    content = {
        "obligations": [
            {**_ordered(entry), **({VERSION: versions[entry["id"]]} if entry.get("id") in versions else {})}
            for entry in entries
        ]
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def one_as_yaml(entry: Entry) -> str:
    """One entry alone, as a file would hold it."""
    return yaml.safe_dump(_ordered(entry), sort_keys=False, allow_unicode=True, width=100)


def _ordered(entry: Entry) -> dict[str, Any]:
    """With its fields in the order in which our own files have them: a database need not keep any."""
    return {name: entry[name] for name in OBLIGATION if name in entry}


def slug(name: str, taken: Iterable[str]) -> str:
    """An id made of a name that nobody else has."""
    letters = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
    base = f"{OWN}{plain[: ID_LENGTH - len(OWN) - 4].strip('-') or 'obligation'}"
    known, found, count = set(taken), base, 1
    while found in known:
        count += 1
        found = f"{base}-{count}"
    return found


def _plain(value: object, place: str, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise BadInput(_("%s is nested too deeply.") % place, _("Write it as docs/obligations.md shows."))
    match value:
        case bool():
            return value
        case str() if _keepable(value):
            return normalize("NFC", value)
        case int() if abs(value) < 2**53:
            return value
        case list():
            return [_plain(one, place, depth + 1) for one in value]
        case dict() if all(_keepable(str(name)) for name in value):
            return {
                normalize("NFC", str(name)): _plain(one, f"{place}: {name}", depth + 1)
                for name, one in value.items()
            }
    raise BadInput(
        _("%(place)s holds %(value)s, which cannot be kept.") % {"place": place, "value": repr(value)[:40]},
        _("Take the character out that stands for nothing.")
        if isinstance(value, str | dict)
        else _("Put it into quotes, so that it is text."),
    )


def _keepable(text: str) -> bool:
    """Whether a record can hold it: no NUL, and no half of a character."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
