"""The law of a case: kept with the first answer or event from which a clock may run, whoever writes it.

It is a blob that the act names (docs/decisions/0016-what-an-incident-keeps.md), which
`notices/law_of_case.py` reads.
"""

from __future__ import annotations

from datetime import datetime

from duecare.incidents.cases.models import Case
from duecare.law.applicable import overrides_now, register_now
from duecare.law.frozen import freeze
from duecare.law.moments import Moment
from duecare.ledger import blobs
from duecare.web.recorded import recorded


def keep_law() -> tuple[str, str]:
    """Keep the law of today; its digest and version. Before the act that names it, as all blobs."""
    today = register_now()
    return blobs.keep(freeze(today, overrides_now())), today.version


def freeze_law(actor: str, case: Case, kept: tuple[str, str], now: datetime) -> None:
    """Within an act: the law that was kept is that of the case, unless it has one."""
    from duecare.incidents.timeline.actions import put  # which keeps the law, too

    if case.law:
        return
    case.law, case.law_version = kept
    case.save()
    words = recorded("The clocks begin. They count by the law of version %(version)s.", version=kept[1])
    put(actor, case, now, words, Moment(now, case.zone), "note")
