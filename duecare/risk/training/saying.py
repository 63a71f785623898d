"""A hit rate as pages say it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor

from duecare.risk.estimating import Calibration, HitRate, hit_rate
from duecare.words import Text
from duecare.words import gettext as _

SHORT: Mapping[Calibration, tuple[str, str]] = {
    Calibration.TOO_FEW: ("unknown", Text("too few to tell")),
    Calibration.OVERCONFIDENT: ("partly", Text("too narrow")),
    Calibration.UNDERCONFIDENT: ("partly", Text("too wide")),
    Calibration.FITS: ("agreed", Text("fits 90 %")),
}
"""The status and its word. What fits is not drawn as proven: ten questions can fit by chance."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a hit rate says of its ranges."""

    state: str
    """A key of `web.words.STATUSES`."""
    word: str
    figure: str
    """Hits, share and where it lies in the long run."""
    words: str
    """What follows from it, in a sentence."""


def said(rate: HitRate) -> Said:
    """A hit rate in words; the ends of its interval are rounded outwards."""
    state, word = SHORT[rate.calibration]
    figure = _("%(hits)s of %(asked)s held: %(share)s %%, in the long run %(low)s to %(high)s %%") % {
        "hits": rate.hits,
        "asked": rate.asked,
        "share": round(100 * rate.share),
        "low": floor(100 * rate.low),
        "high": ceil(100 * rate.high),
    }
    return Said(state, str(word), figure, str(rate.words))


def said_of(hits: int, asked: int) -> Said | None:
    """The same of one exercise; None where nothing was asked."""
    return said(hit_rate(hits, asked)) if asked else None
