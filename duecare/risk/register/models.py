"""The register: scenarios, what people believe of them, and which safeguards hold them down.

Money is in minor units of the one currency that the register keeps (`RiskTerms`); rates are in millionths of
an event a year; shares in thousandths. The record takes no fractions.
"""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.program.models import Person
from duecare.risk.rooms import ROOM, RiskQuerySet

TERMS = "risk"
"""The key of the one row of `RiskTerms`."""


class RiskTerms(Record):
    """In what terms the organisation speaks of risk. One row."""

    currency = models.CharField(max_length=3)
    """ISO 4217 code of all money of the area."""
    turnover = models.BigIntegerField(null=True)
    """Of a year, in minor units; null if not said. A loss far above it asks for confirmation."""
    tolerance = models.BigIntegerField(null=True)
    """What a bad year, 1 in 20, may cost us, in minor units; null while nobody has said."""
    remedy = models.BigIntegerField(null=True)
    """What others may lose in a bad year, 1 in 20, before it is harm that needs remedy; null while nobody has
    said."""
    programme = models.BigIntegerField(null=True)
    """What the security programme costs in a year, in minor units; null while nobody has said."""
    horizon = models.PositiveIntegerField(default=3)
    """Years over which what is paid once is spread."""
    legal_tests = models.BooleanField(default=False)
    """Whether the tests of law are computed: only once an owner has chosen whether a matter holds them."""
    matter = models.CharField(max_length=40, blank=True)
    """Key of the matter that holds them; empty if none does."""

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "terms of risk"

    def __str__(self) -> str:
        return self.currency


class Scenario(Record):
    """A risk: who or what does what, to which thing of ours, with which harm."""

    number = models.PositiveIntegerField(unique=True)
    """What people call it by: R-1, R-2, R-3..."""
    title = models.CharField(max_length=200)
    who = models.CharField(max_length=300)
    """Who or what brings it about."""
    does = models.CharField(max_length=300)
    """What they do or what happens."""
    to = models.CharField(max_length=300)
    """To which asset or service, in words; `things` may name them."""
    harm = models.TextField()
    """What follows from it, for us and for others."""
    things = models.JSONField(default=list)
    """Typed references to what it has to do with: assets, incidents, findings, obligations."""
    library = models.CharField(max_length=60, blank=True)
    """Id of the scenario that ships from which it was made; empty for one of our own."""
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="scenarios")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    reviewed_at = models.DateTimeField(null=True)
    """When somebody last said that it stands as written, or estimated anew."""
    reviewed_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_because = models.TextField(blank=True)

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "scenario"

    def __str__(self) -> str:
        return f"R-{self.number} {self.title}"


class Estimate(Record):
    """What one person believes of how often a scenario comes, or of one form of its loss.

    Of one person's estimates of one thing the newest stands; several persons' are pooled.
    """

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="estimates")
    what = models.CharField(max_length=20)
    """`rate`, or a form of loss (`register/forms_of_loss.py`)."""
    kind = models.CharField(max_length=20)
    """`range` (90 %), `pert` (least, likely, most), `history` (of rates: events, millionths of years) or
    `data` (of losses: each that happened)."""
    numbers = models.JSONField()
    """Integers: millionths of events a year, or minor units of money."""
    frequency_left = models.PositiveIntegerField()
    """Millionths of the rate that the safeguards left when it was estimated: by it what would be without
    them is found."""
    magnitude_left = models.PositiveIntegerField()
    """The same of each loss."""
    author = models.ForeignKey(Person, models.PROTECT, null=True, related_name="estimates")
    """Who believes it; null for what was brought at the command line."""
    reason = models.TextField()
    source = models.CharField(max_length=200, blank=True)
    """The base rate or study it leans on, by name and date; empty for none."""
    confidence = models.CharField(max_length=10)
    """`low`, `medium` or `high`, as its author says."""
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When its author estimated anew or withdrew it."""

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "estimate"
        indexes = (models.Index(fields=("scenario", "what", "ended_at"), name="estimate_scenario"),)

    def __str__(self) -> str:
        return f"{self.what} of {self.scenario_id}"


class Effect(Record):
    """How far a safeguard that is in place holds a scenario down: efficacy x coverage x reliability."""

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="effects")
    safeguard = models.CharField(max_length=40)
    on = models.CharField(max_length=10)
    """`frequency` or `magnitude`."""
    efficacy = models.JSONField()
    """Least, likely and most share that it takes away where it works, in thousandths."""
    coverage = models.PositiveIntegerField()
    """Share of what should have it that has it, in thousandths, as estimated; what checks measured counts
    before it."""
    reliability = models.PositiveIntegerField()
    """Share of the time in which it works, in thousandths, likewise."""
    reason = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)

    room = ROOM
    objects = RiskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "effect of a safeguard"
        indexes = (models.Index(fields=("scenario", "ended_at"), name="effect_scenario"),)

    def __str__(self) -> str:
        return f"{self.safeguard} on {self.scenario_id}"
