"""What a page of pictures is asked for: whose loss, which scenarios, which measures; in its address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.risk.register.forms_of_loss import SIDES
from duecare.risk.register.portfolios import Stage
from duecare.web.listing import AS_OF, FORMAT

SIDE, STAGE, SCENARIOS, MEASURES, BAD = "side", "stage", "scenarios", "measures", "bad"
FORMATS = ("csv", "json", "file")
"""`file` is the document that `duecare risk curve` reads."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Nothing chosen means all scenarios, and no measure."""

    side: str = "own"
    stage: Stage = Stage.TODAY
    """Of the document that is handed out; pages show all."""
    scenarios: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()
    bad: bool = False
    """Whether the bad year of each step or bar is to be computed, which takes a while."""
    format: str = ""

    @classmethod
    def of(cls, given: QueryDict, *, formats: tuple[str, ...] = FORMATS) -> Choice:
        """What an address asks for. Raises BadInput for what no page of pictures has."""
        known = (SIDE, STAGE, SCENARIOS, MEASURES, BAD, FORMAT, AS_OF)
        for key in given:
            if key not in known:
                raise BadInput(
                    _("This page has no parameter “%s”.") % key[:40],
                    _("It has %s.") % ", ".join(known),
                    key[:40],
                )
        return cls(
            _one_of(SIDE, given.get(SIDE) or "own", SIDES),
            Stage(_one_of(STAGE, given.get(STAGE) or Stage.TODAY, tuple(Stage))),
            _keys(given.getlist(SCENARIOS)),
            _keys(given.getlist(MEASURES)),
            _one_of(BAD, given.get(BAD) or "no", ("yes", "no")) == "yes",
            _one_of(FORMAT, given.get(FORMAT, ""), ("", *formats)),
        )

    def query(self, **other: str) -> str:
        """The same as an address has it, without the format, with some of it otherwise: "?side=own"."""
        pairs: list[tuple[str, str]] = [(SIDE, self.side)]
        pairs += [(SCENARIOS, ",".join(sorted(self.scenarios)))] if self.scenarios else []
        pairs += [(MEASURES, ",".join(sorted(self.measures)))] if self.measures else []
        pairs += [(BAD, "yes")] if self.bad else []
        asked = QueryDict(mutable=True)
        asked.update(dict(pairs) | other)
        return f"?{asked.urlencode(safe=',')}"


def _one_of(name: str, given: str, choices: Iterable[str] | Mapping[str, object]) -> str:
    if given not in choices:
        raise BadInput(
            _("“%s” is no choice here.") % given[:40],
            _("Choose one of %s.") % ", ".join(one for one in choices if one),
            name,
        )
    return given


def _keys(given: Iterable[str]) -> frozenset[str]:
    """Keys as forms send them, one a parameter, or as addresses are typed, with commas."""
    return frozenset(key for text in given for key in text.split(",") if key)
