"""Those who follow what hosts tell: areas above this one that keep tables made from it.

They are told after the act has committed, so what they do cannot undo it, and it does not wait for them in
the database. One that fails is passed over here, and has to notice by itself what it missed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from duecare.systems.models import Host

logger = logging.getLogger(__name__)

Follower = Callable[[Host], object]
"""Is given a host of which a report came in, or that was removed."""

_followers: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """Let somebody follow, from now on."""
    _followers.append(follower)


def tell_followers(host: Host) -> None:
    """Tell all of them about a host. Never raises for what they do."""
    for follower in _followers:
        try:
            follower(host)
        except Exception:
            logger.exception("%s could not follow %s", getattr(follower, "__name__", "somebody"), host)
