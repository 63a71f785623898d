"""A decision computed again from what was frozen with it. Pure.

Under the same versions every figure has to be the same text. Under others it has to be the same within 1e-9,
relatively: another release of numpy may round the last digit otherwise. What is further off, or can no longer
be computed, is *rule changed*, and the revisions say which. Of a difference under the same versions no rule
can be the cause: something was altered, or another kind of processor computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from duecare.errors import BadInput
from duecare.risk.decisions.freezing import TESTS, Frozen, figures_of, results_of
from duecare.risk.decisions.rules import HISTORY, Revision, changed_since

WITHIN = 1e-9
"""Relatively, under other versions."""
RULES, FIGURES = "rules", "figures"
ROUNDED = (f"{FIGURES}, ", f"{TESTS}, ")
"""How the places of figures begin that are rounded to whole minor units, or to millionths."""
CERTIFICATE = "certificate"
"""How exact a figure is, not a figure: compared under the same versions only."""
MOST = 50
"""Differences that are told."""


class Verdict(StrEnum):
    """What came of it; each is a key of the page's words."""

    SAME = "same figures"
    WITHIN = "same within tolerance"
    CHANGED = "rule changed"
    DIFFERS = "does not match"


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that did not come out as it was frozen."""

    place: str
    """Such as `both.today, var, 0.95`."""
    was: str
    now: str
    """Empty if it no longer comes out at all."""
    relative: float
    """`inf` where that cannot be said."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The tests of law, which are computed elsewhere and compared with the figures."""

    was: Mapping[str, Any]
    again: Callable[[], Mapping[str, Any]]
    """May raise BadInput, ValueError, TypeError or KeyError."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of computing a decision again."""

    verdict: Verdict
    compared: int
    """Figures that were compared."""
    differences: tuple[Difference, ...]
    """The largest first, at most `MOST`; under other versions only those beyond the tolerance."""
    largest: float
    """The largest relative difference of any figure, 0 if all are the same."""
    versions: tuple[tuple[str, str, str], ...]
    """What was of another version then: name, then, now."""
    computed_under: int
    """The revision of the rules under which it was decided."""
    revisions: tuple[Revision, ...]
    """What changed in the rules since."""
    failure: str = ""
    """Why it can no longer be computed; empty if it can."""
    tests: int = 0
    """How many of the figures are of the tests of law; 0 where these were not compared."""

    @property
    def holds(self) -> bool:
        return self.verdict in (Verdict.SAME, Verdict.WITHIN)


Computes = Callable[[Mapping[str, str]], Mapping[str, Any]]


def replay(
    frozen: Frozen,
    kind: str,
    chosen: int,
    digits: int,
    then: Mapping[str, str],
    now: Mapping[str, str],
    *,
    history: Sequence[Revision] = HISTORY,
    computes: Computes = results_of,
    beside: Beside | None = None,
) -> Replayed:
    """Compute the inputs again under the versions of `now` and compare with what came of them under `then`,
    and what is `beside` likewise.

    Versions are by name: of duecare, numpy, scipy, of the curve file's format, of the rules.
    """
    versions = tuple(
        (name, then.get(name, "–"), now.get(name, "–"))
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    )
    under = int(then.get(RULES, "0"))
    revisions = changed_since(under, history)
    tests = dict(_flat(beside.was, (TESTS,))) if beside else {}
    was = _all(frozen.results, frozen.figures) | tests
    try:
        results = computes(frozen.inputs)
        fresh = _all(results, figures_of(results, kind, chosen, digits))
        if beside:
            fresh |= dict(_flat(beside.again(), (TESTS,)))
    except (BadInput, ValueError, TypeError, KeyError) as error:
        verdict = Verdict.CHANGED if versions else Verdict.DIFFERS
        return Replayed(
            verdict, len(was), (), float("inf"), versions, under, revisions, str(error), len(tests)
        )
    if versions:
        was, fresh = _without_certificates(was), _without_certificates(fresh)
    all_of_them = [
        Difference(place, was.get(place, ""), fresh.get(place, ""), _apart(place, was, fresh))
        for place in sorted({*was, *fresh})
        if was.get(place) != fresh.get(place)
    ]
    largest = max((one.relative for one in all_of_them), default=0.0)
    beyond = [one for one in all_of_them if not versions or one.relative > WITHIN]
    if not all_of_them:
        verdict = Verdict.SAME
    elif not beyond:
        verdict = Verdict.WITHIN
    else:
        verdict = Verdict.CHANGED if versions else Verdict.DIFFERS
    told = tuple(sorted(beyond, key=lambda one: (-one.relative, one.place))[:MOST])
    compared = len({*was, *fresh})
    return Replayed(verdict, compared, told, largest, versions, under, revisions, tests=len(tests))


def told(found: Replayed) -> dict[str, Any]:
    """The same for programs: `duecare risk replay --json`, the API."""
    return {
        "verdict": found.verdict.value,
        "holds": found.holds,
        "compared": found.compared,
        "tests_compared": found.tests,
        "largest_difference": found.largest if isfinite(found.largest) else None,
        "differences": [
            {
                "place": one.place,
                "was": one.was,
                "now": one.now,
                "relative": one.relative if isfinite(one.relative) else None,
            }
            for one in found.differences
        ],
        "versions": [{"name": name, "then": then, "now": now} for name, then, now in found.versions],
        "rules_then": found.computed_under,
        "rules_changed": [
            {"revision": one.number, "since": one.since, "what": str(one.what)} for one in found.revisions
        ],
        "failure": found.failure,
    }


def _all(results: Mapping[str, Any], figures: Mapping[str, int]) -> dict[str, str]:
    return dict(_flat(results)) | dict(_flat(figures, (FIGURES,)))


def _flat(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every figure as text, by its place."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, (*place, str(key)))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value, start=1):
            yield from _flat(one, (*place, str(number)))
    else:
        yield ", ".join(place), "none" if value is None else str(value)


def _without_certificates(figures: Mapping[str, str]) -> dict[str, str]:
    return {place: one for place, one in figures.items() if f", {CERTIFICATE}" not in place}


def _apart(place: str, was: Mapping[str, str], now: Mapping[str, str]) -> float:
    """How far two figures of a place are apart, relatively; `inf` if one is missing or is no number."""
    try:
        first, second = float(was[place]), float(now[place])
    except (KeyError, ValueError):
        return float("inf")
    if first == second:
        return 0.0
    larger = max(abs(first), abs(second))
    if not isfinite(larger):
        return float("inf")
    relative = abs(first - second) / larger
    # What people read is rounded from what is compared above: a last minor unit may fall either way.
    rounded = place.startswith(ROUNDED) and abs(first - second) <= 1
    return min(relative, WITHIN) if rounded else relative
