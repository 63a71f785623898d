"""Reading the register: a file for the whole, one for what is asked, one for counting, one a jurisdiction.

Strict: an unknown field, a reference to what does not exist, a condition that cannot be read and an id used
twice are BadInput that names file, entry and field (`fields.py`; for clocks `reading_clocks.py`).
docs/obligations.md describes every field for those who write these files.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from duecare.errors import BadInput
from duecare.law import fields
from duecare.law.obligations import (
    ALWAYS,
    OWN,
    RECORD_KINDS,
    AllOf,
    AnyOf,
    Condition,
    Confidence,
    Duty,
    Fact,
    Gap,
    IncidentFact,
    Keeping,
    Kind,
    Measure,
    Not,
    Obligation,
    Register,
    State,
)
from duecare.law.reading_clocks import Known, clocks, variants
from duecare.law.terms import PROFILE, CountingRule
from duecare.program.catalogue import catalogue, read_yaml
from duecare.words import Text

WHOLE, FACTS, COUNTING, JURISDICTIONS = "register.yaml", "facts.yaml", "counting.yaml", "jurisdictions"

REGISTER = (
    "schema_version",
    "version",
    "as_of",
    "disclaimer",
    "confidence_levels",
    "jurisdictions",
    "coverage_gaps",
)
JURISDICTION = ("jurisdiction", "read", "obligations")
NOTES = ("asked_by", "late", "discovery_rule", "exemptions", "safe_harbor", "effect")
DETAILS = ("classification", "thresholds")
OBLIGATION = (
    "id", "name", "kind", "citation", "jurisdiction", "status", "applies_when", "displaces", "duties",
    "measures", "clocks", "national_variants", "records", "penalties_max", "confidence", "sources",
    *NOTES, *DETAILS,
)  # fmt: skip
DATES = (
    "reporting_from",
    "notification_from",
    "full_from",
    "fully_phased_in",
    "amended",
    "comply_by",
    "fines_from",
)
STATUS = ("state", "since", "pending", "note", *DATES)
DUTY = ("id", "what", "cadence", "cadence_note", "safeguards", "citation", "only_if", "from", "confidence")
RECORD = ("what", "keep", "class", "term", "citation")
TERM = re.compile(r"P[1-9]\d{0,2}[DMY]")
RULE = ("version", "basis", "rule", "compute", "product_policy", "contested", "traps", "confidence")
SCHEMA = 2
CADENCE = re.compile(
    r"P[1-9]\d?[MY]|continuous|event|before_event|once"
    r"|fixed_date:((0[1-9]|1[0-2])-(0[1-9]|1\d|2\d)|(0[13-9]|1[0-2])-30|(0[13578]|1[02])-31)"
)
"""The day of a year is one that some year has."""


def read(folder: Path) -> Register:
    """The register in a folder of content. Raises BadInput naming file, entry and field."""
    found = {
        str(place.relative_to(folder)): place.read_text("utf-8") for place in sorted(folder.rglob("*.yaml"))
    }
    return parse(found)


def parse(texts: Mapping[str, str]) -> Register:
    """The register written in these files: name in the content folder ("jurisdictions/EU.yaml") to text."""
    whole = fields.known(_file(texts, WHOLE), WHOLE, REGISTER)
    if fields.get(whole, "schema_version", int, WHOLE) != SCHEMA:
        raise BadInput(
            f"{WHOLE}: the field 'schema_version' is not {SCHEMA}.", "Use the release that reads it."
        )
    asked = fields.known(_file(texts, FACTS), FACTS, ("profile_facts", "incident_facts", "events"))
    content = Known(
        version=fields.get(whole, "version", str, WHOLE),
        profile=fields.glossary(asked, "profile_facts", FACTS),
        facts=_incident_facts(asked),
        events=fields.glossary(asked, "events", FACTS),
        rules=_rules(_file(texts, COUNTING)),
    )
    names = fields.texts(whole, "jurisdictions", WHOLE)
    strangers = set(texts) - {WHOLE, FACTS, COUNTING, "cases.yaml"}
    if lost := sorted(strangers - {f"{JURISDICTIONS}/{name}.yaml" for name in names}):
        raise BadInput(
            f"{WHOLE}: 'jurisdictions' does not name {lost[0]}.", "Add its name, or remove the file."
        )
    found: dict[str, Obligation] = {}
    for name in names:
        for obligation in _jurisdiction(name, texts, content):
            if obligation.id in found:
                raise BadInput(
                    f"{JURISDICTIONS}/{name}.yaml: the id '{obligation.id}' is used twice.",
                    "Give each obligation its own.",
                )
            found[obligation.id] = obligation
    for obligation in found.values():
        for other in obligation.displaces:
            fields.refer(other, found, "obligation", f"The obligation {obligation.id}: the field 'displaces'")
    return Register(
        version=content.version,
        as_of=fields.get(whole, "as_of", str, WHOLE),
        disclaimer=fields.said(whole, "disclaimer", WHOLE),
        confidence_levels=fields.glossary(whole, "confidence_levels", WHOLE),
        profile_facts=content.profile,
        incident_facts=content.facts,
        events=content.events,
        rules=content.rules,
        obligations=MappingProxyType(found),
        gaps=tuple(
            Gap(fields.texts(row, "places", where), fields.said(row, "what", where))
            for where, row in fields.rows(whole, "coverage_gaps", WHOLE, ("places", "what"))
        ),
    )


def _file(texts: Mapping[str, str], name: str) -> Mapping[str, Any]:
    if name not in texts:
        raise BadInput(f"The content has no file {name}.", "Add it, or take its name out of register.yaml.")
    return read_yaml(texts[name], name)


def _incident_facts(asked: Mapping[str, Any]) -> Mapping[str, IncidentFact]:
    found = {}
    for id, entry in fields.get(asked, "incident_facts", dict, FACTS).items():
        place = f"{FACTS}, incident_facts, {id}"
        row = fields.known(entry, place, ("asks", "answer"))
        answer = row.get("answer", "yes_no")
        if isinstance(answer, list):
            answer = fields.texts(row, "answer", place)
        elif answer not in ("yes_no", "number"):
            raise BadInput(
                f"{place}: the field 'answer' holds {answer!r}.", "Write yes_no, number or a list of words."
            )
        found[id] = IncidentFact(fields.said(row, "asks", place), answer)
    return MappingProxyType(found)


def _rules(content: Mapping[str, Any]) -> Mapping[str, CountingRule]:
    found = {}
    for id, entry in fields.get(content, "counting_rules", dict, COUNTING).items():
        place = f"{COUNTING}, {id}"
        row = fields.known(entry, place, RULE)
        found[id] = CountingRule(
            id=id,
            version=fields.get(row, "version", int, place),
            basis=fields.get(row, "basis", str, place, default=""),
            rule=fields.said(row, "rule", place),
        )
    return MappingProxyType(found)


def _jurisdiction(name: str, texts: Mapping[str, str], content: Known) -> Iterable[Obligation]:
    place = f"{JURISDICTIONS}/{name}.yaml"
    whole = fields.known(_file(texts, place), place, JURISDICTION)
    if fields.get(whole, "jurisdiction", str, place) != name:
        raise BadInput(
            f"{place}: the field 'jurisdiction' is not {name}.", "Name the file after its jurisdiction."
        )
    if not (read := fields.day(whole, "read", place)):
        raise BadInput(
            f"{place}: the field 'read' is missing.", "Say on which day the sources were last read."
        )
    for number, entry in enumerate(fields.get(whole, "obligations", list, place), start=1):
        where = f"{place}, obligation {number}"
        if isinstance(entry, dict):
            where = f"{where} ({entry.get('id', 'without an id')})"
        one = obligation(entry, where, read.isoformat(), content)
        if one.jurisdiction != name:
            raise BadInput(f"{where}: the field 'jurisdiction' is not {name}.", "Move it to its own file.")
        if one.own:
            raise BadInput(
                f"{where}: the field 'id' begins with {OWN}, which marks what organisations add themselves.",
                "Give it another id.",
            )
        yield one


def known_of(register: Register, version: str) -> Known:
    """What an obligation that is read beside the register may refer to, and the version it is given."""
    return Known(version, register.profile_facts, register.incident_facts, register.events, register.rules)


def obligation(entry: object, place: str, read: str, content: Known) -> Obligation:
    """One obligation in the form of the files. `read` is an ISO date.

    Raises BadInput naming `place`, entry and field. Whether what it displaces is there, whoever has all of
    them looks.
    """
    entry = fields.known(entry, place, OBLIGATION)
    id = fields.id_of(entry, place)
    jurisdiction = fields.get(entry, "jurisdiction", str, place)
    where = f"{place}, status"
    status = fields.known(fields.get(entry, "status", dict, place), where, STATUS)
    notes = {name: fields.said(entry, name, place) for name in NOTES if name in entry}
    if "note" in status:
        notes["note"] = fields.said(status, "note", where)
    reporting = fields.day(status, "reporting_from", where) or fields.day(status, "notification_from", where)
    own = clocks(entry, place, id, reporting, content)
    source, national = variants(entry, place, content)
    return Obligation(
        id=id,
        name=fields.said(entry, "name", place),
        kind=fields.word(entry, "kind", Kind, place),
        citation=fields.get(entry, "citation", str, place),
        jurisdiction=jurisdiction,
        state=fields.word(status, "state", State, where),
        since=fields.said(status, "since", where, default=""),
        pending=fields.said(status, "pending", where, default=""),
        dates=MappingProxyType(
            {name: fields.get(status, name, str, where) for name in DATES if name in status}
        ),
        applies_when=_condition(
            entry.get("applies_when"), content.profile, f"{place}: the field 'applies_when'"
        ),
        measures=_measures(entry, place),
        displaces=fields.texts(entry, "displaces", place, default=[]),
        duties=_duties(entry, place, id, content),
        clocks=own,
        variants=national,
        variants_source=source,
        records=tuple(_keeping(row, at, id) for at, row in fields.rows(entry, "records", place, RECORD)),
        penalties_max=fields.said(entry, "penalties_max", place),
        notes=MappingProxyType(notes),
        details=MappingProxyType({name: entry[name] for name in DETAILS if name in entry}),
        confidence=fields.word(entry, "confidence", Confidence, place),
        sources=fields.texts(entry, "sources", place),
        read=read,
        version=content.version,
    )


def _condition(tree: object, facts: Mapping[str, str], place: str) -> Condition:
    match tree:
        case "always":
            return ALWAYS
        case str(fact):
            fields.refer(fact, facts, "profile fact", place)
            return Fact(fact)
        case {"not": part, **rest} if not rest:
            return Not(_condition(part, facts, place))
        case {"all": [_, *_] as parts, **rest} if not rest:
            return AllOf(tuple(_condition(part, facts, place) for part in parts))
        case {"any": [_, *_] as parts, **rest} if not rest:
            return AnyOf(tuple(_condition(part, facts, place) for part in parts))
    raise BadInput(
        f"{place} holds {tree!r}, which is no condition.",
        "Write always, a fact, {all: [...]} or {any: [...]} with at least one part, or {not: ...}.",
    )


def _measures(entry: Mapping[str, Any], place: str) -> tuple[Measure, ...]:
    found = []
    for where, row in fields.rows(entry, "measures", place, ("use", "citation")):
        fields.refer(
            fields.get(row, "use", str, where), catalogue(), "safeguard", f"{where}: the field 'use'"
        )
        found.append(Measure(row["use"], fields.get(row, "citation", str, where)))
    return tuple(found)


def _duties(entry: Mapping[str, Any], place: str, obligation: str, content: Known) -> tuple[Duty, ...]:
    found = []
    for where, row in fields.rows(entry, "duties", place, DUTY):
        cadence = fields.get(row, "cadence", str, where)
        if not CADENCE.fullmatch(cadence):
            raise BadInput(
                f"{where}: the field 'cadence' holds '{cadence}'.",
                "Write P1Y, P6M and the like, continuous, event, before_event, once or fixed_date:04-15.",
            )
        if only_if := fields.get(row, "only_if", str, where, default=""):
            fields.refer(
                only_if.removeprefix(PROFILE), content.profile, "profile fact", f"{where}: 'only_if'"
            )
        since = fields.day(row, "from", where)
        found.append(
            Duty(
                obligation=obligation,
                id=fields.id_of(row, where),
                what=fields.said(row, "what", where),
                cadence=cadence,
                cadence_note=Text(fields.get(row, "cadence_note", str, where, default="")),
                citation=fields.get(row, "citation", str, where),
                only_if=only_if,
                since=since.isoformat() if since else "",
                confidence=fields.word(row, "confidence", Confidence, where, default=entry.get("confidence")),
                version=content.version,
                safeguards=_safeguards(row, where),
            )
        )
    return tuple(found)


def _safeguards(row: Mapping[str, Any], where: str) -> tuple[str, ...]:
    found = fields.texts(row, "safeguards", where, default=[])
    for one in found:
        fields.refer(one, catalogue(), "safeguard", f"{where}: the field 'safeguards'")
    return found


def _keeping(row: Mapping[str, Any], where: str, obligation: str) -> Keeping:
    if kind := fields.get(row, "class", str, where, default=""):
        fields.refer(kind, RECORD_KINDS, "class of records", f"{where}: the field 'class'")
    term = fields.get(row, "term", str, where, default="")
    if term and not TERM.fullmatch(term):
        raise BadInput(f"{where}: the field 'term' holds '{term}'.", "Write P5Y, P18M, P90D and the like.")
    return Keeping(
        obligation,
        fields.said(row, "what", where),
        fields.said(row, "keep", where),
        fields.get(row, "citation", str, where),
        kind,
        term,
    )
