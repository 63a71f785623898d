"""The join on DuckDB, in memory, within a bound: rules and software go in, answers come out.

DuckDB and ibis are loaded when a `Tables` is made. Rows go in through a file in a directory of its own, which
DuckDB also uses where memory does not suffice; both are gone at the end.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from duecare.patching.ecosystems import SCHEMES, WITH_RELEASES
from duecare.patching.matching.joining import (
    FOUND,
    NAMED,
    RULES,
    STREAMS,
    TOP,
    TRIPLES,
    Answer,
    expression,
    settled,
)
from duecare.patching.matching.rules import Rules, tag_of
from duecare.patching.matching.triples import Triple
from duecare.patching.versions import find_scheme

MEMORY = "1GB"
AT_ONCE = 10_000
_TYPES = {"int64": "BIGINT", "string": "VARCHAR", "binary": "VARCHAR", "boolean": "BOOLEAN"}
_KEPT = {**_TYPES, "binary": "BLOB"}
_TABLES = {"triples": TRIPLES, "rules": RULES, "named": NAMED, "streams": STREAMS}
_CHOSEN = ("triples", "rules", "named")
_ALL = {**_TABLES, "new_triples": {"triple": "int64"}, "new_advisories": {"advisory": "int64"}}


@dataclass(frozen=True, slots=True)
class Match:
    """What stands for one triple under one advisory."""

    triple: int
    advisory: int
    """Its place in `Rules.advisories`."""
    answer: Answer
    beaten: Answer | None
    """What another feed says, where a statement of this one went before it."""


class Tables:
    """The tables of the join, for as long as the `with` lasts."""

    def __init__(self, memory: str = MEMORY, threads: int | None = None) -> None:
        import duckdb

        self._place = tempfile.TemporaryDirectory(prefix="duecare-match-")
        settings: dict[str, Any] = {
            "memory_limit": memory,
            "temp_directory": f"{self._place.name}/spilt",
            # What DuckDB lacks it would fetch from its makers.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads:
            settings["threads"] = threads
        self._connection = duckdb.connect(":memory:", config=settings)
        for name, schema in _ALL.items():
            columns = ", ".join(f"{column} {_KEPT[kind]}" for column, kind in schema.items())
            self._connection.execute(f"CREATE TABLE {name} ({columns})")
        self._statement = _statement()
        self._rules = 0
        self._streams: set[tuple[str, str]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()
        self._place.cleanup()

    def add_rules(self, rules: Rules) -> list[str]:
        """Take in the rules that came since the last time; gives the module builds whose streams are new.

        Software of those builds has to be matched again.
        """
        fresh = rules.rules[self._rules :]
        self._rules = len(rules.rules)
        self._insert("rules", (_rule(rule) for rule in fresh if not rule.version))
        self._insert("named", ((*_place(rule), rule.version) for rule in fresh if rule.version))
        streams = rules.streams - self._streams
        self._streams |= streams
        self._insert("streams", sorted(streams))
        return sorted({tag for tag, _ in streams})

    def add_triples(self, triples: Iterable[tuple[int, Triple]]) -> None:
        """Take in software, each piece under a number of its own."""
        self._insert("triples", (_triple(number, triple) for number, triple in triples))

    def match(
        self, triples: Sequence[int] | None = None, advisories: Sequence[int] | None = None
    ) -> Iterator[Match]:
        """The answers, sorted by triple and advisory; only those of some triples or advisories if given."""
        for triple, advisory, answer, beaten in self.rows(triples, advisories):
            yield Match(triple, advisory, *settled(answer, beaten))

    def rows(
        self, triples: Sequence[int] | None = None, advisories: Sequence[int] | None = None
    ) -> Iterator[tuple[int, int, int, int | None]]:
        """The same as the numbers of FOUND, which `settled` reads."""
        self.join(triples, advisories)
        cursor = self._connection.execute("SELECT * FROM found ORDER BY triple, advisory")
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows

    def join(self, triples: Sequence[int] | None = None, advisories: Sequence[int] | None = None) -> int:
        """Work the answers out, without reading them; how many there are."""
        self._choose("new_triples", "triple", triples, ("triples",))
        self._choose("new_advisories", "advisory", advisories, ("rules", "named"))
        self._connection.execute(f"CREATE OR REPLACE TABLE found AS {self._statement}")
        counted = self._connection.execute("SELECT count(*) FROM found").fetchone()
        return int(counted[0]) if counted else 0

    def _choose(self, part: str, column: str, wanted: Sequence[int] | None, tables: Sequence[str]) -> None:
        """Let the join see all rows of some tables, or those of a part."""
        self._connection.execute(f"DELETE FROM {part}")  # noqa: S608 - one of ours, as below
        chosen = ""
        if wanted is not None:
            self._insert(part, ((number,) for number in wanted))
            chosen = f"SEMI JOIN {part} USING ({column})"
        for table in tables:
            self._connection.execute(
                f"CREATE OR REPLACE VIEW chosen_{table} AS SELECT * FROM {table} {chosen}"  # noqa: S608
            )

    def _insert(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        schema = _ALL[table]
        place = Path(self._place.name) / "rows.csv"
        with place.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        columns = ", ".join(f"'{name}': '{_TYPES[kind]}'" for name, kind in schema.items())
        kept = ", ".join(f"unhex({name})" if kind == "binary" else name for name, kind in schema.items())
        self._connection.execute(
            f"INSERT INTO {table} SELECT {kept} "  # noqa: S608 - names of ours; rows come by the file
            f"FROM read_csv(?, columns = {{{columns}}}, header = false, "
            "auto_detect = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n', "
            f"nullstr = '{_NULL}', allow_quoted_nulls = false)",
            [str(place)],
        )
        place.unlink()


_NULL = "\x01"
"""Stands for null in the file: no text that gets here holds what cannot be printed."""


@cache
def _statement() -> str:
    """The join in SQL, over what is chosen of each table."""
    import ibis

    triples, rules, named = (ibis.table(_TABLES[name], name=f"chosen_{name}") for name in _CHOSEN)
    found = expression(triples, rules, named, ibis.table(STREAMS, name="streams")).select(*FOUND)
    return str(ibis.to_sql(found, dialect="duckdb"))


def _place(rule: Any) -> tuple[object, ...]:
    place = rule.place
    return (
        rule.number,
        rule.advisory,
        rule.feed,
        place.ecosystem,
        place.release,
        place.name,
        place.by_source,
        int(rule.segment.rank),
        rule.module,
    )


def _rule(rule: Any) -> tuple[object, ...]:
    segment = rule.segment
    end = TOP if segment.hi is None else segment.hi
    return (*_place(rule), rule.whole, segment.lo.hex(), end.hex())


def _triple(number: int, triple: Triple) -> tuple[object, ...]:
    scheme = SCHEMES.get(triple.ecosystem)
    key = source_key = None
    tag = ""
    if scheme is not None:
        read = find_scheme(scheme).key
        key = read(triple.version)
        source_key = key if triple.source_version == triple.version else read(triple.source_version)
        tag = tag_of(triple.version) if scheme == "rpm" else ""
    return (
        number,
        triple.ecosystem,
        triple.release,
        triple.found_as,
        triple.source,
        triple.version,
        _NULL if key is None else key.hex(),
        triple.source_version,
        _NULL if source_key is None else source_key.hex(),
        tag,
        triple.module,
        triple.ecosystem in WITH_RELEASES,
    )
