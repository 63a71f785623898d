"""`duecare risk choose`: what it reads, what it answers, and what it refuses by its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from duecare.cli import app
from duecare.errors import BadInput
from duecare.risk.choice_files import answer
from duecare.risk.curve_files import answer as curve_answer

WHOLE: dict[str, Any] = {
    "format": 1,
    "scenarios": [
        {
            "name": "Ransomware",
            "frequency": {"pert": [0.05, 0.2, 0.8]},
            "severity": {"ci90": [50_000, 2_000_000]},
            "others": {"ci90": [10_000, 400_000]},
        },
        {"name": "Leak", "frequency": {"rate": 0.3}, "others": {"ci90": [20_000, 900_000]}},
        {
            "name": "Fraud",
            "frequency": {"rate": 2},
            "severity": {"pert": [1000, 5000, 90_000]},
            "effect": {"frequency": 0.8},
        },
    ],
    "measures": [
        {
            "id": "mfa",
            "name": "Second factor",
            "cost": 30_000,
            "effects": [
                {"scenario": "Ransomware", "on": "frequency", "left": 0.5},
                {"scenario": "Leak", "on": "frequency", "left": 0.7},
            ],
        },
        {
            "id": "edr",
            "cost": 45_000,
            "effects": [{"scenario": "Ransomware", "on": "frequency", "left": 0.6}],
            "needs": ["inventory"],
        },
        {"id": "inventory", "cost": 10_000},
        {
            "id": "backups",
            "cost": 25_000,
            "effects": [{"scenario": "Ransomware", "on": "magnitude", "left": 0.4}],
            "must": True,
        },
        {
            "id": "call-back",
            "cost": 4_000,
            "effects": [{"scenario": "Fraud", "on": "frequency", "left": 0.3}],
            "excludes": ["edr"],
        },
    ],
    "budget": 70_000,
    "quantiles": [0.9, 0.95],
}


def changed(*path: Any, to: Any) -> dict[str, Any]:
    made = copy.deepcopy(WHOLE)
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return made


def test_the_best_set_is_computed_again_on_full_curves() -> None:
    found = answer(WHOLE)
    assert found["chosen"] == ["mfa", "backups", "call-back"]
    assert found["cost"] == 59_000
    assert found["objective"] == "both"
    assert len(found["runners_up"]) == 3
    assert all(one["loss_after"] >= found["loss_after"] for one in found["runners_up"])
    assert found["bound"] <= found["loss_after"] < found["loss_before"]
    both = found["curves"]["both"]
    assert both["before"]["mean"] == pytest.approx(found["loss_before"])
    assert both["after"]["mean"] == pytest.approx(found["loss_after"])
    assert both["after"]["var"]["0.95"] < both["before"]["var"]["0.95"]
    assert both["before"]["certificate"]["step"] == both["after"]["certificate"]["step"]
    own, others = found["curves"]["own"], found["curves"]["others"]
    for stage in ("before", "after"):
        assert own[stage]["mean"] + others[stage]["mean"] == pytest.approx(both[stage]["mean"])
    assert answer(WHOLE) == found, "the same each time"


def test_whose_loss_counts_makes_the_choice() -> None:
    own = answer({**WHOLE, "objective": "own", "budget": 32_000})
    assert own["chosen"] == ["backups", "call-back"]
    others = answer({**WHOLE, "objective": "others", "budget": 60_000})
    assert others["chosen"] == ["mfa", "backups"]
    assert others["loss_before"] == pytest.approx(others["curves"]["others"]["before"]["mean"])


def test_the_curves_are_those_of_curve_files() -> None:
    found = answer({**WHOLE, "objective": "own"})
    fraud = {**WHOLE["scenarios"][2], "effect": {"frequency": 0.8 * 0.3}}
    ransomware = {name: value for name, value in WHOLE["scenarios"][0].items() if name != "others"}
    ransomware["effect"] = {"frequency": 0.5, "magnitude": 0.4}
    alone = curve_answer({"scenarios": [ransomware, fraud], "quantiles": [0.9, 0.95]})
    assert found["curves"]["own"]["after"]["mean"] == pytest.approx(alone["mean"])
    assert found["curves"]["own"]["after"]["var"]["0.95"] == pytest.approx(alone["var"]["0.95"], rel=1e-3)


def test_several_budgets_make_a_frontier() -> None:
    found = answer({**WHOLE, "budgets": [200_000, 20_000, 70_000], "quantiles": [0.95]})
    budgets = [one["budget"] for one in found["frontier"]]
    assert budgets == [20_000, 70_000, 200_000]
    assert found["frontier"][0] == {"budget": 20_000, "chosen": None}
    assert found["frontier"][1]["loss_after"] == pytest.approx(found["loss_after"])


@pytest.mark.parametrize(
    ("path", "to", "words"),
    [
        (("budget",), "much", "budget: "),
        (("budget",), -1, "budget: "),
        (("objective",), "ours", "objective: "),
        (("format",), 2, "format: 2 is not known"),
        (("measures", 0, "effects", 1, "scenario"), "Leek", r"measures, number 1 \(mfa\): there is no scen"),
        (("measures", 0, "effects", 0, "left"), 0, "measures, number 1, effects, number 1, left"),
        (("measures", 0, "effects", 0, "on"), "both", "measures, number 1, effects, number 1, on"),
        (("measures", 1, "needs"), ["nothing"], "Measure edr: there is no measure nothing"),
        (("measures", 2, "id"), "edr", "The measure edr is there twice"),
        (("measures", 0, "colour"), "red", "measures, number 1, colour"),
        (("scenarios", 1, "others"), None, "scenarios, number 2: .*give severity"),
        (("scenarios", 1, "name"), "Fraud", "'Fraud' stands twice"),
        (("scenarios", 0, "severity"), {"ci90": [2, 1]}, r"scenarios, number 1 \(Ransomware\)"),
        (("quantiles",), [1.5], "quantiles: each lies between"),
        (("budget",), 10_000, "more than the budget"),
    ],
)
def test_a_fault_is_named_with_its_place(path: tuple[Any, ...], to: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        answer(changed(*path, to=to))


def test_at_the_terminal_it_needs_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUECARE_HOME", str(tmp_path / "none"))
    file = tmp_path / "choice.json"
    file.write_text(json.dumps({**WHOLE, "budgets": [20_000, 70_000]}))
    read = CliRunner().invoke(app, ["risk", "choose", str(file)])
    assert read.exit_code == 0, read.output
    assert "Take mfa, backups, call-back: 59,000 of 70,000 a year." in read.output
    assert "20,000: what must be done costs more" in read.output
    machine = CliRunner().invoke(app, ["risk", "choose", str(file), "--json"])
    assert json.loads(machine.stdout)["chosen"] == ["mfa", "backups", "call-back"]
    assert not (tmp_path / "none").exists()


def test_a_cap_beside_measures_that_make_losses_smaller_is_refused() -> None:
    scenario = {"name": "x", "frequency": {"rate": 1}, "severity": {"ci90": [1e5, 1e8]}}
    effect = {"scenario": "x", "on": "magnitude", "left": 0.1}
    asked = {
        "scenarios": [scenario],
        "measures": [{"id": "m", "name": "M", "cost": 1, "effects": [effect]}],
        "budget": 1,
        "objective": "own",
        "cap": 1e6,
    }
    with pytest.raises(BadInput, match="cap"):
        answer(asked)
    assert answer({**asked, "cap": None})["chosen"] == ["m"]
