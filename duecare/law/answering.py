"""What applies once people have had their say: the answers of the content, and those that were overridden.

The content answers from facts (`applies.py`). Somebody may know better: counsel reads a scope otherwise, an
authority has said so in writing. Their answer then holds, for its reason and for its time, and what the
content says stays beside it.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from duecare.law.applies import Answer, Applicability, Facts, applies, displaced
from duecare.law.obligations import Register
from duecare.law.saying import told_applicability, told_displaced
from duecare.words import day
from duecare.words import gettext as _


@dataclass(frozen=True, slots=True)
class Overriding:
    """That people answer for one obligation, whatever the facts say."""

    key: str
    """Of its record; empty where there is none."""
    answer: Answer
    """APPLIES or DOES_NOT_APPLY."""
    reason: str
    by: str
    """The actor."""
    until: date | None = None
    """Last day on which it holds; None until it is withdrawn."""


Overridings = Mapping[str, Overriding]
"""By obligation id: those that hold."""
NOBODY: Overridings = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answered:
    """Whether an obligation applies here and now, and who says so."""

    applicability: Applicability
    """What the content says by the facts."""
    override: Overriding | None
    """What people say instead; None where the content's answer holds."""
    displaced_by: str
    """Id of an obligation that applies in this one's place; empty if there is none."""

    @property
    def answer(self) -> Answer:
        """The answer that holds."""
        return self.override.answer if self.override else self.applicability.answer

    @property
    def asks(self) -> bool:
        """Whether it asks, or may ask, for something, as far as its own force goes."""
        return self.answer is not Answer.DOES_NOT_APPLY and not self.displaced_by

    @property
    def missing(self) -> tuple[str, ...]:
        """Facts not given on which the answer that holds still turns."""
        return () if self.override else self.applicability.missing


def answered(register: Register, facts: Facts, overrides: Overridings = NOBODY) -> dict[str, Answered]:
    """Every obligation of the register by id, in its order. Overrides of what it does not hold are left out.

    What people say applies is displaced by nothing: whoever says so knows of the special law.
    """
    found = {id: applies(one, facts) for id, one in register.obligations.items()}
    said = {id: overrides.get(id) for id in found}
    holds = {id: own.answer if (own := said[id]) else found[id].answer for id in found}
    instead = displaced(register.obligations, holds)
    return {
        id: Answered(
            each,
            own := said[id],
            "" if own and own.answer is Answer.APPLIES else instead.get(id, ""),
        )
        for id, each in found.items()
    }


def told_answer(found: Answered, register: Register) -> str:
    """Why, in sentences: what people say with their reason, what the content says, what stands instead."""
    content = told_applicability(found.applicability, register)
    words = [content] if found.override is None else [told_overriding(found.override), told_beside(content)]
    if found.displaced_by:
        words.append(told_displaced(found.displaced_by, register))
    return " ".join(words)


def told_overriding(said: Overriding) -> str:
    """What people say, with their reason."""
    words = {"reason": said.reason.strip().rstrip("."), "day": day(said.until) if said.until else ""}
    if said.answer is Answer.APPLIES:
        if said.until:
            return _("People decided until %(day)s that it applies: %(reason)s.") % words
        return _("People decided that it applies: %(reason)s.") % words
    if said.until:
        return _("People decided until %(day)s that it does not apply: %(reason)s.") % words
    return _("People decided that it does not apply: %(reason)s.") % words


def told_beside(content: str) -> str:
    return _("The content alone says: %(words)s") % {"words": content}
