"""Harbour Clinic, an organisation that is made up, so that pages have something on them to look at.

Its computers are the fixture trees of the collector's tests with faults of their own. It was first assessed
twelve days ago and again today. `python -m tests.site.harbour` brings up `$DUECARE_HOME` and prints, as JSON,
the keys that addresses are made of. It is a program of its own because the tests' process has another home.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.site.browser import PASSWORD, environment
from tests.systems.tree import NOW, Tree

OWNER = "maeve@harbour.example"
MEMBER = "rory@harbour.example"
SECRET = "KRUGS4ZANFZSA3TPOQQGCICTMVRXEZLU"
"""Of the owner's code generator."""
TERMINAL = "terminal:maeve"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def seed(home: Path) -> dict[str, str]:
    """Make the organisation in a new home; the keys of what is in it."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.site.harbour"],
        cwd=Path(__file__).parents[2],
        env=environment(home),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    keys: dict[str, str] = json.loads(made.stdout.splitlines()[-1])
    return keys


def _computers() -> dict[str, tuple[Tree, dict[str, Any], dict[str, Any]]]:
    """By name: the tree, what is wrong with it from the beginning, and what changed since."""
    from tests.systems.trees import alpine, debian, rhel, ubuntu

    return {
        "web-1": (
            debian(),
            {"sshd.settings.permitrootlogin": "yes"},
            {"antivirus.products.0.running": False},
        ),
        "db-1": (rhel(), {"firewall.active": False, "firewall.input_policy": "accept"}, {}),
        "mail-1": (alpine(), {"backup.jobs": []}, {}),
        "laptop-orla": (ubuntu(), {"disk_encryption.mounts.0.encrypted": False}, {}),
        "laptop-finn": (ubuntu().as_user(), {"time.synchronized": False}, {"time.synchronized": True}),
    }


def _report(name: str, tree: Tree, changes: dict[str, Any], now: datetime) -> bytes:
    """The collector's report about a tree, as if the tree were of this moment."""
    from tests.systems.healthy import changed

    told = tree.report()
    told["facts"] = changed(told["facts"], changes)
    told["host"].update(name=name, key=hashlib.sha256(name.encode()).hexdigest())
    shift = now.replace(microsecond=0) - NOW

    def later(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) + shift).strftime("%Y-%m-%dT%H:%M:%SZ")

    return _MOMENT.sub(later, json.dumps(told)).encode()


def main() -> None:
    """Make the organisation in `$DUECARE_HOME`."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "duecare.site.settings"
    django.setup()
    from duecare.ledger import sealing
    from duecare.ledger.records import utc_now
    from duecare.site.setup import set_up
    from tests.site.past import clock

    set_up()
    now = utc_now()
    first = now - timedelta(days=12, hours=3)
    with clock(first):
        _begin(first)
        _assess(first, later=False)
        sealing.checkpoint()
    with clock(first + timedelta(days=1)):
        _decide(first + timedelta(days=1))
    with clock(now - timedelta(minutes=20)):
        _assess(now - timedelta(minutes=20), later=True)
    _leave_the_worker_nothing_to_do()
    sealing.checkpoint()
    print(json.dumps({**_keys(), "past": (now - timedelta(days=6)).date().isoformat()}))


def _begin(now: datetime) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    from duecare.site import people

    owner = people.claim("Harbour Clinic", "Europe/Dublin", 40, "Maeve Brennan", OWNER, PASSWORD)
    TOTP.activate(owner, SECRET)
    RecoveryCodes.activate(owner)
    people.add_user(TERMINAL, MEMBER, "Rory Walsh", PASSWORD, "member", "")
    until = (now + timedelta(days=90)).date().isoformat()
    people.add_user(
        TERMINAL, "tomasz@audit.example", "Tomasz Wolny", PASSWORD, "auditor", until,
        sees_from=now.date(), sees_to=date.fromisoformat(until),
    )  # fmt: skip


def _assess(now: datetime, *, later: bool) -> None:
    from duecare.program.assessing import assess
    from duecare.program.judgement import Grade
    from duecare.systems.actions import take_in_report

    for name, (tree, faults, since) in _computers().items():
        data = _report(name, tree, faults | since if later else faults, now)
        take_in_report(data, TERMINAL, now, Grade.IMPORTED, new_host=True)
    assess(TERMINAL, now, clock=lambda: now)


def _decide(now: datetime) -> None:
    from duecare.law.obligations import profile_facts
    from duecare.program import actions

    actor = "terminal:maeve"
    actions.adopt_target(actor, "security_update_days", 7, "Exploits follow within a week, and we can.", now)
    actions.keep_data_set(
        actor, None, name="Patients", kinds="names, addresses, diagnoses", people={"IE": 12000, "GB": 900},
        place="Dublin", encryption="at rest, by the database", supplier="", keeper="Maeve Brennan",
    )  # fmt: skip
    answers = {"eu_gdpr_scope": True, "uk_gdpr_scope": False, "is_processor": False}
    assert answers.keys() <= dict(profile_facts()).keys()
    actions.change_profile(actor, country="IE", people=85, facts=answers)


def _leave_the_worker_nothing_to_do() -> None:
    """Else it would assess the real computer half a minute after the start, and the pages would show that."""
    from duecare.ledger.recording import record_note
    from duecare.site import worker

    for job in worker.jobs():
        record_note(worker.ACTOR, job.name, worker.JOB, job.name, {"done": True})


def _keys() -> dict[str, str]:
    from duecare.ledger.models import Entry
    from duecare.program.models import DataSet, Finding, Person, Right
    from duecare.systems.models import Host, Report

    host = Host.objects.get(name="db-1")
    report = Report.objects.filter(host=host).order_by("collected_at").last()
    outcome = Entry.objects.filter(kind="program.outcome").order_by("index").first()
    assert report is not None
    assert outcome is not None
    return {
        "data set": DataSet.objects.get().pk,
        "entry": str(outcome.index),
        "finding": Finding.objects.filter(closed_at=None).order_by("pk")[0].pk,
        "host": host.pk,
        "person": Person.objects.get(name="Rory Walsh").pk,
        "report": report.pk,
        "right": Right.objects.get(person__name="Rory Walsh").pk,
    }


if __name__ == "__main__":
    main()
