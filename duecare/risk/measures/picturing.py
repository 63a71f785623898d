"""What the page of a measure shows, line by line, in words and with units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import catalogue
from duecare.program.judgement import find_check
from duecare.program.subjects import address_seen
from duecare.risk.measures.costs import expected as expected_cost
from duecare.risk.measures.models import Measure
from duecare.risk.measures.queries import SIDES_OF, cost_of
from duecare.risk.measures.working import Register, expected, in_place
from duecare.risk.money import from_units, shown
from duecare.risk.register.forms_of_loss import SIDE_WORDS
from duecare.risk.register.kept_outcomes import measured
from duecare.risk.register.measuring import NOTHING
from duecare.risk.register.portfolios import Hold
from duecare.words import number

SCENARIO = "risk.scenario"


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One effect, with what stands today of the same safeguard."""

    scenario: str
    url: str
    on: str
    efficacy: str
    reach: str
    takes: str
    """What it takes away on the average, and what is taken away today."""


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """Expected loss of a year of one side."""

    side: str
    before: str
    after: str
    reduction: str
    lacking: Sequence[str]


@dataclass(frozen=True, slots=True)
class MeasuredLine:
    """What one check measured of a safeguard."""

    question: str
    population: str
    coverage: str
    reliability: str


def range_of(three: Sequence[float], currency: str) -> str:
    """Three amounts in minor units as a range with what is likely: "EUR 40,000 to 120,000, likely 60,000"."""
    least, likely, most = (shown(round(one), currency) for one in three)
    if least == most:
        return likely
    return _("%(least)s to %(most)s, likely %(likely)s") % {"least": least, "most": most, "likely": likely}


def cost_facts(row: Measure, currency: str) -> Sequence[tuple[str, str]]:
    """What it costs once, each year, and all told a year."""
    year = cost_of(row)
    return (
        (_("Once"), range_of(row.once, currency)),
        (_("Each year"), range_of(row.yearly, currency)),
        (_("Spread over"), _("%s years") % number(row.years)),
        (_("All told, a year"), range_of(year, currency)),
        (_("Expected, a year"), shown(round(expected_cost(year)), currency)),
    )


def share(thousandths: float) -> str:
    """Thousandths as per cent, one decimal place where there is one."""
    told = f"{thousandths / 10:.1f}".removesuffix(".0")
    return _("%s %%") % told


def effect_lines(row: Measure, register: Register, viewer: Viewer) -> Sequence[EffectLine]:
    """The effects of a measure."""
    today: Mapping[tuple[str, str], Hold] = in_place(register, row)
    lines = []
    for one in row.effects:
        least, likely, most = one["efficacy"]
        mean = expected_cost((least, likely, most)) * one["coverage"] * one["reliability"] / 1_000_000
        before = today.get((one["scenario"], one["on"]))
        now = _("nothing of this safeguard today") if before is None else (
            _("%s today") % share(1000 * (1 - before.left))
        )  # fmt: skip
        lines.append(
            EffectLine(
                register.names.get(one["scenario"], _("a scenario that has ended")),
                address_seen(f"{SCENARIO}:{one['scenario']}", viewer),
                str(SIDES_OF[one["on"]]),
                _("%(least)s to %(most)s, likely %(likely)s")
                % {"least": share(least), "most": share(most), "likely": share(likely)},
                _("coverage %(coverage)s, reliability %(reliability)s, both estimated")
                % {"coverage": share(one["coverage"]), "reliability": share(one["reliability"])},
                _("%(share)s; %(now)s") % {"share": share(mean), "now": now},
            )
        )
    return lines


def expected_lines(row: Measure, register: Register) -> Sequence[ExpectedLine]:
    """Expected loss of a year with and without it, each side."""
    currency = register.terms.currency
    return [
        ExpectedLine(
            _(SIDE_WORDS[side]),
            shown(from_units(one.before, currency), currency),
            shown(from_units(one.after, currency), currency),
            shown(from_units(one.reduction, currency), currency),
            one.lacking,
        )
        for side, one in expected(register, row).items()
    ]


def measured_lines(row: Measure, viewer: Viewer) -> Sequence[MeasuredLine]:
    """What checks measured of its safeguard as it is today, if the viewer covers the safeguard's area."""
    safeguard = catalogue().get(row.safeguard)
    if safeguard is None or not viewer.covers(safeguard.area):
        return ()
    lines = []
    for one in measured([row.safeguard]).get(row.safeguard, NOTHING).grounds:
        check = find_check(one.check)
        lines.append(
            MeasuredLine(
                _(check.question) if check else one.check,
                _("%(covered)s of %(all)s") % {"covered": number(one.covered), "all": number(one.population)},
                _("estimated: the evidence is stale") if one.coverage is None else share(one.coverage),
                _("estimated: under 30 days of evidence")
                if one.reliability is None
                else _("%(share)s over %(days)s days")
                % {"share": share(one.reliability), "days": number(one.days)},
            )
        )
    return lines
