"""People who are signed in, for tests of incidents."""

from __future__ import annotations

from typing import Any

from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.site.models import User
from duecare.site.rights import viewer_of
from tests.people import browser, sign_in


class Somebody:
    """A person with a browser."""

    def __init__(self, role: Role, **right: Any) -> None:
        self.client: Client = browser()
        self.person = sign_in(self.client, role, **right).person

    @property
    def viewer(self) -> Viewer:
        """With the rights and memberships of this moment."""
        return viewer_of(User.objects.get(person=self.person), utc_now())

    @property
    def actor(self) -> str:
        return f"person:{self.person}"

    def page(self, address: str, status: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        whole = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        return whole.decode()

    def send(self, address: str, answers: int = 302, **values: Any) -> str:
        """Send a form; where it leads, or else the page that it answers."""
        answer = self.client.post(address, values)
        assert answer.status_code == answers, (
            f"{address}: {answer.status_code} {answer.content.decode()[-3000:]}"
        )
        return answer["Location"] if answers == 302 else answer.content.decode()
