"""The clocks of a case as pages show them: in groups, with limits in the case's zone and in UTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.incidents.decisions.queries import Standing
from duecare.incidents.notices.clocks import Clocks, clock_id
from duecare.incidents.notices.models import Notice
from duecare.law.clocks import State, Told
from duecare.law.limits import Limit
from duecare.law.moments import Moment, tz
from duecare.law.obligations import Obligation
from duecare.law.saying import Ask
from duecare.law.terms import SUBMISSION
from duecare.web.words import STATUSES
from duecare.words import number


class Group(StrEnum):
    """Where a clock stands on a page, the most pressing first."""

    LATE = "late"
    RUNNING = "running"
    NEEDS = "needs a person"
    WAITING = "waits for an event"
    DECIDED = "decided not owed"
    MET = "met"
    UNKNOWN_LAW = "unknown"
    """It cannot be told whether its law applies: one question about the organisation settles many."""
    NOT_OWED = "not owed"
    """Not triggered, not applicable, or not binding yet."""


PRESSING = (Group.LATE, Group.RUNNING, Group.NEEDS)
"""What a board shows, and what is reminded of."""
_OF_STATE: Mapping[State, Group] = {
    State.LATE: Group.LATE,
    State.RUNNING: Group.RUNNING,
    State.NEEDS_DECISION: Group.NEEDS,
    State.WAITING: Group.WAITING,
    State.MET: Group.MET,
    State.NOT_TRIGGERED: Group.NOT_OWED,
    State.NOT_APPLICABLE: Group.NOT_OWED,
    State.NOT_BINDING: Group.NOT_OWED,
}


def state_words(told: Told) -> str:
    """The state of a clock in a word or two."""
    return str(STATUSES[_OF_STATE[told.state].value].word)


@dataclass(frozen=True, slots=True)
class Line:
    """One limit: what it is, and when."""

    label: str
    words: str
    """In the case's zone."""
    utc: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One clock, told for a page."""

    id: str
    told: Told
    law: Obligation
    group: Group
    left: str
    """How long until it has to be acted on, in words; empty without a limit."""
    limits: tuple[Line, ...]
    confidence: str
    """How far the content was confirmed, in words."""
    counted_from: str
    asks: tuple[Ask, ...]
    """The questions that the page asks."""
    submissions: tuple[Ask, ...]
    """Notices that would have to be recorded first."""
    ahead: bool
    """Whether there is a limit that has not passed."""
    notices: tuple[Notice, ...] = ()
    decision: Standing | None = None

    @property
    def status(self) -> str:
        """A word of `web/words.py`."""
        return self.group.value


@dataclass(frozen=True, slots=True)
class Board:
    """All clocks of a case, by group."""

    groups: Mapping[Group, Sequence[Shown]] = field(default_factory=dict)

    def __getitem__(self, group: Group) -> Sequence[Shown]:
        return self.groups.get(group, ())

    @property
    def all(self) -> list[Shown]:
        """Every clock, group by group."""
        return [shown for group in Group for shown in self[group]]

    @property
    def pressing(self) -> list[Shown]:
        """The late ones, then those that run and those that wait for a person, the soonest first."""
        return [shown for group in PRESSING for shown in self[group]]

    @property
    def next(self) -> Shown | None:
        """The clock that has to be acted on first, of those with a limit that is not yet over."""
        ahead = (one for group in (Group.RUNNING, Group.NEEDS) for one in self[group] if one.ahead)
        return min(ahead, key=_due, default=None)


def _due(shown: Shown) -> datetime:
    return shown.told.act_by or datetime.max.replace(tzinfo=UTC)


def board_of(
    clocks: Clocks,
    notices: Sequence[Notice] = (),
    decisions: Mapping[str, Standing] = {},
) -> Board:
    """The clocks of a case by group, each group with the soonest first."""
    open_laws = clocks.open_laws()
    groups: dict[Group, list[Shown]] = {group: [] for group in Group}
    of_clock: dict[str, list[Notice]] = {}
    for notice in notices:
        of_clock.setdefault(f"{notice.obligation}.{notice.clock}", []).append(notice)
    for told in clocks.told:
        shown = _shown(told, clocks, open_laws, tuple(of_clock.get(clock_id(told), ())), decisions)
        groups[shown.group].append(shown)
    for rows in groups.values():
        rows.sort(key=_due)
    return Board(groups)


def _shown(
    told: Told,
    clocks: Clocks,
    open_laws: frozenset[str],
    notices: tuple[Notice, ...],
    decisions: Mapping[str, Standing],
) -> Shown:
    id, register = clock_id(told), clocks.register
    law = register.obligations[told.clock.obligation]
    group = _OF_STATE[told.state]
    decision = decisions.get(id)
    if decision is not None and decision.silences and group in (*PRESSING, Group.WAITING):
        group = Group.DECIDED
    elif group is Group.NEEDS and law.id in open_laws:
        group = Group.UNKNOWN_LAW
    zone, now = clocks.case.zone, clocks.incident.now
    return Shown(
        id,
        told,
        law,
        group,
        left_words(told.act_by - now) if told.act_by else "",
        tuple(_lines(told, zone)),
        str(register.confidence_levels.get(told.clock.confidence, told.clock.confidence)),
        _from_words(told.triggered, zone) if told.triggered else "",
        tuple(ask for ask in told.asks if not ask.id.startswith(SUBMISSION)),
        tuple(ask for ask in told.asks if ask.id.startswith(SUBMISSION)),
        told.act_by is not None and told.act_by >= now,
        notices,
        decision,
    )


def _lines(told: Told, zone: str) -> Iterator[Line]:
    named = (
        (_("Limit"), told.strict_due),
        (_("Limit if the answer is yes"), told.would_be_due),
        (_("Our own target"), told.target_due),
        *((_("Limit if it is true: %s") % name, limit) for name, limit in (told.alternatives or {}).items()),
        (_("Latest reading of the law"), told.legal_latest),
        (_("May still go in until"), told.may_submit_by),
        (_("With an extension"), told.with_extension),
    )
    for label, limit in named:
        if limit and not (label == _("Latest reading of the law") and limit == told.strict_due):
            yield Line(label, limit_words(limit, zone), utc_words(limit.at))


# ── Words for times ──────────────────────────────────────────────────────────────────────────────────────


def at_words(at: datetime, zone: str) -> str:
    """A moment in a zone, to the minute: "27 October 2026, 10:20 CET"."""
    local = at.astimezone(tz(zone))
    return _("%(day)s, %(time)s %(zone)s") % {
        "day": date_format(local, "DATE_FORMAT", use_l10n=True),
        "time": f"{local:%H:%M}",
        "zone": local.tzname() or zone,
    }


def utc_words(at: datetime) -> str:
    """The same in UTC, short: "2026-10-27 09:20 UTC"."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def limit_words(limit: Limit, zone: str) -> str:
    """Until when, in the case's zone; of a limit in days, the day that the law means as well."""
    words = at_words(limit.at, zone)
    if limit.day is None:
        return words
    return _("%(moment)s (%(day)s in %(zone)s)") % {
        "moment": words, "day": date_format(limit.day, "DATE_FORMAT"), "zone": limit.zone,
    }  # fmt: skip


def moment_words(moment: Moment, zone: str) -> str:
    """When something happened; of a whole day, that day."""
    if moment.whole_day:
        return _("%(day)s (a whole day, %(zone)s)") % {
            "day": date_format(moment.day, "DATE_FORMAT"), "zone": moment.zone,
        }  # fmt: skip
    return at_words(moment.at, zone)


def _from_words(moment: Moment, zone: str) -> str:
    """The same with the time at the place where it was told, if that is another."""
    words = moment_words(moment, zone)
    if moment.whole_day or moment.zone == zone:
        return words
    return f"{words} ({at_words(moment.at, moment.zone)})"


def left_words(left: timedelta) -> str:
    """How long there is: "2 days 4 hours left", "17 minutes over". Cut, never rounded up."""
    length = length_words(abs(left))
    return (_("%s left") if left >= timedelta(0) else _("%s over")) % length


def length_words(length: timedelta) -> str:
    """A length in its two largest units, cut."""
    minutes = length // timedelta(minutes=1)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    day = ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}
    hour = ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": number(hours)}
    minute = ngettext("%(n)s minute", "%(n)s minutes", rest) % {"n": number(rest)}
    if days:
        return f"{day} {hour}" if hours and days < 10 else day
    if hours:
        return f"{hour} {minute}" if rest else hour
    return minute


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Question:
    """One question, once, with the clocks that turn on it."""

    ask: Ask
    of: tuple[Shown, ...]

    @property
    def anchor(self) -> str:
        return anchor(self.ask)


def anchor(ask: Ask) -> str:
    """By what a link finds a question on the page."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in ask.id)
    return f"{ask.about}-{plain}".strip("-")


def questions_of(board: Board) -> list[Question]:
    """What the clocks ask, the most pressing first. About laws of which it is not known whether they apply,
    only what settles that."""
    found: dict[tuple[str, str], tuple[Ask, list[Shown]]] = {}
    for group in (*PRESSING, Group.WAITING, Group.DECIDED, Group.UNKNOWN_LAW):
        for shown in board[group]:
            for ask in shown.asks:
                if group is Group.UNKNOWN_LAW and ask.about != "profile":
                    continue
                found.setdefault((ask.about, ask.id), (ask, []))[1].append(shown)
    return [Question(ask, tuple(all)) for ask, all in found.values()]
