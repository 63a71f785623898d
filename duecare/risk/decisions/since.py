"""What was recorded after a decision was put: shown apart, never mixed with what was known then.

Rooms that risk does not know (incidents among them) are met through what everything on the record has: a
typed reference to a scenario, or one in the list of the scenario's own things.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from duecare.ledger.browsing import entries_about
from duecare.ledger.naming import kind_words
from duecare.ledger.records import shapes
from duecare.ledger.viewers import Viewer
from duecare.program.judgement import find_check
from duecare.program.models import Finding, Outcome
from duecare.program.statement_queries import names_of
from duecare.program.subjects import address_of, named_among
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.money import shown
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.risk.register.models import Effect, Estimate, Scenario
from duecare.risk.register.queries import SCENARIO, terms
from duecare.web.words import STATUSES

ABOUT = "about"
"""The column by which records refer to anything that has a page."""
MOST = 100
OWN = ("risk.", "program.approval")
"""Kinds that are told by themselves."""


@dataclass(frozen=True, slots=True)
class Later:
    """One thing that nobody could know when the decision was put."""

    at: datetime | None
    """None where it is a state, not an event."""
    words: str
    url: str = ""


def recorded_since(row: RiskDecision, viewer: Viewer) -> list[Later]:
    """What was recorded since a decision was put, newest first; none of a draft."""
    if row.put_at is None or not row.known:
        return []
    found = [
        *_terms(row, viewer),
        *_estimates(row, viewer),
        *_effects(row, viewer),
        *_outcomes(row, viewer),
        *_things(row, viewer),
        *_referring(row, viewer),
    ]
    dated = sorted(((one.at, one) for one in found if one.at), key=lambda pair: pair[0], reverse=True)
    return [*(one for one in found if one.at is None), *(one for _at, one in dated)][:MOST]


def _terms(row: RiskDecision, viewer: Viewer) -> Iterator[Later]:
    said = terms(viewer)
    was = row.known["terms"]["tolerance"]
    if said is not None and said.tolerance != was:
        words = {
            "was": _("nothing") if was is None else shown(was, row.currency),
            "now": _("nothing") if said.tolerance is None else shown(said.tolerance, said.currency),
        }
        yield Later(None, _("What a bad year may cost us was %(was)s, and is %(now)s.") % words)


def _estimates(row: RiskDecision, viewer: Viewer) -> Iterator[Later]:
    known = set(row.known["estimates"])
    rows = (
        Estimate.objects.all()
        .visible_to(viewer)
        .filter(_happened(row, known), scenario__in=row.scenarios)
        .select_related("scenario", "author")
    )
    for one in rows:
        words = {
            "what": _("how often it comes") if one.what == RATE else str(FORMS.get(one.what, one.what)),
            "scenario": str(one.scenario),
            "who": one.author.name if one.author else _("Somebody at the terminal"),
        }
        url = address_of(f"{SCENARIO}:{one.scenario_id}")
        if one.pk not in known:
            yield Later(one.made_at, _("%(who)s estimated %(scenario)s anew: %(what)s.") % words, url)
        else:
            yield Later(one.ended_at, _("An estimate ended (%(who)s): %(scenario)s, %(what)s.") % words, url)


def _effects(row: RiskDecision, viewer: Viewer) -> Iterator[Later]:
    known = set(row.known["effects"])
    rows = (
        Effect.objects.all()
        .visible_to(viewer)
        .filter(_happened(row, known), scenario__in=row.scenarios)
        .select_related("scenario")
    )
    names = named_among({f"program.safeguard:{one.safeguard}" for one in rows}, viewer)
    for one in rows:
        reference = f"program.safeguard:{one.safeguard}"
        words = {"safeguard": names.get(reference, one.safeguard), "scenario": str(one.scenario)}
        if one.pk not in known:
            told = _("What %(safeguard)s does against %(scenario)s was judged anew.") % words
            yield Later(one.made_at, told, address_of(reference))
        else:
            told = _("%(safeguard)s counts no more against %(scenario)s.") % words
            yield Later(one.ended_at, told, address_of(reference))


def _happened(row: RiskDecision, known: Collection[str]) -> Q:
    """Of what is given and ends: what was known then and ended since, and what was not known and did not end
    before. What stood and was not known came since, even where its act began a moment earlier."""
    ended = Q(ended_at__gte=row.put_at)
    came = Q(ended_at=None) | (ended & Q(made_at__gte=row.put_at))
    return (Q(pk__in=known) & ended) | (~Q(pk__in=known) & came)


def _outcomes(row: RiskDecision, viewer: Viewer) -> Iterator[Later]:
    was = {one["check"]: one["verdict"] for one in row.known["outcomes"]}
    rows = Outcome.objects.all().visible_to(viewer).filter(safeguard__in=row.known["safeguards"])
    for one in rows.order_by("id"):
        if was.get(one.pk) != one.verdict:
            check = find_check(one.pk)
            words = {
                "check": str(check.question) if check else one.pk,
                "was": _verdict(was.get(one.pk, "")),
                "now": _verdict(one.verdict),
            }
            told = (
                _("%(check)s It was “%(was)s”, and is “%(now)s”.")
                if one.pk in was
                else _("%(check)s Nobody had looked; it is “%(now)s”.")
            )
            yield Later(one.since, told % words, address_of(f"program.safeguard:{one.safeguard}"))


def _verdict(value: str) -> str:
    look = STATUSES.get(value)
    return str(look.word) if look else value


def _things(row: RiskDecision, viewer: Viewer) -> Iterator[Later]:
    """What was put to the scenarios, and what happened to what stood there."""
    then = {thing for one in row.known["scenarios"] for thing in one["things"]}
    scenarios = Scenario.objects.all().visible_to(viewer).filter(pk__in=row.scenarios)
    now = {thing: one for one in scenarios for thing in one.things}
    names = named_among({*then, *now}, viewer)
    for thing, scenario in sorted(now.items()):
        if thing not in then and thing in names:
            words = {"thing": names[thing], "scenario": str(scenario)}
            entry = _entries(thing, row, viewer).first()
            yield Later(
                entry.time if entry else None,
                _("%(thing)s has to do with %(scenario)s, as was said since.") % words,
                address_of(thing),
            )
    for thing in sorted(then & set(names)):
        entry = _entries(thing, row, viewer).first()
        if entry is not None:
            yield Later(entry.time, _("%s was changed.") % names[thing], address_of(thing))


def _entries(thing: str, row: RiskDecision, viewer: Viewer) -> Any:
    kind, _colon, key = thing.partition(":")
    found = entries_about(kind, [key], viewer).filter(kind=kind, index__gte=row.known["size"])
    return found.order_by("-index")


def _referring(row: RiskDecision, viewer: Viewer) -> Iterator[Later]:
    """Records of any room that were made since and refer to one of the scenarios, findings among them."""
    references = {f"{SCENARIO}:{key}": key for key in row.scenarios}
    for finding in (
        Finding.objects.all().visible_to(viewer).filter(subject__in=references, opened_at__gte=row.put_at)
    ):
        yield Later(finding.opened_at, finding.reason, address_of(f"program.finding:{finding.pk}"))
    for kind, shape in sorted(shapes().items()):
        if ABOUT not in shape.columns or kind.startswith(OWN):
            continue
        rows = shape.model.objects.all().visible_to(viewer).filter(Q((f"{ABOUT}__in", list(references))))
        by_key = {one.pk: one for one in rows}
        if by_key:
            yield from _made_since(kind, by_key, row, viewer)


def _made_since(kind: str, by_key: dict[str, Any], row: RiskDecision, viewer: Viewer) -> Iterator[Later]:
    entries = list(
        entries_about(kind, by_key, viewer)
        .filter(kind=kind, action="created", index__gte=row.known["size"])
        .order_by("index")
    )
    names = names_of(_actors(entries), viewer)
    for entry in entries:
        one = by_key[entry.subject]
        words = {
            "what": kind_words(kind),
            "name": str(one),
            "who": names.get(entry.actor, entry.actor),
        }
        # What the record hangs on has the page, where it has none of its own: the case of a link.
        case = getattr(one, "case_id", "")
        url = address_of(f"{kind}:{one.pk}") or (address_of(f"incidents.case:{case}") if case else "")
        yield Later(entry.time, _("%(what)s, by %(who)s: %(name)s") % words, url)


def _actors(entries: Iterable[Any]) -> set[str]:
    return {entry.actor for entry in entries}
