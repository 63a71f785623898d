"""The questions that ship: one at least for every safeguard, each answerable; and mistakes named."""

from __future__ import annotations

import pytest

from duecare.errors import BadInput
from duecare.program.catalogue import catalogue
from duecare.program.questions import LONGEST, Question, parse, questions, questions_of

ENTRY = {
    "id": "physical.rooms",
    "safeguard": "physical",
    "ask": "Are the rooms locked?",
    "tell": "Which rooms, and who holds the keys.",
    "bring": "The list of keys.",
    "days": "365",
}


def written(**changes: str | None) -> str:
    entry = {name: value for name, value in {**ENTRY, **changes}.items() if value is not None}
    return "questions:\n- " + "\n  ".join(f"{name}: {value}" for name, value in entry.items()) + "\n"


@pytest.mark.parametrize("safeguard", catalogue())
def test_every_safeguard_has_one_to_three_questions(safeguard: str) -> None:
    assert 1 <= len(questions_of(safeguard)) <= 3


@pytest.mark.parametrize("question", questions().values(), ids=lambda question: question.id)
def test_a_question_says_what_to_answer_what_to_write_and_what_would_show_it(question: Question) -> None:
    assert question.ask[0].isupper()
    assert question.ask.count("?") == 1
    assert 30 < len(question.ask) < 160, "one breath"
    assert question.tell.endswith(".")
    assert question.bring.endswith(".")
    assert len(question.tell) > 40
    assert not question.grounds or question.grounds.endswith(".")
    assert 30 <= question.days <= 365
    assert len(question.id) <= 80, "what a statement's record takes"


def test_questions_stand_in_the_order_of_the_catalogue() -> None:
    order = list(catalogue())
    places = [order.index(one.safeguard) for one in questions().values()]
    assert places == sorted(places)


def test_no_question_is_asked_twice() -> None:
    assert len({one.ask for one in questions().values()}) == len(questions())


def test_grounds_may_be_left_out_and_nothing_else() -> None:
    assert parse(written(), "test.yaml")["physical.rooms"].grounds == ""
    assert parse(written(grounds="So says the insurer."), "test.yaml")["physical.rooms"].grounds


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("questions: 5", "test.yaml has no list of questions"),
        ("questions:\n- rooms", "test.yaml, question 1 is not a mapping"),
        (written(tell=None), "test.yaml, question 1 (physical.rooms): the field 'tell' is missing"),
        (written(note="kind"), "there is no field 'note'"),
        (written(bring="''"), "the field 'bring' must be text"),
        (written(grounds="5"), "the field 'grounds' must be text"),
        (
            written(days="a year"),
            f"the field 'days' must be a whole number from 1 to {LONGEST}, not 'a year'",
        ),
        (written(days="0"), "the field 'days'"),
        (written(days=str(LONGEST + 1)), "the field 'days'"),
        (written(days="yes"), "the field 'days' must be a whole number"),
        (written(safeguard="locks"), "names none of the catalogue: 'locks'"),
        (written(id="mfa.rooms"), "the id must be 'physical.' and lower-case words"),
        (written(id="physical"), "the id must be 'physical.'"),
        (written(id="physical.Rooms"), "the id must be 'physical.'"),
        (written(ask="Rooms are locked."), "the field 'ask' must end with '?'"),
        (written() + written().removeprefix("questions:\n"), "the id 'physical.rooms' is used twice"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(text: str, place: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(text, "test.yaml")
    assert place in str(caught.value)
    assert caught.value.next_step
