"""Running the checks: evidence in, outcomes and findings out, each step on the record.

That an assessment started is an entry before any evidence is read, so one that was stopped half-way shows.
Evidence is read and judged outside any transaction; what changed is then written in acts of bounded size.
One assessment runs at a time: two would open the same findings twice.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, overload

from django.conf import settings
from django.utils.translation import gettext as _

from duecare import __version__
from duecare.errors import NotFound, Tampered
from duecare.home import Home
from duecare.ledger import blobs, canonical
from duecare.ledger.recording import recording
from duecare.ledger.records import Record, new_key, utc_now
from duecare.program.judgement import Check, Verdict, checks, find_check, told_by_people
from duecare.program.models import Assessment, Finding, Outcome
from duecare.program.outcomes import Exceptional, Tally, stays_open
from duecare.program.queries import current_targets
from duecare.program.statement_queries import STATED
from duecare.program.subjects import Subject, find_source
from duecare.web.recorded import in_the_records_language

ACT_SIZE = 1000
"""Most records one act writes: far below two seconds of lock."""

DAY = timedelta(days=1)

Progress = Callable[[int], None]
"""Called with the number of subjects judged so far."""


def _quiet(done: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Assessed:
    """What an assessment did."""

    assessment: str
    """Key of its record."""
    outcomes: dict[Verdict, int]
    opened: int
    closed: int


def assess(
    actor: str, now: datetime, *, progress: Progress = _quiet, clock: Callable[[], datetime] = utc_now
) -> Assessed:
    """Run every check on the newest evidence and record what it found.

    `now` is the moment of judging; `clock` is asked when it is finished. Waits for an assessment that another
    process runs. Raises whatever reading the evidence or writing the record raises; the assessment then stays
    unfinished.
    """
    with alone(), in_the_records_language():
        return _assess(actor, now, progress, clock)


@contextmanager
def alone() -> Iterator[None]:
    """Nothing else that opens or closes findings, or works on what they make, runs meanwhile."""
    home: Home = settings.DUECARE_HOME
    with (home.scratch / "assess.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def open_at_once(actor: str, check_id: str, subject: Subject, now: datetime) -> bool:
    """Open what a check finds about one subject, without waiting for the next assessment.

    False while an assessment runs, which might open the same findings; the next one does it then.
    """
    check = find_check(check_id)
    if check is None:
        raise NotFound(_("There is no check %(name)s.") % {"name": repr(check_id)})
    home: Home = settings.DUECARE_HOME
    with (home.scratch / "assess.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        with in_the_records_language():
            target = current_targets()[check.target].value if check.target else None
            tally = Tally(check, target, now)
            tally.take(subject)
            about = Finding.objects.filter(check_id=check.id, subject=subject.reference, closed_at=None)
            known = set(about.values_list("item", flat=True))
            new = [gap for gap in tally.exceptions if gap.verdict is Verdict.UNMET and gap.item not in known]
            _write(actor, "open findings", [_finding(tally, gap, now) for gap in new])
    return True


def _assess(actor: str, now: datetime, progress: Progress, clock: Callable[[], datetime]) -> Assessed:
    running = Assessment(id=new_key(), started_at=now, program=__version__)
    with recording(actor, "start an assessment"):
        running.save(force_insert=True)
    tallies: list[tuple[Tally, str]] = []
    done = 0
    for source in sorted({check.of for check in checks()}):
        group = [Tally(check, target, now) for check, target in _with_targets(source)]
        looked_at = []
        for subject in find_source(source)(now):
            for tally in group:
                tally.take(subject)
            looked_at.append(
                {"evidence": subject.evidence, "name": subject.name, "subject": subject.reference}
            )
            done += 1
            progress(done)
        digest = _keep_lines(looked_at)
        tallies.extend((tally, digest) for tally in group)
    _write(actor, "record what the checks found", _changed_outcomes(tallies, running, now))
    opened, closed = _write_findings(actor, [tally for tally, _ in tallies], now)
    verdicts = {verdict: sum(tally.verdict is verdict for tally, _ in tallies) for verdict in Verdict}
    running.finished_at = max(now, clock())
    running.checks = len(tallies)
    running.outcomes = {verdict.value: count for verdict, count in verdicts.items()}
    with recording(actor, "finish the assessment"):
        running.save(force_update=True)
    return Assessed(running.pk, verdicts, opened, closed)


def _with_targets(source: str) -> Iterator[tuple[Check, int | None]]:
    targets = current_targets()
    for check in checks():
        if check.of == source:
            yield check, None if check.target is None else targets[check.target].value


def _keep_lines(lines: Iterable[dict[str, Any]]) -> str:
    """Digest of a blob of JSON lines; empty for none."""
    data = b"".join(canonical.encode(line) + b"\n" for line in lines)
    return blobs.keep(data) if data else ""


class Lines(Sequence[dict[str, Any]]):
    """The lines of such a blob, of which there may be many thousands; only those asked for are decoded.

    Raises NotFound or Tampered if it is gone or altered.
    """

    def __init__(self, digest: str) -> None:
        self._lines = blobs.fetch(digest).splitlines() if digest else []

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(place, slice):
            return [json.loads(line) for line in self._lines[place]]
        found: dict[str, Any] = json.loads(self._lines[place])
        return found


def read_lines(digest: str) -> list[dict[str, Any]]:
    """The lines of such a blob. Raises NotFound or Tampered if it is gone or altered."""
    return Lines(digest)[:]


def _changed_outcomes(
    tallies: Sequence[tuple[Tally, str]], running: Assessment, now: datetime
) -> Iterator[Outcome]:
    """The outcomes to write: those that changed, and each once a day."""
    populations = _Populations()
    before = Outcome.objects.in_bulk([tally.check.id for tally, _ in tallies])
    for tally, looked_at in tallies:
        old = before.get(tally.check.id)
        new = Outcome(
            id=tally.check.id,
            safeguard=tally.check.safeguard,
            verdict=tally.verdict.value,
            reason=tally.reason,
            revision=tally.check.revision,
            population=tally.population,
            population_was=old.population if old and old.population != tally.population else None,
            subjects=tally.subjects,
            unmet=tally.unmet,
            unknown=tally.unknown,
            example=tally.example,
            measure=tally.measure,
            target=tally.target,
            target_was=old.target if old and old.target != tally.target else None,
            grade=tally.grade or "",
            evidence_at=tally.evidence_at,
            stale_at=tally.stale_at,
            judged_at=now,
            since=_since(old, tally, now),
            assessment=running,
            looked_at=looked_at,
            exceptions=_keep_lines(tally.exception_lines()),
        )
        if old is None or old.judged_at.date() != now.date() or _differs(old, new, now, populations):
            yield new


def _since(old: Outcome | None, tally: Tally, now: datetime) -> datetime:
    """Since when the verdict is what it is. A met outcome whose evidence went stale was unknown meanwhile."""
    if old is None or old.verdict != tally.verdict:
        return now
    lasting = tally.verdict in (Verdict.UNMET, Verdict.UNKNOWN)
    return old.since if lasting or (old.stale_at is not None and old.stale_at >= now) else now


_MATERIAL = (
    "verdict", "reason", "revision", "population", "subjects", "unmet", "unknown", "target", "grade",
    "exceptions",
)  # fmt: skip


def _differs(old: Outcome, new: Outcome, now: datetime, populations: _Populations) -> bool:
    """Whether anything changed but the age of the evidence.

    That is brought up to date once a day, or at once where the outcome would otherwise be read as fresher
    than it is, or as stale before the day is over.
    """
    if any(getattr(old, name) != getattr(new, name) for name in _MATERIAL):
        return True
    if old.stale_at != new.stale_at and (
        old.stale_at is None
        or new.stale_at is None
        or new.stale_at < old.stale_at
        or old.stale_at < now + DAY
    ):
        return True
    return populations.of(old.looked_at) != populations.of(new.looked_at)


class _Populations:
    """Which subjects an outcome looked at; outcomes of one source share the blob that says so."""

    def __init__(self) -> None:
        self._read: dict[str, frozenset[str] | None] = {}

    def of(self, digest: str) -> frozenset[str] | None:
        """The references of the subjects; None if the blob cannot be read any more."""
        if digest not in self._read:
            try:
                self._read[digest] = frozenset(line["subject"] for line in read_lines(digest))
            except (NotFound, Tampered):
                self._read[digest] = None
        return self._read[digest]


def _write(actor: str, reason: str, records: Iterable[Record]) -> None:
    """Insert or replace records of one model, in acts of bounded size."""
    waiting = iter(records)
    while part := list(islice(waiting, ACT_SIZE)):
        model = type(part[0])
        fields = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        with recording(actor, reason):
            model._base_manager.bulk_create(
                part, update_conflicts=True, unique_fields=["id"], update_fields=fields
            )


def _write_findings(actor: str, tallies: Sequence[Tally], now: datetime) -> tuple[int, int]:
    """Open, refresh and close findings; returns how many were opened and closed."""
    opened: list[Finding] = []
    closed: list[Finding] = []
    refreshed: list[Finding] = []
    for tally in tallies:
        gaps = {(one.subject, one.item): one for one in tally.exceptions if one.verdict is Verdict.UNMET}
        known = Finding.objects.filter(check_id=tally.check.id, closed_at=None)
        for finding in known.iterator(chunk_size=2000):
            gap = gaps.pop((finding.subject, finding.item), None)
            if gap is not None:
                if gap.reason != finding.reason:
                    finding.reason = gap.reason
                    refreshed.append(finding)
                continue
            judgement = tally.judged.get(finding.subject)
            if stays_open(judgement, finding.item):
                continue
            finding.closed_at = now
            finding.closed_because = (
                _("it is no longer part of what is looked at")
                if judgement is None
                else judgement.not_applicable or _("newer evidence shows it gone")
            )
            closed.append(finding)
        opened.extend(_finding(tally, gap, now) for gap in gaps.values())
    judged = [tally.check.id for tally in tallies]
    kept = [*judged, STATED, *told_by_people()]  # what people admit no check can show gone
    for finding in Finding.objects.filter(closed_at=None).exclude(check_id__in=kept).iterator(2000):
        finding.closed_at = now
        finding.closed_because = _("its check was withdrawn")
        closed.append(finding)
    _write(actor, "open findings", opened)
    _write(actor, "close findings", closed)
    _write(actor, "newer reasons for findings", refreshed)
    return len(opened), len(closed)


def _finding(tally: Tally, gap: Exceptional, now: datetime) -> Finding:
    return Finding(
        id=new_key(),
        check_id=tally.check.id,
        safeguard=tally.check.safeguard,
        subject=gap.subject,
        subject_name=gap.name,
        item=gap.item,
        reason=gap.reason,
        opened_at=now,
    )
