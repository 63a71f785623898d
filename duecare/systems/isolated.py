"""Reading a report that may be an attack on whoever reads it: in a process that can do nothing else.

`read_report` parses bytes from anywhere; here it runs in a child process (`duecare/confined.py`). Back comes
a small summary, checked again on this side; the report itself is then stored unread.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from duecare.confined import Limits, read_confined
from duecare.errors import BadInput
from duecare.systems.reports import SIZE_LIMIT, read_report
from duecare.words import gettext as _
from duecare.words import number

SECONDS = 30
"""Of computing."""
MEMORY = 3 << 30
"""Bytes of address space: a report of 64 MiB takes about 1 GiB to read."""
ANSWER_LIMIT = 64 << 10
NAME_LIMIT = 255
VERSION_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Summary:
    """What the record keeps of a report, beside the report itself."""

    name: str
    key: str
    kind: str
    collected_at: datetime
    """By the host's clock, aware, UTC."""
    live: bool
    as_root: bool
    version: str
    """Of the collector."""
    family: str
    system: str
    """The operating system in the vendor's words; empty if not learnt."""
    support_end: date | None
    unreadable: int
    """How many sections could not be read, or not all of them."""


def read_isolated(data: bytes, now: datetime, *, seconds: int = SECONDS, memory: int = MEMORY) -> Summary:
    """The summary of the report that the bytes hold, read in a child process. `now` is aware.

    Raises BadInput: what `read_report` says, or that reading took more than `seconds` or `memory` bytes.
    DuecareError means that the child broke for another reason.
    """
    if len(data) > SIZE_LIMIT:
        raise BadInput(
            _("The report has more than %(size_limit)s bytes.") % {"size_limit": number(SIZE_LIMIT)},
            _("Look whether the file is a report at all."),
        )
    too_much = BadInput(
        _("The report could not be read within %(seconds)s seconds and %(value)s MiB of memory.")
        % {"seconds": seconds, "value": number(memory >> 20)},
        _("Look whether the file is a report at all; nothing was taken in."),
    )
    limits = Limits(seconds, memory, ANSWER_LIMIT)
    return _summary(read_confined(__name__, data, {"now": now.isoformat()}, limits, too_much))


def _summary(answer: dict[str, Any]) -> Summary:
    """The child's answer, of which nothing is believed that was not checked here."""
    end = answer["support_end"]
    collected_at = datetime.fromisoformat(answer["collected_at"]).astimezone(UTC)
    return Summary(
        name=_short(answer, "name", NAME_LIMIT, "$.host.name"),
        key=_short(answer, "key", 64, "$.host.key"),
        kind=_short(answer, "kind", 20, "$.host.kind"),
        collected_at=collected_at,
        live=answer["live"] is True,
        as_root=answer["as_root"] is True,
        version=_short(answer, "version", VERSION_LIMIT, "$.collector.version"),
        family=_short(answer, "family", 20, "$.facts.os.family"),
        system=_short(answer, "system", NAME_LIMIT, "$.facts.os.name"),
        support_end=None if end is None else date.fromisoformat(end),
        unreadable=int(answer["unreadable"]),
    )


def _short(answer: dict[str, Any], name: str, limit: int, place: str) -> str:
    text = str(answer[name])
    if len(text) > limit:
        raise BadInput(
            _("%(place)s: expected at most %(limit)s characters, got %(count)s.")
            % {"place": place, "limit": limit, "count": number(len(text))},
            _("Correct it on the host and collect again."),
        )
    return text


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────


AT_FIRST_USE = ("_strptime", "heapq")
"""What the standard library loads when it is first needed."""


def answer(data: bytes, orders: Mapping[str, str]) -> str:
    """The summary of a report, as JSON. Raises BadInput if it cannot be used."""
    return json.dumps(_describe(data, datetime.fromisoformat(orders["now"])))


def _describe(data: bytes, now: datetime) -> dict[str, Any]:
    report = read_report(data, now)
    system = report.facts["os"]
    found = Summary(
        name=report.name,
        key=report.key,
        kind=report.kind,
        collected_at=report.collected_at,
        live=report.live,
        as_root=report.as_root,
        version=report.version,
        family=system["family"] or "other",
        system=system["name"] or "",
        support_end=None,
        unreadable=sum(facts["state"] in ("unreadable", "partial") for facts in report.facts.values()),
    )
    return {
        **asdict(found),
        "collected_at": report.collected_at.isoformat(),
        "support_end": system["support_end"],
    }
