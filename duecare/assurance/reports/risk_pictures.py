"""Pictures of risk as their template draws them: numbers in per cent, and what they show in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from duecare.risk.picture.queries import Ground
from duecare.risk.picture.telling import Told, picture


def curves_block(found: Ground, stages: Sequence[Told], *, tolerance: bool) -> dict[str, Any] | None:
    """Exceedance curves of a whole year; None where no year has a loss that could be drawn."""
    drawn = picture(found, tuple(stages), "year", tolerance=tolerance)
    if drawn is None:
        return None
    legend = [{"hue": one.look, "label": one.label} for one in drawn.curves]
    if drawn.tolerance is not None:
        legend.append({"hue": "tolerance", "label": _("Tolerance, for 1 year in 20")})
    return {
        "kind": "curves",
        "alt": _("How often a year costs more than so much; the table below has the same figures."),
        "curves": [
            {"hue": one.look, "places": [[round(x, 2), round(y, 2)] for x, y in one.places]}
            for one in drawn.curves
        ],
        "across": [{"at": round(one.at, 2), "label": one.label} for one in drawn.across],
        "down": [{"at": round(one.at, 2), "label": one.label, "strong": one.strong} for one in drawn.down],
        "tolerance": None if drawn.tolerance is None else round(drawn.tolerance, 2),
        "legend": legend,
    }
