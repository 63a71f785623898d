"""Whether what insurers were told still stands: the worker asks it once a day.

A signed answer that was to stay true, and that evidence no longer bears out or can no longer show, opens a
finding and makes a task to tell the insurer, with its last day. If evidence agrees again before that, the
finding closes and the task stays: what was untrue for a time is told all the same. Evidence that has gone
blind closes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.program.catalogue import area_of
from duecare.program.models import Finding, Task
from duecare.program.task_actions import LONGEST
from duecare.program.task_queries import today_at
from duecare.risk.insurance.evidence import Said, as_json, both, said, said_of, worse
from duecare.risk.insurance.looking import as_seen, look, safeguard_of
from duecare.risk.insurance.statements.actions import close_finding
from duecare.risk.insurance.statements.models import InsurerStatement, StatementDrift
from duecare.risk.insurance.statements.queries import STATEMENT, origin, reference, untold
from duecare.risk.insurance.statements.terms import TELL_USUAL, THROUGHOUT, binds
from duecare.web.recorded import in_the_records_language

EVERYTHING = Viewer("worker", "", frozenset({Role.AUDITOR}))
NO_SAFEGUARD = "risk_assessment"
"""Of a statement that rests on nothing of ours; it cannot drift, and a finding needs one."""
OPENS, WORSENS, CLOSES = "opens", "worsens", "closes"


@dataclass(frozen=True, slots=True)
class _Watched:
    """A signed statement that binds today, with what evidence says of it."""

    row: InsurerStatement
    drift: StatementDrift | None
    """The one of which the insurer was not told yet."""
    told: StatementDrift | None
    """The one of which they were last told, while evidence has not agreed again since."""
    known: Said
    """What the insurer knows: what evidence said at signing, or what they were last told."""
    now: Said

    @property
    def why(self) -> str:
        """Why the answer no longer stands by what the insurer knows; empty while it does."""
        return worse(self.row.answer, self.known, self.now)

    @property
    def turn(self) -> str:
        """What becomes of its finding; empty for nothing.

        A finding that is open gets worse where evidence says more, or shows less, than the drift that is
        written down. It does not close on evidence that shows less than the drift: blind is not mended.
        """
        pending = self.drift is not None and self.drift.agreed_at is None
        if not pending:
            return OPENS if self.why else ""
        before = said_of(self.drift.said) if self.drift else None
        worsened = before is not None and bool(worse(self.row.answer, before, self.now))
        if self.why:
            return WORSENS if worsened else ""
        return "" if worsened else CLOSES

    @property
    def recovered(self) -> bool:
        """Whether evidence agrees with what was signed again, after the insurer was told that it did not."""
        signed = said_of(self.row.said)
        return bool(self.told and signed and not self.why and not worse(self.row.answer, signed, self.now))


def watch(actor: str, now: datetime) -> tuple[int, int]:
    """Compare every signed answer that binds today with evidence. How many findings were opened and closed.

    Evidence is read before the act; no entry is made where all is as it was.
    """
    with in_the_records_language():
        found = [one for one in _watched(now) if one.turn or one.recovered]
        if not found:
            return 0, 0
        opened = closed = 0
        with recording(actor, "compare what insurers were told with evidence"):
            for one in found:
                if not _as_read(one):
                    continue  # somebody told the insurer or ended it meanwhile: the next day looks again
                if one.turn == OPENS:
                    opened += 1
                    _open(one, actor, now)
                elif one.turn == WORSENS:
                    _worsen(one)
                elif one.turn == CLOSES:
                    closed += 1
                    _close(one, now)
                if one.recovered:
                    _agree(one, now)
    return opened, closed


def _as_read(one: _Watched) -> bool:
    """Within the act: locks the statement, and says whether it and its drifts are as they were read."""
    row = InsurerStatement.objects.select_for_update().get(pk=one.row.pk)
    drift, told = untold([row.pk]).get(row.pk), _last_told(row)
    standing = row.ended_at is None and row.policy.ended_at is None
    return standing and _same(drift, one.drift) and _same(told, one.told)


def _same(one: StatementDrift | None, other: StatementDrift | None) -> bool:
    if one is None or other is None:
        return one is other
    names = ("pk", "said", "agreed_at", "told_at")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _watched(now: datetime) -> Iterator[_Watched]:
    today = today_at(now)
    rows = InsurerStatement.objects.filter(
        continuity=THROUGHOUT, ended_at=None, policy__ended_at=None
    ).exclude(signed_at=None)
    standing = [
        row
        for row in rows.select_related("policy").order_by("made_at", "id")
        if binds(row.continuity, row.as_of, row.until, today)
    ]
    drifts = untold([row.pk for row in standing])
    for row in standing:
        told = _last_told(row)
        known = said_of(told.said if told else row.said)
        if known is None:
            continue
        live = said(look(row.rests_on, EVERYTHING, now), row.lacks)
        yield _Watched(row, drifts.get(row.pk), told, known, live)


def _last_told(row: InsurerStatement) -> StatementDrift | None:
    """The change of which the insurer was last told, if that is still what they know: once evidence agreed
    again it is what was signed."""
    told = StatementDrift.objects.filter(statement=row).exclude(told_at=None).order_by("-told_at").first()
    return None if told is None or told.agreed_at is not None else told


def _told_of(one: _Watched) -> Said:
    """What the insurer has to be told by the drift that is there already."""
    before = said_of(one.drift.said) if one.drift else None
    return one.now if before is None else both(before, one.now)


def _reason(one: _Watched, safeguard: str) -> str:
    """Why it no longer stands, in the words of its finding and task: who sees the area of the safeguard reads
    them, so they name nothing that lies in another."""
    there = Viewer("worker", "", frozenset({Role.AUDITOR}), areas=frozenset({area_of(safeguard)}))
    found = worse(one.row.answer, as_seen(one.known, there), as_seen(one.now, there))
    return found or _("Evidence no longer agrees with the signed answer; the page of the statement says why.")


def _open(one: _Watched, actor: str, now: datetime) -> None:
    row, safeguard = one.row, safeguard_of(one.row.rests_on) or NO_SAFEGUARD
    why = _reason(one, safeguard)
    finding = Finding.objects.create(
        id=new_key(),
        check_id=STATEMENT,
        safeguard=safeguard,
        subject=reference(row.pk),
        subject_name=str(row)[:255],
        reason=why,
        opened_at=now,
    )
    if one.drift is not None:  # it had agreed again for a time, and the insurer still has to be told
        drift = StatementDrift.objects.select_for_update().get(pk=one.drift.pk)
        drift.said, drift.finding, drift.agreed_at = as_json(_told_of(one)), finding.pk, None
        drift.save()
        return
    within = TELL_USUAL if row.tell_within is None else row.tell_within
    drift = StatementDrift.objects.create(
        id=new_key(),
        statement=row,
        since=now,
        said=as_json(one.now),
        due=today_at(now) + timedelta(days=within),
        finding=finding.pk,
    )
    title = _("Tell %(insurer)s what changed: %(question)s") % {
        "insurer": row.policy.insurer,
        "question": str(row),
    }
    source = (
        _("The policy gives %s days for it.") % within
        if row.tell_within is not None
        else _("The policy names no time; %s days are a target of our own.") % within
    )
    Task.objects.create(
        id=new_key(),
        title=title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…",
        why="\n".join(
            [
                _("The answer “yes” was signed, and evidence no longer agrees.") + f" {why}"[:2000],
                source,
                _("What follows if it is untrue: %s") % row.consequence[:1000],
                _("It ends by itself once somebody says on the statement’s page that the insurer was told."),
            ]
        ),
        about=reference(row.pk),
        safeguard=finding.safeguard,
        origin=origin(drift.pk),
        due=drift.due,
        made_by=actor,
        made_at=now,
    )


def _agree(one: _Watched, now: datetime) -> None:
    """What the insurer was told of is over: from now on what was signed counts again."""
    if one.told is None:
        return
    told = StatementDrift.objects.select_for_update().get(pk=one.told.pk)
    told.agreed_at = now
    told.save()


def _worsen(one: _Watched) -> None:
    if one.drift is None:
        return
    drift = StatementDrift.objects.select_for_update().get(pk=one.drift.pk)
    drift.said = as_json(_told_of(one))
    drift.save()
    for finding in Finding.objects.select_for_update().filter(pk=drift.finding, closed_at=None):
        finding.reason = _reason(one, finding.safeguard)
        finding.save()


def _close(one: _Watched, now: datetime) -> None:
    if one.drift is None:
        return
    drift = StatementDrift.objects.select_for_update().get(pk=one.drift.pk)
    drift.agreed_at = now
    drift.save()
    close_finding(drift, now, _("evidence agrees again"))
