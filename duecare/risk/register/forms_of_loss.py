"""The forms in which a loss comes, kept apart, and harm to others apart from loss of our own. Pure.

The six forms of our own are those of Open FAIR (The Open Group Standard O-RT 3.0, 3.2.3), of which
competitive advantage is told with reputation.
"""

from __future__ import annotations

from collections.abc import Mapping

from duecare.words import Text

RATE = "rate"
OWN: Mapping[str, str] = {
    "response": Text("Response"),
    "replacement": Text("Replacement"),
    "productivity": Text("Work that stands still"),
    "liability": Text("Liability"),
    "fines": Text("Fines"),
    "reputation": Text("Reputation"),
}
"""Losses of our own, by id."""
OTHERS: Mapping[str, str] = {"others": Text("Harm to others")}
"""What people and organisations other than us lose, told in money."""
FORMS: Mapping[str, str] = {**OWN, **OTHERS}
SIDES: Mapping[str, tuple[str, ...]] = {"own": tuple(OWN), "others": tuple(OTHERS), "both": tuple(FORMS)}
"""Which forms belong to whose loss."""
SIDE_WORDS: Mapping[str, str] = {
    "own": Text("Our own loss"),
    "others": Text("Harm to others"),
    "both": Text("Both together"),
}
