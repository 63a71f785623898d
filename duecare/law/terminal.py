"""What `duecare law` reads and prints: an incident in a file, its clocks as JSON or as lines to read.

Pure but for reading the file: no Django, no database, no network.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from duecare.errors import BadInput
from duecare.law.answering import Answered
from duecare.law.applies import Answer
from duecare.law.incident_files import answer
from duecare.law.obligations import Register
from duecare.law.told import State, Told

LARGEST = 1_000_000
"""Bytes of an incident's file: a hundred times what one needs."""

SHOWN = (State.LATE, State.RUNNING, State.NEEDS_DECISION, State.WAITING, State.MET, State.NOT_BINDING)
"""States whose clocks are printed as lines, in this order; of the rest only the number."""


def read_input(file: Path) -> Any:
    """The JSON in a file, "-" for what comes in. Raises BadInput with the place of a fault."""
    name = "The input" if str(file) == "-" else str(file)
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as opened:
            written = opened.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}.", "Name a JSON file.") from error
    if len(written) > LARGEST:
        raise BadInput(f"{name} is larger than {LARGEST:,} bytes.", "Hand in one incident at a time.")
    try:
        return json.loads(written.decode("utf-8-sig"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{name} is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.",
            "Correct that line.",
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is not UTF-8 text.", "Save it as UTF-8.") from error
    except RecursionError as error:
        raise BadInput(f"{name} is nested too deeply.", "Write it as docs/obligations.md shows.") from error


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput(f"The name '{twice}' stands twice in one object.", "Keep one of them.")
    return found


def clocks_json(told: Sequence[Told], register: Register) -> dict[str, Any]:
    """What the clocks tell, with what has to be said beside it."""
    return {
        "clocks": [answer(one) for one in told],
        "content": register.version,
        "as_of": register.as_of,
        "disclaimer": str(register.disclaimer),
        "gaps": [str(gap.what) for gap in register.gaps],
    }


def applies_json(rows: Sequence[Mapping[str, Any]], register: Register) -> dict[str, Any]:
    """Which obligations apply, with what has to be said beside it."""
    return {
        "obligations": list(rows),
        "content": register.version,
        "as_of": register.as_of,
        "disclaimer": str(register.disclaimer),
        "gaps": [str(gap.what) for gap in register.gaps],
    }


def applies_lines(rows: Sequence[Mapping[str, Any]], register: Register) -> Iterator[str]:
    """The same as text, without what does not apply."""
    left = 0
    for row in rows:
        if row["answer"] == "does not apply":
            left += 1
            continue
        facts = ", ".join((*row["deciding"], *row["missing"]))
        binding = "" if row["binding"] else ", not binding"
        if row["displaced_by"]:
            binding += f", {row['displaced_by']} in its place"
        yield f"{row['answer'].upper()}{binding}: {row['obligation']} ({row['name']}): {facts or 'always'}"
        if said := row["overridden"]:
            until = f" until {said['until']}" if said["until"] else ""
            yield f"  decided by people{until}: {said['reason']} (by the facts: {said['says']})"
        yield f"  {row['citation']} ({row['confidence']})"
    yield f"{left} of {len(rows)} do not apply. --json tells why."
    yield from (f"Not covered: {gap.what}" for gap in register.gaps)
    yield str(register.disclaimer)


def listed(register: Register, answers: Mapping[str, Answered], wanted: str) -> list[dict[str, Any]]:
    """Every obligation in short, or those with one answer. Raises BadInput for an answer that is none."""
    known = {each.value.replace(" ", "-"): each for each in Answer}
    if wanted and wanted not in known:
        raise BadInput(f"--answer: '{wanted}' is no answer.", f"Use one of {', '.join(known)}.")
    return [
        {
            "obligation": one.id,
            "name": str(one.name),
            "answer": answers[one.id].answer.value,
            "decided": answers[one.id].override is not None,
            "displaced_by": answers[one.id].displaced_by,
            "jurisdiction": one.jurisdiction,
            "kind": one.kind.value,
            "state": one.state.value,
            "confidence": one.confidence.value,
            "citation": one.citation,
            "content": one.version,
        }
        for one in register.obligations.values()
        if not wanted or answers[one.id].answer is known[wanted]
    ]


def list_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The same as text: one a line."""
    for row in rows:
        more = ", decided by people" if row["decided"] else ""
        more += f", {row['displaced_by']} in its place" if row["displaced_by"] else ""
        place = f"{row['jurisdiction']}, {row['state']}"
        yield f"{row['answer']}{more}: {row['obligation']} ({row['name']}; {place})"


def clock_lines(told: Sequence[Told], register: Register) -> Iterator[str]:
    """The clocks as text: what is late first, then by when to act; what does not run is counted."""
    far = "9999"
    rows = sorted(
        (one for one in told if one.state in SHOWN),
        key=lambda one: (
            SHOWN.index(one.state),
            one.act_by.astimezone(UTC).isoformat() if one.act_by else far,
        ),
    )
    for one in rows:
        clock = one.clock
        due = one.strict_due or one.would_be_due or one.target_due
        state = one.state.value.upper().replace("_", " ")
        yield f"{state}: {clock.obligation} {clock.id}, to {clock.recipient}"
        if due and one.state is not State.MET:
            label = "due" if one.strict_due else "if it runs" if one.would_be_due else "our target"
            yield f"  {label}: {due.written()}"
        for name, limit in (one.alternatives or {}).items():
            yield f"  if {name}: {limit.written()}"
        yield f"  {' '.join((*one.why, *one.how))}"
        for ask in one.asks:
            yield f"  ? {ask.question} [{ask.about} {ask.id}]".replace(" ]", "]")
        yield f"  {clock.citation} ({clock.confidence})"
    left = len(told) - len(rows)
    yield f"{left} of {len(told)} clocks do not apply or are not owed. --json tells why."
    yield from (f"Not covered: {gap.what}" for gap in register.gaps)
    yield str(register.disclaimer)
