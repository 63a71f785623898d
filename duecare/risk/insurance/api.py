"""Insurance for programs: policies with what they would pay, statements, questionnaires, claims.

Signing is for people on pages. All money is whole minor units of the policy's currency; figures of a year's
loss are in whole units, as the curve file beside them is.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.utils import timezone
from ninja import Router

from duecare.errors import Refused
from duecare.ledger.viewers import Request, Scope, Viewer, demand_area
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.claims import actions as claims
from duecare.risk.insurance.claims import queries as claim_queries
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.doors import keeper
from duecare.risk.insurance.evidence import as_json, said
from duecare.risk.insurance.looking import look
from duecare.risk.insurance.policies import actions as policies
from duecare.risk.insurance.policies import ceded
from duecare.risk.insurance.policies import queries as policy_queries
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.terms import Notice, Part
from duecare.risk.insurance.questionnaires import actions as questionnaires
from duecare.risk.insurance.questionnaires import queries as questionnaire_queries
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.risk.insurance.statements import actions as statements
from duecare.risk.insurance.statements import queries as statement_queries
from duecare.risk.insurance.statements.models import InsurerStatement
from duecare.risk.money import digits
from duecare.risk.register.models import Scenario
from duecare.risk.register.queries import rows_of as rows_of_scenarios
from duecare.risk.register.queries import terms
from duecare.risk.rooms import ROOM
from duecare.web.api import endpoint, list_rows, rows_of
from duecare.web.api_shapes import Answer, Body, Day, Key, Line, Moment, Reason, Words

router = Router(tags=["Risk"])
POLICIES = policy_queries.listing(date.min)
STATEMENTS = statement_queries.listing(date.min)
QUESTIONNAIRES = questionnaire_queries.listing()
CLAIMS = claim_queries.listing()
ANY = 1 << 62
"""Newer than any entry: of what is new nothing can be overwritten."""


def _seen(row: Any, given: int | None) -> int:
    """The entry that a change names, or the newest: programs that do not say it overwrite."""
    return seen_entry(row) if given is None else given


# ── Policies ─────────────────────────────────────────────────────────────────────────────────────────────


class PartShape(Answer):
    """One part of a policy; money that it shares with the policy is null."""

    id: str
    kind: str
    retention: int | None
    limit: int | None
    aggregate: int | None
    waiting_hours: int | None
    forms: list[str]
    exclusions: str


class NoticeShape(Answer):
    """Within how long whom to tell how."""

    id: str
    recipient: str
    how: str
    trigger: str
    counted: str
    amount: int | None


class PolicyAnswer(Answer):
    """One policy."""

    id: str
    insurer: str
    number: str
    wording: str
    kind: str
    state: str
    period_from: date
    period_to: date
    currency: str
    premium: int
    retention: int
    limit: int | None
    aggregate: int | None
    exclusions: str
    conditions: str
    contact: str
    parts: list[PartShape]
    notices: list[NoticeShape]
    version: int
    ended_at: Moment | None
    ended_because: str
    seen: int


class MakePolicy(Body):
    """What a policy says as a whole."""

    insurer: Line
    number: Line
    kind: Literal["cyber", "crime", "liability", "directors", "property", "other"]
    period_from: Day
    period_to: Day
    premium: int
    retention: int
    limit: int | None = None
    aggregate: int | None = None
    wording: Line = ""
    exclusions: Words = ""
    conditions: Words = ""
    contact: Words = ""

    def draft(self) -> policies.Draft:
        return policies.Draft(**{name: getattr(self, name) for name in policies.Draft.__slots__})


class ChangePolicy(MakePolicy):
    """What it says from now on, whole."""

    seen: int | None = None


class MakePart(Body):
    """One part. Null money is shared with the policy."""

    kind: Line
    forms: list[Line] = []
    retention: int | None = None
    limit: int | None = None
    aggregate: int | None = None
    waiting_hours: int | None = None
    exclusions: Words = ""


class MakeNotice(Body):
    """One notice period."""

    recipient: Line
    how: Words
    trigger: Literal["awareness", "suspicion", "discovery"] = "awareness"
    counted: Literal["hours", "days", "undelayed"]
    amount: int | None = None


class YearLine(Answer):
    """A year in so many, in units of the currency."""

    years: int
    loss: float
    largest: float
    retained: float
    ceded: float
    enough: bool


class GroupFigures(Answer):
    """Parts under the same terms, with the curve file by which anybody computes the same."""

    parts: list[str]
    forms: list[str]
    why: str
    gross: float | None
    ceded: float | None
    retained: float | None
    lines: list[YearLine]
    beyond: float | None
    exact: bool
    document: dict[str, Any]


class PolicyFigures(Answer):
    """What a policy would pay of what the register expects."""

    currency: str
    groups: list[GroupFigures]
    lacking: list[str]
    """Scenarios with a covered loss of which nobody said how often they come."""


def _policy(row: InsurancePolicy, request: Request) -> dict[str, Any]:
    own = ("id", "state", "seen")
    return {
        **{name: getattr(row, name) for name in PolicyAnswer.model_fields if name not in own},
        "id": row.pk,
        "state": policy_queries.state_of(row, timezone.localdate(request.view_now)),
        "seen": seen_entry(row),
    }


@endpoint(router, "GET", "/risk/insurance/policies", Scope.READ, rows_of(POLICIES), listing=POLICIES)
def list_insurance_policies(request: Request) -> Any:
    """Insurance policies, the one that ends last first."""
    viewer = demand_area(request, ROOM)
    listing = policy_queries.listing(timezone.localdate(request.view_now))
    return list_rows(request, listing, InsurancePolicy.objects.all().visible_to(viewer))


@endpoint(router, "POST", "/risk/insurance/policies", Scope.RISK, PolicyAnswer, status=201)
def make_insurance_policy(request: Request, body: MakePolicy) -> Any:
    """Write an insurance policy down."""
    return _policy(policies.add_policy(keeper(request), body.draft(), request.now), request)


@endpoint(router, "GET", "/risk/insurance/policies/{key}", Scope.READ, PolicyAnswer)
def one_insurance_policy(request: Request, key: Key) -> Any:
    """One insurance policy."""
    return _policy(policy_queries.find_policy(key, demand_area(request, ROOM)), request)


@endpoint(router, "PUT", "/risk/insurance/policies/{key}", Scope.RISK, PolicyAnswer)
def change_insurance_policy(request: Request, key: Key, body: ChangePolicy) -> Any:
    """Say anew what an insurance policy says as a whole."""
    viewer = keeper(request)
    row = policy_queries.find_policy(key, viewer)
    return _policy(
        policies.change_policy(viewer, key, body.draft(), _seen(row, body.seen), request.now), request
    )


@endpoint(router, "POST", "/risk/insurance/policies/{key}/parts", Scope.RISK, PolicyAnswer, status=201)
def add_insurance_part(request: Request, key: Key, body: MakePart) -> Any:
    """Add a part to an insurance policy."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    part = Part("", **{**body.model_dump(), "forms": tuple(body.forms)})
    return _policy(policies.put_part(viewer, key, part, ANY, request.now), request)


@endpoint(router, "DELETE", "/risk/insurance/policies/{key}/parts/{part}", Scope.RISK, PolicyAnswer)
def drop_insurance_part(request: Request, key: Key, part: Key) -> Any:
    """Take a part out of an insurance policy."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    return _policy(policies.drop_part(viewer, key, part, request.now), request)


@endpoint(router, "POST", "/risk/insurance/policies/{key}/notices", Scope.RISK, PolicyAnswer, status=201)
def add_insurance_notice(request: Request, key: Key, body: MakeNotice) -> Any:
    """Add a notice period to an insurance policy; it is a clock of incidents from then on."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    return _policy(
        policies.put_notice(viewer, key, Notice("", **body.model_dump()), ANY, request.now), request
    )


@endpoint(router, "DELETE", "/risk/insurance/policies/{key}/notices/{notice}", Scope.RISK, PolicyAnswer)
def drop_insurance_notice(request: Request, key: Key, notice: Key) -> Any:
    """Take a notice period out of an insurance policy; cases that run keep its clock."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    return _policy(policies.drop_notice(viewer, key, notice, request.now), request)


@endpoint(router, "POST", "/risk/insurance/policies/{key}/end", Scope.RISK, PolicyAnswer)
def end_insurance_policy(request: Request, key: Key, body: Reason) -> Any:
    """Say that an insurance policy holds no longer before its period is over."""
    viewer = keeper(request)
    policy_queries.find_policy(key, viewer)
    return _policy(policies.end_policy(viewer, key, body.reason, request.now), request)


@endpoint(router, "GET", "/risk/insurance/policies/{key}/figures", Scope.READ, PolicyFigures)
def figures_of_insurance_policy(request: Request, key: Key) -> Any:
    """What an insurance policy would pay and what it leaves, with the curve files that give the figures."""
    viewer = demand_area(request, ROOM)
    row = policy_queries.find_policy(key, viewer)
    kept = terms(viewer)
    if kept is None or kept.currency != row.currency:
        raise Refused("The register and the policy are in two currencies.", "Compare them by hand.")
    groups = policy_queries.groups_of(row)
    scenarios = Scenario.objects.all().visible_to(viewer).filter(ended_at=None).order_by("number")
    rows = rows_of_scenarios(scenarios, viewer)
    found = [ceded.figures(group, rows, digits(row.currency)) for group in groups]
    return {
        "currency": row.currency,
        "groups": [_group(one) for one in found],
        "lacking": ceded.lacking(groups, rows),
    }


def _group(one: ceded.Figures | ceded.Nothing) -> dict[str, Any]:
    told: dict[str, Any] = {
        "parts": [part.kind for part in one.group.parts],
        "forms": list(one.group.forms),
    }
    if isinstance(one, ceded.Nothing):
        nothing = dict.fromkeys(("gross", "ceded", "retained", "beyond"))
        return {**told, **nothing, "why": one.why, "lines": [], "exact": False, "document": {}}
    return {
        **told,
        "why": "",
        **{name: getattr(one, name) for name in ("gross", "ceded", "retained", "beyond", "exact")},
        "lines": list(one.lines),
        "document": dict(one.document),
    }


# ── Claims ───────────────────────────────────────────────────────────────────────────────────────────────


class ClaimAnswer(Answer):
    """One claim."""

    id: str
    policy: str
    part: str
    title: str
    about: str
    number: str
    known_at: Moment
    noticed_at: Moment | None
    noticed_how: str
    claimed: int | None
    paid: int | None
    state: str
    words: str
    late: bool
    """Whether a notice period of the policy has ended before the insurer was told."""
    seen: int


class MakeClaim(Body):
    """What a claim says. Times are written as 2026-03-01T14:30:00Z."""

    title: Line
    known_at: str
    part: Key | Literal[""] = ""
    about: Line = ""
    number: Line = ""
    noticed_at: str | None = None
    noticed_how: Words = ""
    claimed: int | None = None
    paid: int | None = None
    state: Literal["to do", "notice given", "accepted", "refused", "paid", "closed"] = "to do"
    words: Words = ""

    def draft(self) -> claims.Draft:
        values = {name: getattr(self, name) for name in claims.Draft.__slots__}
        for name in ("known_at", "noticed_at"):
            values[name] = None if values[name] is None else claims.read_moment(values[name], name)
        return claims.Draft(**values)


class ChangeClaim(MakeClaim):
    """How it stands, whole."""

    seen: int | None = None


def _claim(row: Claim, request: Request) -> dict[str, Any]:
    own = ("id", "policy", "late", "seen")
    return {
        **{name: getattr(row, name) for name in ClaimAnswer.model_fields if name not in own},
        "id": row.pk,
        "policy": row.policy_id,
        "late": any(one.late for one in claim_queries.timely_of(row, request.view_now)),
        "seen": seen_entry(row),
    }


@endpoint(router, "GET", "/risk/insurance/claims", Scope.READ, rows_of(CLAIMS), listing=CLAIMS)
def list_insurance_claims(request: Request) -> Any:
    """Insurance claims, the newest first."""
    rows = Claim.objects.all().visible_to(demand_area(request, ROOM)).select_related("policy")
    return list_rows(request, CLAIMS, rows)


@endpoint(router, "POST", "/risk/insurance/policies/{key}/claims", Scope.RISK, ClaimAnswer, status=201)
def make_insurance_claim(request: Request, key: Key, body: MakeClaim) -> Any:
    """Write a claim under an insurance policy down. The insurer is told nothing by it."""
    return _claim(claims.add_claim(keeper(request), key, body.draft(), request.now), request)


@endpoint(router, "GET", "/risk/insurance/claims/{key}", Scope.READ, ClaimAnswer)
def one_insurance_claim(request: Request, key: Key) -> Any:
    """One insurance claim."""
    return _claim(claim_queries.find_claim(key, demand_area(request, ROOM)), request)


@endpoint(router, "PUT", "/risk/insurance/claims/{key}", Scope.RISK, ClaimAnswer)
def change_insurance_claim(request: Request, key: Key, body: ChangeClaim) -> Any:
    """Say how an insurance claim stands."""
    viewer = keeper(request)
    row = claim_queries.find_claim(key, viewer)
    seen = _seen(row, body.seen)
    return _claim(claims.change_claim(viewer, key, body.draft(), seen, request.now), request)


# ── Statements ───────────────────────────────────────────────────────────────────────────────────────────


class StatementAnswer(Answer):
    """One insurer statement, with what evidence said when it was answered and what it says now."""

    id: str
    policy: str
    state: str
    wording: str
    question: str
    kind: str
    scope: str
    rests_on: list[str]
    lacks: str
    predicate: str
    threshold: str
    as_of: date
    continuity: str
    until: date | None
    exceptions: str
    consequence: str
    tell_within: int | None
    answer: str
    differs_because: str
    basis: str
    said: dict[str, Any]
    now: dict[str, Any]
    answered_at: Moment | None
    signed_at: Moment | None
    ended_at: Moment | None
    ended_because: str
    seen: int


class MakeStatement(Body):
    """What an insurer asks."""

    question: Words
    kind: Literal["representation", "warranty", "condition"]
    scope: Words
    predicate: Words
    as_of: Day
    continuity: Literal["on the day", "throughout"]
    consequence: Words
    rests_on: list[Line] = []
    """As `check:access.accounts_second_factor` or `safeguard:mfa`."""
    lacks: Words = ""
    threshold: Line = ""
    until: Day | None = None
    exceptions: Words = ""
    wording: Line = ""
    tell_within: int | None = None

    def draft(self) -> statements.Draft:
        values = {name: getattr(self, name) for name in statements.Draft.__slots__}
        return statements.Draft(**{**values, "rests_on": tuple(self.rests_on)})


class AnswerStatement(Body):
    """The answer that a person is to sign on a page."""

    answer: Literal["yes", "no", "cannot say"]
    basis: Words
    differs_because: Words = ""
    seen: int | None = None


def _statement(row: InsurerStatement, viewer: Viewer, request: Request) -> dict[str, Any]:
    own = ("id", "policy", "state", "now", "seen")
    drifted = row.pk in statement_queries.untold([row.pk])
    return {
        **{name: getattr(row, name) for name in StatementAnswer.model_fields if name not in own},
        "id": row.pk,
        "policy": row.policy_id,
        "state": statement_queries.state_of(row, drifted, timezone.localdate(request.view_now)),
        "now": as_json(said(look(row.rests_on, viewer, request.view_now), row.lacks)),
        "seen": seen_entry(row),
    }


@endpoint(router, "GET", "/risk/insurance/statements", Scope.READ, rows_of(STATEMENTS), listing=STATEMENTS)
def list_insurer_statements(request: Request) -> Any:
    """What insurers were told, the newest first."""
    rows = InsurerStatement.objects.all().visible_to(demand_area(request, ROOM)).select_related("policy")
    return list_rows(request, statement_queries.listing(timezone.localdate(request.view_now)), rows)


@endpoint(
    router, "POST", "/risk/insurance/policies/{key}/statements", Scope.RISK, StatementAnswer, status=201
)
def make_insurer_statement(request: Request, key: Key, body: MakeStatement) -> Any:
    """Write down what an insurer asks."""
    viewer = keeper(request)
    return _statement(statements.add_statement(viewer, key, body.draft(), request.now), viewer, request)


@endpoint(router, "GET", "/risk/insurance/statements/{key}", Scope.READ, StatementAnswer)
def one_insurer_statement(request: Request, key: Key) -> Any:
    """One insurer statement, with what evidence says now."""
    viewer = demand_area(request, ROOM)
    return _statement(statement_queries.find_statement(key, viewer), viewer, request)


@endpoint(router, "POST", "/risk/insurance/statements/{key}/answer", Scope.RISK, StatementAnswer)
def answer_insurer_statement(request: Request, key: Key, body: AnswerStatement) -> Any:
    """Answer an insurer statement; it counts once a person has signed it."""
    viewer = keeper(request)
    statement_queries.find_statement(key, viewer)
    row = statements.answer_statement(
        viewer,
        key,
        body.answer,
        body.basis,
        request.now,
        differs_because=body.differs_because,
        seen=body.seen,
    )
    return _statement(row, viewer, request)


@endpoint(router, "POST", "/risk/insurance/statements/{key}/end", Scope.RISK, StatementAnswer)
def end_insurer_statement(request: Request, key: Key, body: Reason) -> Any:
    """Say that an insurer statement stands no longer."""
    viewer = keeper(request)
    statement_queries.find_statement(key, viewer)
    row = statements.end_statement(viewer, key, body.reason, request.now)
    return _statement(row, viewer, request)


# ── Questionnaires ───────────────────────────────────────────────────────────────────────────────────────


class QuestionShape(Answer):
    """One question with its answer, and what evidence said."""

    id: str
    asks: str
    topic: str
    rests_on: list[str]
    lacks: str
    answer: str
    words: str
    evidence: str
    why: list[str]
    named: list[str]
    unmet: int


class QuestionnaireAnswer(Answer):
    """One questionnaire."""

    id: str
    title: str
    insurer: str
    as_of: date
    state: str
    questions: list[QuestionShape]
    filled_at: Moment | None
    reviewed_at: Moment | None
    signed_at: Moment | None
    ended_at: Moment | None
    seen: int


class BeginQuestionnaire(Body):
    """What a questionnaire begins with."""

    title: Line
    insurer: Line
    as_of: Day
    usual: bool = True
    """Whether the questions that ship are in it."""


class AddQuestions(Body):
    """Questions in the insurer's own words."""

    asks: list[Words]
    rests_on: list[Line] = []
    lacks: Words = ""


class AnswerQuestion(Body):
    """The answer to one question."""

    answer: Literal["yes", "no", "cannot say", "not applicable"]
    words: Words = ""
    seen: int | None = None


def _questionnaire(row: Questionnaire) -> dict[str, Any]:
    own = ("id", "state", "seen")
    return {
        **{name: getattr(row, name) for name in QuestionnaireAnswer.model_fields if name not in own},
        "id": row.pk,
        "state": questionnaire_queries.state_of(row),
        "seen": seen_entry(row),
    }


@endpoint(
    router, "GET", "/risk/insurance/questionnaires", Scope.READ, rows_of(QUESTIONNAIRES),
    listing=QUESTIONNAIRES,
)  # fmt: skip
def list_questionnaires(request: Request) -> Any:
    """Questionnaires of insurers, the newest first."""
    rows = Questionnaire.objects.all().visible_to(demand_area(request, ROOM))
    return list_rows(request, QUESTIONNAIRES, rows)


@endpoint(router, "POST", "/risk/insurance/questionnaires", Scope.RISK, QuestionnaireAnswer, status=201)
def begin_questionnaire(request: Request, body: BeginQuestionnaire) -> Any:
    """Begin a questionnaire."""
    draft = questionnaires.Draft(body.title, body.insurer, body.as_of, body.usual)
    return _questionnaire(questionnaires.begin(keeper(request), draft, request.now))


@endpoint(router, "GET", "/risk/insurance/questionnaires/{key}", Scope.READ, QuestionnaireAnswer)
def one_questionnaire(request: Request, key: Key) -> Any:
    """One questionnaire with its questions and answers."""
    return _questionnaire(questionnaire_queries.find_questionnaire(key, demand_area(request, ROOM)))


@endpoint(
    router, "POST", "/risk/insurance/questionnaires/{key}/questions", Scope.RISK, QuestionnaireAnswer,
    status=201,
)  # fmt: skip
def add_to_questionnaire(request: Request, key: Key, body: AddQuestions) -> Any:
    """Add questions in the insurer's own words."""
    viewer = keeper(request)
    questionnaire_queries.find_questionnaire(key, viewer)
    row = questionnaires.add_questions(
        viewer, key, body.asks, request.now, rests_on=body.rests_on, lacks=body.lacks
    )
    return _questionnaire(row)


@endpoint(router, "POST", "/risk/insurance/questionnaires/{key}/fill", Scope.RISK, QuestionnaireAnswer)
def fill_questionnaire(request: Request, key: Key) -> Any:
    """Put what evidence says now to every question."""
    viewer = keeper(request)
    questionnaire_queries.find_questionnaire(key, viewer)
    return _questionnaire(questionnaires.fill(viewer, key, request.now))


@endpoint(
    router, "POST", "/risk/insurance/questionnaires/{key}/questions/{question}", Scope.RISK,
    QuestionnaireAnswer,
)  # fmt: skip
def answer_in_questionnaire(request: Request, key: Key, question: Key, body: AnswerQuestion) -> Any:
    """Answer one question of a questionnaire."""
    viewer = keeper(request)
    questionnaire_queries.find_questionnaire(key, viewer)
    row = questionnaires.answer_question(
        viewer, key, question, body.answer, body.words, request.now, seen=body.seen
    )
    return _questionnaire(row)
