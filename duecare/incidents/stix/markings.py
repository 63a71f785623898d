"""Who may be told, as STIX marks it: definitions of TLP 2.0, and of the older 1.0 where it is read. Pure.

The ids are OASIS's own (cti-stix-common-objects, TLP 2.0 as an extension of STIX 2.1; TLP 1.0 in section
7.2.1.4 of STIX 2.1). Nothing is passed on that is TLP:RED: that is told to people, not to organisations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from duecare.incidents.indicators.kinds import ORDER

EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
CREATED = "2022-10-01T00:00:00.000Z"
IDS: Mapping[str, str] = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
_OLD: Mapping[str, str] = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
}
_MEANT = {**{id: tlp for tlp, id in IDS.items()}, **_OLD}
PASSED_ON = ORDER[: ORDER.index("red")]
"""What a recipient may be allowed to read at most."""


def up_to(tlp: str) -> tuple[str, ...]:
    """The levels that who may read this one may read; never red."""
    return PASSED_ON[: PASSED_ON.index(tlp) + 1]


def definition(tlp: str) -> dict[str, Any]:
    """The definition of a level, as an object of STIX."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": IDS[tlp],
        "created": CREATED,
        "name": f"TLP:{tlp.upper()}",
        "extensions": {EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp}},
    }


def strictest(marks: Iterable[str]) -> str:
    """The level of an object with these markings; empty if none of them is one of TLP."""
    meant = {_MEANT[mark] for mark in marks if mark in _MEANT}
    return max(meant, key=ORDER.index) if meant else ""
