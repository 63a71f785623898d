"""How an incident is classed for later statistics, by the questions of VERIS. Pure.

The identifiers are those of the VERIS community schema 1.3.7 (actor, action, asset, attribute, and its
discovery_method); the words are our own. A class that nobody chose is unknown, and is counted as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from duecare.words import Text

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Axis:
    """One question, with what can be answered."""

    id: str
    name: Text
    asks: Text
    choices: Mapping[str, Text]
    """By the identifier, in the order in which they are offered."""
    several: bool = True
    """Whether more than one can be true."""


AXES = (
    Axis(
        "actor",
        Text("Who did it"),
        Text("More than one, where they acted together."),
        {
            "external": Text("Somebody from outside"),
            "internal": Text("Somebody of ours"),
            "partner": Text("A partner or supplier"),
            UNKNOWN: Text("Not known"),
        },
    ),
    Axis(
        "motive",
        Text("Why"),
        Text("As far as it shows."),
        {
            "Financial": Text("Money"),
            "Espionage": Text("To spy"),
            "Grudge": Text("A grudge"),
            "Ideology": Text("Conviction"),
            "Fun": Text("Curiosity or fun"),
            "Convenience": Text("To have it easier"),
            "NA": Text("None: it was a mistake or mischance"),
            "Unknown": Text("Not known"),
        },
        several=False,
    ),
    Axis(
        "action",
        Text("What they did, or what happened"),
        Text("All that it took."),
        {
            "malware": Text("Hostile software"),
            "hacking": Text("Breaking in: stolen passwords, weaknesses, brute force"),
            "social": Text("Deceiving people: phishing, pretexts, bribes"),
            "misuse": Text("Using given rights for what they were not given for"),
            "physical": Text("Theft, tampering or watching on the spot"),
            "error": Text("A mistake: sent wrongly, set up wrongly, lost"),
            "environmental": Text("Fire, water, power, weather"),
            UNKNOWN: Text("Not known"),
        },
    ),
    Axis(
        "asset",
        Text("What was hit"),
        Text("Kinds of things whose safety was lost."),
        {
            "S": Text("Server or service"),
            "N": Text("Network"),
            "U": Text("Computer or phone of a person"),
            "T": Text("Public terminal or till"),
            "P": Text("Person"),
            "M": Text("Storage medium or paper"),
            "E": Text("Built-in device or machine"),
            UNKNOWN: Text("Not known"),
        },
    ),
    Axis(
        "attribute",
        Text("What was lost of it"),
        Text("Not what might have been."),
        {
            "confidentiality": Text("Somebody saw or took what was not theirs"),
            "integrity": Text("Something was changed, or money moved"),
            "availability": Text("Something could not be used, or is gone"),
            UNKNOWN: Text("Not known"),
        },
    ),
    Axis(
        "discovery",
        Text("How it was found"),
        Text("By whom we first knew."),
        {
            "internal": Text("By ourselves"),
            "external": Text("By somebody outside"),
            "partner": Text("By a partner or supplier"),
            "other": Text("Otherwise"),
            UNKNOWN: Text("Not known"),
        },
        several=False,
    ),
)
OF_ID: Mapping[str, Axis] = {axis.id: axis for axis in AXES}


def chosen(classified: Mapping[str, Any], axis: Axis) -> tuple[str, ...]:
    """What was chosen of one question, in the order of its choices; empty if nothing was."""
    told = classified.get(axis.id) or ()
    picked = {told} if isinstance(told, str) else set(told)
    return tuple(id for id in axis.choices if id in picked)


def words(classified: Mapping[str, Any], axis: Axis) -> str:
    """The same in words; empty if nothing was chosen."""
    return "; ".join(str(axis.choices[id]) for id in chosen(classified, axis))


def faults(classified: Mapping[str, Any]) -> Sequence[str]:
    """Ids of the questions whose answer is none of their choices, or holds "not known" beside another."""
    found = []
    for axis in AXES:
        told = classified.get(axis.id, "" if not axis.several else [])
        values = [told] if isinstance(told, str) else list(told)
        values = [one for one in values if one]
        odd = any(one not in axis.choices for one in values)
        mixed = len(values) > 1 and (UNKNOWN in values or not axis.several)
        if odd or mixed or len(set(values)) != len(values):
            found.append(axis.id)
    return found


def veris(
    classified: Mapping[str, Any], *, id: str, year: int, month: int, confirmed: bool
) -> dict[str, Any]:
    """The classes as a record of VERIS; what was not said is Unknown there, too."""
    motive = (chosen(classified, OF_ID["motive"]) or ("Unknown",))[0]
    actors = chosen(classified, OF_ID["actor"]) or (UNKNOWN,)
    assets = chosen(classified, OF_ID["asset"]) or (UNKNOWN,)
    return {
        "schema_version": "1.3.7",
        "incident_id": id,
        "security_incident": "Confirmed" if confirmed else "Suspected",
        "timeline": {"incident": {"year": year, "month": month}},
        "actor": {actor: {} if actor == UNKNOWN else {"motive": [motive]} for actor in actors},
        "action": {one: {} for one in chosen(classified, OF_ID["action"]) or (UNKNOWN,)},
        "asset": {
            "assets": [{"variety": "Unknown" if one == UNKNOWN else f"{one} - Unknown"} for one in assets]
        },
        "attribute": {one: {} for one in chosen(classified, OF_ID["attribute"]) or (UNKNOWN,)},
        "discovery_method": {(chosen(classified, OF_ID["discovery"]) or (UNKNOWN,))[0]: {}},
    }
