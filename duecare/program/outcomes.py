"""From the judgements about each subject to one outcome for a check. Pure.

The verdict is the worst that was seen: one unmet is unmet; otherwise one unknown, or nobody to look at, is
unknown; met needs at least one thing looked at and every one of them met on fresh evidence. Subjects for
which the question does not arise leave the population, but the evidence that shows it must be fresh as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from duecare.program.judgement import Check, Grade, Item, Judgement, Unread, Verdict, unknown
from duecare.program.subjects import Subject
from duecare.words import gettext as _
from duecare.words import ngettext, number

ITEM = 200
"""Longest name of an item; what is longer is cut."""
REASON = 2000
"""Longest reason; what is longer is cut, so that no report can make an entry too large to be recorded."""


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One line of an outcome's exceptions."""

    subject: str
    """A typed reference."""
    name: str
    item: str
    reason: str
    verdict: Verdict
    """Unmet or unknown."""


@dataclass(slots=True)
class Tally:
    """What a check has found so far."""

    check: Check
    target: int | None
    now: datetime
    population: int = 0
    subjects: int = 0
    left_out: int = 0
    """Subjects for which the question does not arise."""
    why_left_out: str = ""
    measure: int | None = None
    grade: Grade | None = None
    evidence_at: datetime | None = None
    """When the oldest evidence was gathered, that which shows that the question does not arise included."""
    exceptions: list[Exceptional] = field(default_factory=list)
    judged: dict[str, Judgement] = field(default_factory=dict)
    """What was found about each subject, by reference; for the findings."""

    def take(self, subject: Subject) -> None:
        """Judge one subject and add the answer."""
        judgement = judge(self.check, subject, self.target, self.now)
        self.judged[subject.reference] = judgement
        self.subjects += 1
        if subject.facts is not None:
            grades = list(Grade)
            worst = max(grades.index(subject.grade), grades.index(self.grade or Grade.INDEPENDENT))
            self.grade = grades[worst]
            self.evidence_at = min(self.evidence_at or subject.facts.observed_at, subject.facts.observed_at)
        if judgement.verdict is Verdict.NOT_APPLICABLE:
            self.left_out += 1
            self.why_left_out = judgement.not_applicable
            return
        self.population += judgement.population
        if judgement.measure is not None:
            self.measure = max(judgement.measure if self.measure is None else self.measure, judgement.measure)
        for verdict, items in ((Verdict.UNMET, judgement.unmet), (Verdict.UNKNOWN, judgement.unknown)):
            self.exceptions.extend(
                Exceptional(subject.reference, subject.name, item.name, item.reason, verdict)
                for item in items
            )

    @property
    def unmet(self) -> int:
        return sum(one.verdict is Verdict.UNMET for one in self.exceptions)

    @property
    def unknown(self) -> int:
        return sum(one.verdict is Verdict.UNKNOWN for one in self.exceptions)

    @property
    def verdict(self) -> Verdict:
        if self.unmet:
            return Verdict.UNMET
        if self.unknown:
            return Verdict.UNKNOWN
        if self.population:
            return Verdict.MET
        return Verdict.NOT_APPLICABLE if self.left_out else Verdict.UNKNOWN

    @property
    def reason(self) -> str:
        """Why nothing was looked at, in words; empty when something was."""
        if self.population or self.exceptions:
            return ""
        return (
            self.why_left_out
            if self.left_out
            else _("there is no evidence about any %(of)s") % {"of": _(self.check.of)}
        )

    @property
    def example(self) -> str:
        """The first exception that decides the verdict, in words; empty if there is none."""
        for line in self.exception_lines():
            if line["verdict"] == self.verdict.value:
                return ": ".join(filter(None, (line["item"], line["reason"])))
        return ""

    @property
    def stale_at(self) -> datetime | None:
        return self.evidence_at + self.check.fresh_for if self.evidence_at else None

    def exception_lines(self) -> Iterator[dict[str, Any]]:
        """The exceptions as they are kept in a blob: what is unmet first, then by name."""
        for one in sorted(
            self.exceptions,
            key=lambda e: (e.verdict is not Verdict.UNMET, e.name, e.subject, e.item, e.reason),
        ):
            yield {
                "item": one.item,
                "name": one.name,
                "reason": one.reason,
                "subject": one.subject,
                "verdict": one.verdict.value,
            }


def judge(check: Check, subject: Subject, target: int | None, now: datetime) -> Judgement:
    """The check's answer about one subject: unknown on evidence that is missing, stale, unread or failing.

    A check that breaks on evidence says unknown too, with the reason: one odd report stops nothing. Names and
    reasons may quote a report, so they are cut and brought into the form that the record takes. Each thing is
    named once.
    """
    answer = _answer(check, subject, target, now)
    if answer.verdict is Verdict.UNKNOWN and not answer.unknown:
        return unknown(_("there was nothing to look at among the %(counts)s") % {"counts": _(check.counts)})
    return replace(
        answer,
        unmet=_one_each(answer.unmet),
        unknown=_one_each(answer.unknown),
        not_applicable=_text(answer.not_applicable, REASON),
    )


def _answer(check: Check, subject: Subject, target: int | None, now: datetime) -> Judgement:
    if subject.facts is None:
        return unknown(subject.failure or _("there is no evidence"))
    age = now - subject.facts.observed_at
    if age > check.fresh_for:
        return unknown(
            _("the evidence is %(age)s old; at most %(most)s counts")
            % {"age": in_words(age), "most": in_words(check.fresh_for)}
        )
    try:
        return check.judge(subject.facts, target)
    except Unread as gap:
        return unknown(str(gap))
    except Exception as error:  # noqa: BLE001 - whatever the check stumbled over is shown, as unknown
        return unknown(
            _("the check could not read this evidence (%(kind)s: %(error)s)")
            % {"kind": type(error).__name__, "error": error}
        )


def _one_each(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """One item for each thing, with all its reasons: a port open on two addresses is one shortfall."""
    reasons: dict[str, list[str]] = {}
    for item in items:
        reasons.setdefault(_text(item.name, ITEM), []).append(item.reason)
    return tuple(Item(name, _text("; ".join(texts), REASON)) for name, texts in sorted(reasons.items()))


def _text(text: str, longest: int) -> str:
    """Text as canonical JSON takes it (NFC, no lone surrogates; no NUL, which PostgreSQL refuses), cut."""
    if not text.isascii():
        text = normalize("NFC", text.encode("utf-8", "backslashreplace").decode())
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:longest]


def in_words(length: timedelta) -> str:
    """A length of time in the largest unit that suits it: "3 days", "5 hours"."""
    minutes = length // timedelta(minutes=1)
    if minutes < 1:
        return _("under a minute")
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": number(minutes)}
    hours, days = minutes // 60, length // timedelta(days=1)
    if not days:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": number(hours)}
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}


def stays_open(judgement: Judgement | None, item: str) -> bool:
    """Whether a finding about `item` stays open after a judgement of its subject.

    It closes only on evidence that shows it gone: never when the subject or the item is unknown.
    """
    if judgement is None:
        return False
    blind = {one.name for one in judgement.unknown}
    return "" in blind or item in blind or item in {one.name for one in judgement.unmet}
