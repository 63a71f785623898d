"""Those who follow what is said of the organisation: areas above this one that keep tables made from it.

They are told after the act has committed, so what they do cannot undo it. One that fails is passed over here,
and has to notice by itself what it missed.

Who keeps something that an answer would stop is asked before (`register_demand`): then the answer needs a
confirmation that names what stops.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from duecare.errors import Refused

logger = logging.getLogger(__name__)

Follower = Callable[[str], object]
"""Is given the actor who changed the profile."""

_followers: list[Follower] = []

Changes = Mapping[str, bool | None]
"""Answers about the organisation that are about to change, by fact id; None for one that is open again."""
Demand = Callable[[Changes], Sequence[str]]
"""Names what these answers would stop, each in the words in which people confirm it; empty for nothing."""

_demands: list[Demand] = []


class Unconfirmed(Refused):
    """Answers would stop something, and nobody has confirmed that."""

    def __init__(self, stops: Sequence[str]) -> None:
        super().__init__(
            _("These answers would stop: %s.") % "; ".join(stops),
            _("Read what stops, and confirm it."),
            "confirmed",
        )
        self.stops = tuple(stops)


def register_demand(demand: Demand) -> None:
    """Let somebody say what answers would stop, from now on. Asked within the act, before it changes
    anything; it only reads."""
    _demands.append(demand)


def stopped_by(changes: Changes) -> tuple[str, ...]:
    """What these answers would stop, in words, each once."""
    return tuple(dict.fromkeys(words for demand in _demands for words in demand(changes)))


def register_profile_follower(follower: Follower) -> None:
    """Let somebody follow, from now on."""
    _followers.append(follower)


def tell_profile_followers(actor: str) -> None:
    """Tell all of them that the profile may have changed. Never raises for what they do."""
    for follower in _followers:
        try:
            follower(actor)
        except Exception:
            logger.exception("%s could not follow the profile", getattr(follower, "__name__", "somebody"))
