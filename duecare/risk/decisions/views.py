"""Pages of decisions: which there are, one of them, drawing up, weighing options, putting, replaying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from duecare.errors import NotFound
from duecare.ledger import asof
from duecare.ledger.browsing import opened_about
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.program import remarks
from duecare.program.approval_queries import decisions_about
from duecare.program.judgement import find_check
from duecare.program.statement_queries import names_of
from duecare.program.subjects import address_of
from duecare.risk.decisions import actions, putting
from duecare.risk.decisions.drafts import lacking
from duecare.risk.decisions.figures import (
    VERSIONS,
    lacking_words,
    measure_names,
    option_lines,
    signing_words,
    version_lines,
)
from duecare.risk.decisions.freezing import TESTS
from duecare.risk.decisions.lists import listing, rows_for
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.paper import paper_facts, word_words
from duecare.risk.decisions.queries import (
    DECISION,
    KINDS,
    OPEN,
    Condition,
    condition_of,
    find_decision,
    reference,
    said_of,
)
from duecare.risk.decisions.replaying import Verdict
from duecare.risk.decisions.saying import may_sign
from duecare.risk.decisions.seeing import outcomes_seen
from duecare.risk.decisions.since import recorded_since
from duecare.risk.decisions.tests_again import has_input, inputs_for
from duecare.risk.measures.models import Measure
from duecare.risk.register.models import Scenario
from duecare.risk.register.queries import SCENARIO, terms
from duecare.risk.rooms import ROOM
from duecare.web.views import show

HISTORY = 20
VERDICTS = {
    Verdict.SAME: gettext_lazy("same figures"),
    Verdict.WITHIN: gettext_lazy("same within tolerance"),
    Verdict.CHANGED: gettext_lazy("rule changed"),
    Verdict.DIFFERS: gettext_lazy("does not match"),
}


@require_safe
def decisions(request: Request) -> HttpResponseBase:
    """All decisions, the newest first."""
    viewer = demand_area(request, ROOM)
    may = viewer.changes and asof.current() is None
    found = listing(viewer, timezone.localdate(request.view_now))
    if may:
        found = replace(found, empty=replace(found.empty, url=reverse("risk-decision-new")))
    context = {"may_draw_up": may, "terms": terms(viewer)}
    return show(request, found, rows_for(viewer), template="risk/decisions/list.html", context=context)


@require_safe
def decision(request: Request, key: str) -> HttpResponseBase:
    """One decision: what was asked and weighed, what was known then, who signed, what was recorded since."""
    viewer = demand_area(request, ROOM)
    return render(request, "risk/decisions/decision.html", _told(request, find_decision(key, viewer), viewer))


def _told(request: Request, row: RiskDecision, viewer: Viewer) -> dict[str, Any]:
    live = asof.current() is None
    names = names_of({row.drawn_by, row.put_by, row.ended_by} - {""}, viewer)
    draft = actions.draft_of(row)
    open_ = row.state in OPEN
    measures = Measure.objects.all().visible_to(viewer)
    titles = {one.pk: one.title for one in measures.filter(pk__in=_named(row))}
    stands = condition_of(row, timezone.localdate(request.view_now))
    outcomes, outside = outcomes_seen(row, viewer)
    return {
        "decision": row,
        "state": stands.value,
        "expired": stands is Condition.EXPIRED,
        "kind": KINDS[row.kind],
        "scenarios": [
            (str(one), address_of(f"{SCENARIO}:{one.pk}"), bool(one.ended_at))
            for one in Scenario.objects.all()
            .visible_to(viewer)
            .filter(pk__in=row.scenarios)
            .order_by("number")
        ],
        "options": option_lines(row, measure_names(row) or titles),
        "frozen": bool(row.figures),
        "facts": paper_facts(row) if row.figures else [],
        "signing": signing_words(row) if row.figures else "",
        "missing": lacking_words(row),
        "lacking": list(lacking(draft)) if open_ else [],
        "drawn_by": names.get(row.drawn_by, row.drawn_by),
        "put_by": names.get(row.put_by, row.put_by),
        "ended_by": names.get(row.ended_by, row.ended_by),
        "words": _words(row, viewer),
        "since": recorded_since(row, viewer),
        "decisions": decisions_about([reference(row.pk)], viewer).get(reference(row.pk), []),
        "may_sign": may_sign(row, viewer),
        "may_change": open_ and live and viewer.changes,
        "may_work": live and viewer.changes and row.state != Condition.WITHDRAWN.value,
        "entries": list(
            opened_about(DECISION, [row.pk], viewer).filter(kind=DECISION).order_by("-index")[:HISTORY]
        ),
        "outcomes": [_outcome(one) for one in outcomes],
        "outcomes_outside": outside,
        "versions": version_lines(row.versions),
        "inputs": [
            *sorted(name for name, result in row.results.items() if result),
            *([TESTS] if has_input(row, viewer) else []),
        ],
        **remarks.context(reference(row.pk), viewer),
    }


def _outcome(one: Mapping[str, str]) -> tuple[str, str]:
    """The question of a check, and what it was answered then."""
    check = find_check(one["check"])
    return (str(check.question) if check else one["check"], one["verdict"])


def _named(row: RiskDecision) -> list[str]:
    return [key for one in row.options for key in one["measures"]]


def _words(row: RiskDecision, viewer: Viewer) -> list[tuple[Any, str]]:
    return [(one, word_words(one.row.kind, one.to)) for one in said_of(row, viewer)]


@require_safe
def replay(request: Request, key: str) -> HttpResponseBase:
    """Compute a decision again from what was frozen with it."""
    viewer = demand_area(request, ROOM)
    row = find_decision(key, viewer)
    found = putting.replayed(row, viewer)
    context = {
        "decision": row,
        "found": found,
        "tests_left_out": has_input(row, viewer) is False,
        "verdict": VERDICTS[found.verdict],
        "versions": version_lines(row.versions),
        "others": [(str(VERSIONS.get(name, name)), version) for name, _then, version in found.versions],
    }
    return render(request, "risk/decisions/replay.html", context)


@require_safe
def frozen_input(request: Request, key: str, name: str) -> HttpResponseBase:
    """One input as it was frozen: a curve file that `duecare risk curve` reads, what options cost, or what
    the tests of law rest on."""
    viewer = demand_area(request, ROOM)
    row = find_decision(key, viewer)
    inputs = inputs_for(putting.frozen_of(row).inputs, viewer)
    if name not in inputs:
        raise NotFound(_("This decision has no such input."), _("Choose one on its page."))
    response = HttpResponse(inputs[name], content_type="application/json; charset=utf-8")
    file = f"D-{row.number}-{name.replace('.', '-')}.json"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response
