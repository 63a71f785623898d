"""What pages and jobs read of patch runs: which there are, where each stands, what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from duecare.errors import DuecareError, NotFound
from duecare.ledger import blobs
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.viewers import Viewer
from duecare.patching.runs.choosing import Candidate
from duecare.patching.runs.models import Came, HostReach, PatchAsk, PatchResult, PatchRun, Told
from duecare.patching.runs.orders import Host as OrderedHost
from duecare.patching.runs.orders import Manager, Order, parse_order
from duecare.patching.versions import compare
from duecare.program.approval_queries import Approvable, register_approvable
from duecare.program.models import Approval, Decided
from duecare.program.subjects import register_reference
from duecare.systems.models import NEWEST, Host, Report
from duecare.web.listing import Column, Empty, Filter, Kind, Listing

RUN = "patching.patchrun"
REFUSED = "refused"
WEEKDAYS = (
    gettext_noop("Monday"),
    gettext_noop("Tuesday"),
    gettext_noop("Wednesday"),
    gettext_noop("Thursday"),
    gettext_noop("Friday"),
    gettext_noop("Saturday"),
    gettext_noop("Sunday"),
)


class Condition(StrEnum):
    """Where a run stands."""

    DRAFT = "draft"
    ASKED = "asked"
    APPROVED = "approved"
    UNDER_WAY = "under way"
    DONE = "done"
    STOPPED = "stopped"
    REFUSED = "refused"
    ENDED = "ended"
    EXPIRED = "expired"


_ENDS = (Told.OVER.value, Told.REFUSED.value)


def reference(key: str) -> str:
    """The typed reference to a run."""
    return f"{RUN}:{key}"


def rows(viewer: Viewer) -> QuerySet[PatchRun]:
    """The runs that a viewer may see, each with what tells where it stands, and who made it."""
    decisions = Approval.objects.filter(about=Concat(Value(f"{RUN}:"), OuterRef("pk")))
    told = PatchResult.objects.filter(run=OuterRef("pk"))
    return (
        PatchRun.objects.all()
        .visible_to(viewer)
        .annotate(
            asked=Exists(PatchAsk.objects.filter(run=OuterRef("pk"))),
            decision=Subquery(decisions.order_by("-at", "-id").values("decided")[:1]),
            accepted=Exists(told.filter(what=Told.ACCEPTED.value)),
            over=Subquery(told.filter(what__in=_ENDS).order_by("at", "id").values("what")[:1]),
            over_words=Subquery(told.filter(what=Told.OVER.value).order_by("at", "id").values("words")[:1]),
            made_name=name_of(OuterRef("made_by")),
        )
    )


def find_run(key: str, viewer: Viewer) -> PatchRun:
    """One of `rows`. Raises NotFound."""
    found = rows(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such patch run."), _("Look in the list of patch runs."))
    return found


def condition_of(row: Any, now: datetime) -> Condition:
    """Where one of `rows` stands at a moment."""
    if row.accepted:
        if row.over_words is None:
            return Condition.UNDER_WAY
        return Condition.STOPPED if row.over_words else Condition.DONE
    if row.ended_at is not None:
        return Condition.REFUSED if row.decision == Decided.REFUSED else Condition.ENDED
    if row.over is not None:
        return Condition.STOPPED
    if row.not_after <= now:
        return Condition.EXPIRED
    if row.decision == Decided.APPROVED:
        return Condition.APPROVED
    return Condition.ASKED if row.asked else Condition.DRAFT


def in_condition(condition: str, now: datetime) -> Q:
    """The same of `rows`, asked of the database."""
    idle = Q(accepted=False)
    is_open = idle & Q(ended_at=None)
    waits, running = is_open & Q(over=None), Q(not_after__gt=now)
    approved = Q(decision=Decided.APPROVED.value)
    return {
        Condition.UNDER_WAY: Q(accepted=True, over_words=None),
        Condition.DONE: Q(accepted=True, over_words=""),
        Condition.STOPPED: (Q(accepted=True) & ~Q(over_words="") & ~Q(over_words=None))
        | (is_open & ~Q(over=None)),
        Condition.REFUSED: idle & ~Q(ended_at=None) & Q(decision=Decided.REFUSED.value),
        Condition.ENDED: idle & ~Q(ended_at=None) & (approved | Q(decision=None)),
        Condition.EXPIRED: waits & ~running,
        Condition.APPROVED: waits & running & approved,
        Condition.ASKED: waits & running & Q(decision=None, asked=True),
        Condition.DRAFT: waits & running & Q(decision=None, asked=False),
    }[Condition(condition)]


def order_of(run: PatchRun) -> Order:
    """The order of a run. Raises DuecareError if its file is gone or is no order."""
    return _parsed(run.order)


@lru_cache(maxsize=32)
def _parsed(digest: str) -> Order:
    return parse_order(blobs.fetch(digest))


# ── Hosts to choose from ─────────────────────────────────────────────────────────────────────────────────


def candidates(keys: Iterable[str], viewer: Viewer) -> list[Candidate]:
    """These hosts as an order may take them, in the order of their names; removed ones are left out."""
    found = list(
        Host.objects.all()
        .visible_to(viewer)
        .filter(pk__in=list(keys), removed_at=None)
        .order_by("name", "id")
    )
    reaches = {one.host_id: one for one in HostReach.objects.all().visible_to(viewer).filter(host__in=found)}
    reports = newest_reports([one.pk for one in found], viewer)
    return [_candidate(one, reaches.get(one.pk), reports.get(one.pk)) for one in found]


def _candidate(host: Host, reach: HostReach | None, report: Report | None) -> Candidate:
    return Candidate(
        key=host.pk,
        name=host.name,
        family=host.family,
        address=reach.address if reach else "",
        port=reach.port if reach else 22,
        host_key=reach.host_key if reach else "",
        reported_at=report.collected_at if report else None,
        updates=_items(report.report, "updates") if report else None,
    )


def newest_reports(hosts: Sequence[str], viewer: Viewer) -> dict[str, Report]:
    """The newest report of each of these hosts."""
    found = Report.objects.all().visible_to(viewer).filter(host__in=list(hosts), newest__in=NEWEST)
    return {one.host_id: one for one in found}


@lru_cache(maxsize=256)
def _items(digest: str, section: str) -> tuple[dict[str, Any], ...] | None:
    """The items of a section of a report; None if it could not be read. A report never changes."""
    try:
        told = json.loads(blobs.fetch(digest))["facts"][section]
    except (DuecareError, KeyError, ValueError):
        return None
    return tuple(told["items"]) if told.get("items") is not None else None


# ── What came of it ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class HostState:
    """A host of a run, as its page shows it."""

    host: OrderedHost
    ring: int
    """From 1."""
    result: PatchResult | None
    shown: str
    """`yes` if a later report shows every version, `no` if one shows that some is lacking, else empty."""
    report: Report | None
    lacking: tuple[str, ...]
    """Packages that the later report names in an older version, or not at all."""


def states(order: Order, run: PatchRun, keys: Sequence[str], viewer: Viewer) -> list[HostState]:
    """These hosts of a run, in the order of its rings."""
    told = (
        PatchResult.objects.all()
        .visible_to(viewer)
        .filter(run=run, what=Told.HOST.value, host__in=list(keys))
    )
    results = {one.host_id: one for one in told.order_by("at", "id")}
    reports = newest_reports(keys, viewer)
    rings = {key: number for number, ring in enumerate(order.rings, 1) for key in ring}
    return [_state(order.host(key), rings[key], results.get(key), reports.get(key)) for key in keys]


_SCHEMES: Mapping[str, str] = {Manager.APT: "deb", Manager.DNF: "rpm", Manager.APK: "apk"}
"""The order of versions of what each installs."""


def _state(host: OrderedHost, ring: int, result: PatchResult | None, report: Report | None) -> HostState:
    if result is None or report is None or report.collected_at <= result.at:
        return HostState(host, ring, result, "", None, ())
    items = _items(report.report, "packages")
    if items is None:
        return HostState(host, ring, result, "", report, ())
    scheme = _SCHEMES[host.manager]
    versions: dict[str, list[str]] = {}
    for item in items:
        versions.setdefault(str(item["name"]), []).append(str(item["version"]))
    lacking = tuple(
        one.name for one in host.packages if not _has(versions.get(one.name, []), one.version, scheme)
    )
    return HostState(host, ring, result, "no" if lacking else "yes", report, lacking)


def _has(versions: Sequence[str], wanted: str, scheme: str) -> bool:
    """Whether every installed one is at least what was wanted. Several kernels stand beside each other."""
    orders = [compare(scheme, one, wanted) for one in versions]
    return any(one is not None and one >= 0 for one in orders)


def keys_in_order(order: Order) -> Iterator[str]:
    """Keys of all hosts, ring by ring."""
    for ring in order.rings:
        yield from ring


def counted(run: PatchRun, viewer: Viewer) -> dict[str, int]:
    """How many hosts came to what, by outcome."""
    told = PatchResult.objects.all().visible_to(viewer).filter(run=run, what=Told.HOST.value)
    outcomes = dict(told.values_list("host_id", "outcome"))
    return {one.value: sum(o == one.value for o in outcomes.values()) for one in Came}


# ── The list, and how runs are decided on ────────────────────────────────────────────────────────────────


def listing(now: datetime) -> Listing[PatchRun]:
    """The list of patch runs as they stand at a moment."""
    return Listing(
        name="patch-runs",
        caption=gettext_lazy("Patch runs"),
        columns=(
            Column("state", gettext_lazy("State"), lambda row: condition_of(row, now).value, Kind.STATUS),
            Column(
                "title",
                gettext_lazy("Patch run"),
                lambda row: row.title,
                link=lambda row: reverse("patch-run", args=[row.pk]),
            ),
            Column("hosts", gettext_lazy("Hosts"), lambda row: row.hosts, Kind.NUMBER),
            Column("packages", gettext_lazy("Updates"), lambda row: row.packages, Kind.NUMBER),
            Column(
                "made_by",
                gettext_lazy("Made by"),
                lambda row: actor_words(row.made_by, getattr(row, "made_name", None)),
            ),
            Column("made", gettext_lazy("Made"), lambda row: row.made_at, Kind.DATE, order="made_at"),
            Column(
                "not_after", gettext_lazy("Until"), lambda row: row.not_after, Kind.DATE, order="not_after"
            ),
        ),
        sort=("-made_at",),
        filters=(
            Filter(
                "state",
                gettext_lazy("State"),
                lambda value: in_condition(value, now),
                choices=(
                    (Condition.DRAFT.value, gettext_lazy("Draft")),
                    (Condition.ASKED.value, gettext_lazy("Asked for")),
                    (Condition.APPROVED.value, gettext_lazy("Approved")),
                    (Condition.UNDER_WAY.value, gettext_lazy("Under way")),
                    (Condition.DONE.value, gettext_lazy("Done")),
                    (Condition.STOPPED.value, gettext_lazy("Stopped")),
                    (Condition.REFUSED.value, gettext_lazy("Refused")),
                    (Condition.EXPIRED.value, gettext_lazy("Expired")),
                    (Condition.ENDED.value, gettext_lazy("Ended")),
                ),
            ),
        ),
        empty=Empty(
            gettext_lazy("No patch runs"),
            gettext_lazy("Choose hosts and updates; two people sign before anything is installed."),
        ),
    )


def _name(record: PatchRun) -> str:
    return _("patch run “%s”") % record.title


LISTED = 200
"""Lines that whoever decides is shown of each kind; the page of the run shows all."""


def _facts(record: PatchRun, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    """What is read before signing: which packages on which hosts, when, and when it stops."""
    order = order_of(record)
    lines = [
        f"{host.name}: {one.name} {one.installed} → {one.version}"
        for key in keys_in_order(order)
        for host in (order.host(key),)
        for one in host.packages
    ]
    left = [": ".join(part for part in (one.host, one.package, one.why) if part) for one in order.left_out]
    return [
        (_("Patch run"), record.title),
        *when_words(order),
        (_("Installed"), _listed(lines)),
        (_("Left out"), _listed(left) or _("nothing")),
    ]


def _listed(lines: Sequence[str]) -> str:
    more = len(lines) - LISTED
    said = list(lines[:LISTED])
    if more > 0:
        said.append(ngettext("… and %s more", "… and %s more", more) % more)
    return "\n".join(said)


def when_words(order: Order) -> list[tuple[str, str]]:
    """When an order is carried out and when it stops, in words."""
    window = order.window
    days = ", ".join(_(WEEKDAYS[day]) for day in sorted(window.days))
    hours = (
        _("the whole day") if window.begins == window.ends else f"{window.begins:%H:%M}–{window.ends:%H:%M}"
    )
    return [
        (
            _("Not before, not after"),
            f"{date_format(window.not_before, 'DATETIME_FORMAT')} – "
            f"{date_format(window.not_after, 'DATETIME_FORMAT')} UTC",
        ),
        (_("On"), f"{days}, {hours} ({window.zone})"),
        (
            _("Rings"),
            _("hosts in each: %(sizes)s; minutes between: %(rest)s")
            % {"sizes": " + ".join(str(len(ring)) for ring in order.rings), "rest": order.rest_minutes},
        ),
        (
            _("It stops"),
            _("at the first host that fails")
            if not order.stop.hosts or not order.stop.share
            else _("when more than %(hosts)s hosts or %(share)s per cent of a ring fail")
            % {"hosts": order.stop.hosts, "share": order.stop.share},
        ),
        (_("Restarts"), _("where a host asks for one") if order.reboot else _("none")),
    ]


def _closed(record: PatchRun, now: datetime) -> str:
    if record.ended_at is not None:
        return _("This patch run has ended: %s.") % record.ended_because
    if record.not_after <= now:
        return _("The time of this patch run is over.")
    if not PatchAsk.objects.filter(run=record).exists():
        return _("Whoever made this patch run has not signed it yet.")
    return ""


def _decided(record: PatchRun, decided: Decided, now: datetime) -> None:
    """A refusal ends the run."""
    if decided is Decided.REFUSED:
        record.ended_at, record.ended_because = now, REFUSED
        record.save()


register_reference(RUN, lambda key: reverse("patch-run", args=[key]))
register_approvable(RUN, Approvable(_name, _facts, _closed, _decided, two_people=True))
