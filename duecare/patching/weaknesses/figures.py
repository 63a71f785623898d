"""The figures of patching over the last quarter: worked out after each matching, and noted in the record.

Pages show the note that was newest on the day in view, so a past day has the figures of that day. A fleet has
hundreds of thousands of clocks, which no page should count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q

from duecare.ledger import asof
from duecare.ledger.models import Entry, Payload
from duecare.ledger.recording import record_note
from duecare.patching.software.models import Installed
from duecare.patching.weaknesses.clocks import AGES, DAY, Weakness, figures
from duecare.patching.weaknesses.queries import clocks, promised
from duecare.patching.weaknesses.urgency import Urgency
from duecare.program.models import Approval, Decided, Finding, SafeguardException
from duecare.program.queries import current_targets, live_profile, zone_of
from duecare.systems.hosts import HOST
from duecare.systems.models import NEWEST, Host, Report

KIND, SUBJECT = "patching.figures", "fleet"
PERIOD = 90 * DAY
REPORTING = "report_days"
"""The target by which a host counts as reporting."""
FINDING, EXCEPTION = "program.finding", "program.safeguardexception"
Spans = Mapping[tuple[str, str], tuple[tuple[datetime, datetime], ...]]


def note_figures(actor: str, now: datetime) -> dict[str, Any]:
    """Work out the figures of the last PERIOD, and note them. Returns what was noted."""
    begins = now - PERIOD
    there = Host.objects.filter(Q(removed_at=None) | Q(removed_at__gte=begins), first_seen_at__lte=now)
    names = dict(there.values_list("pk", "name"))
    newest = dict(Report.objects.filter(newest__in=NEWEST).values_list("host_id", "collected_at"))
    spans = exceptions()
    found = figures(
        _weaknesses(sorted(names), spans, now),
        promised(),
        begins=begins,
        now=now,
        hosts={key: newest.get(key) for key in names},
        report_days=current_targets()[REPORTING].value,
    )
    content = {
        "begins": begins.isoformat(),
        "ends": now.isoformat(),
        "due": found.due,
        "kept": found.kept,
        "excepted": found.excepted,
        "unproven": found.unproven,
        "closed": found.closed,
        "median_tenths": None if found.median_days is None else round(found.median_days * 10),
        "waiting": found.waiting,
        "silent": found.silent,
        "reporting": found.reporting,
        "known": found.known,
        "open": {urgency.value: list(counts) for urgency, counts in found.open_by_age.items()},
        "worst": [
            {
                "host": one.of.host,
                "name": names[one.of.host],
                "package": one.of.package,
                "advisory": one.of.advisory,
                "due": one.due_at and one.due_at.isoformat(),
            }
            for one in found.worst
        ],
    }
    record_note(actor, "work out the figures of patching", KIND, SUBJECT, content)
    return content


def _weaknesses(hosts: Iterable[str], spans: Spans, now: datetime) -> Iterator[Weakness]:
    for key in hosts:
        for one in clocks(Installed.objects.filter(host=key), now):
            if not one.undecided:
                of = one.clock.of
                yield replace(of, excepted=spans.get((of.host, of.package), ()))


def exceptions() -> Spans:
    """From approval to end of every exception from a finding about weak software, by host and package."""
    rows = SafeguardException.objects.filter(about__startswith=f"{FINDING}:", safeguard="vuln_scanning")
    by_finding = {row.about.removeprefix(f"{FINDING}:"): row for row in rows}
    decided = Approval.objects.filter(
        about__in=[f"{EXCEPTION}:{row.pk}" for row in by_finding.values()], decided=Decided.APPROVED.value
    )
    approved = dict(decided.order_by("-at").values_list("about", "at"))
    zone = zone_of(live_profile())
    found: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
    for key, subject, item in Finding.objects.filter(pk__in=by_finding).values_list("pk", "subject", "item"):
        row = by_finding[key]
        since = approved.get(f"{EXCEPTION}:{row.pk}")
        if since is None or not subject.startswith(f"{HOST}:"):
            continue
        end = datetime.combine(row.expires + timedelta(days=1), time(), zone)
        place = subject.removeprefix(f"{HOST}:"), item.removeprefix("package ")
        found.setdefault(place, []).append((since, min(end, row.ended_at or end)))
    return {place: tuple(sorted(spans)) for place, spans in found.items()}


# ── Reading them ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Noted:
    """The figures as pages show them."""

    entry: int
    told: Mapping[str, Any]

    @property
    def ends(self) -> datetime:
        return datetime.fromisoformat(self.told["ends"])

    @property
    def median(self) -> str:
        """Days, with one decimal where there is one."""
        tenths = self.told["median_tenths"]
        if tenths is None:
            return ""
        return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"

    @property
    def open(self) -> list[tuple[Urgency, list[int]]]:
        return [(urgency, self.told["open"][urgency.value]) for urgency in Urgency]

    @property
    def worst(self) -> list[tuple[dict[str, Any], datetime]]:
        return [(one, datetime.fromisoformat(one["due"])) for one in self.told["worst"]]

    @property
    def ages(self) -> tuple[int, ...]:
        return AGES


def last_figures() -> Noted | None:
    """The figures that were noted last by the day in view."""
    view = asof.current()
    entries = Entry.objects.filter(kind=KIND, subject=SUBJECT)
    if view is not None:
        entries = entries.filter(index__lt=view.size)
    index = entries.order_by("-index").values_list("index", flat=True).first()
    if index is None:
        return None
    data = Payload.objects.filter(pk=index).values_list("data", flat=True).first()
    return None if data is None else Noted(index, json.loads(bytes(data))["note"])
