"""How a duty stands: kept by the evidence of its safeguards, done by somebody, due, or not known.

A duty that names safeguards is kept while the evidence of all of them holds. What people state about one
counts only if it was said within the duty's own cadence: a yearly statement shows no half-yearly act. What
fails wins over a task that somebody ended: the act was done, and did not help. Nothing is kept on evidence
that is unknown or too old, and an exception makes no duty kept.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from duecare.law.duties import cadence
from duecare.law.limits import months_after
from duecare.law.obligations import Duty
from duecare.program.posture import State as Posture
from duecare.words import day
from duecare.words import gettext as _

LEAD = timedelta(days=92)
"""So long before it is due a duty becomes a task: as long as `cadence.FIRST` months can be."""


class State(StrEnum):
    """What can be said of a duty; each a word of `web/words.py`."""

    FAILING = "failing"
    LATE = "late"
    DROPPED = "dropped"
    """Somebody said that this time it need not be done."""
    TO_DO = "to do"
    UNPROVEN = "unproven"
    EXCEPTED = "excepted"
    UNKNOWN = "unknown"
    ON_EVENT = "on event"
    NOT_YET = "not yet"
    STATED = "stated"
    PROVEN = "proven"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How one of its safeguards stands."""

    safeguard: str
    title: str
    state: Posture | None
    """None where whoever looks may not see it."""
    said_on: date | None = None
    """Day of the oldest statement on which the state rests; None where it rests on none."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the tasks of a duty tell."""

    open: bool = False
    due: date | None = None
    """Of the open task."""
    done_on: date | None = None
    """When somebody last ended one as done, and when that one was due."""
    done_due: date | None = None
    dropped_on: date | None = None
    """When somebody last ended one as dropped after that, and when that one was due."""
    dropped_due: date | None = None


@dataclass(frozen=True, slots=True)
class Stands:
    """How a duty stands on a day."""

    state: State
    why: str
    due: date | None = None
    """When it is due next; None where that cannot be told, or while its safeguards keep it."""

    @property
    def kept(self) -> bool:
        """Whether its safeguards keep it, so that no task is needed."""
        return self.state in (State.PROVEN, State.STATED)


def stand(
    duty: Duty, binds: bool | None, evidence: Sequence[Evidence], work: Work, begun: date, today: date
) -> Stands:
    """How a duty of an obligation that applies stands on a day. `binds` is None while the fact is open on
    which the duty turns; `begun` is the day since when the organisation has been asked."""
    if duty.since and duty.since > today.isoformat():
        return Stands(State.NOT_YET, _("It binds from %(day)s on.") % {"day": day(_iso(duty.since))})
    if binds is None:
        return Stands(State.UNKNOWN, _("Whether it binds cannot be told until a question is answered."))
    held = _held(duty, evidence, today)
    if held is not None and held.state in (State.PROVEN, State.STATED):
        return held
    if held is not None and held.state is State.FAILING:
        # Its day comes all the same: then it is a task, and late once that has passed.
        due = _timed(duty, None, work, begun, today).due if cadence.comes(duty.cadence) else None
        return Stands(held.state, held.why, due)
    if cadence.comes(duty.cadence):
        return _timed(duty, held, work, begun, today)
    if held is not None:
        return held
    if duty.cadence in ("event", "before_event"):
        return Stands(State.ON_EVENT, _("It is owed %(when)s.") % {"when": cadence.told(duty.cadence)})
    return Stands(State.UNKNOWN, _("No safeguard of the catalogue shows whether it is kept."))


def _held(duty: Duty, evidence: Sequence[Evidence], today: date) -> Stands | None:
    """What its safeguards say; None where it names none."""
    if not evidence:
        return None
    for state, found, words in (
        (Posture.FAILING, State.FAILING, _("It fails: %(titles)s.")),
        (Posture.UNPROVEN, State.UNPROVEN, _("It cannot be shown: %(titles)s.")),
        (
            Posture.NOT_APPLICABLE,
            State.UNPROVEN,
            _("It is said not to apply here, and is asked for: %(titles)s."),
        ),
        (Posture.EXCEPTED, State.EXCEPTED, _("There is an exception, which keeps no duty: %(titles)s.")),
        (None, State.UNKNOWN, _("It lies outside of your areas: %(titles)s.")),
    ):
        if titles := [one.title for one in evidence if one.state is state]:
            return Stands(found, words % {"titles": ", ".join(titles)})
    step = cadence.period(duty.cadence)
    old = [one for one in evidence if step and one.said_on and months_after(one.said_on, step) < today]
    if old:
        words = _("What people say was said longer ago than it comes again: %(titles)s.")
        return Stands(State.UNPROVEN, words % {"titles": ", ".join(one.title for one in old)})
    every = {"titles": ", ".join(one.title for one in evidence)}
    if all(one.state is Posture.PROVEN for one in evidence):
        return Stands(State.PROVEN, _("Checks show it: %(titles)s.") % every)
    return Stands(State.STATED, _("A person’s word shows it: %(titles)s.") % every)


def _timed(duty: Duty, held: Stands | None, work: Work, begun: date, today: date) -> Stands:
    """How it stands by the tasks that were made of it."""
    due, state, why = _by_tasks(duty, work, begun)
    if work.open and work.due is not None:
        due = work.due
    if due is not None and due < today:
        state = State.LATE
    elif state is State.TO_DO and held is not None:
        return Stands(held.state, held.why, due)
    return Stands(state, why, due)


def _by_tasks(duty: Duty, work: Work, begun: date) -> tuple[date | None, State, str]:
    """When it is due next, and what was done of it, whatever the day."""
    if work.dropped_on is not None:
        due = cadence.next_due(duty.cadence, work.dropped_on, work.dropped_due)
        return (
            due,
            State.DROPPED,
            _("Dropped on %(day)s, by somebody’s word.") % {"day": day(work.dropped_on)},
        )
    if work.done_on is not None:
        due = cadence.next_due(duty.cadence, work.done_on, work.done_due)
        return due, State.DONE, _("Done on %(day)s, by somebody’s word.") % {"day": day(work.done_on)}
    return (
        cadence.first_due(duty.cadence, begun),
        State.TO_DO,
        _("Nothing is on record that it was ever done."),
    )


def wants_task(duty: Duty, stands: Stands, today: date) -> bool:
    """Whether a task is to be made of it by now, if none is open."""
    if stands.kept or stands.state is State.NOT_YET or not cadence.comes(duty.cadence):
        return False
    return stands.due is not None and stands.due <= today + LEAD


def _iso(text: str) -> date:
    return date.fromisoformat(text)
