"""The best set of measures as a mixed-integer programme with outer approximation.

With base losses c_i and shares l_ij that measure j leaves of scenario i, a set x of measures leaves f(x) =
sum c_i exp(y_i), y_i = sum x_j ln l_ij: convex. The programme (HiGHS, by `scipy.optimize.milp`) knows f by
tangents only, which lie below it (Duran and Grossmann, 1986), so its optimum is a bound that no set can beat.
Tangents at its answer are added until the best set known is within `gap` of the bound. A tangent belongs to
y_i and not to x, so its row has two entries. Sets that are done with are forbidden to find those next best.

Pure: numpy and scipy, no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, sparse

from duecare.errors import DuecareError
from duecare.risk.severities import Array

_Rows = tuple[Any, Array | float, Array | float]
"""A matrix, and what its rows lie between."""

GAP = 1e-5
"""Relative: within it a set is taken as the best. The solver keeps its rows to 1e-6 itself."""
TANGENTS, LOWEST = 16, -10.0
"""Of each scenario at first, down to e^-10 of its loss."""
ROUNDS = 200
WHOLE = 100.0
"""The sum of base losses in the programme, so that the solver's tolerances are small beside it."""
SLACK = 1e-12
"""Of the budget: rounding of sums of costs."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Which sets of measures are possible; all by the places of measures."""

    needs: tuple[tuple[int, int], ...] = ()
    """(measure, one that it needs)."""
    excludes: tuple[tuple[int, int], ...] = ()
    must: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """One set."""

    taken: frozenset[int]
    loss: float
    bound: float
    """No other set that is allowed leaves less."""

    @property
    def gap(self) -> float:
        return max(self.loss - self.bound, 0.0) / self.loss if self.loss else 0.0


class Programme:
    """Variables: x (measures, 0 or 1), y (logarithms of what is left), t (losses, scaled)."""

    def __init__(
        self, losses: Sequence[float], left: Sequence[Sequence[float]], costs: Sequence[float], rules: Rules
    ) -> None:
        """`left[j][i]` is the share that measure j leaves of scenario i, above 0."""
        self._costs = np.asarray(costs, dtype=np.float64)
        self._losses = np.asarray(losses, dtype=np.float64)
        self._logs = np.log(np.asarray(left, dtype=np.float64)).reshape(len(costs), len(losses)).T
        self._rules = rules
        self._scale = WHOLE / float(self._losses.sum()) if len(losses) else 1.0
        self._low = np.minimum(self._logs, 0).sum(axis=1)
        self._high = np.maximum(self._logs, 0).sum(axis=1)
        self._tangents: dict[tuple[int, float], None] = {}
        for i, (low, high) in enumerate(zip(self._low, self._high, strict=True)):
            for y in np.linspace(max(low, LOWEST), high, TANGENTS):
                self._tangents[i, round(float(y), 12)] = None

    @property
    def cuts(self) -> int:
        """Tangents that it knows."""
        return len(self._tangents)

    def best(
        self,
        budget: float,
        forbidden: Collection[frozenset[int]],
        gap: float = GAP,
        tell: Callable[[int, float], None] = lambda _round, _gap: None,
    ) -> Found | None:
        """The best set that is not forbidden; None if there is none. DuecareError if the solver fails."""
        refused = list(forbidden)
        known: Found | None = None
        bound = 0.0
        for turn in range(1, ROUNDS + 1):
            solved = self._solve(budget, refused, gap)
            if solved is None:
                break
            taken, lower = solved
            bound = max(bound, lower)
            if self._costs[list(taken)].sum() > budget * (1 + SLACK):
                refused.append(taken)  # within the solver's tolerance, not within ours
                continue
            loss = self.loss(taken)
            if known is None or loss < known.loss:
                known = Found(taken, loss, 0.0)
            now = Found(known.taken, known.loss, min(bound, known.loss))
            tell(turn, now.gap)
            if now.gap <= gap or not self._touch(taken):
                return now
        return Found(known.taken, known.loss, min(bound, known.loss)) if known else None

    def loss(self, taken: frozenset[int]) -> float:
        """What a set leaves of the expected loss."""
        return float(np.sum(self._losses * np.exp(self._logs[:, sorted(taken)].sum(axis=1))))

    def _touch(self, taken: frozenset[int]) -> bool:
        """Add the tangents at a set; whether any is new."""
        before = len(self._tangents)
        for i, y in enumerate(self._logs[:, sorted(taken)].sum(axis=1)):
            self._tangents[i, round(float(y), 12)] = None
        return len(self._tangents) > before

    def _solve(
        self, budget: float, refused: Collection[frozenset[int]], gap: float
    ) -> tuple[frozenset[int], float] | None:
        n, m = len(self._costs), len(self._losses)
        must = np.zeros(n)
        must[sorted(self._rules.must)] = 1
        found = optimize.milp(
            np.concatenate((np.zeros(n + m), np.ones(m))),
            integrality=np.concatenate((np.ones(n), np.zeros(2 * m))),
            bounds=optimize.Bounds(
                np.concatenate((must, self._low, np.zeros(m))),
                np.concatenate((np.ones(n), self._high, np.full(m, np.inf))),
            ),
            constraints=[
                optimize.LinearConstraint(rows, low, high)
                for rows, low, high in (
                    self._within(budget),
                    self._sums(),
                    self._touching(),
                    *self._fitting(),
                    *([self._others(refused)] if refused else []),
                )
            ],
            options={"mip_rel_gap": gap / 2},
        )
        if found.status == 2:
            return None
        if found.x is None:
            raise DuecareError(f"The choice was not found: {found.message}", "Take fewer measures together.")
        lower = float(found.mip_dual_bound) / self._scale
        return frozenset(int(j) for j in np.flatnonzero(found.x[:n] > 0.5)), lower

    def _within(self, budget: float) -> _Rows:
        """The costs of what is taken are at most the budget."""
        return self._rows([self._costs / (budget or 1.0)]), -np.inf, 1.0 if budget else 0.0

    def _sums(self) -> _Rows:
        """y = logs x."""
        m = len(self._losses)
        made = (sparse.csr_array(-self._logs), sparse.eye_array(m), sparse.csr_array((m, m)))
        return sparse.hstack(made, "csr"), 0.0, 0.0

    def _touching(self) -> _Rows:
        """t_i >= c_i e^at (1 + y_i - at), for each tangent."""
        n, m = len(self._costs), len(self._losses)
        of = np.asarray([i for i, _at in self._tangents])
        at = np.asarray([each for _i, each in self._tangents])
        slope = self._scale * self._losses[of] * np.exp(at)
        rows = np.arange(len(of))
        made = sparse.csr_array(
            (
                np.concatenate((-slope, np.ones(len(of)))),
                (np.concatenate((rows, rows)), np.concatenate((n + of, n + m + of))),
            ),
            (len(of), n + 2 * m),
        )
        return made, slope * (1 - at), np.inf

    def _fitting(self) -> list[_Rows]:
        """What is needed comes along, what is excluded does not, what is idle only where it is needed."""
        n, rules = len(self._costs), self._rules
        below, together = [], []
        for one, other in rules.needs:
            below.append(_row(n, {one: 1, other: -1}))
        for one, other in rules.excludes:
            together.append(_row(n, {one: 1, other: 1}))
        for idle in set(np.flatnonzero((self._logs >= 0).all(axis=0)).tolist()) - rules.must:
            below.append(_row(n, {idle: 1, **{one: -1 for one, other in rules.needs if other == idle}}))
        return [(self._rows(rows), -np.inf, most) for rows, most in ((below, 0.0), (together, 1.0)) if rows]

    def _others(self, refused: Collection[frozenset[int]]) -> _Rows:
        """At least one measure differs from each of these sets."""
        rows = [[-1.0 if j in taken else 1.0 for j in range(len(self._costs))] for taken in refused]
        return self._rows(rows), np.asarray([1.0 - len(taken) for taken in refused]), np.inf

    def _rows(self, of_measures: Sequence[Array | Sequence[float]]) -> sparse.csr_array:
        """Rows over the measures alone."""
        made = np.zeros((len(of_measures), len(self._costs) + 2 * len(self._losses)))
        made[:, : len(self._costs)] = of_measures
        return sparse.csr_array(made)


def _row(count: int, entries: Mapping[int, float]) -> list[float]:
    return [float(entries.get(j, 0)) for j in range(count)]
