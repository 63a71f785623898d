"""What kinds of entries a timeline has, when one is late, and how ATT&CK techniques are written. Pure.

MITRE ATT&CK names techniques `T` and four digits, sub-techniques with three more after a full stop. Only the
ids are kept: their names and texts are not ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from duecare.errors import BadInput
from duecare.law.moments import Moment
from duecare.words import Text, number
from duecare.words import gettext as _

KINDS: Mapping[str, Text] = {
    "event": Text("Something happened"),
    "action": Text("Something was done"),
    "decision": Text("Something was decided"),
    "notice": Text("Somebody was told"),
    "note": Text("A note"),
}
LATE = timedelta(hours=24)
"""From here on an entry counts as late: so long after it was seen, or happened, it was written down."""
MOST_TECHNIQUES = 20
"""Of one entry."""
_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?", re.ASCII)


def techniques_in(text: str) -> list[str]:
    """The ids in a text, set apart by commas, semicolons or spaces; each once, in their order.

    Raises BadInput for what is no id of a technique, and for too many.
    """
    found = list(dict.fromkeys(part.upper() for part in re.split(r"[\s,;]+", text) if part))
    for one in found:
        if not _TECHNIQUE.fullmatch(one):
            raise BadInput(
                _("“%s” is no technique of ATT&CK.") % one[:40],
                _("Write ids such as T1566 or T1566.001, with commas between them."),
                "techniques",
            )
    if len(found) > MOST_TECHNIQUES:
        raise BadInput(
            _("An entry has at most %s techniques.") % number(MOST_TECHNIQUES),
            _("Write the others into an entry of their own."),
            "techniques",
        )
    return found


def late_by(happened: Moment, observed: datetime | None, recorded: datetime) -> timedelta | None:
    """How long after it could have been known an entry was written, if that makes it late; else None.

    It could be known from when it was seen, or, where nobody says when that was, from when it happened; of a
    whole day, from its end.
    """
    waited = recorded - (observed or happened.last)
    return waited if waited > LATE else None
