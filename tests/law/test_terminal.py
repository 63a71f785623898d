"""`duecare law`: the clocks and the laws of a file, without a home and without a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from duecare.cli import app
from duecare.errors import BadInput
from duecare.law import terminal

INCIDENT = {
    "profile": {"eu_gdpr_scope": True, "us_critical_infrastructure": True},
    "country": "DE",
    "zone": "Europe/Berlin",
    "now": "2026-10-27T10:00",
    "facts": {"personal_data_breach": True, "covered_cyber_incident": True},
    "events": [{"type": "awareness", "at": "2026-10-23T10:20"}],
}
Ask = Callable[..., Result]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Runs `duecare law ...` on an input, with a home in which nothing may be made."""
    home = tmp_path / "home"
    monkeypatch.setenv("DUECARE_HOME", str(home))

    def run(command: str, written: Any, *options: str) -> Result:
        file = tmp_path / "incident.json"
        file.write_text(json.dumps(written))
        done = CliRunner().invoke(app, ["law", command, str(file), *options])
        assert not home.exists()
        return done

    return run


def test_clocks_are_told_as_json_with_what_has_to_be_said_beside_them(ask: Ask) -> None:
    told = json.loads(ask("clocks", INCIDENT, "--json").stdout)
    assert len(told["clocks"]) == 114
    first = told["clocks"][0]
    asked = "obligation clock recipient state strict_due legal_latest trigger why citation confidence"
    assert set(asked.split()) <= set(first)
    assert (first["state"], first["strict_due"]) == ("late", "2026-10-26T09:20:00+01:00")
    assert "counsel" in told["disclaimer"]
    assert len(told["gaps"]) == 5
    assert told["content"] == first["content"]


def test_clocks_are_told_as_lines_the_late_ones_first(ask: Ask) -> None:
    lines = ask("clocks", INCIDENT).stdout.splitlines()
    assert lines[0] == "LATE: eu-gdpr authority, to competent or lead supervisory authority"
    assert lines[1] == "  due: 2026-10-26T09:20:00+01:00"
    assert "late is better than never" in lines[2]
    assert "  ? How likely is harm to the people whose data they are? [fact risk_to_individuals]" in lines
    assert any(line.startswith("NOT BINDING: us-circia") for line in lines)
    assert any(line.startswith("Not covered: US states other than") for line in lines)
    assert "counsel" in lines[-1]


def test_who_applies_is_told_with_the_facts_and_what_does_not_is_left_to_json(ask: Ask) -> None:
    profile = {"profile": {"eu_gdpr_scope": True, "uk_gdpr_scope": False}}
    lines = ask("applies", profile).stdout.splitlines()
    assert lines[0] == "APPLIES: eu-gdpr (General Data Protection Regulation): eu_gdpr_scope"
    assert not any("uk-gdpr" in line for line in lines)
    rows = {
        row["obligation"]: row for row in json.loads(ask("applies", profile, "--json").stdout)["obligations"]
    }
    assert rows["uk-gdpr"]["answer"] == "does not apply"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (b'{"profile": {}, "profile": {}}', "'profile' stands twice"),
        (b'{"profile": {},\n}', "is not JSON: .*line 2, column 1"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * 1_000_001, "larger than 1,000,000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_place(tmp_path: Path, written: bytes, words: str) -> None:
    file = tmp_path / "incident.json"
    file.write_bytes(written)
    with pytest.raises(BadInput, match=words):
        terminal.read_input(file)
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        terminal.read_input(tmp_path / "none.json")
