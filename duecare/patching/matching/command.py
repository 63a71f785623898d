"""`duecare patching match`: an inventory and a directory of feeds in, findings out."""

from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from duecare.errors import BadInput
from duecare.patching.advisories.interface import Fault, Verdict
from duecare.patching.advisories.loading import Loaded, load_directory
from duecare.patching.matching.findings_lines import Findings, Line
from duecare.patching.matching.inventory_lines import Inventory
from duecare.patching.matching.rules import Rules
from duecare.patching.matching.tables import Tables

NAMED = 20
"""How many faults of one kind are named one by one."""
Say = Callable[[str], None]
_READABLE = (Verdict.AFFECTED, Verdict.UNDECIDED)


def verdicts(text: str, *, default_all: bool) -> tuple[Verdict, ...]:
    """The verdicts that a list parted by commas names; raises BadInput for others."""
    if not text.strip():
        return tuple(Verdict) if default_all else _READABLE
    try:
        return tuple(Verdict(word.strip().lower().replace("-", " ")) for word in text.split(","))
    except ValueError:
        raise BadInput(
            f"--only {text[:80]!r} names a verdict that there is not.",
            f"Verdicts are: {', '.join(Verdict)}; part them by commas.",
        ) from None


class Matched:
    """The findings, and the tables behind them until the `with` ends."""

    def __init__(self, findings: Findings, tables: Tables, unread: str) -> None:
        self._findings, self._tables = findings, tables
        self.unread = unread
        """What of the input could not be used and is in no line; empty for nothing."""

    def __enter__(self) -> Findings:
        return self._findings

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tables.close()


def match(stream: BinaryIO, name: str, directory: Path, say: Say) -> Matched:
    """Read both, and hold them against each other; `say` hears of what could not be read."""
    loaded = _loaded(directory)
    gc.disable()  # millions of objects would be looked through again and again; none make cycles
    inventory = Inventory()
    inventory.read(stream, "standard input" if name == "-" else Path(name).name)
    if not inventory.triples:
        _name_faults(inventory.faults, inventory.fault_count, say)
        raise BadInput(
            f"{name} names no software.", "Give a JSON object a line: host, ecosystem, name, version."
        )
    rules = Rules()
    rules.take(loaded.advisories)
    _name_faults(loaded.faults, len(loaded.faults), say)
    _name_faults(rules.faults, len(rules.faults), say)
    _name_faults(inventory.faults, inventory.fault_count, say)
    unread = []
    if loaded.faults:
        unread.append(f"{len(loaded.faults):,} pieces of the feeds could not be read.")
    if inventory.fault_count:
        unread.append(f"{inventory.fault_count:,} of {inventory.lines:,} lines could not be read.")
    tables = Tables()
    return Matched(Findings(inventory, rules, loaded.enrichment, tables), tables, " ".join(unread))


def _loaded(directory: Path) -> Loaded:
    loaded = load_directory(directory)
    if not loaded.advisories:
        for fault in loaded.faults[:1]:
            raise BadInput(f"{directory} holds no advisories: {fault.place}: {fault.reason}")
        raise BadInput(f"{directory} holds no advisories.", "Name a directory of feeds.")
    return loaded


def _name_faults(faults: Sequence[Fault], count: int, say: Say) -> None:
    for fault in faults[:NAMED]:
        say(f"duecare: {fault.place}: {fault.reason}")
    if count > NAMED:
        say(f"duecare: and {count - NAMED:,} more like these.")


def json_lines(findings: Findings, only: Collection[Verdict]) -> Iterator[str]:
    """A JSON object a line; a piece of text for each host."""
    for host, lines in findings.of_hosts(only):
        name = json.dumps(host, ensure_ascii=False)
        yield "".join(f"{line.as_json(name)}\n" for line in lines)


def readable_lines(findings: Findings, only: Collection[Verdict]) -> Iterator[str]:
    """Each host with its findings in columns, and the sums at the end."""
    counts: Counter[Verdict] = Counter()
    hosts = 0
    for host in sorted(findings.inventory.hosts):
        lines = findings.of_host(host)
        counts.update(line.verdict for line in lines)
        shown = [line for line in lines if line.verdict in only]
        if shown:
            hosts += 1
            yield f"{host}\n{_columns(shown)}\n"
    sums = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict)
    yield f"{len(findings.inventory.hosts):,} hosts, {hosts:,} of them above. Findings: {sums}.\n"


def _columns(lines: Sequence[Line]) -> str:
    rows = [
        (
            line.verdict,
            f"{line.name} {line.version}",
            line.advisory,
            _fix(line),
            "exploited" if line.kev else "",
        )
        for line in lines
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    return "".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
        for row in rows
    )


def _fix(line: Line) -> str:
    if line.verdict is not Verdict.AFFECTED:
        return ""
    return f"fixed in {line.fixed}" if line.fixed else "no fix known"


def tell_unknown(findings: Findings, say: Say) -> None:
    """Say of how many packages nothing is known."""
    unknown = findings.unknown
    of = f"of {unknown.packages:,} packages"
    if unknown.no_feed:
        say(
            f"duecare: {unknown.no_feed.total():,} {of} belong to ecosystems of which no feed was loaded "
            f"({_listed(unknown.no_feed)}): unknown, not clean."
        )
    if unknown.no_release:
        say(
            f"duecare: {unknown.no_release.total():,} {of} belong to releases of which no loaded feed speaks "
            f"({_listed(unknown.no_release)}): unknown, not clean."
        )
    if unknown.unnamed:
        say(f"duecare: {unknown.unnamed:,} {of} are named by no advisory that was loaded.")


def _listed(counts: Counter[str]) -> str:
    first = [f"{name} {count:,}" for name, count in counts.most_common(8)]
    return ", ".join([*first, "…"] if len(counts) > 8 else first)
