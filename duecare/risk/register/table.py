"""The register as a table that people fill in: a scenario a row, what is estimated of it as columns. Pure.

What is written reads back the same. Of each thing the table tells one estimate, the newest that stands: a
range, least, likely and most, a count of one's own history, or a list of losses no longer than a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal

from duecare.errors import BadInput
from duecare.program.imports.tables import LONGEST_CELL
from duecare.risk.amounts import read_amount, write_amount
from duecare.risk.register import believing
from duecare.risk.register.believing import DATA, HISTORY, PERT, RANGE, Belief, demand_belief, doubts
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.risk.register.rates import MILLION, read_rate, write_rate
from duecare.words import gettext as _

WHATS = (RATE, *FORMS)
PARTS = ("low", "likely", "high")
COUNTED = ("events", "years")
LISTED = ("losses",)


def parts(what: str) -> Sequence[str]:
    """The columns of one thing, without its name: low, likely (empty for a 90 % range) and high, or beside
    them how many events in how many years, or each loss that happened."""
    return (*PARTS, *_otherwise(what))


def names(what: str) -> Sequence[str]:
    """The columns of one thing."""
    return [f"{what}_{part}" for part in parts(what)]


def written(belief: Belief, currency: str) -> Mapping[str, str]:
    """The cells of a belief, of which one way to tell it is filled and the others are empty."""
    numbers = belief.numbers
    match belief.kind:
        case believing.HISTORY:
            told = {"events": str(numbers[0]), "years": write_rate(numbers[1])}
        case believing.DATA:
            told = {"losses": "; ".join(write_amount(one, currency, "") for one in numbers)}
        case _:
            texts = [
                write_rate(one) if belief.what == RATE else write_amount(one, currency, "") for one in numbers
            ]
            if belief.kind == RANGE:
                texts.insert(1, "")
            told = dict(zip(PARTS, texts, strict=True))
    return {f"{belief.what}_{part}": told.get(part, "") for part in parts(belief.what)}


def read(cells: Mapping[str, str], what: str, currency: str) -> Belief | None:
    """What the cells of one thing say; None if they are empty. `demand_sure` says whether to doubt it.

    Raises BadInput whose place is the column for what cannot be.
    """
    texts = {part: cells.get(f"{what}_{part}", "").strip() for part in parts(what)}
    if not any(texts.values()):
        return None
    otherwise = [part for part in _otherwise(what) if texts[part]]
    if otherwise and any(texts[part] for part in PARTS):
        raise BadInput(
            _("It is told in two ways at once."), _("Leave one of them empty."), f"{what}_{otherwise[0]}"
        )
    if otherwise:
        belief = _counted(texts, what) if what == RATE else _listed(texts["losses"], what, currency)
    else:
        belief = _ranged(texts, what, currency)
    with _placed(what):
        demand_belief(belief)
    return belief


def demand_bearable(belief: Belief, frequency_left: float) -> None:
    """Raises BadInput whose place is the column for a rate that no curve takes without the safeguards that
    leave this share of it."""
    with _placed(belief.what):
        believing.demand_bearable(belief, frequency_left)


def demand_sure(belief: Belief, turnover: int | None, currency: str) -> None:
    """Raises BadInput whose place is the column for what looks like a slip: a page asks, a table cannot."""
    if why := next(iter(doubts(belief, turnover, currency)), ""):
        place = f"{belief.what}_{'losses' if belief.kind == DATA else 'high'}"
        raise BadInput(why, _("Estimate it on its page, where it can be confirmed."), place)


def newest(beliefs: Iterable[Belief], currency: str) -> Mapping[str, Belief]:
    """Of each thing the last that the table can tell, of beliefs in the order in which they were given."""
    return {one.what: one for one in beliefs if _tellable(one, currency)}


def _otherwise(what: str) -> Sequence[str]:
    """The columns beside those of a range."""
    return COUNTED if what == RATE else LISTED


def _tellable(belief: Belief, currency: str) -> bool:
    return belief.kind != DATA or len(written(belief, currency)[f"{belief.what}_losses"]) <= LONGEST_CELL


def _ranged(texts: Mapping[str, str], what: str, currency: str) -> Belief:
    for part in ("low", "high"):
        if not texts[part]:
            raise BadInput(_("the other end of the range is missing"), "", f"{what}_{part}")
    numbers = []
    for part in PARTS:
        if text := texts[part]:
            name = f"{what}_{part}"
            numbers.append(read_rate(text, name) if what == RATE else read_amount(text, currency, name))
    return Belief(what, PERT if texts["likely"] else RANGE, tuple(numbers))


def _counted(texts: Mapping[str, str], what: str) -> Belief:
    """So many events in so many years; years are kept to a millionth."""
    for part in COUNTED:
        if not texts[part]:
            raise BadInput(
                _("So many events are told by how many there were and in how many years."),
                _("Fill in both."),
                f"{what}_{part}",
            )
    events, years = texts["events"], texts["years"]
    if not re.fullmatch(r"\d{1,9}", events):
        raise BadInput(
            _("“%s” is no count of events.") % events[:40], _("Write digits alone."), f"{what}_events"
        )
    # A mark before three digits may stand between thousands; a point that we wrote leaves no zero behind.
    if not re.fullmatch(r"\d{1,6}([.,]\d{1,6})?", years) or re.fullmatch(
        r"[1-9]\d{0,2}(,\d{3}|\.\d{2}0)", years
    ):
        raise BadInput(
            _("“%s” is no number of years, or can be read in two ways.") % years[:40],
            _("Write it like 10 or 2.5."),
            f"{what}_years",
        )
    millionths = int(Decimal(years.replace(",", ".")) * MILLION)
    return Belief(what, HISTORY, (int(events), millionths))


def _listed(text: str, what: str, currency: str) -> Belief:
    """Each loss that happened, a semicolon or a line break between them."""
    name = f"{what}_losses"
    found = [one.strip() for one in re.split(r"[;\n]+", text)]
    return Belief(what, DATA, tuple(read_amount(one, currency, name) for one in found if one))


@contextmanager
def _placed(what: str) -> Iterator[None]:
    """Have the place of what is bad named as the column of it."""
    try:
        yield
    except BadInput as error:
        part = {"least": "low", "most": "high"}.get(error.place, error.place)
        raise BadInput(error.what, error.next_step, f"{what}_{part}") from None
