"""What people do with measures: put one down, change it, end it. Each is one act."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import catalogue
from duecare.program.models import Person
from duecare.program.record_form import LONG
from duecare.program.task_queries import holding_people, today_at
from duecare.program.unchanged import demand_unchanged
from duecare.risk.measures.depending import circle, clash
from duecare.risk.measures.models import Measure
from duecare.risk.measures.queries import ENDS, End
from duecare.risk.register.actions import lock_terms
from duecare.risk.register.effect_actions import put_effects
from duecare.risk.register.models import Scenario
from duecare.web.recorded import in_the_records_language, recorded

LINE = 200
MOST_YEARS = 30
MOST_EFFECTS = 30
MOST_MONEY = 10**15
"""Minor units."""
THOUSAND = 1000

Three = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """What a measure would change of one scenario, once it is in place; shares in thousandths."""

    scenario: str
    """Its key."""
    on: str
    """`frequency` or `magnitude`."""
    efficacy: Three
    """Least, likely and most share that it takes away where it works."""
    coverage: int
    reliability: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What a measure is to say; money in minor units: least, likely, most."""

    title: str
    safeguard: str
    once: Three
    yearly: Three
    years: int
    about: str = ""
    effects: tuple[Change, ...] = ()
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    must: str = ""
    curtails: str = ""
    owner: str = ""
    """Key of a person; empty for nobody yet."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A measure that left the table."""

    row: Measure
    written: int = 0
    """How many of its effects stand on scenarios now."""
    left_out: int = 0
    """How many could not be written there."""


def add_measure(viewer: Viewer, draft: Draft, now: datetime) -> Measure:
    """Put down what could be done. Raises BadInput naming the field that cannot be."""
    key = new_key()
    values = _values(viewer, key, draft, now)
    with recording(viewer.actor, recorded("put down the measure %(title)s", title=values["title"])):
        lock_terms()  # its amounts are in their currency
        _demand_no_clash(key, draft)
        made: Measure = Measure.objects.create(id=key, made_by=viewer.actor, made_at=now, **values)
    return made


def change_measure(viewer: Viewer, key: str, draft: Draft, seen: int, now: datetime) -> Measure:
    """Change what a measure says. Raises NotFound, Refused if it has ended or somebody changed it since
    `seen`, BadInput naming the field that cannot be."""
    with recording(viewer.actor, "change a measure") as act:
        lock_terms()
        row = _open(key)
        demand_unchanged(row, seen)
        values = _values(viewer, key, draft, now, row)
        _demand_no_clash(key, draft)
        act.reason = recorded("change the measure %(title)s", title=values["title"])
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    return row


def end_measure(
    viewer: Viewer, key: str, how: str, reason: str, seen: int, now: datetime, *, into_register: bool = False
) -> Ended:
    """Take a measure off the table: `done`, `refused` or `dropped`.

    `into_register`: what one that is done changes stands on its scenarios from now on, as it was estimated.
    Raises NotFound, Refused if it has ended before or somebody changed it since `seen`, BadInput without a
    reason, or if what was not done was to go into the register.
    """
    if how not in ENDS:
        raise BadInput(
            _("“%s” is no way in which a measure ends.") % how[:40],
            _("Say one of %s.") % ", ".join(ENDS),
            "how",
        )
    if not (reason := reason.strip()) or len(reason) > LONG:
        raise BadInput(
            _("A measure does not end without a reason of at most %s characters.") % LONG,
            _("Say what was done or decided, and why: it will be asked for."),
            "reason",
        )
    if into_register and how != End.DONE:
        raise BadInput(
            _("Only what was done takes anything away."),
            _("Say that it was done, or leave the register as it is."),
            "into_register",
        )
    written = left_out = 0
    with recording(viewer.actor, "end a measure") as act:
        row = _open(key)
        demand_unchanged(row, seen)
        act.reason = recorded("end the measure %(title)s", title=row.title)
        row.ended_at, row.ended_by, row.ended_as, row.ended_because = now, viewer.actor, how, reason
        row.save()
        if into_register:
            with in_the_records_language():
                words = _("The measure “%(title)s” was carried out: %(why)s")
            why = words % {"title": row.title, "why": reason}
            written, left_out = put_effects(viewer, row.safeguard, row.effects, why[:LONG], now)
    return Ended(row, written, left_out)


def _open(key: str) -> Measure:
    row: Measure | None = Measure.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such measure."), _("Look in the list of measures."))
    if row.ended_at is not None:
        raise Refused(
            _("This measure is off the table already."), _("Put down a new one if it is wanted again.")
        )
    return row


def _values(
    viewer: Viewer, key: str, draft: Draft, now: datetime, row: Measure | None = None
) -> dict[str, object]:
    others = dict(Measure.objects.filter(ended_at=None).exclude(pk=key).values_list("pk", "title"))
    return {
        **values_alone(draft, row),
        "effects": _effects(viewer, draft.effects, row),
        "needs": _keys(draft.needs, others, row.needs if row else (), "needs"),
        "excludes": _keys(draft.excludes, others, row.excludes if row else (), "excludes"),
        "owner": _owner(draft.owner, now, row),
    }


def values_alone(draft: Draft, row: Measure | None = None) -> dict[str, object]:
    """What a measure says that needs nothing else to be judged: its words and its cost.

    `row` is what it was, for a safeguard that the catalogue has no more. Raises BadInput naming the field.
    """
    if draft.safeguard not in catalogue() and (row is None or row.safeguard != draft.safeguard):
        raise BadInput(
            _("There is no safeguard “%s”.") % draft.safeguard[:40],
            _("Choose one of the catalogue."),
            "safeguard",
        )
    if not 1 <= draft.years <= MOST_YEARS:
        raise BadInput(
            _("%s is no number of years to spread a cost over.") % draft.years,
            _("Give 1 to %s.") % MOST_YEARS,
            "years",
        )
    return {
        "title": _text(draft.title, "title", LINE, needed=True),
        "safeguard": draft.safeguard,
        "about": _text(draft.about, "about", LONG),
        "once": _money(draft.once, "once"),
        "yearly": _money(draft.yearly, "yearly"),
        "years": draft.years,
        "must": _text(draft.must, "must", LINE),
        "curtails": _text(draft.curtails, "curtails", LONG),
    }


def _text(text: str, field: str, most: int, *, needed: bool = False) -> str:
    text = text.strip()
    if len(text) > most or (needed and not text):
        raise BadInput(
            _("This takes from %(least)s to %(most)s characters.") % {"least": int(needed), "most": most},
            _("Say it in other words."),
            field,
        )
    return text


def _money(three: Sequence[int], field: str) -> list[int]:
    least, likely, most = three
    if not 0 <= least <= likely <= most <= MOST_MONEY:
        raise BadInput(
            _("Least, likely and most cost are no amounts that rise."),
            _("Give three amounts from 0 on, each at least as large as the one before."),
            field,
        )
    return [least, likely, most]


def _effects(viewer: Viewer, effects: Sequence[Change], row: Measure | None) -> list[dict[str, object]]:
    """Effects as the record keeps them. Raises BadInput, with the number of the effect as its place."""
    known = {one["scenario"] for one in row.effects} if row else set()
    wanted = {one.scenario for one in effects}
    seen = Scenario.objects.all().visible_to(viewer).filter(pk__in=wanted, ended_at=None)
    return effects_among(effects, known | set(seen.values_list("pk", flat=True)))


def effects_among(effects: Sequence[Change], there: Collection[str]) -> list[dict[str, object]]:
    """Effects on scenarios that are there, by key, as the record keeps them.

    Raises BadInput, with the number of the effect from 0 as its place: `effect_0`.
    """
    if len(effects) > MOST_EFFECTS:
        raise BadInput(
            _("More than %s effects are too many for one measure.") % MOST_EFFECTS,
            _("Put down several measures."),
            "effects",
        )
    found: list[dict[str, object]] = []
    for place, one in enumerate(effects):
        field = f"effect_{place}"
        if one.scenario not in there:
            raise BadInput(
                _("There is no such scenario in the register, or it has ended."), _("Choose another."), field
            )
        if one.on not in ("frequency", "magnitude"):
            raise BadInput(
                _("“%s” is nothing that a measure lowers.") % one.on[:40],
                _("Say frequency or magnitude."),
                field,
            )
        least, likely, most = one.efficacy
        if not 0 <= least <= likely <= most <= THOUSAND:
            raise BadInput(
                _("Least, likely and most effect are no shares that rise."),
                _("Give three shares from 0 to 100 %, each at least as large as the one before."),
                field,
            )
        if not (0 <= one.coverage <= THOUSAND and 0 <= one.reliability <= THOUSAND):
            raise BadInput(_("Coverage and reliability are shares."), _("Give each from 0 to 100 %."), field)
        if any(other["scenario"] == one.scenario and other["on"] == one.on for other in found):
            raise BadInput(_("This scenario has two effects on the same side."), _("Make them one."), field)
        found.append(
            {
                "scenario": one.scenario,
                "on": one.on,
                "efficacy": [least, likely, most],
                "coverage": one.coverage,
                "reliability": one.reliability,
            }
        )
    return found


def _keys(wanted: Collection[str], there: Mapping[str, str], kept: Collection[str], field: str) -> list[str]:
    """Keys of other measures, each once; what was named before may stay after it has ended."""
    for one in wanted:
        if one not in there and one not in kept:
            raise BadInput(
                _("There is no such measure, or it is off the table."),
                _("Choose among those that stand."),
                field,
            )
    return sorted(set(wanted))


def _owner(key: str, now: datetime, row: Measure | None) -> Person | None:
    if not key:
        return None
    if row is not None and row.owner_id == key:
        return row.owner
    found: Person | None = holding_people(today_at(now)).filter(pk=key).first()
    if found is None:
        raise BadInput(
            _("There is no such person, or they may no longer sign in."), _("Choose somebody else."), "owner"
        )
    return found


def _demand_no_clash(key: str, draft: Draft) -> None:
    """`demand_untangled` of all measures that stand, once this one says what the draft says."""
    rows = list(Measure.objects.filter(ended_at=None).exclude(pk=key))
    # This one first, so that a circle is told from it back to it.
    titles = {key: draft.title} | {row.pk: row.title for row in rows}
    needs = {row.pk: row.needs for row in rows} | {key: list(draft.needs)}
    excludes = {row.pk: row.excludes for row in rows} | {key: list(draft.excludes)}
    demand_untangled(titles, needs, excludes, "excludes" if draft.excludes else "needs")


def demand_untangled(
    titles: Mapping[str, str],
    needs: Mapping[str, Collection[str]],
    excludes: Mapping[str, Collection[str]],
    place: str,
) -> None:
    """Raises BadInput if a measure comes to need itself, or what cannot be beside it or beside what it needs;
    of the second the place is this one."""
    for one in titles:
        if round_ := circle(needs, one):
            raise BadInput(
                _("It would come to need itself: %s.") % " → ".join(titles.get(each, "…") for each in round_),
                _("Take one of them out."),
                "needs",
            )
        if found := clash(needs, excludes, one):
            first, second = (titles.get(each, "…") for each in found)
            raise BadInput(
                _("“%(one)s” would need both “%(first)s” and “%(second)s”, which exclude each other.")
                % {"one": titles[one], "first": first, "second": second},
                _("Take one of them out."),
                place,
            )
