"""A curve, and a choice under a budget, as lines to read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def curve_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What a year may cost, in the unit of money of the file."""
    yield f"A year costs {found['mean']:,.0f} on the average;"
    yield f"a year without loss has a chance of {100 * found['probability_of_no_loss']:.1f} %."
    yield ""
    yield f"{'years':>14} {'whole year':>18} {'mean beyond':>18} {'largest loss':>18}"
    for name, value in found["var"].items():
        yield (
            f"{_years(float(name)):>14} {value:>18,.0f} {found['tvar'][name]:>18,.0f} "
            f"{found['oep'][name]:>18,.0f}"
        )
    for part, words in (("retained", "Kept"), ("ceded", "Paid by the tower")):
        if part in found:
            worst = ", ".join(
                f"{_years(float(name))}: {value:,.0f}" for name, value in found[part]["var"].items()
            )
            yield f"{words}: {found[part]['mean']:,.0f} on the average; {worst}"
    yield ""
    certificate = found["certificate"]
    if found["method"] == "fft":
        yield f"Exact to {max(certificate['step_error'], certificate['moment_error']):.1e} of each figure."
    else:
        yield (
            f"Drawn by chance, {certificate['years']:,} years with seed {certificate['seed']}: "
            f"{certificate['why']}"
        )
        errors = ", ".join(
            f"{_years(float(name))}: {error:,.0f}"
            for name, error in certificate["standard_error"]["var"].items()
        )
        yield f"Standard errors of a whole year: {errors}"


def choice_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What to do, what it costs and what it leaves, in the unit of money of the file."""
    yield f"Take {_set(found)}: {found['cost']:,.0f} of {found['budget']:,.0f} a year."
    yield (
        f"An average year then costs {found['loss_after']:,.0f} instead of {found['loss_before']:,.0f} "
        f"({SIDES[found['objective']]})."
    )
    yield f"No set within the budget leaves less than {found['bound']:,.0f}."
    if found["runners_up"]:
        yield ""
        yield "Next best:"
    for one in found["runners_up"]:
        yield f"  {one['loss_after']:,.0f} for {one['cost']:,.0f}: {_set(one)}"
    if "frontier" in found:
        yield ""
        yield "With other budgets:"
    for one in found.get("frontier", ()):
        if one["chosen"] is None:
            yield f"  {one['budget']:,.0f}: what must be done costs more"
        else:
            yield f"  {one['budget']:,.0f}: {one['loss_after']:,.0f} for {one['cost']:,.0f}, {_set(one)}"
    for side, pair in found["curves"].items():
        before, after = pair["before"], pair["after"]
        worst = ", ".join(
            f"{_years(float(name))}: {value:,.0f} to {after['var'][name]:,.0f}"
            for name, value in before["var"].items()
        )
        yield ""
        yield f"{SIDES[side].capitalize()}, without and with them:"
        yield f"  {before['mean']:,.0f} to {after['mean']:,.0f} on average; {worst}"


SIDES = {"own": "own loss", "others": "harm to others", "both": "own loss and harm to others"}


def _set(option: Mapping[str, Any]) -> str:
    return ", ".join(option["chosen"]) or "nothing"


def _years(p: float) -> str:
    """ "1 in 20"."""
    return f"1 in {1 / (1 - p):,.4g}"
