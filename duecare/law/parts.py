"""What an obligation says, part by part, as digests: by them a new version of the content is compared.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from duecare.law.obligations import Obligation
from duecare.words import gettext_noop

PARTS = {
    "place": gettext_noop("what it is and where it is written"),
    "status": gettext_noop("since when it binds and what is under way"),
    "applies": gettext_noop("to whom it applies"),
    "duties": gettext_noop("its duties"),
    "safeguards": gettext_noop("the safeguards that it asks for"),
    "clocks": gettext_noop("its clocks"),
    "records": gettext_noop("the records to keep"),
    "penalties": gettext_noop("penalties"),
    "notes": gettext_noop("what else is to be known"),
    "confidence": gettext_noop("how far it was confirmed"),
}
"""Each part in words that follow "it changed:"."""


def digests(one: Obligation) -> dict[str, str]:
    """Part to twelve hex digits. The version of the content changes none of them."""
    said: dict[str, object] = {
        "place": (one.name, one.kind, one.citation, one.jurisdiction),
        "status": (one.state, one.since, one.pending, dict(one.dates)),
        "applies": (one.applies_when, one.displaces),
        "duties": [replace(duty, version="") for duty in one.duties],
        "safeguards": one.measures,
        "clocks": ([replace(clock, version="") for clock in one.clocks], dict(one.variants)),
        "records": one.records,
        "penalties": one.penalties_max,
        "notes": (dict(one.notes), dict(one.details)),
        "confidence": (one.confidence, one.sources, one.variants_source),
    }
    return {part: hashlib.sha256(repr(value).encode()).hexdigest()[:12] for part, value in said.items()}
