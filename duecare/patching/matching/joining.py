"""The one join: which advisory says what about which piece of software, as a relational expression. Pure.

Four tables, unbound, so that any engine that ibis knows can run it (DuckDB here, `tables.py`):
- `triples`: distinct software, one row each, whoever runs it;
- `rules`: one answer of one feed for the versions of a package from `lo` up to and without `hi`;
- `named`: the same for one version, letter by letter;
- `streams`: from which module stream a module build comes, as far as advisories tell.

The answer is one row for each piece of software and each advisory that names its package. A part of the
triples or of the advisories, put in the place of all, gives just the rows of that part: that is a delta. For
an advisory, all that feeds say under its id must be there; and software from a module build of which a new
advisory first tells the stream is new software.

Which of several answers stands. Within a feed the greatest `Rank`: affected, undecided, not affected by
statement, fixed, outside of all ranges. Between feeds a statement that this product is not affected goes
before what others say of it, and the reason names both; else again the greatest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from duecare.patching.advisories.interface import UNKNOWN_MODULE
from duecare.patching.matching.segments import Rank

if TYPE_CHECKING:
    from ibis import Table

TOP = b"\xff" * 4
"""The end of what has none: above every key, since none begins with this byte."""
RANK, OBSTACLE = 48, 40
"""Where in a packed answer its rank and its obstacle begin, in bits; below is the number of the rule. So the
greatest of several numbers is the answer that stands, and ties are settled the same way each time."""
_RULE = (1 << OBSTACLE) - 1
_DENIED_BETWEEN_FEEDS = Rank.AFFECTED + 1

TRIPLES = {
    "triple": "int64",
    "ecosystem": "string",
    "release": "string",
    "name": "string",
    "source": "string",
    "version": "string",
    "key": "binary",
    "source_version": "string",
    "source_key": "binary",
    "tag": "string",
    "module": "string",
    "by_release": "boolean",
}
_PLACE = {
    "rule": "int64",
    "advisory": "int64",
    "feed": "int64",
    "ecosystem": "string",
    "release": "string",
    "name": "string",
    "by_source": "boolean",
    "rank": "int64",
    "module": "string",
}
RULES = {**_PLACE, "whole": "boolean", "lo": "binary", "hi": "binary"}
NAMED = {**_PLACE, "version": "string"}
STREAMS = {"tag": "string", "module": "string"}
FOUND = ("triple", "advisory", "answer", "beaten")


class Obstacle(IntEnum):
    """Why a rule's own answer does not hold for this software."""

    NONE = 0
    VERSION = 1
    """Its version is none that the scheme reads."""
    RELEASE = 2
    """For which release it was made is not known."""
    STREAM = 3
    """From which module stream it comes is not known."""
    OTHER_STREAM = 4
    NO_MODULE = 5
    """The advisory speaks of builds in a module, and this is none."""
    A_MODULE = 6
    """The advisory speaks of builds outside of modules, and this comes from one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands for one piece of software under one advisory."""

    rank: Rank
    obstacle: Obstacle
    rule: int


def unpacked(answer: int) -> Answer:
    """An answer from its number."""
    return Answer(Rank(answer >> RANK), Obstacle(answer >> OBSTACLE & 0xFF), answer & _RULE)


def expression(triples: Table, rules: Table, named: Table, streams: Table) -> Table:
    """Rows of FOUND, one for each triple and advisory; `beaten` is what a denial went before, else null."""
    probes = _probes(triples, rules)
    candidates = _in_range(probes, rules, streams).union(_by_letter(probes, named))
    within = candidates.group_by("triple", "advisory", "feed").agg(answer=candidates.packed.max())
    denied = (within.answer >= Rank.DENIED << RANK) & (within.answer < Rank.UNDECIDED << RANK)
    lifted = within.answer + ((_DENIED_BETWEEN_FEEDS - Rank.DENIED) << RANK)
    weighed = within.mutate(
        weight=denied.ifelse(lifted, within.answer), other=denied.ifelse(None, within.answer)
    )
    return weighed.group_by("triple", "advisory").agg(answer=weighed.weight.max(), beaten=weighed.other.max())


def settled(answer: int, beaten: int | None) -> tuple[Answer, Answer | None]:
    """The two columns of a row: the answer, and the one that a denial went before, if there is one."""
    if answer >> RANK < _DENIED_BETWEEN_FEEDS:
        return unpacked(answer), None
    denied = unpacked(answer - ((_DENIED_BETWEEN_FEEDS - Rank.DENIED) << RANK))
    other = None if beaten is None else unpacked(beaten)
    return denied, other if other is not None and other.rank >= Rank.UNDECIDED else None


def _probes(triples: Table, rules: Table) -> Table:
    """Under which names, releases and versions each triple is looked for.

    By its own name and by that of its source; for its release and for none. A triple of a distribution whose
    release is not known is looked for in all releases, and never decided.
    """
    by_name = triples.select(
        "triple", "ecosystem", "release", "name", "tag", "module", "by_release",
        by_source=_literal(False), version=triples.version, key=triples.key,
    )  # fmt: skip
    sources = triples.filter(triples.source != "")
    by_source = sources.select(
        "triple", "ecosystem", "release", name=sources.source, tag=sources.tag, module=sources.module,
        by_release=sources.by_release, by_source=_literal(True), version=sources.source_version,
        key=sources.source_key,
    )  # fmt: skip
    both = by_name.union(by_source)
    both = both.mutate(readable=both.key.notnull(), key=both.key.fill_null(_literal(b"")))
    own = both.mutate(sure=_literal(True)).drop("by_release")
    wide = own.filter(own.release != "").mutate(release=_literal(""))
    lost = both.filter(both.by_release & (both.release == "")).drop("release", "by_release")
    releases = rules.filter(rules.release != "").select("ecosystem", "release").distinct()
    guessed = lost.inner_join(releases, "ecosystem").mutate(sure=_literal(False))
    columns = own.columns
    return own.union(wide.select(columns)).union(guessed.select(columns))


def _in_range(probes: Table, rules: Table, streams: Table) -> Table:
    """The answers of the rules in whose interval a probe's key lies."""
    meant = rules.rename(stream="module")
    met = probes.inner_join(
        meant,
        ["ecosystem", "release", "name", "by_source", probes.key >= meant.lo, probes.key < meant.hi],
    )
    told = streams.select("tag").distinct().mutate(told=_literal(True))
    same = streams.select("tag", stream=streams.module).mutate(same=_literal(True))
    met = met.left_join(told, "tag").drop("tag_right").left_join(same, ["tag", "stream"])
    obstacle = _obstacle(met)
    rank = _cases(
        (obstacle == Obstacle.NONE, met["rank"]),
        (obstacle >= Obstacle.OTHER_STREAM, _literal(int(Rank.ASIDE))),
        other=_literal(int(Rank.UNDECIDED)),
    )
    packed = rank.cast("int64") * (1 << RANK) + obstacle.cast("int64") * (1 << OBSTACLE) + met.rule
    return met.select("triple", "advisory", "feed", packed=packed)


def _obstacle(met: Table) -> Any:
    """What keeps a rule from deciding."""
    given = met.module != ""
    same = given.ifelse(met.module == met.stream, met.same.notnull())
    told = given | met.told.notnull()
    from_module = (met.tag != "") | given
    return _cases(
        ((met.stream == "") & from_module, _literal(int(Obstacle.A_MODULE))),
        ((met.stream != "") & ~from_module, _literal(int(Obstacle.NO_MODULE))),
        ((met.stream == UNKNOWN_MODULE), _literal(int(Obstacle.STREAM))),
        ((met.stream != "") & ~same & told, _literal(int(Obstacle.OTHER_STREAM))),
        ((met.stream != "") & ~same, _literal(int(Obstacle.STREAM))),
        (~met.sure, _literal(int(Obstacle.RELEASE))),
        (~met.readable & ~met.whole, _literal(int(Obstacle.VERSION))),
        other=_literal(int(Obstacle.NONE)),
    )


def _by_letter(probes: Table, named: Table) -> Table:
    """The answers of the rules that name a probe's version as it is spelt."""
    met = probes.drop("module").inner_join(named, ["ecosystem", "release", "name", "by_source", "version"])
    rank = met.sure.ifelse(met["rank"], int(Rank.UNDECIDED))
    obstacle = met.sure.ifelse(0, int(Obstacle.RELEASE))
    packed = rank.cast("int64") * (1 << RANK) + obstacle.cast("int64") * (1 << OBSTACLE) + met.rule
    return met.select("triple", "advisory", "feed", packed=packed)


def _literal(value: object) -> Any:
    from ibis import literal

    return literal(value)


def _cases(*branches: tuple[Any, Any], other: Any) -> Any:
    from ibis import cases

    return cases(*branches, else_=other)
