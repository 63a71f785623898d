"""Records and tables of this room, each in a module of its own."""

from __future__ import annotations

from duecare.patching.bills.models import Bill, BillReflected, Contained, Product
from duecare.patching.feeds.models import Feed, FeedDrop, FeedSnapshot
from duecare.patching.runs.models import HostReach, PatchAsk, PatchResult, PatchRun
from duecare.patching.software.models import Installed, Reflected, Software
from duecare.patching.weaknesses.models import Advisory, AdvisoryName, Matching, Rating, Sighting, Weak

__all__ = [
    "Advisory",
    "AdvisoryName",
    "Bill",
    "BillReflected",
    "Contained",
    "Feed",
    "FeedDrop",
    "FeedSnapshot",
    "HostReach",
    "Installed",
    "Matching",
    "PatchAsk",
    "PatchResult",
    "PatchRun",
    "Product",
    "Rating",
    "Reflected",
    "Sighting",
    "Software",
    "Weak",
]
