"""Reading a bundle of others in a process that can do nothing else, with the library `stix2` (BSD-3-Clause).

Each object is held to STIX 2.1; one that does not validate is named by its id with the reason, and then
nothing of the bundle can be taken in. Back comes a table of text, a row for each sign and each technique.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO
from unicodedata import normalize

from duecare.confined import Limits, read_confined
from duecare.errors import BadInput
from duecare.incidents.stix.markings import strictest
from duecare.incidents.stix.patterns import indicators_in
from duecare.incidents.timeline.kinds import techniques_in
from duecare.program.imports.tables import LONGEST_CELL, Choice, Problem, Row, Table, from_json, to_json
from duecare.words import gettext as _
from duecare.words import number

MOST_BYTES = 16 << 20
MOST_OBJECTS = 10_000
SECONDS = 60
"""Of computing."""
MEMORY = 2 << 30
"""Bytes of address space."""
ANSWER_LIMIT = 64 << 20
HEAD = ("kind", "value", "tlp", "words", "id")
TECHNIQUE = "technique"
"""The kind of a row that is no indicator but a technique of ATT&CK."""
MOST_PROBLEMS = 200
LONGEST_WORDS = 1000


def read_isolated(data: bytes, now: datetime) -> Table | Choice:
    """The signs and techniques in a bundle, read in a child process; those that held until before `now` are
    left out.

    Raises BadInput for what is no bundle, or that it took too much; faults of its objects are the table's.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(
            _("The bundle has more than %s MiB.") % number(MOST_BYTES >> 20), _("Ask for a smaller one.")
        )
    too_much = BadInput(
        _("The bundle could not be read within %(seconds)s seconds and %(memory)s MiB of memory.")
        % {"seconds": SECONDS, "memory": number(MEMORY >> 20)},
        _("Ask for a smaller one; nothing was taken in."),
    )
    limits = Limits(SECONDS, MEMORY, ANSWER_LIMIT)
    return from_json(read_confined(__name__, data, {"now": now.isoformat()}, limits, too_much))


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

AT_FIRST_USE = ("_strptime", "encodings.idna", "stringprep")
"""What the standard library loads when it is first needed."""
_SAMPLE = {
    "type": "indicator", "spec_version": "2.1", "id": "indicator--11111111-1111-4111-8111-111111111111",
    "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
    "pattern": "[ipv4-addr:value = '192.0.2.1']", "pattern_type": "stix",
    "valid_from": "2026-01-01T00:00:00Z",
}  # fmt: skip


def ready(orders: Mapping[str, Any]) -> Callable[[BinaryIO, Mapping[str, Any]], Iterator[bytes]]:
    """Load the library, and let it read once, before nothing can be opened any more."""
    import stix2

    stix2.parse(_SAMPLE, version="2.1")
    return _pieces


def _pieces(given: BinaryIO, orders: Mapping[str, Any]) -> Iterator[bytes]:
    yield to_json(read_bundle(given.read(), datetime.fromisoformat(orders["now"]))).encode()


def read_bundle(data: bytes, now: datetime) -> Table:
    """The signs and techniques in a bundle. Raises BadInput for what is none."""
    rows: list[Row] = []
    problems: list[Problem] = []
    left: Counter[str] = Counter()
    over = 0
    for place, told in enumerate(_objects(data), start=1):
        try:
            new = _rows(told)
        except BadInput as error:
            named = told.get("id") if isinstance(told, dict) else None
            reason = f"{str(named or _('an object without id'))[:100]}: {error.what}"
            problems.append(Problem(place, None, reason))
            if len(problems) == MOST_PROBLEMS:
                break
            continue
        if new is None:
            left[str(told.get("type"))] += 1
            continue
        if _is_over(told, now):
            over += 1
            continue
        rows += [Row(place, (*cells, str(told["id"]))) for cells in new]
        if len(rows) > MOST_OBJECTS:
            reason = _("The bundle tells more than %(most)s signs: ask for a smaller one.") % {
                "most": number(MOST_OBJECTS)
            }
            problems.append(Problem(place, None, reason))
            break
    others = ", ".join(f"{kind} ({count})" for kind, count in sorted(left.items()))
    left_out = _("Left out, as nothing here holds it or it was revoked: %(others)s") % {"others": others}
    held = _("Left out, as they hold no longer (valid_until): %(count)s") % {"count": number(over)}
    notes = (*((left_out,) if others else ()), *((held,) if over else ()))
    return Table("csv", "", 0, HEAD, tuple(rows), tuple(problems), notes)


def _objects(data: bytes) -> list[Any]:
    try:
        bundle = json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(_("The file is no JSON that says each thing once."), _("Ask for it again.")) from error
    if not isinstance(bundle, dict) or bundle.get("type") != "bundle":
        raise BadInput(_("The file is no bundle of STIX."), _("Look whether it is the right file."))
    if "spec_version" in bundle:
        raise BadInput(
            _("The bundle is of STIX %(version)s; 2.1 is read.")
            % {"version": str(bundle["spec_version"])[:20]},
            _("Ask for it in STIX 2.1."),
        )
    objects = bundle.get("objects")
    if not isinstance(objects, list) or not objects:
        raise BadInput(_("The bundle holds no objects."), _("Ask for it again."))
    if len(objects) > MOST_OBJECTS:
        raise BadInput(
            _("The bundle has %(count)s objects; at most %(most)s are read.")
            % {"count": number(len(objects)), "most": number(MOST_OBJECTS)},
            _("Ask for a smaller one."),
        )
    return objects


def _rows(told: Any) -> list[tuple[str, ...]] | None:
    """(kind, value, tlp, words) of what an object says; None for one of a kind that is left out.

    Raises BadInput if it does not validate.
    """
    _validate(told)
    # A mark on a part of an object counts for all of it, as it is kept whole.
    parts = (str(one.get("marking_ref", "")) for one in told.get("granular_markings", ()))
    tlp = strictest((*told.get("object_marking_refs", ()), *parts))
    if told.get("revoked"):
        return None
    if told["type"] == "attack-pattern":
        names = [str(one.get("external_id", "")) for one in told.get("external_references", ())
                 if str(one.get("source_name", "")).startswith("mitre")]  # fmt: skip
        ids = [one for name in names for one in techniques_in(name)]
        return [(TECHNIQUE, one, tlp, _cut(told.get("name", ""))) for one in ids] or None
    if told["type"] != "indicator":
        return None
    if told["pattern_type"] != "stix":
        return None
    words = _cut(" — ".join(filter(None, (told.get("name"), told.get("description")))))
    return [(one.kind, one.value, tlp, words) for one in indicators_in(told["pattern"])]


def _is_over(told: Mapping[str, Any], now: datetime) -> bool:
    """Whether an indicator held until before `now`."""
    until = told.get("valid_until") if told["type"] == "indicator" else None
    try:
        read = datetime.fromisoformat(str(until))
    except ValueError:
        return False
    return (read if read.tzinfo else read.replace(tzinfo=UTC)) < now


def _validate(told: Any) -> None:
    import stix2
    from stix2.exceptions import STIXError

    if not isinstance(told, dict):
        raise BadInput(_("it is no object"))
    try:
        stix2.parse(told, allow_custom=False, version="2.1")
    except (STIXError, ValueError, TypeError, KeyError, AttributeError, LookupError) as error:
        raise BadInput(_cut(str(error) or type(error).__name__)) from error
    except RecursionError as error:
        raise BadInput(_("it is nested too deeply")) from error


def _cut(text: str) -> str:
    whole = " ".join(text[: LONGEST_CELL * 2].split()).encode("utf-8", "replace").decode()
    return normalize("NFC", whole.replace("\0", "\N{REPLACEMENT CHARACTER}"))[:LONGEST_WORDS]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
