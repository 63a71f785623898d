"""Alerts as tools send them: one JSON object a line. Pure.

    {"source": "EDR", "id": "4711", "rule": "Credential dumping", "level": "high",
     "at": "2026-11-23T14:30:00+01:00", "host": "web-1", "account": "ada", "signs": ["203.0.113.7"],
     "techniques": ["T1003.001"], "words": "lsass was read"}

Nothing is taken if one line is wrong: the faults are told by line, the first FAULTS of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import normalize

from duecare.errors import BadInput
from duecare.law.moments import moment
from duecare.words import Text, number
from duecare.words import gettext as _

MOST = 1_000
"""Alerts of one act."""
MOST_BYTES = 4 * 2**20
FAULTS = 20
LEVELS = (Text("low"), Text("medium"), Text("high"), Text("critical"))
SIGNS, TECHNIQUES, WORDS = 50, 20, 4_000
FIELDS = {
    "source": 100,
    "id": 200,
    "rule": 200,
    "level": 20,
    "at": 40,
    "about": 120,
    "host": 255,
    "account": 200,
    "signs": SIGNS,
    "techniques": TECHNIQUES,
    "words": WORDS,
}
"""Most characters of each text, entries of each list."""
NEEDED = ("source", "id", "rule", "at")
_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?")
_REFERENCE = re.compile(r"[a-z]{1,40}\.[a-z]{1,40}:[A-Za-z0-9_.-]{1,80}")


@dataclass(frozen=True, slots=True)
class Told:
    """One alert as a tool tells it."""

    source: str
    source_id: str
    rule: str
    level: str
    happened_at: datetime
    about: str = ""
    about_name: str = ""
    account: str = ""
    signs: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    words: str = ""


def read_alerts(data: bytes) -> list[Told]:
    """The alerts of JSON Lines; empty lines count as lines and hold nothing.

    Raises BadInput that tells the faults by line, for more than MOST alerts, and for none.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(
            _("The alerts have %(size)s bytes; at most %(most)s are taken at once.")
            % {"size": number(len(data)), "most": number(MOST_BYTES)},
            _("Send them in parts."),
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(_("Byte %s is not UTF-8.") % number(error.start), _("Send UTF-8.")) from error
    found: list[Told] = []
    faults: list[str] = []
    for place, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(found) + len(faults) >= MOST:
            raise BadInput(
                _("There are more than %s alerts.") % number(MOST), _("Send them in parts."), f"line {place}"
            )
        try:
            found.append(_told(line))
        except BadInput as error:
            faults.append(_("line %(place)s: %(what)s") % {"place": place, "what": error.what})
    if faults:
        more = len(faults) - FAULTS
        told = [*faults[:FAULTS], *([_("and %s more lines") % number(more)] if more > 0 else [])]
        raise BadInput("\n".join(told), _("Nothing was taken. Correct these lines and send all again."))
    if not found:
        raise BadInput(_("There is no alert in it."), _("Send one JSON object a line."))
    return found


def _told(line: str) -> Told:
    try:
        one = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(_("It is not JSON that says each thing once."), "") from error
    if not isinstance(one, dict):
        raise BadInput(_("Expected an object in braces."), "")
    unknown = sorted(set(one) - set(FIELDS))
    if unknown:
        raise BadInput(_("There is no field “%s”.") % unknown[0][:40], "")
    for name in NEEDED:
        if one.get(name) in (None, ""):
            raise BadInput(_("“%s” is missing.") % name, "")
    level = _text(one, "level") or "medium"
    if level not in LEVELS:
        raise BadInput(_("level: expected one of %s.") % ", ".join(LEVELS), "")
    about = _text(one, "about")
    if about and not _REFERENCE.fullmatch(about):
        raise BadInput(_("about: expected a reference such as systems.host:k3…"), "")
    techniques = tuple(dict.fromkeys(_texts(one, "techniques", 20)))
    for technique in techniques:
        if not _TECHNIQUE.fullmatch(technique):
            raise BadInput(_("techniques: expected ids such as T1566.001, got “%s”.") % technique[:20], "")
    return Told(
        source=_text(one, "source"),
        source_id=_text(one, "id"),
        rule=_text(one, "rule"),
        level=level,
        happened_at=moment(_text(one, "at"), None, "at").at,
        about=about,
        about_name=_text(one, "host"),
        account=_text(one, "account"),
        signs=tuple(dict.fromkeys(map(plain_sign, _texts(one, "signs", 500)))),
        techniques=techniques,
        words=_text(one, "words"),
    )


def plain_sign(text: str) -> str:
    """A sign in its plain form: `hxxp://evil[.]example` is `http://evil.example`."""
    found = re.sub(r"\[(\.|:|@)\]|\((\.)\)|\{(\.)\}", lambda one: "".join(filter(None, one.groups())), text)
    return re.sub(r"^hxxp", "http", found.strip(), flags=re.IGNORECASE)


def _text(one: dict[str, Any], name: str) -> str:
    value = one.get(name, "")
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadInput(_("%s: expected a text.") % name, "")
    return _clean(value, name, FIELDS[name])


def _clean(value: str, name: str, most: int) -> str:
    found = normalize("NFC", value).strip()
    if len(found) > most:
        raise BadInput(_("%(name)s: at most %(most)s characters.") % {"name": name, "most": most}, "")
    if any((ord(letter) < 32 and letter not in "\n\t") or 0xD800 <= ord(letter) < 0xE000 for letter in found):
        raise BadInput(_("%s: it holds an unprintable character.") % name, "")
    return found


def _texts(one: dict[str, Any], name: str, most: int) -> list[str]:
    values = one.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadInput(_("%s: expected a list of texts.") % name, "")
    if len(values) > FIELDS[name]:
        raise BadInput(_("%(name)s: at most %(most)s.") % {"name": name, "most": FIELDS[name]}, "")
    return [found for value in values if (found := _clean(value, name, most))]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
