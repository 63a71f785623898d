"""The catalogue: which measures of care there are, why each is reasonable, and where it lives in the house.

Read from `content/safeguards.yaml`, which ships with the program. Frameworks are cited by identifier only:
NIST CSF 2.0 (subcategories), CIS Controls 8.1 (safeguards), NIST SP 800-53 Rev. 5 (controls and
enhancements such as IA-2(1)) and ISO/IEC 27001:2022 Annex A. The words are our own.

Pure: no Django, no clock, no network. A mistake in the file is BadInput that names file, entry and field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from duecare.errors import BadInput
from duecare.words import Text

CONTENT = Path(__file__).parent / "content" / "safeguards.yaml"


@dataclass(frozen=True, slots=True)
class Area:
    """A room of the house, as the navigation shows it."""

    id: str
    """Name of the package: `duecare.<id>`."""
    name: str
    """What people read: "Systems"."""
    heading: str
    """The word it stands under: Know, Decide, Protect, Watch, Respond or Prove."""


_AREAS = (
    Area("systems", Text("Systems"), Text("Know")),
    Area("suppliers", Text("Suppliers"), Text("Know")),
    Area("risk", Text("Risk"), Text("Know")),
    Area("law", Text("Law"), Text("Know")),
    Area("policies", Text("Policies"), Text("Decide")),
    Area("people", Text("People"), Text("Protect")),
    Area("access", Text("Access"), Text("Protect")),
    Area("patching", Text("Patching"), Text("Protect")),
    Area("detection", Text("Detection"), Text("Watch")),
    Area("incidents", Text("Incidents"), Text("Respond")),
    Area("continuity", Text("Continuity"), Text("Respond")),
    Area("assurance", Text("Assurance"), Text("Prove")),
    Area("ledger", Text("Ledger"), Text("Prove")),
)
_NO_SAFEGUARDS = frozenset({"ledger"})
"""The ledger keeps the record of care; it is not itself a measure of it."""


@dataclass(frozen=True, slots=True)
class Safeguard:
    """A measure of care ("control" elsewhere)."""

    id: str
    """Lower-case words joined by underscores; never reused for another measure."""
    title: str
    """Two to five plain words: "Multi-factor sign-in"."""
    area: str
    """Id of the `Area` it lives in."""
    aim: str
    """One sentence: what must, or must not, happen."""
    why: str
    """Why this is reasonable care: which harm, how common, how small the burden is against it."""
    evidence: str
    """What would prove it."""
    first_step: str
    """One sentence, imperative: what a part-time person can do this week."""
    csf: tuple[str, ...]
    """NIST CSF 2.0 subcategories: "PR.AA-03"."""
    cis: tuple[str, ...]
    """CIS Controls 8.1 safeguards: "6.3"."""
    sp800_53: tuple[str, ...]
    """NIST SP 800-53 Rev. 5 controls and enhancements: "IA-2(1)"."""
    iso27001_unchecked: tuple[str, ...]
    """ISO/IEC 27001:2022 Annex A: "A.8.5". From general knowledge, not compared with the standard."""


_IDENTIFIERS = {
    "csf": re.compile(r"(GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-\d{2}"),
    "cis": re.compile(r"([1-9]|1[0-8])\.[1-9]\d?"),
    "sp800_53": re.compile(r"[A-Z]{2}-[1-9]\d?(\([1-9]\d?\))?"),
    "iso27001_unchecked": re.compile(r"A\.(5|6|7|8)\.[1-9]\d?"),
}
_SHOWN = frozenset({"title", "aim", "why", "evidence", "first_step"})
_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def areas() -> Sequence[Area]:
    """All rooms in the order of the navigation."""
    return _AREAS


def limitable() -> Sequence[Area]:
    """The rooms that a right may be limited to: those that safeguards live in."""
    return tuple(area for area in _AREAS if area.id not in _NO_SAFEGUARDS)


@cache
def safeguards_of(areas: frozenset[str]) -> Sequence[str]:
    """The ids of the safeguards that live in these areas."""
    return tuple(id for id, one in catalogue().items() if one.area in areas)


def area_of(safeguard: str) -> str:
    """The area that a safeguard lives in, by id; empty if the catalogue does not have it."""
    found = catalogue().get(safeguard)
    return found.area if found else ""


@cache
def catalogue() -> Mapping[str, Safeguard]:
    """All safeguards by id, in the order of the house and then by title."""
    return parse(CONTENT.read_text("utf-8"), CONTENT.name)


def safeguards_by_name() -> Mapping[str, str]:
    """Ids of safeguards by what a table may call them, in small letters: their id or their title."""
    titles = {str(one.title).casefold(): one.id for one in catalogue().values()}
    return titles | {id.casefold(): id for id in catalogue()}


def parse(text: str, place: str) -> Mapping[str, Safeguard]:
    """The safeguards written in `text`, a YAML mapping with the one key `safeguards`, a list of entries.

    `place` is the file's name, for messages. Raises BadInput naming file, entry and field.
    """
    entries = read_yaml(text, place).get("safeguards")
    if not isinstance(entries, list):
        raise BadInput(f"{place} has no list of safeguards.", "Begin the list with the line 'safeguards:'.")
    found: dict[str, Safeguard] = {}
    for number, entry in enumerate(entries, start=1):
        safeguard = _safeguard(entry, f"{place}, safeguard {number}")
        if safeguard.id in found:
            raise BadInput(f"{place}: the id '{safeguard.id}' is used twice.", "Give each safeguard its own.")
        found[safeguard.id] = safeguard
    order = {area.id: position for position, area in enumerate(_AREAS)}
    ordered = sorted(found.values(), key=lambda each: (order[each.area], each.title))
    return MappingProxyType({each.id: each for each in ordered})


def read_yaml(text: str, place: str) -> Mapping[str, Any]:
    """The mapping written in `text`, shipped content in YAML 1.1, read with plain types only.

    Stricter than YAML. A repeated key would silently lose one of the two, and a key without a value is
    nearly always a text cut at its comma (`{what: plan, test}` is two keys). Both raise BadInput that
    names the line, as does anything that is not YAML or not a mapping.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text, Loader=loader)
        _refuse_lossy(root, place)
        content = yaml.constructor.SafeConstructor().construct_document(root) if root else None
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadInput(f"{place} is not YAML{line}: {error.problem}.", "Correct that line.") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{place} is not YAML: {error}.", "Save it as plain UTF-8 text.") from error
    if not isinstance(content, dict):
        raise BadInput(f"{place} holds no mapping.", "Begin it with a key, a colon and its content.")
    return content


def _refuse_lossy(node: yaml.Node | None, place: str) -> None:
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_lossy(child, place)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        where = f"{place}, line {key.start_mark.line + 1}"
        if key.value in seen:
            raise BadInput(
                f"{where}: the key '{key.value}' stands twice in one mapping.", "Keep one of them."
            )
        if value.tag == "tag:yaml.org,2002:null":
            raise BadInput(
                f"{where}: the key '{key.value}' has no value.",
                "If it is the rest of a text that holds a comma, put the whole text into quotes.",
            )
        seen.add(key.value)
        _refuse_lossy(value, place)


def _safeguard(entry: object, place: str) -> Safeguard:
    if not isinstance(entry, dict):
        raise BadInput(f"{place} is not a mapping.", "Write its fields as 'name: value'.")
    place = f"{place} ({entry.get('id', 'without an id')})"
    names = [each.name for each in fields(Safeguard)]
    if missing := [name for name in names if name not in entry]:
        raise BadInput(f"{place}: the field '{missing[0]}' is missing.", "Add it.")
    if surplus := [name for name in entry if name not in names]:
        raise BadInput(f"{place}: there is no field '{surplus[0]}'.", f"Use only {', '.join(names)}.")
    values: dict[str, Any] = {
        name: _identifiers(entry[name], name, place)
        if name in _IDENTIFIERS
        else _text(entry[name], name, place)
        for name in names
    }
    safeguard = Safeguard(**values)
    if not _ID.fullmatch(safeguard.id):
        raise BadInput(f"{place}: the id must be lower-case words joined by '_'.", "Change the field 'id'.")
    homes = [area.id for area in _AREAS if area.id not in _NO_SAFEGUARDS]
    if safeguard.area not in homes:
        raise BadInput(
            f"{place}: the field 'area' names no room for safeguards: '{safeguard.area}'.",
            f"Use one of {', '.join(homes)}.",
        )
    return safeguard


def _text(value: object, name: str, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{place}: the field '{name}' must be text, not {value!r}.", "Write it in quotes.")
    return Text(value.strip()) if name in _SHOWN else value.strip()


def _identifiers(value: object, name: str, place: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadInput(
            f"{place}: the field '{name}' must be a list, not {value!r}.", "Write [] if it is empty."
        )
    for each in value:
        if not isinstance(each, str) or not _IDENTIFIERS[name].fullmatch(each):
            raise BadInput(
                f"{place}: the field '{name}' holds {each!r}, which is no identifier of its kind.",
                "Correct it; put numbers into quotes.",
            )
    if len(set(value)) < len(value):
        raise BadInput(f"{place}: the field '{name}' holds an identifier twice.", "Keep one of them.")
    return tuple(value)
