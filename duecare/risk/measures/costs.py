"""What a measure costs a year: its yearly cost, and what it costs once spread over its years. Pure.

Least, likely and most are spread and added each by itself: what makes the one dear makes the other dear.
"""

from __future__ import annotations

from collections.abc import Sequence

Three = tuple[float, float, float]


def a_year(once: Sequence[int], yearly: Sequence[int], years: int) -> Three:
    """Least, likely and most cost of a year, in minor units."""
    least, likely, most = (first / years + each for first, each in zip(once, yearly, strict=True))
    return least, likely, most


def expected(cost: Three) -> float:
    """The mean of a PERT of these three."""
    least, likely, most = cost
    return (least + 4 * likely + most) / 6
