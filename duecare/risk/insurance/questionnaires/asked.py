"""The questions of a questionnaire: those that ship, those that an insurer's form brings, and their answers.

Pure: a mistake in the file is BadInput that names file, entry and field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from duecare.errors import BadInput
from duecare.program.catalogue import read_yaml
from duecare.program.imports.tables import Table
from duecare.risk.insurance.evidence import Answer, Said
from duecare.words import Text, number
from duecare.words import gettext as _

CONTENT = Path(__file__).parent / "content" / "questions.yaml"
MOST = 80
"""Questions of one questionnaire."""
LONGEST = 1000
"""Characters of a question, and of the words of an answer."""
NAMED = 5
"""Counterexamples of each question that are kept by name; how many there are is always said."""
NAMED_CUT, WHY_CUT = 100, 200
"""Characters of a counterexample and of a reason."""
NOT_APPLICABLE = "not applicable"
ANSWERS: Mapping[str, str] = {
    Answer.YES.value: Text("Yes"),
    Answer.NO.value: Text("No"),
    Answer.CANNOT_SAY.value: Text("We cannot say"),
    NOT_APPLICABLE: Text("Does not apply to us"),
}


@dataclass(frozen=True, slots=True)
class Shipped:
    """A question that ships."""

    id: str
    topic: str
    asks: str
    rests_on: tuple[str, ...]
    lacks: str = ""
    """What its evidence does not reach."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a questionnaire, with its answer as far as there is one."""

    id: str
    asks: str
    rests_on: tuple[str, ...] = ()
    lacks: str = ""
    topic: str = ""
    shipped: str = ""
    """Id of the question that ships of which it was made; empty for one of a form."""
    answer: str = ""
    """A key of ANSWERS; empty while nobody answered."""
    own: bool = False
    """Whether a person gave the answer. Any other is what evidence said, and moves with it."""
    words: str = ""
    """What is said beside it: to the insurer."""
    evidence: str = ""
    """What evidence said, a value of `evidence.Answer`; empty while it was not asked."""
    why: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    """Counterexamples, the first of them."""
    unmet: int = 0

    @property
    def differs(self) -> bool:
        """Whether the answer is another than what evidence said."""
        return bool(self.answer and self.evidence and self.answer != self.evidence)


@cache
def shipped() -> Mapping[str, Shipped]:
    """The questions that ship, by id in the file's order."""
    return parse(CONTENT.read_text("utf-8"), CONTENT.name)


def parse(text: str, place: str) -> Mapping[str, Shipped]:
    """The questions of a file. Raises BadInput naming file, entry and field."""
    found: dict[str, Shipped] = {}
    for count, entry in enumerate(read_yaml(text, place).get("questions", ()), start=1):
        where = f"{place}, question {count}"
        if not isinstance(entry, dict) or not {"id", "topic", "asks", "rests_on"} <= entry.keys():
            raise BadInput(f"{where} lacks a field.", "Give id, topic, asks and rests_on.")
        if unknown := set(entry) - {"id", "topic", "asks", "rests_on", "lacks"}:
            raise BadInput(f"{where}: no field is called {min(unknown)}.", "Correct it.")
        id = str(entry["id"])
        if id in found:
            raise BadInput(f"{where}: the id {id} is used twice.", "Give each its own.")
        found[id] = Shipped(
            id,
            Text(entry["topic"]),
            Text(entry["asks"]),
            tuple(entry["rests_on"]),
            Text(entry.get("lacks", "")),
        )
    return found


def filled(one: Asked, told: Said) -> Asked:
    """The question with what evidence says now, which is also its answer unless a person gave one."""
    names = tuple(f"{each.name}: {each.why}"[:NAMED_CUT] for each in told.counters[:NAMED])
    return replace(
        one,
        evidence=told.answer.value,
        why=tuple(line[:WHY_CUT] for line in told.why[:3]),
        named=names,
        unmet=told.unmet,
        answer=one.answer if one.own else told.answer.value,
    )


def resting(one: Asked, rests_on: Sequence[str], lacks: str) -> Asked:
    """The question with what shows it from now on. What evidence said before is gone, and so is an answer
    that came from it."""
    return replace(
        one,
        rests_on=tuple(dict.fromkeys(rests_on)),
        lacks=lacks.strip(),
        evidence="",
        why=(),
        named=(),
        unmet=0,
        answer=one.answer if one.own else "",
    )


def demand_answer(one: Asked) -> None:
    """Raises BadInput naming the field for an answer that cannot be, or that differs without a word."""
    if one.answer not in ANSWERS:
        raise BadInput(_("“%s” is no answer.") % one.answer, _("Choose one."), "answer")
    if len(one.words) > LONGEST:
        raise BadInput(_("This takes %s characters.") % number(LONGEST), _("Shorten it."), "words")
    if one.differs and not one.words.strip():
        raise BadInput(
            _("Evidence says “%s”, and the answer is another.") % ANSWERS[one.evidence],
            _("Say in the words why: whoever signs reads both."),
            "words",
        )


def of_table(table: Table) -> Iterator[str]:
    """The questions of a file: those of the column whose head is “question”, or of the only one.

    Raises BadInput naming the place for a file without such a column, an empty file, a question too long, or
    one that could not be read: a form that is brought half is answered half.
    """
    heads = [head.strip().lower() for head in table.head]
    column = next((heads.index(name) for name in QUESTION_HEADS if name in heads), None)
    if column is None:
        if len(heads) != 1:
            raise BadInput(
                _("No column is called “question”."), _("Call the column with the questions so."), "file"
            )
        column = 0
    for problem in table.problems:
        if problem.column in (None, column):
            raise BadInput(
                f"{table.place(problem.row, problem.column)}: {problem.reason}",
                _("Mend it in the file, then bring it again."),
                "file",
            )
    found = False
    for row in table.rows:
        asks = " ".join(row.cells[column].split())
        if not asks:
            continue
        if len(asks) > LONGEST:
            raise BadInput(
                _("%(place)s: a question takes %(most)s characters.")
                % {"place": table.place(row.number, column), "most": number(LONGEST)},
                _("Shorten it, or make two of it."),
                "file",
            )
        found = True
        yield asks
    if not found:
        raise BadInput(_("The file has no question below its head."), _("Bring another."), "file")


QUESTION_HEADS = ("question", "questions", "frage", "fragen")
"""What the column of the questions may be called."""


def asked_of(written: Sequence[Mapping[str, Any]]) -> tuple[Asked, ...]:
    """The questions as a record keeps them."""
    lists = ("rests_on", "why", "named")
    return tuple(Asked(**{**one, **{name: tuple(one[name]) for name in lists}}) for one in written)


def as_json(rows: Sequence[Asked]) -> list[dict[str, Any]]:
    """What a record keeps of them."""
    lists = ("rests_on", "why", "named")
    return [{**(told := asdict(one)), **{name: list(told[name]) for name in lists}} for one in rows]
