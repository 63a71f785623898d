"""docs/risk-method.md: its figures are what the program computes, and its examples are read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from duecare.risk import choice_files, curve_files
from duecare.risk.curves import curve

PAGE = (Path(__file__).parents[2] / "docs" / "risk-method.md").read_text("utf-8")


def test_other_models_are_as_far_off_as_the_page_says() -> None:
    table = PAGE.partition("## Beside other models")[2].partition("\n\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line[:1] == "|"
    ][2:]
    assert len(rows) == 8
    severity: dict[str, Any] = {}
    for written, rate, exact, product, times in rows:
        if written:
            name, numbers = re.fullmatch(r"`(\w+): (\[.*\])`", written).groups()  # type: ignore[union-attr]
            severity = {name: json.loads(numbers)}
        portfolio = curve_files.portfolio_of(
            {"scenarios": [{"name": "x", "frequency": {"rate": float(rate)}, "severity": severity}]}
        )
        found = curve(portfolio, [0.99]).var(0.99)
        other = float(rate) * float(portfolio.scenarios[0].severity.at(np.asarray([0.99]))[0])
        assert found == pytest.approx(float(exact.replace(",", "")), rel=1e-3)
        assert other == pytest.approx(float(product.replace(",", "")), rel=1e-5)
        assert f"{found / other:.1f} times" == times


@pytest.mark.parametrize("example", re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
def test_its_examples_are_answered(example: str) -> None:
    written = json.loads(example)
    found = (choice_files if "budget" in written else curve_files).answer(written)
    assert found["format"] == written["format"]
