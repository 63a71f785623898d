"""What pages, approvals and the worker read of insurer statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import Approvable, register_approvable
from duecare.program.judgement import register_told
from duecare.program.models import Decided
from duecare.program.papers.placing import moment
from duecare.program.subjects import register_reference
from duecare.program.task_queries import today_at
from duecare.risk.insurance.evidence import ANSWERS, said_of, too_old
from duecare.risk.insurance.looking import as_seen, title_of
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.statements.models import InsurerStatement, StatementDrift
from duecare.risk.insurance.statements.terms import CONTINUITY, KINDS, THROUGHOUT
from duecare.web.listing import Column, Empty, Filter, Kind, Listing
from duecare.words import day

STATEMENT = "risk.insurerstatement"
"""The kind of the record, and what stands for the check in the findings that a drift opens."""
OPEN, ASKED, SIGNED, DRIFTED, EXPIRED, ENDED = (
    "to do",
    "asked",
    "signed",
    "no longer agrees",
    "expired",
    "ended",
)


def reference(key: str) -> str:
    """The typed reference to a statement."""
    return f"{STATEMENT}:{key}"


def origin(key: str) -> str:
    """What the tasks to tell an insurer are marked with: key of the drift."""
    return f"insurer-statement:{key}"


def find_statement(key: str, viewer: Viewer) -> InsurerStatement:
    """The statement, if the viewer may see it. Raises NotFound otherwise."""
    rows = InsurerStatement.objects.all().visible_to(viewer).select_related("policy")
    found: InsurerStatement | None = rows.filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such statement."), _("Look in the list of insurer statements."))
    return found


def untold(statements: Sequence[str]) -> dict[str, StatementDrift]:
    """The drift of which the insurer was not told yet, by key of the statement."""
    rows = StatementDrift.objects.filter(statement__in=statements, told_at=None).order_by("since", "id")
    return {row.statement_id: row for row in rows}


def drifts_of(row: InsurerStatement, viewer: Viewer) -> QuerySet[StatementDrift]:
    """All drifts of a statement, the newest first."""
    found: QuerySet[StatementDrift] = StatementDrift.objects.all().visible_to(viewer).filter(statement=row)
    return found.order_by("-since", "-id")


def state_of(row: InsurerStatement, drifted: bool, today: date) -> str:
    """Where a statement stands: a key of `web/words.py`."""
    if row.ended_at is not None:
        return ENDED
    if drifted:
        return DRIFTED
    if row.signed_at is None:
        return ASKED if row.answer else OPEN
    if row.continuity == THROUGHOUT and row.until is not None and row.until < today:
        return EXPIRED
    return SIGNED


def statements_of(policy: InsurancePolicy, viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """The statements under a policy, in the order in which they were written down."""
    rows = list(
        InsurerStatement.objects.all().visible_to(viewer).filter(policy=policy).order_by("made_at", "id")
    )
    drifted, today = untold([row.pk for row in rows]), today_at(now)
    return [
        {
            "row": row,
            "kind": KINDS.get(row.kind, row.kind),
            "answer": ANSWERS.get(row.answer, "–"),
            "state": state_of(row, row.pk in drifted, today),
        }
        for row in rows
    ]


def listing(today: date, new_url: str = "") -> Listing[InsurerStatement]:
    """All statements."""

    def complete(rows: Sequence[InsurerStatement]) -> None:
        drifted = untold([row.pk for row in rows])
        for row in rows:
            row.drifted = row.pk in drifted  # type: ignore[attr-defined]

    return Listing(
        name="insurer-statements",
        caption=gettext_lazy("What insurers were told"),
        columns=(
            Column(
                "state", gettext_lazy("State"), lambda row: state_of(row, row.drifted, today), Kind.STATUS
            ),
            Column(
                "question",
                gettext_lazy("Question"),
                lambda row: str(row),
                link=lambda row: reverse("insurer-statement", args=[row.pk]),
                export=lambda row: row.question,
            ),
            Column("answer", gettext_lazy("Answer"), lambda row: str(ANSWERS.get(row.answer, ""))),
            Column("kind", gettext_lazy("Kind"), lambda row: str(KINDS.get(row.kind, row.kind))),
            Column(
                "policy",
                gettext_lazy("Policy"),
                lambda row: str(row.policy),
                link=lambda row: reverse("insurance-policy", args=[row.policy_id]),
            ),
            Column("as_of_day", gettext_lazy("Speaks of"), lambda row: row.as_of, Kind.DATE, order="as_of"),
            Column("signed", gettext_lazy("Signed"), lambda row: row.signed_at, Kind.DATE),
        ),
        sort=("-made_at",),
        search=("question", "scope", "predicate"),
        filters=(
            Filter(
                "state",
                gettext_lazy("State"),
                in_state,
                choices=(
                    (OPEN, gettext_lazy("To do")),
                    (ASKED, gettext_lazy("Asked")),
                    (SIGNED, gettext_lazy("Signed")),
                    (DRIFTED, gettext_lazy("Evidence no longer agrees")),
                    (ENDED, gettext_lazy("Ended")),
                ),
            ),
            Filter("kind", gettext_lazy("Kind"), "kind", choices=tuple(KINDS.items())),
        ),
        empty=Empty(
            gettext_lazy("No insurer was told anything yet"),
            gettext_lazy("Open a policy, and write down what the insurer asked, word for word."),
            new_url,
        ),
        complete=complete,
    )


def in_state(state: str) -> Q:
    """Where statements stand, asked of the database."""
    open_now, unsigned = Q(ended_at=None), Q(signed_at=None)
    drifted = Q(pk__in=StatementDrift.objects.filter(told_at=None).values("statement"))
    return {
        OPEN: open_now & unsigned & Q(answer=""),
        ASKED: open_now & unsigned & ~Q(answer=""),
        SIGNED: open_now & ~unsigned & ~drifted,
        DRIFTED: open_now & drifted,
        ENDED: ~open_now,
    }[state]


# ── Signing ──────────────────────────────────────────────────────────────────────────────────────────────


def _name(record: InsurerStatement) -> str:
    return _("What the insurer is told: %s") % record


def _facts(record: InsurerStatement, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    said = said_of(record.said)
    shown = [
        (_("The insurer asks"), record.question),
        (_("Policy"), f"{record.policy} {record.wording}".strip()),
        (_("It is a"), str(KINDS.get(record.kind, record.kind))),
        (_("Of what it speaks"), record.scope),
        (_("What has to be true"), f"{record.predicate} {record.threshold}".strip()),
        (_("When"), when_words(record)),
        (_("Left out"), record.exceptions or "–"),
        (_("Answer"), str(ANSWERS.get(record.answer, "–"))),
        (_("What evidence said"), _said_words(record, viewer)),
        (_("Evidence was asked"), moment(record.answered_at)),
    ]
    if said is not None and said.answer != record.answer:
        shown.append((_("Why the answer is another"), record.differs_because))
    return [
        *shown,
        (_("It rests on"), record.basis or "–"),
        (_("If it is untrue"), record.consequence),
    ]


def when_words(record: InsurerStatement) -> str:
    """Of which days it speaks."""
    if record.continuity == THROUGHOUT:
        if record.until is None:
            return _("from %s on, without an end") % day(record.as_of)
        return _("from %(first)s to %(last)s") % {"first": day(record.as_of), "last": day(record.until)}
    return f"{CONTINUITY[record.continuity]}: {day(record.as_of)}"


def _said_words(record: InsurerStatement, viewer: Viewer) -> str:
    kept = said_of(record.said)
    if kept is None:
        return "–"
    said = as_seen(kept, viewer)
    named = ", ".join(one.name for one in said.counters[:10])
    told = f"{ANSWERS[said.answer]}. {' '.join(said.why)}"
    return f"{told} {_('Counterexamples: %s') % named}" if named else told


def titles(record: InsurerStatement) -> list[str]:
    """What of ours it rests on, in words."""
    return [title_of(id) or id for id in record.rests_on]


def _closed(record: InsurerStatement, now: datetime) -> str:
    if record.ended_at is not None:
        return _("This statement was ended.")
    if record.signed_at is not None:
        return _("It was signed already.")
    if not record.answer:
        return _("Nobody has answered it yet.")
    return too_old(record.answered_at, now)


def _decided(record: InsurerStatement, decided: Decided, now: datetime) -> None:
    """Within the act of the decision: what is signed is frozen, what is refused is answered anew."""
    if decided is Decided.APPROVED:
        record.signed_at = now
    else:
        record.answer, record.differs_because, record.basis, record.said = "", "", "", {}
        record.answered_at, record.answered_by = None, ""
    record.save()


register_told(STATEMENT)
register_reference(STATEMENT, lambda key: reverse("insurer-statement", args=[key]))
register_approvable(STATEMENT, Approvable(_name, _facts, _closed, _decided))
