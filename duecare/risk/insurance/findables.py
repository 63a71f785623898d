"""What of insurance can be found, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf
from duecare.risk.insurance.claims import spreadsheet as claim_sheet
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.policies import spreadsheet as policy_sheet
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.risk.insurance.statements.models import InsurerStatement
from duecare.risk.rooms import ROOM

SHEETS = (policy_sheet.POLICIES, claim_sheet.CLAIMS)
"""The lists that take files: loaded with the room, so that they are known."""


def _policies(viewer: Viewer) -> QuerySet[InsurancePolicy]:
    found: QuerySet[InsurancePolicy] = InsurancePolicy.objects.all().visible_to(viewer)
    return found


def _policy(row: InsurancePolicy) -> Hit:
    until = _("until %s") % date_format(row.period_to, "SHORT_DATE_FORMAT")
    return Hit(str(row), reverse("insurance-policy", args=[row.pk]), until)


def _statements(viewer: Viewer) -> QuerySet[InsurerStatement]:
    found: QuerySet[InsurerStatement] = (
        InsurerStatement.objects.all().visible_to(viewer).select_related("policy")
    )
    return found


def _statement(row: InsurerStatement) -> Hit:
    return Hit(str(row), reverse("insurer-statement", args=[row.pk]), str(row.policy))


def _questionnaires(viewer: Viewer) -> QuerySet[Questionnaire]:
    found: QuerySet[Questionnaire] = Questionnaire.objects.all().visible_to(viewer)
    return found


def _questionnaire(row: Questionnaire) -> Hit:
    return Hit(row.title, reverse("questionnaire", args=[row.pk]), row.insurer)


def _claims(viewer: Viewer) -> QuerySet[Claim]:
    found: QuerySet[Claim] = Claim.objects.all().visible_to(viewer).select_related("policy")
    return found


def _claim(row: Claim) -> Hit:
    return Hit(row.title, reverse("insurance-claim", args=[row.pk]), str(row.policy))


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if viewer.changes and viewer.covers(ROOM) and asof.current() is None:
        yield Thing(
            _("Write down an insurance policy"), reverse("insurance-policy-new"), texts=("insurance cover",)
        )
        yield Thing(
            _("Begin a questionnaire of an insurer"),
            reverse("questionnaire-new"),
            texts=("application form renewal insurance",),
        )


register_shelf(Shelf("insurance-actions", gettext_lazy("Insurance"), 61, _actions, offered=True))
register_findable(
    Findable(
        "insurance-policies",
        gettext_lazy("Insurance policies"),
        62,
        _policies,
        (
            ("insurer", gettext_lazy("Insurer")),
            ("number", gettext_lazy("Number")),
            ("wording", gettext_lazy("Conditions")),
            ("contact", gettext_lazy("Whom to call")),
        ),
        _policy,
    )
)
register_findable(
    Findable(
        "insurer-statements",
        gettext_lazy("What insurers were told"),
        63,
        _statements,
        (("question", gettext_lazy("Question")), ("scope", gettext_lazy("All of what"))),
        _statement,
    )
)
register_findable(
    Findable(
        "insurance-questionnaires",
        gettext_lazy("Questionnaires of insurers"),
        64,
        _questionnaires,
        (("title", gettext_lazy("Title")), ("insurer", gettext_lazy("Insurer"))),
        _questionnaire,
    )
)
register_findable(
    Findable(
        "insurance-claims",
        gettext_lazy("Insurance claims"),
        65,
        _claims,
        (
            ("title", gettext_lazy("Title")),
            ("number", gettext_lazy("Number")),
            ("words", gettext_lazy("In words")),
        ),
        _claim,
    )
)
