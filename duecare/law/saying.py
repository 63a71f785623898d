"""The words of the clocks: why one does not run, what a person should answer.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duecare.law.applies import Answer, Applicability
from duecare.law.limits import Limit
from duecare.law.obligations import Obligation, Register
from duecare.law.obligations import State as Force
from duecare.law.terms import LATEST, PROFILE, SUBMISSION, YEAR_END, Clock, Test
from duecare.words import gettext as _


@dataclass(frozen=True, slots=True)
class Ask:
    """A question for a person."""

    about: str
    """"profile", "fact", "event", "time" or "place"."""
    id: str
    """The fact or event; empty for a place."""
    question: str


def ask_fact(fact: str, register: Register) -> Ask:
    if fact.startswith(PROFILE):
        id = fact.removeprefix(PROFILE)
        words = register.profile_facts.get(id, id)
        return Ask("profile", id, _("Is this true of the organisation: %(words)s?") % {"words": words})
    known = register.incident_facts.get(fact)
    return Ask("fact", fact, str(known.asks) if known else fact)


def ask_event(type: str, register: Register) -> Ask:
    plain = type.removeprefix(LATEST).removeprefix(YEAR_END)
    return Ask("event", plain, _("When was it that %(what)s?") % {"what": event_words(type, register)})


def ask_time(type: str) -> Ask:
    return Ask("time", type, _("At what time of that day was it?"))


def ask_place() -> Ask:
    return Ask("place", "", _("In which country do you act? Its own law may count otherwise."))


def event_words(type: str, register: Register) -> str:
    """What happened, in words that go on from "when"."""
    plain = type.removeprefix(LATEST).removeprefix(YEAR_END)
    if plain.startswith(SUBMISSION):
        return _("the notice “%(clock)s” was sent") % {"clock": plain.rpartition(".")[2]}
    return str(register.events.get(plain, plain))


def told_applicability(found: Applicability, register: Register) -> str:
    """Whether an obligation applies, by which facts, or what to answer first."""
    deciding = "; ".join(str(register.profile_facts.get(fact, fact)) for fact in found.deciding)
    if found.answer is Answer.APPLIES and not found.deciding:
        return _("It applies, whatever was answered about the organisation.")
    if found.answer is Answer.APPLIES:
        return _("It applies, because of what was answered about the organisation: %(facts)s.") % {
            "facts": deciding
        }
    if found.answer is Answer.DOES_NOT_APPLY:
        return told_deciding(found.deciding, register)
    missing = "; ".join(str(register.profile_facts.get(fact, fact)) for fact in found.missing)
    return _("It cannot be told until you answer whether this is true of the organisation: %(facts)s.") % {
        "facts": missing
    }


def told_deciding(facts: Sequence[str], register: Register) -> str:
    words = "; ".join(str(register.profile_facts.get(fact, fact)) for fact in facts)
    return _("It does not apply, because of what was answered about the organisation: %(facts)s.") % {
        "facts": words
    }


def told_displaced(by: str, register: Register) -> str:
    return _("%(law)s applies in its place.") % {"law": register.obligations[by].name}


def told_binding(clock: Clock, one: Obligation) -> str:
    if not clock.binding or one.state is Force.PROPOSED:
        return _("It is only proposed and binds nobody yet: take it as advice.")
    if clock.binding_from:
        return _("It binds only for what happens from %(day)s on.") % {"day": clock.binding_from}
    return _("The law is not in force yet: take it as advice.")


def told_tests(tests: Sequence[Test], stopped: bool, register: Register) -> str:
    """Which answers settle that it is not owed."""
    words = " ".join(ask_fact(test.fact, register).question for test in tests)
    if stopped:
        return _("It is not owed, because of what was answered to: %(questions)s") % {"questions": words}
    return _("It is not owed: its condition is not met by what was answered to: %(questions)s") % {
        "questions": words
    }


def told_waiting(type: str, to_come: bool, register: Register) -> str:
    what = event_words(type, register)
    if to_come:
        return _("It counts from when %(what)s, which is recorded for a time still to come.") % {"what": what}
    return _("It counts from when %(what)s. That is not recorded, and nothing else stands in for it.") % {
        "what": what
    }


def told_variant(clock: Clock, one: Obligation, place: str) -> str:
    """What the state in which we act is known to do otherwise; empty where there is nothing to say."""
    country = place.partition("-")[0]
    variant = one.variants.get(country)
    if not one.variants or not country:
        return ""
    if variant is None:
        return _("How %(country)s wrote this into its own law was not surveyed: ask counsel.") % {
            "country": country
        }
    if variant.note:
        return _("In %(country)s: %(note)s.") % {"country": country, "note": variant.note}
    if variant.moves is None:
        return _("Whether %(country)s counts otherwise is unsettled: ask counsel.") % {"country": country}
    return ""


def told_late(sent: bool, at: datetime, latest: Limit | None, relief: Limit | None) -> str:
    """That the strict limit has passed, and whether the law's own has."""
    last = max((one for one in (latest, relief) if one), key=lambda one: one.at, default=None)
    if last and at <= last.at:
        words = {"until": last.written()}
        if sent:
            return (
                _("It was sent after the strict limit, and still in time by a reading of the law: %(until)s.")
                % words
            )
        return (
            _("The strict limit has passed. Send it now: a reading of the law lasts until %(until)s.") % words
        )
    if sent:
        return _("It was sent after the limit: say why, and keep the reasons.")
    return _("The limit has passed. Send it now with the reasons for the delay: late is better than never.")
