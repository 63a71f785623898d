"""Every clock once more beside its citation, apart from the content: a number changed alone is found.

A line is: clock, amount, unit and rule, trigger, citation; then the numbers that stand elsewhere in it. Who
corrects one corrects both, and says in `confidence` how far the provision was read.
"""

from __future__ import annotations

from collections.abc import Iterator

from duecare.law.obligations import obligations
from duecare.law.terms import Clock

TABLE = """
# eu-gdpr
authority: 72 hours EU_HOURS from awareness | Art 33(1), (4)
individuals: undelayed from awareness | Art 34(1), (3)
processor-to-controller: undelayed from awareness | Art 33(2)
# eu-nis2
early-warning: 24 hours EU_HOURS from awareness | Art 23(4)(a)
notification: 72 hours EU_HOURS from awareness | Art 23(4)(b) | trust_service_provider: 24 hours
intermediate: undelayed from authority_request | Art 23(4)(c)
final: 1 months EU_DAYS_MONTHS from submission_of.notification | Art 23(4)(d)
progress-if-ongoing: 1 months EU_DAYS_MONTHS from submission_of.notification | Art 23(4)(e)
final-if-ongoing: 1 months EU_DAYS_MONTHS from incident_handled | Art 23(4)(e)
service-recipients: undelayed from awareness | Art 23(1)-(2)
# eu-dora
initial: 4 hours DORA_RTS from classification_major | DORA 19(4)(a); 2025/301 Art 5(1)(a), 5(2) | awareness: 24 hours
intermediate: 72 hours DORA_RTS from submission_of.initial | 2025/301 Art 5(1)(b)
final: 1 months DORA_RTS from latest_submission_of.intermediate | 2025/301 Art 5(1)(c)
clients: undelayed from awareness | Art 19(3)
# eu-cra
vuln-early: 24 hours EU_HOURS from awareness_exploited_vulnerability | Art 14(2)(a) | binds 2026-09-11
vuln-notification: 72 hours EU_HOURS from awareness_exploited_vulnerability | Art 14(2)(b) | binds 2026-09-11
vuln-final: 14 calendar_days EU_DAYS_MONTHS from corrective_measure_available | Art 14(2)(c) | binds 2026-09-11
incident-early: 24 hours EU_HOURS from awareness_severe_product_incident | Art 14(4)(a) | binds 2026-09-11
incident-notification: 72 hours EU_HOURS from awareness_severe_product_incident | Art 14(4)(b) | binds 2026-09-11
incident-final: 1 months EU_DAYS_MONTHS from submission_of.incident-notification | Art 14(4)(c) | binds 2026-09-11
users: undelayed from awareness | Art 14(8) | binds 2026-09-11
# uk-gdpr
ico: 72 hours EU_HOURS from awareness | UK GDPR Art 33(1)
individuals: undelayed from awareness | Art 34
pecr: 72 hours EU_HOURS from awareness | PECR reg 5A as amended by DUAA 2025
# uk-nis
regulator: 72 hours ELAPSED_HOURS from awareness | reg 11(3), 12(6)
# us-hipaa-security
ba-incident: undelayed from awareness | 164.314(a)(2)(i)(C)
# us-hipaa-breach
individuals: 60 calendar_days CAL_DAYS_EXCL from discovery | 164.404(b)
hhs-large: 60 calendar_days CAL_DAYS_EXCL from discovery | 164.408(b) | affected_individuals >= 500
hhs-small: 60 calendar_days CAL_DAYS_EXCL from end_of_calendar_year_of_discovery | 164.408(c) | affected_individuals < 500
media: 60 calendar_days CAL_DAYS_EXCL from discovery | 164.406 | max_residents_one_state > 500
ba-to-ce: 60 calendar_days CAL_DAYS_EXCL from discovery | 164.410
# us-ftc-hbnr
individuals: 60 calendar_days CAL_DAYS_EXCL from discovery | 318.4
ftc-large: 60 calendar_days CAL_DAYS_EXCL from discovery | 318.5(c) | affected_individuals >= 500
media: 60 calendar_days CAL_DAYS_EXCL from discovery | 318.5(b) | max_residents_one_state >= 500
# us-glba-safeguards
ftc: 30 calendar_days CAL_DAYS_EXCL from discovery | 314.4(j), 314.2(m) | consumers_affected >= 500; binds 2024-05-13
# us-bank-36h
primary-regulator: 36 hours ELAPSED_HOURS from determination | 53.3; 225.302; 304.23
service-provider: undelayed from determination | 53.4; 225.303; 304.24 | service_disruption_hours >= 4
# us-ncua-72h
ncua: 72 hours ELAPSED_HOURS from reasonable_belief | 748.1(c)
# us-sec-8k
form-8k: 4 business_days SEC_BUSINESS_DAYS from determination_of_materiality | Item 1.05(a), (c); Gen. Instr. B.1
form-8k-amendment: 4 business_days SEC_BUSINESS_DAYS from missing_information_determined | Item 1.05 Instr. 2
# us-sec-regsp
individuals: 30 calendar_days CAL_DAYS_EXCL from awareness | 248.30(a)(4)
vendor-to-institution: 72 hours ELAPSED_HOURS from awareness | 248.30(a)(5)(i)
# us-circia
covered-incident: 72 hours ELAPSED_HOURS from reasonable_belief | 6 USC 681b(a)(1) | proposed
ransom-payment: 24 hours ELAPSED_HOURS from ransom_payment | 6 USC 681b(a)(2) | proposed
supplemental: undelayed from substantial_new_information | 6 USC 681b(a)(3) | proposed
# us-fisma-fedramp
csp-agencies: 1 hours ELAPSED_HOURS from identification | FedRAMP ICP (FRR-ICP-02)
csp-fedramp: 1 hours ELAPSED_HOURS from identification | FRR-ICP-01
csp-cisa: 1 hours ELAPSED_HOURS from identification | FRR-ICP-03
agency-cisa: 1 hours ELAPSED_HOURS from identification | CISA federal incident notification guidelines
agency-congress: 7 calendar_days CAL_DAYS_EXCL from reasonable_basis_major_incident | 44 USC 3554(b)(7)(C)(iii)(III)
# us-cmmc-dfars
dod: 72 hours ELAPSED_HOURS from discovery | 7012(c)
# us-ferpa
fsa: 1 calendar_days CAL_DAYS_EXCL from detection | SAIG/Program Participation Agreement
# us-coppa
# us-nydfs-500
superintendent: 72 hours ELAPSED_HOURS from determination | 500.17(a)
extortion-payment: 24 hours ELAPSED_HOURS from ransom_payment | 500.17(c)(1)
extortion-explanation: 30 calendar_days CAL_DAYS_EXCL from ransom_payment | 500.17(c)(2)
# us-ny-shield
residents: 30 calendar_days CAL_DAYS_EXCL from discovery | 899-aa(2) | residents_affected.US-NY >= 1
state-agencies: 30 calendar_days CAL_DAYS_EXCL from notice_to_residents | 899-aa(8)(a) | residents_affected.US-NY >= 1; from discovery
consumer-reporting: undelayed from notice_to_residents | 899-aa(8)(b) | residents_affected.US-NY > 5000
hipaa-copy-ag: 5 business_days BUSINESS_DAYS_LOCAL from notice_to_hhs | 899-aa(9)
# us-ca-breach
residents: 30 calendar_days CAL_DAYS_EXCL from discovery_or_notification | 1798.82(a) | residents_affected.US-CA >= 1
attorney-general: 15 calendar_days CAL_DAYS_EXCL from notice_to_residents | 1798.82(f) | residents_affected.US-CA > 500
data-holder: undelayed from discovery | 1798.82(b)
# us-ca-health
cdph: 15 business_days BUSINESS_DAYS_LOCAL from detection | 1280.15(b)
patients: 15 business_days BUSINESS_DAYS_LOCAL from detection | 1280.15(b)
# us-tx-breach
individuals: 60 calendar_days CAL_DAYS_EXCL from determination | 521.053(b)
attorney-general: 30 calendar_days CAL_DAYS_EXCL from determination | 521.053(i) | residents_affected.US-TX >= 250
consumer-reporting: undelayed from notice_to_individuals | 521.053(h) | individuals_notified > 10000
# us-fl-breach
individuals: 30 calendar_days CAL_DAYS_EXCL from determination | 501.171(4)(a)-(c) | residents_affected.US-FL >= 1; extension: 15 calendar_days
legal-affairs: 30 calendar_days CAL_DAYS_EXCL from determination | 501.171(3)(a) | residents_affected.US-FL >= 500
third-party-agent: 10 calendar_days CAL_DAYS_EXCL from determination | 501.171(6)(a)
consumer-reporting: undelayed from notice_to_individuals | 501.171(5) | residents_affected.US-FL > 1000
# us-ma-wisp
residents-and-agencies: undelayed from knowledge_or_reason_to_know | 93H s3 | residents_affected.US-MA >= 1
# us-oh-safe-harbor
residents: 45 calendar_days CAL_DAYS_EXCL from discovery_or_notification | 1349.19(B)(2) | residents_affected.US-OH >= 1
# pci-dss
acquirer-and-brands: undelayed from suspected_or_confirmed_account_data_compromise | 12.10.1; brand rules
# ca-pipeda
commissioner: undelayed from determination | 10.1(1)-(2)
individuals: undelayed from determination | 10.1(3)-(6), 10.2
# ca-qc-law25
cai-and-persons: undelayed from determination | s3.5
# au-ndb
assessment: 30 calendar_days CAL_DAYS_EXCL from suspicion | s26WH
commissioner: undelayed from awareness_eligible_breach | s26WK, 26WF
individuals: undelayed from statement_prepared | s26WL
# au-soci
significant: 12 hours ELAPSED_HOURS from awareness | s30BC
significant-written: 84 hours ELAPSED_HOURS from oral_report | s30BC(5)
relevant: 72 hours ELAPSED_HOURS from awareness | s30BD
relevant-written: 48 hours ELAPSED_HOURS from oral_report | s30BD(5)
# au-ransom
payment: 72 hours ELAPSED_HOURS from ransom_payment_or_awareness_of_it | s27
# au-apra-cps234
incident: 72 hours ELAPSED_HOURS from awareness | CPS 234 para 35
control-weakness: 10 business_days BUSINESS_DAYS_LOCAL from awareness | CPS 234 para 36
# sg-pdpa
assess: 30 calendar_days CAL_DAYS_EXCL from credible_grounds | s26C; advisory guidelines
pdpc: 3 calendar_days CAL_DAYS_EXCL from assessment_notifiable | s26B, 26D(1) | affected_individuals >= 500
individuals: undelayed from assessment_notifiable | s26D(2), (5)
data-intermediary: undelayed from credible_grounds | s26C(3)
# in-certin
certin: 6 hours ELAPSED_HOURS from noticing_or_being_told | Direction (ii)
# in-dpdp
board-initial: undelayed from awareness | r7(2)(a) | binds 2027-05-14
board-detailed: 72 hours ELAPSED_HOURS from awareness | r7(2)(b) | binds 2027-05-14
principals: undelayed from awareness | r7(1) | binds 2027-05-14
# jp-appi
ppc-preliminary: 5 calendar_days JP_PPC_DAYS from awareness | Rules Art 8(1) | affected_individuals > 1000
ppc-final: 30 calendar_days JP_PPC_DAYS from awareness | Rules Art 8(2) | affected_individuals > 1000; unlawful_purpose: 60 calendar_days
individuals: undelayed from awareness | Art 26(2)
# br-lgpd
anpd: 3 business_days BR_BUSINESS_DAYS from awareness_personal_data_affected | Res. 15 Art 6 | small_agent: 6 business_days
data-subjects: 3 business_days BR_BUSINESS_DAYS from awareness_personal_data_affected | Res. 15 Art 9 | small_agent: 6 business_days
anpd-complement: 20 business_days BR_BUSINESS_DAYS from submission_of.anpd | Res. 15 Art 6(3)
# za-popia
regulator: undelayed from reasonable_grounds | s22(1)-(2)
data-subjects: undelayed from reasonable_grounds | s22(1), (4)
operator: undelayed from reasonable_grounds | s21(2)
# ch-isg
bacs: 24 hours ELAPSED_HOURS from discovery | Art 74d-74e
bacs-complete: 14 calendar_days CAL_DAYS_EXCL from submission_of.bacs | Cybersecurity Ordinance
# ch-fadp
fdpic: undelayed from awareness | Art 24(1)
individuals: undelayed from awareness | Art 24(4)
processor: undelayed from awareness | Art 24(3)
finma: 24 hours ELAPSED_HOURS from awareness | FINMASA 29(2); Guidance 05/2020, 03/2024
# cn-incident-reporting
cii: 1 hours ELAPSED_HOURS from discovery | Measures Art 4
operator: 4 hours ELAPSED_HOURS from discovery | Measures Art 4
summary-report: 30 calendar_days CAL_DAYS_EXCL from incident_handled | Measures
pipl: undelayed from discovery | PIPL Art 57
"""  # noqa: E501 - a clock a line

STATES = {
    ("CY", "early-warning"): "6 hours",
    ("FI", "early-warning"): "from detection",
    ("FI", "notification"): "from detection",
    ("HR", "final"): "30 calendar_days",
    ("NO", "final"): "from submission_of.early-warning",
    ("PT", "final"): "30 business_days BUSINESS_DAYS_LOCAL from end_of_impact_notice",
    ("SI", "early-warning"): "from detection",
    ("SI", "notification"): "from detection",
    ("SK", "early-warning"): "from detection",
    ("SK", "notification"): "from detection",
}
"""What we count otherwise where a state transposed NIS2 with a shorter term or an event of its own."""


def numbers(clock: Clock) -> Iterator[str]:
    for test in (*clock.when, *clock.when_any, *clock.unless):
        if isinstance(test.value, int) and not isinstance(test.value, bool):
            yield f"{test.fact} {test.operator} {test.value}"
    if clock.override:
        yield f"{clock.override.named}: {clock.override.amount} {clock.override.unit}"
    if clock.backstop:
        yield f"{clock.backstop.trigger}: {clock.backstop.amount} {clock.backstop.unit}"
    if clock.extension:
        yield f"extension: {clock.extension.amount} {clock.extension.unit}"
    if clock.start_from:
        yield f"from {clock.start_from}"
    if clock.binding_from:
        yield f"binds {clock.binding_from}"
    if not clock.binding:
        yield "proposed"


def line(clock: Clock) -> str:
    amount = f"{clock.amount} {clock.unit} {clock.counting}" if clock.amount else clock.unit
    parts = (f"{clock.id}: {amount} from {clock.trigger}", clock.citation, "; ".join(numbers(clock)))
    return " | ".join(part for part in parts if part)


def test_every_clock_counts_what_its_citation_says() -> None:
    found = []
    for one in obligations().values():
        found += [f"# {one.id}", *(line(clock) for clock in one.clocks)]
    assert found == TABLE.strip().splitlines()


def test_what_states_count_otherwise_stands_here_as_well() -> None:
    found = {}
    for one in obligations().values():
        for variant in one.variants.values():
            for id, change in variant.clocks.items():
                words = (
                    f"{change.amount} {change.unit}" if change.amount else "",
                    change.counting or "",
                    f"from {change.trigger}" if change.trigger else "",
                )
                found[variant.country, id] = " ".join(filter(None, words))
    assert found == STATES
