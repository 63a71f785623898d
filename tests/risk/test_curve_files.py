"""`duecare risk curve`: what it reads, what it answers, and what it refuses by its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from duecare.cli import app
from duecare.errors import BadInput
from duecare.risk.curve_files import answer

WHOLE: dict[str, Any] = {
    "format": 1,
    "scenarios": [
        {
            "name": "Ransomware",
            "frequency": {"pert": [0.05, 0.2, 0.8]},
            "severity": {"ci90": [50_000, 2_000_000]},
            "secondary": {"chance": 0.2, "severity": {"lognormal": {"mu": 12, "sigma": 1}}},
        },
        {
            "name": "Fraud",
            "frequency": {"gamma": {"mean": 2, "variance": 1}},
            "severity": {"pert": [1, 500, 9000]},
        },
        {"name": "Lost", "frequency": {"rate": 3}, "severity": {"empirical": [0, 8000, 12_000, 200_000]}},
        {
            "name": "Leak",
            "frequency": {"rate": 4},
            "severity": {
                "mixture": [
                    {"weight": 0.9, "severity": {"pert": [1000, 10_000, 50_000]}},
                    {"weight": 0.1, "severity": {"gpd": {"threshold": 5000, "scale": 90_000, "shape": 1.1}}},
                ]
            },
            "vulnerability": {
                "threat": {"pert": [10, 50, 90]},
                "control": {"pert": [20, 60, 95]},
            },
        },
    ],
    "tower": [{"retention": 100_000, "limit": 3_000_000}],
    "quantiles": [0.5, 0.95, 0.99],
    "cap": 5_000_000,
}


def changed(*path: Any, to: Any) -> dict[str, Any]:
    made = copy.deepcopy(WHOLE)
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return made


def test_a_file_is_answered_with_its_curve_and_how_exact_it_is() -> None:
    found = answer(WHOLE)
    assert list(found["var"]) == ["0.5", "0.95", "0.99"]
    assert found["method"] == "fft"
    assert found["certificate"]["step_error"] <= 1e-3
    assert 0 < found["probability_of_no_loss"] < 0.1
    assert found["oep"]["0.99"] <= found["var"]["0.99"] <= found["tvar"]["0.99"]
    assert found["retained"]["mean"] + found["ceded"]["mean"] == pytest.approx(found["mean"])
    assert found["tower"] == {"method": "fft"}
    assert answer(WHOLE) == found, "the same each time"
    alone = {"scenarios": WHOLE["scenarios"][2:3], "quantiles": [0.9]}
    together = answer({**alone, "dependence": {"gamma_variance": 0.5}})
    assert together["var"]["0.9"] > answer(alone)["var"]["0.9"]


def test_several_aggregates_are_drawn_by_chance_with_their_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duecare.risk.curve_files.YEARS", 20_000)
    layers = [
        {"retention": 1e5, "limit": 4e5, "aggregate": 8e5},
        {"retention": 5e5, "limit": 2e6, "aggregate": 2e6},
    ]
    found = answer(changed("tower", to=layers))
    assert found["method"] == "fft"
    assert (found["tower"]["method"], found["tower"]["seed"]) == ("monte carlo", 20_260)
    assert found["ceded"]["standard_error"]["mean"] > 0
    monkeypatch.setattr("duecare.risk.curves.TOLERANCE", 1e-15)
    monkeypatch.setattr("duecare.risk.curves.MOST_POINTS", 1 << 13)
    drawn = answer(WHOLE)
    assert drawn["method"] == "monte carlo"
    assert "Two steps" in drawn["certificate"]["why"]
    off = drawn["certificate"]["standard_error"]["var"]["0.95"]
    assert abs(drawn["var"]["0.95"] - found["var"]["0.95"]) < 5 * off
    assert drawn["mean"] == found["mean"], "which needs no chance"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ([], "The input"),
        (changed("scenarios", to=[]), "scenarios"),
        (changed("scenarios", 0, "severity", to={"ci90": [9, 3]}), r"number 1 \(Ransomware\): From 9"),
        (changed("scenarios", 0, "severity", to={"ci90": [9, "3"]}), "number 1, severity, ci90, number 2"),
        (changed("scenarios", 1, "frequency", to={"rate": -1}), r"number 2 \(Fraud\): -1 is no"),
        (changed("scenarios", 1, "frequency", to={"rate": 1, "pert": [1, 2, 3]}), "one of rate, pert, gamma"),
        (changed("scenarios", 1, "frequency", to={}), "exactly one"),
        (changed("scenarios", 1, "severity", to={"weibull": 3}), "number 2, severity, weibull"),
        (changed("scenarios", 0, "secondary", "chance", to=2), "chance of a secondary loss"),
        (changed("quantiles", to=[1]), "quantiles"),
        (changed("cap", to=None), r"number 4 \(Leak\): a loss of this kind has no mean"),
        (changed("tower", to=[{"retention": -5}]), "A layer from -5"),
        (changed("format", to=9), "format: 9"),
        (changed("extra", to=1), "extra"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_its_place(written: Any, place: str) -> None:
    with pytest.raises(BadInput, match=place):
        answer(written)


def test_the_command_prints_json_or_lines_and_needs_no_home(tmp_path: Path) -> None:
    file = tmp_path / "scenarios.json"
    file.write_text(json.dumps(WHOLE))
    printed = CliRunner().invoke(app, ["risk", "curve", str(file), "--json"])
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.output) == answer(WHOLE)
    lines = CliRunner().invoke(app, ["risk", "curve", str(file)]).output
    assert "1 in 20" in lines
    assert "Paid by the tower" in lines
    file.write_text('{"scenarios": [], "cap": NaN}')
    refused = CliRunner().invoke(app, ["risk", "curve", str(file)])
    assert isinstance(refused.exception, BadInput)
    assert "NaN" in str(refused.exception)


def test_a_layer_that_pays_nothing_is_no_layer_without_end() -> None:
    scenario = {"name": "x", "frequency": {"rate": 1}, "severity": {"ci90": [100, 1000]}}
    for layer in ({"retention": 10, "limit": 0}, {"retention": 10, "aggregate": 0}):
        with pytest.raises(BadInput):
            answer({"scenarios": [scenario], "tower": [layer]})
    with pytest.raises(BadInput, match="seed"):
        answer({"scenarios": [scenario], "seed": -1})
