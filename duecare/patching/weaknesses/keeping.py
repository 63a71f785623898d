"""What a matching changes of what was found before: rows that are new, say more, or are said no longer.

It only ever adds, and marks what feeds no longer say. That what is compared is the same rows whether they
come from the table or were made anew (`rebuilding.py`) is what lets both give the same.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from duecare.patching.software.models import Software
from duecare.patching.weaknesses.models import Weak
from duecare.patching.weaknesses.sights import Sight

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Said:
    """What the join says of a piece of software under an advisory."""

    row: Weak
    """Not saved."""
    fix: str
    """The key of what its fix is for (`sights.place_key`)."""


Found = dict[tuple[int, str], Said]
"""By software and advisory."""


def keep(
    found: Found, seen: Mapping[str, Sight], there: Container[int], now: datetime, index: int
) -> tuple[int, int]:
    """Write what is new and what changed; how many rows are new, and no longer said."""
    before = {(row.software_id, row.advisory_id): row for row in Weak.objects.iterator()}
    made = compared(before, found, seen, there, now, index)
    for start in range(0, len(made.new), CHUNK):
        Weak.objects.bulk_create(made.new[start : start + CHUNK])
    changed = made.changed + made.unsaid
    columns = ["undecided", "fixed", "why", "unsaid_at", "fix_seen_at", "fix_by_advisory"]
    for start in range(0, len(changed), CHUNK):
        with transaction.atomic():
            Weak.objects.bulk_update(changed[start : start + CHUNK], columns)
    return len(made.new), len(made.unsaid)


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows by what became of them."""

    new: list[Weak]
    changed: list[Weak]
    unsaid: list[Weak]


def compared(
    before: Mapping[tuple[int, str], Weak],
    found: Found,
    seen: Mapping[str, Sight],
    there: Container[int],
    now: datetime,
    index: int,
) -> Changes:
    """What a matching changes of what was found before, whose rows it alters.

    `seen` says when fixes were first seen, `there` which software was held against the feeds.
    """
    new, changed, doubted = [], [], []
    for key, said in found.items():
        row, old = said.row, before.get(key)
        if old is None:
            row.since, row.since_index = now, index
            if row.fixed:
                _first_fix(row, seen.get(said.fix), now)
            new.append(row)
            continue
        if row.undecided and not old.undecided:
            doubted.append(old)  # the feed says less than before, which ends nothing
            continue
        # A fix that is no longer named was on offer all the same: the clock that it began runs on.
        row.fixed = row.fixed or old.fixed
        if row.fixed and old.fix_seen_at is None:
            _first_fix(old, seen.get(said.fix), now)
        elif _same(old, row):
            continue
        old.undecided, old.fixed, old.why, old.unsaid_at = row.undecided, row.fixed, row.why, None
        changed.append(old)
    lost = [row for key, row in before.items() if key not in found] + doubted
    unsaid = [row for row in lost if row.unsaid_at is None and row.software_id in there]
    for row in unsaid:
        row.unsaid_at = now
    return Changes(new, changed, unsaid)


def _first_fix(row: Weak, sight: Sight | None, now: datetime) -> None:
    row.fix_seen_at = now if sight is None else sight.at
    row.fix_by_advisory = sight is not None and sight.by_advisory


def mark(looked_at: Sequence[int], index: int) -> None:
    """Note which software this run held against the feeds, after all that it found was written."""
    for start in range(0, len(looked_at), CHUNK):
        part = Software.objects.filter(pk__in=looked_at[start : start + CHUNK])
        part.update(looked=index, first_looked=Coalesce(F("first_looked"), index))


def _same(old: Weak, new: Weak) -> bool:
    return old.unsaid_at is None and (old.undecided, old.fixed, old.why) == (
        new.undecided,
        new.fixed,
        new.why,
    )
