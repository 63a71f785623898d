"""What is written about the API is so: its description is the one in docs/, and the examples there run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.cache import cache

from duecare.ledger.viewers import Scope
from duecare.site import api_tokens
from duecare.site.api import description
from duecare.web.api_shapes import Answer, Body
from tests.site.api_server import served
from tests.site.past import organisation, report
from tests.site.test_api_doors import make

DOCS = Path(__file__).parents[2] / "docs"
RENEW = (
    "renew it: DUECARE_RENEW=1 .venv/bin/pytest tests/site/test_api_description.py, and read the difference"
)


def test_the_description_is_the_one_in_the_documentation() -> None:
    place = DOCS / "openapi.json"
    text = json.dumps(description(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("DUECARE_RENEW"):
        place.write_text(text)
    assert place.read_text() == text, RENEW


def test_no_two_shapes_have_one_name() -> None:
    """In the description one would take the other's place, in silence."""
    places: dict[str, set[str]] = {}
    waiting: list[type] = [Answer, Body]
    while waiting:
        for shape in waiting.pop().__subclasses__():
            places.setdefault(shape.__name__, set()).add(shape.__module__)
            waiting.append(shape)
    assert len(places) > 100
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_every_scope_is_told_and_used() -> None:
    told = re.findall(r"^\| `(\w+)` \|", (DOCS / "api.md").read_text(), re.M)
    used = {one["x-scope"] for methods in description()["paths"].values() for one in methods.values()}
    assert told == [scope.value for scope in Scope]
    assert used == set(Scope)


def test_every_operation_says_what_it_does_asks_for_a_token_and_may_be_refused() -> None:
    for path, methods in description()["paths"].items():
        for method, one in methods.items():
            assert len(one["summary"]) > 5, path
            assert one["security"] == [{"Token": []}]
            assert "4XX" in one["responses"]
            assert any(status.startswith("2") for status in one["responses"])
            assert ("as_of" in {each["name"] for each in one["parameters"]}) == (method == "get")


def test_the_examples_of_the_documentation_run(template: str, tmp_path: Path) -> None:
    if not shutil.which("curl"):
        pytest.skip("needs curl: apt-get install curl")
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / "api.md").read_text(), re.S)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("curl ")]
    assert len(lines) == 11
    with organisation(template, tmp_path) as past, served() as address:
        cache.clear()
        token = make("owner", list(Scope), past.now)
        (tmp_path / "report.json").write_bytes(report(past.now, "web-9"))
        script = "\n".join(['curl() { command curl -sS --fail-with-body "$@" && echo; }', "set -e", *lines])
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "DUECARE": address, "TOKEN": token},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        assert (tmp_path / "record.zip").read_bytes().startswith(b"PK")
        assert api_tokens.PREFIX not in done.stdout
