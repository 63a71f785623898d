"""Posture: what the outcomes of a safeguard's checks, and people's statements about it, say together. Pure.

A safeguard is proven only if every check of it that arises is met on evidence that is fresh at the moment of
reading: an outcome whose evidence has gone stale since it was judged counts as unknown.

A person's word is weaker than a check, and is counted apart. It makes a safeguard stated only where no check
tests it, or where nothing is there for its checks to test; and only once each of its questions is answered.
It never turns unknown evidence into anything better. That nothing is there to test answers no question: no
SSH on the computers seen says nothing of sign-in to the mail. What people admit weighs in full: a "no" or
"partly" is a known gap, whatever the checks found, and neither time nor doubt mends it. That a safeguard does
not apply counts once a second person has agreed: it takes the safeguard out of sight, which one person alone
should not do.

An approved exception makes nothing better than it is: what fails, or cannot be shown, is excepted instead
while the exception holds, and is counted apart from all that is proven or stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from duecare.program.catalogue import Safeguard
from duecare.program.judgement import Check, Verdict
from duecare.program.questions import Question
from duecare.program.targets import counted
from duecare.words import day, ngettext, number
from duecare.words import gettext as _

EXAMPLE = 110
"""Characters of an example in a list."""


class State(StrEnum):
    """What can be said of a safeguard."""

    FAILING = "failing"
    UNPROVEN = "unproven"
    EXCEPTED = "excepted"
    """Departed from for a time, with approval; never counted among the proven."""
    STATED = "stated"
    """By a person whose word counts still; never counted among the proven."""
    PROVEN = "proven"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Found:
    """An outcome as posture needs it."""

    check: Check
    verdict: Verdict
    """As judged."""
    reason: str
    population: int
    subjects: int
    unmet: int
    unknown: int
    example: str
    """The first exception that decides the verdict, in words."""
    measure: int | None
    target: int | None
    grade: str
    evidence_at: datetime | None
    stale_at: datetime | None
    judged_at: datetime
    since: datetime
    exceptions: str
    """Digest of the blob of exceptions."""
    looked_at: str
    population_was: int | None = None
    target_was: int | None = None

    def verdict_at(self, now: datetime) -> Verdict:
        """The verdict as it can be upheld at `now`: met, and that the question does not arise, need evidence
        that is fresh. What was unmet stays so until newer evidence shows it gone."""
        if self.verdict in (Verdict.MET, Verdict.NOT_APPLICABLE) and self.stale_by(now):
            return Verdict.UNKNOWN
        return self.verdict

    def stale_by(self, now: datetime) -> bool:
        """Whether the evidence is too old at `now`, or there is none."""
        return self.stale_at is None or self.stale_at < now

    @property
    def measured(self) -> str:
        """The measure with its unit; empty without one."""
        return "" if self.measure is None else counted(self.check.unit, self.measure)

    def words(self, now: datetime) -> str:
        """The answer in a few words: "2 of 11 accounts not: ...", "151 of 151 hosts".

        What cannot be told is counted in gaps, not in things of the population: a list that could not be read
        whole hides nobody knows how many.
        """
        counts = _(self.check.counts)
        verdict = self.verdict_at(now)
        if verdict is not self.verdict:
            return _("the evidence has gone stale since")
        if self.reason:
            return self.reason
        if self.example and self.population == self.unmet + self.unknown == 1:
            return _short(self.example)
        told = f": {_short(self.example)}" if self.example else ""
        if verdict is Verdict.UNMET:
            numbers = {"unmet": number(self.unmet), "all": number(self.population), "counts": counts}
            more = f", {_gaps(self.unknown)}" if self.unknown else ""
            return _("%(unmet)s of %(all)s %(counts)s not") % numbers + more + told
        if verdict is Verdict.UNKNOWN:
            return f"{_gaps(self.unknown)}{told}"
        return _("%(met)s of %(all)s %(counts)s") % {
            "met": number(self.population),
            "all": number(self.population),
            "counts": counts,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as posture needs it: the one of its question that was neither replaced nor withdrawn."""

    key: str
    question: str
    """Id of the question that it answers."""
    asked: str
    """The question in the words in which it was asked."""
    answer: str
    """As given: "yes", "partly", "no" or "not applicable"."""
    means: Verdict
    """What the answer comes to: yes is met, partly and no are unmet."""
    made_by: str
    """An actor."""
    made_at: datetime
    expires: date
    """Last day on which it counts."""
    expires_at: datetime
    """The end of that day where the organisation is."""
    review: str = ""
    """What a second person said: "agreed", "doubted" or nothing."""
    reviewed_at: datetime | None = None

    def expired_by(self, now: datetime) -> bool:
        return self.expires_at < now

    @property
    def doubted(self) -> bool:
        return self.review == "doubted"

    @property
    def agreed(self) -> bool:
        return self.review == "agreed"

    def verdict_at(self, now: datetime) -> Verdict:
        """What it comes to at `now`: unknown once it has expired or is doubted.

        Neither time nor doubt mends a gap that was admitted: that stays until it is answered otherwise.
        """
        if self.means is not Verdict.UNMET and (self.doubted or self.expired_by(now)):
            return Verdict.UNKNOWN
        return self.means

    def words(self, now: datetime) -> str:
        """What it says about its safeguard, in a few words."""
        told = {
            "day": day(self.made_at.date()),
            "answer": _(self.answer),
            "asked": _short(_(self.asked)),
            "until": day(self.expires),
        }
        if self.means is Verdict.UNMET:
            return _("stated “%(answer)s”: %(asked)s") % told
        if self.doubted:
            return _("the statement of %(day)s is doubted: %(asked)s") % told
        if self.expired_by(now):
            return _("the statement of %(day)s has expired: %(asked)s") % told
        return _("stated “%(answer)s” until %(until)s") % told

    def since(self, now: datetime) -> datetime:
        """Since when it says so."""
        if self.verdict_at(now) is self.means:
            return self.made_at
        return self.reviewed_at if self.doubted and self.reviewed_at else self.expires_at


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the statement that answers it, if there is one."""

    question: Question
    said: Said | None


@dataclass(frozen=True, slots=True)
class Excuse:
    """The approved exceptions of a safeguard that hold."""

    until: date
    """Last day on which all of them hold."""
    since: datetime
    """When the last of them was approved."""
    by: str
    """Who approved them, by name, and whether alone."""
    gaps: int | None
    """How many open findings they cover, which are all that there are; None for the safeguard as a whole."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A safeguard with its state, and the outcomes and statements behind it."""

    safeguard: Safeguard
    state: State
    since: datetime | None
    """Since when the outcomes that decide the state have been so; None where nothing was ever judged."""
    why: str
    found: tuple[Found, ...]
    unjudged: tuple[Check, ...]
    """Checks of it that have never run."""
    asked: tuple[Asked, ...] = ()
    """What people are asked about it, with their answers."""
    excuse: Excuse | None = None
    """What excepts it; None where nothing does, or nothing needs to."""

    @property
    def said(self) -> tuple[Said, ...]:
        """The statements among the answers."""
        return tuple(one.said for one in self.asked if one.said is not None)

    @property
    def left_to_people(self) -> bool:
        """Whether nothing is there that a check of it could test, so that people's answers alone decide."""
        return not self.unjudged and all(one.verdict is Verdict.NOT_APPLICABLE for one in self.found)

    @property
    def silent(self) -> bool:
        """Whether no check has ever judged it and nobody has said or approved anything about it."""
        return not self.found and not self.said and self.excuse is None


def standing(
    safeguard: Safeguard,
    checks: Sequence[Check],
    found: Mapping[str, Found],
    now: datetime,
    asked: Sequence[Asked] = (),
) -> Standing:
    """The state of one safeguard, given all checks of it, the outcomes there are, by check id, and all its
    questions with their answers."""
    here = tuple(found[check.id] for check in checks if check.id in found)
    unjudged = tuple(check for check in checks if check.id not in found)
    admitted = [one.said for one in asked if one.said and one.said.verdict_at(now) is Verdict.UNMET]
    verdicts = {one.verdict_at(now) for one in here}
    if admitted:
        failing = [one for one in here if one.verdict_at(now) is Verdict.UNMET]
        state, since, why = _admitted(failing, admitted, now)
    elif not unjudged and verdicts <= {Verdict.NOT_APPLICABLE} and (asked or not checks):
        state, since, why = _stated(asked, here, now)
    else:
        if Verdict.UNMET in verdicts:
            state, decisive = State.FAILING, Verdict.UNMET
        elif Verdict.UNKNOWN in verdicts or unjudged:
            state, decisive = State.UNPROVEN, Verdict.UNKNOWN
        elif Verdict.MET in verdicts:
            state, decisive = State.PROVEN, Verdict.MET
        else:
            state, decisive = State.NOT_APPLICABLE, Verdict.NOT_APPLICABLE
        deciding = [one for one in here if one.verdict_at(now) is decisive]
        since, why = _since(deciding, state, now), _why(deciding, unjudged, state, now)
    return Standing(safeguard, state, since, why, here, unjudged, tuple(asked))


def excepted(one: Standing, excuse: Excuse, now: datetime) -> Standing:
    """The same safeguard under exceptions that hold.

    One for the safeguard as a whole stands in for failing and unproven. Those for findings stand in for the
    gaps that are known: where something else cannot be told, the safeguard is unproven.
    """
    if one.state not in (State.FAILING, State.UNPROVEN):
        return one
    if excuse.gaps is not None:
        admitted = [said for said in one.said if said.verdict_at(now) is Verdict.UNMET]
        failing = [found for found in one.found if found.verdict_at(now) is Verdict.UNMET]
        if one.state is State.UNPROVEN or excuse.gaps < len(admitted) + sum(found.unmet for found in failing):
            return one
        if rest := _not_told_beside_gaps(one, now):
            words = _("%(rest)s; the gaps that are known are excepted until %(until)s")
            why = words % {"rest": _capital(rest), "until": day(excuse.until)}
            return replace(one, state=State.UNPROVEN, why=why, excuse=excuse)
    words = _("Excepted until %(until)s, approved by %(by)s: %(why)s")
    why = words % {"until": day(excuse.until), "by": excuse.by, "why": one.why}
    return replace(one, state=State.EXCEPTED, since=excuse.since, why=why, excuse=excuse)


def _not_told_beside_gaps(one: Standing, now: datetime) -> str:
    """What cannot be told about a safeguard apart from its known gaps, in words; empty if nothing."""
    blind = [found for found in one.found if found.verdict_at(now) is Verdict.UNKNOWN]
    if blind:
        return blind[0].words(now)
    partly = [found for found in one.found if found.verdict_at(now) is Verdict.UNMET and found.unknown]
    if partly:
        return f"{_gaps(partly[0].unknown)}: {_(partly[0].check.question)}"
    if one.unjudged:
        return _why((), one.unjudged, State.UNPROVEN, now)
    others = [ask for ask in one.asked if not (ask.said and ask.said.verdict_at(now) is Verdict.UNMET)]
    if not one.left_to_people or not others:
        return ""
    state, _since_when, why = _stated(others, one.found, now)
    return why if state is State.UNPROVEN else ""


def _admitted(
    failing: Sequence[Found], admitted: Sequence[Said], now: datetime
) -> tuple[State, datetime | None, str]:
    """Failing, because a person says so, and because of what checks found beside it."""
    since = min([*(one.since for one in failing), *(one.since(now) for one in admitted)])
    first = failing[0].words(now) if failing else admitted[0].words(now)
    others = len(failing) + len(admitted) - 1
    more = (
        ngettext(" (and %(n)s more gap)", " (and %(n)s more gaps)", others) % {"n": number(others)}
        if others
        else ""
    )
    return State.FAILING, since, _capital(first) + more


def _stated(
    asked: Sequence[Asked], nothing: Sequence[Found], now: datetime
) -> tuple[State, datetime | None, str]:
    """What people's words alone make of a safeguard; none of them admits a gap. `nothing` are the outcomes of
    its checks, if it has any: each found nothing of the kind that it tests."""
    said = [one.said for one in asked if one.said is not None]
    lost = [one for one in said if one.verdict_at(now) is Verdict.UNKNOWN]
    open_count = len(asked) - len(said)
    if not said:
        waiting = ngettext(
            "; %(n)s question for a person to answer", "; %(n)s questions for a person to answer", open_count
        )
        words = _capital(nothing[0].words(now)) if nothing else _("no check of Duecare tests it yet")
        return State.UNPROVEN, None, words + (waiting % {"n": number(open_count)} if asked else "")
    if lost:
        return State.UNPROVEN, min(one.since(now) for one in lost), _capital(lost[0].words(now))
    if open_count:
        words = ngettext(
            "%(n)s question of %(all)s not answered yet",
            "%(n)s questions of %(all)s not answered yet",
            open_count,
        )
        return State.UNPROVEN, None, words % {"n": number(open_count), "all": number(len(asked))}
    since = max([*(one.since(now) for one in said), *(one.since for one in nothing)])
    if any(one.means is Verdict.MET for one in said):
        until = min(one.expires for one in said)
        words = ngettext(
            "%(n)s question answered by a person, until %(until)s",
            "%(n)s questions answered by a person, until %(until)s",
            len(said),
        )
        return State.STATED, since, words % {"n": number(len(said)), "until": day(until)}
    if all(one.agreed for one in said):
        agreed = [one.reviewed_at for one in said if one.reviewed_at is not None]
        return (
            State.NOT_APPLICABLE,
            max([since, *agreed]),
            _("Stated not to apply, and agreed by a second person"),
        )
    return State.UNPROVEN, since, _("stated not to apply; a second person has not agreed yet")


def _since(deciding: Iterable[Found], state: State, now: datetime) -> datetime | None:
    """Since when the state is so: one check is enough to fail or to be unproven, all are needed otherwise."""
    starts = [
        one.stale_at if one.verdict_at(now) is not one.verdict and one.stale_at else one.since
        for one in deciding
    ]
    if not starts:
        return None
    return min(starts) if state in (State.FAILING, State.UNPROVEN) else max(starts)


def _why(deciding: Sequence[Found], unjudged: Sequence[Check], state: State, now: datetime) -> str:
    if state is State.UNPROVEN and unjudged and not deciding:
        if len(unjudged) > 1:
            return _("never assessed")
        return _("never assessed: %(question)s") % {"question": _(unjudged[0].question)}
    if not deciding:
        return ""
    first = deciding[0]
    others = len(deciding) - 1
    more = (
        ngettext(" (and %(n)s more check)", " (and %(n)s more checks)", others) % {"n": number(others)}
        if len(deciding) > 1 and state is not State.PROVEN
        else ""
    )
    if state is State.PROVEN:
        return ngettext("%(n)s check met", "%(n)s checks met", len(deciding)) % {"n": number(len(deciding))}
    return _capital(first.words(now)) + more


def _gaps(count: int) -> str:
    words = ngettext("%(n)s gap in the evidence", "%(n)s gaps in the evidence", count)
    return words % {"n": number(count)}


def _short(text: str) -> str:
    """A reason at a length that fits a list; the page of the check has it whole."""
    return text if len(text) <= EXAMPLE else text[:EXAMPLE].rsplit(" ", 1)[0] + " …"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def count_states(standings: Iterable[Standing]) -> dict[State, int]:
    """How many safeguards are in each state."""
    counts = dict.fromkeys(State, 0)
    for one in standings:
        counts[one.state] += 1
    return counts
