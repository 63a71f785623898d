"""Measures as CSV and XLSX: brought through the one way that lists have, and given as the same columns.

A row finds its measure by title among those on the table. What a measure changes, needs and excludes is on
its page; a file leaves it as it is. An empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.program.catalogue import catalogue
from duecare.program.imports.changes import Change, Values
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.interface import List, Taking, register_list
from duecare.program.imports.mapping import Wanted
from duecare.program.record_form import LONG
from duecare.risk.amounts import read_amount, written
from duecare.risk.measures.actions import LINE, Draft, Three, values_alone
from duecare.risk.measures.models import Measure
from duecare.risk.register.actions import demand_terms_set, lock_terms
from duecare.risk.register.models import TERMS, RiskTerms

TEXTS = ("title", "safeguard", "about", "must", "curtails")
SIDES = ("once", "yearly")
PARTS = ("least", "likely", "most")
MONEY = tuple(f"{side}_{part}" for side in SIDES for part in PARTS)


@dataclass(frozen=True, slots=True)
class _Context:
    """What rows are held against."""

    terms: RiskTerms
    known: Mapping[str, Measure]
    safeguards: Mapping[str, str]
    """Their ids, by id and by title in small letters."""


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
        "A row finds its measure by its title among those on the table. What it changes, needs and cannot be "
        "beside stays as it is: say that on the measure’s page. What is likely stands for a least or a most "
        "that is left empty. Amounts are in the currency of the register. An empty cell changes nothing."
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
        Field("must", _("Obligation that leaves no choice"), empty="", longest=LINE),
        Field("curtails", _("What it would hinder"), empty="", longest=LONG),
    )

    def demand(self, taking: Taking) -> None:
        demand_terms_set()

    def records(self, taking: Taking) -> QuerySet[Measure]:
        return Measure.objects.filter(ended_at=None).order_by("title", "id")

    def values(self, record: Measure) -> dict[str, Any]:
        return values_of(record, RiskTerms.objects.get(pk=TERMS).currency)

    def context(self, taking: Taking, rows: Sequence[Wanted]) -> _Context:
        safeguards = {str(one.title).casefold(): one.id for one in catalogue().values()}
        safeguards |= {id.casefold(): id for id in catalogue()}
        known = {row.title.casefold(): row for row in self.records(taking)}
        return _Context(RiskTerms.objects.get(pk=TERMS), known, safeguards)

    def complete(self, values: Mapping[str, Any], taking: Taking, context: _Context) -> dict[str, Any]:
        """With amounts as the table writes them; what is empty says nothing. `bad` is (field, reason)."""
        done = {name: value for name, value in values.items() if value not in (None, "")}
        known = context.known.get(str(done["title"]).casefold())
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
                done.setdefault("years", context.terms.horizon)
            else:
                done["title"] = known.title
            told = {**(values_of(known, currency) if known else {}), **done}
            values_alone(_draft(told, currency), known)
            done |= _costs(told, currency)
        except BadInput as error:
            place = f"{error.place}_likely" if error.place in SIDES else error.place
            done["bad"] = (place, str(error).rstrip("."))
        return done

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield values["bad"]

    def begin(self, taking: Taking, added: Sequence[Change]) -> str:
        """The currency in which amounts are."""
        return lock_terms().currency

    def make(self, values: Values, taking: Taking, scope: str) -> Measure:
        record = Measure(id=new_key(), made_at=taking.now, made_by=taking.actor, effects=[])
        self.change(record, values, taking, scope)
        return record

    def change(self, record: Measure, values: Values, taking: Taking, scope: str) -> None:
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
                        before[part] if text is None else read_amount(text, scope)
                        for part, text in told.items()
                    ],
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
    }


def rows_told(viewer: Viewer, currency: str) -> Iterator[list[str]]:
    """The table: its head, then a row a measure on the table that the viewer may see."""
    yield [str(one.label) for one in MeasureList.fields]
    for record in Measure.objects.all().visible_to(viewer).filter(ended_at=None).order_by("title", "id"):
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


MEASURES = MeasureList()
register_list(MEASURES)
