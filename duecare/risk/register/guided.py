"""The guided entry of a scenario: which questions, in which order. Pure.

Each answer is a record of its own once it is given, so that nothing is lost between pages; what is skipped
stays open and shows as not estimated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duecare.risk.register.forms_of_loss import FORMS, OTHERS, OWN, RATE
from duecare.risk.register.library import Shipped
from duecare.words import Text

WORDS, SAFEGUARDS, CHECK = "words", "safeguards", "check"


@dataclass(frozen=True, slots=True)
class Question:
    """One page of the guided entry."""

    id: str
    """In the address: `words`, `rate`, a form of loss, `safeguards` or `check`."""
    question: str
    why: str


QUESTIONS: Mapping[str, Question] = {
    one.id: one
    for one in (
        Question(
            WORDS,
            Text("What happens?"),
            Text(
                "Who or what does what, to which thing of yours, and with which harm: one story, not a class."
            ),
        ),
        Question(
            RATE,
            Text("How often does it happen here?"),
            Text(
                "As things are today, with the safeguards that you have. Count it whenever it begins, also "
                "if it goes off lightly. Say a range whose being wrong would surprise you, not one number."
            ),
        ),
        Question(
            "response",
            Text("What does it cost to deal with it?"),
            Text(
                "Each time: hours of your own people as money, specialists, lawyers, letters to those "
                "affected."
            ),
        ),
        Question(
            "replacement",
            Text("What has to be replaced?"),
            Text("Each time: devices, systems built anew, data typed in again, money that is gone."),
        ),
        Question(
            "productivity",
            Text("What does it cost that work stands still?"),
            Text(
                "Each time: what is not sold or done and never made up for, and wages paid meanwhile. What "
                "is only done later costs little."
            ),
        ),
        Question(
            "liability",
            Text("What would others claim, and get?"),
            Text("Each time: damages, settlements, penalties of contracts, and the cost of the dispute."),
        ),
        Question(
            "fines",
            Text("Which fines could follow?"),
            Text(
                "Each time it happens, most such events bring none: say what you expect over all of them, or "
                "make a scenario of its own of the rare grave one."
            ),
        ),
        Question(
            "reputation",
            Text("Who would leave, or not come?"),
            Text(
                "Each time: customers, gifts, orders and people that you lose, as what they would have "
                "brought."
            ),
        ),
        Question(
            "others",
            Text("What would others lose by it?"),
            Text(
                "People whose data it is, customers, patients, neighbours: their money, time and health, "
                "whether or not they could claim it from you. It is kept apart from your own loss, because "
                "reasonable care looks at both."
            ),
        ),
        Question(
            SAFEGUARDS,
            Text("What holds it down already?"),
            Text(
                "Your estimates tell of the world with these safeguards. Naming them shows what they are "
                "worth, and what would happen if one fell away."
            ),
        ),
        Question(
            CHECK,
            Text("Is that what you mean?"),
            Text("Read it as somebody else will. Nothing is final: estimates can be given anew at any time."),
        ),
    )
}


def steps(shipped: Shipped | None, estimated: Sequence[str] = ()) -> Sequence[Question]:
    """The questions about a scenario: of the forms of loss those that usually come of it and those that are
    estimated; all of them for one in people's own words. Harm to others is always asked for."""
    forms = [form for form in OWN if shipped is None or form in shipped.forms or form in estimated]
    return [QUESTIONS[id] for id in (WORDS, RATE, *forms, *OTHERS, SAFEGUARDS, CHECK)]


def left_out(shipped: Shipped | None, estimated: Sequence[str] = ()) -> Sequence[str]:
    """The forms of loss that the entry does not ask for."""
    asked = {one.id for one in steps(shipped, estimated)}
    return [form for form in FORMS if form not in asked]
