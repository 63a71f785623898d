"""What a decision rests on, frozen: inputs as text, figures computed of them, nothing else. Pure.

An input is a curve file as `duecare risk curve` reads it (docs/risk-method.md), written as canonical JSON
text: so each can be computed again from a file alone, here or elsewhere. Its name says whose loss and with
which safeguards: `both.today`. What options cost stands beside them under `costs`. Figures are the answers to
the inputs with every fraction as the shortest decimal text that reads back as the same number (Python's
`repr`, IEEE 754 binary64): the record takes no fractions, and equal texts are equal numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from duecare.risk.curve_files import answer
from duecare.risk.register.portfolios import Row, Stage, write

SIDES = ("own", "others", "both")
STAGES = tuple(stage.value for stage in Stage)
COSTS = "costs"
"""Name of the input that holds what options cost."""
TESTS = "tests"
"""Name of the input that the tests of law were computed of (`tests_again.py`), where they were: no curve
file, and none of the results."""
BAD = "0.95"
"""The quantile that is called a bad year: 1 in 20."""
REMAINS = {"accept": "today", "reduce": "after", "transfer": "today", "avoid": "today"}
"""By kind of decision: at which stage stands what whoever signs takes on. What is transferred or to be
avoided counts whole: insurance pays later, and what is to stop has not stopped yet."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one measure costs, in minor units."""

    once: tuple[int, int, int]
    """Least, likely, most."""
    yearly: tuple[int, int, int]
    years: int
    """Over which what is paid once is spread."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One option, as far as figures go."""

    rows: Sequence[Row]
    """The scenarios with, as `after`, what its measures would bring."""
    prices: tuple[Price, ...] = ()
    """Of its measures."""
    cost: int | None = None
    """What it costs a year, in minor units, where somebody said so: it counts before the prices."""

    @property
    def changes(self) -> bool:
        return any(row.after for row in self.rows)


@dataclass(frozen=True, slots=True)
class Frozen:
    """Inputs, and what came of them."""

    inputs: Mapping[str, str]
    results: Mapping[str, Any]
    """By name of the input: the answer, fractions as text; of costs, minor units by option."""
    figures: Mapping[str, int]
    """What people read: minor units by name, such as `both.today.bad` and `amount`."""


def name_of(side: str, stage: str) -> str:
    return f"{side}.{stage}"


def option_stage(place: int) -> str:
    """The stage that an option, counted from 1, would bring about."""
    return f"option-{place}"


def inputs_of(options: Sequence[Weighed], chosen: int, digits: int) -> dict[str, str]:
    """The inputs of a decision: every side at every stage, every other option that changes something, costs.

    `after` is with the measures of the option that is chosen, at that place of `options`; the scenarios of
    all options are the same.
    """
    found: dict[str, str] = {}
    rows = options[chosen].rows
    for side in SIDES:
        for stage in Stage:
            found[name_of(side, stage.value)] = _text(write(rows, side, stage, digits=digits).document)
        for place, option in enumerate(options, start=1):
            if option.changes and place != chosen + 1:
                document = write(option.rows, side, Stage.AFTER, digits=digits).document
                found[name_of(side, option_stage(place))] = _text(document)
    found[COSTS] = _text(
        {
            option_stage(place): {
                "said": option.cost,
                "prices": [[list(one.once), list(one.yearly), one.years] for one in option.prices],
            }
            for place, option in enumerate(options, start=1)
        }
    )
    return found


def lacking_of(rows: Sequence[Row], digits: int) -> dict[str, dict[str, str]]:
    """By side: the scenarios that are not in the figures, and whether their rate or their loss is missing."""
    found = {side: dict(write(rows, side, Stage.TODAY, digits=digits).lacking) for side in SIDES}
    return {side: keys for side, keys in found.items() if keys}


def results_of(inputs: Mapping[str, str]) -> dict[str, Any]:
    """Every input but that of the tests computed, by its name; empty where nothing is estimated on that side.

    Raises BadInput as `curve_files.answer` does.
    """
    known: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for name, text in sorted(inputs.items()):
        if name == TESTS:
            continue
        if name == COSTS:
            found[name] = costs_of(json.loads(text))
            continue
        if text not in known:
            document = json.loads(text)
            known[text] = as_text(answer(document)) if document.get("scenarios") else {}
        found[name] = known[text]
    return found


def costs_of(written: Mapping[str, Any]) -> dict[str, int]:
    """What each option costs a year, in minor units: what was said, else the means (PERT) of its measures,
    what is paid once spread over their years."""
    found = {}
    for name, option in written.items():
        if option["said"] is not None:
            found[name] = int(option["said"])
        else:
            found[name] = round(
                sum(_mean(once) / years + _mean(yearly) for once, yearly, years in option["prices"])
            )
    return found


def figures_of(results: Mapping[str, Any], kind: str, chosen: int, digits: int) -> dict[str, int]:
    """What people read, in minor units: mean and bad year of every curve, the cost, the amount.

    The amount, by which it is decided who may sign, is the larger of the bad year (own and others') that
    remains and what the chosen option costs a year.
    """
    found: dict[str, int] = {}
    for name, result in results.items():
        if name != COSTS and result:
            found[f"{name}.mean"] = minor(result["mean"], digits)
            found[f"{name}.bad"] = minor(result["var"][BAD], digits)
    for name, cost in results[COSTS].items():
        found[f"{name}.cost"] = cost
    cost = found.get(f"{option_stage(chosen + 1)}.cost", 0)
    found["amount"] = max(found.get(f"{name_of('both', REMAINS[kind])}.bad", 0), cost)
    return found


def freeze(options: Sequence[Weighed], chosen: int, kind: str, digits: int) -> Frozen:
    """All that a decision rests on. Raises BadInput as `results_of` does."""
    inputs = inputs_of(options, chosen, digits)
    results = results_of(inputs)
    return Frozen(inputs, results, figures_of(results, kind, chosen, digits))


def minor(text: str, digits: int) -> int:
    """A figure in whole units, as text, in minor units, rounded."""
    unit: int = 10**digits
    return round(float(text) * unit)


def as_text(value: Any) -> Any:
    """The same with every fraction as the shortest text that reads back as it."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {key: as_text(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(one) for one in value]
    return value


def _mean(three: Sequence[int]) -> float:
    least, likely, most = three
    return (least + 4 * likely + most) / 6


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
