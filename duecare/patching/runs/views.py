"""Pages of patch runs: which there are, choosing hosts and updates, when, signing, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.browsing import entries_about
from duecare.ledger.naming import actor_words
from duecare.ledger.viewers import Request, Role, Viewer, demand_area
from duecare.patching.runs.actions import ASKED, ask_for, draft_run, say_how_reached, withdraw_run
from duecare.patching.runs.choosing import MANAGERS, Candidate, Which
from duecare.patching.runs.forms import ReachForm, WhenForm, WithdrawForm
from duecare.patching.runs.models import HostReach, PatchAsk, PatchResult, Told
from duecare.patching.runs.orders import KEY, MOST_HOSTS
from duecare.patching.runs.queries import (
    RUN,
    Condition,
    candidates,
    condition_of,
    counted,
    find_run,
    keys_in_order,
    listing,
    order_of,
    reference,
    rows,
    states,
    when_words,
)
from duecare.program.approval_queries import decisions_about, passkeys_of, version_of
from duecare.program.approval_views import entry_sent, may_decide, signed_by, signing_options
from duecare.program.queries import live_profile, zone_of
from duecare.systems.models import Host
from duecare.web.views import show

AREA = "patching"
LISTED = 50
"""Hosts that can be ticked one by one; all that pass the filter can be taken together."""
SHOWN = 25
"""Hosts of a run on one page."""
HISTORY = 20
_NAMES = re.compile(r"[\s,;]+")


def changer(request: Request) -> Viewer:
    """The viewer, if they may draw up patch runs. Raises Refused for one who only reads, else NotFound."""
    viewer = demand_area(request, AREA)
    if not viewer.changes:
        raise Refused(
            _("Only an owner, a manager or an approver draws up patch runs."), _("Ask one of them.")
        )
    return viewer


@require_safe
def runs(request: Request) -> HttpResponseBase:
    """All patch runs, newest first."""
    viewer = demand_area(request, AREA)
    return show(
        request,
        listing(request.view_now),
        rows(viewer),
        template="patching/runs.html",
        context={"may_draw_up": viewer.changes and asof.current() is None},
    )


# ── Drawing one up ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Choice:
    """Which hosts and which updates an address names."""

    hosts: tuple[str, ...]
    """Keys; empty if all are meant that pass the filter."""
    every: bool
    name: str
    family: str
    which: Which
    names: frozenset[str]

    @classmethod
    def of(cls, sent: QueryDict) -> Choice:
        which, family = sent.get("which", ""), sent.get("family", "")
        return cls(
            tuple(dict.fromkeys(key for key in sent.getlist("hosts") if KEY.fullmatch(key))),
            sent.get("every", "") == "1",
            sent.get("name", "")[:200].strip(),
            family if family in MANAGERS else "",
            Which(which) if which in set(Which) else Which.SECURITY,
            frozenset(name for name in _NAMES.split(sent.get("names", "")[:4000]) if name),
        )

    def passing(self, viewer: Viewer) -> QuerySet[Host]:
        """The hosts that pass the filter, by name."""
        found: QuerySet[Host] = Host.objects.all().visible_to(viewer).filter(removed_at=None)
        if self.name:
            found = found.filter(name__istartswith=self.name)
        if self.family:
            found = found.filter(family=self.family)
        return found.order_by("name", "id")

    def keys(self, viewer: Viewer) -> Sequence[str]:
        """Keys of the hosts that are meant, at most one more than an order takes."""
        found = self.passing(viewer)
        if not self.every:
            found = found.filter(pk__in=self.hosts[: MOST_HOSTS + 1])
        return list(found.values_list("pk", flat=True)[: MOST_HOSTS + 1])

    def kept(self) -> list[tuple[str, str]]:
        """The same as fields of a form."""
        told = [("every", "1"), ("name", self.name), ("family", self.family)] if self.every else []
        told += [("hosts", key) for key in self.hosts]
        return [*told, ("which", self.which.value), ("names", " ".join(sorted(self.names)))]


@require_safe
def new(request: Request) -> HttpResponseBase:
    """Choose hosts, by what waits on them, and which updates they get."""
    viewer = changer(request)
    choice = Choice.of(request.GET)
    found = choice.passing(viewer)
    count = found.count()
    shown = candidates(list(found.values_list("pk", flat=True)[:LISTED]), viewer)
    context = {
        "choice": choice,
        "count": count,
        "hosts": [_waiting(one) for one in shown],
        "families": [("debian", _("Debian, Ubuntu")), ("rhel", _("Red Hat and kin"))],
        "whichs": [
            (Which.SECURITY.value, _("Security updates")),
            (Which.ALL.value, _("All updates")),
            (Which.NAMED.value, _("These packages only")),
        ],
        "most": MOST_HOSTS,
        "may_reach": viewer.has(Role.OWNER, Role.MANAGER),
    }
    return render(request, "patching/run_new.html", context)


def _waiting(one: Candidate) -> dict[str, Any]:
    """A host as it can be ticked, with how much waits on it."""
    told = one.updates
    return {
        "host": one,
        "security": None if told is None else sum(bool(update["security"]) for update in told),
        "all": None if told is None else len(told),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def when(request: Request) -> HttpResponseBase:
    """Say when and in which rings, and have the order drawn up."""
    viewer = changer(request)
    sent = request.POST if request.method == "POST" else None
    choice = Choice.of(sent if sent is not None else request.GET)
    keys = choice.keys(viewer)
    form = WhenForm(timezone.localdate(request.now), zone_of(live_profile()).key, sent)
    if form.is_valid():
        try:
            made = draft_run(viewer, form.draft(keys, choice.which, choice.names), request.now)
        except BadInput as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Drawn up. Read it, then sign it to ask for it."))
            return redirect("patch-run", made.pk)
    context = {"form": form, "kept": choice.kept(), "count": len(keys), "most": MOST_HOSTS}
    return render(request, "patching/run_when.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: Request, key: str) -> HttpResponseBase:
    """Say how the deployer reaches a host."""
    viewer = demand_area(request, AREA)
    if not viewer.has(Role.OWNER, Role.MANAGER):
        raise Refused(_("Only an owner or a manager says how hosts are reached."), _("Ask one of them."))
    host: Host | None = Host.objects.all().visible_to(viewer).filter(pk=key).first()
    if host is None:
        raise NotFound(_("There is no such host."), _("Look in the list of hosts."))
    known = HostReach.objects.all().visible_to(viewer).filter(host=host).first()
    initial = (
        {"address": known.address, "port": known.port, "host_key": known.host_key}
        if known
        else {"address": host.name}
    )
    form = ReachForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        values = form.cleaned_data
        try:
            address, host_key = values["address"].strip(), values["host_key"].strip()
            say_how_reached(viewer, host, address, values["port"], host_key, request.now)
        except BadInput as error:
            form.add_error(error.place or None, str(error))
        else:
            messages.success(request, _("Noted. The deployer has to know the same key."))
            return redirect("patch-run-new")
    context = {
        "form": form,
        "title": _("How %s is reached") % host.name,
        "text": _("The deployer connects only to a host that shows this key, and that it knows itself."),
        "button": _("Note it"),
        "back": reverse("patch-run-new"),
    }
    return render(request, "patching/run_form.html", context, status=400 if form.errors else 200)


# ── One run ──────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def run(request: Request, key: str) -> HttpResponseBase:
    """What was ordered, who signed, and ring by ring what came of it and whether a report shows it."""
    viewer = demand_area(request, AREA)
    row = find_run(key, viewer)
    condition = condition_of(row, request.view_now)
    order = order_of(row)
    live = asof.current() is None
    page = Paginator(list(keys_in_order(order)), SHOWN).get_page(request.GET.get("page"))
    name = reference(key)
    told = PatchResult.objects.all().visible_to(viewer).filter(run=row).exclude(what=Told.HOST.value)
    asks = PatchAsk.objects.all().visible_to(viewer).filter(run=row).select_related("by", "passkey")
    over = (Condition.DONE, Condition.STOPPED, Condition.EXPIRED)
    mine = live and row.made_by == viewer.actor
    entries = entries_about(RUN, [key], viewer).filter(kind=RUN).order_by("-index")
    context = {
        "row": row,
        "condition": condition,
        "order": order,
        "when": when_words(order),
        "maker": actor_words(row.made_by, getattr(row, "made_name", None)),
        "asked": asks.first(),
        "states": states(order, row, list(page), viewer),
        "hosts_page": page,
        "counted": counted(row, viewer),
        "told": list(told.order_by("at", "number")[:HISTORY]),
        "left_out": order.left_out[:200],
        "left_more": max(len(order.left_out) - 200, 0),
        "hosts_linked": viewer.covers("systems"),
        "reference": name,
        "decisions": decisions_about([name], viewer).get(name, []),
        "may_ask": mine and condition is Condition.DRAFT,
        "may_decide": condition is Condition.ASKED and may_decide(viewer, name),
        "may_withdraw": live and viewer.changes and row.ended_at is None and condition not in over,
        "entries": list(entries[:HISTORY]),
    }
    return render(request, "patching/run.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request, key: str) -> HttpResponseBase:
    """Sign a run that one drew up oneself; a second person decides then."""
    viewer = changer(request)
    row = find_run(key, viewer)
    if row.made_by != viewer.actor:
        raise NotFound(
            _("Whoever drew up a patch run asks for it."), _("Draw up one of your own, or ask them to.")
        )
    fault = ""
    if request.method == "POST":
        try:
            signed = signed_by(request, version_of(reference(key), viewer))
            ask_for(viewer, key, entry_sent(request), signed, request.now)
        except DuecareError as error:
            fault = str(error)
        else:
            messages.success(request, _("Asked for. A second person approves it, or not."))
            return redirect("patch-run", key)
    passkeys = passkeys_of(viewer.person)
    version = version_of(reference(key), viewer)
    past = asof.current() is not None
    order = order_of(row)
    context = {
        "row": row,
        "order": order,
        "when": when_words(order),
        "version": version,
        "passkeys": passkeys,
        "fault": fault,
        "past": past,
        "options": {} if past else signing_options(request, version, passkeys, (ASKED,)),
    }
    return render(request, "patching/run_ask.html", context, status=400 if fault else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, key: str) -> HttpResponseBase:
    """End a run."""
    viewer = changer(request)
    row = find_run(key, viewer)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        withdraw_run(viewer, key, form.cleaned_data["reason"], request.now)
        messages.success(request, _("Withdrawn. What was begun is finished; nothing more is begun."))
        return redirect("patch-run", key)
    context = {
        "form": form,
        "title": _("Withdraw this patch run"),
        "text": _("“%s”. Hosts that were begun with are finished.") % row.title,
        "button": _("Withdraw it"),
        "back": reverse("patch-run", args=[key]),
    }
    return render(request, "patching/run_form.html", context, status=400 if form.errors else 200)
