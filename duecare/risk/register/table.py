"""The register as a table that people fill in: a scenario a row, ranges as columns. Pure.

What is written reads back the same. Of each thing the table tells one estimate, the newest that stands and is
a range or least, likely and most; histories and lists of losses stay on the pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from duecare.errors import BadInput
from duecare.risk.amounts import read_amount, write_amount
from duecare.risk.register import believing
from duecare.risk.register.believing import PERT, RANGE, Belief, demand_belief, doubts
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.risk.register.rates import read_rate, write_rate
from duecare.words import gettext as _

WHATS = (RATE, *FORMS)
PARTS = ("low", "likely", "high")


def names(what: str) -> Sequence[str]:
    """The columns of one thing: low, likely (empty for a 90 % range), high."""
    return [f"{what}_{part}" for part in PARTS]


def written(belief: Belief, currency: str) -> Mapping[str, str]:
    """The cells of a belief; empty ones for one that the table cannot tell."""
    if belief.kind not in (RANGE, PERT):
        return dict.fromkeys(names(belief.what), "")
    texts = [
        write_rate(one) if belief.what == RATE else write_amount(one, currency, "") for one in belief.numbers
    ]
    if belief.kind == RANGE:
        texts.insert(1, "")
    return dict(zip(names(belief.what), texts, strict=True))


def read(cells: Mapping[str, str], what: str, currency: str) -> Belief | None:
    """What the cells of one thing say; None if they are empty. `demand_sure` says whether to doubt it.

    Raises BadInput whose place is the column for what cannot be.
    """
    low, likely, high = (cells.get(name, "").strip() for name in names(what))
    if not (low or likely or high):
        return None
    for name, text in ((f"{what}_low", low), (f"{what}_high", high)):
        if not text:
            raise BadInput(_("the other end of the range is missing"), "", name)
    numbers = []
    for name, text in zip(names(what), (low, likely, high), strict=True):
        if text:
            numbers.append(read_rate(text, name) if what == RATE else read_amount(text, currency, name))
    belief = Belief(what, PERT if likely else RANGE, tuple(numbers))
    with _placed(what):
        demand_belief(belief)
    return belief


def demand_bearable(belief: Belief, frequency_left: float) -> None:
    """Raises BadInput whose place is the column for a rate that no curve takes without the safeguards that
    leave this share of it."""
    with _placed(belief.what):
        believing.demand_bearable(belief, frequency_left)


@contextmanager
def _placed(what: str) -> Iterator[None]:
    """Have the place of what is bad named as the column of it."""
    try:
        yield
    except BadInput as error:
        part = {"least": "low", "most": "high"}.get(error.place, error.place)
        raise BadInput(error.what, error.next_step, f"{what}_{part}") from None


def demand_sure(belief: Belief, turnover: int | None, currency: str) -> None:
    """Raises BadInput whose place is the column for what looks like a slip: a page asks, a table cannot."""
    if why := next(iter(doubts(belief, turnover, currency)), ""):
        raise BadInput(why, _("Estimate it on its page, where it can be confirmed."), f"{belief.what}_high")


def newest(beliefs: Iterable[Belief]) -> Mapping[str, Belief]:
    """Of each thing the last that the table can tell, of beliefs in the order in which they were given."""
    return {one.what: one for one in beliefs if one.kind in (RANGE, PERT)}
