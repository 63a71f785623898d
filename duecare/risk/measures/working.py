"""What a measure would change: the register with it and without it, as documents and as expected losses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from duecare.ledger.viewers import Viewer
from duecare.risk.curve_files import portfolio_of
from duecare.risk.measures.depending import all_needed
from duecare.risk.measures.models import Measure
from duecare.risk.money import digits
from duecare.risk.register.models import RiskTerms, Scenario
from duecare.risk.register.portfolios import Hold, Row, Stage, write
from duecare.risk.register.queries import after_of, rows_of

SIDES = ("own", "others", "both")


@dataclass(frozen=True, slots=True)
class Register:
    """The scenarios that stand, with what is believed of them."""

    terms: RiskTerms
    names: Mapping[str, str]
    """What scenarios are called, by key."""
    rows: tuple[Row, ...]

    @property
    def digits(self) -> int:
        return digits(self.terms.currency)

    def only(self, keys: Iterable[str]) -> Register:
        """The same with some of its scenarios alone."""
        wanted = set(keys)
        return replace(self, rows=tuple(row for row in self.rows if row.key in wanted))

    def with_measures(self, *measures: Measure) -> Register:
        """The same with what measures would bring. Of two effects of one safeguard on one side of a scenario
        that of the measure that needs the other stands."""
        needs = {row.pk: row.needs for row in measures}
        found: dict[str, dict[tuple[str, str], Hold]] = {one.key: {} for one in self.rows}
        for row in sorted(measures, key=lambda row: len(all_needed(needs, row.pk))):
            for key, holds in after_of(row.effects, row.safeguard).items():
                found.get(key, {}).update({(hold.safeguard, hold.on): hold for hold in holds})
        rows = (replace(one, after=tuple(found[one.key].values())) for one in self.rows)
        return replace(self, rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected loss of a year of one side, in whole units of money."""

    before: float
    after: float
    lacking: Sequence[str]
    """What the scenarios are called that a measure would change and that have no estimates on this side."""

    @property
    def reduction(self) -> float:
        return self.before - self.after


def register_now(viewer: Viewer, terms: RiskTerms) -> Register:
    """The register as it stands, on the day that is viewed."""
    listed = list(Scenario.objects.all().visible_to(viewer).filter(ended_at=None).order_by("number"))
    rows = rows_of(listed, viewer)
    return Register(terms, {one.pk: str(one) for one in listed}, tuple(rows))


def expected(register: Register, row: Measure) -> Mapping[str, Expected]:
    """By side, what a measure would change of the scenarios it has effects on; means, which are exact."""
    touched = register.only(one["scenario"] for one in row.effects).with_measures(row)
    return {side: _expected(touched, side) for side in SIDES}


def _expected(register: Register, side: str) -> Expected:
    means = []
    lacking: Mapping[str, str] = {}
    for stage in (Stage.TODAY, Stage.AFTER):
        written = write(register.rows, side, stage, digits=register.digits)
        lacking = written.lacking
        means.append(portfolio_of(written.document).mean if written.keys else 0.0)
    return Expected(means[0], means[1], [register.names[key] for key in lacking])


def in_place(register: Register, row: Measure) -> Mapping[tuple[str, str], Hold]:
    """The effects of its safeguard that stand today, by scenario and side: those that would be replaced."""
    return {
        (one.key, hold.on): hold
        for one in register.rows
        for hold in one.holds
        if hold.safeguard == row.safeguard
    }
