"""Reading a host's report with the caution that a check needs; pure.

A report (docs/report-format.md) says null where a thing could not be learnt, marks lists that may lack
members, may describe a file system on which nothing runs, or a container whose host decides much for it.
Each of these must end in unknown and never in met, and the functions here make that the shortest way to
write a check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from duecare.program.judgement import (
    Facts,
    Item,
    Judgement,
    Section,
    Unread,
    Verdict,
    judged,
    not_applicable,
    unknown,
)
from duecare.words import gettext as _

FAST = timedelta(days=2)
"""How long evidence counts that can change any day: updates, running services, backups."""
SLOW = timedelta(days=7)
"""How long evidence counts that changes when someone changes it: settings, accounts, keys."""

CLOCK_TOLERANCE = timedelta(days=1)
"""How far a time may lie after its own report; docs/report-format.md grants a report the same."""


def days_since(facts: Facts, text: str | None) -> int | None:
    """Whole days, rounded down, from a time or date of the report to the moment it was gathered.

    Age is counted to the gathering, not to the judging: later than that the report shows nothing. None if
    the time is null or lies after the report, which is a wrong clock and no evidence of freshness.
    """
    if text is None:
        return None
    then = datetime.fromisoformat(text)
    if then.tzinfo is None:
        then = then.replace(tzinfo=facts.observed_at.tzinfo)
    age = facts.observed_at - then
    if age < -CLOCK_TOLERANCE:
        return None
    return max(age.days, 0)


def undated(text: str | None) -> str:
    """Why `days_since` gave None, in words."""
    return (
        _("the report does not say when")
        if text is None
        else _("the report gives %(text)s, which lies after it") % {"text": text}
    )


def day(text: str) -> date:
    """A date of the report (ISO 8601)."""
    return date.fromisoformat(text)


def value(section: Section, key: str) -> Any:
    """The field, not null. Raises Unread, with what could not be read, if it could not be learnt."""
    found = section[key]
    if found is None:
        why = f" ({section.problems})" if section["problems"] or not section.complete else ""
        raise Unread(
            _("the report does not give %(name)s.%(key)s%(why)s")
            % {"name": section.name, "key": key, "why": why}
        )
    return found


def few(names: Iterable[str], most: int = 6) -> str:
    """The names in order, at most so many of them, for a sentence."""
    rows = sorted(names)
    told = ", ".join(rows[:most])
    more = len(rows) - most
    return _("%(names)s and %(n)s more") % {"names": told, "n": more} if more > 0 else told


def require_running(facts: Facts, what: str) -> None:
    """Raises Unread unless the report is of a running computer; `what` is a plural noun."""
    if not facts.live:
        raise Unread(
            _("%(what)s can only be seen on a running computer, and this report is of a mounted tree")
            % {"what": what}
        )


def gaps(*sections: Section) -> list[Item]:
    """One unknown item for each section whose lists may lack members."""
    return [
        Item(
            "",
            _("not all of %(name)s could be read: %(problems)s")
            % {"name": section.name, "problems": section.problems},
        )
        for section in sections
        if not section.complete
    ]


def each(
    population: int,
    unmet: Iterable[Item],
    unknown_items: Iterable[Item] = (),
    *,
    read_from: Iterable[Section],
    nothing: str = "",
    measure: int | None = None,
) -> Judgement:
    """An answer about each of several things listed in sections that may lack members.

    A list that lacks members can show a shortfall but not that there is none. With nothing to look at the
    answer is unknown, for the reason `nothing`.
    """
    missing = [*unknown_items, *gaps(*read_from)]
    if population == 0 and not missing:
        return unknown(nothing or _("nothing was found to look at"))
    # Whatever could not be told is at least one thing that was asked about.
    return judged(max(population, len(missing[:1])), unmet, missing, measure=measure)


def require_whole(section: Section) -> None:
    """Raises Unread unless all files that make up a section's settings were read.

    One file overrides another, so that of settings read in part neither what is set nor what is left at its
    default can be relied on.
    """
    if not section.complete:
        raise Unread(
            _("not all settings of %(name)s could be read: %(problems)s")
            % {"name": section.name, "problems": section.problems}
        )


def family(facts: Facts) -> str | None:
    """`debian`, `rhel`, `alpine`, `windows`, `macos` or `other`; None if it could not be told."""
    found: Mapping[str, Any] | None = facts.sections.get("os")
    return None if found is None or found["state"] == "unreadable" else found.get("family")


def known_family(facts: Facts) -> str:
    """The same, for an answer that turns on it. Raises Unread if it could not be told."""
    found = family(facts)
    if found is None:
        raise Unread(_("which system this is, on which the answer turns, could not be told"))
    return found


def aside_on(facts: Facts, **words: str) -> Judgement | None:
    """Not applicable, for the reason given, on the families named (`windows=...`); None on all others.

    Raises Unread where the family could not be told.
    """
    reason = words.get(known_family(facts))
    return None if reason is None else not_applicable(reason)


def virtualization(facts: Facts) -> str | None:
    """`container`, `vm` or `none`; None if it could not be told."""
    found: Mapping[str, Any] | None = facts.sections.get("os")
    return None if found is None else found.get("virtualization")


def decided_by_its_host(facts: Facts, what: str, answer: Judgement) -> Judgement:
    """The answer about a thing that a container never decides for itself, `what` (a noun with its article).

    In a container it is unknown whatever the container sees, and so it is where it cannot be told whether
    this is one.
    """
    match virtualization(facts):
        case "container":
            return unknown(
                _("%(what)s of a container is decided by its host: assess the host") % {"what": what}
            )
        case None:
            return unknown(
                _("whether this is a container, whose host decides %(what)s, could not be told")
                % {"what": what}
            )
        case _:
            return answer


def perhaps_done_by_its_host(facts: Facts, what: str, answer: Judgement) -> Judgement:
    """The answer about a thing that a container may do for itself or have done for it by its host.

    What the container itself does counts; what it lacks is unknown, since its host may supply it.
    """
    if answer.verdict is not Verdict.UNMET or virtualization(facts) in ("vm", "none"):
        return answer
    container = virtualization(facts) == "container"
    doubt = _("this is a container") if container else _("this may be a container")
    doubtful = [
        replace(
            item,
            reason=_("%(reason)s; %(doubt)s, and its host may see to %(what)s")
            % {"reason": item.reason, "doubt": doubt, "what": what},
        )
        for item in answer.unmet
    ]
    return judged(answer.population, (), [*answer.unknown, *doubtful], measure=answer.measure)
