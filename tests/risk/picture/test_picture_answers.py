"""Answers are those of the curve file, kept by what the document says."""

from __future__ import annotations

from typing import Any

import pytest

from duecare.errors import BadInput
from duecare.risk import curve_files, curves
from duecare.risk.picture.answers import QUANTILES, TOLD, canonical, figures
from duecare.risk.picture.telling import share

DOCUMENT: dict[str, Any] = {
    "format": 1,
    "quantiles": list(QUANTILES),
    "scenarios": [{"name": "Fire", "frequency": {"rate": 0.3}, "severity": {"ci90": [1e4, 9e5]}}],
}


def test_figures_are_the_answer_to_the_document() -> None:
    found, told = figures(DOCUMENT), curve_files.answer(DOCUMENT)
    assert (found.mean, found.none) == (told["mean"], told["probability_of_no_loss"])
    for point in found.points:
        name = repr(point.p)
        assert (point.year, point.beyond, point.largest) == (
            told["var"][name],
            told["tvar"][name],
            told["oep"][name],
        )
        assert point.year_error is None
    assert found.exact
    assert found.error <= 1e-3
    assert set(TOLD) <= set(QUANTILES)
    assert found.bad.one_in == 20


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0, "0.0\u00a0%"), (1e-6, "less than 0.1\u00a0%"), (0.034, "3.4\u00a0%"), (0.14, "14\u00a0%"),
        (0.987, "99\u00a0%"), (0.996, "99.6\u00a0%"), (0.99949, "more than 99.9\u00a0%"),
        (1 - 1e-9, "more than 99.9\u00a0%"), (1.0, "100\u00a0%"),
    ],
)  # fmt: skip
def test_a_chance_is_told_as_none_or_all_only_where_it_is(chance: float, words: str) -> None:
    assert share(chance) == words


def test_an_answer_is_computed_once_and_anew_when_anything_is_said_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    answer = curve_files.answer
    monkeypatch.setattr(curve_files, "answer", lambda written: (asked.append(written), answer(written))[1])
    one = DOCUMENT | {"seed": 41}
    figures(one)
    figures(dict(reversed(one.items())))
    assert len(asked) == 1
    figures(one | {"seed": 42})
    assert len(asked) == 2
    assert canonical(one) == canonical(dict(reversed(one.items())))


def test_a_curve_that_cannot_be_certified_is_drawn_and_has_its_standard_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(curve_files, "YEARS", 20_000)
    monkeypatch.setattr(curves, "TOLERANCE", 1e-15)
    monkeypatch.setattr(curves, "MOST_POINTS", 1 << 13)
    found = figures(DOCUMENT | {"seed": 43})
    assert not found.exact
    assert found.why
    assert found.grid == 20_000
    assert found.bad.year_error is not None
    assert found.bad.year_error > 0


def test_a_fault_is_named_and_not_kept() -> None:
    for _ in range(2):
        with pytest.raises(BadInput, match="Fire"):
            figures({"scenarios": [DOCUMENT["scenarios"][0] | {"frequency": {"rate": -1.0}}]})
