"""What people do with decisions before one is put: draw one up, change it, weigh options, withdraw it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError
from django.db.models import Max
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.record_form import LONG
from duecare.program.task_queries import today_at
from duecare.program.unchanged import demand_unchanged
from duecare.risk.decisions import reminding
from duecare.risk.decisions.drafts import Draft, Option, whole
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import OPEN, Condition
from duecare.risk.measures.models import Measure
from duecare.risk.register.models import Scenario
from duecare.web.recorded import in_the_records_language, recorded


def draw_up(viewer: Viewer, draft: Draft, now: datetime) -> RiskDecision:
    """Draw up a decision. Raises BadInput naming what cannot be."""
    draft = _checked(viewer, draft, now)
    try:
        return _draw_up(viewer, draft, now)
    except IntegrityError:  # another took the same number at that very moment
        return _draw_up(viewer, draft, now)


def _draw_up(viewer: Viewer, draft: Draft, now: datetime) -> RiskDecision:
    row = RiskDecision(id=new_key(), state=Condition.DRAFT.value, drawn_by=viewer.actor, drawn_at=now)
    _write(row, draft)
    with recording(viewer.actor, recorded("draw up the decision: %(question)s", question=row.question)):
        row.number = (RiskDecision.objects.aggregate(most=Max("number"))["most"] or 0) + 1
        row.save(force_insert=True)
    return row


def change(viewer: Viewer, key: str, draft: Draft, seen: int, now: datetime) -> RiskDecision:
    """Change what a draft says. Raises NotFound, BadInput naming what cannot be, Refused if it is not open or
    somebody changed it since `seen`."""
    with recording(viewer.actor, "change a decision about risk") as act:
        row = open_row(key, seen)
        # What it names already may stay, also what has ended meanwhile.
        named = {measure for one in row.options for measure in one["measures"]}
        draft = _checked(viewer, draft, now, row.scenarios, named)
        act.reason = recorded("change the decision D-%(number)s", number=row.number)
        _write(row, draft)
        _thaw(row)
        row.save()
    return row


def weigh(
    viewer: Viewer, key: str, place: int | None, option: Option, seen: int, now: datetime
) -> RiskDecision:
    """Put an option to a draft, or at `place` in place of what stands there; one that is chosen takes that
    from the others. Raises as `change` does."""
    row = _found(key)
    options = list(draft_of(row).options)
    if place is None:
        options.append(option)
    elif 0 <= place < len(options):
        options[place] = option
    else:
        raise NotFound(_("There is no such option."), _("Look at the decision."))
    if option.chosen:
        at = len(options) - 1 if place is None else place
        options = [one if at == other else replace(one, chosen=False) for other, one in enumerate(options)]
    return change(viewer, key, replace(draft_of(row), options=tuple(options)), seen, now)


def take_out(viewer: Viewer, key: str, place: int, seen: int, now: datetime) -> RiskDecision:
    """Take an option out of a draft; doing nothing stays. Raises as `change` does."""
    row = _found(key)
    options = list(draft_of(row).options)
    if not 0 < place < len(options):
        raise Refused(_("Doing nothing is always among the options."), _("Say why it is not chosen."))
    del options[place]
    return change(viewer, key, replace(draft_of(row), options=tuple(options)), seen, now)


def withdraw(viewer: Viewer, key: str, reason: str, now: datetime) -> RiskDecision:
    """Withdraw a decision, signed or not: from then on it stands no more. Raises NotFound, BadInput without a
    reason, Refused if it was withdrawn before."""
    if not (reason := reason.strip()) or len(reason) > LONG:
        raise BadInput(
            _("A decision is not withdrawn without a reason of at most %s characters.") % LONG,
            _("Say why."),
            "reason",
        )
    with recording(viewer.actor, "withdraw a decision about risk") as act:
        row = locked(key)
        act.reason = recorded("withdraw the decision D-%(number)s", number=row.number)
        if row.state == Condition.WITHDRAWN.value:
            raise Refused(_("This decision was withdrawn already."), _("Draw up another."))
        row.state = Condition.WITHDRAWN.value
        row.ended_at, row.ended_by, row.ended_because = now, viewer.actor, reason
        row.save()
        reminding.withdrawn(row, viewer.actor, now)
    return row


def draft_of(row: RiskDecision) -> Draft:
    """What a decision says, as a value."""
    return Draft(
        row.question,
        tuple(row.scenarios),
        row.kind,
        row.recommendation,
        row.expires_on,
        row.reopen,
        row.how,
        tuple(Option.from_json(one) for one in row.options),
    )


def locked(key: str) -> RiskDecision:
    """The decision, locked until the act ends. Raises NotFound for none."""
    row: RiskDecision | None = RiskDecision.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such decision."), _("Look in the list of decisions about risk."))
    return row


def open_row(key: str, seen: int) -> RiskDecision:
    """The decision, locked, if it can still be changed. Raises Refused otherwise."""
    row = locked(key)
    demand_unchanged(row, seen)
    if row.state not in OPEN:
        raise Refused(
            _("This decision is no draft any more."),
            _("Withdraw it and draw up another, or let who reads it send it back."),
        )
    return row


def _found(key: str) -> RiskDecision:
    row: RiskDecision | None = RiskDecision.objects.filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such decision."), _("Look in the list of decisions about risk."))
    return row


def _write(row: RiskDecision, draft: Draft) -> None:
    row.question, row.kind, row.recommendation = draft.question, draft.kind, draft.recommendation
    row.how, row.expires_on, row.reopen = draft.how, draft.expires_on, draft.reopen
    row.scenarios = list(draft.scenarios)
    row.options = [one.to_json() for one in draft.options]


def _thaw(row: RiskDecision) -> None:
    """What was frozen for words that are others now: it stays in the record, and is no part of the draft."""
    row.put_by, row.put_at, row.put_before, row.outside = "", None, None, False
    row.currency, row.inputs = "", ""
    row.results, row.figures, row.versions, row.known = {}, {}, {}, {}


def _checked(
    viewer: Viewer,
    draft: Draft,
    now: datetime,
    scenarios: Collection[str] = (),
    measures: Collection[str] = (),
) -> Draft:
    """The draft, whole. Scenarios and measures that it names are there and have not ended, but for those that
    it named before."""
    with in_the_records_language():
        nothing = _("Do nothing")
    draft = whole(draft, nothing, today_at(now))
    _demand(Scenario, draft.scenarios, scenarios, viewer, _("There is no such scenario: %s."), "scenarios")
    named = [key for one in draft.options for key in one.measures]
    _demand(Measure, named, measures, viewer, _("There is no such measure: %s."), "measures")
    return draft


def _demand(
    model: type[Scenario] | type[Measure],
    keys: Iterable[str],
    kept: Collection[str],
    viewer: Viewer,
    words: str,
    place: str,
) -> None:
    wanted = {key for key in keys if key not in kept}
    there = set(
        model.objects.all()
        .visible_to(viewer)
        .filter(pk__in=wanted, ended_at=None)
        .values_list("pk", flat=True)
    )
    for key in sorted(wanted - there):
        raise BadInput(words % key[:40], _("Choose from those that stand."), place)
