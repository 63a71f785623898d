"""What a decision says while it is drawn up, and what it lacks to be put before an approver. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from duecare.errors import BadInput
from duecare.words import gettext as _

SHORT, MIDDLE, LINE = 100, 1500, 300
"""Characters of a label, of a text, of a question: together far below what one entry takes."""
WORDS = 600
"""Characters of what is said of one option."""
MOST_OPTIONS, MOST_SCENARIOS = 6, 20
LONGEST = 1100
"""Most days ahead to which a decision stands: about three years."""
DEAREST = 10**15
"""Minor units."""
KINDS = ("accept", "reduce", "transfer", "avoid")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that could be done."""

    label: str
    words: str = ""
    measures: tuple[str, ...] = ()
    """Keys of the measures that it is made of."""
    cost: int | None = None
    """What it costs a year, in minor units; None: what its measures cost, unknown without any."""
    chosen: bool = False
    rejected: str = ""
    """Why it was not chosen."""

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label, "words": self.words, "measures": list(self.measures), "cost": self.cost,
            "chosen": self.chosen, "rejected": self.rejected,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Option:
        return cls(
            kept["label"],
            kept["words"],
            tuple(kept["measures"]),
            kept["cost"],
            kept["chosen"],
            kept["rejected"],
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """What a decision is to say. The first option is always doing nothing."""

    question: str
    scenarios: tuple[str, ...]
    """Keys."""
    kind: str
    recommendation: str
    expires_on: date
    reopen: str
    how: str = ""
    options: tuple[Option, ...] = ()


def whole(draft: Draft, nothing: str, today: date) -> Draft:
    """The draft with its texts trimmed, and with doing nothing (called `nothing`) before the others.

    Raises BadInput naming what cannot be.
    """
    texts = {
        "question": (draft.question, 1, LINE),
        "recommendation": (draft.recommendation, 1, MIDDLE),
        "reopen": (draft.reopen, 1, MIDDLE),
        "how": (draft.how, 0, MIDDLE),
    }
    for place, (text, least, most) in texts.items():
        if not least <= len(text.strip()) <= most:
            raise BadInput(
                _("This takes from %(least)s to %(most)s characters.") % {"least": least, "most": most},
                _("Say it in other words."),
                place,
            )
    if draft.kind not in KINDS:
        raise BadInput(
            _("“%s” is no kind of decision.") % draft.kind[:40], _("Choose one of the four."), "kind"
        )
    if not 0 < len(set(draft.scenarios)) <= MOST_SCENARIOS:
        raise BadInput(
            _("A decision is about 1 to %s scenarios.") % MOST_SCENARIOS,
            _("Choose those whose figures it turns on."),
            "scenarios",
        )
    if not 0 < (draft.expires_on - today).days <= LONGEST:
        raise BadInput(
            _("A decision stands until a day to come, within three years."),
            _("Choose the day on which it has to be decided anew at the latest."),
            "expires_on",
        )
    options = draft.options or (Option(nothing),)
    return replace(
        draft,
        question=draft.question.strip(),
        recommendation=draft.recommendation.strip(),
        reopen=draft.reopen.strip(),
        how=draft.how.strip(),
        scenarios=tuple(dict.fromkeys(draft.scenarios)),
        options=tuple(_option(one, place) for place, one in enumerate(_demand_options(options))),
    )


def _demand_options(options: Sequence[Option]) -> Sequence[Option]:
    if len(options) > MOST_OPTIONS:
        raise BadInput(
            _("More than %s options are weighed.") % MOST_OPTIONS, _("Take out the weakest."), "options"
        )
    if options[0].measures or options[0].cost:
        raise BadInput(
            _("The first option is doing nothing: it has no measures and costs nothing."),
            _("Put what would be done into another option."),
            "options",
        )
    if sum(one.chosen for one in options) > 1:
        raise BadInput(_("Two options are chosen."), _("Choose one."), "options")
    labels = [one.label.strip().casefold() for one in options]
    if len(set(labels)) < len(labels):
        raise BadInput(_("Two options have the same name."), _("Call one otherwise."), "label")
    return options


def _option(one: Option, place: int) -> Option:
    if not 0 < len(one.label.strip()) <= SHORT:
        raise BadInput(_("An option has a name of at most %s characters.") % SHORT, _("Name it."), "label")
    for name, text in (("words", one.words), ("rejected", one.rejected)):
        if len(text.strip()) > WORDS:
            raise BadInput(_("This takes at most %s characters.") % WORDS, _("Say it in other words."), name)
    if one.cost is not None and not 0 <= one.cost <= DEAREST:
        raise BadInput(_("That is no cost of a year."), _("Write an amount of 0 or more."), "cost")
    return replace(
        one,
        label=one.label.strip(),
        words=one.words.strip(),
        rejected="" if one.chosen else one.rejected.strip(),
        measures=tuple(dict.fromkeys(one.measures)),
        cost=0 if place == 0 else one.cost,
    )


def lacking(draft: Draft) -> Iterator[str]:
    """What a draft needs before it can be put before an approver, in words."""
    chosen = next((one for one in draft.options if one.chosen), None)
    if len(draft.options) < 2:
        yield _("Weigh another option beside doing nothing.")
    if chosen is None:
        yield _("Choose the option that you recommend.")
    for one in draft.options:
        if chosen is not None and not one.chosen and not one.rejected:
            yield _("Say why “%s” was not chosen.") % one.label
    for one in draft.options[1:]:
        if one.cost is None and not one.measures:
            yield _("Say what “%s” costs a year: 0 only if it costs nothing.") % one.label
    if draft.kind == "reduce" and chosen is not None and not chosen.measures:
        yield _("Who reduces a risk names the measures that do: none is in the option that is chosen.")
    if draft.kind == "transfer" and not draft.how:
        yield _("Say which insurance or contract takes it over.")
    if draft.kind == "avoid" and not draft.how:
        yield _("Say what stops.")
