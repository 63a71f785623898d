"""Pages of the spine: safeguards with their evidence, and findings with their history."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Max, Q
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from duecare.errors import BadInput, NotFound
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.viewers import Request, Viewer, demand_reader
from duecare.program import remarks
from duecare.program.approval_queries import approvals_in_force
from duecare.program.assessing import Lines
from duecare.program.catalogue import area_of, areas, catalogue
from duecare.program.exception_queries import FINDING, holding, reference, standing_exceptions
from duecare.program.judgement import checks, find_check
from duecare.program.models import Finding
from duecare.program.posture import State, count_states
from duecare.program.queries import (
    current_targets,
    found_outcomes,
    profile,
    required_by,
    safeguards_for,
    standing_of,
    standings,
)
from duecare.program.statement_queries import lines_of
from duecare.program.subjects import address_of, address_seen
from duecare.web.exports import cell
from duecare.web.figures import sort_key
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.web.views import show

PAGE = 100
"""Exceptions on a page."""


@require_safe
def safeguards(request: Request) -> HttpResponseBase:
    """All safeguards of the catalogue with their states, filtered by state and area."""
    viewer = demand_reader(request)
    now = request.view_now
    rows = standings(viewer, now)
    counts = count_states(rows)
    state, place = request.GET.get("state", ""), request.GET.get("area", "")
    if state and state not in set(State):
        raise BadInput(_("There is no state “%s”.") % state[:40], _("Choose one from the list."))
    shown = [
        row
        for row in rows
        if (not state or row.state == state) and (not place or row.safeguard.area == place)
    ]
    asked = required_by(profile())
    if request.GET.get("format") in ("csv", "json"):
        return _export(request.GET["format"], shown, asked)
    context = {
        "rows": [(row, len(asked.get(row.safeguard.id, []))) for row in shown],
        "counts": counts,
        "states": list(State),
        "areas": [one for one in areas() if viewer.covers(one.id)],
        "state": state,
        "area": place,
        "total": len(rows),
    }
    return render(request, "program/safeguards.html", context)


def _export(format: str, rows: list[Any], asked: dict[str, list[Any]]) -> HttpResponse:
    """The same rows as CSV or JSON."""
    table = [
        {
            "id": row.safeguard.id,
            "title": row.safeguard.title,
            "area": row.safeguard.area,
            "state": row.state.value,
            "since": row.since.isoformat() if row.since else "",
            "why": row.why,
            "required_by": " ".join(asker.id for asker in asked.get(row.safeguard.id, []) if asker.certain),
        }
        for row in rows
    ]
    if format == "json":
        response: HttpResponse = JsonResponse({"safeguards": table})
    else:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["id", "title", "area", "state", "since", "why", "required_by"])
        writer.writerows([cell(value) for value in line.values()] for line in table)
        response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="safeguards.{format}"'
    return response


@require_safe
def area(request: Request, id: str) -> HttpResponseBase:
    """One room of the house: its safeguards and their states."""
    viewer = demand_reader(request)
    known = {one.id: one for one in areas() if viewer.covers(one.id)}
    if id not in known:
        raise NotFound(_("There is no such area."), _("Begin at the home page."))
    rows = [row for row in standings(viewer, request.view_now) if row.safeguard.area == id]
    asked = required_by(profile())
    context = {
        "area": known[id],
        "rows": [(row, len(asked.get(row.safeguard.id, []))) for row in rows],
        "counts": count_states(rows),
    }
    return render(request, "program/area.html", context)


@require_safe
def safeguard(request: Request, id: str) -> HttpResponseBase:
    """One safeguard: why it is reasonable, what its checks found, who asks for it."""
    viewer = demand_reader(request)
    now = request.view_now
    found = safeguards_for(viewer).get(id)
    if found is None:
        raise NotFound(_("There is no such safeguard."), _("Look in the list of safeguards."))
    standing = standing_of(found, viewer, now)
    targets = current_targets()
    entries = _last_entries([one.check.id for one in standing.found], viewer)
    named = {check.target for check in checks() if check.safeguard == id}
    held = [target for key, target in targets.items() if key in named]
    open_findings = Finding.objects.all().visible_to(viewer).filter(safeguard=id, closed_at=None)
    context = {
        "standing": standing,
        "checks": [
            {
                "found": one,
                "verdict": one.verdict_at(now),
                "words": one.words(now),
                "target": targets.get(one.check.target or ""),
                "entry": entries.get(one.check.id),
            }
            for one in standing.found
        ],
        "lines": lines_of(standing.asked, viewer, now),
        "may_answer": viewer.changes and asof.current() is None,
        "findings": list(open_findings.order_by("opened_at", "id")[:20]),
        "exceptions": standing_exceptions(viewer, now, safeguard=id),
        "askers": required_by(profile()).get(id, []),
        "targets": held,
        "unadopted": sum(target.adopted is None for target in held),
    }
    return render(request, "program/safeguard.html", context)


def _last_entries(checks: Sequence[str], viewer: Viewer) -> dict[str, int]:
    """Number of the newest entry about each outcome, by check, within the day that is being viewed.

    A check's id is the key of its outcome and of nothing else, so the kind need not be asked for: without it
    the index of subjects answers alone.
    """
    entries = entries_about("program.outcome", checks, viewer)
    return dict(entries.values_list("subject").annotate(newest=Max("index")))


@require_safe
def exceptions(request: Request, id: str) -> HttpResponseBase:
    """What one check looked at and every exception to its answer, by name and reason."""
    viewer = demand_reader(request)
    now = request.view_now
    check, found = find_check(id), found_outcomes(viewer).get(id)
    if check is None or not viewer.covers(area_of(check.safeguard)):
        raise NotFound(_("There is no such check."), _("Look in the list of safeguards."))
    lines = Lines(found.exceptions if found else "")
    if request.GET.get("format") == "json":
        response = JsonResponse({"check": id, "exceptions": lines[:]})
        response["Content-Disposition"] = f'attachment; filename="{id}.json"'
        return response
    pages = Paginator(lines, PAGE)
    part = pages.get_page(request.GET.get("page"))
    looked_at = Lines(found.looked_at if found else "")
    context = {
        "check": check,
        "safeguard": catalogue()[check.safeguard],
        "found": found,
        "verdict": found.verdict_at(now) if found else "unknown",
        "words": found.words(now) if found else _("It has never run."),
        "target": current_targets().get(check.target or ""),
        "lines": [{**line, "url": address_seen(line["subject"], viewer)} for line in part],
        "part": part,
        "looked_at": [{**line, "url": address_seen(line["subject"], viewer)} for line in looked_at[:PAGE]],
        "looked_at_more": max(0, len(looked_at) - PAGE),
        "entry": _last_entries([id], viewer).get(id),
    }
    return render(request, "program/check.html", context)


FINDINGS: Listing[Finding] = Listing(
    name="findings",
    caption=gettext_lazy("Findings"),
    columns=(
        Column(
            "state", gettext_lazy("State"), lambda row: "closed" if row.closed_at else "open", Kind.STATUS
        ),
        Column(
            "what",
            gettext_lazy("What"),
            lambda row: row.reason,
            link=lambda row: reverse("finding", args=[row.pk]),
        ),
        Column(
            "subject",
            gettext_lazy("Where"),
            lambda row: f"{row.subject_name} · {row.item}" if row.item else row.subject_name,
            Kind.MONO,
            link=lambda row: address_of(row.subject),
        ),
        Column(
            "safeguard",
            gettext_lazy("Safeguard"),
            lambda row: catalogue()[row.safeguard].title if row.safeguard in catalogue() else row.safeguard,
            link=lambda row: reverse("safeguard", args=[row.safeguard]),
            export=lambda row: row.safeguard,
        ),
        Column("opened", gettext_lazy("Opened"), lambda row: row.opened_at, Kind.DATE, order="opened_at"),
        Column("closed", gettext_lazy("Closed"), lambda row: row.closed_at, Kind.DATE),
    ),
    sort=("-opened_at",),
    filters=(
        Filter(
            "state",
            gettext_lazy("State"),
            lambda value: Q(closed_at__isnull=value == "open"),
            choices=(("open", gettext_lazy("Open")), ("closed", gettext_lazy("Closed"))),
        ),
        Filter(
            "safeguard",
            gettext_lazy("Safeguard"),
            "safeguard",
            choices=tuple(
                sorted(
                    ((one.id, one.title) for one in catalogue().values()), key=lambda c: sort_key(str(c[1]))
                )
            ),
        ),
        Filter("check", gettext_lazy("Check"), "check_id", FilterKind.TEXT),
        Filter("since", gettext_lazy("Opened since"), "opened_at", FilterKind.SINCE),
        Filter("until", gettext_lazy("Opened until"), "opened_at", FilterKind.UNTIL),
    ),
    empty=Empty(
        gettext_lazy("No findings"),
        gettext_lazy("Either nothing was assessed yet, or nothing that was looked at falls short."),
    ),
)


@require_safe
def findings(request: Request) -> HttpResponseBase:
    """All gaps, newest first."""
    viewer = demand_reader(request)
    rows = Finding.objects.all().visible_to(viewer)
    listing = findings_listing({one.finding: one.until for one in holding(viewer, request.view_now)})
    if viewer.areas is not None:
        listing = _limited(listing, viewer)
    return show(request, listing, rows, template="program/findings.html")


def findings_listing(until: Mapping[str, date]) -> Listing[Finding]:
    """The list of findings; `until` says, by key, how long an exception covers one."""
    excepted: Column[Finding] = Column(
        "excepted", gettext_lazy("Excepted until"), lambda row: until.get(row.pk), Kind.DATE
    )
    return replace(FINDINGS, columns=(*FINDINGS.columns, excepted))


def find_finding(key: str, viewer: Viewer) -> Finding:
    """The finding, if the viewer may see it. Raises NotFound otherwise."""
    row: Finding | None = Finding.objects.all().visible_to(viewer).filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such finding."), _("Look in the list of findings."))
    return row


def _limited(listing: Listing[Finding], viewer: Viewer) -> Listing[Finding]:
    """The list for a right that is limited to areas: its safeguards to choose from, links to what it sees."""
    titles = sorted(((id, one.title) for id, one in safeguards_for(viewer).items()), key=lambda c: c[1])
    return replace(
        listing,
        filters=tuple(
            replace(one, choices=titles) if one.key == "safeguard" else one for one in listing.filters
        ),
        columns=tuple(
            replace(one, link=lambda row: address_seen(row.subject, viewer)) if one.key == "subject" else one
            for one in listing.columns
        ),
    )


@require_safe
def finding(request: Request, key: str) -> HttpResponseBase:
    """One gap: what, where, since when, what to do, and its history in the record."""
    viewer = demand_reader(request)
    row = find_finding(key, viewer)
    entries = entries_about(FINDING, [key], viewer).filter(kind=FINDING)
    about = f"{FINDING}:{key}"
    standing = standing_exceptions(viewer, request.view_now, about=about)
    exception, condition = standing[0] if standing else (None, None)
    excepting = reference(exception.pk) if exception else ""
    context = {
        "finding": row,
        "exception": exception,
        "exception_condition": condition,
        "exception_approval": approvals_in_force([excepting], viewer).get(excepting) if exception else None,
        "check": find_check(row.check_id),
        "safeguard": catalogue().get(row.safeguard),
        "url": address_seen(row.subject, viewer),
        "entries": list(entries.order_by("-index")[:20]),
        **remarks.context(about, viewer),
    }
    return render(request, "program/finding.html", context)
