"""A computer that enrols and pushes, played in the tests' process with the collector's own functions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from duecare.ledger.records import utc_now
from duecare.systems import enrolment_actions
from duecare.systems.collector.keeping import Kept
from duecare.systems.collector.pushing import Server, enrol, push
from duecare.systems.fleet_models import Enrolment
from duecare.systems.models import Host
from tests.systems.healthy import Changes
from tests.systems.test_isolated import report

TERMINAL = "terminal:test"


def machine_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def told(name: str, facts: Changes | None = None, *, at: datetime | None = None, **head: Any) -> bytes:
    """A report of a computer of that name."""
    moment = (at or utc_now()).strftime("%Y-%m-%dT%H:%M:%SZ")
    head.setdefault("host__key", machine_id(name))
    head.setdefault("host__name", name)
    return report(facts, collected_at=moment, **head)


@dataclass(frozen=True, slots=True)
class Computer:
    """One that talks to a served Duecare."""

    server: Server
    kept: Kept
    name: str

    @classmethod
    def at(cls, address: str, place: Path, name: str = "web-1") -> Computer:
        return cls(Server(address), Kept(place / name), name)

    def shows(self, token: str, *, anew: bool = False, name: str = "") -> str:
        """What the person at the computer reads once it showed the token."""
        try:
            host = {"name": name or self.name, "key": machine_id(self.name)}
            return enrol(self.server, self.kept, token, host, anew=anew)
        finally:
            self.kept.done()

    def enrolled(self, *, anew: bool = False) -> Host:
        """Offered, shown and approved."""
        offered, token = enrolment_actions.offer(TERMINAL, self.name, utc_now())
        self.shows(token, anew=anew)
        return enrolment_actions.approve(offered, TERMINAL, utc_now(), compared=True)

    def pushes(self, data: bytes | None = None, **more: Any) -> dict[str, Any]:
        """The receipt of a report of it."""
        try:
            self.kept.prepare()
            return push(self.server, self.kept, told(self.name) if data is None else data, **more)
        finally:
            self.kept.done()

    def key(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.kept.place / "key.json").read_bytes())
        return found


def newest_enrolment() -> Enrolment:
    found: Enrolment = Enrolment.objects.order_by("-offered_at", "-id")[0]
    return found
