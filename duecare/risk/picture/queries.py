"""What the pictures are made from: the register as a viewer sees it, a document for each side and stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.ledger.viewers import Viewer
from duecare.risk import money
from duecare.risk.measures.models import Measure
from duecare.risk.picture.answers import QUANTILES, Figures, figures
from duecare.risk.picture.choosing import Choice
from duecare.risk.register.forms_of_loss import SIDES
from duecare.risk.register.models import RiskTerms, Scenario
from duecare.risk.register.portfolios import Hold, Row, Stage, Written, in_place, write
from duecare.risk.register.queries import after_of, rows_of, terms
from duecare.risk.register.reviewing import looked_at, stale_before


@dataclass(frozen=True)
class Ground:
    """The scenarios that are looked at, with what is believed of them and what measures would bring."""

    terms: RiskTerms
    scenarios: tuple[Scenario, ...]
    rows: tuple[Row, ...]
    """In the order of the scenarios."""
    measures: tuple[Measure, ...]
    """Those that were chosen."""
    offered: tuple[Measure, ...]
    """All that could be."""
    all: tuple[Scenario, ...]
    """All that stand, chosen or not."""

    @property
    def currency(self) -> str:
        return str(self.terms.currency)

    @property
    def tolerance(self) -> float | None:
        """What a bad year may cost us, in whole units; None while nobody has said."""
        level: int | None = self.terms.tolerance
        return None if level is None else level / 10 ** money.digits(self.currency)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Of scenarios, by key."""
        return {one.pk: str(one) for one in self.all}

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Those that differ from each other in what counts: without measures there is no after, and where no
        safeguard was told to hold anything down, today is what is inherent."""
        held = [Stage.INHERENT] if any(row.holds for row in self.rows) else []
        return (*held, Stage.TODAY, *([Stage.AFTER] if self.measures else []))

    def only(self, key: str) -> Ground:
        """One scenario alone."""
        scenarios = tuple(one for one in self.scenarios if one.pk == key)
        return replace(self, scenarios=scenarios, rows=tuple(row for row in self.rows if row.key == key))

    def written(self, side: str, stage: Stage, quantiles: Sequence[float] = QUANTILES) -> Written:
        """The document of a side at a stage."""
        digits = money.digits(self.currency)
        return write(self.rows, side, stage, digits=digits, quantiles=quantiles)

    def figures(self, side: str, stage: Stage) -> Figures | None:
        """What a year costs; None where nothing is estimated, which is not nothing."""
        written = self.written(side, stage)
        return figures(written.document) if written.keys else None

    def lacking(self, side: str) -> Mapping[str, str]:
        """Scenarios of which something is missing in the figures of a side, by key, each with what: `rate`,
        `loss`, or of both sides together `own` or `others`."""
        found = dict(self.written(side, Stage.TODAY).lacking)
        if side == "both":
            for row in self.rows:
                told = {one.what for one in row.told}
                for each in ("own", "others"):
                    if row.key not in found and not told & set(SIDES[each]):
                        found[row.key] = each
        return found

    def shown(self, amount: float) -> str:
        """An amount in whole units, with its currency."""
        return money.shown(money.from_units(amount, self.currency), self.currency)

    def figure(self, amount: float) -> str:
        """The same without the currency, where a head says it."""
        return self.shown(amount).rpartition("\u00a0")[2]

    def stale(self, now: datetime) -> tuple[Scenario, ...]:
        """Scenarios that nobody has looked at for longer than the target allows."""
        before = stale_before(now)
        return tuple(one for one in self.scenarios if looked_at(one) < before)


def ground(viewer: Viewer, choice: Choice) -> Ground | None:
    """The register as chosen; None before the terms are set. Raises NotFound for a key that is none."""
    found = terms(viewer)
    if found is None:
        return None
    standing = tuple(Scenario.objects.all().visible_to(viewer).filter(ended_at=None).order_by("number"))
    offered = tuple(Measure.objects.all().visible_to(viewer).filter(ended_at=None).order_by("title", "pk"))
    _demand_known(choice.scenarios, {one.pk for one in standing}, _("There is no such scenario."))
    _demand_known(choice.measures, {one.pk for one in offered}, _("There is no such measure."))
    scenarios = tuple(one for one in standing if not choice.scenarios or one.pk in choice.scenarios)
    measures = tuple(one for one in offered if one.pk in choice.measures)
    rows = with_measures(rows_of(scenarios, viewer), measures)
    return Ground(found, scenarios, tuple(rows), measures, offered, standing)


def with_measures(rows: Sequence[Row], measures: Sequence[Measure]) -> Sequence[Row]:
    """Rows with what the measures would bring. Of two that bring the same safeguard on the same side of a
    scenario the one that leaves less counts: a safeguard cannot be brought in twice."""
    brought: dict[str, dict[tuple[str, str], Hold]] = {}
    for one in measures:
        for key, holds in after_of(one.effects, one.safeguard).items():
            best = brought.setdefault(key, {})
            for hold in holds:
                place = (hold.safeguard, hold.on)
                if place not in best or hold.left < best[place].left:
                    best[place] = hold
    return [replace(row, after=tuple(brought.get(row.key, {}).values())) for row in rows]


def _demand_known(asked: frozenset[str], known: set[str], what: str) -> None:
    if asked - known:
        raise NotFound(what, _("Choose from those that the page offers."))


def safeguards_of(rows: Sequence[Row], stage: Stage) -> frozenset[str]:
    """Ids of the safeguards that hold something down at a stage."""
    return frozenset(one.safeguard for row in rows for one in in_place(row, stage))
