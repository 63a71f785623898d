"""A case in an organisation of its own, with who works on it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from duecare.incidents.cases.actions import open_case
from duecare.incidents.models import Case
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.models import Profile
from duecare.program.queries import PROFILE
from tests.people import browser, sign_in


def begin(zone: str = "Europe/Berlin", **more: Any) -> tuple[Client, Viewer, Case]:
    """An owner's browser, the owner, and a case in that zone."""
    with recording("terminal:test", "begin"):
        Profile.objects.create(id=PROFILE, name="Riverside Clinic", zone=zone, country="DE")
    client = browser()
    viewer = sign_in(client, Role.OWNER)
    return client, viewer, open_case(viewer.actor, utc_now(), title="Mail account taken over", **more)


def close(case: Case, actor: str) -> None:
    """As the page of a case closes it."""
    with recording(actor, "close a case"):
        case.closed_at, case.closed_as, case.closed_by = utc_now(), "resolved", actor
        case.save()


def told(client: Client, address: str) -> str:
    """What a page says."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def refused(client: Client, address: str, values: dict[str, Any]) -> str:
    """What a form says that was refused."""
    answer = client.post(address, values)
    assert answer.status_code == 400, answer.content
    return str(answer.content.decode())
