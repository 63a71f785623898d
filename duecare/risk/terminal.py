"""A curve as lines to read. Pure."""

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


def _years(p: float) -> str:
    """ "1 in 20"."""
    return f"1 in {1 / (1 - p):,.4g}"
