"""Contracts whose notice periods are clocks of incidents: where areas hand them over, and the law takes them.

An insurance policy binds us to tell the insurer in time as a law binds us to tell an authority, and on a bad
day both belong on one board. The rooms that keep contracts may not know the law, nor the law them: so each
says here which contracts hold on a day, and `law/applicable.py` takes them into the register of what applies,
as it does obligations of one's own that people typed in. Nothing is kept twice: a clock runs as the contract
says, from the day on which it holds until it ends, and nobody has to remember to copy it. A case keeps the
law of the day on which its clocks began, contracts with it, and goes on counting by that.

Why not an obligation of one's own that the policy's page writes with one click: the two would part as soon as
one of them is changed, and a period that was shortened and not copied is a notice that is late.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NoticePeriod:
    """Whom a contract wants to be told, and how soon."""

    id: str
    """Within the contract; never used again for another: small letters, digits and hyphens."""
    recipient: str
    trigger: str
    """Id of an event of cases from which it is counted: `awareness`."""
    counted: str
    """`hours`, `days`, or `undelayed` for one without a number."""
    amount: int | None
    citation: str
    """Where it is written, and how the notice is given."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract that holds, as far as it asks to be told."""

    id: str
    """Never used again: `own-` and small letters, digits and hyphens, at most 40 characters."""
    version: int
    """From 1."""
    read: date
    """When it was last compared with the paper."""
    name: str
    asked_by: str
    citation: str
    since: date
    notices: tuple[NoticePeriod, ...]
    url: str
    """The page on which it is kept."""


Source = Callable[[date], Iterable[Contract]]
"""Gives the contracts that hold on a day of the organisation, of the record as it is viewed."""
Follower = Callable[[str], object]
"""Is given the actor who changed a contract."""

_sources: list[Source] = []
_followers: list[Follower] = []


def register_contracts(source: Source) -> None:
    """Let contracts of a room count, from now on."""
    _sources.append(source)


def contracts(day: date) -> list[Contract]:
    """All that hold on a day, in the order of their ids."""
    return sorted((one for source in _sources for one in source(day)), key=lambda one: one.id)


def register_contract_follower(follower: Follower) -> None:
    """Let somebody follow what changes in contracts, from now on."""
    _followers.append(follower)


def tell_contract_followers(actor: str) -> None:
    """Tell all of them that a contract may have changed, after its act has committed. Never raises for what
    they do: they have to notice by themselves what they missed."""
    for follower in _followers:
        try:
            follower(actor)
        except Exception:
            logger.exception("%s could not follow the contracts", getattr(follower, "__name__", "somebody"))
