"""A host told to a person: its report section by section, and what the checks say about it alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.ledger import blobs
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import area_of
from duecare.program.judgement import Check, Facts, Grade, Verdict, checks
from duecare.program.outcomes import in_words, judge
from duecare.program.posture import Found
from duecare.program.queries import found_outcomes
from duecare.program.subjects import Subject
from duecare.systems.fleet import known_host
from duecare.systems.fleet_checks import KNOWN_HOSTS
from duecare.systems.models import Host, Report
from duecare.systems.words import SECTIONS, field_words
from duecare.words import number

ROWS = 25
"""Rows of a list that the page shows unless it is asked for in full."""
ROWS_IN_FULL = 5000
_ABOUT = ("state", "problems", "source")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Value:
    """A fact as the page shows it: a moment or day, or text."""

    text: str
    moment: datetime | date | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A list of a section."""

    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[tuple[str, Value], ...], ...]
    """The cells of each row with their heads."""
    total: int


@dataclass(frozen=True, slots=True)
class SectionTold:
    """One section of a report."""

    key: str
    label: str
    state: str
    """`read`, `partial`, `unreadable` or `absent`."""
    source: str
    problems: tuple[tuple[str, str], ...]
    """(what could not be read, why)."""
    facts: tuple[tuple[str, Value], ...]
    tables: tuple[Table, ...]

    @property
    def short(self) -> bool:
        """Whether a list is longer than the page shows."""
        return any(table.total > len(table.rows) for table in self.tables)

    @property
    def sizes(self) -> str:
        """How long its lists are; empty if it has none."""
        if len(self.tables) == 1:
            return number(self.tables[0].total)
        return " · ".join(f"{table.label} {number(table.total)}" for table in self.tables)


@dataclass(frozen=True, slots=True)
class Said:
    """What one check says about one host."""

    check: Check
    verdict: Verdict
    reasons: tuple[tuple[str, str, Verdict], ...]
    """(item, reason, verdict) of each exception; the item is empty for the host as a whole."""
    note: str
    """Why the verdict is what it is where no exception says it; empty if nothing needs saying."""

    @property
    def wanting(self) -> bool:
        """Whether somebody has to do or find out something."""
        return self.verdict in (Verdict.UNMET, Verdict.UNKNOWN)


def read_facts(report: Report) -> dict[str, Any]:
    """The whole report as it came. Raises NotFound or Tampered if its blob is gone or altered."""
    told: dict[str, Any] = json.loads(blobs.fetch(report.report))
    return told


def tell_sections(told: Mapping[str, Any], full: str = "") -> list[SectionTold]:
    """The sections of a report in the page's order; the lists of the section `full` are shown whole."""
    facts = told["facts"]
    known = [key for key in SECTIONS if key in facts]
    return [
        _section(key, facts[key], ROWS_IN_FULL if key == full else ROWS)
        for key in [*known, *sorted(facts.keys() - SECTIONS.keys())]
    ]


def _section(key: str, facts: Mapping[str, Any], most: int) -> SectionTold:
    singles, tables = [], []
    for name, value in facts.items():
        if name in _ABOUT:
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            tables.append(_table(name, value, most))
        else:
            singles.append((field_words(name), _value(value)))
    return SectionTold(
        key,
        str(SECTIONS.get(key) or field_words(key)),
        facts["state"],
        facts["source"],
        tuple((problem["what"], problem["reason"]) for problem in facts["problems"]),
        tuple(singles),
        tuple(tables),
    )


def _table(name: str, items: list[dict[str, Any]], most: int) -> Table:
    columns = list(dict.fromkeys(column for item in items[:most] for column in item))
    heads = tuple(map(field_words, columns))
    rows = (
        tuple((head, _value(item.get(column))) for head, column in zip(heads, columns, strict=True))
        for item in items[:most]
    )
    return Table(field_words(name), heads, tuple(rows), len(items))


def _value(value: Any) -> Value:
    if value is None:
        return Value(_("not learnt"))
    if isinstance(value, bool):
        return Value(_("yes") if value else _("no"))
    if isinstance(value, list):
        return Value(", ".join(_value(item).text for item in value) or _("none"))
    if isinstance(value, dict):
        parts = (f"{field_words(key)}: {_value(item).text}" for key, item in value.items())
        return Value("; ".join(parts) or _("none"))
    text = str(value)
    if _MOMENT.fullmatch(text):
        return Value(text, datetime.fromisoformat(text))
    return Value(text or "–", date.fromisoformat(text) if _DAY.fullmatch(text) else None)


def tell_checks(
    host: Host, report: Report | None, told: Mapping[str, Any] | None, viewer: Viewer, now: datetime
) -> list[Said]:
    """What each check of hosts says about this one, worst first; `told` is its newest report."""
    reference = f"{Host._meta.label_lower}:{host.pk}"
    outcomes = found_outcomes(viewer)
    of_hosts = [
        check
        for check in checks()
        if check.of in ("hosts", KNOWN_HOSTS) and viewer.covers(area_of(check.safeguard))
    ]
    looked_at = {
        digest: next(iter(_lines_about(reference, digest)), None)
        for digest in {outcomes[check.id].looked_at for check in of_hosts if check.id in outcomes}
    }
    of = {"hosts": _subject(reference, host, report, told, now), KNOWN_HOSTS: known_host(host, now)}
    found = []
    for check in of_hosts:
        outcome = outcomes.get(check.id)
        if outcome is None:
            found.append(Said(check, Verdict.UNKNOWN, (), _("This check has never run.")))
        elif (seen := looked_at[outcome.looked_at]) is None:
            found.append(
                Said(check, Verdict.UNKNOWN, (), _("This host was not there at the last assessment."))
            )
        else:
            found.append(_said(outcome, reference, seen, of[check.of], now))
    order = list(_WORST_FIRST)
    return sorted(found, key=lambda said: (order.index(said.verdict), said.check.id))


_WORST_FIRST = (Verdict.UNMET, Verdict.UNKNOWN, Verdict.MET, Verdict.NOT_APPLICABLE)


def _subject(
    reference: str, host: Host, report: Report | None, told: Mapping[str, Any] | None, now: datetime
) -> Subject | None:
    """The host as checks see it; None without a report that can be read."""
    if report is None or told is None:
        return None
    facts = Facts(now, report.collected_at, told["facts"], report.live)
    return Subject(reference, host.name, Grade(report.grade), facts, evidence=report.report)


def _said(
    outcome: Found, reference: str, seen: Mapping[str, Any], subject: Subject | None, now: datetime
) -> Said:
    """From the recorded exceptions; where there are none, met unless the question did not arise.

    The record does not name the subjects for which a question does not arise. Checks are pure, so the same
    evidence is judged once more to tell.
    """
    check = outcome.check
    lines = _lines_about(reference, outcome.exceptions)
    reasons = tuple((line["item"], line["reason"], Verdict(line["verdict"])) for line in lines)
    if reasons:
        worst = Verdict.UNMET if any(reason[2] is Verdict.UNMET for reason in reasons) else Verdict.UNKNOWN
        return Said(check, worst, reasons, "")
    if subject is None or subject.evidence != seen["evidence"] or subject.facts is None:
        return Said(check, Verdict.UNKNOWN, (), _("The newest report was not judged yet."))
    again = judge(check, subject, outcome.target, outcome.judged_at)
    if again.verdict is Verdict.NOT_APPLICABLE:
        return Said(check, Verdict.NOT_APPLICABLE, (), again.not_applicable)
    age = now - subject.facts.observed_at
    if age > check.fresh_for:
        words = _("It was met, but the evidence is %(age)s old; at most %(most)s counts.")
        return Said(
            check,
            Verdict.UNKNOWN,
            (),
            words % {"age": in_words(age), "most": in_words(check.fresh_for)},
        )
    return Said(check, Verdict.MET, (), "")


def _lines_about(reference: str, digest: str) -> Iterator[dict[str, Any]]:
    """The lines of such a blob about one subject; only those are decoded, of what may be thousands."""
    needle = f'"subject":"{reference}"'.encode()
    data = blobs.fetch(digest) if digest else b""
    for line in data.splitlines() if needle in data else ():
        if needle in line and (decoded := json.loads(line))["subject"] == reference:
            yield decoded


def unreadable_because(report: Report | None) -> tuple[dict[str, Any] | None, str]:
    """The newest report, or why it cannot be shown."""
    if report is None:
        return None, _("This host has never reported.")
    try:
        return read_facts(report), ""
    except DuecareError as error:
        return None, str(error)
