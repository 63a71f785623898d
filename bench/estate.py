"""An organisation of the size that the pages are measured at, made as a real one comes about.

Every record goes through `recording()`, in the acts that the program itself would write, over days of
simulated server time: hosts report, two real assessments judge them, findings get newer reasons each day,
people sign in. Only the clock of the record is replaced; the triggers, entries and tiles are those of use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from duecare.ledger import blobs
from duecare.ledger.models import Head
from duecare.ledger.recording import record_note, recording
from duecare.ledger.records import new_key, utc_now
from duecare.program.assessing import ACT_SIZE, assess
from duecare.program.catalogue import catalogue
from duecare.program.judgement import Grade
from duecare.program.models import (
    Answer,
    Comment,
    Ending,
    Finding,
    Person,
    SafeguardException,
    Statement,
    Task,
)
from duecare.program.questions import questions
from duecare.site import people
from duecare.site.models import User
from duecare.systems.models import Host, Report
from tests.systems.healthy import Changes, account, changed, socket, update
from tests.systems.trees import NOW, debian

SIGN_INS = 25
"""Acts of a single note each day."""
PACKAGES = 1200
"""What a server has installed; the small fixture is brought up to it."""
SERVER = "server"


@dataclass(frozen=True, slots=True)
class Size:
    """How large an organisation is."""

    people: int
    hosts: int
    entries: int
    days: int = 200
    """How long the record goes back."""
    rounds: int = 11
    """Reports of each host over that time, and one more at its end."""


WHOLE = Size(people=10_000, hosts=5_000, entries=1_000_000)
SMALL = Size(people=500, hosts=100, entries=20_000)


@dataclass(slots=True)
class Clock:
    """The simulated server time, which acts take instead of the real one."""

    now: datetime

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=5)
        return self.now


def build(size: Size) -> User:
    """Fill the empty home of this process; returns the owner, who can sign in."""
    end = utc_now() - timedelta(hours=1)
    first = end - timedelta(days=size.days)
    room = size.entries - 10 * size.hosts  # what the last reports and assessment add; `top_up` fills the rest
    clock = Clock(first)
    with patch("duecare.ledger.recording.utc_now", clock):
        owner = people.claim(
            "Example Works", "Europe/Vienna", size.hosts + size.hosts // 10, "Ada Example",
            "ada@works.example", "seven grey herons over the slipway",
        )  # fmt: skip
        staff = _hire(size.people - 1)
        hosts = _install(size.hosts, clock.now)
        reports = _Reports(hosts)
        for day in range(size.days):
            clock.now = max(clock.now, first + timedelta(days=day))
            if day % (size.days // size.rounds) == 0:
                reports.come_in(clock.now)
            if day == 0:
                assess(SERVER, clock.now, clock=clock)
            if day == size.days // 2:
                _work(staff, size, clock.now)
                _state(clock.now)
            _sign_in(staff, day, size)
            _refresh(room * (day + 1) // size.days - _count(), f"seen again on day {day}")
        clock.now = max(clock.now, end - timedelta(minutes=30))
        reports.come_in(clock.now)
    return owner


def top_up(entries: int) -> None:
    """Newer reasons for findings until the record holds so many entries."""
    while (missing := entries - _count()) > 0:
        _refresh(max(missing, 2), f"seen again, {missing:,} entries to go")


def _count() -> int:
    return Head.objects.values_list("size", flat=True).get()


def _hire(number: int) -> list[str]:
    staff = [Person(id=new_key(), name=f"{_name(n)} {_name(n * 7 + 3)}") for n in range(number)]
    for part in _parts(staff):
        with recording(SERVER, "import people from the directory"):
            Person.objects.bulk_create(part)
    return [person.pk for person in staff]


def _name(number: int) -> str:
    syllables = ("ma", "ri", "to", "ken", "lu", "sa", "ven", "dor", "ana", "bel")
    return "".join(syllables[int(digit)] for digit in f"{number % 1000:03}").title()


def _install(number: int, now: datetime) -> list[Host]:
    sites = ("vie", "grz", "lnz", "sbg")
    hosts = [
        Host(
            id=new_key(),
            name=f"{('web', 'db', 'app', 'desk')[n % 4]}-{sites[n // 4 % 4]}-{n:04}",
            key=f"{n:064x}",
            kind="server",
            family=("debian", "rhel", "alpine")[n % 3],
            system=("Debian GNU/Linux 13 (trixie)", "Rocky Linux 9.6", "Alpine Linux v3.22")[n % 3],
            support_end=(now + timedelta(days=n % 1500)).date(),
            first_seen_at=now,
        )
        for n in range(number)
    ]
    for part in _parts(hosts):
        with recording(SERVER, "import hosts"):
            Host.objects.bulk_create(part)
    return hosts


class _Reports:
    """Rounds of reports. A few distinct ones serve all hosts: what is stored once is read 5,000 times."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self.hosts = hosts
        self.round = 0

    def come_in(self, now: datetime) -> None:
        digests = [blobs.keep(json.dumps(_report(changes, now)).encode()) for changes in _states()]
        for number, part in enumerate(_parts(self.hosts)):
            made = [
                Report(
                    id=new_key(),
                    host=host,
                    collected_at=now,
                    received_at=now,
                    grade=Grade.IMPORTED.value,
                    collector="1",
                    as_root=True,
                    live=True,
                    unreadable=0,
                    newest=True,
                    report=digests[(number * ACT_SIZE + place + self.round) % len(digests)],
                )
                for place, host in enumerate(part)
            ]
            with recording(SERVER, "take in reports of hosts", valid_at=now):
                Report.objects.filter(host__in=part, newest=True).update(newest=False)
                Report.objects.bulk_create(made)
        self.round += 1


def _states() -> list[Changes]:
    """What befalls hosts; one in five has nothing wrong."""
    waiting = [update(f"library-{n}", 30 + n) for n in range(4)]
    strangers = [account(f"contractor-{n}", 2000 + n, password="empty") for n in range(4)]
    return [
        {},
        {"updates.items": waiting, "automatic_updates.enabled": False},
        {"firewall.active": False, "firewall.input_policy": "accept"},
        {"sockets.items": [socket(3306, "mysqld"), socket(23, "telnetd"), socket(5900, "x11vnc")]},
        {"accounts.items": strangers, "backup.jobs": []},
    ]


def _report(changes: Changes, now: datetime) -> dict[str, Any]:
    """The report of the fixture computer as if collected at `now`, with changes and as many packages as
    servers have."""
    report = debian().report(NOW)
    report["facts"] = changed(report["facts"], changes)
    installed = report["facts"]["packages"]["items"]
    installed += [{**installed[0], "name": f"lib{_name(n).lower()}-{n}"} for n in range(PACKAGES)]
    told: dict[str, Any] = _moved(report, now - NOW)
    return told


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _moved(value: Any, by: timedelta) -> Any:
    """The same value with every moment in it moved."""
    if isinstance(value, dict):
        return {key: _moved(each, by) for key, each in value.items()}
    if isinstance(value, list):
        return [_moved(each, by) for each in value]
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return (datetime.fromisoformat(value).astimezone(UTC) + by).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def _work(staff: Sequence[str], size: Size, now: datetime) -> None:
    """A task for everybody, half of them ended, each with a comment on it."""
    made = [
        Task(
            id=new_key(),
            title=f"Read the {_name(n).lower()} policy and confirm it",
            safeguard=("policy_program", "awareness_training", "backups")[n % 3],
            owner_id=staff[n % len(staff)],
            due=(now + timedelta(days=n % size.days)).date(),
            made_by=SERVER,
            made_at=now,
            ended_at=now if n % 2 else None,
            ended_as=Ending.DONE.value if n % 2 else "",
            ended_by=SERVER if n % 2 else "",
        )
        for n in range(size.people)
    ]
    for part in _parts(made):
        with recording(SERVER, "make tasks for everybody"):
            Task.objects.bulk_create(part)
        remarks = [
            Comment(
                id=new_key(), about=f"program.task:{task.pk}", words="See the handbook, page 4.",
                mentions=[task.owner_id], made_by=SERVER, made_at=now,
            )
            for task in part
        ]  # fmt: skip
        with recording(SERVER, "say something about each"):
            Comment.objects.bulk_create(remarks)


def _state(now: datetime) -> None:
    """Five statements to each question, of which the last counts, and an exception for each safeguard."""
    day = now.date()
    said = [
        Statement(
            id=new_key(), safeguard=one.safeguard, question=one.id, asked=one.ask, answer=Answer.YES.value,
            words="Done and looked at.", period_from=day, period_to=day, expires=day + timedelta(days=360),
            made_by=SERVER, made_at=now, ended_at=None if turn == 4 else now,
            ended_because="" if turn == 4 else "answered again",
        )
        for one in questions().values()
        for turn in range(5)
    ]  # fmt: skip
    departures = [
        SafeguardException(
            id=new_key(), safeguard=safeguard, reason="Its maker forbids it.", measure="It stands alone.",
            expires=day + timedelta(days=300), asked_by=SERVER, asked_at=now,
        )
        for safeguard in catalogue()
    ]  # fmt: skip
    for part in _parts(said):
        with recording(SERVER, "answer the questions"):
            Statement.objects.bulk_create(part)
    with recording(SERVER, "ask for exceptions"):
        SafeguardException.objects.bulk_create(departures)


def _sign_in(staff: Sequence[str], day: int, size: Size) -> None:
    for n in range(max(1, SIGN_INS * size.entries // WHOLE.entries)):
        person = staff[(day * 7 + n * 131) % len(staff)]
        record_note(f"person:{person}", "sign in", "site.sign-in", person, {"address": "192.0.2.7"})


def _refresh(entries: int, reason: str) -> None:
    """Newer reasons for open findings, about as many as make so many entries; each time for others."""
    keys = sorted(Finding.objects.filter(closed_at=None).values_list("pk", flat=True))
    wanted = min(max(entries - 1 - entries // ACT_SIZE, 0), len(keys))
    start = _count() % len(keys)
    for part in _parts((keys[start:] + keys[:start])[:wanted]):
        with recording(SERVER, "newer reasons for findings"):
            Finding.objects.filter(pk__in=part).update(reason=reason)


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), ACT_SIZE):
        yield rows[start : start + ACT_SIZE]
