"""What safeguards take away, as CSV and XLSX: a row for each safeguard on one side of one scenario.

A row finds what is said of the same safeguard on the same side; a file takes nothing back. Whether the
estimates that stand know of it is asked of every row that changes a number, as on the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.program.catalogue import safeguards_by_name
from duecare.program.imports.changes import Change, Values
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.interface import List, Taking, register_list
from duecare.program.imports.mapping import Wanted
from duecare.program.record_form import LONG
from duecare.risk.register.actions import standing
from duecare.risk.register.effect_actions import EffectDraft, left_by, rest_on, values_of_draft
from duecare.risk.register.models import Effect, Estimate, Scenario
from duecare.risk.register.named import Named, Names
from duecare.risk.register.queries import scenario_names
from duecare.risk.shares import read_share, write_share
from duecare.risk.table_files import as_they_stand

MOST_ROWS = 300
"""Of a file: all become one act."""
EFFICACY = ("least", "likely", "most")
SHARES = (*EFFICACY, "coverage", "reliability")
NEEDED = (*SHARES, "reason")


@dataclass(frozen=True, slots=True)
class _Context:
    """What rows are held against."""

    names: Names
    safeguards: Mapping[str, str]
    known: Mapping[str, Values]
    """What stands, by its place."""
    estimated: frozenset[str]
    """Keys of the scenarios of which estimates stand."""
    torn: frozenset[str]
    """Keys of those of which rows say both that the estimates know it and that they do not."""


@dataclass(slots=True)
class _Scope:
    """What the act needs, and what waits until its rows are saved."""

    names: Names
    knowing: dict[str, tuple[Scenario, Mapping[str, float]]] = field(default_factory=dict)
    """The scenarios whose estimates know of what changes, with what their safeguards left before."""


class EffectList(List[Effect]):
    """What is said of safeguards on the scenarios that stand."""

    id = "effects"
    name = _("What safeguards take away")
    model = Effect
    keys = ("place",)
    called = "place"
    page = "risk-safeguards"
    roles = (Role.OWNER, Role.MANAGER, Role.APPROVER)
    undivided = True
    about = _(
        "A row tells what one safeguard takes away of one side of one scenario: how often it happens, or how "
        "bad it is. It finds what is said of the same safeguard on that side. Shares are in percent. A row "
        "that changes one has to say whether the estimates that stand were made knowing it: then they stay "
        "as they are; otherwise today’s figures move. An empty cell changes nothing, and a row that is left "
        "out takes nothing back."
    )
    fields = (
        Field("scenario", _("Scenario"), required=True, longest=300, heads=("scenario", "risk", "R-n")),
        Field("safeguard", _("Safeguard"), required=True, heads=("safeguard", "control")),
        Field(
            "on",
            _("What it holds down"),
            Type.CHOICE,
            required=True,
            choices=("frequency", "magnitude"),
            words={"how often": "frequency", "how bad": "magnitude"},
            heads=("on", "side"),
        ),
        Field("least", _("Takes away at least"), empty="", longest=20),
        Field("likely", _("Takes away, most likely"), empty="", longest=20, heads=("efficacy",)),
        Field("most", _("Takes away at most"), empty="", longest=20),
        Field("coverage", _("Coverage"), empty="", longest=20),
        Field("reliability", _("Reliability"), empty="", longest=20),
        Field("reason", _("Why"), empty="", longest=LONG, heads=("reason", "rationale")),
        Field("known", _("The estimates know of it"), Type.YES_NO, heads=("known",)),
    )

    def records(self, taking: Taking) -> QuerySet[Effect]:
        return standing_effects(Effect.objects.all())

    def values(self, record: Effect) -> dict[str, Any]:
        return values_of(record)

    def context(self, taking: Taking, rows: Sequence[Wanted]) -> _Context:
        if len(rows) > MOST_ROWS:
            raise BadInput(
                gettext("The file has more than %s rows.") % MOST_ROWS, gettext("Bring it in parts.")
            )
        names = scenario_names()
        said: dict[str, set[bool]] = {}
        for row in rows:
            try:
                key = names.find(str(row.values.get("scenario", ""))).key
            except BadInput:  # said of the row itself
                continue
            if row.values.get("known") is not None:
                said.setdefault(key, set()).add(row.values["known"])
        return _Context(
            names,
            safeguards_by_name(),
            {one["place"]: one for one in map(values_of, self.records(taking))},
            frozenset(Estimate.objects.filter(ended_at=None).values_list("scenario_id", flat=True)),
            frozenset(key for key, answers in said.items() if len(answers) > 1),
        )

    def complete(self, values: Mapping[str, Any], taking: Taking, context: _Context) -> dict[str, Any]:
        """With shares as the table writes them; what is empty says nothing. `bad` is (field, reason)."""
        done = {name: value for name, value in values.items() if value not in (None, "")}
        try:
            row = context.names.find(done["scenario"], "scenario")
            said = str(done["safeguard"])
            done["safeguard"] = context.safeguards.get(said.casefold(), said)
            done["scenario"] = str(row)
            done["place"] = _place(row.number, done["safeguard"], done["on"])
            _numbers(done, row, context)
        except BadInput as error:
            done.setdefault("place", f"{done['scenario']} {done['safeguard']} {done['on']}")
            done["bad"] = (error.place, str(error).rstrip("."))
        return done

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield values["bad"]

    def begin(self, taking: Taking, added: Sequence[Change]) -> _Scope:
        return _Scope(scenario_names())

    def make(self, values: Values, taking: Taking, scope: _Scope) -> Effect:
        row = standing(scope.names.find(str(values["scenario"])).key)
        record = Effect(
            id=new_key(),
            scenario=row,
            safeguard=values["safeguard"],
            on=values["on"],
            made_at=taking.now,
            made_by=taking.actor,
        )
        self._fill(record, row, values, {}, scope)
        return record

    def change(self, record: Effect, values: Values, taking: Taking, scope: _Scope) -> None:
        self._fill(record, standing(record.scenario_id), values, values_of(record), scope)

    def end(self, taking: Taking, scope: _Scope, *, whole: bool) -> None:
        for row, before in scope.knowing.values():
            rest_on(row, before)

    def _fill(self, record: Effect, row: Scenario, values: Values, now: Values, scope: _Scope) -> None:
        if values.get("known"):
            scope.knowing.setdefault(row.pk, (row, left_by(row)))
        cells = {**now, **values}
        record.efficacy = [read_share(cells[name]) for name in EFFICACY]
        record.coverage, record.reliability = (read_share(cells[name]) for name in SHARES[3:])
        record.reason = cells["reason"]


def standing_effects(rows: QuerySet[Effect]) -> QuerySet[Effect]:
    """What is said of safeguards on scenarios that stand, in the order of the table."""
    found = rows.filter(ended_at=None, scenario__ended_at=None).select_related("scenario")
    return found.order_by("scenario__number", "safeguard", "on", "id")


def values_of(record: Effect) -> dict[str, Any]:
    """An effect as the table tells it, and its place."""
    shares = (*record.efficacy, record.coverage, record.reliability)
    return {
        "place": _place(record.scenario.number, record.safeguard, record.on),
        "scenario": str(Named(record.scenario_id, record.scenario.number, record.scenario.title)),
        "safeguard": record.safeguard,
        "on": record.on,
        **{name: write_share(share) for name, share in zip(SHARES, shares, strict=True)},
        "reason": record.reason,
        "known": None,
    }


def rows_told(viewer: Viewer) -> Iterator[list[str]]:
    """The table: its head, then a row for each safeguard on a side of a scenario that the viewer may see."""
    yield [str(one.label) for one in EffectList.fields]
    found: Any = Effect.objects.all().visible_to(viewer)
    for record in standing_effects(found):
        values = values_of(record)
        yield [str(values[one.name] or "") for one in EffectList.fields]


def _place(number: int, safeguard: str, on: str) -> str:
    return f"R-{number} {safeguard} {on}"


def _numbers(done: dict[str, Any], row: Named, context: _Context) -> None:
    """Shares as the table writes them. Raises BadInput whose place is the field."""
    for name in SHARES:
        if name in done:
            done[name] = write_share(read_share(str(done[name]), name))
    known = context.known.get(done["place"], {})
    for name in NEEDED if not known else ():
        if name not in done:
            raise BadInput(gettext("Nothing is said of this safeguard there yet, so it needs it."), "", name)
    as_they_stand(done, known)
    told = {**known, **done}
    least, likely, most, coverage, reliability = (read_share(told[name]) for name in SHARES)
    values_of_draft(
        EffectDraft(
            done["safeguard"], done["on"], (least, likely, most), coverage, reliability, told["reason"]
        )
    )
    moved = any(told[name] != known.get(name) for name in SHARES)
    if not moved or row.key not in context.estimated:
        done.pop("known", None)
    elif "known" not in done:
        raise BadInput(
            gettext("Nobody says whether the estimates that stand were made knowing it."),
            gettext("Write yes if they were, no if it came since."),
            "known",
        )
    elif row.key in context.torn:
        raise BadInput(
            gettext("Of this scenario the file says both yes and no."),
            gettext("Bring the rows that say yes in a file of their own, first."),
            "known",
        )


EFFECTS = EffectList()
register_list(EFFECTS)
