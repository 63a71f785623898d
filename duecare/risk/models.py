"""The records of risk, each in its own room; Django finds them here."""

from __future__ import annotations

from duecare.risk.decisions.models import DecisionWord as DecisionWord
from duecare.risk.decisions.models import RiskDecision as RiskDecision
from duecare.risk.insurance.claims.models import Claim as Claim
from duecare.risk.insurance.policies.models import InsurancePolicy as InsurancePolicy
from duecare.risk.insurance.questionnaires.models import Questionnaire as Questionnaire
from duecare.risk.insurance.statements.models import InsurerStatement as InsurerStatement
from duecare.risk.insurance.statements.models import StatementDrift as StatementDrift
from duecare.risk.measures.models import Choice as Choice
from duecare.risk.measures.models import HarbourAnswers as HarbourAnswers
from duecare.risk.measures.models import Measure as Measure
from duecare.risk.register.models import Effect as Effect
from duecare.risk.register.models import Estimate as Estimate
from duecare.risk.register.models import RiskTerms as RiskTerms
from duecare.risk.register.models import Scenario as Scenario
from duecare.risk.training.models import Calibration as Calibration
