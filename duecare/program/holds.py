"""Legal holds, asked by whatever shows or destroys content: is this held, and by what?

The law keeps the holds (`law/holds/`) and registers here, so that the spine and the areas need not know it. A
hold names single things ("incidents.case:k3...") or a kind as a whole ("incidents.case").

Whatever clears away a kind as a whole asks `kind_is_held` first. What does so today: letters that were sent
lose their content, and go later; files that were brought and not taken in go after a day, or when who brought
one gives it up. Nothing else of Duecare destroys content of its own: records that are dropped stay in the
ledger. What will destroy a single thing, as an erasure does, has to ask `demand_free`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.ledger.viewers import Viewer


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that stands."""

    key: str
    name: str
    since: date
    url: str


Holding = Callable[[str, Viewer | None], Sequence[Hold]]
"""The holds that cover a reference or a kind, as far as a viewer may see them; with None all of them."""
Placing = Callable[[str, Viewer], str]
"""The page on which a viewer puts a reference under a hold; empty for who may not."""
_holding: list[Holding] = []
_placing: list[Placing] = []

LETTERS = "program.letter"
"""Letters that were sent, or given up: they wait in no record. Never those for signing in: they are written
only as they are sent."""
LISTS = "program.list"
"""Files of lists that were brought and not taken in."""


def register_holding(function: Holding, placing: Placing) -> None:
    """Let something above say what is held, and where something is put under a hold."""
    _holding.append(function)
    _placing.append(placing)


def held(reference: str, viewer: Viewer) -> tuple[Hold, ...]:
    """The holds that cover a reference, or its kind as a whole, as far as the viewer may see them."""
    return tuple(hold for function in _holding for hold in function(reference, viewer))


def place_to_hold(reference: str, viewer: Viewer) -> str:
    """The page on which the viewer puts a reference under a hold; empty where they may not."""
    return next((url for placing in _placing if (url := placing(reference, viewer))), "")


def demand_free(reference: str) -> None:
    """Raises Refused, naming the holds, if something is held. For what would destroy a single thing; nothing
    does so today. Whoever is told of the holds must be one who may see them."""
    found = [hold.name for function in _holding for hold in function(reference, None)]
    if found:
        raise Refused(
            _("This is under a legal hold: %s.") % ", ".join(found),
            _("It can go once whoever asked for the hold has ended it."),
        )


def kind_is_held(kind: str) -> bool:
    """Whether a kind is held as a whole, so that nothing of it is cleared away."""
    return any(function(kind, None) for function in _holding)
