"""A made-up record with every kind of column, and the list over it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import models

from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

ALIAS = "web_tests"
NOW = datetime(2026, 11, 23, 14, 17, tzinfo=UTC)


class Finding(models.Model):
    """A row of the sample list."""

    id = models.CharField(primary_key=True, max_length=20)
    title = models.CharField(max_length=100)
    host = models.CharField(max_length=40)
    state = models.CharField(max_length=10)
    severity = models.IntegerField()
    opened = models.DateTimeField()
    due = models.DateField(null=True)

    class Meta:
        app_label = "web_tests"

    def __str__(self) -> str:
        return self.title


FINDINGS: Listing[Finding] = Listing(
    name="findings",
    caption="Findings",
    columns=(
        Column(
            "title", "Finding", lambda row: row.title, link=lambda row: f"/findings/{row.id}/", order="title"
        ),
        Column("state", "State", lambda row: row.state, Kind.STATUS, order="state"),
        Column("host", "Host", lambda row: row.host, Kind.MONO, order="host"),
        Column("severity", "Severity", lambda row: row.severity, Kind.NUMBER, order="severity"),
        Column("opened", "Opened", lambda row: row.opened, Kind.DATE, order="opened"),
        Column("due", "Due", lambda row: row.due, Kind.DATE, order="due"),
    ),
    sort=("-opened",),
    filters=(
        Filter("state", "State", "state", choices=(("open", "Open"), ("closed", "Closed"))),
        Filter("host", "Host begins with", "host__startswith", FilterKind.TEXT),
        Filter("since", "Opened since", "opened", FilterKind.SINCE),
        Filter("until", "Due until", "due", FilterKind.UNTIL),
    ),
    search=("title", "host"),
    empty=Empty("No findings", "Assess this machine", "/assess/"),
    page_size=12,
)

TITLES = (
    "Three accounts without a second factor",
    "The restore test is 104 days old",
    "Password sign-in over SSH is allowed for the administrator",
    "7 security updates wait for longer than 14 days",
    "No antivirus signature since 17 November",
    "The laptop's disk is not encrypted",
)


def findings(count: int) -> list[Finding]:
    """That many different findings, newest first."""
    return [
        Finding(
            id=f"f{place:05d}",
            title=TITLES[place % len(TITLES)],
            host=f"web-{place % 7}.clinic.example",
            state="closed" if place % 4 == 3 else "open",
            severity=place % 5,
            opened=NOW - timedelta(hours=5 * place, minutes=place % 60),
            due=None if place % 3 == 0 else (NOW + timedelta(days=place % 40 - 3)).date(),
        )
        for place in range(count)
    ]
