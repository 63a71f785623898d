"""Measures as CSV and XLSX: brought through the one way that lists have, and given as the same columns.

A row finds its measure by title among those on the table. What it changes, needs and cannot be beside stands
in one cell each, a line for each, and a cell that is told takes the place of all that stood there. An empty
cell says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from duecare.program.imports.tables import LONGEST_CELL
from duecare.program.record_form import LONG
from duecare.risk.amounts import read_amount, written
from duecare.risk.measures.actions import (
    LINE,
    Draft,
    Three,
    demand_untangled,
    effects_among,
    values_alone,
)
from duecare.risk.measures.cells import (
    line,
    lines_of,
    read_changes,
    read_titles,
    unique,
    write_changes,
    write_titles,
)
from duecare.risk.measures.models import Measure
from duecare.risk.owners import Owners
from duecare.risk.register.actions import demand_terms_set, lock_terms
from duecare.risk.register.models import TERMS, RiskTerms
from duecare.risk.register.named import Names
from duecare.risk.register.queries import scenario_names
from duecare.risk.table_files import as_they_stand

TEXTS = ("title", "safeguard", "about", "must", "curtails")
SIDES = ("once", "yearly")
PARTS = ("least", "likely", "most")
BONDS = ("needs", "excludes")
MOST_ROWS = 300
"""Of a file: all become one act."""
MONEY = tuple(f"{side}_{part}" for side in SIDES for part in PARTS)


@dataclass(frozen=True, slots=True)
class _Context:
    """What rows are held against."""

    terms: RiskTerms
    known: Mapping[str, Measure]
    """By title (`_by_title`)."""
    safeguards: Mapping[str, str]
    """Their ids, by id and by title in small letters."""
    names: Names
    titles: Mapping[str, str]
    """Of the measures that stand and those that rows add, as they are written, by title in small letters."""
    owners: Owners
    tangled: BadInput | None
    """Why what the measures would then need and exclude cannot be."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the act needs."""

    currency: str
    names: Names
    keys: Mapping[str, str]
    """Of the measures that stand or are added, by title in small letters."""
    owners: Owners


class MeasureList(List[Measure]):
    """The measures on the table."""

    id = "measures"
    name = _("Measures")
    model = Measure
    keys = ("title",)
    called = "title"
    page = "measures"
    roles = (Role.OWNER, Role.MANAGER, Role.APPROVER)
    undivided = True
    about = _(
        "A row finds its measure by its title among those on the table. What is likely stands for a least or "
        "a most that is left empty. Amounts are in the currency of the register. What it changes is told in "
        "one cell, a line for each side of a scenario: R-7; frequency or magnitude; takes away at least; "
        "most likely; at most; coverage; reliability. Measures that it needs or cannot be beside are named "
        "by title, a line each. An empty cell changes nothing."
    )
    fields = (
        Field("title", _("Measure"), required=True, longest=LINE, heads=("title", "measure", "control")),
        Field("safeguard", _("Safeguard"), empty="", longest=200, heads=("safeguard",)),
        Field("about", _("About it"), empty="", longest=LONG, heads=("about", "description")),
        Field("once_least", _("Cost once, least"), empty="", longest=60),
        Field("once_likely", _("Cost once, likely"), empty="", longest=60, heads=("cost once", "capex")),
        Field("once_most", _("Cost once, most"), empty="", longest=60),
        Field("years", _("Years"), Type.NUMBER, heads=("years", "lifetime")),
        Field("yearly_least", _("Cost each year, least"), empty="", longest=60),
        Field("yearly_likely", _("Cost each year, likely"), empty="", longest=60, heads=("yearly", "opex")),
        Field("yearly_most", _("Cost each year, most"), empty="", longest=60),
        Field("owner", _("Who sees to it"), empty="", heads=("owner",)),
        Field("must", _("Obligation that leaves no choice"), empty="", longest=LINE),
        Field("curtails", _("What it would hinder"), empty="", longest=LONG),
        Field("changes", _("What it changes"), empty="", longest=LONGEST_CELL, heads=("changes", "effects")),
        Field("needs", _("Needs"), empty="", longest=LONGEST_CELL),
        Field("excludes", _("Cannot be beside"), empty="", longest=LONGEST_CELL),
    )

    def demand(self, taking: Taking) -> None:
        demand_terms_set()

    def records(self, taking: Taking) -> QuerySet[Measure]:
        return Measure.objects.filter(ended_at=None).select_related("owner").order_by("title", "id")

    def values(self, record: Measure) -> dict[str, Any]:
        return values_of(record, RiskTerms.objects.get(pk=TERMS).currency)

    def context(self, taking: Taking, rows: Sequence[Wanted]) -> _Context:
        if len(rows) > MOST_ROWS:
            raise BadInput(
                gettext("The file has more than %s rows.") % MOST_ROWS, gettext("Bring it in parts.")
            )
        records = list(self.records(taking))
        titles = unique([*(one.title for one in records), *_added(records, rows)])
        return _Context(
            RiskTerms.objects.get(pk=TERMS),
            _by_title(records),
            safeguards_by_name(),
            scenario_names(),
            titles,
            Owners(taking.now),
            _tangled(records, rows, titles),
        )

    def complete(self, values: Mapping[str, Any], taking: Taking, context: _Context) -> dict[str, Any]:
        """With amounts as the table writes them; what is empty says nothing. `bad` is (field, reason)."""
        done = {name: value for name, value in values.items() if value not in (None, "")}
        known = _known(context.known, str(done["title"]))
        currency = context.terms.currency
        if "safeguard" in done:
            said = str(done["safeguard"])
            done["safeguard"] = context.safeguards.get(said.casefold(), said)
        try:
            for name in MONEY:
                if name in done:
                    done[name] = written(read_amount(done[name], currency, name), currency)
            if known is None:
                _demand_new(done)
                done["title"] = line(done["title"])
                done.setdefault("years", context.terms.horizon)
            else:
                done["title"] = known.title
            before = values_of(known, currency) if known else {}
            as_they_stand(done, before)
            told = {**before, **done}
            values_alone(_draft(told, currency), known)
            done |= _costs(told, currency)
            _bonds(done, before, known, context)
        except BadInput as error:
            place = f"{error.place}_likely" if error.place in SIDES else error.place
            done["bad"] = (place, str(error).rstrip("."))
        return done

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield values["bad"]

    def begin(self, taking: Taking, added: Sequence[Change]) -> _Scope:
        currency = lock_terms().currency
        keys = {line(row.title).casefold(): row.pk for row in self.records(taking)}
        keys |= {line(str(one.after["title"])).casefold(): new_key() for one in added}
        return _Scope(currency, scenario_names(), keys, Owners(taking.now))

    def make(self, values: Values, taking: Taking, scope: _Scope) -> Measure:
        key = scope.keys[line(str(values["title"])).casefold()]
        record = Measure(id=key, made_at=taking.now, made_by=taking.actor)
        self.change(record, values, taking, scope)
        return record

    def change(self, record: Measure, values: Values, taking: Taking, scope: _Scope) -> None:
        if "changes" in values:
            there = {one["scenario"] for one in record.effects}
            changes = read_changes(values["changes"], scope.names, there, "changes")
            record.effects = effects_among(changes, scope.names.standing | there)
        for name in BONDS:
            if name in values:
                kept = {line(title).casefold(): key for key, title in _named(getattr(record, name))}
                setattr(record, name, sorted(read_titles(values[name], {**kept, **scope.keys}, name)))
        if "owner" in values:
            record.owner_id = scope.owners.key(values["owner"])
        for name in (*TEXTS, "years"):
            if name in values:
                setattr(record, name, values[name])
        for side in SIDES:
            if any(f"{side}_{part}" in values for part in PARTS):
                before = dict(zip(PARTS, getattr(record, side) or (0, 0, 0), strict=True))
                told = {part: values.get(f"{side}_{part}") for part in PARTS}
                setattr(
                    record,
                    side,
                    [
                        before[part] if text is None else read_amount(text, scope.currency)
                        for part, text in told.items()
                    ],
                )

    def end(self, taking: Taking, scope: _Scope, *, whole: bool) -> None:
        rows = list(self.records(taking))
        demand_untangled(
            {row.pk: row.title for row in rows},
            {row.pk: row.needs for row in rows},
            {row.pk: row.excludes for row in rows},
            "excludes",
        )


def values_of(record: Measure, currency: str) -> dict[str, Any]:
    """A measure as the table tells it."""
    return {
        **{name: getattr(record, name) for name in (*TEXTS, "years")},
        **{
            f"{side}_{part}": written(minor, currency)
            for side in SIDES
            for part, minor in zip(PARTS, getattr(record, side), strict=True)
        },
        "owner": record.owner.name if record.owner else "",
        "changes": _changes_of(record),
        **{name: write_titles(title for _key, title in _named(getattr(record, name))) for name in BONDS},
    }


def rows_told(viewer: Viewer, currency: str) -> Iterator[list[str]]:
    """The table: its head, then a row a measure on the table that the viewer may see."""
    yield [str(one.label) for one in MeasureList.fields]
    for record in (
        Measure.objects.all()
        .visible_to(viewer)
        .filter(ended_at=None)
        .order_by("title", "id")
        .select_related("owner")
    ):
        values = values_of(record, currency)
        yield [str(values[one.name]) for one in MeasureList.fields]


def _demand_new(done: Mapping[str, Any]) -> None:
    """Raises BadInput for what a new measure has to say. A cost that nobody told is not none."""
    if "safeguard" not in done:
        raise BadInput(gettext("A new measure needs it."), "", "safeguard")
    if "once_likely" not in done and "yearly_likely" not in done:
        raise BadInput(
            gettext("Nobody says what it costs, once or each year."),
            gettext("Write 0 only if it costs nothing."),
            "yearly_likely",
        )


def _costs(told: Mapping[str, Any], currency: str) -> dict[str, str]:
    """The six amounts; what is likely stands for a least or a most that nobody told, 0 for a whole side."""
    found = {}
    for side in SIDES:
        likely = told.get(f"{side}_likely")
        if likely is None and any(f"{side}_{part}" in told for part in PARTS):
            raise BadInput(
                gettext("Say what is likely; least and most may be left empty."), "", f"{side}_likely"
            )
        for part in PARTS:
            found[f"{side}_{part}"] = told.get(f"{side}_{part}") or likely or written(0, currency)
    return found


def _draft(told: Mapping[str, Any], currency: str) -> Draft:
    costs = _costs(told, currency)

    def three(side: str) -> Three:
        least, likely, most = (read_amount(costs[f"{side}_{part}"], currency) for part in PARTS)
        return least, likely, most

    return Draft(
        title=told["title"],
        safeguard=told["safeguard"],
        once=three("once"),
        yearly=three("yearly"),
        years=int(told["years"]),
        about=told.get("about", ""),
        must=told.get("must", ""),
        curtails=told.get("curtails", ""),
    )


def _added(records: Sequence[Measure], rows: Sequence[Wanted]) -> list[str]:
    """Titles of the measures that rows would add."""
    known = _by_title(records)
    titles = [str(row.values["title"]) for row in rows if row.values.get("title")]
    return [one for one in titles if _known(known, one) is None]


def _by_title(records: Sequence[Measure]) -> Mapping[str, Measure]:
    """Measures by title in small letters, as it is and with single blanks."""
    return {line(row.title).casefold(): row for row in records} | {
        row.title.casefold(): row for row in records
    }


def _known(known: Mapping[str, Measure], title: str) -> Measure | None:
    """The measure of that title, else the one of it but for blanks: it is no new one, whose costs would be
    written over those that stand."""
    return known.get(title.casefold()) or known.get(line(title).casefold())


def _changes_of(record: Measure) -> str:
    keys = [one["scenario"] for one in record.effects]
    return write_changes(record.effects, scenario_names(keys)) if keys else ""


def _named(keys: Collection[str]) -> list[tuple[str, str]]:
    """Keys and titles of measures, on the table or not."""
    return list(Measure.objects.filter(pk__in=keys).values_list("pk", "title")) if keys else []


def _bonds(done: dict[str, Any], before: Mapping[str, Any], known: Measure | None, context: _Context) -> None:
    """What the measure changes, needs and excludes, and who sees to it, as the table writes them.

    Raises BadInput whose place is the field.
    """
    if "changes" in done:
        kept = {one["scenario"] for one in known.effects} if known else set()
        changes = read_changes(done["changes"], context.names, kept, "changes")
        try:
            effects = effects_among(changes, context.names.standing | kept)
        except BadInput as error:
            what, place = error.what, error.place.removeprefix("effect_")
            if place.isdigit():  # of one effect, not of how many there are
                what = gettext("Line %(number)s: %(fault)s") % {"number": int(place) + 1, "fault": what}
            raise BadInput(what, error.next_step, "changes") from None
        done["changes"] = write_changes(effects, context.names)
    for name in BONDS:
        if name in done:
            known_by = {one.casefold(): one for one in lines_of(before.get(name, ""))} | {**context.titles}
            known_by.pop(line(done["title"]).casefold(), None)  # itself
            done[name] = write_titles(read_titles(done[name], known_by, name))
            if context.tangled and done[name] != before.get(name, ""):
                raise BadInput(context.tangled.what, context.tangled.next_step, name)
    if "owner" in done:
        same = done["owner"].casefold() == str(before.get("owner", "")).casefold()
        done["owner"] = before["owner"] if same else context.owners.name(done["owner"])


def _tangled(
    records: Sequence[Measure], rows: Sequence[Wanted], titles: Mapping[str, str]
) -> BadInput | None:
    """Why what all measures need and exclude, once the rows are taken in, cannot be.

    Names that no measure has are faults of their own.
    """
    by_key = {row.pk: line(row.title).casefold() for row in records}
    bonds = {
        name: {
            by_key[row.pk]: [by_key[one] for one in getattr(row, name) if one in by_key] for row in records
        }
        for name in BONDS
    }
    for row in rows:
        title = line(str(row.values.get("title", ""))).casefold()
        for name in BONDS:
            if said := row.values.get(name):
                told = [one.casefold() for one in lines_of(str(said))]
                bonds[name][title] = [one for one in told if one in titles]
    try:
        demand_untangled(titles, bonds["needs"], bonds["excludes"], "excludes")
    except BadInput as error:
        return error
    return None


MEASURES = MeasureList()
register_list(MEASURES)
