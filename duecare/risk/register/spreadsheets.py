"""The register as CSV and XLSX: brought through the one way that lists have, and given as the same columns.

A row finds its scenario by R-n, else by title. An estimate that it changes becomes one of whoever brings the
file; an empty cell says nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.ledger.naming import PERSON
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.program.imports.changes import Change, Values
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.interface import List, Taking, register_list
from duecare.program.imports.mapping import Wanted
from duecare.program.imports.tables import LONGEST_CELL
from duecare.program.record_form import LONG
from duecare.risk.owners import Owners
from duecare.risk.register import table
from duecare.risk.register.actions import LENGTHS, demand_terms_set, lock_terms, next_number
from duecare.risk.register.believing import CONFIDENCES, DATA, HISTORY, Belief
from duecare.risk.register.estimate_actions import Estimated, put_estimates
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.risk.register.models import TERMS, Estimate, RiskTerms, Scenario
from duecare.risk.register.portfolios import left
from duecare.risk.register.queries import holds_today
from duecare.risk.table_files import as_they_stand

MOST_ROWS = 300
"""Of a file: each may bring eight estimates, and all become one act, which takes less than two seconds."""
TEXTS = tuple(LENGTHS)
MOST_LISTED = 500_000
"""Characters of all lists of losses in a file, for the same reason."""
CELLS = tuple(name for what in table.WHATS for name in table.names(what))
LISTS = tuple(name for name in CELLS if name.endswith("_losses"))
WHY = ("reason", "source", "confidence")


def _columns() -> Iterator[Field]:
    yield Field("number", _("No."), empty="", longest=12, heads=("R-n", "no", "number", "id", "Nr."))
    labels = {
        "title": _("Scenario"),
        "who": _("Who or what"),
        "does": _("does"),
        "to": _("to what"),
        "harm": _("Harm"),
    }
    for name, label in labels.items():
        yield Field(name, label, empty="", longest=LENGTHS[name], required=name == "title")
    yield Field("owner", _("Who looks after it"), empty="", heads=("owner", "risk owner"))
    parts = {
        "low": _("at least"),
        "likely": _("most likely"),
        "high": _("at most"),
        "events": _("events that were counted"),
        "years": _("years in which they were"),
        "losses": _("each loss that happened"),
    }
    for what in table.WHATS:
        thing = _("How often a year") if what == RATE else FORMS[what]
        for part in table.parts(what):
            longest = LONGEST_CELL if part == "losses" else 60
            yield Field(f"{what}_{part}", _Joined(thing, parts[part]), empty="", longest=longest)
    yield Field("reason", _("Why"), empty="", longest=LONG, heads=("reason", "rationale"))
    yield Field("source", _("Source"), empty="", longest=200)
    yield Field("confidence", _("Confidence"), Type.CHOICE, empty="", choices=tuple(CONFIDENCES))
    yield Field("currency", _("Currency"), empty="", longest=10)


class _Joined:
    """Two texts that are joined when they are shown."""

    def __init__(self, first: Any, second: Any) -> None:
        self.first, self.second = first, second

    def __str__(self) -> str:
        return gettext("%(what)s, %(part)s") % {"what": self.first, "part": self.second}


@dataclass(frozen=True, slots=True)
class _Context:
    """What rows are held against."""

    terms: RiskTerms
    by_number: Mapping[str, Values]
    by_title: Mapping[str, Values]
    owners: Owners
    told_otherwise: Mapping[str, Mapping[str, str]]
    """Of scenarios, by number, the things of which whoever brings the file told a history or a list, and
    which of the two: a file that tells a range does not end it."""
    left: Mapping[str, float]
    """What safeguards leave of the rates of scenarios, by number."""


@dataclass(slots=True)
class _Scope:
    """What the act needs, and what waits until its scenarios are saved."""

    number: int
    owners: Owners
    currency: str
    waiting: list[tuple[Scenario, list[Estimated]]] = field(default_factory=list)


class ScenarioList(List[Scenario]):
    """The scenarios that stand."""

    id = "scenarios"
    name = _("Scenarios")
    model = Scenario
    keys = ("number", "title")
    called = "title"
    page = "scenarios"
    roles = (Role.OWNER, Role.MANAGER, Role.APPROVER)
    undivided = True
    about = _(
        "A row finds its scenario by its number (R-7), else by its title; without either it is a new one. "
        "A low and a high cell are a range that holds in nine cases of ten; with a likely one between them "
        "they are least, most likely and most. Instead, events can be counted over years, and losses that "
        "happened be listed with a semicolon between them. What a row changes becomes your own estimate, and "
        "needs a reason of your own in the place of the one that stands there; without them its source is "
        "empty and its confidence low. Amounts are in the currency of the register. An empty cell changes "
        "nothing."
    )
    fields = tuple(_columns())

    def demand(self, taking: Taking) -> None:
        demand_terms_set()

    def records(self, taking: Taking) -> QuerySet[Scenario]:
        return standing_rows(Scenario.objects.all())

    def values(self, record: Scenario) -> dict[str, Any]:
        return values_of(record, RiskTerms.objects.get(pk=TERMS).currency)

    def context(self, taking: Taking, rows: Sequence[Wanted]) -> _Context:
        if len(rows) > MOST_ROWS:
            raise BadInput(
                gettext("The file has more than %s rows.") % MOST_ROWS,
                gettext("Bring it in parts; nobody weighs so many scenarios at once."),
            )
        if sum(len(str(row.values.get(name) or "")) for row in rows for name in LISTS) > MOST_LISTED:
            raise BadInput(
                gettext("The lists of losses in the file have more than %s characters.") % f"{MOST_LISTED:,}",
                gettext("Bring it in parts."),
            )
        terms = RiskTerms.objects.get(pk=TERMS)
        records = list(self.records(taking))
        known = [values_of(row, terms.currency) for row in records]
        holds = holds_today(records)
        return _Context(
            terms,
            {str(one["number"]).casefold(): one for one in known},
            {str(one["title"]).casefold(): one for one in known},
            Owners(taking.now),
            _told_otherwise(taking),
            {f"R-{row.number}": left(holds[row.pk], "frequency") for row in records},
        )

    def complete(self, values: Mapping[str, Any], taking: Taking, context: _Context) -> dict[str, Any]:
        """With cells as the table writes them; what is empty says nothing. `bad` is (field, reason)."""
        done = {name: value for name, value in values.items() if value or name in CELLS}
        if "number" in done:
            done["number"] = f"R-{str(done['number']).upper().removeprefix('R').lstrip('- ')}"
        known = (
            context.by_number.get(str(done["number"]).casefold())
            if "number" in done
            else context.by_title.get(str(done.get("title", "")).casefold())
        )
        as_they_stand(done, known or {})
        try:
            _demand_words(done, known, context)
            _cells(done, known or {}, context)
        except BadInput as error:
            done["bad"] = (error.place, str(error).rstrip("."))
        done.pop("currency", None)
        return done

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield values["bad"]

    def begin(self, taking: Taking, added: Sequence[Change]) -> _Scope:
        terms = lock_terms()
        return _Scope(next_number(), Owners(taking.now), terms.currency)

    def make(self, values: Values, taking: Taking, scope: _Scope) -> Scenario:
        record = Scenario(
            id=new_key(), number=scope.number, made_at=taking.now, made_by=taking.actor, things=[]
        )
        scope.number += 1
        self._fill(record, values, {}, taking, scope)
        return record

    def change(self, record: Scenario, values: Values, taking: Taking, scope: _Scope) -> None:
        self._fill(record, values, values_of(record, scope.currency), taking, scope)

    def end(self, taking: Taking, scope: _Scope, *, whole: bool) -> None:
        put_estimates(_author(taking), scope.waiting, taking.now)

    def _fill(self, record: Scenario, values: Values, now: Values, taking: Taking, scope: _Scope) -> None:
        for name in TEXTS:
            if name in values:
                setattr(record, name, values[name])
        if "owner" in values:
            record.owner_id = scope.owners.key(str(values["owner"]))
        cells = {**now, **values}
        told = []
        for what in table.WHATS:
            if any(name in values for name in table.names(what)):
                belief = table.read(cells, what, scope.currency)
                if belief is not None:
                    told.append(
                        Estimated(
                            belief,
                            cells["reason"],
                            cells.get("confidence") or "low",
                            cells.get("source") or "",
                        )
                    )
        if told:
            record.reviewed_at, record.reviewed_by = taking.now, taking.actor
            scope.waiting.append((record, told))


def standing_rows(rows: QuerySet[Scenario]) -> QuerySet[Scenario]:
    """Standing scenarios with the estimates that stand, the newest last."""
    estimates = Estimate.objects.filter(ended_at=None).order_by("made_at", "id")
    return (
        rows.filter(ended_at=None)
        .select_related("owner")
        .prefetch_related(Prefetch("estimates", estimates, to_attr="standing"))
        .order_by("number")
    )


def values_of(record: Scenario, currency: str) -> dict[str, Any]:
    """A scenario as the table tells it."""
    kept: Any = record
    if not hasattr(kept, "standing"):
        kept.standing = list(record.estimates.filter(ended_at=None).order_by("made_at", "id"))
    standing = kept.standing
    told = table.newest((Belief(one.what, one.kind, tuple(one.numbers)) for one in standing), currency)
    cells = dict.fromkeys(CELLS, "")
    for one in told.values():
        cells |= table.written(one, currency)
    last = next((one for one in reversed(standing) if one.what in told), None)
    return {
        "number": f"R-{record.number}",
        **{name: getattr(record, name) for name in TEXTS},
        "owner": record.owner.name if record.owner else "",
        **cells,
        **{name: getattr(last, name) if last else "" for name in WHY},
    }


def rows_told(viewer: Viewer, currency: str) -> Iterator[list[str]]:
    """The table: its head, then a row a standing scenario that the viewer may see."""
    yield [str(one.label) for one in ScenarioList.fields]
    found: Any = Scenario.objects.all().visible_to(viewer)
    for record in standing_rows(found):
        values = {**values_of(record, currency), "currency": currency}
        yield [str(values[one.name]) for one in ScenarioList.fields]


def _author(taking: Taking) -> str | None:
    """The key of whoever brings the file; None at the command line."""
    return taking.actor.removeprefix(PERSON) if taking.actor.startswith(PERSON) else None


def _told_otherwise(taking: Taking) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    mine = Estimate.objects.filter(author=_author(taking), ended_at=None, kind__in=(HISTORY, DATA))
    for number, what, kind in mine.values_list("scenario__number", "what", "kind"):
        found.setdefault(f"R-{number}", {})[what] = kind
    return found


def _demand_words(done: dict[str, Any], known: Values | None, context: _Context) -> None:
    """Raises BadInput whose place is the field for words that cannot be. What stands is not judged."""
    if "number" in done and known is None:
        raise BadInput(
            gettext("%s does not stand in the register.") % done["number"],
            gettext("Leave the cell empty for a new scenario."),
            "number",
        )
    if known is None:
        for name in TEXTS:
            if not done.get(name):
                raise BadInput(gettext("A new scenario needs it."), "", name)
    owner = str(done.get("owner", "")).casefold()
    if known is not None and owner == str(known["owner"]).casefold():
        done.pop("owner", None)
    elif owner:
        done["owner"] = context.owners.name(owner)
    currency = str(done.get("currency", "")).upper()
    if currency and currency != context.terms.currency:
        raise BadInput(
            gettext("The register is kept in %s.") % context.terms.currency,
            gettext("Convert the row."),
            "currency",
        )


def _cells(done: dict[str, Any], known: Values, context: _Context) -> None:
    """Write the cells of estimates as the table writes them, and leave out what says nothing new.

    What stands is neither judged nor doubted: it may have been confirmed on a page. Raises BadInput whose
    place is the field.
    """
    currency = context.terms.currency
    otherwise = context.told_otherwise.get(str(known.get("number", "")), {})
    moved = False
    for what in table.WHATS:
        texts = {name: str(done.pop(name, None) or "") for name in table.names(what)}
        if all(known.get(name, "") == text for name, text in texts.items()):
            continue
        belief = table.read(texts, what, currency)
        if belief is None:
            continue
        cells = table.written(belief, currency)
        if all(known.get(name, "") == text for name, text in cells.items()):
            continue
        if otherwise.get(what, belief.kind) != belief.kind:
            raise BadInput(
                gettext("You told it as a history.")
                if otherwise[what] == HISTORY
                else gettext("You told it as a list."),
                gettext("Change it on its page."),
                next(name for name, text in texts.items() if text),
            )
        table.demand_bearable(belief, context.left.get(str(known.get("number", "")), 1.0))
        table.demand_sure(belief, context.terms.turnover, currency)
        moved = True
        done |= cells
    _demand_own_words(done, known, moved=moved)


def _demand_own_words(done: dict[str, Any], known: Values, *, moved: bool) -> None:
    """What an estimate rests on is its author's own: a reason that stood there was somebody's for other
    numbers, and without numbers one has nothing to be the reason of."""
    anew = [name for name in WHY if name in done and done[name] != known.get(name)]
    if not moved:
        if anew:
            raise BadInput(
                gettext("It belongs to an estimate, and no number of the row says anything new."),
                gettext("Change a number too, or leave the cell as it was."),
                anew[0],
            )
        for name in WHY:
            done.pop(name, None)
        return
    if not done.get("reason"):
        raise BadInput(gettext("An estimate needs a reason."), "", "reason")
    if "reason" not in anew:
        raise BadInput(
            gettext("This is the reason for the numbers that stand."),
            gettext("Say why you change them."),
            "reason",
        )
    # Told, so that nothing of what stands is taken over and the preview shows it.
    done.setdefault("source", "")
    done.setdefault("confidence", "low")


SCENARIOS = ScenarioList()
register_list(SCENARIOS)
