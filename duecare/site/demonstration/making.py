"""Bringing up the home of the demonstration, and the sign-ins that open it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import connections

from duecare.errors import Refused
from duecare.home import Home, write_private
from duecare.ledger import sealing
from duecare.ledger.models import DEMONSTRATION, Head
from duecare.ledger.records import told_time, utc_now
from duecare.program.assessing import assess
from duecare.program.judgement import Grade
from duecare.program.task_actions import remind_of_statements
from duecare.site.demonstration import computers, post
from duecare.site.demonstration.story import events, first_day, healthy, story
from duecare.site.demonstration.teller import Telling
from duecare.site.demonstration.telling import begin, look_at_names, tell
from duecare.site.models import User
from duecare.site.setup import set_up
from duecare.systems.actions import take_in_report

MORNING = timedelta(hours=9)
STEP = timedelta(milliseconds=5)
"""By which the story's clock goes on each time that it is read."""
BETWEEN = timedelta(minutes=20)
"""From one event of a day to the next."""
WORDS = ("heron", "slipway", "lantern", "gravel", "otter", "copper", "willow", "ferry", "basalt", "thimble",
         "pebble", "harvest", "saddle", "cinder", "meadow", "quill")  # fmt: skip
"""Of which passwords are made; they open nothing that is real."""


@dataclass(slots=True)
class Clock:
    """The time that the story tells."""

    now: datetime

    def __call__(self) -> datetime:
        self.now += STEP
        return self.now

    def go_to(self, moment: datetime) -> datetime:
        """Go on to a moment, never back; the time then."""
        self.now = max(self.now + STEP, moment)
        return self.now


def make(say: Callable[[str], None]) -> None:
    """Fill an empty home with the demonstration.

    Raises Refused where the home holds an organisation's own record.
    """
    _demand_empty()
    say("Telling half a year of a clinic that is made up")
    set_up(domain=DEMONSTRATION)
    told, now = story(), utc_now()
    passwords = {key: _password() for key in told["people"]}
    end = now - timedelta(minutes=20)
    telling = Telling(told, end, passwords)
    clock = Clock(_morning(end, first_day(told)))
    with told_time(clock):
        begin(telling, clock())
        for day in range(first_day(told), 1):
            _tell_day(telling, clock, day, end)
        clock.go_to(end)
        sealing.checkpoint()
    _leave_sign_ins(telling)


def demonstrated() -> bool:
    """Whether the home holds a demonstration that is whole: its sign-ins are written last."""
    return _has_record() and Head.objects.get().demonstration and _kept().exists()


def sign_ins() -> Mapping[str, Any]:
    """Who signs in with what: `people`, and for the owner's second step `codes` and `secret`."""
    found: Mapping[str, Any] = json.loads(_kept().read_text())
    owner = User.objects.get(email=found["people"][0]["email"])
    codes = Authenticator.objects.get(user=owner, type=Authenticator.Type.RECOVERY_CODES)
    return {**found, "codes": codes.wrap().get_unused_codes()}


def invitation(port: int) -> str:
    """What to type where, for the person at the terminal."""
    found = sign_ins()
    lines = [f"Everything here is made up. Sign in at http://localhost:{port} as one of"]
    lines += [f"  {one['email']:<24} {one['password']:<34} {one['role']}" for one in found["people"]]
    lines += [
        f"The owner is asked for a code as well; each of these serves once: {' '.join(found['codes'][:5])}",
        f"or let a code generator make them, from the key {found['secret']}",
        "A manager and an approver are asked to set up a second step of their own first.",
        "To begin anew, remove the directory " + str(_kept().parent),
    ]
    return "\n".join(lines)


def _demand_empty() -> None:
    if _has_record():
        home: Home = settings.DUECARE_HOME
        raise Refused(
            f"The home {home.path} holds a record already.",
            "Name an empty directory with --home: the demonstration needs a home of its own.",
        )


def _has_record() -> bool:
    tables = connections["default"].introspection.table_names()
    return Head._meta.db_table in tables and Head.objects.exists()


def _morning(end: datetime, day: int) -> datetime:
    midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=day) + MORNING


def _tell_day(telling: Telling, clock: Clock, day: int, end: datetime) -> None:
    """One day: what happens, then, on some, what the computers report and an assessment."""
    moment = _morning(end, day)
    post.morning(telling, day, clock.go_to(min(moment, end)))
    for event in events(telling.told):
        if event.day == day:
            tell(telling, event, clock.go_to(min(moment, end)))
            moment += BETWEEN
    if day in telling.told["rounds"]:
        now = clock.go_to(min(moment, end))
        for name in computers.reporting(telling.told["computers"], day):
            data = computers.report(name, telling.told["computers"][name], healthy(), day, now)
            take_in_report(data, telling.actor("maeve"), now, Grade.IMPORTED, new_host=True)
        look_at_names(telling, day, now)
        assess("worker", now, clock=clock)
        remind_of_statements("worker", now)
        sealing.checkpoint()


def _leave_sign_ins(telling: Telling) -> None:
    """The second step of the owner, and who signs in with what, in a file for the home's owner alone."""
    people = [
        {
            "name": who["name"],
            "role": who["role"],
            "email": telling.address(key),
            "password": telling.passwords[key],
        }
        for key, who in telling.told["people"].items()
    ]
    owner, secret = User.objects.get(email=people[0]["email"]), generate_totp_secret()
    TOTP.activate(owner, secret)
    RecoveryCodes.activate(owner)
    write_private(_kept(), json.dumps({"people": people, "secret": secret}, indent=1).encode())


def _kept() -> Any:
    home: Home = settings.DUECARE_HOME
    return home.path / "demonstration.json"


def _password() -> str:
    return " ".join(secrets.choice(WORDS) for _ in range(4))
