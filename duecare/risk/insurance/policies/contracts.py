"""Notice periods of policies as clocks of incidents: what `program/contract_clocks.py` is told of them.

A policy counts from the first day of its period to the last, while nobody ended it. A case that began under
it keeps its clocks beyond that: it goes on by the law of the day on which they began. The words are the
policy's own, in no language of the program's, so that the clock reads the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from duecare.program.contract_clocks import Contract, NoticePeriod, register_contracts
from duecare.program.task_queries import today_at
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import notices_of

PREFIX = "own-policy-"
CITED = 300
"""Characters of how a notice is given, in a citation."""


def contracts_on(day: date) -> Iterator[Contract]:
    """The policies in force on a day that ask to be told of something."""
    rows = InsurancePolicy.objects.filter(ended_at=None, period_from__lte=day, period_to__gte=day)
    for row in rows.order_by("id"):
        if not row.notices:
            continue
        cited = row.wording or row.number
        yield Contract(
            id=f"{PREFIX}{row.pk}",
            version=row.version,
            read=today_at(row.changed_at),
            name=str(row)[:200],
            asked_by=row.insurer,
            citation=cited,
            since=row.period_from,
            notices=tuple(
                NoticePeriod(
                    one.id,
                    one.recipient,
                    one.trigger,
                    one.counted,
                    one.amount,
                    f"{cited}: {' '.join(one.how.split())[:CITED]}",
                )
                for one in notices_of(row)
            ),
            url=reverse("insurance-policy", args=[row.pk]),
        )


register_contracts(contracts_on)
