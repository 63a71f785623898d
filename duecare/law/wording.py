"""What the content says, in sentences for pages: kinds, cadences, limits, conditions.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duecare.law.obligations import Register
from duecare.law.saying import ask_fact, event_words
from duecare.law.terms import YEAR_END, Clock, Test, Unit, Variant
from duecare.words import day as day_words
from duecare.words import gettext as _
from duecare.words import gettext_noop, ngettext, number

KINDS: Mapping[str, str] = {
    "law": gettext_noop("Law"),
    "regulation": gettext_noop("Regulation"),
    "contract_law": gettext_noop("Law and contract"),
    "contract_standard": gettext_noop("Standard by contract"),
    "law_pending_rule": gettext_noop("Law without its rule yet"),
    "safe_harbor": gettext_noop("Safe harbour"),
    "contract": gettext_noop("Contract of ours"),
    "standard": gettext_noop("Standard of our choice"),
    "group_policy": gettext_noop("Policy of the group"),
}
STATES: Mapping[str, str] = {
    "in_force": gettext_noop("In force"),
    "phased": gettext_noop("In steps"),
    "future": gettext_noop("Not yet in force"),
    "proposed": gettext_noop("Only proposed"),
}
CONFIDENCES: Mapping[str, str] = {
    "verified-in-source": gettext_noop("Source read"),
    "verified-secondary": gettext_noop("Several tell it"),
    "from-knowledge": gettext_noop("General knowledge"),
    "low": gettext_noop("Unsettled"),
}
NOTES: Mapping[str, str] = {
    "note": gettext_noop("Note"),
    "asked_by": gettext_noop("Who asks"),
    "late": gettext_noop("If it is late"),
    "discovery_rule": gettext_noop("What counts as knowing"),
    "exemptions": gettext_noop("Who is exempt"),
    "safe_harbor": gettext_noop("Safe harbour"),
    "effect": gettext_noop("What it does"),
}
DATES: Mapping[str, str] = {
    "reporting_from": gettext_noop("its notices bind"),
    "notification_from": gettext_noop("its notices bind"),
    "full_from": gettext_noop("it holds in full"),
    "fully_phased_in": gettext_noop("its last step holds"),
    "amended": gettext_noop("it is amended"),
    "comply_by": gettext_noop("it has to be met"),
    "fines_from": gettext_noop("fines are possible"),
    "since": gettext_noop("it comes into force"),
}
"""What happens on a day of an obligation's life, in words that follow "from that day on"."""
CADENCES: Mapping[str, str] = {
    "continuous": gettext_noop("always"),
    "event": gettext_noop("whenever it happens"),
    "before_event": gettext_noop("each time before it is done"),
    "once": gettext_noop("once"),
}
LINK = re.compile(r"https://[^\s\"'<>]+")


def cadence_words(cadence: str) -> str:
    """How often, in words: "P6M" is "every 6 months"."""
    if cadence in CADENCES:
        return _(CADENCES[cadence])
    if cadence.startswith("fixed_date:"):
        return _("every year by %(day)s") % {"day": cadence.removeprefix("fixed_date:")}
    count = int(cadence[1:-1])
    if cadence.endswith("Y"):
        return ngettext("every year", "every %(n)s years", count) % {"n": number(count)}
    return ngettext("every month", "every %(n)s months", count) % {"n": number(count)}


def amount_words(amount: int | None, unit: Unit) -> str:
    """A limit's length: "72 hours"."""
    if amount is None or unit is Unit.UNDELAYED:
        return _("without undue delay")
    words = {"n": number(amount)}
    if unit is Unit.HOURS:
        return ngettext("%(n)s hour", "%(n)s hours", amount) % words
    if unit is Unit.CALENDAR_DAYS:
        return ngettext("%(n)s calendar day", "%(n)s calendar days", amount) % words
    if unit is Unit.BUSINESS_DAYS:
        return ngettext("%(n)s working day", "%(n)s working days", amount) % words
    return ngettext("%(n)s month", "%(n)s months", amount) % words


def limit_words(clock: Clock, register: Register) -> str:
    """From what and how long a clock runs, in a sentence."""
    start = event_words(clock.start_from or clock.trigger, register)
    words = {"amount": amount_words(clock.amount, clock.unit), "event": start}
    if clock.amount is None:
        return _("Without undue delay from when %(event)s; there is no number") % words
    if clock.trigger.startswith(YEAR_END):
        return _("%(amount)s from the end of the year in which %(event)s") % words
    if clock.without_delay:
        return _("Without undue delay, and at most %(amount)s from when %(event)s") % words
    return _("%(amount)s from when %(event)s") % words


def more_words(clock: Clock, register: Register) -> list[str]:
    """What else bounds a clock: a second limit, another amount, more time, from when it binds."""
    found = []
    if clock.backstop:
        found.append(
            _("At most %(amount)s from when %(event)s.")
            % {
                "amount": amount_words(clock.backstop.amount, clock.backstop.unit),
                "event": event_words(clock.backstop.trigger, register),
            }
        )
    if clock.override:
        found.append(
            _("%(amount)s where the answer is yes: %(question)s")
            % {
                "amount": amount_words(clock.override.amount, clock.override.unit),
                "question": ask_fact(clock.override.fact, register).question,
            }
        )
    if clock.extension:
        found.append(
            _("%(amount)s more, if it is asked for: %(condition)s.")
            % {
                "amount": amount_words(clock.extension.amount, clock.extension.unit),
                "condition": clock.extension.condition,
            }
        )
    if clock.binding_from:
        found.append(_("It binds for what happens from %(day)s on.") % {"day": day_words(clock.binding_from)})
    if not clock.binding:
        found.append(_("It is only proposed."))
    if clock.soft:
        found.append(_("The number is an authority’s reading, not the law’s own."))
    if clock.delay:
        found.append(_("Who may allow more time: %(who)s.") % {"who": clock.delay})
    return found + [str(note) for note in clock.notes]


def conditions_words(clock: Clock, register: Register) -> list[tuple[str, list[str]]]:
    """When a clock runs: heading and the questions with the answers that count."""
    parts = (
        (_("It runs only if"), clock.when),
        (_("and if one of these holds"), clock.when_any),
        (_("It stops if one of these is known"), clock.unless),
    )
    return [(head, [condition_words(test, register) for test in tests]) for head, tests in parts if tests]


def condition_words(test: Test, register: Register) -> str:
    """A question with the answer that counts."""
    question = ask_fact(test.fact, register).question
    if isinstance(test.value, bool):
        answer = _("yes") if test.value else _("no")
    elif isinstance(test.value, int):
        signs = {
            ">=": _("%(n)s or more"),
            ">": _("more than %(n)s"),
            "<=": _("%(n)s or fewer"),
            "<": _("fewer than %(n)s"),
            "==": _("exactly %(n)s"),
        }
        answer = signs[test.operator] % {"n": number(test.value)}
    else:
        answer = _(test.value.replace("_", " "))
    return _("%(question)s Answer: %(answer)s.") % {"question": question, "answer": answer}


def variant_words(variant: Variant) -> str:
    """What a state does otherwise, in short."""
    told = [variant.act, variant.in_force and _("since %(day)s") % {"day": variant.in_force}]
    told.append(str(variant.note) if variant.note else "")
    if variant.moves is None:
        told.append(_("unsettled, or no act yet"))
    elif not variant.moves:
        told.append(_("it moves no limit"))
    return "; ".join(filter(None, told))


@dataclass(frozen=True, slots=True)
class Source:
    """What was read, with an address if it names one."""

    words: str
    url: str


def sources_linked(sources: Sequence[str]) -> list[Source]:
    """The sources; an https address in one becomes its link."""
    return [Source(one, found[0].rstrip(".,;)") if (found := LINK.search(one)) else "") for one in sources]
