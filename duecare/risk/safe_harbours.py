"""Laws that grant a defence or milder penalties to those who followed a framework or met named conditions.

They ship in `content/safe_harbours.yaml`, read strictly: an unknown field, a wrong type or an id that is used
twice is BadInput that names file, entry and field. A condition stays "cannot say" until somebody answers it:
nothing is met because nobody asked.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from duecare.errors import BadInput
from duecare.program.catalogue import read_yaml
from duecare.risk.criteria import Answer, Judged
from duecare.words import Text, number
from duecare.words import gettext as _

CONTENT = Path(__file__).parent / "content" / "safe_harbours.yaml"


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be so, written so that "yes" speaks for the organisation."""

    id: str
    """With the harbour's before it: `us-ia-554g.scale`. Answers are kept by it."""
    what: Text
    employees: tuple[int, int] | None = None
    """It holds only for organisations of so many employees, both ends among them."""


@dataclass(frozen=True, slots=True)
class SafeHarbour:
    """One law or ruling."""

    id: str
    jurisdiction: str
    citation: str
    effect: Text
    frameworks: tuple[str, ...]
    """Any one of them is enough; empty where none is asked for."""
    regulated_frameworks: tuple[str, ...]
    """Any of these is, for organisations that are subject to it."""
    conditions: tuple[Condition, ...]
    employees_below: int | None
    """It is there for smaller organisations only."""
    notes: tuple[Text, ...]
    confidence: str


@dataclass(frozen=True, slots=True)
class SafeHarbours:
    """All that ship."""

    as_of: date
    """The day of the facts."""
    harbours: Mapping[str, SafeHarbour]
    vetoed: tuple[str, ...]
    """Bills that did not become law."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the organisation."""

    frameworks: Mapping[str, bool]
    """By name as the content writes it, whether it is followed; nothing for what nobody answered."""
    conditions: Mapping[str, bool]
    """By id, whether it is so."""
    employees: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one safe harbour stands, and why."""

    harbour: SafeHarbour
    answer: Answer
    framework: Judged | None
    """None where no framework is asked for."""
    conditions: tuple[tuple[Condition, Judged], ...]
    """Those that hold for an organisation of this size; all, if nobody has said how large it is."""
    size: Judged | None
    """None where the size does not matter."""
    reason: str
    """In one sentence."""


def judge(harbour: SafeHarbour, facts: Facts) -> Standing:
    """Met if everything is; not met if one thing is not; otherwise it cannot be said."""
    framework, size = _framework(harbour, facts), _size(harbour, facts)
    conditions = tuple(
        (one, _condition(one, facts)) for one in harbour.conditions if _concerns(one, facts.employees)
    )
    judged = [one for one in (size, framework, *(each for _one, each in conditions)) if one is not None]
    for answer in (Answer.NOT_MET, Answer.CANNOT_SAY):
        for one in judged:
            if one.answer is answer:
                return Standing(harbour, answer, framework, conditions, size, one.reason)
    if not judged or not (harbour.frameworks or harbour.conditions):
        reason = _("It cannot be said until counsel has named what it asks for.")
        return Standing(harbour, Answer.CANNOT_SAY, framework, conditions, size, reason)
    reason = _("All that is named here is met, as answered.")
    return Standing(harbour, Answer.MET, framework, conditions, size, reason)


def _framework(harbour: SafeHarbour, facts: Facts) -> Judged | None:
    accepted = (*harbour.frameworks, *harbour.regulated_frameworks)
    if not accepted:
        return None
    followed = [name for name in accepted if facts.frameworks.get(name)]
    if followed:
        return Judged(Answer.MET, _("Followed: %(names)s.") % {"names": ", ".join(followed)})
    if all(facts.frameworks.get(name) is False for name in accepted):
        return Judged(Answer.NOT_MET, _("None of the frameworks that it names is followed."))
    return Judged(Answer.CANNOT_SAY, _("It cannot be said until somebody says which framework is followed."))


def _size(harbour: SafeHarbour, facts: Facts) -> Judged | None:
    if harbour.employees_below is None:
        return None
    values = {"count": harbour.employees_below}
    if facts.employees is None:
        return Judged(Answer.CANNOT_SAY, _("It cannot be said until the number of employees is known."))
    if facts.employees < harbour.employees_below:
        return Judged(Answer.MET, _("There are fewer than %(count)s employees.") % values)
    return Judged(
        Answer.NOT_MET, _("It is there for organisations with fewer than %(count)s employees.") % values
    )


def _concerns(condition: Condition, employees: int | None) -> bool:
    if condition.employees is None or employees is None:
        return True
    low, high = condition.employees
    return low <= employees <= high


def _condition(condition: Condition, facts: Facts) -> Judged:
    values = {"what": condition.what}
    if condition.employees is not None and facts.employees is None:
        low, high = condition.employees
        reason = _(
            "It cannot be said until the number of employees is known, because it holds for %(low)s to "
            "%(high)s: %(what)s."
        )
        return Judged(Answer.CANNOT_SAY, reason % {**values, "low": number(low), "high": number(high)})
    answer = facts.conditions.get(condition.id)
    if answer is None:
        return Judged(Answer.CANNOT_SAY, _("It cannot be said until somebody answers: %(what)s.") % values)
    if answer:
        return Judged(Answer.MET, _("Answered with yes: %(what)s.") % values)
    return Judged(Answer.NOT_MET, _("Answered with no: %(what)s.") % values)


@cache
def safe_harbours() -> SafeHarbours:
    """Those that ship."""
    return parse(CONTENT.read_text("utf-8"), CONTENT.name)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Said = Annotated[str, Field(min_length=1)]


class _Condition(_Strict):
    id: Id
    what: Said
    employees: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None


class _Harbour(_Strict):
    id: Id
    jurisdiction: Said
    citation: Said = ""
    effect: Said
    frameworks: list[Said] = []
    regulated_frameworks: list[Said] = []
    conditions: list[_Condition] = []
    employees_below: Annotated[int, Field(gt=0)] | None = None
    notes: list[Said] = []
    confidence: Literal["primary", "secondary", "knowledge"]

    def made(self) -> SafeHarbour:
        return SafeHarbour(
            self.id,
            self.jurisdiction,
            self.citation,
            Text(self.effect),
            tuple(self.frameworks),
            tuple(self.regulated_frameworks),
            tuple(
                Condition(
                    f"{self.id}.{one.id}",
                    Text(one.what),
                    (one.employees[0], one.employees[1]) if one.employees else None,
                )
                for one in self.conditions
            ),
            self.employees_below,
            tuple(Text(one) for one in self.notes),
            self.confidence,
        )


class _Whole(_Strict):
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    safe_harbours: Annotated[list[_Harbour], Field(min_length=1)]
    vetoed: list[Said] = []


def parse(text: str, place: str) -> SafeHarbours:
    """What a file of safe harbours says. Raises BadInput naming file, entry and field."""
    content = read_yaml(text, place)
    try:
        whole = _Whole.model_validate(content)
        as_of = date.fromisoformat(whole.as_of)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadInput(f"{place}{_place(content, first['loc'])}: {first['msg']}.", "Correct it.") from error
    except ValueError as error:
        raise BadInput(f"{place}: the field 'as_of' is no day.", 'Write it as "2026-11-28".') from error
    found: dict[str, SafeHarbour] = {}
    for one in whole.safe_harbours:
        if one.id in found:
            raise BadInput(f"{place}: the id '{one.id}' is used twice.", "Give each its own.")
        if len({each.id for each in one.conditions}) < len(one.conditions):
            raise BadInput(f"{place}, {one.id}: a condition's id is used twice.", "Give each its own.")
        found[one.id] = one.made()
    return SafeHarbours(as_of, found, tuple(whole.vetoed))


def _place(content: object, steps: tuple[int | str, ...]) -> str:
    """ ", safe_harbours, us-oh-1354, the field 'effect'"."""
    said = ""
    for step in steps:
        content = content[step] if _has(content, step) else None  # type: ignore[index]
        if isinstance(step, int):
            id = content.get("id") if isinstance(content, dict) else None
            said += f", {id or f'number {step + 1}'}"
        else:
            said += f", '{step}'"
    return said


def _has(content: object, step: int | str) -> bool:
    if isinstance(content, list):
        return isinstance(step, int) and step < len(content)
    return isinstance(content, dict) and step in content
