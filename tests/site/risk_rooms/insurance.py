"""What the walks know of risk's room `insurance`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.risk.insurance.claims.actions import Draft as ClaimDraft
from duecare.risk.insurance.claims.actions import add_claim
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.evidence import as_json, said
from duecare.risk.insurance.policies.actions import Draft, add_policy, put_notice, put_part
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.terms import Notice, Part
from duecare.risk.insurance.questionnaires import actions as questionnaires
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.risk.insurance.statements.actions import Draft as StatementDraft
from duecare.risk.insurance.statements.actions import add_statement, answer_statement
from duecare.risk.insurance.statements.models import InsurerStatement, StatementDrift
from duecare.risk.register.models import RiskTerms
from tests.site.answers import APPROVER, AUDITOR, MANAGER, OWNER, READ, Page, act, form
from tests.site.calls import DAILY, WHY, Call, changed, read

INSURER, NUMBER = "Harbour Mutual", "CY-1"
OPEN, DRIFTED = "Are disks encrypted?", "Is there a second factor?"
FORM = "Renewal of the cyber policy"
OWN_QUESTION = "Is there a second factor at the gate?"
NEVER = 1 << 62
POLICY = "risk/insurance/policies/{insurance policy}/"
STATEMENT = "risk/insurance/statements/{insurer statement}/"
QUESTIONNAIRE = "risk/insurance/questionnaires/{questionnaire}/"
WHO = (OWNER, MANAGER, APPROVER)


def _kept(sample: str) -> Page:
    """A form about one thing, for who changes what is here."""
    return form(sample, *WHO, told=(AUDITOR,), object=True)


PAGES: Mapping[str, Page] = {
    "risk/insurance/": Page("risk/insurance/", READ),
    "risk/insurance/table.<str:format>": Page("risk/insurance/table.csv", READ),
    "risk/insurance/claims/table.<str:format>": Page("risk/insurance/claims/table.csv", READ),
    "risk/insurance/new/": form("risk/insurance/new/", *WHO, told=(AUDITOR,)),
    "risk/insurance/policies/<str:key>/": Page(POLICY, READ, object=True),
    "risk/insurance/policies/<str:key>/change/": _kept(f"{POLICY}change/"),
    "risk/insurance/policies/<str:key>/end/": _kept(f"{POLICY}end/"),
    "risk/insurance/policies/<str:key>/parts/new/": _kept(f"{POLICY}parts/new/"),
    "risk/insurance/policies/<str:key>/parts/<str:part>/": _kept(f"{POLICY}parts/{{insurance part}}/"),
    "risk/insurance/policies/<str:key>/parts/<str:part>/drop/": act(
        f"{POLICY}parts/{{insurance part}}/drop/", *WHO, told=(AUDITOR,)
    ),
    "risk/insurance/policies/<str:key>/notices/new/": _kept(f"{POLICY}notices/new/"),
    "risk/insurance/policies/<str:key>/notices/<str:notice>/": _kept(
        f"{POLICY}notices/{{insurance notice}}/"
    ),
    "risk/insurance/policies/<str:key>/notices/<str:notice>/drop/": act(
        f"{POLICY}notices/{{insurance notice}}/drop/", *WHO, told=(AUDITOR,)
    ),
    "risk/insurance/policies/<str:key>/statements/new/": _kept(f"{POLICY}statements/new/"),
    "risk/insurance/policies/<str:key>/claims/new/": _kept(f"{POLICY}claims/new/"),
    "risk/insurance/statements/": Page("risk/insurance/statements/", READ),
    "risk/insurance/statements/<str:key>/": Page(STATEMENT, READ, object=True),
    "risk/insurance/statements/<str:key>/change/": _kept(f"{STATEMENT}change/"),
    "risk/insurance/statements/<str:key>/answer/": _kept(f"{STATEMENT}answer/"),
    "risk/insurance/statements/<str:key>/told/": _kept("risk/insurance/statements/{drifted statement}/told/"),
    "risk/insurance/statements/<str:key>/end/": _kept(f"{STATEMENT}end/"),
    "risk/insurance/claims/": Page("risk/insurance/claims/", READ),
    "risk/insurance/claims/<str:key>/": Page("risk/insurance/claims/{insurance claim}/", READ, object=True),
    "risk/insurance/claims/<str:key>/change/": _kept("risk/insurance/claims/{insurance claim}/change/"),
    "risk/insurance/questionnaires/": Page("risk/insurance/questionnaires/", READ),
    "risk/insurance/questionnaires/new/": form("risk/insurance/questionnaires/new/", *WHO, told=(AUDITOR,)),
    "risk/insurance/questionnaires/<str:key>/": Page(QUESTIONNAIRE, READ, object=True),
    "risk/insurance/questionnaires/<str:key>/ask/": _kept(f"{QUESTIONNAIRE}ask/"),
    "risk/insurance/questionnaires/<str:key>/bring/": _kept(f"{QUESTIONNAIRE}bring/"),
    "risk/insurance/questionnaires/<str:key>/fill/": act(f"{QUESTIONNAIRE}fill/", *WHO, told=(AUDITOR,)),
    "risk/insurance/questionnaires/<str:key>/review/": act(f"{QUESTIONNAIRE}review/", *WHO, told=(AUDITOR,)),
    "risk/insurance/questionnaires/<str:key>/end/": _kept(f"{QUESTIONNAIRE}end/"),
    "risk/insurance/questionnaires/<str:key>/paper/": act(f"{QUESTIONNAIRE}paper/", *WHO, AUDITOR),
    "risk/insurance/questionnaires/<str:key>/answers.csv": Page(
        f"{QUESTIONNAIRE}answers.csv", READ, object=True
    ),
    "risk/insurance/questionnaires/<str:key>/<str:question>/": _kept(f"{QUESTIONNAIRE}mfa-mail/"),
}
SAID_POLICY = {
    "insurer": "Another", "number": "1", "kind": "crime", "period_from": "2026-01-01",
    "period_to": "2026-12-31", "premium": 100, "retention": 0,
}  # fmt: skip
SAID_CLAIM = {"title": "Another", "known_at": "2026-01-02T10:00:00Z"}
SAID_STATEMENT = {
    "question": "Is it locked?", "kind": "condition", "scope": "Doors.", "predicate": "Locked.",
    "as_of": "2026-01-02", "continuity": "on the day", "consequence": "No cover.",
}  # fmt: skip
SAID_FORM = {"title": "Another", "insurer": "Another", "as_of": "2026-01-02"}


def _done(sample: str, body: object = None) -> Call:
    return changed(sample, body, *DAILY, told=(AUDITOR,))  # type: ignore[arg-type]


CALLS: Mapping[str, Call] = {
    "GET risk/insurance/policies": read("risk/insurance/policies?state=expired"),
    "POST risk/insurance/policies": _done("risk/insurance/policies", SAID_POLICY),
    "GET risk/insurance/policies/{key}": read(POLICY[:-1], object=True),
    "PUT risk/insurance/policies/{key}": _done(POLICY[:-1], SAID_POLICY),
    "POST risk/insurance/policies/{key}/parts": _done(f"{POLICY}parts", {"kind": "other"}),
    "DELETE risk/insurance/policies/{key}/parts/{part}": _done(f"{POLICY}parts/{{insurance part}}"),
    "POST risk/insurance/policies/{key}/notices": _done(
        f"{POLICY}notices", {"recipient": "Broker", "how": "Mail", "counted": "undelayed"}
    ),
    "DELETE risk/insurance/policies/{key}/notices/{notice}": _done(f"{POLICY}notices/{{insurance notice}}"),
    "POST risk/insurance/policies/{key}/end": _done(f"{POLICY}end", WHY),
    "GET risk/insurance/policies/{key}/figures": read(f"{POLICY}figures", object=True),
    "POST risk/insurance/policies/{key}/statements": _done(f"{POLICY}statements", SAID_STATEMENT),
    "POST risk/insurance/policies/{key}/claims": _done(f"{POLICY}claims", SAID_CLAIM),
    "GET risk/insurance/statements": read("risk/insurance/statements?kind=warranty"),
    "GET risk/insurance/statements/{key}": read(STATEMENT[:-1], object=True),
    "POST risk/insurance/statements/{key}/answer": _done(
        f"{STATEMENT}answer", {"answer": "cannot say", "basis": "Nobody looked."}
    ),
    "POST risk/insurance/statements/{key}/end": _done(f"{STATEMENT}end", WHY),
    "GET risk/insurance/questionnaires": read("risk/insurance/questionnaires?insurer=Harbour"),
    "POST risk/insurance/questionnaires": _done("risk/insurance/questionnaires", SAID_FORM),
    "GET risk/insurance/questionnaires/{key}": read(QUESTIONNAIRE[:-1], object=True),
    "POST risk/insurance/questionnaires/{key}/questions": _done(
        f"{QUESTIONNAIRE}questions", {"asks": ["Is it locked?"]}
    ),
    "POST risk/insurance/questionnaires/{key}/fill": _done(f"{QUESTIONNAIRE}fill"),
    "POST risk/insurance/questionnaires/{key}/questions/{question}": _done(
        f"{QUESTIONNAIRE}questions/mfa-mail", {"answer": "cannot say"}
    ),
    "POST risk/insurance/questionnaires/{key}/questions/{question}/evidence": _done(
        f"{QUESTIONNAIRE}questions/{{insurance question}}/evidence", {"rests_on": ["safeguard:mfa"]}
    ),
    "GET risk/insurance/claims": read("risk/insurance/claims?state=paid"),
    "GET risk/insurance/claims/{key}": read("risk/insurance/claims/{insurance claim}", object=True),
    "PUT risk/insurance/claims/{key}": _done("risk/insurance/claims/{insurance claim}", SAID_CLAIM),
}
FILES: frozenset[str] = frozenset(
    {
        "risk/insurance/questionnaires/<str:key>/answers.csv",
        "risk/insurance/table.<str:format>",
        "risk/insurance/claims/table.<str:format>",
    }
)


def write(owner: Viewer, at: datetime) -> None:
    """A policy with a part and a notice period, what its insurer was told, a questionnaire, a claim.

    Its period is over, so that it starts no clock in the cases of the other samples.
    """
    if not RiskTerms.objects.exists():
        with recording(owner.actor, "set the terms of risk"):
            RiskTerms.objects.create(id="risk", currency="EUR")
    year = timedelta(days=365)
    said_so = Draft(
        INSURER, NUMBER, "cyber", at.date() - year, at.date() - timedelta(days=9), 3_000_000, 1_000_000,
        100_000_000, 100_000_000, "Edition 3", "War.", "Copies are kept.", "+49 30 1",
    )  # fmt: skip
    policy = add_policy(owner, said_so, at)
    put_part(owner, policy.pk, Part("", "response", forms=("response",), waiting_hours=12), NEVER, at)
    how = "In writing; a call of the hotline is not notice."
    put_notice(owner, policy.pk, Notice("", "Claims desk", how, "awareness", "hours", 72), NEVER, at)
    told = StatementDraft(
        OPEN, "warranty", "All laptops.", "Encrypted.", at.date(), "throughout", "No cover.",
        ("check:systems.disks_encrypted",), "Phones.", "", at.date() + year, "", "Edition 3", 14,
    )  # fmt: skip
    row = add_statement(owner, policy.pk, told, at)
    answer_statement(owner, row.pk, "cannot say", "Nobody looked.", at)
    _drifted(owner, policy, at)
    made = questionnaires.begin(owner, questionnaires.Draft(FORM, INSURER, at.date()), at)
    questionnaires.add_questions(owner, made.pk, [OWN_QUESTION], at)
    questionnaires.fill(owner, made.pk, at)
    claim = ClaimDraft("Ransom was asked for", at - timedelta(days=9), part=_part(policy), claimed=500_000)
    add_claim(owner, policy.pk, claim, at)


def _part(policy: InsurancePolicy) -> str:
    policy.refresh_from_db()
    return str(policy.parts[0]["id"])


def _drifted(owner: Viewer, policy: InsurancePolicy, at: datetime) -> None:
    """A statement that was signed and of which the insurer has still to be told a change: as the approver and
    the worker leave it, without the wait for both."""
    with recording(owner.actor, "answer an insurer statement"):
        row = InsurerStatement.objects.create(
            id=new_key(), policy=policy, question=DRIFTED, kind="condition", scope="All accounts.",
            predicate="A second factor.", as_of=at.date(), continuity="throughout", consequence="No cover.",
            made_at=at, made_by=owner.actor, answer="yes", basis="The list.", said=as_json(said([])),
            answered_at=at, answered_by=owner.actor, signed_at=at,
        )  # fmt: skip
        StatementDrift.objects.create(
            id=new_key(), statement=row, since=at, said=as_json(said([])), due=at.date(), finding=new_key()
        )


def keys() -> dict[str, str]:
    policy = InsurancePolicy.objects.get(number=NUMBER)
    form_of_insurer = Questionnaire.objects.get(title=FORM)
    return {
        "insurance policy": policy.pk,
        "insurance part": policy.parts[0]["id"],
        "insurance notice": policy.notices[0]["id"],
        "insurer statement": InsurerStatement.objects.get(question=OPEN).pk,
        "drifted statement": InsurerStatement.objects.get(question=DRIFTED).pk,
        "questionnaire": form_of_insurer.pk,
        "insurance question": next(
            one["id"] for one in form_of_insurer.questions if one["asks"] == OWN_QUESTION
        ),
        "insurance claim": Claim.objects.get(policy=policy).pk,
    }
