"""Patch runs for programs: which there are, what came of one, and drawing one up. Signing takes people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from django.utils import timezone
from ninja import Router

from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.patching.runs.actions import draft_run
from duecare.patching.runs.choosing import Which
from duecare.patching.runs.forms import WhenForm
from duecare.patching.runs.models import PatchRun
from duecare.patching.runs.orders import MOST_HOSTS
from duecare.patching.runs.queries import (
    condition_of,
    counted,
    find_run,
    keys_in_order,
    listing,
    order_of,
    rows,
    states,
)
from duecare.patching.runs.views import AREA, changer
from duecare.program.queries import live_profile, zone_of
from duecare.web.api import PLACE, cleaned, endpoint, list_rows, number_rows, page_of, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment

router = Router(tags=["Patching"])
_LISTING = listing(datetime.min.replace(tzinfo=UTC))


class LeftOut(Answer):
    """What an order leaves out, and why."""

    host: str
    package: str
    why: str


class RunAnswer(Answer):
    """One patch run."""

    id: str
    title: str
    state: str
    hosts: int
    updates: int
    rings: list[list[str]]
    """Keys of the hosts, ring by ring."""
    not_before: Moment
    not_after: Moment
    reboot: bool
    left_out: list[LeftOut]
    order: str
    """SHA-256 of the document that two people sign, 64 hex."""
    made_by: str
    made_at: Moment
    ended_at: Moment | None
    ended_because: str
    installed: int
    """Hosts of which the deployer says so; only a later report shows it."""
    failed: int
    unreachable: int


class PackageUpdate(Answer):
    """A package that an order installs."""

    name: str
    installed: str
    version: str


class RunHost(Answer):
    """A host of a patch run, and what came of it."""

    host: str
    name: str
    ring: int
    """From 1."""
    updates: list[PackageUpdate]
    outcome: str | None
    """By the deployer's word: installed, failed, unreachable; null for nothing yet."""
    at: Moment | None
    """By the deployer's clock."""
    words: str
    restart: bool
    shown: str
    """`yes` if a later report of the host shows every version, `no` if one shows that some lack."""
    lacking: list[str]


RunHosts = page_of("PatchRunHosts", RunHost)


class DraftRun(Body):
    """A patch run to be drawn up. Nothing is installed by it: whoever drew it up signs it on its page."""

    title: Line
    hosts: list[Key]
    which: Literal["security", "all", "named"] = "security"
    names: list[Line] = []
    """Packages, where `which` is named."""
    first: Day
    last: Day
    days: list[int] = [0, 1, 2, 3, 4, 5, 6]
    """Days of the week, Monday is 0."""
    begins: Line = "20:00"
    ends: Line = "06:00"
    """Between which times of day hosts are begun with, in the organisation's zone."""
    first_ring: int = 1
    second_ring: int = 5
    rest_minutes: int = 60
    most_failed: int = 0
    share: int = 0
    """It stops when more hosts of a ring, or more per cent of it, fail."""
    reboot: bool = False


def told(run: PatchRun, request: Request) -> dict[str, Any]:
    """A run of `rows` as it is answered."""
    order = order_of(run)
    return {
        "id": run.pk,
        "title": run.title,
        "state": condition_of(run, request.view_now).value,
        "hosts": run.hosts,
        "updates": run.packages,
        "rings": [list(ring) for ring in order.rings],
        "not_before": run.not_before,
        "not_after": run.not_after,
        "reboot": order.reboot,
        "left_out": [{"host": one.host, "package": one.package, "why": one.why} for one in order.left_out],
        "order": run.order,
        "made_by": run.made_by,
        "made_at": run.made_at,
        "ended_at": run.ended_at,
        "ended_because": run.ended_because,
        **counted(run, request.viewer),
    }


@endpoint(router, "GET", "/patch-runs", Scope.READ, rows_of(_LISTING), listing=_LISTING)
def list_patch_runs(request: Request) -> Any:
    """All patch runs, newest first."""
    viewer = demand_area(request, AREA)
    return list_rows(request, listing(request.view_now), rows(viewer))


@endpoint(router, "POST", "/patch-runs", Scope.PATCHING, RunAnswer, status=201)
def draft_patch_run(request: Request, body: DraftRun) -> Any:
    """Draw up a patch run of what waits on these hosts now. People sign it before anything is installed."""
    viewer = changer(request)
    given = body.model_dump(exclude={"hosts", "which", "names"})
    form = WhenForm(timezone.localdate(request.now), zone_of(live_profile()).key, given)
    cleaned(form)
    draft = form.draft(body.hosts[: MOST_HOSTS + 1], Which(body.which), frozenset(body.names))
    return told(find_run(draft_run(viewer, draft, request.now).pk, viewer), request)


@endpoint(router, "GET", "/patch-runs/{key}", Scope.READ, RunAnswer)
def one_patch_run(request: Request, key: Key) -> Any:
    """One patch run: what was ordered, where it stands, and how many hosts came to what."""
    return told(find_run(key, demand_area(request, AREA)), request)


@endpoint(router, "GET", "/patch-runs/{key}/hosts", Scope.READ, RunHosts, extra=PLACE)
def hosts_of_patch_run(request: Request, key: Key) -> Any:
    """What came of each host of a patch run, ring by ring."""
    viewer = demand_area(request, AREA)
    run = find_run(key, viewer)
    order = order_of(run)
    part = number_rows(list(keys_in_order(order)), int(request.GET.get("after", "0")))
    return {
        "rows": [
            {
                "host": one.host.key,
                "name": one.host.name,
                "ring": one.ring,
                "updates": [
                    {"name": pack.name, "installed": pack.installed, "version": pack.version}
                    for pack in one.host.packages
                ],
                "outcome": one.result and one.result.outcome,
                "at": one.result and one.result.at,
                "words": one.result.words if one.result else "",
                "restart": bool(one.result and one.result.restart),
                "shown": one.shown,
                "lacking": list(one.lacking),
            }
            for one in states(order, run, part.rows, viewer)
        ],
        "next": part.next,
    }
