"""What people do with the clocks of a case: answer a question, say when something happened, where it counts,
and by which law."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.incidents.cases.kept_law import freeze_law, keep_law
from duecare.incidents.cases.models import Case, CaseFact
from duecare.incidents.cases.naming import called
from duecare.incidents.notices.clocks import Clocks, clock_id, counted, stopping, with_answers, with_place
from duecare.incidents.notices.law_of_case import law_of
from duecare.incidents.timeline.actions import put
from duecare.incidents.timeline.models import TimelineEntry
from duecare.law.calendars import calendar
from duecare.law.conditions import Value
from duecare.law.incident_files import PLACE
from duecare.law.moments import Moment
from duecare.law.obligations import Register
from duecare.law.saying import event_words
from duecare.law.terms import PROFILE, SUBMISSION
from duecare.law.told import Told
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.models import Profile
from duecare.program.profile_followers import Changes, stopped_by, tell_profile_followers
from duecare.program.queries import PROFILE as PROFILE_KEY
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import in_the_records_language, recorded

RESIDENTS = "residents_affected."
"""Begins the facts of which there is one for every place."""


class Stops(BadInput):
    """An answer would end clocks that run: whoever gives it has to have seen which."""

    def __init__(self, clocks: Sequence[Told]) -> None:
        names = "; ".join(f"{told.clock.recipient} ({clock_id(told)})" for told in clocks)
        super().__init__(
            _("With this answer these clocks would stop: %s.") % names,
            _("If that is right, confirm it; they are listed by name in the record."),
            "confirmed",
        )
        self.clocks = tuple(clocks)


# ── The law of the case ──────────────────────────────────────────────────────────────────────────────────


def begin_clocks(actor: str, key: str, now: datetime) -> Case:
    """Freeze the law by which the case is counted. Nothing changes if it has one.

    Raises NotFound for no such case, Refused if it is closed.
    """
    kept = keep_law()
    with recording(actor, "the clocks of a case begin") as act:
        case = open_case_of(key)
        act.reason = recorded("the clocks of the case %(title)s begin", title=case.title)
        freeze_law(actor, case, kept, now)
    return case


def take_over_law(actor: str, key: str, reason: str, seen: int, now: datetime) -> Case:
    """Let the law of today count for the case. Raises BadInput without a reason, Refused if it is closed or
    was changed since `seen`."""
    if not reason.strip():
        raise BadInput(_("The law of a case is not changed without a reason."), _("Say why."), "reason")
    kept = keep_law()
    with recording(actor, "take over newer law") as act:
        case = open_case_of(key)
        demand_unchanged(case, seen)
        act.reason = recorded("take over newer law in the case %(title)s", title=case.title)
        before = case.law_version
        case.law, case.law_version = kept
        case.save()
        words = recorded(
            "From here on the clocks count by the law of version %(new)s instead of %(old)s: %(reason)s",
            new=kept[1],
            old=before or "–",
            reason=reason.strip(),
        )
        put(actor, case, now, words, Moment(now, case.zone), "note")
    return case


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────


def answer_fact(
    actor: str,
    key: str,
    fact: str,
    value: Value | None,
    words: str,
    now: datetime,
    *,
    seen: int,
    confirmed: Collection[str] = (),
) -> CaseFact:
    """Answer a question of the law about the incident; None says that it is not known.

    `seen` is the newest entry about the answer that whoever gives it has read, -1 for none. Raises Stops if
    clocks that run would end and are not `confirmed` by their ids, BadInput for a question that there is not
    or a value that is no answer to it, Refused if the case is closed or somebody answered meanwhile.
    """
    kept = keep_law()
    with recording(actor, "answer a question about an incident") as act:
        case = open_case_of(key)
        register = law_of(case).content.register
        demand_answer(fact, value, register)
        known = register.incident_facts.get(fact)
        act.reason = recorded(
            "answer in the case %(title)s: %(question)s",
            title=case.title,
            question=known.asks if known else fact,
        )
        row = CaseFact.objects.select_for_update().filter(case=case, fact=fact).first()
        if row is not None:
            demand_unchanged(row, seen)
        _demand_confirmed(case, fact, value, confirmed, now)
        freeze_law(actor, case, kept, now)
        row = row or CaseFact(id=new_key(), case=case, fact=fact)
        row.value, row.words, row.said_by, row.said_at = value, words.strip(), actor, now
        row.save()
    return row


def answer_about_us(
    actor: str,
    key: str,
    fact: str,
    value: bool | None,
    now: datetime,
    *,
    seen: int | None = None,
    confirmed: Collection[str] = (),
) -> Profile:
    """Answer a question about the organisation from within a case; the answer is the organisation's, for
    everything. `seen` is the newest entry about its profile that was read. Raises as `answer_fact` does, and
    Refused if clocks of another incident would stop: that is confirmed where all of them can be read."""
    name = fact.removeprefix(PROFILE)
    kept = keep_law()
    with recording(actor, "answer a question about the organisation") as act:
        case = open_case_of(key)
        register = law_of(case).content.register
        demand_answer(fact, value, register)
        act.reason = recorded(
            "answer about the organisation: %(question)s", question=register.profile_facts[name]
        )
        found: Profile = Profile.objects.select_for_update().get(pk=PROFILE_KEY)
        if seen is not None:
            demand_unchanged(found, seen)
        _demand_confirmed(case, fact, value, confirmed, now)
        _demand_of_others(case, {name: value})
        freeze_law(actor, case, kept, now)
        facts = {**found.facts, name: value}
        found.facts = {id: answer for id, answer in facts.items() if answer is not None}
        found.save()
    tell_profile_followers(actor)
    return found


def _demand_confirmed(
    case: Case, fact: str, value: Value | None, confirmed: Collection[str], now: datetime
) -> None:
    before = clocks_within(case, now)
    demand_nothing_stops(before.told, with_answers(before, {fact: value}), confirmed)


def _demand_of_others(case: Case, changes: Changes) -> None:
    own = f"{called(case.number, case.exercise)}: "
    if others := [words for words in stopped_by(changes) if not words.startswith(own)]:
        raise Refused(
            _("This answer would also stop: %s.") % "; ".join(others),
            _("Answer it under “Which laws may apply” in the settings, where you can confirm that."),
        )


def demand_nothing_stops(before: Sequence[Told], after: Sequence[Told], confirmed: Collection[str]) -> None:
    """Raises Stops if clocks that run before would not after, and are not `confirmed` by their ids."""
    ending = stopping(before, after)
    if {clock_id(told) for told in ending} - set(confirmed):
        raise Stops(ending)


def clocks_guard(case: Case, now: datetime) -> Callable[[Collection[str]], None]:
    """Within an act, before entries of the timeline are struck: the check that is called afterwards, which
    raises Stops for clocks that ran and would no longer."""
    try:
        before = clocks_within(case, now)
    except DuecareError:  # nothing can be told of them: they must not keep a mistake in the timeline
        return lambda confirmed: None
    return lambda confirmed: demand_nothing_stops(before.told, clocks_within(case, now).told, confirmed)


def clocks_within(case: Case, now: datetime) -> Clocks:
    """What the clocks of a case tell within an act, whoever acts."""
    entries = TimelineEntry.objects.filter(case=case, struck_at=None).exclude(trigger="")
    facts = {row.fact: row for row in CaseFact.objects.filter(case=case)}
    return counted(case, tuple(entries.order_by("happened_at", "id")), facts, now)


def demand_answer(fact: str, value: Value | None, register: Register) -> None:
    """Raises BadInput for a question that the law does not ask, and for a value that is no answer to it."""
    if fact.startswith(PROFILE):
        known = fact.removeprefix(PROFILE) in register.profile_facts
        answer: str | tuple[str, ...] = "yes_no"
    else:
        known = fact in register.incident_facts or is_residents(fact)
        answer = register.incident_facts[fact].answer if fact in register.incident_facts else "number"
    if not known:
        raise BadInput(
            _("The law of this case asks nothing called “%s”.") % fact[:60],
            _("Answer one of the questions that the page of its clocks lists."),
            "fact",
        )
    fits = (
        value is None
        or (answer == "yes_no" and isinstance(value, bool))
        or (answer == "number" and type(value) is int and 0 <= value < 2**53)
        or (isinstance(answer, tuple) and value in answer)
    )
    if not fits:
        raise BadInput(_("“%s” is no answer to that question.") % value, expected(answer), "value")


def is_residents(fact: str) -> bool:
    """Whether a fact tells of the residents of a place."""
    return fact.startswith(RESIDENTS) and PLACE.fullmatch(fact.removeprefix(RESIDENTS)) is not None


def expected(answer: str | tuple[str, ...]) -> str:
    """What an answer has to be, as a next step."""
    if answer == "yes_no":
        return _("Answer yes or no, or say that it is not known.")
    if answer == "number":
        return _("Give a whole number, or say that it is not known.")
    return _("Choose one of %s, or say that it is not known.") % ", ".join(answer)


# ── What happened, and where ─────────────────────────────────────────────────────────────────────────────


def record_event(
    actor: str,
    key: str,
    event: str,
    happened: Moment,
    now: datetime,
    *,
    obligation: str = "",
    words: str = "",
    instead_of: str = "",
    **values: Any,
) -> TimelineEntry:
    """Write into the timeline that an event of the law happened, for all obligations or for one.

    `instead_of` is the key of an entry that this one tells anew: it is struck, and has to tell of the day
    alone on which the same happened. Raises BadInput for that, for an event or obligation that the law of the
    case does not know, and for a time to come.
    """
    kept = keep_law()
    with recording(actor, "record an event of the law") as act:
        case = open_case_of(key)
        law = law_of(case).content.register
        _demand_event(event, obligation, law)
        if happened.at > now:
            raise BadInput(
                _("%s is still to come.") % happened.written(), _("Record it once it has happened."), "at"
            )
        with in_the_records_language():
            what = event_words(event, law)
        said = words.strip() or recorded("It is recorded that %(what)s.", what=what)
        act.reason = recorded("record when %(what)s", what=what)
        before = _strike(actor, case, instead_of, (event, obligation), now) if instead_of else None
        freeze_law(actor, case, kept, now)
        return put(
            actor, case, now, said, happened, "event",
            trigger=event, obligation=obligation, instead_of=before, **values,
        )  # fmt: skip


def _demand_event(event: str, obligation: str, register: Register) -> None:
    if event not in register.events:
        next_step = _("Record a notice that was sent on the page of the notices.")
        if not event.startswith(SUBMISSION):
            next_step = _("Choose one of those that the page lists.")
        raise BadInput(_("The law of this case knows no event “%s”.") % event[:60], next_step, "event")
    if obligation and obligation not in register.obligations:
        raise BadInput(
            _("The law of this case knows no obligation “%s”.") % obligation[:60],
            _("Choose one from the list, or none for all."),
            "obligation",
        )


def _strike(actor: str, case: Case, key: str, of: tuple[str, str], now: datetime) -> TimelineEntry:
    found: TimelineEntry | None = (
        TimelineEntry.objects.select_for_update().filter(pk=key, case=case, struck_at=None).first()
    )
    if found is None:
        raise NotFound(_("That entry is not there any more."), _("Look at the timeline again."))
    if not found.whole_day or (found.trigger, found.obligation) != of:
        raise BadInput(
            _("That entry does not tell of this event, for the same law, by its day alone."),
            _("Tell it anew in the timeline, or record this event beside it."),
            "obligation",
        )
    found.struck_at, found.struck_by = now, actor
    found.struck_because = recorded("told anew with its time")
    found.save()
    return found


def set_place(
    actor: str, key: str, country: str, seen: int, now: datetime, *, confirmed: Collection[str] = ()
) -> Case:
    """Say in which country, and where it matters in which state, the case is to be counted.

    Raises Stops if clocks that run would end and are not `confirmed` by their ids, BadInput for a place
    without a calendar, Refused if the case changed since `seen`.
    """
    place = country.strip().upper()
    if not PLACE.fullmatch(place):
        raise BadInput(
            _("“%s” is no place.") % country[:20], _("Write a code such as DE or US-NY."), "country"
        )
    calendar(place)
    with recording(actor, "say where a case is counted") as act:
        case = open_case_of(key)
        demand_unchanged(case, seen)
        act.reason = recorded("count the case %(title)s in %(place)s", title=case.title, place=place)
        _demand_place_confirmed(case, place, confirmed, now)
        case.country = place
        case.save()
    return case


def _demand_place_confirmed(case: Case, place: str, confirmed: Collection[str], now: datetime) -> None:
    try:
        before = clocks_within(case, now)
    except DuecareError:  # perhaps for want of this very place
        return
    demand_nothing_stops(before.told, with_place(before, place), confirmed)


def open_case_of(key: str) -> Case:
    """The case, locked until the act ends. Raises NotFound for none, Refused if it is closed."""
    case: Case | None = Case.objects.select_for_update().filter(pk=key).first()
    if case is None:
        raise NotFound(_("There is no such case."), _("Look in the list of incidents."))
    if case.closed_at is not None:
        raise Refused(_("This case is closed."), _("Open it again on its page if there is more to do."))
    return case
