"""Schemathesis asks the API, on a real server, whatever its description allows and much that it does not.

All of its checks: no server error, nothing undocumented, every refusal and answer of the shape described, bad
input refused, good input taken, nothing done without a token. What is good by its shape may still be refused
for a rule (400, such as a day that is past), never for its shape (422).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import events, from_schema
from schemathesis.generation import GenerationMode

from duecare.ledger.viewers import Scope
from duecare.site import doors
from tests.site.api_calls import CALLS
from tests.site.api_server import served
from tests.site.past import organisation
from tests.site.test_api_doors import make

OUT = "POST names/{key}/look"
"""Goes out to the network: it is asked about keys that are none."""
SHARED = {"after", "as_of", "before", "limit", "q", "sort"}
"""Parameters that every list takes."""
EXPECTED = ["2xx", "400", "401", "403", "404", "409", "429"]


@schemathesis.serializer("application/octet-stream", "application/x-ndjson")
def as_they_are(_context: Any, value: Any) -> bytes:
    """A file as what it holds, whatever that is: such a body has no form that could be broken by rule."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def configured(token: str, samples: dict[str, str]) -> SchemathesisConfig:
    """Few examples of each operation, most of them about things that there are."""
    dictionaries: dict[str, Any] = {}
    operations = []
    for operation, call in CALLS.items():
        method, template = operation.split(" ")
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/?]+)", template)
        found = re.match(pattern, call.sample.format_map(samples))
        if found is None or not found.groupdict() or operation == OUT:
            continue
        parameters = {}
        for name, value in found.groupdict().items():
            dictionary = re.sub(r"\W+", "-", f"{operation} {name}").strip("-")
            dictionaries[dictionary] = {"values": [int(value) if value.isdecimal() else value]}
            parameters[f"path.{name}"] = {"dictionary": dictionary, "probability": 0.8}
        operations.append({"include-name": f"{method} /api/{template}", "parameters": parameters})
    return SchemathesisConfig.from_dict(
        {
            "seed": 20261128,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": 4, "no-shrink": True},
            "checks": {"positive_data_acceptance": {"expected-statuses": EXPECTED}},
            "phases": {"coverage": {"unexpected-methods": ["delete", "trace"]}},
            "dictionaries": dictionaries,
            "operations": operations,
        }
    )


def worth_asking(_context: Any, case: Any) -> bool:
    """Whether a case is asked: the same code reads what is wrong in all bodies and lists, so of what is wrong
    by rule half is asked of each operation, another half of each; and what every list takes of a third of
    them. What is right, what lacks a token, and cases of chance are asked all."""
    data = case.meta.phase.data if case.meta else None
    where, name = getattr(data, "parameter_location", None), getattr(data, "parameter", None)
    if where not in (ParameterLocation.QUERY, ParameterLocation.BODY):
        return True
    asked = f"{case.operation.label} {name}"
    if name in SHARED and case.operation.method.upper() == "GET":
        return crc32(asked.encode()) % 3 == 0
    wrong = case.meta.generation.mode is GenerationMode.NEGATIVE
    return not wrong or crc32(f"{asked} {data.description}".encode()) % 2 == 0


def faults(event: events.ScenarioFinished) -> list[str]:
    """What a scenario found to be wrong, in words."""
    checks = [one for several in event.recorder.checks.values() for one in several if one.failure_info]
    return [
        f"{one.name}: {one.failure_info.failure.operation}: {one.failure_info.failure.message}"
        for one in checks
        if one.failure_info
    ]


@pytest.mark.slow
def test_schemathesis_finds_nothing(template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "REQUESTS_A_MINUTE", 10**6)
    with organisation(template, tmp_path) as past, served() as address:
        token = make("owner", list(Scope), past.now)
        config = configured(token, past.samples)
        headers = {"Authorization": f"Bearer {token}"}
        schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json", config=config, headers=headers)
        schema.hook("filter_case")(worth_asking)
        found: list[str] = []
        statuses: Counter[int] = Counter()
        done: set[str] = set()
        for event in from_schema(schema).execute():
            if isinstance(event, events.NonFatalError | events.FatalError):
                found.append(str(event))
            if isinstance(event, events.ScenarioFinished):
                for told in event.recorder.interactions.values():
                    status = told.response.status_code if told.response else 0
                    statuses[status] += 1
                    if status < 300:
                        done.add(str(event.label))
                found += faults(event)
    assert not found, "\n\n".join(found[:20])
    # That nothing was found means little unless most of it was reached.
    assert len(done) > 40, sorted(done)
    assert statuses[200] + statuses[201] + statuses[204] > 150, statuses
