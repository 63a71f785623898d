from __future__ import annotations

from django.urls import URLPattern, path

from duecare.risk.insurance import tables
from duecare.risk.insurance.claims import views as claims
from duecare.risk.insurance.policies import views as policies
from duecare.risk.insurance.questionnaires import views as questionnaires
from duecare.risk.insurance.statements import views as statements

urlpatterns: list[URLPattern] = [
    path("insurance/", policies.policies, name="insurance"),
    path("insurance/new/", policies.add, name="insurance-policy-new"),
    path("insurance/table.<str:format>", tables.policies, name="insurance-table"),
    path("insurance/statements/", statements.statements, name="insurer-statements"),
    path("insurance/statements/<str:key>/", statements.statement, name="insurer-statement"),
    path("insurance/statements/<str:key>/change/", statements.change, name="insurer-statement-change"),
    path("insurance/statements/<str:key>/answer/", statements.answer, name="insurer-statement-answer"),
    path("insurance/statements/<str:key>/told/", statements.tell, name="insurer-statement-told"),
    path("insurance/statements/<str:key>/end/", statements.end, name="insurer-statement-end"),
    path("insurance/claims/", claims.claims, name="insurance-claims"),
    path("insurance/claims/table.<str:format>", tables.claims, name="insurance-claims-table"),
    path("insurance/claims/<str:key>/", claims.claim, name="insurance-claim"),
    path("insurance/claims/<str:key>/change/", claims.change, name="insurance-claim-change"),
    path("insurance/questionnaires/", questionnaires.questionnaires, name="questionnaires"),
    path("insurance/questionnaires/new/", questionnaires.add, name="questionnaire-new"),
    path("insurance/questionnaires/<str:key>/", questionnaires.questionnaire, name="questionnaire"),
    path("insurance/questionnaires/<str:key>/ask/", questionnaires.ask, name="questionnaire-ask"),
    path("insurance/questionnaires/<str:key>/bring/", questionnaires.bring, name="questionnaire-bring"),
    path("insurance/questionnaires/<str:key>/fill/", questionnaires.fill, name="questionnaire-fill"),
    path("insurance/questionnaires/<str:key>/review/", questionnaires.review, name="questionnaire-review"),
    path("insurance/questionnaires/<str:key>/end/", questionnaires.end, name="questionnaire-end"),
    path("insurance/questionnaires/<str:key>/paper/", questionnaires.paper, name="questionnaire-paper"),
    path("insurance/questionnaires/<str:key>/answers.csv", questionnaires.csv, name="questionnaire-csv"),
    path(
        "insurance/questionnaires/<str:key>/<str:question>/",
        questionnaires.answer,
        name="questionnaire-answer",
    ),
    path("insurance/policies/<str:key>/", policies.policy, name="insurance-policy"),
    path("insurance/policies/<str:key>/change/", policies.change, name="insurance-policy-change"),
    path("insurance/policies/<str:key>/end/", policies.end, name="insurance-policy-end"),
    path("insurance/policies/<str:key>/parts/new/", policies.add_part, name="insurance-part-new"),
    path("insurance/policies/<str:key>/parts/<str:part>/", policies.change_part, name="insurance-part"),
    path(
        "insurance/policies/<str:key>/parts/<str:part>/drop/", policies.drop_part, name="insurance-part-drop"
    ),
    path("insurance/policies/<str:key>/notices/new/", policies.add_notice, name="insurance-notice-new"),
    path(
        "insurance/policies/<str:key>/notices/<str:notice>/", policies.change_notice, name="insurance-notice"
    ),
    path(
        "insurance/policies/<str:key>/notices/<str:notice>/drop/",
        policies.drop_notice,
        name="insurance-notice-drop",
    ),
    path("insurance/policies/<str:key>/statements/new/", statements.add, name="insurer-statement-new"),
    path("insurance/policies/<str:key>/claims/new/", claims.add, name="insurance-claim-new"),
]
