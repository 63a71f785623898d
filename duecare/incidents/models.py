"""The records of incidents, each in its own room; Django finds them here."""

from __future__ import annotations

from duecare.incidents.alerts.models import Alert as Alert
from duecare.incidents.cases.models import Affected as Affected
from duecare.incidents.cases.models import Case as Case
from duecare.incidents.cases.models import CaseFact as CaseFact
from duecare.incidents.cases.models import CaseLink as CaseLink
from duecare.incidents.cases.models import CaseRole as CaseRole
from duecare.incidents.cases.models import IncidentReport as IncidentReport
from duecare.incidents.decisions.models import CaseDecision as CaseDecision
from duecare.incidents.evidence.models import Custody as Custody
from duecare.incidents.evidence.models import Evidence as Evidence
from duecare.incidents.exercises.models import Exercise as Exercise
from duecare.incidents.exercises.models import Inject as Inject
from duecare.incidents.indicators.models import Indicator as Indicator
from duecare.incidents.lessons.models import Lesson as Lesson
from duecare.incidents.notices.models import Notice as Notice
from duecare.incidents.plans.models import Plan as Plan
from duecare.incidents.plans.models import PlanContact as PlanContact
from duecare.incidents.plans.models import PlanReview as PlanReview
from duecare.incidents.timeline.models import TimelineEntry as TimelineEntry
