"""The public trust page: which facts can be chosen, what each says now, and which version is public.

A fact is told with the day on which it was last confirmed. One that is stale, or no longer true, is told as
not confirmed since its day: never as good, and never left out, which would let it vanish unseen. What fails
and why is nobody's business outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.assurance.models import IssuedReport
from duecare.law.applicable import answers, register_now
from duecare.law.applies import Answer
from duecare.ledger import anchors
from duecare.ledger.browsing import entries_in_view, newest_checkpoint
from duecare.ledger.leaves import commit
from duecare.ledger.models import Payload
from duecare.ledger.records import read_payload, shapes
from duecare.ledger.viewers import Role, Viewer
from duecare.program.approval_queries import Approvable, decisions_about, register_approvable
from duecare.program.catalogue import catalogue
from duecare.program.models import Assessment, Decided, TrustPage
from duecare.program.posture import Standing, State, count_states
from duecare.program.queries import profile, standings
from duecare.program.reach import reach
from duecare.program.subjects import register_reference

TRUST = "trust"
KIND = "program.trustpage"
REFERENCE = f"{KIND}:{TRUST}"
SAFEGUARD, OBLIGATION, REPORT = "safeguard:", "obligation:", "report:"
CHECKED_LATELY = timedelta(days=7)
"""How long an assessment counts as a look of these days;"""
SIGNED_LATELY = timedelta(days=2)
"""a checkpoint as newly signed,"""
REPORTED_LATELY = timedelta(days=120)
"""and a report as recent."""
READER = Viewer("server", "", frozenset({Role.OWNER}))
"""Reads everything, so that the choice alone decides what is told. Nobody signs in as it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One fact, told."""

    title: str
    state: str
    """A word of `web/words.py`; empty for a fact that is no state."""
    words: str
    confirmed: bool
    day: date | None
    """When it was last confirmed, in the organisation's zone."""


@dataclass(frozen=True, slots=True)
class Part:
    """The facts of one kind."""

    title: str | Promise
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """The version that is public: what was approved, word for word."""

    chosen: tuple[str, ...]
    words: str
    contact: str
    indexable: bool
    entry: int
    """Of the record: what was approved."""
    approved_at: datetime


GENERAL: Mapping[str, str | Promise] = {
    "counts": gettext_lazy("How many safeguards are proven, stated and neither"),
    "reach": gettext_lazy("How many of our computers the checks have seen"),
    "assessed": gettext_lazy("When the checks last ran"),
    "checkpoint": gettext_lazy("When the record was last signed, and whether that is held outside"),
}
"""Facts that are of no safeguard, obligation or report, by id."""


# ── What can be chosen ───────────────────────────────────────────────────────────────────────────────────


def offered_safeguards(rows: Sequence[Standing]) -> list[tuple[str, str]]:
    """Every safeguard with its state of now, for the form."""
    return [
        (f"{SAFEGUARD}{row.safeguard.id}", f"{row.safeguard.title} ({_(row.state.value)})") for row in rows
    ]


def offered_obligations() -> list[tuple[str, str]]:
    """The obligations that apply, by the profile or as people decided."""
    known = register_now().obligations
    found = [(f"{OBLIGATION}{id}", one.name) for id, one in known.items() if _applies(id)]
    return sorted(found, key=lambda one: one[1])


def offered_reports() -> list[tuple[str, str]]:
    """The reports that were issued about the whole organisation, by kind: the newest one's title is told."""
    rows = IssuedReport.objects.all().visible_to(READER).filter(about="").order_by("made_at", "id")
    titles = {row.report: row.title for row in rows}
    return [(f"{REPORT}{report}", title) for report, title in titles.items()]


# ── What it says now ─────────────────────────────────────────────────────────────────────────────────────


def tell(chosen: Sequence[str], now: datetime) -> list[Part]:
    """The chosen facts as they stand, by kind; parts without any are left out."""
    rows = standings(READER, now)
    parts = (
        Part(gettext_lazy("In short"), tuple(_general(chosen, rows, now))),
        Part(gettext_lazy("What we do"), tuple(_safeguards(chosen, rows))),
        Part(gettext_lazy("What we are bound by"), tuple(_obligations(chosen))),
        Part(gettext_lazy("What we can show"), tuple(_reports(chosen, now))),
    )
    return [part for part in parts if part.lines]


def _general(chosen: Sequence[str], rows: Sequence[Standing], now: datetime) -> Iterator[Line]:
    last = (
        Assessment.objects.all().visible_to(READER).exclude(finished_at=None).order_by("-finished_at").first()
    )
    finished = last.finished_at if last else None
    fresh, looked = finished is not None and finished >= now - CHECKED_LATELY, _day(finished)
    if "counts" in chosen:
        counts = count_states(rows)
        told = _("Proven by checks: %(proven)s of %(all)s. Stated by us: %(stated)s.") % {
            "proven": counts[State.PROVEN],
            "all": len(rows),
            "stated": counts[State.STATED],
        }
        yield _line(_("Safeguards"), told, fresh, looked)
    if "reach" in chosen:
        yield _line(_("How far the checks reach"), reach(profile()).words, fresh, looked)
    if "assessed" in chosen:
        yield _line(_("Checks"), _("Checks ran over our computers."), fresh, looked)
    if "checkpoint" in chosen:
        newest = newest_checkpoint()
        held = anchors.words()
        signed = newest is not None and newest.time >= now - SIGNED_LATELY
        told = _("Our record of this was signed. %s.") % held
        yield _line(_("Record"), told, signed, _day(newest.time) if newest else None)


def _safeguards(chosen: Sequence[str], rows: Sequence[Standing]) -> Iterator[Line]:
    standing = {f"{SAFEGUARD}{row.safeguard.id}": row for row in rows}
    for id in chosen:
        if id in standing:
            yield _safeguard(standing[id])
        elif id.startswith(SAFEGUARD):
            yield _line(id.removeprefix(SAFEGUARD), "", False, None)


def _safeguard(row: Standing) -> Line:
    title, aim = row.safeguard.title, row.safeguard.aim
    if row.state is State.PROVEN:
        seen = min(one.evidence_at or one.judged_at for one in row.found)
        return Line(title, row.state.value, aim, True, _day(seen))
    if row.state is State.STATED:
        until = min(one.expires for one in row.said)
        counts = _("Our own word, which counts until %s.") % date_format(until, "DATE_FORMAT")
        return Line(title, row.state.value, f"{aim} {counts}", True, _day(row.since))
    if row.state is State.NOT_APPLICABLE:
        return Line(title, row.state.value, _("It does not arise with us."), True, _day(row.since))
    return Line(title, State.UNPROVEN.value, aim, False, _day(row.since))


def _obligations(chosen: Sequence[str]) -> Iterator[Line]:
    days = [_changed_on(kind) for kind in ("program.profile", "law.override", "law.ownobligation")]
    day = max(filter(None, days), default=None)
    for id in chosen:
        key = id.removeprefix(OBLIGATION)
        if id.startswith(OBLIGATION):
            known = register_now().obligations.get(key)
            told = _("It applies to us, by our own reading. (%s)") % known.citation if known else ""
            yield _line(known.name if known else key, told, known is not None and _applies(key), day)


def _reports(chosen: Sequence[str], now: datetime) -> Iterator[Line]:
    kinds = [id.removeprefix(REPORT) for id in chosen if id.startswith(REPORT)]
    if not kinds:
        return
    rows = IssuedReport.objects.all().visible_to(READER).filter(about="", report__in=kinds)
    newest = {row.report: row for row in rows.order_by("made_at", "id")}
    for kind in kinds:
        row = newest.get(kind)
        if row is None:
            yield _line(kind, "", False, None)
            continue
        told = _("Tells of %s. Ask us for it.") % date_format(row.last_day, "DATE_FORMAT")
        yield _line(row.title, told, row.made_at >= now - REPORTED_LATELY, _day(row.made_at))


def _line(title: str, words: str, confirmed: bool, day: date | None) -> Line:
    return Line(title, "" if confirmed else State.UNPROVEN.value, words, confirmed, day)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else timezone.localdate(moment)


def _changed_on(kind: str) -> date | None:
    """When a record of the kind was last changed."""
    newest = entries_in_view(READER).filter(kind=kind).aggregate(newest=Max("index"))["newest"]
    entry = None if newest is None else entries_in_view(READER).filter(index=newest).first()
    return None if entry is None else _day(entry.time)


def _applies(id: str) -> bool:
    known = register_now().obligations.get(id)
    return known is not None and known.binding and answers()[id].answer is Answer.APPLIES


# ── Which version is public ──────────────────────────────────────────────────────────────────────────────


def choice(viewer: Viewer) -> TrustPage | None:
    """What was last chosen, approved or not; None if nothing ever was."""
    found: TrustPage | None = TrustPage.objects.all().visible_to(viewer).filter(pk=TRUST).first()
    return found


def published() -> Published | None:
    """The newest version that was approved, if the page has not been taken down since; else None.

    It is read from the entry that was approved, whose payload must open what the approver decided on. A later
    change waits for its own approval, and meanwhile this stays public.
    """
    row = choice(READER)
    if row is None or not row.shown:
        return None
    decided = decisions_about([REFERENCE], READER).get(REFERENCE, [])
    good = [one.approval for one in decided if one.approval.decided == Decided.APPROVED and not one.fault]
    approval = next(iter(good), None)
    if approval is None or (row.off_at is not None and approval.at <= row.off_at):
        return None
    payload = Payload.objects.filter(index=approval.entry, kind=KIND, subject=TRUST).first()
    if payload is None:
        return None
    data = bytes(payload.data)
    if commit("payload", bytes(payload.salt), data).hex() != approval.commitment:
        return None
    version = read_payload(shapes()[KIND], data)
    if version is None or not version["shown"]:
        return None
    return Published(
        chosen=tuple(version["chosen"]),
        words=version["words"],
        contact=version["contact"],
        indexable=version["indexable"],
        entry=approval.entry,
        approved_at=approval.at,
    )


def titles(chosen: Sequence[str]) -> list[str]:
    """What the chosen facts are called, for whoever approves."""
    reports = dict(offered_reports())
    found = []
    for id in chosen:
        kind, _sep, key = id.partition(":")
        if id in GENERAL:
            found.append(str(GENERAL[id]))
        elif f"{kind}:" == SAFEGUARD:
            found.append(catalogue()[key].title if key in catalogue() else key)
        elif f"{kind}:" == OBLIGATION:
            known = register_now().obligations
            found.append(known[key].name if key in known else key)
        else:
            found.append(reports.get(id, key))
    return found


def _facts(record: TrustPage, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    return [
        (_("Shown to everybody"), _("yes") if record.shown else _("no")),
        (_("Facts"), "; ".join(titles(record.chosen)) or _("none")),
        (_("Words above them"), record.words or "–"),
        (_("Where weaknesses are reported"), record.contact),
        (_("Search engines may list it"), _("yes") if record.indexable else _("no")),
    ]


def _closed(record: TrustPage, now: datetime) -> str:
    return "" if record.shown else _("The trust page is switched off: there is nothing to publish.")


register_approvable(KIND, Approvable(lambda record: _("public trust page"), _facts, _closed))
register_reference(KIND, lambda key: reverse("settings-trust"))
