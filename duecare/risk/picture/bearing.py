"""Whether a bad year of our own is within what we say we can bear, and how far that can be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.risk.picture.queries import Ground
from duecare.risk.register.portfolios import Stage


@dataclass(frozen=True, slots=True)
class Bearing:
    """The answer: `state` is a key of `web/words.py`, with its words for a page and for a paper."""

    state: str
    words: str
    sentence: str


def bearing(ground: Ground, now: datetime) -> Bearing | None:
    """The answer for today; None where nothing is estimated or nobody has said what can be borne.

    A sum in which something is missing can only be too small, and what nobody has looked at for too long may
    be: neither is drawn like what is known to be within. Above the tolerance it stays above.
    """
    figures, level = ground.figures("own", Stage.TODAY), ground.tolerance
    if figures is None or level is None:
        return None
    told = {"tolerance": ground.shown(level)}
    if figures.bad.year > level:
        return Bearing(
            "unmet",
            _("Above the tolerance"),
            _("A bad year of our own lies above the tolerance of %(tolerance)s.") % told,
        )
    counted = set(ground.written("own", Stage.TODAY).keys)
    partial = bool(ground.lacking("own"))
    stale = any(one.pk in counted for one in ground.stale(now))
    if partial and stale:
        return Bearing(
            "partly",
            _("Within the tolerance as far as estimated, and to be looked at again"),
            _(
                "What is estimated of a bad year of our own lies within the tolerance of %(tolerance)s, but "
                "scenarios are missing in it and others have to be looked at again: it cannot be said that "
                "all of it does."
            )
            % told,
        )
    if partial:
        return Bearing(
            "partly",
            _("Within the tolerance as far as estimated"),
            _(
                "What is estimated of a bad year of our own lies within the tolerance of %(tolerance)s, but "
                "scenarios are missing in it: it cannot be said that all of it does."
            )
            % told,
        )
    if stale:
        return Bearing(
            "stale",
            _("Within the tolerance by figures to look at again"),
            _(
                "A bad year of our own lies within the tolerance of %(tolerance)s by figures some of which "
                "nobody has looked at for longer than the target allows."
            )
            % told,
        )
    return Bearing(
        "met",
        _("Within the tolerance"),
        _("A bad year of our own lies within the tolerance of %(tolerance)s.") % told,
    )
