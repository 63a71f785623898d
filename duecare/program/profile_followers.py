"""Those who follow what is said of the organisation: areas above this one that keep tables made from it.

They are told after the act has committed, so what they do cannot undo it. One that fails is passed over here,
and has to notice by itself what it missed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

Follower = Callable[[str], object]
"""Is given the actor who changed the profile."""

_followers: list[Follower] = []


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
