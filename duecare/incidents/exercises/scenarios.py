"""Scenarios of exercises: a story in turns, each with what the plan would have done. Pure.

Those that ship are files of `content/scenarios/`, in our own words; an organisation brings its own in the
same form, read by the same strict reader:

    id: lost-laptop
    title: A laptop with patients' data is gone
    kind: lost-device          # id of a playbook
    severity: high             # of a step of the plan's scale
    minutes: 60                # that it takes
    about: What is tried, for whoever leads it.
    injects:
    - id: call
      at: 0                    # minutes from the beginning
      told: What those who take part are told.
      plan: [What the plan would have them do or decide, each in a sentence]
      facts: {personal_data_breach: true}     # answers to the law's questions that become known
      events: [awareness]                     # events of the law that happen
      safeguard: disk_encryption              # what a gap here would concern; ir_plan if left out

Facts and events are those of `law/content/facts.yaml`: with them the clocks of the law really run. A mistake
is BadInput that names the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

from duecare.errors import BadInput
from duecare.incidents.plans.shipped import shipped as plan
from duecare.law.fields import Entry, get, known, refer, rows, said, texts
from duecare.law.obligations import IncidentFact, register
from duecare.program.catalogue import catalogue, read_yaml
from duecare.words import Text
from duecare.words import gettext as _

CONTENT = Path(__file__).parents[1] / "content" / "scenarios"
ORDER = (
    "ransomware-friday",
    "invoice-fraud",
    "lost-laptop",
    "supplier-leak",
    "extortion",
    "insider-list",
    "website-flood",
)
"""The scenarios that ship, in the order in which pages offer them."""
USUAL = "ir_plan"
"""The safeguard of a gap that the scenario does not place elsewhere."""
MOST_INJECTS = 40
MOST_MINUTES = 24 * 60
LONGEST_TITLE, LONGEST = 200, 2000
"""Characters of a title; of any other text."""
DEEPEST = 8
"""Values within values: more than a scenario has."""
MOST_TEXT = 40_000
"""Characters of a scenario as a whole: it becomes one entry of the record."""
_FIELDS = ("id", "title", "kind", "severity", "minutes", "about", "injects")
_OF_INJECT = ("id", "at", "told", "plan", "facts", "events", "safeguard")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
Value = bool | int | str


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the story ("inject")."""

    id: str
    at: int
    """Minutes from the beginning."""
    told: str
    """What those who take part are told."""
    plan: tuple[str, ...]
    """What the plan would have them do or decide."""
    facts: Mapping[str, Value]
    """Answers to the law's questions that become known with it."""
    events: tuple[str, ...]
    """Events of the law that happen with it."""
    safeguard: str
    """Catalogue id of what a gap here would concern."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story to rehearse by."""

    id: str
    title: str
    kind: str
    """Id of the playbook."""
    severity: str
    """Id of a step of the scale."""
    minutes: int
    """That it takes, as a rule."""
    about: str
    """What is tried."""
    injects: tuple[Turn, ...]
    """At least one, in the order of their minutes."""


@cache
def shipped() -> Mapping[str, Scenario]:
    """The scenarios that ship, with texts that are translated whenever they are shown."""
    found = {}
    for id in ORDER:
        place = f"scenarios/{id}.yaml"
        one = parse(read_yaml((CONTENT / f"{id}.yaml").read_text("utf-8"), place), place)
        if one.id != id:
            raise BadInput(f"{place}: the field 'id' must be '{id}', like the file's name.", "Correct it.")
        found[id] = one
    return MappingProxyType(found)


def source_of(id: str) -> str:
    """The file of a scenario that ships, as an example for one's own. Raises KeyError for none."""
    return (CONTENT / f"{shipped()[id].id}.yaml").read_text("utf-8")


def parse(content: Entry, place: str) -> Scenario:
    """The scenario of a mapping, its texts in Unicode's form NFC. Raises BadInput naming the place of the
    first fault."""
    content = _kept(content, place)
    known(content, place, _FIELDS)
    id = get(content, "id", str, place)
    if not _ID.fullmatch(id) or len(id) > 40:
        raise BadInput(
            f"{place}: the id '{id}' is no short name.", "Write words in lower case with '-' between them."
        )
    refer(get(content, "kind", str, place), plan().playbooks, "playbook", place)
    refer(
        get(content, "severity", str, place),
        [one.id for one in plan().severities],
        "step of the scale",
        place,
    )
    injects = tuple(_turn(row, where) for where, row in rows(content, "injects", place, _OF_INJECT))
    if not 0 < len(injects) <= MOST_INJECTS:
        raise BadInput(f"{place} has {len(injects)} injects.", f"Write 1 to {MOST_INJECTS} of them.")
    for before, after in pairwise(injects):
        if after.at < before.at:
            raise BadInput(
                f"{place}: the inject '{after.id}' of minute {after.at} follows one of minute {before.at}.",
                "Put them in the order of their minutes.",
            )
    found = Scenario(
        id=id,
        title=_short(content, "title", place, LONGEST_TITLE),
        kind=content["kind"],
        severity=content["severity"],
        minutes=_minutes(content, "minutes", place, least=1),
        about=_short(content, "about", place),
        injects=injects,
    )
    if len(str(found)) > MOST_TEXT:  # as it was written: what is read at the start has no reader yet
        raise BadInput(f"{place} has more than {MOST_TEXT} characters.", "Tell the story shorter.")
    return found


def _kept(value: Any, place: str, depth: int = 0) -> Any:
    """The same values as the record takes them. Raises BadInput for a text with a sign that it does not."""
    if depth > DEEPEST:
        raise BadInput(f"{place[:LONGEST_TITLE]} is nested too deep.", "A scenario is a page or two of text.")
    if isinstance(value, str):
        if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value):
            raise BadInput(f"{place} holds a sign that is no text.", "Take it out.")
        return normalize("NFC", value)
    if isinstance(value, Mapping):
        return {
            _kept(name, place, depth + 1): _kept(one, f"{place}: the field '{_seen(name)}'", depth + 1)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [
            _kept(one, f"{place}, number {number}", depth + 1) for number, one in enumerate(value, start=1)
        ]
    return value


def _seen(name: object) -> str:
    return str(name).encode("ascii", "backslashreplace").decode().replace("\0", "\\0")


def _turn(row: Entry, place: str) -> Turn:
    safeguard = get(row, "safeguard", str, place, USUAL)
    refer(safeguard, catalogue(), "safeguard", place)
    if not _ID.fullmatch(row["id"]) or len(row["id"]) > 40:
        raise BadInput(
            f"{place}: its id is no short name.", "Write words in lower case with '-' between them."
        )
    plan_steps = texts(row, "plan", place)
    if not plan_steps or any(not one.strip() or len(one) > LONGEST for one in plan_steps):
        raise BadInput(
            f"{place}: the field 'plan' must say what the plan would have done.",
            f"Write at least one sentence, each of at most {LONGEST} characters.",
        )
    facts = get(row, "facts", dict, place, {})
    for name, value in facts.items():
        refer(name, register().incident_facts, "question", place)
        _demand_answer(name, value, register().incident_facts[name], place)
    events = texts(row, "events", place, [])
    for event in events:
        refer(event, register().events, "event", place)
    return Turn(
        id=row["id"],
        at=_minutes(row, "at", place),
        told=_short(row, "told", place),
        plan=tuple(Text(one) for one in plan_steps),
        facts=MappingProxyType(dict(facts)),
        events=events,
        safeguard=safeguard,
    )


def _demand_answer(name: str, value: object, fact: IncidentFact, place: str) -> None:
    """Raises BadInput if a value is no answer to the question."""
    if fact.answer == "yes_no":
        good, wanted = isinstance(value, bool), "true or false"
    elif fact.answer == "number":
        good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
        wanted = "a whole number"
    else:
        good, wanted = value in fact.answer, ", ".join(fact.answer)
    if not good:
        raise BadInput(f"{place}: the question '{name}' is answered {value!r}.", f"Write {wanted}.")


def _short(entry: Entry, name: str, place: str, most: int = LONGEST) -> Text:
    text = said(entry, name, place)
    if not 0 < len(text.strip()) <= most:
        raise BadInput(f"{place}: the field '{name}' has {len(text)} characters.", f"Write 1 to {most}.")
    return text


def _minutes(entry: Entry, name: str, place: str, least: int = 0) -> int:
    value: int = get(entry, name, int, place)
    if not least <= value <= MOST_MINUTES:
        raise BadInput(f"{place}: the field '{name}' holds {value}.", f"Write {least} to {MOST_MINUTES}.")
    return value


# ── As a record keeps it ─────────────────────────────────────────────────────────────────────────────────


def to_json(one: Scenario) -> dict[str, Any]:
    """A scenario as plain values, its texts in the language that is active."""
    told = asdict(Scenario(one.id, _(one.title), one.kind, one.severity, one.minutes, _(one.about), ()))
    told["injects"] = [
        {
            "id": turn.id,
            "at": turn.at,
            "told": _(turn.told),
            "plan": [_(step) for step in turn.plan],
            "facts": dict(turn.facts),
            "events": list(turn.events),
            "safeguard": turn.safeguard,
        }
        for turn in one.injects
    ]
    return told


def from_json(told: Mapping[str, Any]) -> Scenario:
    """A scenario as a record keeps it: it was checked when it was put there."""
    injects = tuple(
        Turn(
            row["id"],
            row["at"],
            row["told"],
            tuple(row["plan"]),
            MappingProxyType(dict(row["facts"])),
            tuple(row["events"]),
            row["safeguard"],
        )
        for row in told["injects"]
    )
    return Scenario(
        told["id"], told["title"], told["kind"], told["severity"], told["minutes"], told["about"], injects
    )
