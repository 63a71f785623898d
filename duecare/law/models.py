"""The records of the law; Django finds them here."""

from __future__ import annotations

from duecare.law.following.models import Applying as Applying
from duecare.law.following.models import LawChange as LawChange
from duecare.law.own.models import OwnObligation as OwnObligation
from duecare.law.rulings.models import Override as Override
