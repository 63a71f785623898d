"""What the clinic says of its risks: in which terms, what could happen, what people believe of it, what holds
it down, what could be done, and how well the estimators' ranges hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from duecare.risk import money
from duecare.risk.measures.actions import Change, add_measure
from duecare.risk.measures.actions import Draft as Measured
from duecare.risk.register.actions import Draft, add_scenario, review_scenario
from duecare.risk.register.believing import Belief
from duecare.risk.register.effect_actions import EffectDraft, add_effect
from duecare.risk.register.estimate_actions import Estimated, estimate
from duecare.risk.register.forms_of_loss import RATE
from duecare.risk.register.library import library
from duecare.risk.register.portfolios import MILLION
from duecare.risk.register.terms_actions import TermsDraft, set_terms
from duecare.risk.training.actions import Range, begin, finish
from duecare.risk.training.queries import asked_in
from duecare.risk.training.questions import Question
from duecare.site.demonstration.story import Event
from duecare.site.demonstration.teller import Telling

_OF_LIBRARY = ("title", "who", "does", "to", "harm")


def terms(telling: Telling, event: Event, now: datetime) -> None:
    """The terms of risk; amounts of the story are in whole units of their currency."""
    told = event.told
    turnover, tolerance = (_minor(telling, told[name]) for name in ("turnover", "tolerance"))
    draft = TermsDraft(told["currency"], turnover, tolerance, horizon=told["horizon"])
    set_terms(telling.viewer(told["by"], now), draft, -1)


def scenario(telling: Telling, event: Event, now: datetime) -> None:
    """A scenario of the library, or one in the clinic's own words."""
    told, id = event.told, event.told.get("library", "")
    texts = {name: str(getattr(library()[id], name)) if id else told["words"][name] for name in _OF_LIBRARY}
    owner = telling.people[told["owner"]].pk
    draft = Draft(
        texts["title"], texts["who"], texts["does"], texts["to"], texts["harm"], owner=owner, library=id
    )
    made = add_scenario(telling.viewer(told["by"], now), draft, now)
    telling.made[event.name] = made.pk


def estimated(telling: Telling, event: Event, now: datetime) -> None:
    """What somebody believes: events a year, a history of events and years, or money."""
    told = event.told
    what, kind = told["what"], told.get("kind", "range")
    numbers: tuple[int, ...]
    if kind == "history":
        events, years = told["numbers"]
        numbers = (events, years * MILLION)
    elif what == RATE:
        numbers = tuple(round(number * MILLION) for number in told["numbers"])
    else:
        numbers = _all_minor(telling, told["numbers"])
    said = Estimated(Belief(what, kind, numbers), told["reason"], told["confidence"], told.get("source", ""))
    estimate(telling.viewer(told["by"], now), telling.made[event.name], said, now)


def held(telling: Telling, event: Event, now: datetime) -> None:
    """What a safeguard that is in place does to a scenario; the estimates were made knowing it."""
    told = event.told
    least, likely, most = told["efficacy"]
    draft = EffectDraft(
        told["safeguard"], told["side"], (least, likely, most), told["coverage"], told["reliability"],
        told["reason"],
    )  # fmt: skip
    add_effect(telling.viewer(told["by"], now), telling.made[event.name], draft, now)


def reviewed(telling: Telling, event: Event, now: datetime) -> None:
    review_scenario(telling.viewer(event.told["by"], now), telling.made[event.name], now)


def measure(telling: Telling, event: Event, now: datetime) -> None:
    """Something that could be done; its effects name scenarios by their place in the story."""
    told = event.told
    draft = Measured(
        title=told["title"],
        safeguard=told["safeguard"],
        once=_three(_all_minor(telling, told["once"])),
        yearly=_three(_all_minor(telling, told["yearly"])),
        years=told["years"],
        about=told["about"],
        curtails=told.get("curtails", ""),
        effects=tuple(_change(telling, one) for one in told["effects"]),
        owner=telling.people[told["owner"]].pk,
    )
    telling.made[event.name] = add_measure(telling.viewer(told["by"], now), draft, now).pk


def _change(telling: Telling, one: Mapping[str, Any]) -> Change:
    key = telling.made[f"scenarios {one['scenario']}"]
    return Change(key, one["side"], _three(one["efficacy"]), one["coverage"], one["reliability"])


def calibration(telling: Telling, event: Event, now: datetime) -> None:
    """An exercise in which so many of somebody's ranges held the answer, as the story says."""
    told, viewer = event.told, telling.viewer(event.told["by"], now)
    row = begin(viewer, f"{told['by']}, day {event.day}", now)
    ranges = [_range(one, place < told["held"]) for place, one in enumerate(asked_in(row))]
    finish(viewer, row.pk, ranges, now)


def _range(one: Question, holds: bool) -> Range:
    """A range that holds the answer, or one that lies above it."""
    if one.unit == "year":
        return (one.answer - 9, one.answer + 14) if holds else (one.answer + 3, one.answer + 20)
    places = 0 if one.answer == one.answer.to_integral_value() else 3
    half, more, twice = (
        round(one.answer * times, places) for times in (Decimal("0.5"), Decimal("1.25"), Decimal(2))
    )
    return (half, twice) if holds else (more, twice)


def _minor(telling: Telling, amount: int) -> int:
    """An amount in minor units of the clinic's currency."""
    return money.from_units(amount, telling.told["terms"][0]["currency"])


def _all_minor(telling: Telling, amounts: Sequence[int]) -> tuple[int, ...]:
    return tuple(_minor(telling, amount) for amount in amounts)


def _three(numbers: Sequence[int]) -> tuple[int, int, int]:
    least, likely, most = numbers
    return least, likely, most
