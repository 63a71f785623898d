"""The first text of a notice, filled with what a case knows. Pure.

Neutral words of our own, in the order in which most authorities ask: what happened, when, whose data, what it
may lead to, what was done, what is not known yet, whom to ask. What the case does not know is left as a gap
that names itself, so that nobody takes silence for an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duecare.words import gettext as _

LONGEST = 12_000
"""Characters of a text: with all that an entry holds beside it, far below its bound."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A notice that was handed in before, on the same clock or on the one from which this one runs."""

    part: int
    at: str
    reference: str


@dataclass(frozen=True, slots=True)
class Material:
    """What a draft is made from, all of it in words."""

    organisation: str
    recipient: str
    law: str
    """Name and citation."""
    case: str
    """Its number, as both sides can cite it."""
    title: str
    summary: str
    times: Sequence[tuple[str, str]]
    """What, and when, each with its zone."""
    answers: Sequence[tuple[str, str]]
    """Question and answer: what the clock turns on, and how many are affected."""
    measures: Sequence[str]
    unknown: Sequence[str]
    """Questions that are open."""
    contact: str
    earlier: Sequence[Earlier] = ()
    part: int = 1
    exercise: bool = False


def subject_of(material: Material) -> str:
    """What the notice is called."""
    words = {"organisation": material.organisation, "law": material.law, "part": material.part}
    if material.part > 1:
        return _("%(organisation)s: notice under %(law)s, part %(part)s") % words
    return _("%(organisation)s: notice under %(law)s") % words


def draft_of(material: Material) -> str:
    """The text."""
    return "\n".join(_lines(material)).strip()[:LONGEST]


def _lines(material: Material) -> Iterator[str]:
    if material.exercise:
        yield _("THIS IS AN EXERCISE. It is sent to nobody.")
        yield ""
    yield _("To: %s") % material.recipient
    yield _("From: %s") % material.organisation
    yield _("Our reference: incident %s") % material.case
    yield _("Under: %s") % material.law
    for one in material.earlier:
        yield _("This follows our notice part %(part)s of %(at)s, your reference %(reference)s.") % {
            "part": one.part, "at": one.at, "reference": one.reference or _("none was given"),
        }  # fmt: skip
    yield from _part(_("What happened"), [material.summary or f"{material.title}. {gap()}"])
    yield from _part(_("When"), [f"{what}: {when}" for what, when in material.times])
    yield from _part(
        _("Whom and what it concerns"), [f"{asked} {answer}" for asked, answer in material.answers]
    )
    yield from _part(_("What it may lead to"), [])
    yield from _part(_("What we have done and are doing"), material.measures)
    yield from _part(_("What is not known yet"), material.unknown, empty=_("Nothing that we were asked for."))
    yield from _part(_("Whom to ask"), [material.contact] if material.contact else [])


def _part(heading: str, lines: Sequence[str], empty: str = "") -> Iterator[str]:
    yield ""
    yield heading
    for line in lines or [empty or gap()]:
        yield f"- {line}" if len(lines) > 1 else line


def gap() -> str:
    """What stands for what the case does not know."""
    return _("[to be completed]")


def has_gap(text: str) -> bool:
    """Whether a text still has such a gap, as this language writes it or as the texts here do."""
    return any(each in text for each in (gap(), "[to be completed]"))
