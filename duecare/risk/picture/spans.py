"""Spans of money along one axis from zero: bars of a tornado, steps of a waterfall, as numbers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A bar, in per cent of the axis."""

    start: float
    width: float
    mark: float | None = None
    """Where what nothing changes lies."""


def spans(ends: Sequence[tuple[float, float]], at: float | None = None) -> tuple[Span, ...]:
    """Each bar from its lower to its upper end, on an axis from zero to the largest of them."""
    most = max([*(max(pair) for pair in ends), at or 0.0], default=0.0)
    if most <= 0:
        return tuple(Span(0.0, 0.0) for _pair in ends)
    mark = None if at is None else 100 * at / most
    return tuple(Span(100 * min(pair) / most, 100 * (max(pair) - min(pair)) / most, mark) for pair in ends)
