"""What of a case is passed on, as a bundle of STIX 2.1. Knows no database: all is passed in.

The ids are made of our own keys (UUIDs of version 5), so that who is told again knows what they have.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from duecare.incidents.indicators.kinds import KINDS
from duecare.incidents.stix.markings import IDS, definition, up_to
from duecare.incidents.stix.patterns import pattern_of

_OURS = uuid5(NAMESPACE_URL, "https://docs.oasis-open.org/cti/stix/v2.1/#duecare")


@dataclass(frozen=True, slots=True)
class Sign:
    """An indicator to pass on."""

    key: str
    kind: str
    value: str
    tlp: str
    words: str
    seen: datetime
    """From when on it holds: when it was first seen, or added."""
    added: datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """What is known of an incident, and to whom it is told."""

    log: str
    """Origin of the organisation's record, which is one of a kind."""
    organisation: str
    since: datetime
    """When that record began."""
    case: str
    """Key of the case."""
    name: str
    summary: str
    """Empty if it is not passed on."""
    opened: datetime
    now: datetime
    tlp: str
    """What the recipient may read at most."""
    signs: tuple[Sign, ...]
    techniques: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is passed on."""

    text: str
    """The bundle as JSON."""
    indicators: int
    withheld: int
    """Indicators that the recipient may not read."""
    without_pattern: int
    """Indicators for which STIX has no pattern, or which are written as one that is none."""


def bundle_of(telling: Telling, id: UUID) -> Told:
    """The bundle with that id. Raises ValueError for a level at which nothing is passed on."""
    from stix2 import v21

    allowed = up_to(telling.tlp)
    shown = [one for one in telling.signs if one.tlp in allowed]
    sent = [one for one in shown if _can_be_told(one)]
    identity = v21.Identity(
        id=_id("identity", telling.log),
        created=telling.since,
        modified=telling.since,
        name=telling.organisation,
        identity_class="organization",
    )
    common = {"created_by_ref": identity.id, "object_marking_refs": [IDS[telling.tlp]]}
    incident = v21.Incident(
        id=_id("incident", telling.case),
        created=telling.opened,
        modified=telling.now,
        name=telling.name,
        **({"description": telling.summary} if telling.summary else {}),
        **common,
    )
    objects: list[Any] = [identity, incident]
    for sign in sent:
        objects += _indicator(sign, identity.id, incident.id)
    for technique in telling.techniques:
        objects += _technique(technique, telling, incident.id, common)
    used = sorted({telling.tlp, *(one.tlp for one in sent)}, key=allowed.index)
    markings = [v21.MarkingDefinition(**definition(tlp)) for tlp in used]
    bundle = v21.Bundle(*markings, *objects, id=f"bundle--{id}")
    return Told(
        bundle.serialize(indent=2, include_optional_defaults=False),
        len(sent),
        len(telling.signs) - len(shown),
        len(shown) - len(sent),
    )


def _can_be_told(sign: Sign) -> bool:
    """Whether there is a pattern of STIX for it; what somebody wrote as one is held to its grammar."""
    from stix2 import v21
    from stix2.exceptions import STIXError

    pattern = pattern_of(sign.kind, sign.value)
    if not pattern or sign.kind != "other":
        return bool(pattern)
    try:
        v21.Indicator(pattern=pattern, pattern_type="stix", valid_from=sign.seen)
    except (STIXError, ValueError, RecursionError):
        return False
    return True


def _indicator(sign: Sign, by: str, incident: str) -> Iterable[Any]:
    from stix2 import v21

    marks = {"created_by_ref": by, "object_marking_refs": [IDS[sign.tlp]]}
    made = v21.Indicator(
        id=_id("indicator", sign.key),
        created=sign.added,
        modified=sign.added,
        name=str.__str__(KINDS[sign.kind]),
        **({"description": sign.words} if sign.words else {}),
        pattern=pattern_of(sign.kind, sign.value),
        pattern_type="stix",
        indicator_types=["malicious-activity"],
        valid_from=sign.seen,
        **marks,
    )
    yield made
    yield _related(made.id, incident, sign.added, marks)


def _technique(technique: str, telling: Telling, incident: str, common: dict[str, Any]) -> Iterable[Any]:
    from stix2 import v21

    made = v21.AttackPattern(
        id=_id("attack-pattern", f"{telling.case}:{technique}"),
        created=telling.opened,
        modified=telling.opened,
        name=technique,
        external_references=[{"source_name": "mitre-attack", "external_id": technique}],
        **common,
    )
    yield made
    yield _related(made.id, incident, telling.opened, common)


def _related(source: str, target: str, at: datetime, marks: dict[str, Any]) -> Any:
    from stix2 import v21

    return v21.Relationship(
        id=_id("relationship", f"{source}:{target}"),
        created=at,
        modified=at,
        relationship_type="related-to",
        source_ref=source,
        target_ref=target,
        **marks,
    )


def _id(type: str, key: str) -> str:
    return f"{type}--{uuid5(_OURS, f'{type}:{key}')}"
