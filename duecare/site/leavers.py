"""Tells the list of staff who may sign in now, so that it can name those of them who left."""

from __future__ import annotations

from django.utils import timezone

from duecare.program.staff.queries import register_sign_ins
from duecare.site.models import User
from duecare.site.rights import holding_rights


def _addresses() -> list[str]:
    people = holding_rights(timezone.localdate()).values("person_id")
    return list(User.objects.filter(is_active=True, person__in=people).values_list("email", flat=True))


register_sign_ins(_addresses)
